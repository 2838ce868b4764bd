//! POST /presence

use serde_json::{Value, json};

use crate::chats::{Two, wait_for};

/// Has Ada's device watch the user's.
async fn watched() -> Two {
    let two = Two::start(json!(["contact.presence"])).await;
    let body = json!({ "jid": two.phone, "ensure_online": true });
    two.ada
        .api
        .post("/presence/subscribe", body)
        .await
        .expect(200);
    wait_for(&two.told, "contact.presence", 1, is("available")).await;
    two
}

fn is(state: &str) -> impl Fn(&Value) -> bool {
    move |data| data["state"] == state
}

#[tokio::test]
async fn others_see_whether_somebody_is_there_in_any_of_the_words() {
    let two = watched().await;
    let table = [
        (json!({ "state": "unavailable" }), "unavailable", 1),
        (json!({}), "available", 2),
        (json!({ "state": "offline" }), "unavailable", 2),
        (json!({ "state": "online" }), "available", 3),
    ];
    for (body, state, count) in table {
        let shown = two.user.api.post("/presence", body).await.expect(200);
        assert_eq!(
            (&shown["success"], &shown["state"]),
            (&json!(true), &json!(state))
        );
        wait_for(&two.told, "contact.presence", count, is(state)).await;
    }
    let answer = two
        .user
        .api
        .post("/presence", json!({ "state": "away" }))
        .await;
    let (status, text) = answer.text_error();
    assert_eq!(status, 400);
    assert!(text.starts_with("state must be one of"), "{text}");
    two.user.api.post_nothing("/disconnect").await.expect(200);
    let answer = two.user.api.post("/presence", json!({})).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}

#[tokio::test]
async fn whoever_hides_stays_hidden_on_the_next_connection() {
    let two = watched().await;
    let hidden = json!({ "state": "unavailable" });
    two.user.api.post("/presence", hidden).await.expect(200);
    wait_for(&two.told, "contact.presence", 1, is("unavailable")).await;
    two.user.api.post_nothing("/disconnect").await.expect(200);
    two.user.api.post_nothing("/connect").await.expect(200);
    // At its login the protocol library says that somebody is there.
    wait_for(&two.told, "contact.presence", 2, is("available")).await;
    wait_for(&two.told, "contact.presence", 2, is("unavailable")).await;
}
