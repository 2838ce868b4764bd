//! A message with what its stanza says of it, as phones write it.

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::Message;
use waproto::whatsapp::message::protocol_message::Type;

/// A message ready to be sealed.
#[derive(Clone)]
pub struct Letter {
    pub message: Message,
    pub marks: Marks,
    /// `type` of the stanza.
    kind: &'static str,
    /// `edit` of the stanza: it changes or takes back an earlier message.
    edit: Option<&'static str>,
    /// `polltype` of its `<meta>`.
    poll: Option<&'static str>,
}

/// What a ciphertext says of what is in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub media_type: Option<&'static str>,
    /// Who cannot read it shows nothing of it.
    pub hidden: bool,
}

impl Marks {
    pub fn put_on(self, enc: &mut Node) {
        if let Some(media_type) = self.media_type {
            enc.attrs.push("mediatype", media_type);
        }
        if self.hidden {
            enc.attrs.push("decrypt-fail", "hide");
        }
    }
}

impl Letter {
    pub fn new(message: Message) -> Self {
        let inner = unwrapped(&message);
        let media_type = media_type(inner);
        let (kind, poll) = match media_type {
            Some(_) => ("media", None),
            None => kind(inner),
        };
        let edit = edit(inner);
        let hidden = poll == Some("vote") || kind == "reaction" || edit == Some("1");
        Self {
            marks: Marks { media_type, hidden },
            kind,
            edit,
            poll,
            message,
        }
    }

    /// Its stanza, to which address and ciphertext are still to be given.
    pub fn stanza(&self, id: &str) -> NodeBuilder {
        let node = NodeBuilder::new("message")
            .attr("id", id)
            .attr("type", self.kind);
        match self.edit {
            Some(edit) => node.attr("edit", edit),
            None => node,
        }
    }

    /// What goes along with the ciphertext.
    pub fn company(&self) -> Vec<Node> {
        let poll = self
            .poll
            .map(|poll| NodeBuilder::new("meta").attr("polltype", poll).build());
        poll.into_iter()
            .chain(biz(unwrapped(&self.message)))
            .collect()
    }
}

/// The message in a message that is seen once, disappears, or has a document with a caption.
pub fn unwrapped(message: &Message) -> &Message {
    let wrappers = [
        &message.ephemeral_message,
        &message.view_once_message,
        &message.view_once_message_v2,
        &message.document_with_caption_message,
    ];
    let inner = wrappers
        .into_iter()
        .find_map(|wrapper| wrapper.as_option()?.message.as_option());
    inner.map_or(message, unwrapped)
}

fn media_type(message: &Message) -> Option<&'static str> {
    let gif = |video: &waproto::whatsapp::message::VideoMessage| video.gif_playback == Some(true);
    let voice = |audio: &waproto::whatsapp::message::AudioMessage| audio.ptt == Some(true);
    if let Some(video) = message.video_message.as_option() {
        return Some(if gif(video) { "gif" } else { "video" });
    }
    if let Some(audio) = message.audio_message.as_option() {
        return Some(if voice(audio) { "ptt" } else { "audio" });
    }
    let table = [
        (message.image_message.is_set(), "image"),
        (message.ptv_message.is_set(), "ptv"),
        (message.document_message.is_set(), "document"),
        (message.sticker_message.is_set(), "sticker"),
        (message.location_message.is_set(), "location"),
        (message.live_location_message.is_set(), "livelocation"),
        (message.contact_message.is_set(), "vcard"),
        (message.contacts_array_message.is_set(), "contact_array"),
        (message.list_message.is_set(), "list"),
        (message.list_response_message.is_set(), "list_response"),
        (
            message.buttons_response_message.is_set(),
            "buttons_response",
        ),
        (
            message.interactive_response_message.is_set(),
            "native_flow_response",
        ),
    ];
    let found = table.into_iter().find(|(is_set, _)| *is_set);
    found.map(|(_, media_type)| media_type)
}

/// `type` and `polltype` of what is no media.
fn kind(message: &Message) -> (&'static str, Option<&'static str>) {
    let poll = message.poll_creation_message.is_set() || message.poll_creation_message_v3.is_set();
    if poll {
        ("poll", Some("creation"))
    } else if message.poll_update_message.is_set() {
        ("poll", Some("vote"))
    } else if message.reaction_message.is_set() {
        ("reaction", None)
    } else {
        ("text", None)
    }
}

fn edit(message: &Message) -> Option<&'static str> {
    if let Some(reaction) = message.reaction_message.as_option() {
        let removed = reaction.text.as_deref().unwrap_or_default().is_empty();
        return removed.then_some("7");
    }
    let protocol = message.protocol_message.as_option()?;
    let own = protocol.key.as_option().and_then(|key| key.from_me);
    match protocol.r#type? {
        Type::MESSAGE_EDIT => Some("1"),
        Type::REVOKE if own == Some(false) => Some("8"),
        Type::REVOKE => Some("7"),
        _ => None,
    }
}

/// Without it phones show neither a list nor the buttons of a native flow.
fn biz(message: &Message) -> Option<Node> {
    let shown = if message.list_message.is_set() {
        NodeBuilder::new("list")
            .attr("v", 2)
            .attr("type", "product_list")
    } else if message.interactive_message.is_set() {
        let flow = NodeBuilder::new("native_flow")
            .attr("v", 9)
            .attr("name", "mixed");
        NodeBuilder::new("interactive")
            .attr("type", "native_flow")
            .attr("v", 1)
            .children([flow.build()])
    } else {
        return None;
    };
    Some(NodeBuilder::new("biz").children([shown.build()]).build())
}
