//! Posting to the status broadcast: to few at once, to many as a job that outlasts its caller and its life.

pub mod audience;
pub mod delete;
pub mod mention;
mod part;
pub mod post;
pub mod posting;
pub mod privacy;
mod sender_key;

use std::time::Instant;

use tokio::time::timeout;
use wacore_binary::Jid;

use self::audience::Audience;
use self::privacy::{Admits, StatusPrivacy};
use super::Session;
use crate::device::life::statuses::Latest;
use crate::failure::Failure;
use crate::jid::Person;

/// To whom a status goes this once.
#[derive(Clone, Debug)]
pub struct Once {
    /// Whom the list means.
    pub admits: Admits,
    /// Each once.
    pub list: Vec<Person>,
}

/// The account's statuses, and who sees them.
pub struct Status<'a>(&'a Session);

impl Session {
    /// The account's statuses, and who sees them.
    pub fn status(&self) -> Status<'_> {
        Status(self)
    }
}

impl Status<'_> {
    /// The rule in force, as WhatsApp has it or as it was written here last.
    pub async fn privacy(&self) -> Result<StatusPrivacy, Failure> {
        privacy::in_force(self.0).await
    }

    /// Writes a rule, and returns it with the people on its list as WhatsApp knows them: the phone knows them by that.
    /// It decides about every status from now on.
    pub async fn set_privacy(
        &self,
        admits: Admits,
        list: &[Person],
    ) -> Result<StatusPrivacy, Failure> {
        let names = self.0.lookup().listed(list).await?;
        let list = names.iter().map(Jid::to_string).collect();
        let rule = StatusPrivacy { admits, list };
        privacy::write(self.0, rule.clone()).await?;
        Ok(rule)
    }

    /// Whom the account's status privacy admits, as WhatsApp has it at this moment; or whom this rule does, which counts
    /// once.
    pub async fn audience(&self, once: Option<&Once>) -> Result<Audience, Failure> {
        let session = self.0;
        let (life, statuses) = (&session.life, &session.life.statuses);
        // Contacts that came while the device was away. A server that keeps them to itself does not stop a status.
        life.look_for_removals();
        let _ = timeout(session.query_timeout(), life.owed.caught_up()).await;
        let rule = async {
            match once {
                Some(once) => {
                    let names = session.lookup().listed(&once.list).await?;
                    let list = names.iter().map(Jid::to_string).collect();
                    let admits = once.admits;
                    Ok(StatusPrivacy { admits, list })
                }
                None => self.privacy().await,
            }
        };
        let blocklist = session.blocklist();
        let (rule, blocked) = futures::try_join!(rule, blocklist.people())?;
        let contacts = life.contacts.changes();
        if let Some((latest, missing)) = statuses.latest(&rule, &blocked, contacts) {
            let lookup = session.lookup();
            if session.query(lookup.lids(&missing)).await?.is_empty() {
                return Ok(latest);
            }
        }
        let known = session.contacts().all().await?;
        let admitted = Audience::admitted(session, (&rule, once.is_some()), &blocked, known);
        let (audience, missing) = session.query(admitted).await?;
        if once.is_none() {
            statuses.keep(Latest {
                rule,
                blocked,
                contacts,
                missing,
                at: Instant::now(),
                audience: audience.clone(),
            });
        }
        Ok(audience)
    }
}
