//! GET /chats

use serde_json::{Value, json};

use super::Chats;

#[tokio::test]
async fn people_and_groups_are_listed_by_name_and_by_who_wrote_last() {
    let chats = Chats::start().await;
    let control = &chats.world.control;
    assert_eq!(
        chats.user.api.get("/chats").await.expect(200),
        json!({ "success": true, "chats": [], "count": 0 })
    );
    let group = control.group(&[&chats.phone, &chats.ada]).await;
    let silent = chats.listed(&group).await;
    let expected = json!({
        "jid": group, "type": "group", "name": "A group", "pinned": false, "archived": false,
        "participant_count": 2, "unread": 0,
    });
    assert_eq!(silent, expected);

    let stranger = control.account("Bob").await;
    control.send_text(&stranger, &chats.phone, "hello").await;
    control.send_text(&chats.ada, &chats.phone, "hello").await;
    control
        .send_text(&chats.ada, &chats.phone, "are you there?")
        .await;
    let ada = chats
        .wait_until(&chats.chat(), |listed| listed["unread"] == 2)
        .await;
    assert_eq!(
        (&ada["type"], &ada["name"]),
        (&json!("contact"), &json!("Ada Lovelace"))
    );
    assert_eq!(ada["jid_pn"], chats.chat());
    assert_eq!(ada["jid_lid"], control.lid(&chats.ada).await);
    assert_eq!(ada["participant_count"], 0);
    assert!(
        ada["last_activity"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z')),
        "{ada}"
    );
    let bob = chats.listed(&format!("{stranger}@s.whatsapp.net")).await;
    assert_eq!(
        (&bob["name"], &bob["unread"]),
        (&json!("Bob"), &json!(1)),
        "who is in no address book goes by its own name"
    );

    let body = json!({ "number": group, "text": "good morning" });
    let sent = chats.user.api.post("/send/text", body).await.expect(200);
    let shown = chats
        .wait_until(&group, |listed| listed["last_activity"].is_string())
        .await;
    assert_eq!(shown["last_activity"], sent["timestamp"], "{shown}");
    assert_eq!(chats.list().await.len(), 3);

    // The chat is still there when the account is not in the group any more.
    let path = format!("/groups/{group}/leave");
    chats.user.api.delete(&path).await.expect(200);
    let left = chats
        .wait_until(&group, |listed| listed["participant_count"] == 0)
        .await;
    assert_eq!(left["name"], "A group", "{left}");
}

#[tokio::test]
async fn what_somebody_has_read_anywhere_is_not_unread_and_deleted_chats_are_gone() {
    let mut chats = Chats::start().await;
    let chat = chats.chat();
    let unread = |count: u64| move |listed: &Value| listed["unread"] == count;
    let from_ada = async |chats: &Chats, text: &str| {
        chats
            .world
            .control
            .send_text(&chats.ada, &chats.phone, text)
            .await
    };
    let first = from_ada(&chats, "one").await;
    chats.wait_until(&chat, unread(1)).await;
    // Here.
    let path = format!("/messages/{}/read", first.as_str().expect("an id"));
    chats.user.api.post_nothing(&path).await.expect(200);
    chats.wait_until(&chat, unread(0)).await;
    // On the phone.
    let second = from_ada(&chats, "two").await;
    chats.wait_until(&chat, unread(1)).await;
    chats
        .world
        .control
        .attends(&chats.phone, "read", &[&second])
        .await;
    chats.wait_until(&chat, unread(0)).await;
    // Who answers has read.
    from_ada(&chats, "three").await;
    chats.wait_until(&chat, unread(1)).await;
    chats.say(&chats.ada, "an answer").await;
    chats.wait_until(&chat, unread(0)).await;
    // Marked on the phone, as not read and as read.
    chats
        .on_the_phone(json!({ "chat": chat, "read": false }))
        .await;
    chats.wait_until(&chat, unread(1)).await;
    chats
        .on_the_phone(json!({ "chat": chat, "read": true }))
        .await;
    chats.wait_until(&chat, unread(0)).await;
    from_ada(&chats, "four").await;
    chats.wait_until(&chat, unread(1)).await;
    chats.restart().await;
    assert_eq!(chats.listed(&chat).await["unread"], 1);
    chats
        .on_the_phone(json!({ "chat": chat, "deleted": true }))
        .await;
    chats.wait_until_gone(&chat).await;
}

#[tokio::test]
async fn a_new_pairing_begins_with_what_the_phone_tells_and_nothing_of_the_old_one() {
    let chats = Chats::start().await;
    let (control, api) = (&chats.world.control, &chats.user.api);
    control.send_text(&chats.ada, &chats.phone, "before").await;
    chats
        .wait_until(&chats.chat(), |listed| listed["unread"] == 1)
        .await;
    api.post(&chats.path("pin"), json!({})).await.expect(200);
    api.post_nothing("/logout").await.expect(200);
    chats.world.pair(&chats.user, &chats.phone).await;
    let again = chats
        .wait_until(&chats.chat(), |listed| listed["pinned"] == true)
        .await;
    assert_eq!(
        (&again["unread"], &again["last_activity"]),
        (&json!(0), &Value::Null)
    );
}

#[tokio::test]
async fn without_a_connection_nothing_is_listed() {
    let chats = Chats::start().await;
    let answer = chats.world.api.get("/chats").await;
    assert_eq!(answer.text_error(), (401, "Invalid token"));
    let fault =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:g2", "code": 500, "times": 1 });
    chats.world.control.fault(fault).await;
    let answer = chats.user.api.get("/chats").await;
    assert_eq!(answer.text_error(), (502, "failed to list chats"));
    chats.user.api.post_nothing("/disconnect").await.expect(200);
    let answer = chats.user.api.get("/chats").await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
