//! How events come, to receivers that do well and to those that do not.

use serde_json::json;

use super::Scene;
use crate::support::Receiver;

#[tokio::test]
async fn an_inbound_message_comes_with_everything_that_is_known_of_it() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    scene.listen(&receiver).await;
    let id = scene.write("hello").await;
    let received = receiver.wait_for(1).await.remove(0);
    let body = &received.body;
    assert_eq!(body["event"], "message.received");
    assert_eq!(body["user_id"], scene.user.user_id);
    assert!(body["timestamp"].is_i64() && body["id"].is_string());
    assert_eq!(body.get("signature"), None);
    let data = &body["data"];
    let jid = |phone: &str| json!(format!("{phone}@s.whatsapp.net"));
    assert_eq!(data["message_id"], id);
    assert_eq!(data["from"], jid(&scene.friend));
    assert_eq!(data["to"], jid(&scene.phone));
    assert_eq!(data["content"], "hello");
    assert_eq!(data["message_type"], "text");
    assert_eq!(data["is_from_me"], false);
    assert_eq!(data["sender_pn"], jid(&scene.friend));
    let lid = scene.world.control.lid(&scene.friend).await;
    assert_eq!(
        data["sender_lid"]
            .as_str()
            .expect("a LID")
            .split('@')
            .next(),
        lid.split('@').next()
    );
}
