//! People on WhatsApp: who is registered, under which number and which LID, and what is known of them.

use std::collections::HashMap;

use wacore_binary::Jid;
use whatsapp_rust::features::{ContactError, IsOnWhatsAppResult};

use super::contacts::Contact;
use super::session::{Session, store_failed, unanswered};
use crate::failure::Failure;
use crate::jid::Person;
use crate::jid::PhoneNumber;

/// How many people one query asks about.
const PEOPLE_PER_QUERY: usize = 100;

/// What a person is called on the wire, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identities {
    /// Digits.
    pub phone: Option<String>,
    /// Digits.
    pub lid: Option<String>,
}

impl Identities {
    /// Whether both are the same person, as far as it is known.
    pub fn is(&self, other: &Self) -> bool {
        let by_phone = self.phone.is_some() && self.phone == other.phone;
        by_phone || (self.lid.is_some() && self.lid == other.lid)
    }

    pub fn phone_jid(&self) -> Option<String> {
        Some(Jid::pn(self.phone.as_deref()?).to_string())
    }

    pub fn lid_jid(&self) -> Option<String> {
        Some(Jid::lid(self.lid.as_deref()?).to_string())
    }
}

pub(super) fn jid(person: &Person) -> Jid {
    match person {
        Person::Phone(number) => Jid::pn(number.digits()),
        Person::Lid(user) => Jid::lid(user.as_str()),
    }
}

impl Session {
    /// Everybody in the address book.
    pub async fn contacts(&self) -> Result<Vec<Contact>, Failure> {
        self.contacts.all().await.map_err(store_failed)
    }

    /// Which of these numbers are registered.
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
    pub async fn identities(&self, people: &[Person]) -> Result<Vec<Identities>, Failure> {
        let mut unknown = Vec::new();
        for person in people {
            if self.known(person).await.is_none() {
                unknown.push(jid(person));
            }
        }
        self.ask(&unknown).await?;
        let mut identities = Vec::with_capacity(people.len());
        for person in people {
            let known = self.known(person).await;
            identities.push(known.unwrap_or_else(|| alone(person)));
        }
        Ok(identities)
    }

    /// Asks WhatsApp about people, in as many queries as they need; the library keeps the LIDs in the answers.
    pub(super) async fn ask(&self, jids: &[Jid]) -> Result<Vec<IsOnWhatsAppResult>, Failure> {
        let mut found = Vec::with_capacity(jids.len());
        for batch in jids.chunks(PEOPLE_PER_QUERY) {
            let asked = async {
                let contacts = self.client.contacts();
                contacts.is_on_whatsapp(batch).await.map_err(contact_failed)
            };
            found.extend(self.query(asked).await?);
        }
        Ok(found)
    }

    /// The LID of somebody, as far as it is known here.
    pub(super) async fn lid_of(&self, jid: &Jid) -> Option<Jid> {
        if jid.is_lid() {
            return Some(jid.to_non_ad());
        }
        let entry = self.client.get_lid_pn_entry(jid).await.ok()??;
        Some(Jid::lid(&*entry.lid))
    }

    async fn known(&self, person: &Person) -> Option<Identities> {
        let entry = self.client.get_lid_pn_entry(&jid(person)).await.ok()??;
        let (phone, lid) = (entry.phone_number.to_string(), entry.lid.to_string());
        Some(Identities {
            phone: Some(phone),
            lid: Some(lid),
        })
    }
}

fn alone(person: &Person) -> Identities {
    match person {
        Person::Phone(number) => Identities {
            phone: Some(number.to_string()),
            lid: None,
        },
        Person::Lid(user) => Identities {
            phone: None,
            lid: Some(user.clone()),
        },
    }
}

pub(super) fn contact_failed(error: ContactError) -> Failure {
    match error {
        ContactError::Iq(error) => unanswered(error),
        _ => Failure::Refused("contact query".into()),
    }
}
