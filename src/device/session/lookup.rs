//! Who is who on WhatsApp: who is registered, under which number and which LID.

mod question;

use std::collections::{HashMap, HashSet};

use wacore::types::lid_pn::LearningSource;
use wacore_binary::Jid;
use whatsapp_rust::usync::{UsyncQuery, UsyncResponse};

use super::{Session, failures, jids};
use crate::device::known_as::KnownAs;
use crate::device::life::contact::Contact;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

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
    /// Which of these people are on WhatsApp. It is asked whatever is known here.
    pub async fn registered(&self, people: &[Person]) -> Result<HashSet<Person>, Failure> {
        let found = self.ask(people.iter().cloned()).await?;
        Ok(found.into_keys().collect())
    }

    /// Number and LID of these people as WhatsApp knows them, in their order, and `None` for nobody. WhatsApp is asked
    /// for those who are not known here.
    pub async fn find(&self, people: &[Person]) -> Result<Vec<Option<KnownAs>>, Failure> {
        let mut known = HashMap::with_capacity(people.len());
        for person in people {
            if let Some(who) = self.known(person).await {
                known.insert(person.clone(), who);
            }
        }
        let unknown = people.iter().filter(|person| !known.contains_key(*person));
        let found = self.ask(unknown.cloned()).await?;
        known.extend(found);
        Ok(people
            .iter()
            .map(|person| known.get(person).cloned())
            .collect())
    }

    /// The same for one.
    pub async fn find_one(&self, person: &Person) -> Result<Option<KnownAs>, Failure> {
        let found = self.find(std::slice::from_ref(person)).await?;
        Ok(found.into_iter().next().flatten())
    }

    /// The same for those who need not be there: of whom WhatsApp knows nothing is known what they are called.
    pub async fn names(&self, people: &[Person]) -> Result<Vec<KnownAs>, Failure> {
        let found = self.find(people).await?;
        let named = people.iter().zip(found);
        let named = named.map(|(person, who)| who.unwrap_or_else(|| as_given(person)));
        Ok(named.collect())
    }

    /// Somebody who is on WhatsApp, by the JID by which it is written to. `field`: where the request names them.
    pub(super) async fn registered_one(
        &self,
        field: &'static str,
        person: &Person,
    ) -> Result<(Jid, KnownAs), Failure> {
        let who = self.find_one(person).await?;
        // WhatsApp tells of some people their LID only, and takes what is written to it.
        let known = who.and_then(|who| Some((who.jid()?, who)));
        known.ok_or_else(|| {
            let name = match person {
                Person::Phone(number) => number.to_string(),
                Person::Lid(_) => person.to_string(),
            };
            Invalid::field(field, format!("{name} is not on WhatsApp")).into()
        })
    }

    /// The JID by which WhatsApp knows somebody, who keeps a LID that is given. `None`: it knows nobody by that number.
    pub(super) async fn jid(&self, person: &Person) -> Result<Option<Jid>, Failure> {
        let Person::Phone(_) = person else {
            return Ok(Some(jids::person(person)));
        };
        let who = self.find_one(person).await?;
        Ok(who.and_then(|who| who.jid()))
    }

    /// The same for a list, on which everybody stands once. Who is not there stays as they were given.
    pub(super) async fn listed(&self, people: &[Person]) -> Result<Vec<Jid>, Failure> {
        let numbers = people
            .iter()
            .filter(|person| matches!(person, Person::Phone(_)));
        let numbers: Vec<Person> = numbers.cloned().collect();
        let mut found = self.find(&numbers).await?.into_iter();
        let (mut listed, mut known) = (Vec::with_capacity(people.len()), HashSet::new());
        for person in people {
            let who = match person {
                Person::Phone(_) => found.next().flatten(),
                Person::Lid(_) => None,
            };
            let phone = who.and_then(|who| who.phone);
            let jid = phone.map_or_else(|| jids::person(person), Jid::pn);
            if known.insert(jid.clone()) {
                listed.push(jid);
            }
        }
        Ok(listed)
    }

    /// The LIDs of these people. Left out is who has none, because nobody is there.
    pub(super) async fn lids(
        &self,
        people: impl IntoIterator<Item = &Person>,
    ) -> Result<HashMap<Person, String>, Failure> {
        let people: HashSet<&Person> = people.into_iter().collect();
        let (mut lids, mut unknown) = (HashMap::with_capacity(people.len()), Vec::new());
        for person in people {
            let lid = match person {
                Person::Lid(lid) => Some(lid.clone()),
                Person::Phone(_) => self.known(person).await.and_then(|who| who.lid),
            };
            match lid {
                Some(lid) => drop(lids.insert(person.clone(), lid)),
                None => unknown.push(person.clone()),
            }
        }
        let found = self.ask(unknown).await?.into_iter();
        lids.extend(found.filter_map(|(person, who)| Some((person, who.lid?))));
        Ok(lids)
    }

    /// Contacts often carry their LID already; then nobody needs to be asked.
    pub(super) async fn learn_lids(&self, contacts: &[Contact]) {
        let mut known = Vec::new();
        for contact in contacts {
            if let Some((pn, lid)) = contact.both()
                && self.both(&Jid::pn(pn)).await.is_none()
            {
                known.push((lid.to_owned(), pn.to_owned()));
            }
        }
        self.learn(known, LearningSource::Other).await;
    }

    /// Number and LID, when both are known here.
    pub(super) async fn both(&self, jid: &Jid) -> Option<(String, String)> {
        let entry = self.0.client.get_lid_pn_entry(jid).await.ok()??;
        Some((entry.phone_number.to_string(), entry.lid.to_string()))
    }

    /// Who this is, when number and LID are known here.
    pub(super) async fn known(&self, person: &Person) -> Option<KnownAs> {
        let mut jid = jids::person(person);
        if let Person::Phone(number) = person
            && let Some(known) = self.0.life.other_numbers.known_as(number.digits())
        {
            jid = Jid::pn(known);
        }
        let (phone, lid) = self.both(&jid).await?;
        Some(KnownAs {
            phone: Some(phone),
            lid: Some(lid),
        })
    }

    /// Asks WhatsApp about people, in as many queries as they need, and keeps what it answers. Those who are there are
    /// in the answer.
    async fn ask(
        &self,
        people: impl IntoIterator<Item = Person>,
    ) -> Result<HashMap<Person, KnownAs>, Failure> {
        let (mut numbers, mut lids) = (Vec::new(), Vec::new());
        for person in people.into_iter().collect::<HashSet<_>>() {
            match person {
                Person::Phone(number) => numbers.push(number),
                Person::Lid(lid) => lids.push(lid),
            }
        }
        let mut found = HashMap::new();
        for numbers in numbers.chunks(PEOPLE_PER_QUERY) {
            let answer = self.answer(question::by_number(numbers)?).await?;
            found.extend(question::reached(numbers, answer)?);
        }
        for lids in lids.chunks(PEOPLE_PER_QUERY) {
            let answer = self.answer(question::by_lid(lids)?).await?;
            found.extend(question::met(lids, answer)?);
        }
        self.keep(&found).await;
        Ok(found)
    }

    async fn answer(&self, query: UsyncQuery) -> Result<UsyncResponse, Failure> {
        let asked = async {
            let told = self.0.client.query_usync(query).await;
            told.map_err(failures::unanswered)
        };
        self.0.query(asked).await
    }

    async fn keep(&self, found: &HashMap<Person, KnownAs>) {
        let mut known = Vec::with_capacity(found.len());
        for (person, who) in found {
            let Some(phone) = &who.phone else {
                continue;
            };
            if let Person::Phone(asked) = person {
                self.0.life.other_numbers.learn(asked.digits(), phone);
            }
            if let Some(lid) = &who.lid {
                known.push((lid.clone(), phone.clone()));
            }
        }
        self.learn(known, LearningSource::Usync).await;
    }

    /// LIDs and their numbers.
    async fn learn(&self, known: Vec<(String, String)>, source: LearningSource) {
        if known.is_empty() {
            return;
        }
        let learnt = self.0.client.add_lid_pn_mappings(known, source);
        if learnt.await.is_err() {
            // The error may name them.
            tracing::warn!("the LIDs of some people could not be stored");
        }
    }
}

fn as_given(person: &Person) -> KnownAs {
    KnownAs::of([jids::person(person)])
}
