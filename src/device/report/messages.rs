//! An inbound message as its event describes it: every kind, also those that nobody has heard of yet.

mod details;
mod media;

use serde_json::{Map, Value, json};
use wacore::proto_helpers::MessageExt;
use wacore::types::message::{MessageCategory, MessageInfo};
use waproto::whatsapp::message::ProtocolMessage;
use waproto::whatsapp::message::protocol_message::Type;
use waproto::whatsapp::{ContextInfo, Message, MessageKey};

use super::participants::{People, head};

/// What is in a message.
#[derive(Debug, Default, PartialEq)]
struct Content {
    kind: String,
    /// Text or caption.
    text: Option<String>,
    media: Option<Value>,
    details: Option<Value>,
    context: Option<Value>,
}

/// The `data` of an inbound message's event. `None`: it is between this device and its phone, and no message to anybody.
pub fn describe(message: &Message, info: &MessageInfo, people: &People) -> Option<Value> {
    if info.category == MessageCategory::Peer {
        return None;
    }
    let content = content(message)?;
    let mut data = head(info, people);
    data.insert("message_type".into(), content.kind.into());
    data.insert("content".into(), content.text.into());
    let optional = [
        ("media", content.media),
        ("details", content.details),
        ("context", content.context),
        (
            "ephemeral_seconds",
            info.ephemeral_expiration.map(Value::from),
        ),
        (
            "view_once",
            message.is_view_once().then_some(Value::Bool(true)),
        ),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            data.insert(name.into(), value);
        }
    }
    Some(Value::Object(data))
}

fn content(message: &Message) -> Option<Content> {
    let message = unwrapped(message);
    if let Some(text) = &message.conversation {
        return Some(Content {
            kind: "text".into(),
            text: Some(text.clone()),
            ..Content::default()
        });
    }
    if let Some(text) = message.extended_text_message.as_option() {
        let preview = json!({ "url": text.matched_text, "title": text.title, "description": text.description });
        return Some(Content {
            kind: "text".into(),
            text: text.text.clone(),
            details: text.matched_text.is_some().then_some(preview),
            context: context(text.context_info.as_option()),
            ..Content::default()
        });
    }
    if let Some(protocol) = message.protocol_message.as_option() {
        return self::protocol(protocol);
    }
    media::content(message).or_else(|| details::content(message))
}

/// What changes an earlier message, or a chat. The rest is how devices of one account talk to each other.
fn protocol(protocol: &ProtocolMessage) -> Option<Content> {
    let target = protocol.key.as_option().map(key);
    match protocol.r#type? {
        Type::REVOKE => Some(Content {
            kind: "revoke".into(),
            details: Some(json!({ "target": target })),
            ..Content::default()
        }),
        Type::MESSAGE_EDIT => {
            let edited = protocol.edited_message.as_option().and_then(content);
            let edited = edited.unwrap_or_default();
            Some(Content {
                details: Some(
                    json!({ "target": target, "edited_type": edited.kind, "edited": edited.details }),
                ),
                kind: "edit".into(),
                ..edited
            })
        }
        Type::EPHEMERAL_SETTING => Some(Content {
            kind: "disappearing_mode".into(),
            details: Some(json!({ "seconds": protocol.ephemeral_expiration })),
            ..Content::default()
        }),
        _ => None,
    }
}

/// How a message names another one.
fn key(key: &MessageKey) -> Value {
    json!({
        "message_id": key.id,
        "chat": key.remote_jid,
        "participant": key.participant,
        "is_from_me": key.from_me.unwrap_or_default(),
    })
}

/// What a message refers to, and whom it mentions.
fn context(context: Option<&ContextInfo>) -> Option<Value> {
    let context = context?;
    let mut found = Map::new();
    if let Some(id) = &context.stanza_id {
        found.insert("quoted_message_id".into(), id.clone().into());
        found.insert(
            "quoted_participant".into(),
            context.participant.clone().into(),
        );
        let quoted = context.quoted_message.as_option().and_then(content);
        if let Some(quoted) = quoted {
            found.insert("quoted_type".into(), quoted.kind.into());
            found.insert("quoted_content".into(), quoted.text.into());
        }
    }
    if !context.mentioned_jid.is_empty() {
        found.insert("mentioned".into(), context.mentioned_jid.clone().into());
    }
    if context.is_forwarded == Some(true) {
        found.insert("is_forwarded".into(), true.into());
    }
    (!found.is_empty()).then_some(Value::Object(found))
}

/// The message inside its wrappers: "disappears", "view once", "sent from another device" and what else there is.
fn unwrapped(message: &Message) -> &Message {
    macro_rules! wrappers {
        ($($wrapper:ident)*) => { [$(message.$wrapper.as_option().and_then(|wrapper| wrapper.message.as_option()),)*] };
    }
    let inner = wrappers![
        device_sent_message ephemeral_message view_once_message view_once_message_v2 view_once_message_v2_extension
        document_with_caption_message edited_message group_mentioned_message bot_invoke_message bot_task_message
        associated_child_message poll_creation_message_v4 poll_creation_option_image_message event_cover_image
        group_status_message group_status_message_v2 group_status_mention_message status_mention_message
        status_add_yours question_message question_reply_message spoiler_message lottie_sticker_message
        limit_sharing_message bot_forwarded_message newsletter_admin_profile_message
        newsletter_admin_profile_message_v2
    ];
    inner
        .into_iter()
        .flatten()
        .next()
        .map_or(message, unwrapped)
}

#[cfg(test)]
mod tests;
