//! Messages: those that came in, what became of those that went out, and which ones are gone.

mod content;
mod details;
mod kept;
mod media;
mod retry;
mod sent;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use wacore::proto_helpers::MessageExt;
use wacore::types::events::{
    self, DeleteMessageForMeUpdate, Event as LibraryEvent, InboundMessage, UnavailableType,
};
use wacore::types::message::{EditAttribute, MessageCategory, MessageInfo};
use wacore::types::presence::ReceiptType;
use wacore_binary::{Jid, JidExt as _};
use waproto::whatsapp::Message;

use self::content::{Details, MessageContext};
pub use self::content::{PollVote, unwrapped, unwrapped_mut};
pub use self::kept::{Change, REACTION, changes, context_mut, disappears, kept_kind, mentions};
pub use self::media::MessageMedia;
pub use self::retry::{MediaRetry, Retried};
pub use self::sent::{MentionSent, MessageFailed, MessageSent};
use super::about::{AboutAuthor, AboutChat};
use super::participants::{Participant, Participants};
use super::whole_seconds;
use crate::ids::DeviceId;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::{Event, Told};
use crate::webhooks::payload::Payload;

/// What the library says of messages, besides those that come in.
pub fn report(event: &LibraryEvent) -> Option<Event> {
    match event {
        LibraryEvent::UndecryptableMessage(message) => {
            Some(Event::of(&MessageUndecryptable::from(message)))
        }
        LibraryEvent::DeleteMessageForMeUpdate(update) if !update.from_full_sync => {
            Some(Event::of(&MessageDeleteForMe::from(update)))
        }
        _ => None,
    }
}

/// What is told of messages.
pub fn payloads() -> Vec<Payload> {
    vec![
        Payload::of::<MessageReceived>(),
        Payload::of::<MessageSent>(),
        Payload::of::<MessageFailed>(),
        Payload::of::<MessageDelivered>(),
        Payload::of::<MessageRead>(),
        Payload::of::<MessageUndecryptable>(),
        Payload::of::<MessageDeleteForMe>(),
        Payload::of::<MediaRetry>(),
        Payload::of::<MentionSent>(),
    ]
}

/// The event of an inbound message: the same one however often it is made. `vote`: what is in one that is a vote. `None`: as for [`MessageReceived::new`].
pub fn received(
    device: DeviceId,
    message: &InboundMessage,
    people: &Participants,
    vote: Option<PollVote>,
) -> Option<Event> {
    let info = &message.info;
    let told = MessageReceived::new(&message.message, info, people, vote)?;
    let (chat, sender) = (info.source.chat.to_string(), info.source.sender.to_string());
    let at = info.timestamp.timestamp().to_string();
    let parts = [chat.as_str(), &sender, &info.id, &at];
    // A post that was changed comes again under its id, and is another event.
    let parts = match is_changed_post(info) {
        true => &parts[..],
        false => &parts[..3],
    };
    Some(Event::repeatable(&told, device, parts))
}

/// Whether it is a post in a channel that an admin has changed.
fn is_changed_post(info: &MessageInfo) -> bool {
    info.source.chat.is_newsletter() && info.edit == EditAttribute::AdminEdit
}

/// A message has come in, or was sent from another device of the account.
#[derive(Serialize, ToSchema)]
pub struct MessageReceived {
    #[serde(flatten)]
    route: MessageRoute,
    /// Text or caption, or what comes nearest to it in other kinds.
    content: Option<String>,
    /// `text`, `image`, `video`, `video_note`, `audio`, `document`, `sticker`, `location`, `contact`, `poll`, `reaction`,
    /// `edit`, `revoke`, … or WhatsApp's own name of a kind that is newer than this list; `unknown` without any.
    #[schema(example = "text")]
    message_type: String,
    #[serde(flatten)]
    origin: MessageOrigin,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<MessageMedia>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<MessageContext>,
    /// After how many seconds it disappears.
    #[serde(skip_serializing_if = "Option::is_none")]
    ephemeral_seconds: Option<u32>,
    /// Of a post in a channel: its number there, by which it is marked as seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    server_id: Option<i32>,
    /// `true`, or absent: a post in a channel that is told once more, since an admin has changed it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    edited: bool,
    /// `true`, or absent: it may be looked at once.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    view_once: bool,
}

impl MessageReceived {
    /// `None`: it is between this device and its phone, and no message to anybody.
    pub fn new(
        message: &Message,
        info: &MessageInfo,
        people: &Participants,
        vote: Option<PollVote>,
    ) -> Option<Self> {
        if info.category == MessageCategory::Peer {
            return None;
        }
        let content = content::content(message)?;
        let mut details = vote.map(Details::PollVote).or(content.details);
        if let Some(target) = details.as_mut().and_then(Details::target_mut) {
            target.seen_by_receiver(&info.source, people);
        }
        Some(Self {
            route: MessageRoute::new(info, people),
            content: content.text,
            message_type: content.kind,
            origin: MessageOrigin::new(info, people),
            media: content.media,
            details,
            context: content.context,
            ephemeral_seconds: info.ephemeral_expiration,
            server_id: (info.server_id > 0).then_some(info.server_id),
            edited: is_changed_post(info),
            view_once: message.is_view_once(),
        })
    }
}

impl Told for MessageReceived {
    const NAME: EventName = EventName::MessageReceived;
}

/// Which message, from whom and to whom: what every event about an inbound message begins with.
#[derive(Serialize, ToSchema)]
pub struct MessageRoute {
    message_id: String,
    /// The sender's JID, by number where it is known.
    from: String,
    /// The JID of whom it was sent to: a person, by number where it is known, or a group and the like.
    to: String,
}

impl MessageRoute {
    fn new(info: &MessageInfo, people: &Participants) -> Self {
        let source = &info.source;
        let from = people.sender.name();
        let chat = || source.chat.to_non_ad_string();
        let other = people.chat.as_ref().and_then(Participant::name);
        let to = match other {
            Some(other) if source.is_from_me => other,
            Some(_) => people.own.number_text().unwrap_or_else(chat),
            None => chat(),
        };
        Self {
            message_id: info.id.clone(),
            from: from.unwrap_or_else(|| source.sender.to_non_ad_string()),
            to,
        }
    }
}

/// When a message was written, by whom and where.
#[derive(Serialize, ToSchema)]
pub struct MessageOrigin {
    timestamp: DateTime<Utc>,
    /// Written by this account, on another of its devices.
    is_from_me: bool,
    /// How the sender calls itself.
    push_name: String,
    #[serde(flatten)]
    chat: AboutChat,
    /// The sender's number.
    sender_pn: Option<String>,
    /// The sender's LID.
    sender_lid: Option<String>,
    is_group: bool,
    /// It had waited while the device was not connected.
    is_offline: bool,
}

impl MessageOrigin {
    fn new(info: &MessageInfo, people: &Participants) -> Self {
        Self {
            timestamp: whole_seconds(info.timestamp),
            is_from_me: info.source.is_from_me,
            push_name: info.push_name.clone(),
            chat: AboutChat::known(info.source.chat.to_non_ad_string(), people.chat.as_ref()),
            sender_pn: people.sender.number_text(),
            sender_lid: people.sender.lid_text(),
            is_group: info.source.is_group,
            is_offline: info.is_offline,
        }
    }
}

/// What is in a message, for people.
pub struct Gist {
    /// Its `message_type`.
    pub kind: String,
    /// Text or caption.
    pub text: Option<String>,
    /// The file that comes with it.
    pub media: Option<MessageMedia>,
}

/// What is in a message, for people.
pub fn gist(message: &Message) -> Gist {
    let content = content::content(message).unwrap_or_default();
    Gist {
        kind: content.kind,
        text: content.text,
        media: content.media,
    }
}

/// The event of a receipt, for these of its messages. `None`: it is of no interest to anybody.
pub fn receipt(
    receipt: &events::Receipt,
    message_ids: Vec<String>,
    reader: &Participant,
) -> Option<Event> {
    if message_ids.is_empty() {
        return None;
    }
    let told = MessageReceipt::new(receipt, message_ids, reader);
    Some(match receipt.r#type {
        ReceiptType::Delivered | ReceiptType::Inactive => Event::of(&MessageDelivered(told)),
        ReceiptType::Read
        | ReceiptType::ReadSelf
        | ReceiptType::Played
        | ReceiptType::PlayedSelf => Event::of(&MessageRead(told)),
        _ => return None,
    })
}

/// Messages have reached a device of somebody.
#[derive(Serialize, ToSchema)]
pub struct MessageDelivered(MessageReceipt);

impl Told for MessageDelivered {
    const NAME: EventName = EventName::MessageDelivered;
}

/// Somebody has read messages, or listened to them.
#[derive(Serialize, ToSchema)]
pub struct MessageRead(MessageReceipt);

impl Told for MessageRead {
    const NAME: EventName = EventName::MessageRead;
}

/// Whose receipt it is, and for which messages.
#[derive(Serialize, ToSchema)]
pub struct MessageReceipt {
    #[serde(flatten)]
    about: AboutChat,
    message_ids: Vec<String>,
    /// WhatsApp's name of it: `delivery`, `read`, `played`; with `-self`, from another device of the account.
    #[schema(example = "read")]
    receipt_type: String,
    /// The number of whose receipt it is.
    sender_pn: Option<String>,
    /// The LID of whose receipt it is.
    sender_lid: Option<String>,
    is_group: bool,
    is_from_me: bool,
    timestamp: DateTime<Utc>,
}

impl MessageReceipt {
    fn new(receipt: &events::Receipt, message_ids: Vec<String>, reader: &Participant) -> Self {
        let source = &receipt.source;
        // In a chat between two the one who reads is the other side.
        let between_two = source.chat.is_pn() || source.chat.is_lid();
        Self {
            about: AboutChat::known(
                source.chat.to_non_ad_string(),
                between_two.then_some(reader),
            ),
            message_ids,
            receipt_type: receipt.r#type.as_wire_str().to_owned(),
            sender_pn: reader.number_text(),
            sender_lid: reader.lid_text(),
            // The library leaves it to the chat to say so.
            is_group: source.chat.is_group(),
            is_from_me: source.is_from_me,
            timestamp: whole_seconds(receipt.timestamp),
        }
    }
}

/// A message has come that could not be decrypted. Where it can be sent again, it comes as `message.received`.
#[derive(Serialize, ToSchema)]
pub struct MessageUndecryptable {
    #[serde(flatten)]
    route: MessageRoute,
    #[serde(flatten)]
    origin: MessageOrigin,
    /// Its content was not sent to this device at all.
    is_unavailable: bool,
    unavailable_type: Unavailable,
}

/// Why a message was not sent to this device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unavailable {
    /// WhatsApp does not say.
    Unknown,
    /// Only the phone may show it.
    ViewOnce,
    /// Its business has others keep its messages.
    Hosted,
    /// It is a bot's.
    Bot,
}

impl From<&events::UndecryptableMessage> for MessageUndecryptable {
    fn from(message: &events::UndecryptableMessage) -> Self {
        let people = Participants::of(&message.info.source, Participant::default());
        Self {
            route: MessageRoute::new(&message.info, &people),
            origin: MessageOrigin::new(&message.info, &people),
            is_unavailable: message.is_unavailable,
            unavailable_type: match message.unavailable_type {
                UnavailableType::Unknown => Unavailable::Unknown,
                UnavailableType::ViewOnce => Unavailable::ViewOnce,
                UnavailableType::Hosted => Unavailable::Hosted,
                UnavailableType::Bot => Unavailable::Bot,
            },
        }
    }
}

impl Told for MessageUndecryptable {
    const NAME: EventName = EventName::MessageUndecryptable;
}

/// A message was deleted on another device of the account, for this account only.
#[derive(Serialize, ToSchema)]
pub struct MessageDeleteForMe {
    #[serde(flatten)]
    about: AboutChat,
    message_id: String,
    is_from_me: bool,
    /// Who wrote it, in a group.
    #[serde(flatten)]
    author: AboutAuthor,
    timestamp: DateTime<Utc>,
}

impl From<&DeleteMessageForMeUpdate> for MessageDeleteForMe {
    fn from(update: &DeleteMessageForMeUpdate) -> Self {
        Self {
            about: AboutChat::from(&update.chat_jid),
            message_id: update.message_id.clone(),
            is_from_me: update.from_me,
            author: AboutAuthor::from(
                update
                    .participant_jid
                    .as_ref()
                    .map(Jid::to_string)
                    .as_deref(),
            ),
            timestamp: whole_seconds(update.timestamp),
        }
    }
}

impl Told for MessageDeleteForMe {
    const NAME: EventName = EventName::MessageDeleteForMe;
}

#[cfg(test)]
mod tests;
