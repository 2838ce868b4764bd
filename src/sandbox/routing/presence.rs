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
                if let Some((watched, form)) = self.watched(node) {
                    self.subscriptions.add(&watched.phone, device, form);
                    self.tell_presence(&watched, form, device);
                }
            }
            Some("unsubscribe") => {
                if let Some((watched, _)) = self.watched(node) {
                    self.subscriptions.remove(&watched.phone, device);
                }
            }
            kind => self.set_available(device, kind != Some("unavailable")),
        }
    }

    fn watched(&self, node: &Node) -> Option<(Address, Form)> {
        self.resolve(&stanza::jid(node, "to")?)
    }

    /// The device is in use, or not any more.
    pub fn set_available(&mut self, device: &Address, available: bool) {
        let Some(connection) = self.connections.get_mut(device) else {
            return;
        };
        if std::mem::replace(&mut connection.available, available) == available {
            return;
        }
        if !available && let Some(account) = self.accounts.get_mut(&device.phone) {
            account.last_seen = Some(stanza::now());
        }
        for (watcher, form) in self.subscriptions.of(&device.phone) {
            self.tell_presence(device, form, &watcher);
        }
        if available {
            // What it was not told meanwhile.
            for (phone, form) in self.subscriptions.by(device) {
                self.tell_presence(&Address::phone(&phone), form, device);
            }
        }
    }

    /// Tells a device that is itself in use how it stands with an account.
    fn tell_presence(&self, watched: &Address, form: Form, watcher: &Address) {
        let Some(account) = self.account(watched) else {
            return;
        };
        let is_available = |device: &Address| {
            let connection = self.connections.get(device);
            connection.is_some_and(|connection| connection.available)
        };
        if !is_available(watcher) || !self.admits(account, "last", watcher) {
            return;
        }
        let mut devices = account.companions.keys();
        let available = devices.any(|number| is_available(&account.address(*number)));
        let presence =
            NodeBuilder::new("presence").attr("from", account.jid(account.seen_in(form)));
        let presence = match (available, account.last_seen) {
            (true, _) => presence,
            (false, None) => presence.attr("type", "unavailable"),
            (false, Some(last)) => presence.attr("type", "unavailable").attr("last", last),
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
