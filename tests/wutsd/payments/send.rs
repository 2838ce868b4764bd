//! POST /payment/send

use serde_json::json;

use super::{asked, refuses_what_is_no_such_request};
use crate::send::Chat;

const PATH: &str = "/payment/send";

#[tokio::test]
async fn whoever_asked_is_told_that_it_is_paid() {
    let chat = Chat::open().await;
    let request = asked(&chat).await;
    let body = json!({
        "to": chat.ada,
        "request_message_key": { "id": request, "fromMe": false },
        "amount": 15000,
        "currency": "BRL",
        "note_message": "Thank you"
    });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(sent["message"], "Payment notification sent successfully");
    assert_eq!(sent["amount"], "150.00 BRL");
    assert_eq!(read["kind"], "send_payment", "{read}");
    let paid = &read["message"]["send_payment_message"];
    assert_eq!(paid["request_message_key"]["id"], request);
    assert_eq!(paid["request_message_key"]["from_me"], false);
    let note = &paid["note_message"]["extended_text_message"]["text"];
    assert_eq!(note, "Thank you");

    let own = json!({ "to": chat.ada, "amount": 500, "currency": "BRL" });
    let (own, _) = chat.send("/payment/request", own).await;
    let own = json!({ "id": own["message_id"] });
    let words = "request_message_key names this account's own request: it can be cancelled";
    refuses_what_is_no_such_request(&chat, PATH, &body, (own, words)).await;
    chat.refuses_in_older_words(
        PATH,
        &body,
        "Failed to send payment notification",
        "empty recipient",
    )
    .await;
}
