//! Receipts: acknowledged to the device that sends them, relayed to the author of the message.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, JidExt, Node};

use crate::sandbox::address::{Address, Form};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// Receipts that concern only the device that sends them and its phone.
const NOT_RELAYED: [&str; 3] = ["peer_msg", "hist_sync", "server-error"];

impl World {
    /// Takes a receipt from a companion.
    pub fn take_receipt(&mut self, device: &Address, node: &Node) {
        self.count(|seen| seen.receipts += 1);
        let listed = stanza::child(node, "list")
            .map(stanza::children)
            .unwrap_or_default();
        let ids = listed.iter().map(stanza::id).chain([stanza::id(node)]);
        for id in ids.collect::<Vec<_>>() {
            self.acknowledged(device, "message", &id);
        }
        self.acknowledge_receipt(device, node);
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
        // In a status or group the author is the participant, and is named in the form that it used.
        let named = match to.is_status_broadcast() || to.is_group() {
            true => stanza::jid(node, "participant"),
            false => Some(to.clone()),
        };
        let Some((author, form)) = named.and_then(|jid| self.resolve(&jid)) else {
            return;
        };
        let Some(relayed) = self.relayed(device, node, &to, form) else {
            return;
        };
        if kind == "retry" {
            self.count(|seen| seen.retries += 1);
            self.asked_again(device, &author, &stanza::id(node));
            self.deliver(&author, relayed);
            return;
        }
        let Some(account) = self.account(&author) else {
            return;
        };
        let others = account
            .devices()
            .into_iter()
            .map(|number| account.address(number));
        for to in others.filter(|other| other != device).collect::<Vec<_>>() {
            self.deliver(&to, relayed.clone());
        }
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
