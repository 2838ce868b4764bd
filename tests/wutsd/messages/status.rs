//! GET /messages/{id}/status

use serde_json::json;

use super::wait_for_status;
use crate::send::Chat;
use crate::support::World;

async fn ask(chat: &Chat, id: &str) -> crate::support::Answer {
    chat.user.api.get(&format!("/messages/{id}/status")).await
}

#[tokio::test]
async fn a_message_is_followed_to_whoever_gets_it() {
    let chat = Chat::open().await;
    let id = super::sent(&chat, "hello").await;
    let told = wait_for_status(&chat, &id, "delivered").await;
    assert_eq!(told["message_id"], id);
    assert_eq!(told["chat_jid"], format!("{}@s.whatsapp.net", chat.ada));
    assert_eq!(told["is_group"], false);
    assert!(
        told["delivered_at"].is_string() && told["read_at"].is_null(),
        "{told}"
    );
    let recipients = told["recipients"].as_array().expect("recipients");
    assert_eq!(recipients.len(), 1, "{told}");
    let lid = chat.world.control.lid(&chat.ada).await;
    let named = (&recipients[0]["phone_number"], &recipients[0]["lid"]);
    assert!(*named.0 == chat.ada || *named.1 == lid, "{told}");
}

#[tokio::test]
async fn in_a_group_everybody_is_followed() {
    let chat = Chat::open().await;
    let bob = chat.world.control.account("Bob").await;
    let group = chat
        .world
        .control
        .group(&[&chat.phone, &chat.ada, &bob])
        .await;
    let sent = chat
        .post("/send/text", json!({ "number": group, "text": "hello" }))
        .await
        .expect(200);
    let id = sent["message_id"].as_str().expect("an id");
    for phone in [&chat.ada, &bob] {
        chat.world
            .control
            .wait_for_message(phone, &sent["message_id"])
            .await;
    }
    let told = crate::support::until_ok("both have it", async || {
        let told = ask(&chat, id).await;
        match told.body["recipients"].as_array().map(Vec::len) {
            Some(2) => Ok(told.body),
            _ => Err(told.text),
        }
    })
    .await;
    assert_eq!(
        (&told["is_group"], &told["chat_jid"]),
        (&json!(true), &json!(group))
    );
    assert_eq!(told["status"], "delivered");
    for recipient in told["recipients"].as_array().expect("recipients") {
        let both = recipient["phone_number"].is_string() && recipient["lid"].is_string();
        assert!(both, "{told}");
    }
}

#[tokio::test]
async fn a_stranger_who_knows_its_id_has_not_read_it() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    let (eve, eves) = chat.world.paired_user().await;
    let group = control.group(&[&chat.phone, &chat.ada]).await;
    let with_eve = control.group(&[&chat.phone, &eves]).await;
    let send = async |to: &str, phone: &str| {
        let body = json!({ "number": to, "text": "hello" });
        let id = chat.post("/send/text", body).await.expect(200)["message_id"].clone();
        control.wait_for_message(phone, &id).await;
        id.as_str().expect("an id").to_owned()
    };
    let reads = async |id: &str, place: &str| {
        let body = json!({ "chat_jid": place, "sender_jid": chat.phone });
        eve.api
            .post(&format!("/messages/{id}/read"), body)
            .await
            .expect(200);
    };
    let (private, grouped) = (
        send(&chat.ada, &chat.ada).await,
        send(&group, &chat.ada).await,
    );
    for (id, place) in [
        (&private, &chat.phone),
        (&private, &with_eve),
        (&grouped, &group),
        (&grouped, &with_eve),
    ] {
        reads(id, place).await;
    }
    // What comes later has come, so what came before has.
    for to in [&eves, &with_eve] {
        let id = send(to, &eves).await;
        reads(&id, if to == &eves { &chat.phone } else { to }).await;
        wait_for_status(&chat, &id, "read").await;
    }
    for id in [&private, &grouped] {
        let told = wait_for_status(&chat, id, "delivered").await;
        assert_eq!(
            told["recipients"].as_array().map(Vec::len),
            Some(1),
            "{told}"
        );
    }
}

#[tokio::test]
async fn what_whatsapp_refuses_has_failed_and_what_it_does_not_answer_is_pending() {
    let world = World::start_with(&[("WHATSAPP__COMMAND_TIMEOUT", "2")]).await;
    let chat = Chat::open_in(world).await;
    let body = json!({ "number": chat.ada, "text": "hello" });
    let fault = json!({ "jid": "*", "fault": "ack_silence", "times": 1 });
    chat.world.control.fault(fault).await;
    // A phone that is switched off says nothing either.
    let answer = chat.post("/send/text", body.clone()).await.expect(504);
    let told = ask(&chat, answer["message_id"].as_str().expect("an id")).await;
    let status = &told.expect(200)["status"];
    assert!(*status == "pending" || *status == "delivered", "{status}");

    let fault = json!({ "jid": "*", "fault": "ack_error", "error": 479, "times": 1 });
    chat.world.control.fault(fault).await;
    assert_eq!(chat.post("/send/text", body).await.status, 502);
    let told = ask(&chat, &chat.world.newest_message()).await.expect(200);
    assert_eq!(told["status"], "failed");
    assert_eq!(told["error"], "refused by WhatsApp (479)");
}

#[tokio::test]
async fn nobody_else_is_told_and_what_is_unknown_is_not_found() {
    let chat = Chat::open().await;
    let id = super::sent(&chat, "hello").await;
    let stranger = chat.world.user().await;
    let answer = stranger.api.get(&format!("/messages/{id}/status")).await;
    assert_eq!(answer.text_error(), (404, "message not found"));
    let answer = ask(&chat, "3EB0FFFF").await;
    assert_eq!(answer.text_error(), (404, "message not found"));
    // What somebody else has written has no status here.
    let theirs = super::received(&chat, "hello").await;
    let answer = ask(&chat, &theirs).await;
    assert_eq!(answer.text_error(), (404, "message not found"));
}

#[tokio::test]
async fn it_is_known_after_a_kill() {
    let mut chat = Chat::open().await;
    let id = super::sent(&chat, "hello").await;
    let told = wait_for_status(&chat, &id, "delivered").await;
    chat.world.restart("KILL").await;
    chat.user.api = chat.world.again(&chat.user);
    assert_eq!(ask(&chat, &id).await.expect(200), told);
}
