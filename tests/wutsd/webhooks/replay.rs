//! POST /webhook/deliveries/replay, POST /webhook/deliveries/{id}/replay

use serde_json::Value;

use super::dead_letters::three;

#[tokio::test]
async fn what_was_refused_often_enough_is_listed_and_can_be_replayed() {
    let (scene, receiver, letters) = three().await;
    let first = &letters[0];
    assert_eq!(first["event"], "message.received");
    assert_eq!(first["state"], "dead");
    assert_eq!(first["attempts"], 2);
    assert_eq!(first["last_error"], "the receiver answered 400 Bad Request");
    assert!(first["since"].is_string());

    let id = letters[1]["id"].as_str().expect("an id");
    let replay = format!("/webhook/deliveries/{id}/replay");
    let api = &scene.user.api;
    assert_eq!(api.post_nothing(&replay).await.expect(200)["replayed"], 1);
    receiver.wait_for(7).await;
    assert_eq!(api.post_nothing(&replay).await.text_error().0, 404);

    let rest = api
        .post_nothing("/webhook/deliveries/replay")
        .await
        .expect(200);
    assert_eq!(rest["replayed"], 2);
    receiver.wait_for(9).await;
    assert_eq!(receiver.contents()[6..], ["2", "1", "3"]);
    scene.wait_until_waiting(0).await;
    assert_eq!(scene.dead_letters().await, [] as [Value; 0]);
}
