//! POST /send/text

use serde_json::{Value, json};

use super::Chat;
use crate::support::World;

const PATH: &str = "/send/text";

#[tokio::test]
async fn somebody_reads_it_whatever_name_they_were_given() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    let lid = world.control.lid(&ada).await;
    for (name, text) in [
        (ada.clone(), "by number"),
        (
            format!("+{} {}", &ada[..2], &ada[2..]),
            "as people write it",
        ),
        (format!("{ada}@s.whatsapp.net"), "by JID"),
        (lid, "by LID"),
    ] {
        let body = json!({ "number": name, "text": text });
        let sent = user.api.post(PATH, body).await.expect(200);
        let message = world
            .control
            .wait_for_message(&ada, &sent["message_id"])
            .await;
        assert_eq!(message["text"], text);
        assert_eq!(message["from"], format!("{phone}@s.whatsapp.net"));
        assert_eq!(sent["chat_jid"], format!("{ada}@s.whatsapp.net"));
        assert_eq!(
            (&sent["success"], &sent["status"]),
            (&json!(true), &json!("sent"))
        );
        let metadata = &sent["metadata"];
        assert_eq!(metadata["presence_sent"], false);
        assert_eq!(metadata["quoted_message_found"], false);
        assert!(metadata["processing_time_ms"].is_u64(), "{metadata}");
        assert_eq!(metadata["sent_at"], sent["timestamp"]);
    }
}

#[tokio::test]
async fn a_group_reads_it_with_its_mentions_and_what_it_answers() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    let grace = world.control.account("Grace").await;
    let group = world.control.group(&[&phone, &ada, &grace]).await;
    let body = json!({
        "number": group,
        "text": format!("@{ada} look"),
        "mentioned": [ada],
        "quoted": {
            "key": { "id": "3EB0ABCDEF", "fromMe": false, "participant": grace },
            "message": { "conversation": "Is my order ready?" }
        }
    });
    let sent = user.api.post(PATH, body).await.expect(200);
    assert_eq!(sent["chat_jid"], json!(group));
    assert_eq!(sent["metadata"]["mentions_processed"], 1);
    assert_eq!(sent["metadata"]["quoted_message_found"], false);
    for reader in [&ada, &grace] {
        let message = world
            .control
            .wait_for_message(reader, &sent["message_id"])
            .await;
        let content = &message["message"]["extended_text_message"];
        let context = &content["context_info"];
        let mentioned = context["mentioned_jid"][0].as_str().expect("a mention");
        let name = mentioned.split('@').next().expect("a name");
        assert_eq!(content["text"], format!("@{name} look"), "{message}");
        assert_eq!(context["stanza_id"], "3EB0ABCDEF");
        assert_eq!(
            context["quoted_message"]["conversation"],
            "Is my order ready?"
        );
        assert!(context["participant"].is_string(), "{message}");
    }
}

#[tokio::test]
async fn texts_to_one_chat_leave_in_their_order_and_a_slow_one_holds_up_nobody_else() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    let bob = world.control.account("Bob").await;
    let text = |to: &str, text: &str, delay: u8| {
        let body = json!({ "number": to, "text": text, "delay": delay, "typingDuration": delay });
        user.api.post(PATH, body)
    };
    let slow = text(&ada, "first", 2);
    let quick = text(&ada, "second", 0);
    let (other, slow, quick) = futures::join!(
        async {
            (
                text(&bob, "meanwhile", 0).await.expect(200),
                world.control.inbox(&ada).await,
            )
        },
        slow,
        async {
            // Accepted after the first: it has been given its place.
            tokio::task::yield_now().await;
            quick.await
        }
    );
    let (_, ada_when_bob_had_his) = other;
    assert!(ada_when_bob_had_his.is_empty(), "{ada_when_bob_had_his:?}");
    let first = slow.expect(200);
    assert_eq!(first["metadata"]["presence_duration_seconds"], 2);
    world
        .control
        .wait_for_message(&ada, &quick.expect(200)["message_id"])
        .await;
    let texts: Vec<Value> = world
        .control
        .inbox(&ada)
        .await
        .iter()
        .map(|message| message["text"].clone())
        .collect();
    assert_eq!(texts, ["first", "second"]);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_the_name_of_the_field() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let long = "x".repeat(4097);
    let table = [
        (json!({ "text": "hello" }), "number"),
        (json!({ "number": phone }), "text"),
        (json!({ "number": phone, "text": "" }), "text"),
        (json!({ "number": phone, "text": "  " }), "text"),
        (json!({ "number": phone, "text": long }), "text"),
        (json!({ "number": "nobody", "text": "hello" }), "number"),
        (
            json!({ "number": "5511900000000", "text": "hello" }),
            "number",
        ),
        (
            json!({ "number": phone, "text": "hello", "delay": 61 }),
            "delay",
        ),
        (
            json!({ "number": phone, "text": "hello", "delay": -1 }),
            "delay",
        ),
        (
            json!({ "number": phone, "text": "hello", "typingDuration": 1e9 }),
            "typingDuration",
        ),
        (
            json!({ "number": phone, "text": "hello", "mentioned": ["x"] }),
            "mentioned",
        ),
    ];
    for (body, field) in table {
        let answer = user.api.post(PATH, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        let named = answer.body["validation"][0]["field"]
            .as_str()
            .unwrap_or_default();
        assert!(named.starts_with(field), "{body}: {}", answer.text);
    }
    let group = "120363000000000000@g.us";
    let answer = user
        .api
        .post(PATH, json!({ "number": group, "text": "hello" }))
        .await;
    assert_eq!(answer.text_error(), (404, "group not found"));
}

#[tokio::test]
async fn what_whatsapp_does_not_answer_in_time_is_named_by_its_id() {
    let world = World::start_with(&[("WHATSAPP__COMMAND_TIMEOUT", "2")]).await;
    let (user, _) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    world
        .control
        .fault(json!({ "jid": "*", "fault": "ack_silence" }))
        .await;
    let answer = user
        .api
        .post(PATH, json!({ "number": ada, "text": "hello" }))
        .await;
    assert_eq!(answer.status, 504, "{}", answer.text);
    let id = answer.body["message_id"].clone();
    world.control.wait_for_message(&ada, &id).await;
}

#[tokio::test]
async fn a_lid_that_nobody_has_is_refused_as_a_number_is() {
    let chat = Chat::open().await;
    for (number, text) in [
        (
            "999999999999999@lid",
            "999999999999999@lid is not on WhatsApp",
        ),
        ("5511900000000", "5511900000000 is not on WhatsApp"),
    ] {
        let body = json!({ "number": number, "text": "hello" });
        chat.refuses_field(PATH, body, "number", text).await;
        let place = json!({ "to": number, "latitude": 1, "longitude": 1 });
        let answer = chat.post("/send/location", place).await;
        let nobody = json!({ "error": text });
        assert_eq!((answer.status, &answer.body), (400, &nobody));
    }
    let quoted = json!({ "key": { "id": " " } });
    let body = json!({ "number": chat.ada, "text": "hello", "quoted": quoted });
    let text = "quoted.key.id cannot be empty";
    chat.refuses_field(PATH, body, "quoted.key.id", text).await;
}
