//! POST /logout

use crate::support::World;

#[tokio::test]
async fn logging_out_unlinks_the_device_and_pairing_works_again() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let body = user.api.post_nothing("/logout").await.expect(200);
    assert_eq!(body["data"]["message"], "device logged out successfully");
    assert!(world.control.devices(&phone).await.is_empty());
    let status = user.status().await;
    assert_eq!(status["is_logged_in"], false);
    assert_eq!(status["last_exit"], "logged_out");

    let answer = user.api.post_nothing("/logout").await;
    let expected = (503, "WhatsApp session is not connected");
    assert_eq!(answer.text_error(), expected);
    assert_eq!(answer.body["error_code"], "DEVICE_NOT_READY");

    world.pair(&user, &phone).await;
    user.api.post_status("again").await.expect(200);
}
