//! DELETE /webhook/deliveries, DELETE /webhook/deliveries/{id}

use super::dead_letters::three;

#[tokio::test]
async fn dead_letters_can_be_deleted_one_by_one_and_all_at_once() {
    let (scene, receiver, letters) = three().await;
    let api = &scene.user.api;
    let one = format!(
        "/webhook/deliveries/{}",
        letters[0]["id"].as_str().expect("an id")
    );
    assert_eq!(api.delete(&one).await.expect(200)["deleted"], 1);
    assert_eq!(api.delete(&one).await.text_error().0, 404);
    assert_eq!(scene.dead_letters().await.len(), 2);
    assert_eq!(
        api.delete("/webhook/deliveries").await.expect(200)["deleted"],
        2
    );
    assert_eq!(
        api.delete("/webhook/deliveries").await.expect(200)["deleted"],
        0
    );
    assert_eq!(receiver.all().len(), 6);
}
