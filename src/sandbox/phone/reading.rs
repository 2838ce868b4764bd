//! A person reads what is on the phone, looks at it or listens to it.

use std::collections::BTreeMap;

use serde::Deserialize;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, JidExt as _};

use super::say::Unsaid;
use crate::sandbox::address::Address;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// What was done with messages. Those of `self` are told to nobody but the reader's own devices.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attention {
    Read,
    Played,
    ReadSelf,
    PlayedSelf,
}

impl Attention {
    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Played => "played",
            Self::ReadSelf => "read-self",
            Self::PlayedSelf => "played-self",
        }
    }
}

impl World {
    /// The phone says so of messages that it has: one receipt for what somebody wrote in one chat.
    pub fn phone_attends(
        &mut self,
        phone: &str,
        ids: &[String],
        attention: Attention,
    ) -> Result<(), Unsaid> {
        let mut receipts: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for id in ids {
            let known = self.phone_has(phone, id)?;
            let place = (known.chat.to_string(), known.author);
            receipts.entry(place).or_default().push(known.id);
        }
        for ((chat, author), ids) in receipts {
            let chat: Jid = chat.parse().map_err(|_no_jid| Unsaid::NoWay)?;
            self.phone_tells_of(phone, (&chat, &author), ids, attention);
        }
        Ok(())
    }

    /// The same of statuses of somebody, whether the phone has them or not: who knows an id can say so.
    pub fn phone_claims_to_attend(
        &mut self,
        phone: &str,
        author: &str,
        ids: &[String],
        attention: Attention,
    ) {
        let place = (&Jid::status_broadcast(), author);
        self.phone_tells_of(phone, place, ids.to_vec(), attention);
    }

    fn phone_tells_of(
        &mut self,
        phone: &str,
        (chat, author): (&Jid, &str),
        ids: Vec<String>,
        attention: Attention,
    ) {
        let author = self.named_in_chat(author, chat);
        let mut ids = ids.into_iter();
        let mut receipt = NodeBuilder::new("receipt")
            .attr("id", ids.next().unwrap_or_default())
            .attr("type", attention.name())
            .attr("t", stanza::now());
        let of_many = chat.is_status_broadcast() || self.group(&chat.user).is_some();
        if let Some(author) = author.filter(|_| of_many) {
            receipt = receipt.attr("participant", author);
        }
        let items = ids.map(|id| NodeBuilder::new("item").attr("id", id).build());
        let items: Vec<_> = items.collect();
        let list = (!items.is_empty()).then(|| NodeBuilder::new("list").children(items).build());
        let receipt = receipt.attr("to", chat).children(list).build();
        self.relay_receipt(&Address::phone(phone), &receipt);
    }
}
