//! Channels: who follows which, what is posted in them and what becomes of it, and what everybody's devices are told.

pub mod live;
pub mod mex;
mod phone;
pub mod posting;
pub mod query;
mod shown;

use serde_json::{Value, json};

use super::address::Address;
use super::channel::{Channel, Follower, Role, State, Written};
use super::iq::{NOT_FOUND, Refusal};
use super::settings::Picture;
use super::stanza;
use super::world::World;

/// Characters of a channel's name at the real server.
const LONGEST_NAME: usize = 100;
/// Bytes of a channel's picture that are taken.
const PICTURE: usize = 1024 * 1024;

const BAD_VALUE: Refusal = (400, "bad-request");
const FORBIDDEN: Refusal = (403, "forbidden");

/// What is changed of a channel; what is absent stays.
#[derive(Default)]
pub struct Update {
    pub name: Option<String>,
    pub description: Option<String>,
    /// Empty: none any more.
    pub picture: Option<Vec<u8>>,
}

/// What somebody no longer wants to be told of a channel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mute {
    /// What is posted.
    Posts,
    /// What its followers do, which is told to admins.
    Admins,
}

impl World {
    /// Makes a channel, which its owner alone follows.
    pub fn create_channel(
        &mut self,
        owner: &str,
        name: &str,
        description: &str,
        picture: Option<Vec<u8>>,
    ) -> Result<Channel, Refusal> {
        if !self.channels().has_accepted_terms(owner) {
            return Err(FORBIDDEN);
        }
        check_name(name)?;
        let picture = picture.filter(|picture| !picture.is_empty());
        if picture.as_ref().is_some_and(|image| image.len() > PICTURE) {
            return Err(BAD_VALUE);
        }
        let channel = Channel::new(owner, name, description, picture);
        self.keep_channel(channel.clone());
        Ok(channel)
    }

    /// The channel, if there is one.
    pub fn channel(&self, id: &str) -> Result<&Channel, Refusal> {
        self.channels().get(id).ok_or(NOT_FOUND)
    }

    /// The channel, for somebody who may change it.
    fn channel_led_by(&self, phone: &str, id: &str) -> Result<&Channel, Refusal> {
        let channel = self.channel(id)?;
        match channel.role(phone).leads() {
            true => Ok(channel),
            false => Err(FORBIDDEN),
        }
    }

    /// Somebody follows a channel from now on. `by`: with which device; the others are told.
    pub fn follow(&mut self, by: &Address, id: &str) -> Result<Channel, Refusal> {
        let mut channel = self.channel(id)?.clone();
        if channel.state != State::Active {
            return Err(FORBIDDEN);
        }
        if channel.followers.contains_key(&by.phone) {
            return Ok(channel);
        }
        let follower = Follower::new(Role::Subscriber);
        channel.followers.insert(by.phone.clone(), follower);
        self.keep_channel(channel.clone());
        let joined = self.described(&channel, Some(&by.phone));
        self.tell_own_devices_of_channel(by, "Join", "on_join", joined);
        Ok(channel)
    }

    /// Somebody follows a channel no longer; its owner cannot.
    pub fn unfollow(&mut self, by: &Address, id: &str) -> Result<Channel, Refusal> {
        let mut channel = self.channel(id)?.clone();
        if channel.role(&by.phone) == Role::Owner {
            return Err(FORBIDDEN);
        }
        if channel.followers.remove(&by.phone).is_some() {
            self.keep_channel(channel.clone());
            let left = json!({ "id": channel.jid().to_string(), "role": Role::Guest.name() });
            self.tell_own_devices_of_channel(by, "Leave", "on_leave", left);
        }
        Ok(channel)
    }

    /// A follower wants to be told of something, or no longer.
    pub fn mute_channel(
        &mut self,
        by: &Address,
        id: &str,
        what: Mute,
        muted: bool,
    ) -> Result<Channel, Refusal> {
        let mut channel = self.channel(id)?.clone();
        let follower = channel.followers.get_mut(&by.phone).ok_or(FORBIDDEN)?;
        match what {
            Mute::Posts => follower.muted = muted,
            Mute::Admins => follower.admin_muted = muted,
        }
        self.keep_channel(channel.clone());
        let mute = json!({ "id": channel.jid().to_string(), "mute": shown::on(muted) });
        self.tell_own_devices_of_channel(by, "UserSettingChange", "on_mute_change", mute);
        Ok(channel)
    }

    /// An admin changes what a channel says of itself.
    pub fn update_channel(
        &mut self,
        phone: &str,
        id: &str,
        update: Update,
    ) -> Result<Channel, Refusal> {
        let mut channel = self.channel_led_by(phone, id)?.clone();
        if let Some(name) = update.name {
            check_name(&name)?;
            channel.name = Written::now(&name);
        }
        if let Some(description) = update.description {
            channel.description = Written::now(&description);
        }
        if let Some(image) = update.picture {
            channel.picture = (!image.is_empty()).then(|| Picture::new(image));
        }
        self.keep_channel(channel.clone());
        Ok(channel)
    }

    /// The owner says what a follower may do. Whoever is made owner takes the channel over.
    pub fn set_channel_role(
        &mut self,
        owner: &str,
        id: &str,
        phone: &str,
        role: Role,
    ) -> Result<Channel, Refusal> {
        let mut channel = self.channel(id)?.clone();
        if channel.role(owner) != Role::Owner || owner == phone {
            return Err(FORBIDDEN);
        }
        channel.followers.get_mut(phone).ok_or(NOT_FOUND)?.role = role;
        if role == Role::Owner
            && let Some(former) = channel.followers.get_mut(owner)
        {
            former.role = Role::Admin;
        }
        self.keep_channel(channel.clone());
        Ok(channel)
    }

    /// The owner deletes a channel.
    pub fn delete_channel(&mut self, phone: &str, id: &str) -> Result<Channel, Refusal> {
        let mut channel = self.channel(id)?.clone();
        if channel.role(phone) != Role::Owner {
            return Err(FORBIDDEN);
        }
        channel.state = State::Deleted;
        self.keep_channel(channel.clone());
        Ok(channel)
    }

    /// News for the account's other companions of what it did with a channel on one of its devices.
    fn tell_own_devices_of_channel(
        &mut self,
        by: &Address,
        what: &'static str,
        key: &'static str,
        data: Value,
    ) {
        let data = json!({ format!("xwa2_notify_newsletter_{key}"): data });
        let name = format!("NotificationNewsletter{what}");
        let Some(account) = self.account(by) else {
            return;
        };
        let companions: Vec<Address> = account.companion_addresses().collect();
        for device in companions.iter().filter(|device| *device != by) {
            self.deliver(device, stanza::pushed(&name, &data));
        }
    }
}

fn check_name(name: &str) -> Result<(), Refusal> {
    match name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
        true => Err(BAD_VALUE),
        false => Ok(()),
    }
}
