//! GET /statuses

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::{Friends, text};

#[tokio::test]
async fn what_a_friend_has_posted_is_there_for_a_day_with_its_media() {
    let mut friends = Friends::meet().await;
    let first = friends.posts(text("good morning")).await;
    let file = BASE64_STANDARD.encode(b"a picture");
    let media =
        json!({ "media": { "type": "image", "caption": "breakfast", "data_base64": file } });
    let second = friends.posts(media).await;
    let listed = friends.until_there_are(2).await;
    let ids: Vec<&Value> = listed.iter().map(|one| &one["message_id"]).collect();
    assert_eq!(ids, [&second, &first], "the newest first");
    let [picture, words] = listed.as_slice() else {
        panic!("two: {listed:?}");
    };
    assert_eq!(
        (&words["message_type"], &words["content"], &words["read"]),
        (&json!("text"), &json!("good morning"), &json!(false)),
        "{words}"
    );
    assert_eq!(
        words["author_pn"],
        format!("{}@s.whatsapp.net", friends.friend)
    );
    assert_eq!(
        words["author_lid"],
        friends.world.control.lid(&friends.friend).await
    );
    assert_eq!(words["author_name"], "Ada");
    let time = |field: &str| {
        let text = words[field].as_str().expect("a time");
        chrono::DateTime::parse_from_rfc3339(text).expect("RFC 3339")
    };
    assert_eq!((time("expires_at") - time("posted_at")).num_hours(), 24);
    assert_eq!(picture["message_type"], "image");
    assert_eq!(picture["media"]["type"], "image", "{picture}");
    let path = format!("/messages/{}/media", second.as_str().expect("an id"));
    assert_eq!(friends.user.api.get(&path).await.status, 200);

    let page = friends.list("?limit=1").await;
    assert_eq!(page["statuses"][0]["message_id"], second);
    let next = page["next"].as_i64().expect("there is more");
    let page = friends.list(&format!("?limit=1&before={next}")).await;
    assert_eq!(
        (&page["statuses"][0]["message_id"], &page["next"]),
        (&first, &Value::Null)
    );

    // It outlives the daemon, and not its day.
    friends.world.restart("KILL").await;
    friends.user.api = friends.world.again(&friends.user);
    friends.user.api.wait_for_phase("connected").await;
    assert_eq!(friends.until_there_are(2).await.len(), 2);
    friends.world.age_messages(24 * 3600);
    assert_eq!(friends.until_there_are(0).await.len(), 0);
}

#[tokio::test]
async fn what_its_author_takes_back_is_gone_and_what_others_would_take_back_stays() {
    let friends = Friends::meet().await;
    let control = &friends.world.control;
    let eve = control.contact_of(&friends.phone, "Eve").await;
    control.add_contact(&eve, &friends.phone).await;
    control.add_contact(&friends.friend, &eve).await;
    let first = friends.posts(text("first")).await;
    let second = friends.posts(text("second")).await;
    friends.until_there_are(2).await;
    let revoke = json!({ "content": { "type": "revoke", "message": first } });
    control.says(&friends.friend, revoke).await;
    assert_eq!(
        friends.until_there_are(1).await[0]["message_id"],
        second,
        "the other one is left"
    );
    control.wait_for_message(&eve, &second).await;
    let revoke = json!({ "content": { "type": "revoke", "message": second } });
    let refused = control.refuses_to_say(&eve, revoke).await;
    assert_eq!(refused, 400, "a phone offers that to nobody but the author");
}

#[tokio::test]
async fn a_status_is_no_chat_and_its_answer_goes_to_who_posted_it() {
    let friends = Friends::meet().await;
    let api = &friends.user.api;
    let id = friends.posts(text("who comes along?")).await;
    friends.until_there_are(1).await;
    let chats = api.get("/chats").await.expect(200).to_string();
    assert!(!chats.contains("status@broadcast"), "{chats}");

    let answer = json!({
        "number": friends.friend, "text": "I do",
        "quoted": { "key": { "id": id, "fromMe": false }, "message": { "conversation": "?" } },
    });
    let sent = api.post("/send/text", answer).await.expect(200);
    let control = &friends.world.control;
    let seen = control
        .wait_for_message(&friends.friend, &sent["message_id"])
        .await;
    let context = &seen["message"]["extended_text_message"]["context_info"];
    assert_eq!(context["stanza_id"], id, "{seen}");
    assert_eq!(context["remote_jid"], "status@broadcast", "{seen}");
    let quoted = &context["quoted_message"]["extended_text_message"]["text"];
    assert_eq!(quoted, "who comes along?", "{seen}");
}

#[tokio::test]
async fn nonsense_is_refused_by_its_field() {
    let friends = Friends::meet().await;
    for query in ["limit=0", "limit=501", "limit=x", "before=x"] {
        let answer = friends.user.api.get(&format!("/statuses?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        let field = query.split('=').next().expect("a name");
        assert!(answer.text.contains(field), "{query}: {}", answer.text);
    }
}
