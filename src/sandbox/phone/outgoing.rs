//! A phone writes: to its own companions and to the devices of others.

use buffa::Message as _;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, JidExt, Node};
use wacore_libsignal::protocol::SignalProtocolError;
use waproto::whatsapp::Message;
use waproto::whatsapp::message::{DeviceSentMessage, SenderKeyDistributionMessage};

use super::content::Content;
use super::peer::Sealed;
use super::{Bundle, Sent};
use crate::sandbox::address::{Address, Form};
use crate::sandbox::faults::Fault;
use crate::sandbox::settings::StatusMode;
use crate::sandbox::world::{Edit, World};
use crate::sandbox::{keys, stanza};
use crate::telemetry::Chain;

/// Stocks of one-time keys at which a device is told to bring more. One library acts below 5.
const LOW: [usize; 2] = [0, 4];

impl World {
    /// The phone of `from` sends a message to another account. Returns its id; both must exist.
    pub fn phone_writes_to(&mut self, from: &str, to: &str, content: Content) -> Option<String> {
        let (kind, media_type) = content.stanza_type();
        let id = stanza::new_id();
        let chat = self.accounts.get(to)?.jid(Form::Pn);
        let message = self.compose(content, false);
        let copy = device_sent(&message, &chat);
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
        let participants = self.phone_seals_for(from, all, Form::Pn, media_type);
        let node = NodeBuilder::new("message")
            .attr("to", chat.clone())
            .attr("id", id.as_str())
            .attr("type", kind)
            .children([participants])
            .build();
        self.phone_keeps_sent(from, &id, message, Some(chat), kind);
        self.phone_sends(&Address::phone(from), &node);
        Some(id)
    }

    /// The phone of `from` posts a status, to whom its status privacy says.
    pub fn phone_posts_status(&mut self, from: &str, content: Content) -> Option<String> {
        let audience = self.status_audience(from)?;
        let jid = Jid::status_broadcast();
        self.phone_writes_to_many(from, jid, &audience, content)
    }

    /// The phone of `from` writes to a group that it is in.
    pub fn phone_writes_to_group(
        &mut self,
        from: &str,
        group: &str,
        content: Content,
    ) -> Option<String> {
        let group = self.group(group)?;
        if !group.lets_write(from) {
            return None;
        }
        let members: Vec<String> = group.participants.iter().cloned().collect();
        let jid = group.jid();
        self.phone_writes_to_many(from, jid, &members, content)
    }

    /// One ciphertext for everybody, and for every device the key to it. Each time: a phone here
    /// does not remember who has the key.
    fn phone_writes_to_many(
        &mut self,
        from: &str,
        chat: Jid,
        people: &[String],
        content: Content,
    ) -> Option<String> {
        let (kind, media_type) = content.stanza_type();
        let id = stanza::new_id();
        let message = self.compose(content, chat.is_status_broadcast());
        let (distribution, sealed) =
            self.phone_seals_for_group(from, &chat, &message.encode_to_vec())?;
        let distribution = distribution.encode_to_vec();
        let mut devices: Vec<Address> = Vec::new();
        for phone in people.iter().map(String::as_str).chain([from]) {
            devices.extend(self.devices_of(phone));
        }
        devices.retain(|device| *device != Address::phone(from));
        devices.sort();
        devices.dedup();
        let all = devices.into_iter().map(|device| (device, &distribution));
        let participants = self.phone_seals_for(from, all.collect(), form_of(&chat), None);
        let mut enc = NodeBuilder::new("enc").attr("v", 2).attr("type", "skmsg");
        if let Some(media_type) = media_type {
            enc = enc.attr("mediatype", media_type);
        }
        let node = NodeBuilder::new("message")
            .attr("to", chat.clone())
            .attr("id", id.as_str())
            .attr("type", kind)
            .children([participants, enc.bytes(sealed).build()])
            .build();
        self.phone_keeps_sent(from, &id, message, Some(chat), kind);
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

    /// A `<participants>` with an own ciphertext for every device.
    fn phone_seals_for(
        &mut self,
        from: &str,
        devices: Vec<(Address, &Vec<u8>)>,
        form: Form,
        media_type: Option<&'static str>,
    ) -> Node {
        let mut participants = Vec::new();
        for (device, plain) in devices {
            let sealed = self.phone_seals(from, &device, form, plain);
            let (Ok(mut enc), Some(jid)) = (sealed, self.jid(&device, form)) else {
                tracing::warn!("a phone cannot write to a device");
                continue;
            };
            if let Some(media_type) = media_type {
                enc.attrs.push("mediatype", media_type);
            }
            let to = NodeBuilder::new("to").attr("jid", jid).children([enc]);
            participants.push(to.build());
        }
        NodeBuilder::new("participants")
            .children(participants)
            .build()
    }

    fn phone_seals_for_group(
        &mut self,
        from: &str,
        chat: &Jid,
        plain: &[u8],
    ) -> Option<(Message, Vec<u8>)> {
        let own = Address::phone(from);
        let Edit {
            account, journal, ..
        } = self.edit(from)?;
        let sealed = account
            .phone
            .peer
            .encrypt_group(&chat.to_string(), &own, &pad(plain));
        account.phone.save_keys(from, journal);
        let (key, sealed) = sealed
            .inspect_err(
                |error| tracing::warn!(error = %Chain(error), "a phone cannot write to a group"),
            )
            .ok()?;
        Some((distribution(chat, key), sealed))
    }

    fn phone_keeps_sent(
        &mut self,
        phone: &str,
        id: &str,
        message: Message,
        chat: Option<Jid>,
        kind: &'static str,
    ) {
        if let Some(account) = self.accounts.get_mut(phone) {
            account.phone.remember_sent(Sent {
                id: id.to_owned(),
                message,
                chat,
                kind,
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
        self.phone_keeps_sent(phone, &id, message.clone(), None, "text");
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
                let mut message = sent.message.clone();
                message.sender_key_distribution_message = key.sender_key_distribution_message;
                message.encode_to_vec()
            }
            Some(chat) if own_device => device_sent(&sent.message, chat).encode_to_vec(),
            _ => sent.message.encode_to_vec(),
        };
        let Ok(mut enc) = self.phone_seals_anew(phone, device, form, &plain) else {
            return;
        };
        enc.attrs.push("count", count);
        let Some(to) = self.jid(device, form) else {
            return;
        };
        let node = match sent.chat {
            None => peer_message(to, id, enc),
            Some(chat) => {
                let node = NodeBuilder::new("message")
                    .attr("id", id)
                    .attr("type", sent.kind);
                let node = match (is_many(&chat), own_device) {
                    (true, _) => node.attr("to", chat).attr("participant", to),
                    (false, true) => node.attr("to", to).attr("recipient", chat),
                    (false, false) => node.attr("to", to),
                };
                node.children([enc]).build()
            }
        };
        self.phone_sends(&Address::phone(phone), &node);
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

    /// Encrypts for one device as an `<enc>`, starting a session when there is none.
    fn phone_seals(
        &mut self,
        phone: &str,
        device: &Address,
        form: Form,
        plain: &[u8],
    ) -> Result<Node, SignalProtocolError> {
        let known = self
            .accounts
            .get(phone)
            .is_some_and(|a| a.phone.peer.has_session(device, form));
        if known {
            return self.phone_encrypts(phone, device, form, plain);
        }
        self.phone_seals_anew(phone, device, form, plain)
    }

    /// Encrypts over a new session. An older one stays readable: its messages may be on their way.
    fn phone_seals_anew(
        &mut self,
        phone: &str,
        device: &Address,
        form: Form,
        plain: &[u8],
    ) -> Result<Node, SignalProtocolError> {
        if let Some(bundle) = self.take_bundle(device)
            && let Some(account) = self.accounts.get_mut(phone)
        {
            account.phone.peer.install(device, form, &bundle)?;
        }
        self.phone_encrypts(phone, device, form, plain)
    }

    fn phone_encrypts(
        &mut self,
        phone: &str,
        device: &Address,
        form: Form,
        plain: &[u8],
    ) -> Result<Node, SignalProtocolError> {
        let gone = || SignalProtocolError::InvalidArgument("the phone is gone".to_owned());
        let Edit {
            account, journal, ..
        } = self.edit(phone).ok_or_else(gone)?;
        let sealed = account.phone.peer.encrypt(device, form, &pad(plain));
        account.phone.save_keys(phone, journal);
        let (kind, bytes) = match sealed? {
            Sealed::PreKey(bytes) => ("pkmsg", bytes),
            Sealed::Message(bytes) => ("msg", bytes),
        };
        Ok(NodeBuilder::new("enc")
            .attr("v", 2)
            .attr("type", kind)
            .bytes(bytes)
            .build())
    }

    /// The published keys of any device; its one-time key is used up.
    pub fn take_bundle(&mut self, device: &Address) -> Option<Bundle> {
        match device.is_phone() {
            true => self.account(device).map(|_| ())?,
            false => self.companion(device).map(|_| ())?,
        }
        let exhausted = self.faults.strikes(Some(device), &Fault::PrekeysExhausted);
        let Edit {
            account, journal, ..
        } = self.edit(&device.phone)?;
        if device.is_phone() {
            let mut bundle = account.phone.peer.bundle().ok()?;
            account.phone.save_keys(&device.phone, journal);
            bundle.one_time.take_if(|_| exhausted);
            return Some(bundle);
        }
        let companion = account.companions.get_mut(&device.device)?;
        if exhausted {
            return Some(companion.signed_bundle(None));
        }
        let bundle = companion.bundle(device, journal);
        let left = companion.one_time.len();
        if bundle.one_time.is_some() && LOW.contains(&left) {
            let count = NodeBuilder::new("count").attr("value", left).build();
            let news = stanza::notification(stanza::server(), "encrypt", count);
            self.deliver(device, news);
        }
        Some(bundle)
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

/// How a phone names devices. Groups are addressed by LID, and everything else by number.
fn form_of(chat: &Jid) -> Form {
    if chat.is_group() { Form::Lid } else { Form::Pn }
}

fn distribution(chat: &Jid, key: Vec<u8>) -> Message {
    let key = SenderKeyDistributionMessage {
        group_id: Some(chat.to_string()),
        axolotl_sender_key_distribution_message: Some(key),
    };
    Message {
        sender_key_distribution_message: buffa::MessageField::some(key),
        ..Default::default()
    }
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

fn pad(plain: &[u8]) -> Vec<u8> {
    let count = 1 + keys::random::<1>()[0] % 16;
    let mut padded = plain.to_vec();
    padded.resize(plain.len() + usize::from(count), count);
    padded
}
