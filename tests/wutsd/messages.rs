//! What is done with messages afterwards.

mod delete;
mod delivered;
mod edit;
mod known;
mod media;
mod read;
mod receipts;
mod status;

use serde_json::{Value, json};

use crate::send::Chat;
use crate::support::until_ok;

/// Sends Ada a text; its id.
async fn sent(chat: &Chat, text: &str) -> String {
    let body = json!({ "number": chat.ada, "text": text });
    let (sent, _) = chat.send("/send/text", body).await;
    sent["message_id"].as_str().expect("an id").to_owned()
}

/// Ada writes; the message's id, once it is known here.
async fn received(chat: &Chat, text: &str) -> String {
    received_in(chat, &chat.phone, text).await
}

/// The same in a group.
async fn received_in(chat: &Chat, to: &str, text: &str) -> String {
    received_from(chat, &chat.ada, to, text).await
}

/// The same from somebody else.
async fn received_from(chat: &Chat, from: &str, to: &str, text: &str) -> String {
    let id = chat.world.control.send_text(from, to, text).await;
    arrived(chat).await;
    id.as_str().expect("an id").to_owned()
}

/// Waits until everything that was sent to the device is acknowledged, so that it is known here.
async fn arrived(chat: &Chat) {
    until_ok("nothing is queued", async || {
        match chat.world.control.queued(&chat.phone).await {
            0 => Ok(()),
            some => Err(some),
        }
    })
    .await;
}

/// What the daemon tells of a message of this account, once it has come so far.
async fn wait_for_status(chat: &Chat, id: &str, status: &str) -> Value {
    until_ok(&format!("{id} is {status}"), async || {
        let told = chat.user.api.get(&format!("/messages/{id}/status")).await;
        match told.body["status"] == status {
            true => Ok(told.body),
            false => Err(told.text),
        }
    })
    .await
}

/// A refusal that names the field at fault.
fn names_field(answer: &crate::support::Answer, field: &str) {
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert_eq!(
        answer.body["validation"][0]["field"], field,
        "{}",
        answer.text
    );
}
