//! Sending and receiving with a client.

use serde_json::json;
use waproto::whatsapp::message::extended_text_message::FontType;
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::Event;

use super::{TestClient, World};

/// Posts a text status to these phone numbers; returns its id.
pub async fn post_status(client: &TestClient, text: &str, to: &[&str]) -> String {
    let recipients: Vec<Jid> = to.iter().map(|phone| Jid::pn(*phone)).collect();
    // A status goes to LIDs, and this is how a client learns them.
    let contacts = client.client.contacts();
    contacts.is_on_whatsapp(&recipients).await.unwrap();
    let status = client.client.status();
    let sent = status
        .send_text(
            text,
            0xFF1E_6E4F,
            FontType::SYSTEM,
            &recipients,
            Default::default(),
        )
        .await
        .unwrap();
    sent.message_id
}

/// The phone of `from` writes to `to`, and its client reads what was written.
pub async fn arrives(world: &World, client: &TestClient, to: &str, from: &str, text: &str) {
    world
        .post("/inbound", json!({ "to": to, "from": from, "text": text }))
        .await;
    assert_eq!(text_from(client).await, text);
}

/// The next text that the client reads.
pub async fn text_from(client: &TestClient) -> String {
    client
        .event("text", |event| match event {
            Event::Messages(batch) => batch.iter().find_map(|inbound| {
                let message = &inbound.message;
                let extended = message.extended_text_message.as_option();
                let extended = extended.and_then(|extended| extended.text.clone());
                message.conversation.clone().or(extended)
            }),
            _ => None,
        })
        .await
}

/// Waits until the client knows a contact by this name.
pub async fn learns(client: &TestClient, name: &str) {
    client
        .event(name, |event| match event {
            Event::ContactUpdate(update) => {
                (update.action.full_name.as_deref() == Some(name)).then_some(())
            }
            _ => None,
        })
        .await;
}
