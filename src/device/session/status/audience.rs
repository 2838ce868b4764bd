//! Who gets a status: the contacts, or only these, or all but these; and never somebody who is blocked.

use std::collections::BTreeSet;
use std::sync::Arc;

use wacore_binary::Jid;
use whatsapp_rust::Client;
use whatsapp_rust::features::StatusPrivacySetting;

use super::mention::Mentioned;
use super::privacy::Admits;
use crate::device::life::Life;
use crate::device::life::contact::Contact;
use crate::device::life::rules::Rules;
use crate::device::session::Session;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;
use crate::store::statuses::StoredAudience;

/// The people a status is encrypted for.
#[derive(Clone)]
pub struct Audience {
    /// The rule that it comes from, which is sent along.
    pub(in crate::device) admits: Admits,
    /// LIDs, in order.
    pub(in crate::device) people: Arc<[u64]>,
}

impl Audience {
    /// Turns rule and contacts into recipients that the library can address, which it does by LID. Whoever has none is
    /// not there, and gets nothing: also these. `once`: of a rule that was made for this one status somebody must be left.
    pub(super) async fn admitted(
        session: &Session,
        (rules, once): (&Rules, bool),
        contacts: Vec<Contact>,
    ) -> Result<(Self, Vec<Person>), Failure> {
        let (lookup, rule) = (session.lookup(), &rules.privacy);
        lookup.learn_lids(&contacts).await;
        let everybody = match rule.admits {
            Admits::Whitelist => Vec::new(),
            _ => people(contacts.iter().map(Contact::jid_text)),
        };
        drop(contacts);
        // The block list is one of LIDs; where it names none, by number.
        let blocked = rules.blocked.iter();
        let blocked = people(blocked.filter_map(|who| who.lid_jid().or_else(|| who.phone_jid())));
        let listed = people(rule.list.iter().cloned());
        let asked = everybody.iter().chain(&listed).chain(&blocked);
        let lids = lookup.lids(asked).await?;
        let missing = everybody.iter().chain(&listed);
        let missing = missing.filter(|person| !lids.contains_key(person));
        let missing: Vec<Person> = missing.cloned().collect();

        let lids_of = |people: &[Person]| -> BTreeSet<u64> {
            let lids = people.iter().filter_map(|person| lids.get(person));
            // They are digits, all of them.
            lids.filter_map(|lid| lid.parse().ok()).collect()
        };
        let admitted = match rule.admits {
            Admits::Contacts => lids_of(&everybody),
            Admits::Whitelist => lids_of(&listed),
            Admits::Blacklist => &lids_of(&everybody) - &lids_of(&listed),
        };
        let mut admitted = &admitted - &lids_of(&blocked);
        if admitted.is_empty() && once && rule.admits == Admits::Whitelist {
            let problem = "audience.list: nobody there is on WhatsApp, or all are blocked";
            return Err(Invalid::field("audience.list", problem).into());
        }
        if admitted.is_empty() {
            // Nobody to see it but the account's own devices, which is what the phone does as well.
            let own = session.client.lid();
            admitted.extend(own.and_then(|own| own.user.parse::<u64>().ok()));
        }
        let audience = Self {
            admits: rule.admits,
            people: admitted.into_iter().collect(),
        };
        Ok((audience, missing))
    }

    /// These, too.
    pub fn and(mut self, people: &Mentioned) -> Self {
        let users = people.0.iter().filter_map(|jid| jid.user.parse().ok());
        let missing: BTreeSet<u64> = users.filter(|user| !self.people.contains(user)).collect();
        if !missing.is_empty() {
            self.people = missing
                .into_iter()
                .chain(self.people.iter().copied())
                .collect();
        }
        self
    }

    /// As it is stored.
    pub(super) fn stored(&self) -> StoredAudience {
        StoredAudience {
            rule: match self.admits {
                Admits::Contacts => 0,
                Admits::Whitelist => 1,
                Admits::Blacklist => 2,
            },
            people: self.people.clone(),
        }
    }

    /// How the rule is named in the stanza.
    pub(super) fn setting(&self) -> StatusPrivacySetting {
        match self.admits {
            Admits::Contacts => StatusPrivacySetting::Contacts,
            Admits::Whitelist => StatusPrivacySetting::AllowList,
            Admits::Blacklist => StatusPrivacySetting::DenyList,
        }
    }
}

impl From<StoredAudience> for Audience {
    fn from(stored: StoredAudience) -> Self {
        Self {
            admits: match stored.rule {
                1 => Admits::Whitelist,
                2 => Admits::Blacklist,
                _ => Admits::Contacts,
            },
            people: stored.people,
        }
    }
}

/// These people as the library knows them best: by number until it has sent them something, for by that it finds out their
/// devices; by LID from then on, which is what it makes of their numbers each time.
pub(super) async fn addressed(life: &Life, client: &Client, people: &[u64]) -> Vec<Jid> {
    let mut recipients = Vec::with_capacity(people.len());
    let mut numbers = Vec::new();
    let met = life.statuses.have_met(people);
    for (user, met) in people.iter().zip(met) {
        let lid = Jid::lid(user.to_string());
        let known = match met {
            true => None,
            false => client.get_lid_pn_entry(&lid).await.ok().flatten(),
        };
        recipients.push(match known {
            Some(known) => {
                let number = known.phone_number.parse::<u64>();
                numbers.extend(number.map(|number| (number, *user)));
                Jid::pn(&*known.phone_number)
            }
            None => lid,
        });
    }
    // Whoever asks for the status once more may be called so.
    life.retry_gate.learn(numbers);
    recipients
}

/// What is no person's JID is nobody.
fn people(jids: impl Iterator<Item = String>) -> Vec<Person> {
    jids.filter_map(|jid| jid.parse().ok()).collect()
}
