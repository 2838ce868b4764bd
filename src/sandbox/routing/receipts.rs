//! Receipts: acknowledged to the device that sends them, relayed to the author of the message.

use std::time::Instant;

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, JidExt, Node};

use super::bursts::{PACE, Passage, Reader, Subject};
use crate::sandbox::address::{Address, Form};
use crate::sandbox::after::After;
use crate::sandbox::phone::Receipt;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// Receipts that concern only the device that sends them and its phone.
const NOT_RELAYED: [&str; 3] = ["peer_msg", "hist_sync", "server-error"];
/// Receipts that a person makes, not a device; the account's other devices learn of them.
const READ: [&str; 4] = ["read", "played", "read-self", "played-self"];
/// Receipts of somebody who does not let the author know.
const OWN_ALONE: [&str; 2] = ["read-self", "played-self"];
/// Readers in one list.
const LISTED: usize = 256;

impl World {
    /// Takes a receipt from a companion.
    pub fn take_receipt(&mut self, device: &Address, node: &Node) {
        self.count(|seen| seen.receipts += 1);
        for id in ids(node) {
            self.acknowledged(device, "message", &id);
        }
        self.acknowledge_receipt(device, node);
        self.upload_again(device, node);
        if let Some(channel) = stanza::jid(node, "to").filter(|to| to.is_newsletter()) {
            if stanza::attr(node, "type").as_deref() == Some("view") {
                self.note_views(&device.phone, &channel.user, node);
            }
            return;
        }
        self.relay_receipt(device, node);
    }

    fn acknowledge_receipt(&mut self, device: &Address, node: &Node) {
        let Some(connection) = self.connections.get(device) else {
            return;
        };
        let mut ack = NodeBuilder::new("ack")
            .attr("class", "receipt")
            .attr("id", stanza::id(node));
        if let Some(to) = stanza::jid(node, "to") {
            ack = ack.attr("from", to);
        }
        if let Some(kind) = node.attrs.get("type") {
            ack = ack.attr("type", kind.clone());
        }
        if let Some(participant) = stanza::jid(node, "participant") {
            ack = ack.attr("participant", participant);
        }
        connection.link.send(ack.build());
    }

    /// Brings a receipt of a device, phones included, to the devices it is about.
    pub fn relay_receipt(&mut self, device: &Address, node: &Node) {
        let kind = stanza::attr(node, "type").unwrap_or_default().into_owned();
        if NOT_RELAYED.contains(&kind.as_str()) {
            return;
        }
        let Some(to) = stanza::jid(node, "to") else {
            return;
        };
        if to.is_group() && self.group_of(&device.phone, &to.user).is_err() {
            return;
        }
        // In a status or group the author is the participant, and is named in the form that it used.
        let many = to.is_status_broadcast() || to.is_group();
        let named = match many {
            true => stanza::jid(node, "participant"),
            false => Some(to.clone()),
        };
        let Some((author, form)) = named.as_ref().and_then(|jid| self.resolve(jid)) else {
            return;
        };
        if kind == "retry" {
            let Some(relayed) = self.relayed(device, node, &to, form) else {
                return;
            };
            self.count(|seen| seen.retries += 1);
            self.asked_again(device, &author, &stanza::id(node));
            self.deliver(&author, relayed);
            return;
        }
        if READ.contains(&kind.as_str()) && author.phone != device.phone {
            self.tell_own_devices(device, node, &to, form, named.filter(|_| many));
        }
        if OWN_ALONE.contains(&kind.as_str()) {
            return;
        }
        self.tell_phone(device, &author.phone, node, &kind);
        if !many {
            if let Some(relayed) = self.relayed(device, node, &to, form) {
                self.tell_author(device, &author.phone, &relayed);
            }
            return;
        }
        for id in ids(node) {
            let subject = Subject {
                author: author.phone.clone(),
                chat: to.clone(),
                id,
                kind: kind.clone(),
            };
            self.gather(device, node, form, subject);
        }
    }

    /// The author's phone shows who has it.
    fn tell_phone(&mut self, device: &Address, author: &str, node: &Node, kind: &str) {
        let from = self.jid(device, Form::Pn).map(|jid| jid.to_string());
        let Some(account) = self.accounts.get_mut(author) else {
            return;
        };
        for id in ids(node) {
            account.phone.is_told(Receipt {
                id,
                kind: kind.to_owned(),
                from: from.clone().unwrap_or_default(),
            });
        }
    }

    /// A receipt of what many have goes to its author at once, or with others in a list.
    fn gather(&mut self, device: &Address, node: &Node, form: Form, subject: Subject) {
        let Some(form) = self.account(device).map(|account| account.seen_in(form)) else {
            return;
        };
        let Some(jid) = self.user(device, form) else {
            return;
        };
        let t = stanza::attr(node, "t").map(|t| t.into_owned());
        let reader = Reader {
            device: device.clone(),
            jid,
            other: self.other_name(device, form),
            t: t.unwrap_or_else(|| stanza::now().to_string()),
        };
        match self.bursts.take(&subject, reader, Instant::now()) {
            Passage::Single => {
                let mut single = NodeBuilder::new("receipt")
                    .attr("id", subject.id.as_str())
                    .build();
                for key in ["type", "t", "category"] {
                    if let Some(value) = node.attrs.get(key) {
                        single.attrs.push(key, value.clone());
                    }
                }
                if let Some(relayed) = self.relayed(device, &single, &subject.chat, form) {
                    self.tell_author(device, &subject.author, &relayed);
                }
            }
            Passage::Opens => self.later(PACE, After::Gathered { subject }),
            Passage::Joins => {}
        }
    }

    /// Tells an author who has a message, as far as it was not told yet.
    pub fn tell_gathered(&mut self, subject: &Subject) {
        let readers = self.bursts.gathered(subject, Instant::now());
        let nobody = Address::phone(&subject.author);
        for some in readers.chunks(LISTED) {
            self.tell_author(&nobody, &subject.author, &list(subject, some));
        }
    }

    /// To every companion of the author; the phone has no use for receipts. Not to the device itself.
    fn tell_author(&mut self, device: &Address, author: &str, receipt: &Node) {
        let Some(account) = self.accounts.get(author) else {
            return;
        };
        let companions: Vec<Address> = account.companion_addresses().collect();
        for to in companions.iter().filter(|to| *to != device) {
            self.deliver(to, receipt.clone());
        }
    }

    /// What is read on one device is read on the account's others. `author` of what many have.
    fn tell_own_devices(
        &mut self,
        device: &Address,
        node: &Node,
        to: &Jid,
        form: Form,
        author: Option<Jid>,
    ) {
        let Some(own) = self.jid(device, form) else {
            return;
        };
        let mut receipt = NodeBuilder::new("receipt").attr("id", stanza::id(node));
        receipt = match author {
            Some(author) => receipt
                .attr("from", to.clone())
                .attr("participant", own)
                .attr("recipient", author.to_non_ad()),
            None => receipt.attr("from", own).attr("recipient", to.to_non_ad()),
        };
        let t = stanza::attr(node, "t").map(|t| t.into_owned());
        receipt = receipt.attr("t", t.unwrap_or_else(|| stanza::now().to_string()));
        if let Some(kind) = node.attrs.get("type") {
            receipt = receipt.attr("type", kind.clone());
        }
        let receipt = match stanza::child(node, "list") {
            Some(list) => receipt.children([list.clone()]).build(),
            None => receipt.build(),
        };
        self.tell_author(device, &device.phone, &receipt);
    }

    fn relayed(&self, device: &Address, node: &Node, to: &Jid, form: Form) -> Option<Node> {
        let form = self.account(device)?.seen_in(form);
        let from = self.jid(device, form)?;
        let mut receipt = NodeBuilder::new("receipt").attr("id", stanza::id(node));
        receipt = match to.is_status_broadcast() || to.is_group() {
            true => receipt.attr("from", to.clone()).attr("participant", from),
            false => receipt.attr("from", from),
        };
        let t = stanza::attr(node, "t").map(|t| t.into_owned());
        receipt = receipt.attr("t", t.unwrap_or_else(|| stanza::now().to_string()));
        if let Some(recipient) = stanza::jid(node, "recipient") {
            receipt = receipt.attr("recipient", recipient);
        }
        for key in ["type", "category"] {
            if let Some(value) = node.attrs.get(key) {
                receipt = receipt.attr(key, value.clone());
            }
        }
        let name = match form {
            Form::Pn => "sender_lid",
            Form::Lid => "sender_pn",
        };
        if let Some(other) = self.other_name(device, form) {
            receipt = receipt.attr(name, other);
        }
        Some(match stanza::children(node) {
            [] => receipt.build(),
            children => receipt.children(children.to_vec()).build(),
        })
    }

    fn asked_again(&mut self, device: &Address, author: &Address, id: &str) {
        let Some(account) = self.account_mut(device) else {
            return;
        };
        match account.companions.get_mut(&device.device) {
            Some(companion) => companion.deliveries.asked_again(author, id),
            None => account.phone.deliveries.asked_again(author, id),
        }
    }
}

/// Everything that a receipt is of.
fn ids(node: &Node) -> Vec<String> {
    let listed = stanza::child(node, "list").map(stanza::children);
    let listed = listed.unwrap_or_default().iter().map(stanza::id);
    std::iter::once(stanza::id(node)).chain(listed).collect()
}

/// Who has a message, in one stanza. Clients read the first `<participants>` only.
fn list(subject: &Subject, readers: &[Reader]) -> Node {
    let users = readers.iter().map(|reader| {
        let user = NodeBuilder::new("user")
            .attr("jid", reader.jid.clone())
            .attr("t", reader.t.as_str());
        match &reader.other {
            Some(other) if other.is_pn() => user.attr("participant_pn", other.clone()).build(),
            _ => user.build(),
        }
    });
    let participants = NodeBuilder::new("participants")
        .attr("key", subject.id.as_str())
        .children(users)
        .build();
    let receipt = NodeBuilder::new("receipt")
        .attr("from", subject.chat.clone())
        .attr("id", subject.id.as_str())
        .attr("t", stanza::now());
    let receipt = match subject.kind.as_str() {
        "" => receipt,
        kind => receipt.attr("type", kind),
    };
    receipt.children([participants]).build()
}
