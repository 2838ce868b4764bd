//! POST /payment/cancel

use serde_json::json;

use super::{asked, refuses_what_is_no_such_request};
use crate::chats::{listen, wait_for};
use crate::send::Chat;
use crate::support::{LOCAL, Receiver};

const PATH: &str = "/payment/cancel";

#[tokio::test]
async fn whoever_was_asked_need_not_pay_any_more() {
    let chat = Chat::open().await;
    let wanted = json!({ "to": chat.ada, "amount": 15000, "currency": "BRL" });
    let (request, _) = chat.send("/payment/request", wanted).await;
    let request = &request["message_id"];
    let body = json!({ "to": chat.ada, "request_message_key": { "id": request, "fromMe": true } });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(sent["message"], "Payment request cancelled successfully");
    assert_eq!(read["kind"], "cancel_payment_request", "{read}");
    let key = &read["message"]["cancel_payment_request_message"]["key"];
    assert_eq!((&key["id"], &key["from_me"]), (request, &json!(true)));

    let theirs = json!({ "id": asked(&chat).await });
    let words = "request_message_key names somebody else's request: it can be declined";
    refuses_what_is_no_such_request(&chat, PATH, &body, (theirs, words)).await;
    chat.refuses_in_older_words(
        PATH,
        &body,
        "Failed to cancel payment request",
        "empty recipient",
    )
    .await;
}

#[tokio::test]
async fn what_becomes_of_a_request_on_the_other_phone_is_told() {
    let chat = Chat::open_with(&LOCAL).await;
    let receiver = Receiver::start().await;
    listen(&chat.user, &receiver, json!(["message.received"])).await;
    for (answer, kind) in [
        ("payment", "send_payment"),
        ("payment_declined", "decline_payment_request"),
    ] {
        let wanted = json!({ "to": chat.ada, "amount": 15000, "currency": "BRL" });
        let (request, _) = chat.send("/payment/request", wanted).await;
        let content = json!({ "type": answer, "message": request["message_id"] });
        chat.world
            .control
            .says(&chat.ada, json!({ "content": content }))
            .await;
        wait_for(&receiver, "message.received", 1, |data| {
            let details = data["details"].to_string();
            let id = request["message_id"].as_str().expect("an id");
            data["message_type"] == kind && details.contains(id)
        })
        .await;
    }
}
