//! The list of chats, as a phone shows it: what was done with them, when somebody wrote last, and who or what they are.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use wacore_binary::{Jid, JidExt as _};
use whatsapp_rust::features::GroupMetadata;

use super::Chats;
use crate::device::known_as::KnownAs;
use crate::device::life::chats::{Called, FOR_EVER};
use crate::device::life::contact::Contact;
use crate::device::session::failures;
use crate::device::told;
use crate::failure::Failure;
use crate::store::chat_list::ListedChat;

/// Who or what is at the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Group,
    Contact,
}

/// A chat of the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Of a person by number where it is known.
    pub jid: String,
    /// Number and LID of a person, as far as they are known.
    pub who: KnownAs,
    /// Who or what it is.
    pub kind: Kind,
    /// As the phone calls it; by number or LID where it has no name.
    pub name: String,
    /// It stands above others.
    pub pinned: bool,
    /// It is out of sight.
    pub archived: bool,
    /// Until when it stays silent; the last second of 9999: for ever.
    pub muted_until: Option<DateTime<Utc>>,
    /// Messages that nobody has read.
    pub unread: u64,
    /// When somebody wrote last.
    pub last_activity: Option<DateTime<Utc>>,
    /// Of a group, how many are in it.
    pub participants: usize,
}

/// What the device keeps of its chats, by the names that are known best now.
type Known = BTreeMap<String, ListedChat<Called>>;

impl Chats<'_> {
    /// All chats: the pinned ones first, and then where somebody wrote last.
    pub async fn all(&self) -> Result<Vec<Listed>, Failure> {
        let mut groups = self.groups().await?;
        let people = People::of(self.0.contacts().all().await?);
        let now = Utc::now();
        let known = self.known().await?;
        let mut listed: Vec<(i64, Listed)> = Vec::with_capacity(known.len() + groups.len());
        for (name, chat) in known {
            let group = groups.remove(&name);
            self.remember_subject(&name, &chat, group.as_ref());
            let order = if chat.pinned.0 {
                chat.pinned.1
            } else {
                i64::MIN
            };
            listed.push((order, shown(&name, &chat, group.as_ref(), &people, now)));
        }
        for (jid, group) in groups {
            listed.push((i64::MIN, in_group(jid, Some(&group))));
        }
        listed.sort_by(|(pinned, chat), (other_pinned, other)| {
            let latest = (other_pinned, other.last_activity);
            latest
                .cmp(&(pinned, chat.last_activity))
                .then_with(|| chat.name.cmp(&other.name))
        });
        Ok(listed.into_iter().map(|(_, chat)| chat).collect())
    }

    /// A group that the account leaves keeps its name.
    fn remember_subject(
        &self,
        name: &str,
        chat: &ListedChat<Called>,
        group: Option<&GroupMetadata>,
    ) {
        let subject = group.map(|group| &group.subject);
        let new = subject.filter(|subject| chat.own_name.as_ref() != Some(subject));
        if let (Some(subject), Ok(jid)) = (new, name.parse()) {
            self.0.life.chats.named(&jid, subject.clone());
        }
    }

    /// The groups that the account is in, by JID. Nobody writes in a community itself.
    async fn groups(&self) -> Result<HashMap<String, GroupMetadata>, Failure> {
        let asked = async {
            let told = self.0.client.groups().get_participating().await;
            told.map_err(failures::group)
        };
        let groups = self.0.query(asked).await?.into_iter();
        let chats = groups.filter(|(_, group)| !group.is_parent_group);
        Ok(chats.map(|(jid, group)| (jid.to_string(), group)).collect())
    }

    /// What was noted of somebody by number and by LID, before it was known that both are one, is of one chat.
    async fn known(&self) -> Result<Known, Failure> {
        let life = &self.0.life;
        let unreadable = |error| Failure::of_store("the chats could not be read", &error);
        let mut known = Known::new();
        for mut chat in life.chats.all().await.map_err(unreadable)? {
            let best = chat.called.name().parse::<Jid>();
            if let Ok(best) = best
                && let Some(called) = Called::known_in(&life.records, &best).await
            {
                chat.called = called;
            }
            let name = chat.called.name();
            let chat = match known.remove(&name) {
                Some(other) => both(chat, other),
                None => chat,
            };
            known.insert(name, chat);
        }
        Ok(known)
    }
}

fn both(one: ListedChat<Called>, other: ListedChat<Called>) -> ListedChat<Called> {
    let later = |one: (bool, i64), other: (bool, i64)| if one.1 >= other.1 { one } else { other };
    ListedChat {
        active_at: one.active_at.max(other.active_at),
        own_name: one.own_name.or(other.own_name),
        unread: one.unread + other.unread,
        pinned: later(one.pinned, other.pinned),
        archived: later(one.archived, other.archived),
        muted_until: match one.muted_until.1 >= other.muted_until.1 {
            true => one.muted_until,
            false => other.muted_until,
        },
        ..one
    }
}

fn shown(
    name: &str,
    chat: &ListedChat<Called>,
    group: Option<&GroupMetadata>,
    people: &People,
    now: DateTime<Utc>,
) -> Listed {
    let is_group = chat
        .called
        .jid
        .parse::<Jid>()
        .is_ok_and(|jid| jid.is_group());
    let listed = match is_group {
        true => in_group(name.to_owned(), group).called(chat.own_name.as_ref()),
        false => Listed {
            kind: Kind::Contact,
            name: people.name(&chat.called.other, chat.own_name.as_ref(), name),
            who: chat.called.other.clone(),
            ..in_group(name.to_owned(), None)
        },
    };
    Listed {
        pinned: chat.pinned.0,
        archived: chat.archived.0,
        muted_until: muted(chat.muted_until.0, now),
        unread: u64::try_from(chat.unread).unwrap_or_default(),
        last_activity: chat
            .active_at
            .and_then(|at| DateTime::from_timestamp(at, 0))
            .map(told::time),
        ..listed
    }
}

/// A group of which nothing more is known. `group`: absent where the account is not in it any more.
fn in_group(jid: String, group: Option<&GroupMetadata>) -> Listed {
    let subject = group.map(|group| group.subject.clone());
    Listed {
        name: subject
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| jid.clone()),
        jid,
        who: KnownAs::default(),
        kind: Kind::Group,
        pinned: false,
        archived: false,
        muted_until: None,
        unread: 0,
        last_activity: None,
        participants: group.map_or(0, |group| group.participants.len()),
    }
}

impl Listed {
    /// By the name that a group had, where it has none now.
    fn called(self, before: Option<&String>) -> Self {
        match before {
            Some(before) if self.name == self.jid => Self {
                name: before.clone(),
                ..self
            },
            _ => self,
        }
    }
}

/// `until`: Unix milliseconds, or for ever.
fn muted(until: i64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let until = match until {
        FOR_EVER => DateTime::<Utc>::MAX_UTC,
        until => DateTime::from_timestamp_millis(until)?,
    };
    (until > now).then(|| told::time(until))
}

/// What the address book calls people, by number and by LID.
struct People(HashMap<String, String>);

impl People {
    fn of(contacts: Vec<Contact>) -> Self {
        let mut names = HashMap::with_capacity(contacts.len() * 2);
        for contact in contacts {
            if let Some(name) = contact.called(None) {
                for user in [contact.phone, contact.lid].into_iter().flatten() {
                    names.insert(user, name.clone());
                }
            }
        }
        Self(names)
    }

    /// Who is in no address book goes by what it calls itself, or else by number or JID.
    fn name(&self, who: &KnownAs, own_name: Option<&String>, jid: &str) -> String {
        let users = [&who.phone, &who.lid].into_iter().flatten();
        let named = users.clone().find_map(|user| self.0.get(user));
        let name = named.or(own_name).or(who.phone.as_ref());
        name.cloned().unwrap_or_else(|| jid.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_mute_ends_or_lasts_for_ever() {
        let now = told::seconds(1_800_000_000);
        assert_eq!(muted(0, now), None);
        assert_eq!(muted(now.timestamp_millis(), now), None);
        let later = now + TimeDelta::hours(8);
        assert_eq!(muted(later.timestamp_millis(), now), Some(later));
        let for_ever = muted(FOR_EVER, now).expect("it is muted").to_rfc3339();
        assert!(for_ever.starts_with("9999-12-31T23:59:59"), "{for_ever}");
        assert!(muted(i64::MAX, now).is_none_or(|until| until.to_rfc3339().starts_with("9999")));
    }
}
