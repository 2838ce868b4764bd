//! The block list, which is WhatsApp's: every answer is read from there.

use wacore::iq::blocklist::UpdateBlocklistSpec;
use wacore::request::InfoQuery;
use wacore_binary::{Jid, NodeRef, Server};

use super::Session;
use super::failures::unanswered;
use crate::device::known_as::KnownAs;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

/// The list at one moment.
#[derive(Clone, Debug)]
pub struct Blocked {
    /// Who is on it.
    pub people: Vec<KnownAs>,
    /// WhatsApp's own mark of this state of the list.
    pub dhash: String,
}

/// Who is blocked.
pub struct Blocklist<'a>(&'a Session);

impl Session {
    /// Who is blocked.
    pub fn blocklist(&self) -> Blocklist<'_> {
        Blocklist(self)
    }
}

impl Blocklist<'_> {
    /// The list with number and LID of everybody on it.
    pub async fn all(&self) -> Result<Blocked, Failure> {
        let mut list = self.fetch().await?;
        for person in &mut list.people {
            self.complete(person).await?;
        }
        Ok(list)
    }

    /// Blocks or unblocks, and returns who that was and the list as it is then. Doing it twice is no error.
    pub async fn set(&self, person: &Person, blocked: bool) -> Result<(KnownAs, Blocked), Failure> {
        let names = self.0.lookup().names(std::slice::from_ref(person)).await?;
        let who = names.into_iter().next().unwrap_or_default();
        let update = match (blocked, &who.lid, &who.phone) {
            (true, Some(lid), Some(phone)) => UpdateBlocklistSpec::block_with_pn(
                &Jid::lid(lid.as_str()),
                &Jid::pn(phone.as_str()),
            ),
            (false, Some(lid), _) => UpdateBlocklistSpec::unblock(&Jid::lid(lid.as_str())),
            // WhatsApp takes blocks by LID only, and has none for somebody who is not there.
            _ => return Err(Invalid::request(format!("{person} is not on WhatsApp")).into()),
        };
        let update = async { self.0.client.execute(update).await.map_err(unanswered) };
        self.0.query(update).await?;
        Ok((who, self.all().await?))
    }

    /// Whom to leave out.
    pub(super) async fn jids(&self) -> Result<Vec<Jid>, Failure> {
        let people = self.fetch().await?.people.into_iter();
        let jid = |who: KnownAs| who.lid.map(Jid::lid).or(who.phone.map(Jid::pn));
        Ok(people.filter_map(jid).collect())
    }

    async fn fetch(&self) -> Result<Blocked, Failure> {
        let list = async {
            let query = InfoQuery::get("blocklist", Jid::new("", Server::Pn), None);
            self.0.client.send_iq(query).await.map_err(unanswered)
        };
        Ok(read(self.0.query(list).await?.get()))
    }

    /// Adds the number of somebody whom the list names by LID only.
    async fn complete(&self, who: &mut KnownAs) -> Result<(), Failure> {
        if let (Some(lid), None) = (&who.lid, &who.phone) {
            let person = Person::Lid(lid.clone());
            let found = self.0.lookup().names(&[person]).await?;
            *who = found.into_iter().next().unwrap_or_default();
        }
        Ok(())
    }
}

fn read(answer: &NodeRef<'_>) -> Blocked {
    let Some(list) = answer.get_optional_child("list") else {
        return Blocked {
            people: Vec::new(),
            dhash: String::new(),
        };
    };
    let dhash = list
        .get_attr("dhash")
        .map(|dhash| dhash.as_str().into_owned());
    let items = list.get_children_by_tag("item");
    let people = items.map(|item| {
        let named = |name| item.get_attr(name).and_then(|jid| jid.to_jid());
        KnownAs::of(["jid", "pn_jid"].into_iter().filter_map(named))
    });
    Blocked {
        people: people.collect(),
        dhash: dhash.unwrap_or_default(),
    }
}
