//! What WhatsApp does not let an account do: it is shown, told, and not tried in vain.

use serde_json::{Value, json};

use super::Chat;
use crate::chats::listen;
use crate::support::{LOCAL, Received, Receiver};

const UNTIL: u64 = 1_900_000_000;

async fn restrict(chat: &Chat, fault: &str) {
    let jid = format!("{}@s.whatsapp.net", chat.phone);
    let fault = json!({ "jid": jid, "fault": fault, "until": UNTIL });
    chat.world.control.fault(fault).await;
}

/// What is told of restrictions, as often as it is.
async fn told(receiver: &Receiver, count: usize) -> Value {
    let of_them = |all: &[Received]| {
        let events = all
            .iter()
            .filter(|one| one.event() == "account.restriction");
        events
            .map(|one| one.body["data"].clone())
            .collect::<Vec<_>>()
    };
    let all = receiver
        .until("restrictions", |all| of_them(all).len() >= count)
        .await;
    of_them(&all).pop().unwrap_or_default()
}

#[tokio::test]
async fn who_may_not_write_to_strangers_is_shown_as_that_and_tries_it_only_when_asked_to() {
    let mut chat = Chat::open_with(&LOCAL).await;
    let receiver = Receiver::start().await;
    let events = json!(["account.restriction", "message.received"]);
    listen(&chat.user, &receiver, events).await;
    let control = &chat.world.control;
    let (stranger, writer) = (control.account("Bob").await, control.account("Cleo").await);
    control
        .send_text(&writer, &chat.phone, "are you there?")
        .await;
    receiver.wait_for_event("message.received").await;
    control.add_contact(&chat.phone, &chat.ada).await;
    chat.user.api.wait_for_contact(&chat.ada).await;
    assert_eq!(chat.user.status().await["restriction"], Value::Null);
    restrict(&chat, "reach_out_locked").await;
    let shown = |status: &Value| status["restriction"].is_object();
    let status = chat.user.api.wait_for("a restriction", shown).await;
    let expected = json!({ "reach_out": {
        "until": "2030-03-17T17:46:40Z", "enforcement_type": "RESTRICT_ALL_COMPANIONS",
    } });
    assert_eq!(status["restriction"], expected);
    assert_eq!(told(&receiver, 1).await["restriction"], expected);
    let metric = r#"devices_restricted{restriction="reach_out"} 1"#;
    chat.user.api.wait_for_metric(metric).await;

    let before = control.counter("messages").await;
    let mut body = json!({ "number": stranger, "text": "hello" });
    let answer = chat.post("/send/text", body.clone()).await;
    let text = "failed to send message: not sent, since WhatsApp would refuse it (463): the account may not write to people \
                who have not written to it first, until 2030-03-17T17:46:40Z; with \"force\": true it is sent all the same";
    assert_eq!(answer.text_error(), (502, text));
    assert_eq!(answer.body["error_code"], "REACHOUT_RESTRICTED");
    assert_eq!(
        control.counter("messages").await,
        before,
        "WhatsApp was not asked"
    );
    body["force"] = json!("perhaps");
    chat.refuses_field(
        "/send/text",
        body.clone(),
        "force",
        "force must be true or false",
    )
    .await;
    body["force"] = json!(true);
    let answer = chat.post("/send/text", body).await;
    let text = answer.text_error().1;
    assert!(text.contains("refused by WhatsApp (463)"), "{text}");
    // Who has written is no stranger, and neither are the people of the address book.
    for known in [&writer, &chat.ada] {
        let body = json!({ "number": known, "text": "hello" });
        chat.post("/send/text", body).await.expect(200);
    }

    chat.world.restart("TERM").await;
    chat.user.api = chat.world.again(&chat.user);
    let status = chat.user.api.wait_for("a restriction", shown).await;
    assert_eq!(status["restriction"], expected);
    chat.world.control.clear_faults().await;
    let lifted = |status: &Value| status["restriction"].is_null();
    chat.user.api.wait_for("no restriction", lifted).await;
    assert_eq!(told(&receiver, 2).await["restriction"], Value::Null);
    let body = json!({ "number": stranger, "text": "hello" });
    chat.post("/send/text", body).await.expect(200);
}

#[tokio::test]
async fn who_has_begun_as_many_chats_as_allowed_begins_no_more() {
    let chat = Chat::open().await;
    let stranger = chat.world.control.account("Bob").await;
    restrict(&chat, "new_chats_capped").await;
    let shown = |status: &Value| status["restriction"].is_object();
    let status = chat.user.api.wait_for("a restriction", shown).await;
    let limit =
        json!({ "status": "CAPPED", "total": 30, "used": 30, "until": "2030-03-17T17:46:40Z" });
    assert_eq!(status["restriction"], json!({ "new_chats": limit }));
    let mut body = json!({ "number": stranger, "text": "hello" });
    for (force, said) in [
        (false, "not sent, since"),
        (true, "refused by WhatsApp (475)"),
    ] {
        body["force"] = json!(force);
        let answer = chat.post("/send/text", body.clone()).await;
        let (status, text) = answer.text_error();
        assert_eq!(
            (status, &answer.body["error_code"]),
            (502, &json!("REACHOUT_RESTRICTED"))
        );
        assert!(text.contains(said), "{text}");
        assert!(text.contains("begin no more chats"), "{text}");
    }
}
