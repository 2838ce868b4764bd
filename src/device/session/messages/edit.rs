//! Editing: an own message holds something else from now on.

use std::time::Duration;

use chrono::Utc;
use wa::message::ProtocolMessage;
use wa::message::protocol_message::Type;
use waproto::whatsapp as wa;

use super::OpenChat;
use crate::device::kept::{self, Kept};
use crate::device::session::Ack;
use crate::device::session::outgoing::Outgoing;
use crate::failure::{Failure, Invalid};

/// For how long phones take an edit.
pub const EDITABLE: Duration = Duration::from_secs(20 * 60);

impl OpenChat<'_> {
    /// Refuses a message that is in another chat than this one.
    pub async fn has(&self, kept: Option<&Kept>) -> Result<(), Invalid> {
        match kept {
            Some(kept) if kept.about.is_status() => {
                let problem = format!(
                    "{} is a status: answer it by a text that quotes it",
                    kept.id
                );
                Err(Invalid::field(self.field, problem))
            }
            Some(kept) if !self.is_where(kept).await => {
                let problem = format!("{} is another chat than that of {}", self.field, kept.id);
                Err(Invalid::field(self.field, problem))
            }
            _ => Ok(()),
        }
    }

    /// Whether a message is in this chat, as far as the names tell.
    pub(super) async fn is_where(&self, kept: &Kept) -> bool {
        if self.group.is_some() {
            return kept.about.chat == self.jid.to_string();
        }
        if kept.about.in_group() || kept.about.is_status() {
            return false;
        }
        let (here, there) = (self.other().await, &kept.about.other);
        let comparable = (here.phone.is_some() && there.phone.is_some())
            || (here.lid.is_some() && there.lid.is_some());
        !comparable || here.is(there)
    }

    /// Puts another text in the place of an own message's, or of its caption; returns once WhatsApp has accepted that.
    pub async fn edit(self, id: &str, kept: Option<Kept>, text: String) -> Result<Ack, Failure> {
        let edited = match &kept {
            Some(kept) => with_text(kept::content(kept), text),
            None => with_text(wa::Message::default(), text),
        };
        let session = self.session;
        let edit = self.edit_of(id, edited.clone());
        let (ack, _turn) = self.send_and_hold(edit).await?;
        if let Some(kept) = kept {
            let store = &session.life.shared.store;
            let changed = store.change_message(&kept, &kept::encoded(&edited)).await;
            changed.map_err(|error| Failure::of_store("an edit could not be kept", &error))?;
        }
        Ok(ack)
    }

    fn edit_of(&self, id: &str, edited: wa::Message) -> Outgoing {
        let participant = self.group.as_ref().and(self.own());
        let key = wa::MessageKey {
            remote_jid: Some(self.jid.to_string()),
            from_me: Some(true),
            id: Some(id.to_owned()),
            participant: participant.map(|own| own.to_string()),
        };
        let edit = ProtocolMessage {
            key: buffa::MessageField::some(key),
            r#type: Some(Type::MESSAGE_EDIT),
            edited_message: buffa::MessageField::some(edited),
            timestamp_ms: Some(Utc::now().timestamp_millis()),
            ..Default::default()
        };
        Outgoing(wa::Message {
            protocol_message: buffa::MessageField::some(edit),
            ..Default::default()
        })
    }
}

/// The same message with another text, or with another caption where it has a file.
fn with_text(mut message: wa::Message, text: String) -> wa::Message {
    if let Some(wrapped) = message.document_with_caption_message.as_option_mut()
        && let Some(inner) = wrapped.message.as_option_mut()
    {
        *inner = with_text(std::mem::take(inner), text);
        return message;
    }
    if let Some(image) = message.image_message.as_option_mut() {
        image.caption = Some(text);
    } else if let Some(video) = message.video_message.as_option_mut() {
        video.caption = Some(text);
    } else if let Some(document) = message.document_message.as_option_mut() {
        document.caption = Some(text);
    } else if let Some(extended) = message.extended_text_message.as_option_mut() {
        extended.text = Some(text);
    } else {
        return wa::Message {
            conversation: Some(text),
            ..Default::default()
        };
    }
    message
}
