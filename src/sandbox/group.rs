//! The groups that the server knows, and how each is kept.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Server};

use super::address::Form;
use super::groups::communities::place::Place;
use super::persistence::{Journal, PersistenceError, Record};
use super::settings::Picture;

const RECORD: &str = "group";
/// Members of one group at the real server.
pub const MEMBERS: usize = 1024;

/// One group, as the server keeps it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub subject: String,
    /// Unix seconds.
    pub creation: u64,
    /// Phone numbers, as all people here.
    pub creator: String,
    pub participants: BTreeSet<String>,
    #[serde(default)]
    pub admins: BTreeSet<String>,
    /// Who gave it its present subject, and when; the creator if nobody.
    #[serde(default)]
    pub renamed: Option<(String, u64)>,
    #[serde(default)]
    pub description: Option<Description>,
    #[serde(default)]
    pub rules: Rules,
    #[serde(default)]
    pub invite: Option<String>,
    /// Invite codes that were taken back, the newest last.
    #[serde(default)]
    pub revoked: VecDeque<String>,
    /// Who asks to be let in, and since when.
    #[serde(default)]
    pub requests: BTreeMap<String, u64>,
    /// Who may come in by themselves since they could not be added, by phone number.
    #[serde(default)]
    pub invitations: BTreeMap<String, Invitation>,
    #[serde(default)]
    pub picture: Option<Picture>,
    /// It calls its people by number, as older ones do.
    #[serde(default)]
    pub by_number: bool,
    /// How it belongs to a community.
    #[serde(default)]
    pub place: Place,
    #[serde(default)]
    pub versions: Versions,
}

/// By which clients find out whether what they know of a group is the latest: Unix microseconds of the last change.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub struct Versions {
    /// Who is in it, and who leads it.
    pub people: u64,
    /// Who may write.
    pub announcement: u64,
}

/// A version that is later than `before`.
pub fn version_after(before: u64) -> u64 {
    let now = chrono::Utc::now().timestamp_micros().unsigned_abs();
    now.max(before.saturating_add(1))
}

/// With which one person may come in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Invitation {
    pub code: String,
    /// Who wanted to add them, by phone number.
    pub admin: String,
    /// Unix seconds.
    pub expiration: u64,
}

/// What members are told the group is about.
#[derive(Clone, Serialize, Deserialize)]
pub struct Description {
    pub id: String,
    pub body: String,
    /// Who wrote it, by phone number.
    pub author: String,
    /// Unix seconds.
    pub at: u64,
}

/// What holds in a group; everything is off in a new one.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Rules {
    /// Only admins write.
    pub announcement: bool,
    /// Only admins change subject, description and timer.
    pub locked: bool,
    /// Only admins add people.
    pub admins_add: bool,
    /// Members who are no admins see the invite code, too.
    #[serde(default)]
    pub members_invite: bool,
    /// Who has the invite code has to be let in by an admin.
    pub approval: bool,
    /// Seconds after which messages disappear; 0 for never.
    pub ephemeral: u32,
}

/// All groups by id.
#[derive(Default)]
pub struct Groups(BTreeMap<String, Group>);

impl Groups {
    pub fn get(&self, id: &str) -> Option<&Group> {
        self.0.get(id)
    }

    pub fn values(&self) -> impl Iterator<Item = &Group> {
        self.0.values()
    }

    pub fn put(&mut self, group: Group, journal: &mut Journal) {
        journal.put_json(RECORD, "", &group.id, &group);
        self.0.insert(group.id.clone(), group);
    }

    pub fn remove(&mut self, id: &str, journal: &mut Journal) {
        journal.delete(RECORD, "", id);
        self.0.remove(id);
    }

    pub fn restore(&mut self, record: &Record) -> Result<(), PersistenceError> {
        let mut group: Group = record.json()?;
        // Earlier records name no admins: whoever made the group was the only one.
        if group.admins.is_empty() {
            group.admins.insert(group.creator.clone());
        }
        self.0.insert(group.id.clone(), group);
        Ok(())
    }
}

impl Group {
    pub fn jid(&self) -> Jid {
        Jid::new(self.id.as_str(), Server::Group)
    }

    /// How it calls its people.
    pub fn form(&self) -> Form {
        if self.by_number { Form::Pn } else { Form::Lid }
    }

    /// Whether somebody may write.
    pub fn lets_write(&self, phone: &str) -> bool {
        let admin = !self.rules.announcement || self.admins.contains(phone);
        admin && self.participants.contains(phone) && !self.place.is_community()
    }

    /// Takes note of a change of its people, and says by which version it goes from then on, and by which before.
    pub fn people_changed(&mut self, change: NodeBuilder) -> NodeBuilder {
        let before = self.versions.people;
        self.versions.people = version_after(before);
        change
            .attr("v_id", self.versions.people)
            .attr("prev_v_id", before)
    }

    /// How many people it takes.
    pub fn room(&self) -> usize {
        self.place.room().unwrap_or(MEMBERS)
    }
}
