//! POST /payment/request

use serde_json::{Value, json};

use crate::send::Chat;

const PATH: &str = "/payment/request";

#[tokio::test]
async fn somebody_is_asked_for_a_sum_of_their_currency() {
    let chat = Chat::open().await;
    let body = json!({
        "to": chat.ada,
        "amount": 15000,
        "currency": "BRL",
        "note_message": "Order 1234",
        "expiry_timestamp": 1_893_456_000
    });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(sent["message"], "Payment request sent successfully");
    assert_eq!(sent["amount"], "150.00 BRL");
    assert_eq!(read["kind"], "request_payment", "{read}");
    let asked = &read["message"]["request_payment_message"];
    let note = &asked["note_message"]["extended_text_message"]["text"];
    assert_eq!(note, "Order 1234", "{read}");
    assert_eq!(asked["currency_code_iso4217"], "BRL");
    assert_eq!(asked["amount1000"], 150_000);
    assert_eq!(
        asked["amount"],
        json!({ "value": 15000, "offset": 100, "currency_code": "BRL" })
    );
    assert_eq!(asked["expiry_timestamp"], 1_893_456_000);
    assert_eq!(
        asked["request_from"],
        format!("{}@s.whatsapp.net", chat.ada)
    );

    let yen = json!({ "to": chat.ada, "amount": 15000, "currency": "jpy" });
    let (sent, read) = chat.send(PATH, yen).await;
    assert_eq!(sent["amount"], "15000 JPY");
    let asked = &read["message"]["request_payment_message"];
    assert_eq!(asked["amount1000"], 15_000_000);
    let until = asked["expiry_timestamp"].as_i64().expect("an end");
    let sent_at = read["timestamp"].as_i64().expect("a time");
    assert!((until - sent_at - 7 * 86_400).abs() < 60, "{read}");

    let state = format!(
        "/messages/{}/status",
        sent["message_id"].as_str().expect("an id")
    );
    chat.user.api.get(&state).await.expect(200);
    refuses_bad_sums(&chat, &body).await;
    chat.refuses_in_older_words(
        PATH,
        &body,
        "Failed to send payment request",
        "empty recipient",
    )
    .await;
}

async fn refuses_bad_sums(chat: &Chat, right: &Value) {
    let amount =
        "amount must be a whole number from 1 to 1000000000000: the currency's smallest units";
    let end = "expiry_timestamp must be in the future, within ten years, in Unix seconds";
    let group = chat.world.control.group(&[&chat.phone, &chat.ada]).await;
    for (field, value, text) in [
        ("currency", json!("REAL"), "Invalid currency code"),
        ("currency", json!("XXX"), "Invalid currency code"),
        ("currency", json!(""), "Invalid currency code"),
        ("currency", Value::Null, "Invalid currency code"),
        ("amount", json!(0), amount),
        ("amount", json!(-5), amount),
        ("amount", json!(1.5), amount),
        ("amount", json!(1_000_000_000_001_u64), amount),
        ("amount", Value::Null, "amount is required"),
        ("expiry_timestamp", json!(1), end),
        ("expiry_timestamp", json!(1_893_456_000_000_i64), end),
        ("to", json!(group), "Invalid recipient JID: invalid number"),
    ] {
        let mut body = right.clone();
        body[field] = value;
        let answer = chat.post(PATH, body).await;
        assert_eq!(
            (answer.status, &answer.body),
            (400, &json!({ "error": text }))
        );
    }
}
