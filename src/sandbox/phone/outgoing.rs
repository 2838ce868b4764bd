//! A phone writes: to its own companions and to the devices of others.

use buffa::Message as _;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, JidExt, Node};
use waproto::whatsapp::Message;
use waproto::whatsapp::message::DeviceSentMessage;

use super::Sent;
use super::content::Content;
use super::letter::{Letter, Marks};
use crate::sandbox::address::{Address, Form};
use crate::sandbox::group::Group;
use crate::sandbox::settings::StatusMode;
use crate::sandbox::stanza;
use crate::sandbox::world::World;
use crate::telemetry::Chain;

impl World {
    /// The phone of `from` sends a message to another account. Returns its id; both must exist.
    pub fn phone_writes_to(&mut self, from: &str, to: &str, content: Content) -> Option<String> {
        let letter = Letter::new(self.compose(content, false));
        self.phone_writes_letter_to(from, to, letter)
    }

    /// The same of a message that is ready.
    pub(super) fn phone_writes_letter_to(
        &mut self,
        from: &str,
        to: &str,
        letter: Letter,
    ) -> Option<String> {
        let id = stanza::new_id();
        let form = self.accounts.get(from)?.seen_in(Form::Pn);
        let chat = self.accounts.get(to)?.jid(form);
        let message = &letter.message;
        let copy = device_sent(message, &chat);
        let (plain, copy) = (message.encode_to_vec(), copy.encode_to_vec());
        let recipients = self.devices_of(to);
        let own = self
            .devices_of(from)
            .into_iter()
            .filter(|device| !device.is_phone());
        let all = recipients
            .into_iter()
            .map(|device| (device, &plain))
            .chain(own.map(|device| (device, &copy)));
        let all: Vec<_> = all.collect();
        let participants = self.phone_seals_for(from, all, form, letter.marks);
        let node = letter
            .stanza(&id)
            .attr("to", chat.clone())
            .children([vec![participants], letter.company()].concat())
            .build();
        self.phone_keeps_sent(from, &id, letter, Some(chat));
        self.phone_sends(&Address::phone(from), &node);
        Some(id)
    }

    /// How a phone calls the chat with somebody.
    pub fn called_by_phones(&self, other: &str) -> Option<Jid> {
        let account = self.accounts.get(other)?;
        Some(account.jid(account.seen_in(Form::Pn)))
    }

    /// The phone of `from` posts a status, to whom its status privacy says.
    pub fn phone_posts_status(&mut self, from: &str, content: Content) -> Option<String> {
        let audience = self.status_audience(from)?;
        let letter = Letter::new(self.compose(content, true));
        let jid = Jid::status_broadcast();
        self.phone_writes_to_many(from, jid, &audience, letter)
    }

    /// What a phone says of a status: to everybody who may have it, of its own; else to whoever has posted it.
    pub(super) fn phone_writes_letter_about_status(
        &mut self,
        from: &str,
        author: &str,
        letter: Letter,
    ) -> Option<String> {
        let chat = Jid::status_broadcast();
        if author == from {
            let audience = self.status_audience(from)?;
            return self.phone_writes_to_many(from, chat, &audience, letter);
        }
        let id = stanza::new_id();
        let plain = letter.message.encode_to_vec();
        let devices = self.devices_of(author).into_iter();
        let all: Vec<_> = devices.map(|device| (device, &plain)).collect();
        let form = self.accounts.get(from)?.seen_in(Form::Pn);
        let participants = self.phone_seals_for(from, all, form, letter.marks);
        let node = letter.stanza(&id).attr("to", chat.clone());
        let node = node.children([participants]).build();
        self.phone_keeps_sent(from, &id, letter, Some(chat));
        self.phone_sends(&Address::phone(from), &node);
        Some(id)
    }

    /// The phone of `from` writes to a group that it is in.
    pub fn phone_writes_to_group(
        &mut self,
        from: &str,
        group: &str,
        content: Content,
    ) -> Option<String> {
        let letter = Letter::new(self.compose(content, false));
        self.phone_writes_letter_to_group(from, group, letter)
    }

    /// The same of a message that is ready.
    pub(super) fn phone_writes_letter_to_group(
        &mut self,
        from: &str,
        group: &str,
        letter: Letter,
    ) -> Option<String> {
        let group = self.group(group)?;
        if !group.lets_write(from) {
            return None;
        }
        let members: Vec<String> = group.participants.iter().cloned().collect();
        let jid = group.jid();
        self.phone_writes_to_many(from, jid, &members, letter)
    }

    /// One ciphertext for everybody, and for every device the key to it. Each time: a phone here
    /// does not remember who has the key.
    fn phone_writes_to_many(
        &mut self,
        from: &str,
        chat: Jid,
        people: &[String],
        letter: Letter,
    ) -> Option<String> {
        let id = stanza::new_id();
        let plain = letter.message.encode_to_vec();
        let (distribution, sealed) = self.phone_seals_for_group(from, &chat, &plain)?;
        let distribution = distribution.encode_to_vec();
        let mut devices: Vec<Address> = Vec::new();
        for phone in people.iter().map(String::as_str).chain([from]) {
            devices.extend(self.devices_of(phone));
        }
        devices.retain(|device| *device != Address::phone(from));
        devices.sort();
        devices.dedup();
        let all = devices.into_iter().map(|device| (device, &distribution));
        let form = self.accounts.get(from)?.seen_in(self.form_of(&chat));
        let participants = self.phone_seals_for(from, all.collect(), form, Marks::default());
        let enc = NodeBuilder::new("enc").attr("v", 2).attr("type", "skmsg");
        let mut enc = enc.bytes(sealed).build();
        letter.marks.put_on(&mut enc);
        let node = letter
            .stanza(&id)
            .attr("to", chat.clone())
            .children([vec![participants, enc], letter.company()].concat())
            .build();
        self.phone_keeps_sent(from, &id, letter, Some(chat));
        self.phone_sends(&Address::phone(from), &node);
        Some(id)
    }

    /// Phone numbers of the accounts that a status of this phone is for.
    fn status_audience(&self, phone: &str) -> Option<Vec<String>> {
        let account = self.accounts.get(phone)?;
        let privacy = &account.profile.status_privacy;
        let listed = privacy.list(privacy.mode).iter();
        let listed: Vec<String> = listed
            .filter_map(|user| Some(self.resolve(&user.parse().ok()?)?.0.phone))
            .collect();
        let contacts = account.contacts.keys().cloned();
        Some(match privacy.mode {
            StatusMode::Whitelist => listed,
            StatusMode::Blacklist => contacts.filter(|phone| !listed.contains(phone)).collect(),
            StatusMode::Contacts => contacts.collect(),
        })
    }

    fn phone_keeps_sent(&mut self, phone: &str, id: &str, letter: Letter, chat: Option<Jid>) {
        if let Some(account) = self.accounts.get_mut(phone) {
            account.phone.remember_sent(Sent {
                id: id.to_owned(),
                letter,
                chat,
            });
        }
    }

    /// A message from the phone to one of its companions, about the account itself.
    pub fn phone_tells(&mut self, companion: &Address, message: &Message) {
        let phone = &companion.phone;
        let plain = message.encode_to_vec();
        let enc = match self.phone_seals(phone, companion, Form::Pn, &plain) {
            Ok(enc) => enc,
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "a phone cannot write to its companion");
                return;
            }
        };
        let Some(to) = self.jid(companion, Form::Pn) else {
            return;
        };
        let id = stanza::new_id();
        let node = peer_message(to, &id, enc);
        self.phone_keeps_sent(phone, &id, Letter::new(message.clone()), None);
        self.phone_sends(&Address::phone(phone), &node);
    }

    /// Sends a message again, over a new session, to a device that could not read it.
    /// The device is answered by the name under which it asked.
    pub fn phone_resends(
        &mut self,
        phone: &str,
        device: &Address,
        form: Form,
        id: &str,
        count: u32,
    ) {
        let Some(account) = self.accounts.get_mut(phone) else {
            return;
        };
        let Some(sent) = account.phone.sent(id) else {
            return;
        };
        let own_device = device.phone == phone;
        let plain = match &sent.chat {
            Some(chat) if is_many(chat) => {
                // The device may lack the group's key, so it comes along.
                let Some((key, _)) = self.phone_seals_for_group(phone, chat, &[]) else {
                    return;
                };
                let mut message = sent.letter.message.clone();
                message.sender_key_distribution_message = key.sender_key_distribution_message;
                message.encode_to_vec()
            }
            Some(chat) if own_device => device_sent(&sent.letter.message, chat).encode_to_vec(),
            _ => sent.letter.message.encode_to_vec(),
        };
        let Ok(mut enc) = self.phone_seals_anew(phone, device, form, &plain) else {
            return;
        };
        enc.attrs.push("count", count);
        sent.letter.marks.put_on(&mut enc);
        let Some(to) = self.jid(device, form) else {
            return;
        };
        let node = match sent.chat {
            None => peer_message(to, id, enc),
            Some(chat) => {
                let node = sent.letter.stanza(id);
                let node = match (is_many(&chat), own_device) {
                    (true, _) => node.attr("to", chat).attr("participant", to),
                    (false, true) => node.attr("to", to).attr("recipient", chat),
                    (false, false) => node.attr("to", to),
                };
                let company = sent.letter.company();
                node.children([vec![enc], company].concat()).build()
            }
        };
        self.phone_sends(&Address::phone(phone), &node);
    }

    /// How a phone names devices: in a group as that does, else by number.
    pub(super) fn form_of(&self, chat: &Jid) -> Form {
        self.group(&chat.user).map_or(Form::Pn, Group::form)
    }

    fn devices_of(&self, phone: &str) -> Vec<Address> {
        let Some(account) = self.accounts.get(phone) else {
            return Vec::new();
        };
        account
            .devices()
            .into_iter()
            .map(|device| account.address(device))
            .collect()
    }
}

fn peer_message(to: Jid, id: &str, enc: Node) -> Node {
    NodeBuilder::new("message")
        .attr("to", to)
        .attr("id", id)
        .attr("type", "text")
        .attr("category", "peer")
        .children([enc])
        .build()
}

/// A chat whose messages are sealed once for all.
fn is_many(chat: &Jid) -> bool {
    chat.is_group() || chat.is_status_broadcast()
}

fn device_sent(message: &Message, chat: &Jid) -> Message {
    let sent = DeviceSentMessage {
        destination_jid: Some(chat.to_string()),
        message: buffa::MessageField::some(message.clone()),
        ..Default::default()
    };
    Message {
        device_sent_message: buffa::MessageField::some(sent),
        ..Default::default()
    }
}
