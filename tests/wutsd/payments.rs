//! Talk about payments.

mod cancel;
mod decline;
mod request;
mod send;

use serde_json::{Value, json};

use crate::send::Chat;
use crate::support::until_ok;

/// Ada's phone asks for 150.00 BRL. Returns the id of the request, which is known here.
async fn asked(chat: &Chat) -> Value {
    let control = &chat.world.control;
    let content = json!({ "type": "payment_request", "amount": 15000, "currency": "BRL" });
    let saying = json!({ "to": chat.phone, "content": content });
    let id = control.says(&chat.ada, saying).await;
    until_ok("the request is here", async || {
        match control.queued(&chat.phone).await {
            0 => Ok(()),
            some => Err(some),
        }
    })
    .await;
    id
}

/// What no endpoint takes that names a request: somebody's text, and a request of the other side.
async fn refuses_what_is_no_such_request(
    chat: &Chat,
    path: &str,
    body: &Value,
    others: (Value, &str),
) {
    let control = &chat.world.control;
    let text = control.send_text(&chat.ada, &chat.phone, "hello").await;
    let known = async || match control.queued(&chat.phone).await {
        0 => Ok(()),
        some => Err(some),
    };
    until_ok("the text is here", known).await;
    let no_request = "request_message_key names a message that is no request for a payment";
    for (key, words) in [
        (json!({ "id": text, "fromMe": false }), no_request),
        others,
        (json!({}), "request_message_key.id is required"),
        (Value::Null, "request_message_key.id is required"),
    ] {
        let mut body = body.clone();
        body["request_message_key"] = key;
        let answer = chat.post(path, body).await;
        assert_eq!(
            (answer.status, &answer.body),
            (400, &json!({ "error": words })),
        );
    }
}
