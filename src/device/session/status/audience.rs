//! Who gets a status: the contacts, or only these, or all but these; and never somebody who is blocked.

use std::collections::HashSet;

use wacore_binary::Jid;
use whatsapp_rust::features::StatusPrivacySetting;

use super::privacy::{Admits, StatusPrivacy};
use crate::device::life::contact::Contact;
use crate::device::session::Session;
use crate::device::session::lookup::Lookup;
use crate::failure::Failure;

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
    /// Turns rule and contacts into recipients that the library can address: it needs LIDs.
    pub(super) async fn admitted(
        session: &Session,
        rule: StatusPrivacy,
        blocked: &[Jid],
        contacts: Vec<Contact>,
    ) -> Result<Self, Failure> {
        let lookup = session.lookup();
        lookup.learn_lids(&contacts).await;
        let everybody: Vec<Jid> = contacts.iter().map(Contact::jid).collect();
        let listed = rule.list.iter().filter_map(|jid| jid.parse().ok());
        let listed: Vec<Jid> = listed.collect();
        let mentioned: Vec<Jid> = [&everybody, &listed, blocked].concat();
        lookup.ask_for_lids(&mentioned).await?;

        let (setting, admitted) = match rule.admits {
            Admits::Contacts => (StatusPrivacySetting::Contacts, everybody),
            Admits::Whitelist => (StatusPrivacySetting::AllowList, listed),
            Admits::Blacklist => {
                let admitted = all_but(&lookup, everybody, &listed).await;
                (StatusPrivacySetting::DenyList, admitted)
            }
        };
        let mut recipients = all_but(&lookup, admitted, blocked).await;
        if recipients.is_empty() {
            // Nobody to see it but the account's own devices, which is what the phone does as well.
            recipients.extend(session.client.lid());
        }
        let mut names = Vec::with_capacity(recipients.len());
        let mut users = HashSet::with_capacity(2 * recipients.len());
        for jid in &recipients {
            let mut name = jid.to_non_ad();
            users.insert(jid.user.to_string());
            if let Some((phone, lid)) = lookup.both(jid).await {
                name = Jid::lid(lid.as_str());
                users.extend([lid, phone]);
            }
            names.push(name.to_string());
        }
        names.sort_unstable();
        Ok(Self {
            setting,
            recipients,
            names,
            users,
        })
    }
}

async fn all_but(lookup: &Lookup<'_>, everybody: Vec<Jid>, excluded: &[Jid]) -> Vec<Jid> {
    let mut names = HashSet::new();
    for jid in excluded {
        names.insert(name(lookup, jid).await);
    }
    let mut admitted = Vec::with_capacity(everybody.len());
    for jid in everybody {
        if !names.contains(&name(lookup, &jid).await) {
            admitted.push(jid);
        }
    }
    admitted
}

/// The LID where it is known: the same person may be named by number in one list and by LID in the other.
async fn name(lookup: &Lookup<'_>, jid: &Jid) -> String {
    let lid = lookup.lid_of(jid).await;
    lid.unwrap_or_else(|| jid.to_non_ad()).to_string()
}
