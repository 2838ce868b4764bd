//! Who gets a status: the contacts, or only these, or all but these; and never somebody who is blocked.

use std::collections::{BTreeSet, HashSet};

use wacore_binary::Jid;
use whatsapp_rust::features::StatusPrivacySetting;

use super::privacy::{Admits, StatusPrivacy};
use crate::device::known_as::KnownAs;
use crate::device::life::contact::Contact;
use crate::device::session::Session;
use crate::device::session::lookup::Lookup;
use crate::failure::Failure;
use crate::jid::Person;

/// The people a status is encrypted for.
pub struct Audience {
    /// The rule that it comes from, which is sent along.
    pub(super) setting: StatusPrivacySetting,
    /// As the library addresses them.
    pub(super) recipients: Vec<Jid>,
    /// The same people, each under one name only, in order.
    pub(super) names: Vec<String>,
    /// The same people under all their names: numbers and LIDs.
    pub(super) users: HashSet<String>,
}

impl Audience {
    /// Turns rule and contacts into recipients that the library can address, which it does by LID. Whoever has none is
    /// not there, and gets nothing.
    pub(super) async fn admitted(
        session: &Session,
        rule: StatusPrivacy,
        blocked: &[KnownAs],
        contacts: Vec<Contact>,
    ) -> Result<Self, Failure> {
        let lookup = session.lookup();
        lookup.learn_lids(&contacts).await;
        let everybody = people(contacts.iter().map(Contact::jid_text));
        // The block list is one of LIDs; where it names none, by number.
        let blocked = blocked.iter();
        let blocked = people(blocked.filter_map(|who| who.lid_jid().or_else(|| who.phone_jid())));
        let listed = people(rule.list.into_iter());
        let lids = lookup
            .lids(everybody.iter().chain(&listed).chain(&blocked))
            .await?;

        let lids_of = |people: &[Person]| -> BTreeSet<String> {
            people
                .iter()
                .filter_map(|person| lids.get(person).cloned())
                .collect()
        };
        let (setting, admitted) = match rule.admits {
            Admits::Contacts => (StatusPrivacySetting::Contacts, lids_of(&everybody)),
            Admits::Whitelist => (StatusPrivacySetting::AllowList, lids_of(&listed)),
            Admits::Blacklist => {
                let admitted = &lids_of(&everybody) - &lids_of(&listed);
                (StatusPrivacySetting::DenyList, admitted)
            }
        };
        let mut admitted = &admitted - &lids_of(&blocked);
        if admitted.is_empty() {
            // Nobody to see it but the account's own devices, which is what the phone does as well.
            admitted.extend(session.client.lid().map(|own| own.user.to_string()));
        }
        Ok(Self::of(&lookup, setting, admitted).await)
    }

    async fn of(
        lookup: &Lookup<'_>,
        setting: StatusPrivacySetting,
        lids: BTreeSet<String>,
    ) -> Self {
        let mut recipients = Vec::with_capacity(lids.len());
        let mut names = Vec::with_capacity(lids.len());
        let mut users = HashSet::with_capacity(2 * lids.len());
        for lid in lids {
            let jid = Jid::lid(lid.as_str());
            names.push(jid.to_string());
            // The library knows people's devices better by number.
            recipients.push(match lookup.both(&jid).await {
                Some((phone, _)) => {
                    users.insert(phone.clone());
                    Jid::pn(phone)
                }
                None => jid,
            });
            users.insert(lid);
        }
        names.sort_unstable();
        Self {
            setting,
            recipients,
            names,
            users,
        }
    }
}

/// What is no person's JID is nobody.
fn people(jids: impl Iterator<Item = String>) -> Vec<Person> {
    jids.filter_map(|jid| jid.parse().ok()).collect()
}
