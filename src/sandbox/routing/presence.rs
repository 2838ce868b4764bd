//! Presence and chat states: relayed to devices that are there, kept for nobody.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{JidExt, Node};

use crate::sandbox::address::{Address, Form};
use crate::sandbox::stanza;
use crate::sandbox::world::{Connection, World};

impl World {
    /// A device subscribes to somebody's presence, or says whether it is in use itself.
    pub fn take_presence(&mut self, device: &Address, node: &Node) {
        match stanza::attr(node, "type").as_deref() {
            Some("subscribe") => {
                let watched = stanza::jid(node, "to").and_then(|to| self.resolve(&to));
                if let Some((watched, form)) = watched {
                    self.subscriptions.add(&watched.phone, device);
                    self.tell_presence(&watched, form, device);
                }
            }
            Some("unsubscribe") => {}
            kind => self.set_available(device, kind != Some("unavailable")),
        }
    }

    /// The device is in use, or not any more.
    pub fn set_available(&mut self, device: &Address, available: bool) {
        let Some(connection) = self.connections.get_mut(device) else {
            return;
        };
        if std::mem::replace(&mut connection.available, available) == available {
            return;
        }
        for watcher in self.subscriptions.of(&device.phone) {
            self.tell_presence(device, Form::Lid, &watcher);
        }
    }

    fn tell_presence(&self, watched: &Address, form: Form, watcher: &Address) {
        let Some(account) = self.account(watched) else {
            return;
        };
        if !self.admits(account, "last", watcher) {
            return;
        }
        let mut devices = account.companions.keys();
        let available = devices.any(|number| {
            let connection = self.connections.get(&account.address(*number));
            connection.is_some_and(|connection| connection.available)
        });
        let presence =
            NodeBuilder::new("presence").attr("from", account.jid(account.seen_in(form)));
        let presence = match available {
            true => presence,
            false => presence
                .attr("type", "unavailable")
                .attr("last", stanza::now()),
        };
        self.send_live(watcher, presence.build());
    }

    /// Passes on that somebody is typing or recording.
    pub fn take_chat_state(&mut self, device: &Address, node: &Node) {
        let Some(to) = stanza::jid(node, "to") else {
            return;
        };
        let (people, form): (Vec<String>, Form) = match self.group(&to.user) {
            Some(group) if to.is_group() => {
                (group.participants.iter().cloned().collect(), group.form())
            }
            _ => match self.resolve(&to) {
                Some((recipient, form)) => (vec![recipient.phone], form),
                None => return,
            },
        };
        let Some(author) = self.account(device) else {
            return;
        };
        let (own, own_lid) = (author.jid(author.seen_in(form)), &author.profile.lid);
        let state = NodeBuilder::new("chatstate").children(stanza::children(node).to_vec());
        let state = match to.is_group() {
            true => state.attr("from", to).attr("participant", own),
            false => state.attr("from", own),
        };
        let state = state.build();
        for phone in people.iter().filter(|phone| **phone != device.phone) {
            let Some(account) = self.accounts.get(phone) else {
                continue;
            };
            if account.profile.blocked.contains(own_lid) {
                continue;
            }
            for number in account.companions.keys() {
                self.send_live(&account.address(*number), state.clone());
            }
        }
    }

    /// Sends what is worth nothing later.
    fn send_live(&self, to: &Address, node: Node) {
        let live = |c: &&Connection| c.live && !c.link.is_behind();
        let connection = self.connections.get(to).filter(live);
        if let Some(connection) = connection.filter(|_| !self.faults.mutes(Some(to))) {
            connection.link.send(node);
        }
    }
}
