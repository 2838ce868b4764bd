//! What is in a message: every kind, also those that nobody has heard of yet.

use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};
use wacore::types::message::MessageSource;
use wacore_binary::Jid;
use waproto::whatsapp::message::ExtendedTextMessage;
use waproto::whatsapp::message::ProtocolMessage;
use waproto::whatsapp::message::protocol_message::Type;
use waproto::whatsapp::{ContextInfo, Message, MessageKey};

use super::details;
use super::kept::{REACTION, STATUS_MENTION};
use super::media::{self, MessageMedia};
use crate::device::known_as::KnownAs;
use crate::device::report::Participants;
use crate::device::report::about::{AboutAuthor, AboutQuoted, Person};

/// What is in a message.
#[derive(Debug, Default, PartialEq)]
pub struct Content {
    /// The `message_type`.
    pub kind: String,
    /// Text or caption.
    pub text: Option<String>,
    /// The file that comes with it.
    pub media: Option<MessageMedia>,
    /// What else there is in kinds that are neither plain text nor media.
    pub details: Option<Details>,
    /// What it refers to.
    pub context: Option<MessageContext>,
}

/// More about a message, by its kind.
#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Details {
    /// Of `text` with a link.
    Link(LinkPreview),
    /// Of `revoke`, `reaction` and `status_mention`, of `encrypted_reaction`, and of a `poll_vote` whose poll is not known here.
    AboutMessage(AboutMessage),
    /// Of `edit`.
    Edit(Box<Edit>),
    /// Of `disappearing_mode`.
    DisappearingMode(DisappearingMode),
    /// Of `poll_vote`, where the poll is known here.
    PollVote(PollVote),
    /// Of `interactive_response`.
    InteractiveResponse(InteractiveResponse),
    /// Of all others: as WhatsApp's own message has them.
    Other(Value),
}

/// By hand: a derived schema has `oneOf`, and an object of any shape excludes none of the others.
impl PartialSchema for Details {
    fn schema() -> RefOr<Schema> {
        let names = [
            LinkPreview::name(),
            AboutMessage::name(),
            Edit::name(),
            DisappearingMode::name(),
            PollVote::name(),
            InteractiveResponse::name(),
        ];
        let any = names.into_iter().fold(AnyOfBuilder::new(), |any, name| {
            any.item(Ref::from_schema_name(name))
        });
        let other = ObjectBuilder::new().description(Some("As WhatsApp's own message has it."));
        any.item(other)
            .description(Some(
                "Of `text` with a link, `revoke`, `reaction`, `status_mention`, `edit`, `poll_vote`, `disappearing_mode`, `interactive_response`; of other kinds, what WhatsApp's own message has.",
            ))
            .into()
    }
}

impl ToSchema for Details {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend([
            (LinkPreview::name().into(), LinkPreview::schema()),
            (AboutMessage::name().into(), AboutMessage::schema()),
            (Edit::name().into(), Edit::schema()),
            (DisappearingMode::name().into(), DisappearingMode::schema()),
            (PollVote::name().into(), PollVote::schema()),
            (
                InteractiveResponse::name().into(),
                InteractiveResponse::schema(),
            ),
        ]);
        AboutMessage::schemas(schemas);
    }
}

/// The page that a text leads to.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct LinkPreview {
    /// As it stands in the text.
    url: Option<String>,
    title: Option<String>,
    description: Option<String>,
}

/// Says something of another message: that it is deleted for everybody, what somebody feels about it, or that it is a status
/// which mentions this account.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct AboutMessage {
    target: Option<MessageReference>,
}

/// A message has another content now, which is the event's `content`, `media` and `context`.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Edit {
    target: Option<MessageReference>,
    /// The `message_type` of what it is now.
    edited_type: String,
    /// The `details` of what it is now.
    #[schema(no_recursion)]
    edited: Option<Details>,
}

/// From now on the chat's messages disappear, or no longer.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct DisappearingMode {
    /// After how many seconds; 0: never.
    seconds: Option<u32>,
}

/// Somebody has chosen in a poll; it takes the place of what they had chosen before.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct PollVote {
    /// The poll.
    target: MessageReference,
    /// The poll's question.
    question: String,
    /// The options that are chosen now; none: the vote is withdrawn.
    selected_options: Vec<String>,
}

/// Somebody has answered a message with buttons, or with a list, of today's form.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct InteractiveResponse {
    /// What was answered with: `quick_reply` for a button, `menu_options` for a list.
    name: Option<String>,
    /// What was chosen: its `id`, and what else the answer says of it.
    params: Option<Value>,
}

impl InteractiveResponse {
    /// As a message has it.
    pub(super) fn new(name: Option<String>, params: Option<Value>) -> Self {
        Self { name, params }
    }
}

impl PollVote {
    /// In the poll of this key.
    pub fn new(poll: &MessageKey, question: String, selected_options: Vec<String>) -> Self {
        Self {
            target: poll.into(),
            question,
            selected_options,
        }
    }
}

/// Another message in the same chat.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct MessageReference {
    message_id: Option<String>,
    /// The chat's JID.
    chat: Option<String>,
    /// Who wrote it, in a group.
    #[serde(flatten)]
    author: AboutAuthor,
    /// Whether this account wrote it.
    is_from_me: bool,
}

impl Details {
    /// The other message that this is about, if it is about one.
    pub fn target_mut(&mut self) -> Option<&mut MessageReference> {
        match self {
            Self::AboutMessage(about) => about.target.as_mut(),
            Self::Edit(edit) => edit.target.as_mut(),
            Self::PollVote(vote) => Some(&mut vote.target),
            Self::Link(_)
            | Self::DisappearingMode(_)
            | Self::InteractiveResponse(_)
            | Self::Other(_) => None,
        }
    }
}

impl MessageReference {
    /// As whoever is told sees it: a message names another one as its writer does.
    pub fn seen_by_receiver(&mut self, source: &MessageSource, people: &Participants) {
        let by_writer = self.is_from_me;
        // Of a status is also spoken in other chats.
        let status = self.chat.as_ref() == Some(&Jid::status_broadcast().to_string());
        if !status {
            self.chat = Some(source.chat.to_non_ad_string());
        }
        if !status && (source.chat.is_pn() || source.chat.is_lid()) {
            self.author = AboutAuthor::default();
            self.is_from_me = by_writer == source.is_from_me;
            return;
        }
        if by_writer {
            self.author =
                AboutAuthor::known(source.sender.to_non_ad_string(), Some(&people.sender));
        }
        let author = self.author.participant.as_deref();
        let author = author.and_then(|jid| jid.parse().ok());
        let author = KnownAs::of(author.iter());
        self.is_from_me = match by_writer {
            true => source.is_from_me,
            false => author.is(&KnownAs::from(&people.own)),
        };
    }
}

/// What a message refers to, and whom it mentions. What does not apply is absent.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct MessageContext {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quoted_message_id: Option<String>,
    /// Where what is quoted stands, if that is another chat: `status@broadcast` of an answer to a status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quoted_chat: Option<String>,
    /// Who wrote what is quoted.
    #[serde(flatten)]
    pub(super) quoted: AboutQuoted,
    /// The `message_type` of what is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quoted_type: Option<String>,
    /// The `content` of what is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quoted_content: Option<Option<String>>,
    /// JIDs, as the chat has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) mentioned: Vec<String>,
    /// The same people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) mentioned_people: Vec<Person>,
    /// `true`, or absent: everybody in the group is mentioned.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) everybody: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_forwarded: Option<bool>,
}

/// `None`: it is how devices of one account talk to each other.
pub fn content(message: &Message) -> Option<Content> {
    let message = unwrapped(message);
    if let Some(text) = &message.conversation {
        return Some(Content {
            kind: "text".into(),
            text: Some(text.clone()),
            ..Content::default()
        });
    }
    if let Some(text) = message.extended_text_message.as_option() {
        return Some(extended(text));
    }
    if let Some(protocol) = message.protocol_message.as_option() {
        return self::protocol(protocol);
    }
    if let Some(about) = self::about(message) {
        return Some(about);
    }
    media::content(message).or_else(|| details::content(message))
}

/// What is said of another message without changing it.
fn about(message: &Message) -> Option<Content> {
    let (kind, text, key) = if let Some(reaction) = message.reaction_message.as_option() {
        (REACTION, reaction.text.clone(), &reaction.key)
    } else if let Some(reaction) = message.enc_reaction_message.as_option() {
        ("encrypted_reaction", None, &reaction.target_message_key)
    } else {
        let vote = message.poll_update_message.as_option()?;
        ("poll_vote", None, &vote.poll_creation_message_key)
    };
    let target = key.as_option().map(MessageReference::from);
    Some(Content {
        kind: kind.into(),
        text,
        details: Some(Details::AboutMessage(AboutMessage { target })),
        ..Content::default()
    })
}

fn extended(text: &ExtendedTextMessage) -> Content {
    let link = text.matched_text.is_some().then(|| LinkPreview {
        url: text.matched_text.clone(),
        title: text.title.clone(),
        description: text.description.clone(),
    });
    Content {
        kind: "text".into(),
        text: text.text.clone(),
        details: link.map(Details::Link),
        context: context(text.context_info.as_option()),
        ..Content::default()
    }
}

/// What changes an earlier message, or a chat. The rest is how devices of one account talk to each other.
fn protocol(protocol: &ProtocolMessage) -> Option<Content> {
    let target = protocol.key.as_option().map(MessageReference::from);
    let (kind, details, edited) = match protocol.r#type? {
        Type::REVOKE => (
            "revoke",
            Details::AboutMessage(AboutMessage { target }),
            None,
        ),
        Type::STATUS_MENTION_MESSAGE => (
            STATUS_MENTION,
            Details::AboutMessage(AboutMessage { target }),
            None,
        ),
        Type::MESSAGE_EDIT => {
            let edited = protocol.edited_message.as_option().and_then(content);
            let mut edited = edited.unwrap_or_default();
            let edit = Edit {
                target,
                edited_type: std::mem::take(&mut edited.kind),
                edited: edited.details.take(),
            };
            ("edit", Details::Edit(Box::new(edit)), Some(edited))
        }
        Type::EPHEMERAL_SETTING => {
            let seconds = protocol.ephemeral_expiration;
            let mode = DisappearingMode { seconds };
            ("disappearing_mode", Details::DisappearingMode(mode), None)
        }
        _ => return None,
    };
    Some(Content {
        kind: kind.into(),
        details: Some(details),
        ..edited.unwrap_or_default()
    })
}

impl From<&MessageKey> for MessageReference {
    fn from(key: &MessageKey) -> Self {
        Self {
            message_id: key.id.clone(),
            chat: key.remote_jid.clone(),
            author: AboutAuthor::from(key.participant.as_deref()),
            is_from_me: key.from_me.unwrap_or_default(),
        }
    }
}

/// `None`: it refers to nothing.
pub fn context(context: Option<&ContextInfo>) -> Option<MessageContext> {
    let context = context?;
    let mut found = MessageContext {
        mentioned_people: Person::all(&context.mentioned_jid),
        mentioned: context.mentioned_jid.clone(),
        everybody: context.non_jid_mentions.unwrap_or_default() > 0,
        is_forwarded: context.is_forwarded.filter(|forwarded| *forwarded),
        ..MessageContext::default()
    };
    if let Some(id) = &context.stanza_id {
        found.quoted_message_id = Some(id.clone());
        found.quoted_chat = context.remote_jid.clone();
        found.quoted = AboutQuoted::from(context.participant.as_deref());
        let quoted = context.quoted_message.as_option().and_then(content);
        if let Some(quoted) = quoted {
            found.quoted_type = Some(quoted.kind);
            found.quoted_content = Some(quoted.text);
        }
    }
    (found != MessageContext::default()).then_some(found)
}

/// The wrappers: "disappears", "view once", "sent from another device" and what else there is.
macro_rules! wrappers {
    ($with:ident) => {
        $with! {
            device_sent_message ephemeral_message view_once_message view_once_message_v2 view_once_message_v2_extension
            document_with_caption_message edited_message group_mentioned_message bot_invoke_message bot_task_message
            associated_child_message poll_creation_message_v4 poll_creation_option_image_message event_cover_image
            group_status_message group_status_message_v2 group_status_mention_message status_mention_message
            status_add_yours question_message question_reply_message spoiler_message lottie_sticker_message
            limit_sharing_message bot_forwarded_message newsletter_admin_profile_message
            newsletter_admin_profile_message_v2
        }
    };
}

/// The message inside its wrappers.
pub fn unwrapped(message: &Message) -> &Message {
    macro_rules! inner {
        ($($wrapper:ident)*) => {
            None$(.or_else(|| message.$wrapper.as_option().and_then(|wrapper| wrapper.message.as_option())))*
        };
    }
    wrappers!(inner).map_or(message, unwrapped)
}

/// The same to be changed.
pub fn unwrapped_mut(message: &mut Message) -> &mut Message {
    macro_rules! inner {
        ($($wrapper:ident)*) => {
            $(if message.$wrapper.as_option().is_some_and(|wrapper| wrapper.message.is_set()) {
                let wrapper = message.$wrapper.get_or_insert_default();
                return unwrapped_mut(wrapper.message.get_or_insert_default());
            })*
        };
    }
    wrappers!(inner);
    message
}
