//! The block list, which is WhatsApp's: every answer is read from there.

use wacore::iq::blocklist::UpdateBlocklistSpec;
use wacore::request::InfoQuery;
use wacore_binary::{Jid, NodeRef, Server};

use super::people::Identities;
use super::session::{Session, unanswered};
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

/// The list at one moment.
#[derive(Clone, Debug)]
pub struct Blocklist {
    pub people: Vec<Identities>,
    /// WhatsApp's own mark of this state of the list.
    pub dhash: String,
}

impl Session {
    /// Who is blocked at this moment.
    pub(super) async fn blocked(&self) -> Result<Vec<Jid>, Failure> {
        let (people, _) = self.fetch_blocklist().await?;
        let jid = |who: Identities| who.lid.map(Jid::lid).or(who.phone.map(Jid::pn));
        Ok(people.into_iter().filter_map(jid).collect())
    }

    async fn fetch_blocklist(&self) -> Result<(Vec<Identities>, String), Failure> {
        let list = async {
            let query = InfoQuery::get("blocklist", Jid::new("", Server::Pn), None);
            self.client.send_iq(query).await.map_err(unanswered)
        };
        Ok(read(self.query(list).await?.get()))
    }

    /// The list with number and LID of everybody on it.
    pub async fn blocklist(&self) -> Result<Blocklist, Failure> {
        let (mut people, dhash) = self.fetch_blocklist().await?;
        for person in &mut people {
            self.complete(person).await?;
        }
        Ok(Blocklist { people, dhash })
    }

    /// Blocks or unblocks, and returns who that was and the list as it is then. Doing it twice is no error.
    pub async fn set_blocked(
        &self,
        person: &Person,
        blocked: bool,
    ) -> Result<(Identities, Blocklist), Failure> {
        let identities = self.identities(std::slice::from_ref(person)).await?;
        let who = identities.into_iter().next().unwrap_or_default();
        let update = match (blocked, &who.lid, &who.phone) {
            (true, Some(lid), Some(phone)) => UpdateBlocklistSpec::block_with_pn(
                &Jid::lid(lid.as_str()),
                &Jid::pn(phone.as_str()),
            ),
            (false, Some(lid), _) => UpdateBlocklistSpec::unblock(&Jid::lid(lid.as_str())),
            // WhatsApp takes blocks by LID only, and has none for somebody who is not there.
            _ => return Err(Invalid::request(format!("{person} is not on WhatsApp")).into()),
        };
        let update = async { self.client.execute(update).await.map_err(unanswered) };
        self.query(update).await?;
        Ok((who, self.blocklist().await?))
    }

    /// Adds the number of somebody whom the list names by LID only.
    async fn complete(&self, identities: &mut Identities) -> Result<(), Failure> {
        if let (Some(lid), None) = (&identities.lid, &identities.phone) {
            let person = Person::Lid(lid.clone());
            let found = self.identities(&[person]).await?;
            *identities = found.into_iter().next().unwrap_or_default();
        }
        Ok(())
    }
}

fn read(answer: &NodeRef<'_>) -> (Vec<Identities>, String) {
    let Some(list) = answer.get_optional_child("list") else {
        return (Vec::new(), String::new());
    };
    let dhash = list
        .get_attr("dhash")
        .map(|dhash| dhash.as_str().into_owned());
    let items = list.get_children_by_tag("item");
    let people = items.map(|item| {
        let mut identities = Identities::default();
        for name in ["jid", "pn_jid"] {
            match item.get_attr(name).and_then(|jid| jid.to_jid()) {
                Some(jid) if jid.is_lid() => identities.lid = Some(jid.user.to_string()),
                Some(jid) if jid.is_pn() => identities.phone = Some(jid.user.to_string()),
                _ => {}
            }
        }
        identities
    });
    (people.collect(), dhash.unwrap_or_default())
}
