//! Messages and receipts: from the device that sends them to the devices that they name.

pub mod bursts;
mod calls;
mod fanout;
mod media_retry;
mod presence;
mod receipts;
pub mod restrictions;
mod strict;

use std::time::Instant;

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{JidExt, Node};

use super::address::Address;
use super::faults::Fault;
use super::stanza;
use super::world::World;
pub use calls::signal_of;
use fanout::Fanout;

/// "Too many requests".
const TOO_MUCH: u16 = 429;

impl World {
    /// Takes a message from a device: acknowledges it, then delivers it to whom it is for.
    pub fn take_message(&mut self, author: &Address, node: &Node) {
        self.count(|seen| seen.messages += 1);
        if let Some(error) = self.faults.ack_error(author) {
            self.acknowledge_message(author, node, Some(error));
            return;
        }
        let silent = self.faults.strikes(Some(author), &Fault::AckSilence);
        if let Some(channel) = stanza::jid(node, "to").filter(|to| to.is_newsletter()) {
            let posted = self.take_post(author, &channel.user, node);
            if !silent {
                self.acknowledge_post(author, node, posted);
            }
            return;
        }
        if self.is_over_pace(author, node) {
            self.acknowledge_message(author, node, Some(TOO_MUCH));
            return;
        }
        let fanout = Fanout::plan(self, author, node);
        if !silent {
            self.acknowledge_message(author, node, fanout.as_ref().err().copied());
        }
        if let Ok(fanout) = fanout {
            self.deliver_all(author, fanout);
        }
    }

    /// Whether an account posts more parts of statuses than it may at this moment.
    fn is_over_pace(&mut self, author: &Address, node: &Node) -> bool {
        let Some((most, time)) = self.faults.status_pace(author) else {
            return false;
        };
        let status = stanza::jid(node, "to").is_some_and(|to| to.is_status_broadcast());
        let Some(account) = self.account_mut(author).filter(|_| status) else {
            return false;
        };
        let now = Instant::now();
        account.parts.retain(|part| now - *part < time);
        let over = account.parts.len() >= most as usize;
        if !over {
            account.parts.push(now);
        }
        over
    }

    /// Delivers what a simulated phone sends; phones need no acknowledgement.
    pub fn phone_sends(&mut self, author: &Address, node: &Node) {
        match Fanout::plan(self, author, node) {
            Ok(fanout) => self.deliver_all(author, fanout),
            Err(error) => tracing::error!(error, "a phone's own stanza is refused"),
        }
    }

    fn deliver_all(&mut self, author: &Address, fanout: Fanout) {
        for (to, node) in fanout.into_deliveries() {
            if !self.accepts(&to, author, &node) {
                continue;
            }
            if !to.is_phone() && self.faults.strikes(Some(&to), &Fault::DuplicateDelivery) {
                self.deliver(&to, node.clone());
            }
            self.deliver(&to, node);
        }
    }

    /// False for a message from a blocked user, and for a retransmission nobody asked for.
    fn accepts(&mut self, to: &Address, author: &Address, node: &Node) -> bool {
        let id = &stanza::id(node);
        // In a group everybody hears everybody.
        let group = stanza::jid(node, "from").is_some_and(|from| from.is_group());
        let Some(author_lid) = self.account(author).map(|a| a.profile.lid.clone()) else {
            return false;
        };
        let Some(account) = self.account_mut(to) else {
            return false;
        };
        // The sender is not told: its message is acknowledged and arrives nowhere.
        if !group && account.profile.blocked.contains(&author_lid) {
            return false;
        }
        match account.companions.get_mut(&to.device) {
            Some(companion) => companion.deliveries.wants(author, id),
            None => to.is_phone() && account.phone.deliveries.wants(author, id),
        }
    }

    /// The author learns under which number a channel has it.
    fn acknowledge_post(&mut self, author: &Address, node: &Node, posted: Result<u32, u16>) {
        let mut ack = ack_of("message", node, posted.err());
        if let Ok(server_id) = posted {
            ack.attrs.push("server_id", server_id.to_string());
        }
        if let Some(connection) = self.connections.get(author) {
            connection.link.send(ack);
        }
    }

    fn acknowledge_message(&mut self, author: &Address, node: &Node, error: Option<u16>) {
        if let Some(connection) = self.connections.get(author) {
            connection.link.send(ack_of("message", node, error));
        }
    }
}

/// The server has taken a stanza of this class.
fn ack_of(class: &'static str, node: &Node, error: Option<u16>) -> Node {
    let mut ack = NodeBuilder::new("ack")
        .attr("class", class)
        .attr("id", stanza::id(node))
        .attr("t", stanza::now());
    if let Some(to) = stanza::jid(node, "to") {
        ack = ack.attr("from", to);
    }
    if let Some(participant) = stanza::jid(node, "participant") {
        ack = ack.attr("participant", participant);
    }
    if let Some(error) = error {
        ack = ack.attr("error", error);
    }
    ack.build()
}
