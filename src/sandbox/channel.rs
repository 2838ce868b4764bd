//! The channels that the server knows, what was posted in them, and how both are kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use wacore_binary::{Jid, Server};

use super::address::Address;
use super::keys;
use super::persistence::{Journal, PersistenceError, Record};
use super::settings::Picture;
use super::stanza;

const CHANNEL: &str = "channel";
const POST: &str = "channel-post";
const TERMS: &str = "channel-terms";
/// Posts of one channel that are kept; the oldest are forgotten.
const POSTS: usize = 1000;
/// What the first post of a channel is called: clients take smaller numbers for none.
const FIRST: u32 = 100;

/// One channel, as the server keeps it, but for its posts.
#[derive(Clone, Serialize, Deserialize)]
pub struct Channel {
    pub id: String,
    pub name: Written,
    pub description: Written,
    /// Unix seconds.
    pub creation: u64,
    pub invite: String,
    pub picture: Option<Picture>,
    pub state: State,
    /// By phone number, its owner and admins among them.
    pub followers: BTreeMap<String, Follower>,
    /// The number that the next post gets.
    pub next: u32,
}

/// A text that somebody has written about a channel.
#[derive(Clone, Serialize, Deserialize)]
pub struct Written {
    pub id: String,
    pub text: String,
    /// Unix microseconds.
    pub at: u64,
}

/// Whether a channel is there.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Active,
    Suspended,
    Deleted,
}

/// What somebody may do in a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Owner,
    Admin,
    Subscriber,
    /// Follows nothing.
    Guest,
}

/// Somebody who follows a channel.
#[derive(Clone, Serialize, Deserialize)]
pub struct Follower {
    pub role: Role,
    /// Its posts are not announced.
    pub muted: bool,
    /// What its followers do is not announced to its admins.
    pub admin_muted: bool,
}

/// Something that was posted in a channel.
#[derive(Clone, Serialize, Deserialize)]
pub struct Post {
    /// The number of the post in its channel.
    pub server_id: u32,
    /// Chosen by its author's client.
    pub id: String,
    /// Phone number.
    pub author: String,
    /// Unix seconds; of what was changed, the moment of that.
    pub at: u64,
    /// `type` of its stanza.
    pub kind: String,
    pub media_type: Option<String>,
    /// A message, in WhatsApp's own encoding; empty where it was taken back.
    #[serde(with = "keys::base64_bytes")]
    pub plaintext: Vec<u8>,
    pub change: Option<Change>,
    /// By phone number.
    pub reactions: BTreeMap<String, String>,
    /// Who has seen it.
    pub views: BTreeSet<String>,
    /// What somebody has chosen of a poll: hashes of options, in hex.
    pub votes: BTreeMap<String, Vec<String>>,
}

/// What has become of a post.
#[derive(Clone, Serialize, Deserialize)]
pub struct Change {
    /// When it was posted, in Unix seconds.
    pub posted_at: u64,
    /// When it got its present text, in Unix milliseconds; `None`: it was taken back.
    pub edited_at: Option<u64>,
}

impl Written {
    pub fn now(text: &str) -> Self {
        Self {
            id: (stanza::now() * 1_000 + keys::random_below(1_000)).to_string(),
            text: text.to_owned(),
            at: chrono::Utc::now().timestamp_micros().unsigned_abs(),
        }
    }
}

impl State {
    /// As WhatsApp writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::Deleted => "DELETED",
        }
    }
}

impl Role {
    /// As WhatsApp writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "OWNER",
            Self::Admin => "ADMIN",
            Self::Subscriber => "SUBSCRIBER",
            Self::Guest => "GUEST",
        }
    }

    /// Whether it lets somebody post and change the channel.
    pub fn leads(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

impl Follower {
    pub fn new(role: Role) -> Self {
        Self {
            role,
            muted: false,
            admin_muted: false,
        }
    }
}

impl Channel {
    /// A new one, which its owner alone follows.
    pub fn new(owner: &str, name: &str, description: &str, picture: Option<Vec<u8>>) -> Self {
        let invite = hex::encode_upper(keys::random::<9>());
        Self {
            // 18 digits that begin like the real ones.
            id: format!("1203634{:011}", keys::random_below(100_000_000_000)),
            name: Written::now(name),
            description: Written::now(description),
            creation: stanza::now(),
            // The real ones begin so.
            invite: format!("0029Va{}", &invite[..16]),
            picture: picture.map(Picture::new),
            state: State::Active,
            followers: BTreeMap::from([(owner.to_owned(), Follower::new(Role::Owner))]),
            next: FIRST,
        }
    }

    pub fn jid(&self) -> Jid {
        Jid::new(self.id.as_str(), Server::Newsletter)
    }

    /// What somebody may do in it.
    pub fn role(&self, phone: &str) -> Role {
        let follower = self.followers.get(phone);
        follower.map_or(Role::Guest, |follower| follower.role)
    }

    pub fn owner(&self) -> Option<&str> {
        let mut followers = self.followers.iter();
        let owner = followers.find(|(_, follower)| follower.role == Role::Owner);
        owner.map(|(phone, _)| phone.as_str())
    }
}

/// All channels by id, and what is known about them.
#[derive(Default)]
pub struct Channels {
    channels: BTreeMap<String, Channel>,
    posts: BTreeMap<String, BTreeMap<u32, Post>>,
    /// Accounts that have not accepted the terms under which channels are made, although they were asked to.
    unwilling: BTreeSet<String>,
    /// Until when devices are told what becomes of posts, by channel. Not kept over a restart.
    pub live: HashMap<(String, Address), Instant>,
}

impl Channels {
    /// One that is there.
    pub fn get(&self, id: &str) -> Option<&Channel> {
        let channel = self.channels.get(id);
        channel.filter(|channel| channel.state != State::Deleted)
    }

    pub fn invited_to(&self, code: &str) -> Option<&Channel> {
        self.iter().find(|channel| channel.invite == code)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Channel> {
        let all = self.channels.values();
        all.filter(|channel| channel.state != State::Deleted)
    }

    /// In their order.
    pub fn posts(&self, id: &str) -> impl DoubleEndedIterator<Item = &Post> {
        self.posts.get(id).into_iter().flat_map(BTreeMap::values)
    }

    pub fn post(&self, id: &str, server_id: u32) -> Option<&Post> {
        self.posts.get(id)?.get(&server_id)
    }

    /// A post by the id that its author's client gave it.
    pub fn post_by_id(&self, id: &str, message: &str) -> Option<&Post> {
        self.posts(id).find(|post| post.id == message)
    }

    pub fn put(&mut self, channel: Channel, journal: &mut Journal) {
        journal.put_json(CHANNEL, "", &channel.id, &channel);
        self.channels.insert(channel.id.clone(), channel);
    }

    pub fn put_post(&mut self, id: &str, post: Post, journal: &mut Journal) {
        journal.put_json(POST, id, &key(post.server_id), &post);
        let posts = self.posts.entry(id.to_owned()).or_default();
        posts.insert(post.server_id, post);
        if posts.len() > POSTS
            && let Some((oldest, _)) = posts.pop_first()
        {
            journal.delete(POST, id, &key(oldest));
        }
    }

    /// Whether an account may make channels.
    pub fn has_accepted_terms(&self, phone: &str) -> bool {
        !self.unwilling.contains(phone)
    }

    pub fn accept_terms(&mut self, phone: &str, accepted: bool, journal: &mut Journal) {
        if accepted {
            self.unwilling.remove(phone);
            journal.delete(TERMS, "", phone);
        } else {
            self.unwilling.insert(phone.to_owned());
            journal.put(TERMS, "", phone, Vec::new());
        }
    }

    /// Takes a record back. Channels come before their posts.
    pub fn restore(&mut self, record: &Record) -> Result<(), PersistenceError> {
        match record.kind.as_str() {
            TERMS => drop(self.unwilling.insert(record.key.clone())),
            POST => {
                let post: Post = record.json()?;
                let posts = self.posts.entry(record.owner.clone()).or_default();
                posts.insert(post.server_id, post);
            }
            _ => drop(self.channels.insert(record.key.clone(), record.json()?)),
        }
        Ok(())
    }
}

/// Under which a post is kept, so that records come in order.
fn key(server_id: u32) -> String {
    format!("{server_id:010}")
}
