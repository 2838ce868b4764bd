//! What of a message is of use later, and what it does to earlier ones.

use waproto::whatsapp::message::protocol_message::Type;
use waproto::whatsapp::{ContextInfo, Message, MessageKey};

use super::content::{content, unwrapped};

/// The `message_type` of a reaction.
pub const REACTION: &str = "reaction";

/// The `message_type` of the word that a status mentions somebody.
pub const STATUS_MENTION: &str = "status_mention";

/// Kinds that say something of another message, or of the chat, and are none that anybody asks for.
const PASSING: [&str; 10] = [
    REACTION,
    STATUS_MENTION,
    "encrypted_reaction",
    "edit",
    "revoke",
    "disappearing_mode",
    "poll_vote",
    "pin_in_chat",
    "keep_in_chat",
    "unknown",
];

/// The `message_type` of a message that may be asked for afterwards.
pub fn kept_kind(message: &Message) -> Option<String> {
    let kind = content(message)?.kind;
    (!PASSING.contains(&kind.as_str())).then_some(kind)
}

/// What a message does to an earlier one.
pub enum Change<'a> {
    /// It holds this from now on.
    Edit(&'a MessageKey, &'a Message),
    /// It is gone.
    Revoke(&'a MessageKey),
}

/// `None`: it changes none.
pub fn changes(message: &Message) -> Option<Change<'_>> {
    let protocol = unwrapped(message).protocol_message.as_option()?;
    let key = protocol.key.as_option()?;
    match protocol.r#type? {
        Type::REVOKE => Some(Change::Revoke(key)),
        Type::MESSAGE_EDIT => {
            let edited = protocol.edited_message.as_option()?;
            Some(Change::Edit(key, unwrapped(edited)))
        }
        _ => None,
    }
}

/// After how many seconds the messages of its chat disappear (0: never), and since when that is so, in Unix seconds.
/// `None`: it says nothing of it.
pub fn disappears(message: &Message) -> Option<(u32, Option<i64>)> {
    let message = unwrapped(message);
    if let Some(protocol) = message.protocol_message.as_option()
        && protocol.r#type == Some(Type::EPHEMERAL_SETTING)
    {
        let after = protocol.ephemeral_expiration.unwrap_or_default();
        return Some((after, protocol.ephemeral_setting_timestamp));
    }
    let context = context(message)?;
    let after = context.expiration.filter(|after| *after > 0)?;
    Some((after, context.ephemeral_setting_timestamp))
}

/// Whom a message mentions.
pub struct Mentions {
    /// JIDs, as the chat has them.
    pub people: Vec<String>,
    /// Everybody in the group.
    pub everybody: bool,
}

/// `None`: nobody is mentioned.
pub fn mentions(message: &Message) -> Option<Mentions> {
    let context = context(unwrapped(message))?;
    let everybody = context.non_jid_mentions.unwrap_or_default() > 0;
    let people = context.mentioned_jid.clone();
    (everybody || !people.is_empty()).then_some(Mentions { people, everybody })
}

/// The kinds in which people talk most.
macro_rules! kinds_with_context {
    ($with:ident) => {
        $with! {
            extended_text_message image_message video_message ptv_message audio_message document_message sticker_message
            contact_message contacts_array_message location_message live_location_message poll_creation_message
            poll_creation_message_v3 interactive_message list_message product_message
            buttons_response_message list_response_message template_button_reply_message
            interactive_response_message
        }
    };
}

/// What a message of these kinds says of itself besides its content.
pub(super) fn context(message: &Message) -> Option<&ContextInfo> {
    macro_rules! first {
        ($($kind:ident)*) => {
            None$(.or_else(|| message.$kind.as_option().and_then(|kind| kind.context_info.as_option())))*
        };
    }
    kinds_with_context!(first)
}

/// What a message says of itself besides its content; `None` for a kind that says nothing.
pub fn context_mut(message: &mut Message) -> Option<&mut ContextInfo> {
    macro_rules! first {
        ($($kind:ident)*) => {
            $(if message.$kind.is_set() {
                let kind = message.$kind.get_or_insert_default();
                return Some(kind.context_info.get_or_insert_default());
            })*
        };
    }
    kinds_with_context!(first);
    None
}
