//! The block list, which is WhatsApp's: every answer is read from there.

use wacore::request::InfoQuery;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, NodeContent, NodeRef, Server};

use super::failures::unanswered;
use super::{Session, jids};
use crate::device::known_as::KnownAs;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

const NAMESPACE: &str = "blocklist";

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
    /// The list with number and LID of everybody on it, as far as WhatsApp tells.
    pub async fn all(&self) -> Result<Blocked, Failure> {
        let mut list = self.fetch().await?;
        let unnamed = |who: &&mut KnownAs| who.phone.is_none() && who.lid.is_some();
        let unnamed: Vec<&mut KnownAs> = list.people.iter_mut().filter(unnamed).collect();
        let lids = unnamed.iter().filter_map(|who| who.lid.clone());
        let lids: Vec<Person> = lids.map(Person::Lid).collect();
        let names = self.0.lookup().names(&lids).await?;
        for (who, known) in unnamed.into_iter().zip(names) {
            *who = known;
        }
        Ok(list)
    }

    /// Blocks or unblocks, and returns who that was and the list as it is then. Doing it twice is no error. `field` named
    /// the person: whoever is not on WhatsApp cannot be blocked.
    pub async fn set(
        &self,
        person: &Person,
        field: &str,
        blocked: bool,
    ) -> Result<(KnownAs, Blocked), Failure> {
        let mut who = self.0.lookup().find_one(person).await?;
        if who.is_none() && !blocked {
            who = self.remembered(person).await?;
        }
        // WhatsApp's list is one of LIDs.
        let named = who.and_then(|who| Some((Jid::lid(who.lid.clone()?), who)));
        let Some((lid, who)) = named else {
            return Err(Invalid::field(field, format!("{person} is not on WhatsApp")).into());
        };
        if self.0.client.lid().is_some_and(|own| own.user == lid.user) {
            return Err(Invalid::field(field, format!("{person} is this account itself")).into());
        }
        let item = NodeBuilder::new("item").attr("jid", lid);
        let item = match (blocked, &who.phone) {
            (false, _) => item.attr("action", "unblock"),
            (true, Some(phone)) => item
                .attr("action", "block")
                .attr("pn_jid", Jid::pn(phone.as_str())),
            // A stranger: without either word about the number the block is refused.
            (true, None) => item
                .attr("action", "block")
                .attr("unknown_identifier", "true"),
        };
        let content = NodeContent::Nodes(vec![item.build()]);
        let _changes = self.0.life.told.changing();
        let update = InfoQuery::set(NAMESPACE, Jid::new("", Server::Pn), Some(content));
        let update = async { self.0.client.send_iq(update).await.map_err(unanswered) };
        self.0.query(update).await?;
        Ok((who, self.all().await?))
    }

    /// Somebody who has left WhatsApp may still be on the list.
    async fn remembered(&self, person: &Person) -> Result<Option<KnownAs>, Failure> {
        let given = KnownAs::of([jids::person(person)]);
        let mut people = self.fetch().await?.people.into_iter();
        Ok(people.find(|who| who.is(&given)))
    }

    /// Whom to leave out.
    pub(super) async fn people(&self) -> Result<Vec<KnownAs>, Failure> {
        Ok(self.fetch().await?.people)
    }

    async fn fetch(&self) -> Result<Blocked, Failure> {
        let list = async {
            let query = InfoQuery::get(NAMESPACE, Jid::new("", Server::Pn), None);
            self.0.client.send_iq(query).await.map_err(unanswered)
        };
        Ok(read(self.0.query(list).await?.get()))
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
