//! Bringing a stanza to a device: straight away, or from its queue when it comes back.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Node, NodeContent};

use super::{Connection, World};
use crate::sandbox::address::{Address, Form};
use crate::sandbox::after::After;
use crate::sandbox::companion::Pending;
use crate::sandbox::device_list;
use crate::sandbox::link::Link;
use crate::sandbox::stanza;

/// Queued stanzas taken at once while a device catches up.
const BATCH: usize = 64;

impl World {
    /// Leaves a stanza for a phone to read, or queues it for a companion and sends it if the companion is there.
    pub fn deliver(&mut self, to: &Address, mut node: Node) {
        if node.tag == "message" && self.corrupt.remove(to) {
            spoil(&mut node);
        }
        if to.is_phone() {
            self.mail.put(&to.phone, node);
            return;
        }
        let Some(account) = self.accounts.get_mut(&to.phone) else {
            return;
        };
        let Some(companion) = account.companions.get_mut(&to.device) else {
            return;
        };
        let Some((sequence, bytes)) = companion.enqueue(to, &node, &mut self.journal) else {
            return;
        };
        if self.faults.mutes(Some(to)) {
            return;
        }
        if let Some(connection) = self.connections.get_mut(to)
            && connection.live
            && connection.link.offer(bytes)
        {
            connection.sent = Some(sequence);
        }
    }

    /// The next message to a device arrives with ciphertext that does not verify.
    pub fn spoil_next(&mut self, device: Address) {
        self.corrupt.insert(device);
    }

    /// Sends what was held back while faults muted devices.
    pub fn resume_all(&mut self) {
        let connections = self.connections.iter();
        let links = connections.map(|(device, c)| (device.clone(), c.link.clone()));
        for (device, link) in links.collect::<Vec<_>>() {
            link.offer_again();
            self.resume(&device, &link);
        }
    }

    /// Sends what was held back, as much as the client has room for. The usual case costs nothing: the
    /// newest stanza is on its way already.
    pub fn resume(&mut self, device: &Address, link: &Link) {
        let connection = self.connections.get_mut(device);
        let Some(connection) = connection.filter(|c| c.link.id == link.id) else {
            return;
        };
        let account = self.accounts.get(&device.phone);
        let companion = account.and_then(|account| account.companions.get(&device.device));
        let Some(companion) = companion.filter(|_| connection.live) else {
            return;
        };
        if self.faults.mutes(Some(device)) {
            return;
        }
        let sent = connection.sent;
        let gone = |pending: &&Pending| sent.is_some_and(|sent| pending.sequence <= sent);
        let unsent = companion.queue.iter().skip_while(gone);
        for pending in unsent {
            if !link.offer(pending.bytes.clone()) {
                return;
            }
            connection.sent = Some(pending.sequence);
        }
    }

    /// A device asks for the next of what is queued for it.
    pub fn batch_asked(&mut self, device: &Address) {
        if let Some(connection) = self.connections.get_mut(device) {
            connection.batches_asked = connection.batches_asked.saturating_add(1);
        }
    }

    /// Takes such a request; true also for a connection that is gone, for which nobody has to wait.
    pub fn batch_was_asked(&mut self, device: &Address, link: &Link) -> bool {
        let connection = self.connections.get_mut(device);
        let Some(connection) = connection.filter(|c| c.link.id == link.id) else {
            return true;
        };
        let asked = connection.batches_asked > 0;
        connection.batches_asked = connection.batches_asked.saturating_sub(1);
        asked
    }

    /// The next queued stanzas for a device that catches up. An empty answer makes it live.
    pub fn next_queued(&mut self, device: &Address, link: &Link) -> Option<Vec<Node>> {
        let account = self.accounts.get(&device.phone)?;
        let companion = account.companions.get(&device.device)?;
        let connection = self
            .connections
            .get_mut(device)
            .filter(|c| c.link.id == link.id)?;
        let mut nodes = Vec::new();
        for pending in &companion.queue {
            if connection.sent.is_some_and(|sent| pending.sequence <= sent) {
                continue;
            }
            if nodes.len() == BATCH {
                break;
            }
            connection.sent = Some(pending.sequence);
            nodes.extend(pending.node());
        }
        if nodes.is_empty() {
            connection.live = true;
        }
        Some(nodes)
    }

    /// How many stanzas of each kind wait for a device, in the form that clients are told.
    pub fn offline_preview(&self, device: &Address) -> Option<Node> {
        let queue = &self.companion(device)?.queue;
        if queue.is_empty() {
            return None;
        }
        let count = |tag: &str| queue.iter().filter(|pending| pending.tag == tag).count();
        let preview = NodeBuilder::new("offline_preview")
            .attr("count", queue.len())
            .attr("message", count("message"))
            .attr("receipt", count("receipt"))
            .attr("notification", count("notification"))
            .attr("call", 0)
            .attr("appdata", 0)
            .build();
        Some(stanza::info(preview))
    }

    /// The device has its stanza: it will not be sent again.
    pub fn acknowledged(&mut self, device: &Address, tag: &str, id: &str) {
        let Some(account) = self.accounts.get_mut(&device.phone) else {
            return;
        };
        if let Some(companion) = account.companions.get_mut(&device.device) {
            companion.acknowledge(device, tag, id, &mut self.journal);
        }
    }

    pub fn connection(&self, device: &Address) -> Option<&Connection> {
        self.connections.get(device)
    }

    /// Takes a companion off the account: it is told, cut off, and may never log in again.
    pub fn unlink(&mut self, device: &Address) {
        let Some(account) = self.accounts.get_mut(&device.phone) else {
            return;
        };
        if account.companions.remove(&device.device).is_none() {
            return;
        }
        let owner = device.to_string();
        self.journal
            .delete("device", &device.phone, &device.device.to_string());
        self.journal.delete_all("pre-key", &owner);
        self.journal.delete_all("queue", &owner);
        account.phone.forget(device, &mut self.journal);
        if let Some(connection) = self.connections.remove(device) {
            connection.link.finish(removed());
        }
        self.after.push(After::Announced {
            device: device.clone(),
        });
    }

    /// Tells the account's other companions, and those who have it as a contact, its present devices.
    pub fn announce_devices(&mut self, changed: &Address) {
        let Some(account) = self.account(changed) else {
            return;
        };
        let kept = account
            .companions
            .get(&changed.device)
            .map(|c| c.registered.key_index);
        let lists = device_list::key_index_list(account);
        let watchers = self.watchers(&changed.phone);
        let Some(account) = self.account(changed) else {
            return;
        };
        let (user, lid) = (account.jid(Form::Pn), account.jid(Form::Lid));
        let own = device_list::own_devices(account);
        let device = NodeBuilder::new("device")
            .attr("jid", account.device_jid(changed.device, Form::Pn))
            .attr("lid", account.device_jid(changed.device, Form::Lid));
        let (tag, device) = match kept {
            Some(index) => ("add", device.attr("key-index", index).build()),
            None => ("remove", device.build()),
        };
        let change = NodeBuilder::new(tag)
            .attr("device_hash", device_list::device_hash(account, Form::Pn))
            .attr(
                "device_lid_hash",
                device_list::device_hash(account, Form::Lid),
            )
            .children([device, lists])
            .build();
        for watcher in watchers.into_iter().filter(|watcher| watcher != changed) {
            if watcher.phone == changed.phone {
                let node = stanza::notification(user.clone(), "account_sync", own.clone());
                self.deliver(&watcher, node);
                continue;
            }
            let mut node = stanza::notification(user.clone(), "devices", change.clone());
            node.attrs.push("lid", lid.clone());
            self.deliver(&watcher, node);
        }
    }

    /// Companions that keep this user's device list: its own, and those of accounts that know it.
    pub fn watchers(&self, phone: &str) -> Vec<Address> {
        let knows = self.accounts.values().filter(|account| {
            account.profile.phone == phone || account.contacts.contains_key(phone)
        });
        knows
            .flat_map(|account| {
                account
                    .companions
                    .keys()
                    .map(|device| account.address(*device))
            })
            .collect()
    }
}

/// Flips the last byte of every ciphertext, so that its MAC or signature is wrong.
fn spoil(message: &mut Node) {
    let Some(NodeContent::Nodes(children)) = &mut message.content else {
        return;
    };
    for enc in children.iter_mut().filter(|child| child.tag == "enc") {
        if let Some(NodeContent::Bytes(sealed)) = &mut enc.content
            && let Some(last) = sealed.last_mut()
        {
            *last ^= 1;
        }
    }
}

/// The stream error of a device that its phone has unlinked.
fn removed() -> Node {
    let conflict = NodeBuilder::new("conflict")
        .attr("type", "device_removed")
        .build();
    NodeBuilder::new("stream:error")
        .attr("code", 401)
        .children([conflict])
        .build()
}
