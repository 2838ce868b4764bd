//! What an account says about itself and whom it lets do what, with one hash per list.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::{keys, stanza};

/// Categories whose users can be listed one by one.
const LISTED: [&str; 4] = ["groupadd", "last", "profile", "status"];
/// The value of a category that admits all contacts but those listed.
pub const BLACKLIST: &str = "contact_blacklist";
/// The value that admits those listed alone.
pub const ALLOWLIST: &str = "contact_allowlist";

/// Who may see and do what. Lists hold users by LID.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Privacy(BTreeMap<String, Category>);

#[derive(Clone, Serialize, Deserialize)]
struct Category {
    value: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    lists: BTreeMap<String, BTreeSet<String>>,
}

/// A change of one category; users are added to or removed from the list of the new value.
pub struct Change {
    pub name: String,
    pub value: String,
    pub dhash: Option<String>,
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

/// Why a category is not changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    #[error("no such category, or no such value of it")]
    Value,
    #[error("the list has changed meanwhile")]
    Conflict,
}

impl Default for Privacy {
    /// What a new account has at the real server, as far as clients show it.
    fn default() -> Self {
        let values = [
            ("calladd", "all"),
            ("defense", "off"),
            ("groupadd", "all"),
            ("last", "all"),
            ("messages", "all"),
            ("online", "all"),
            ("profile", "all"),
            ("readreceipts", "all"),
            ("status", "all"),
            ("stickers", "contacts"),
        ];
        let category = |(name, value): (&str, &str)| {
            let category = Category {
                value: value.to_owned(),
                lists: BTreeMap::new(),
            };
            (name.to_owned(), category)
        };
        Self(values.into_iter().map(category).collect())
    }
}

impl Privacy {
    /// The present value of a category; "all" for an unknown one.
    pub fn value(&self, name: &str) -> &str {
        self.0.get(name).map_or("all", |category| &category.value)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The users listed for one value of a category, by LID, whether or not it is the present value.
    pub fn list(&self, name: &str, value: &str) -> impl Iterator<Item = &str> {
        let category = self.0.get(name);
        let list = category.and_then(|category| category.lists.get(value));
        list.into_iter().flatten().map(String::as_str)
    }

    /// Whether `user` is named in the list that the present value refers to.
    pub fn lists(&self, name: &str, user: &str) -> bool {
        self.list(name, self.value(name))
            .any(|listed| listed == user)
    }

    /// The hash by which clients see that their copy of a list is out of date.
    pub fn dhash(&self, name: &str, value: &str) -> String {
        hash(self.list(name, value))
    }

    /// The category as clients get it, with the hash of its list if its value has one.
    pub fn node(&self, name: &str) -> Node {
        let value = self.value(name);
        let node = NodeBuilder::new("category")
            .attr("name", name)
            .attr("value", value);
        match is_list(value) {
            true => node.attr("dhash", self.dhash(name, value)).build(),
            false => node.build(),
        }
    }

    /// Whether a change could be made now.
    pub fn check(&self, change: &Change) -> Result<(), ChangeError> {
        let Change {
            name, value, dhash, ..
        } = change;
        let users = !change.add.is_empty() || !change.remove.is_empty();
        if !allows(name, value) || (users && !is_list(value)) {
            return Err(ChangeError::Value);
        }
        // Absent, or "none": the client has never seen the list. Whether the real server takes that
        // for a list with users is unknown; this one does.
        let known = dhash
            .as_deref()
            .filter(|known| !known.is_empty() && *known != "none");
        match known {
            Some(known) if known != self.dhash(name, value) => Err(ChangeError::Conflict),
            _ => Ok(()),
        }
    }

    /// A category or a value that only a later WhatsApp knows.
    pub fn invent(&mut self, name: String, value: String) {
        let lists = BTreeMap::new();
        self.0.insert(name, Category { value, lists });
    }

    /// Makes a change that `check` admits.
    pub fn apply(&mut self, change: &Change) -> Result<(), ChangeError> {
        self.check(change)?;
        let category = self.0.get_mut(&change.name).ok_or(ChangeError::Value)?;
        category.value.clone_from(&change.value);
        if is_list(&change.value) {
            let list = category.lists.entry(change.value.clone()).or_default();
            list.extend(change.add.iter().cloned());
            list.retain(|user| !change.remove.contains(user));
        }
        Ok(())
    }
}

fn is_list(value: &str) -> bool {
    value == BLACKLIST || value == ALLOWLIST
}

fn allows(name: &str, value: &str) -> bool {
    let values: &[&str] = match name {
        "last" | "profile" | "status" => &["all", "contacts", "none"],
        "groupadd" => &["all", "contacts", "none"],
        "online" => &["all", "match_last_seen"],
        "readreceipts" => &["all", "none"],
        "calladd" => &["all", "known"],
        "messages" => &["all", "contacts"],
        "defense" => &["off", "on_standard"],
        "stickers" => &["contacts", "contact_allowlist", "none"],
        _ => return false,
    };
    values.contains(&value) || (LISTED.contains(&name) && is_list(value))
}

/// Opaque to clients; the real algorithm is unknown.
pub fn hash<'a>(list: impl Iterator<Item = &'a str>) -> String {
    let list: Vec<&str> = list.collect();
    BASE64_STANDARD.encode(&keys::sha256(list.join(",").as_bytes())[..12])
}

/// Who gets the account's status updates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusMode {
    #[default]
    Contacts,
    Whitelist,
    Blacklist,
}

impl StatusMode {
    pub const ALL: [Self; 3] = [Self::Contacts, Self::Whitelist, Self::Blacklist];

    pub fn name(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Whitelist => "whitelist",
            Self::Blacklist => "blacklist",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// The phone remembers both lists; `mode` says which one counts. Users by JID, as they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusPrivacy {
    pub mode: StatusMode,
    pub whitelist: Vec<String>,
    pub blacklist: Vec<String>,
}

impl StatusPrivacy {
    /// The users that are listed for a mode.
    pub fn list(&self, mode: StatusMode) -> &[String] {
        match mode {
            StatusMode::Contacts => &[],
            StatusMode::Whitelist => &self.whitelist,
            StatusMode::Blacklist => &self.blacklist,
        }
    }

    /// Makes a mode the one that counts, with these users.
    pub fn set(&mut self, mode: StatusMode, users: Vec<String>) {
        self.mode = mode;
        match mode {
            StatusMode::Contacts => {}
            StatusMode::Whitelist => self.whitelist = users,
            StatusMode::Blacklist => self.blacklist = users,
        }
    }
}

/// A profile picture.
#[derive(Clone, Serialize, Deserialize)]
pub struct Picture {
    pub id: String,
    #[serde(with = "keys::base64_bytes")]
    pub image: Vec<u8>,
}

impl Picture {
    /// A new picture. Clients read its id as a number.
    pub fn new(image: Vec<u8>) -> Self {
        let id = stanza::now() * 1000 + keys::random_below(1000);
        Self {
            id: id.to_string(),
            image,
        }
    }

    pub fn mime(&self) -> &'static str {
        match self.image.starts_with(b"\x89PNG") {
            true => "image/png",
            false => "image/jpeg",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(value: &str, dhash: Option<&str>, add: &[&str]) -> Change {
        Change {
            name: "last".to_owned(),
            value: value.to_owned(),
            dhash: dhash.map(str::to_owned),
            add: add.iter().map(|user| (*user).to_owned()).collect(),
            remove: Vec::new(),
        }
    }

    #[test]
    fn a_list_changes_only_for_those_who_know_it_and_keeps_its_users_while_it_does_not_count() {
        let mut privacy = Privacy::default();
        privacy.apply(&change(BLACKLIST, None, &["1"])).unwrap();
        let known = privacy.dhash("last", BLACKLIST);
        let stale = change(BLACKLIST, Some("stale"), &["2"]);
        assert_eq!(privacy.apply(&stale), Err(ChangeError::Conflict));
        privacy.apply(&change("none", None, &[])).unwrap();
        assert_eq!(privacy.dhash("last", BLACKLIST), known);
        privacy
            .apply(&change(BLACKLIST, Some(&known), &["2"]))
            .unwrap();
        assert!(privacy.lists("last", "1") && privacy.lists("last", "2"));
        assert_ne!(privacy.dhash("last", BLACKLIST), known);
    }

    #[test]
    fn a_value_that_a_category_does_not_have_is_refused() {
        let privacy = Privacy::default();
        let wrong = change("sometimes", None, &[]);
        assert_eq!(privacy.check(&wrong), Err(ChangeError::Value));
        let users_without_list = change("none", None, &["1"]);
        assert_eq!(privacy.check(&users_without_list), Err(ChangeError::Value));
    }
}
