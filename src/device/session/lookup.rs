//! Who is who on WhatsApp: who is registered, under which number and which LID.

use std::collections::HashMap;

use wacore::types::lid_pn::LearningSource;
use wacore_binary::Jid;
use whatsapp_rust::features::IsOnWhatsAppResult;

use super::{Session, failures, jids};
use crate::device::known_as::KnownAs;
use crate::device::life::contact::Contact;
use crate::failure::Failure;
use crate::jid::{Person, PhoneNumber};

/// How many people one query asks about.
const PEOPLE_PER_QUERY: usize = 100;

/// Who is who: what is known here, and what WhatsApp is asked for.
pub struct Lookup<'a>(&'a Session);

impl Session {
    /// Who is who on WhatsApp.
    pub fn lookup(&self) -> Lookup<'_> {
        Lookup(self)
    }
}

impl Lookup<'_> {
    /// Which of these numbers are registered, by their digits.
    pub async fn registered(
        &self,
        numbers: &[PhoneNumber],
    ) -> Result<HashMap<String, bool>, Failure> {
        let mut known: HashMap<String, bool> = numbers
            .iter()
            .map(|number| (number.to_string(), false))
            .collect();
        let jids: Vec<Jid> = known
            .keys()
            .map(|digits| Jid::pn(digits.as_str()))
            .collect();
        for found in self.ask(&jids).await? {
            let phone = found.pn_jid.as_ref().unwrap_or(&found.jid);
            if let Some(registered) = known.get_mut(phone.user.as_str()) {
                *registered = found.is_registered;
            }
        }
        Ok(known)
    }

    /// Number and LID of these people, in their order; WhatsApp is asked for what is not known.
    pub async fn names(&self, people: &[Person]) -> Result<Vec<KnownAs>, Failure> {
        let jids: Vec<Jid> = people.iter().map(jids::person).collect();
        let mut unknown = Vec::new();
        for jid in &jids {
            if self.both(jid).await.is_none() {
                unknown.push(jid.clone());
            }
        }
        self.ask(&unknown).await?;
        let mut names = Vec::with_capacity(people.len());
        for jid in &jids {
            names.push(match self.both(jid).await {
                Some((phone, lid)) => KnownAs {
                    phone: Some(phone),
                    lid: Some(lid),
                },
                None => KnownAs::of([jid]),
            });
        }
        Ok(names)
    }

    /// Contacts often carry their LID already; then nobody needs to be asked.
    pub(super) async fn learn_lids(&self, contacts: &[Contact]) {
        let mut known = Vec::new();
        for contact in contacts {
            if let Some((pn, lid)) = contact.both()
                && self.lid_of(&Jid::pn(pn)).await.is_none()
            {
                known.push((lid.to_owned(), pn.to_owned()));
            }
        }
        if known.is_empty() {
            return;
        }
        let client = &self.0.client;
        let learnt = client.add_lid_pn_mappings(known, LearningSource::Other);
        if learnt.await.is_err() {
            // The error may name them.
            tracing::warn!("the LIDs of some contacts could not be stored");
        }
    }

    /// Asks WhatsApp for the LIDs that are still unknown.
    pub(super) async fn ask_for_lids(&self, people: &[Jid]) -> Result<(), Failure> {
        let mut unknown = Vec::new();
        for jid in people {
            if jid.is_pn() && self.lid_of(jid).await.is_none() {
                unknown.push(jid.clone());
            }
        }
        self.ask(&unknown).await.map(drop)
    }

    /// The LID of somebody, as far as it is known here.
    pub(super) async fn lid_of(&self, jid: &Jid) -> Option<Jid> {
        if jid.is_lid() {
            return Some(jid.to_non_ad());
        }
        let (_, lid) = self.both(jid).await?;
        Some(Jid::lid(lid))
    }

    /// Number and LID, when both are known here.
    pub(super) async fn both(&self, jid: &Jid) -> Option<(String, String)> {
        let entry = self.0.client.get_lid_pn_entry(jid).await.ok()??;
        Some((entry.phone_number.to_string(), entry.lid.to_string()))
    }

    /// Asks WhatsApp about people, in as many queries as they need; the library keeps the LIDs in the answers.
    async fn ask(&self, jids: &[Jid]) -> Result<Vec<IsOnWhatsAppResult>, Failure> {
        let mut found = Vec::with_capacity(jids.len());
        for batch in jids.chunks(PEOPLE_PER_QUERY) {
            let asked = async {
                let contacts = self.0.client.contacts();
                let told = contacts.is_on_whatsapp(batch).await;
                told.map_err(failures::contact)
            };
            found.extend(self.0.query(asked).await?);
        }
        Ok(found)
    }
}
