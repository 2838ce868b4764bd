//! The signals of calls, from the device that gives them to those of the other side, and to one's own other ones.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node, NodeContent};

use super::ack_of;
use crate::sandbox::account::Account;
use crate::sandbox::address::{Address, Form};
use crate::sandbox::calls::{Call, CallState};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

impl World {
    /// Takes a signal from a companion.
    pub fn take_call(&mut self, device: &Address, node: &Node) {
        let Some(signal) = stanza::children(node).first() else {
            return;
        };
        if signal.tag == "link_create" {
            return self.answer_call(device, node, call_link());
        }
        self.acknowledge_call(device, node, &signal.tag);
        let id = stanza::attr(signal, "call-id").unwrap_or_default();
        let to = stanza::jid(node, "to").and_then(|to| self.resolve(&to));
        let (Some((to, _)), false) = (to, id.is_empty()) else {
            return;
        };
        match signal.tag.as_ref() {
            "offer" => self.companion_calls(device, &to, &id, signal),
            "reject" if stanza::attr(signal, "reason").as_deref() == Some("busy") => {
                self.signal(device, &to, signal.clone());
            }
            "reject" => self.call_rejected(device, &id),
            "accept" => self.call_accepted(device, &id, signal.clone()),
            "terminate" => self.call_ended(device, &id, stanza::attr(signal, "reason").as_deref()),
            _ => self.signal(device, &to, signal.clone()),
        }
    }

    fn companion_calls(&mut self, device: &Address, to: &Address, id: &str, offer: &Node) {
        let Some(creator) = stanza::jid(offer, "call-creator") else {
            return;
        };
        self.calls.begin(Call {
            id: id.to_owned(),
            caller: device.clone(),
            creator,
            callee: to.phone.clone(),
            video: stanza::child(offer, "video").is_some(),
            state: CallState::Ringing,
            began: stanza::now(),
            taken: None,
        });
        self.signal_all(device, &to.phone, |_| Some(offer.clone()));
    }

    /// A device of who is called does not take it: its other devices, and the caller, stop ringing.
    pub fn call_rejected(&mut self, device: &Address, id: &str) {
        let rejected = CallState::Rejected { by: device.clone() };
        self.call_answered(
            device,
            id,
            rejected,
            |call| signal_of(call, "reject").attr("count", 0).build(),
            "rejected_elsewhere",
        );
    }

    /// A device of who is called has taken it.
    pub fn call_accepted(&mut self, device: &Address, id: &str, accept: Node) {
        let accepted = CallState::Accepted { by: device.clone() };
        self.call_answered(device, id, accepted, |_| accept, "accepted_elsewhere");
    }

    /// The caller hears it, and then has every other device stop that still rings; those have heard it of their own, too.
    fn call_answered(
        &mut self,
        device: &Address,
        id: &str,
        state: CallState,
        signal: impl FnOnce(&Call) -> Node,
        elsewhere: &'static str,
    ) {
        let called = self.calls.get(id).map(|call| call.callee.clone());
        if called.as_ref() != Some(&device.phone) {
            return;
        }
        let Some(call) = self.calls.become_of(id, state) else {
            return;
        };
        self.log_call(&call);
        let signal = signal(&call);
        self.signal(device, &call.caller, signal.clone());
        let terminate = signal_of(&call, "terminate")
            .attr("reason", elsewhere)
            .build();
        for other in self.companions_of(&call.callee, device) {
            self.signal(device, &other, signal.clone());
            self.signal(&call.caller, &other, terminate.clone());
        }
    }

    /// One of the two hangs up.
    pub fn call_ended(&mut self, device: &Address, id: &str, reason: Option<&str>) {
        let Some(call) = self.calls.get(id) else {
            return;
        };
        if call.caller.phone != device.phone && call.callee != device.phone {
            return;
        }
        let Some(call) = self.calls.become_of(id, CallState::Ended) else {
            return;
        };
        self.log_call(&call);
        let mut terminate = signal_of(&call, "terminate");
        if let Some(reason) = reason {
            terminate = terminate.attr("reason", reason.to_owned());
        }
        let terminate = terminate.build();
        match call.caller.phone == device.phone {
            true => self.signal_all(device, &call.callee, |_| Some(terminate.clone())),
            false => self.signal(device, &call.caller, terminate),
        }
    }

    /// Gives a signal to every companion of somebody; of what each is to hear, `None` is nothing.
    pub fn signal_all(
        &mut self,
        from: &Address,
        to: &str,
        mut signal: impl FnMut(&mut Self) -> Option<Node>,
    ) {
        for device in self.companions_of(to, from) {
            if let Some(signal) = signal(self) {
                self.signal(from, &device, signal);
            }
        }
    }

    /// Brings one signal to one device. Who is blocked is not heard, and phones need not be told: they know their calls.
    pub fn signal(&mut self, from: &Address, to: &Address, signal: Node) {
        let (Some(account), Some(other)) = (self.account(from), self.account(to)) else {
            return;
        };
        if to.is_phone() || other.profile.blocked.contains(&account.profile.lid) {
            return;
        }
        let call = NodeBuilder::new("call")
            .attr("from", account.device_jid(from.device, Form::Lid))
            .attr("id", stanza::new_id())
            .attr("t", stanza::now())
            .attr("notify", stanza::word(&account.profile.name))
            .attr("platform", "android")
            .attr("version", "2.26.9.73")
            .children([signal]);
        self.deliver(to, call.build());
    }

    fn companions_of(&self, phone: &str, but: &Address) -> Vec<Address> {
        let account = self.accounts.get(phone).into_iter();
        let all = account.flat_map(Account::companion_addresses);
        all.filter(|device| device != but).collect()
    }

    fn acknowledge_call(&self, device: &Address, node: &Node, signal: &str) {
        let mut ack = ack_of("call", node, None);
        ack.attrs.push("type", signal.to_owned());
        if signal == "offer" {
            ack.content = Some(NodeContent::Nodes(vec![relay(node)]));
        }
        self.send_to(device, ack);
    }

    fn answer_call(&self, device: &Address, node: &Node, answer: Node) {
        let answer = NodeBuilder::new("call")
            .attr("from", Jid::new("", wacore_binary::Server::Call))
            .attr("id", stanza::id(node))
            .attr("t", stanza::now())
            .children([answer]);
        self.send_to(device, answer.build());
    }

    fn send_to(&self, device: &Address, node: Node) {
        if let Some(connection) = self.connections.get(device) {
            connection.link.send(node);
        }
    }
}

/// A signal that names its call.
pub fn signal_of(call: &Call, tag: &'static str) -> NodeBuilder {
    NodeBuilder::new(tag)
        .attr("call-id", call.id.clone())
        .attr("call-creator", call.creator.clone())
}

/// Through what the sound would go, if there were any: whoever calls is told with the ack.
fn relay(offer: &Node) -> Node {
    let signal = stanza::children(offer).first();
    let named = |key| signal.and_then(|signal| signal.attrs.get(key)).cloned();
    let mut relay = NodeBuilder::new("relay").build();
    for key in ["call-id", "call-creator"] {
        if let Some(value) = named(key) {
            relay.attrs.push(key, value);
        }
    }
    relay
}

fn call_link() -> Node {
    let token = stanza::new_id() + &stanza::new_id();
    NodeBuilder::new("link_create").attr("token", token).build()
}
