//! Messages on their way out, so that commands need not know the protocol's own types.

mod answer;
pub mod choices;
pub mod contact;
mod group_invite;
pub mod list;
pub mod location;
pub mod media;
pub mod native_flow;
pub mod payment;
mod poll;
pub mod product;
pub mod status;

use waproto::whatsapp as wa;

use super::messages::context::References;
use crate::device::kept::ChatSettings;
use crate::device::report::{context_mut, unwrapped_mut};

/// A message ready to be encrypted.
pub struct Outgoing(pub(in crate::device) wa::Message);

impl Outgoing {
    /// A text, with what it refers to.
    pub fn text(text: String, references: References) -> Self {
        if references.is_empty() {
            return Self(wa::Message {
                conversation: Some(text),
                ..Default::default()
            });
        }
        let content = wa::message::ExtendedTextMessage {
            text: Some(text),
            context_info: buffa::MessageField::some(references.into_context()),
            ..Default::default()
        };
        Self(wa::Message {
            extended_text_message: buffa::MessageField::some(content),
            ..Default::default()
        })
    }

    /// In a chat whose messages disappear. Also in what is wrapped, which the library passes over; phones compare both
    /// values with what the chat has.
    pub(in crate::device) fn disappearing(mut self, settings: &ChatSettings) -> Self {
        if let Some(text) = self.0.conversation.take() {
            // A bare text has no room for it.
            let content = self.0.extended_text_message.get_or_insert_default();
            content.text = Some(text);
        }
        if let Some(context) = context_mut(unwrapped_mut(&mut self.0)) {
            context.expiration = Some(settings.disappear_after);
            context.ephemeral_setting_timestamp = Some(settings.since);
        }
        self
    }

    /// Has the messages of a chat between two disappear after so many seconds; 0: never. `since`: Unix seconds.
    pub fn disappearing_setting(seconds: u32, since: i64) -> Self {
        let mode = wa::DisappearingMode {
            initiator: Some(wa::disappearing_mode::Initiator::CHANGED_IN_CHAT),
            trigger: Some(wa::disappearing_mode::Trigger::UNKNOWN),
            ..Default::default()
        };
        let setting = wa::message::ProtocolMessage {
            r#type: Some(wa::message::protocol_message::Type::EPHEMERAL_SETTING),
            ephemeral_expiration: Some(seconds),
            ephemeral_setting_timestamp: Some(since),
            disappearing_mode: buffa::MessageField::some(mode),
            ..Default::default()
        };
        Self(wa::Message {
            protocol_message: buffa::MessageField::some(setting),
            ..Default::default()
        })
    }
}
