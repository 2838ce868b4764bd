//! Who has got or seen a status: told to whoever posted it, one by one or in lists.
//!
//! The library's own event of a receipt that is about one person names the status broadcast in that person's place; so it is
//! read from WhatsApp's stanza.

use wacore::types::events::Receipt;
use wacore::types::message::MessageSource;
use wacore::types::presence::ReceiptType;
use wacore_binary::{Jid, JidExt as _, NodeRef, OwnedNodeRef};

use super::Life;
use crate::device::known_as::KnownAs;
use crate::device::report::Participant;
use crate::device::told;

/// A sign that a status has reached somebody.
#[derive(Clone, Debug)]
pub struct Viewing {
    /// Which status.
    pub id: String,
    /// Who it is.
    pub who: KnownAs,
    /// They have seen it, and not just got it.
    pub viewed: bool,
    /// Unix seconds.
    pub at: i64,
}

impl Viewing {
    /// The same person always by the same name.
    pub fn name(&self) -> &str {
        let who = &self.who;
        who.lid
            .as_deref()
            .or(who.phone.as_deref())
            .unwrap_or_default()
    }
}

/// The receipt that this stanza is, if it is one person's of a status.
pub fn receipt_of_status(node: &OwnedNodeRef) -> Option<Receipt> {
    let node = node.get();
    if node.tag.as_ref() != "receipt" || node.get_optional_child("participants").is_some() {
        return None;
    }
    let mut attrs = node.attrs();
    let chat = attrs
        .optional_jid("from")
        .filter(Jid::is_status_broadcast)?;
    let sender = attrs.optional_jid("participant")?;
    let kind = attrs.optional_string("type");
    let kind = ReceiptType::parse(kind.as_deref().unwrap_or("delivery"));
    if matches!(kind, ReceiptType::Retry | ReceiptType::EncRekeyRetry) {
        return None;
    }
    let others = [
        "participant_pn",
        "participant_lid",
        "sender_pn",
        "sender_lid",
    ];
    let sender_alt = others.into_iter().find_map(|name| attrs.optional_jid(name));
    let at = attrs
        .optional_u64("t")
        .map_or_else(chrono::Utc::now, told::seconds);
    let source = MessageSource {
        chat,
        sender,
        sender_alt,
        ..Default::default()
    };
    let receipt = Receipt::builder()
        .message_ids(ids(node)?)
        .source(source)
        .timestamp(at)
        .r#type(kind);
    Some(
        receipt
            .offline(attrs.optional_string("offline").is_some())
            .build(),
    )
}

/// All that it is of.
fn ids(node: &NodeRef<'_>) -> Option<Vec<String>> {
    let id = |node: &NodeRef<'_>| node.attrs().optional_string("id").map(|id| id.into_owned());
    let mut ids = vec![id(node)?];
    if let Some(list) = node.get_optional_child("list") {
        ids.extend(list.get_children_by_tag("item").filter_map(id));
    }
    Some(ids)
}

/// Whether a receipt is of a status and does not say whose it is.
pub fn is_nobodys(receipt: &Receipt) -> bool {
    let source = &receipt.source;
    source.chat.is_status_broadcast() && source.sender.is_status_broadcast()
}

impl Life {
    /// What a receipt says of own statuses.
    pub(in crate::device) fn viewings(
        &self,
        receipt: &Receipt,
        reader: &Participant,
    ) -> Vec<Viewing> {
        if !receipt.source.chat.is_status_broadcast() || is_nobodys(receipt) {
            return Vec::new();
        }
        let viewed = match receipt.r#type {
            ReceiptType::Delivered | ReceiptType::Inactive => false,
            ReceiptType::Read | ReceiptType::Played => true,
            _ => return Vec::new(),
        };
        let who = KnownAs::from(reader);
        if who == KnownAs::default() {
            return Vec::new();
        }
        if self.own.get().is_some_and(|own| own.is(&who)) {
            return Vec::new();
        }
        let at = told::time(receipt.timestamp).timestamp();
        let viewing = |id: &String| Viewing {
            id: id.clone(),
            who: who.clone(),
            viewed,
            at,
        };
        receipt.message_ids.iter().map(viewing).collect()
    }
}
