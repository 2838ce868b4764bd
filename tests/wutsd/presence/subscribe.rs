//! POST /presence/subscribe

use serde_json::{Value, json};

use crate::chats::{Two, listen, wait_for};
use crate::support::Receiver;

#[tokio::test]
async fn who_is_watched_is_told_by_the_name_that_was_asked_for_also_after_a_restart() {
    let mut two = Two::start(json!(["contact.presence"])).await;
    let jid = format!("{}@s.whatsapp.net", two.phone);
    let lid = two.world.control.lid(&two.phone).await;
    for name in [jid.clone(), two.phone.clone(), lid] {
        let body = json!({ "jid": name, "ensure_online": true });
        let watched = two
            .ada
            .api
            .post("/presence/subscribe", body)
            .await
            .expect(200);
        assert_eq!(watched["success"], true);
        assert_eq!(watched["subject_jid"], jid, "{name}");
    }
    let of = |state: &'static str| {
        let jid = jid.clone();
        move |data: &Value| data["contact"] == jid && data["state"] == state
    };
    wait_for(&two.told, "contact.presence", 1, of("available")).await;
    two.user.api.post_nothing("/disconnect").await.expect(200);
    wait_for(&two.told, "contact.presence", 1, of("unavailable")).await;

    two.world.restart("TERM").await;
    two.user.api = two.world.again(&two.user);
    two.ada.api = two.world.again(&two.ada);
    two.ada.api.wait_for_phase("connected").await;
    wait_for(&two.told, "contact.presence", 2, of("unavailable")).await;
    let last_seen = two.told.all();
    let last_seen = &last_seen.last().expect("an event").body["data"]["last_seen"];
    assert!(last_seen.is_string(), "{last_seen}");
    two.user.api.post_nothing("/connect").await.expect(200);
    wait_for(&two.told, "contact.presence", 2, of("available")).await;
}

#[tokio::test]
async fn whoever_hides_is_told_nothing_until_it_is_seen() {
    let two = Two::start(json!(["chat.presence"])).await;
    let told = Receiver::start().await;
    listen(&two.ada, &told, json!(["contact.presence"])).await;
    let api = &two.ada.api;
    api.post("/presence", json!({ "state": "offline" }))
        .await
        .expect(200);
    let body = json!({ "jid": two.phone });
    api.post("/presence/subscribe", body.clone())
        .await
        .expect(200);
    let typing = json!({ "state": "typing" });
    // It comes after whatever was told before.
    listen(
        &two.ada,
        &told,
        json!(["contact.presence", "chat.presence"]),
    )
    .await;
    let path = format!("/chats/{}/typing", two.chat());
    two.user.api.post(&path, typing).await.expect(200);
    assert_eq!(told.wait_for(1).await[0].event(), "chat.presence");
    let seen = json!({ "jid": two.phone, "ensure_online": true });
    api.post("/presence/subscribe", seen).await.expect(200);
    wait_for(&told, "contact.presence", 1, |data| {
        data["state"] == "available"
    })
    .await;
}

#[tokio::test]
async fn groups_and_people_who_are_not_there_are_refused() {
    let two = Two::start(json!(["contact.presence"])).await;
    let group = two.world.control.group(&[&two.phone, &two.ada_phone]).await;
    let table = [
        (json!({}), "jid is required"),
        (json!({ "jid": group }), "jid: "),
        (
            json!({ "jid": "19995550000" }),
            "19995550000 is not on WhatsApp",
        ),
        (
            json!({ "jid": two.phone, "ensure_online": "perhaps" }),
            "ensure_online must be",
        ),
    ];
    for (body, text) in table {
        let answer = two.ada.api.post("/presence/subscribe", body).await;
        let (status, said) = answer.text_error();
        assert_eq!(status, 400, "{}", answer.text);
        assert!(said.starts_with(text), "{said}");
    }
}
