//! POST /payment/decline

use serde_json::json;

use super::{asked, refuses_what_is_no_such_request};
use crate::send::Chat;

const PATH: &str = "/payment/decline";

#[tokio::test]
async fn whoever_asked_is_told_that_nothing_is_paid() {
    let chat = Chat::open().await;
    let request = asked(&chat).await;
    // Who made it need not be said.
    let body = json!({ "to": chat.ada, "request_message_key": { "id": request } });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(sent["message"], "Payment request declined successfully");
    assert_eq!(read["kind"], "decline_payment_request", "{read}");
    let key = &read["message"]["decline_payment_request_message"]["key"];
    assert_eq!((&key["id"], &key["from_me"]), (&request, &json!(false)));

    let own = json!({ "to": chat.ada, "amount": 500, "currency": "BRL" });
    let (own, _) = chat.send("/payment/request", own).await;
    let own = json!({ "id": own["message_id"] });
    let words = "request_message_key names this account's own request: it can be cancelled";
    refuses_what_is_no_such_request(&chat, PATH, &body, (own, words)).await;
    chat.refuses_in_older_words(
        PATH,
        &body,
        "Failed to decline payment request",
        "empty recipient",
    )
    .await;
}

#[tokio::test]
async fn in_a_group_the_key_names_who_asked() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    let group = control.group(&[&chat.phone, &chat.ada]).await;
    let unknown = json!({ "id": "3EB0ABCDEF" });
    let mut body = json!({ "to": group, "request_message_key": unknown });
    let answer = chat.post(PATH, body.clone()).await;
    let words = "request_message_key.participant is required: the message is somebody else's, and not known here";
    assert_eq!(
        (answer.status, &answer.body),
        (400, &json!({ "error": words }))
    );
    body["request_message_key"]["participant"] = json!(chat.ada);
    let (_, read) = chat.send(PATH, body).await;
    let key = &read["message"]["decline_payment_request_message"]["key"];
    assert_eq!(key["participant"], control.lid(&chat.ada).await);
}
