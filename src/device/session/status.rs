//! Posting to the status broadcast: to few at once, to many as a job that outlasts its caller and its life.

pub mod audience;
pub mod delete;
pub mod mention;
mod part;
pub mod post;
pub mod posting;
pub mod privacy;
mod sender_key;

use std::sync::Arc;
use std::time::Instant;

use tokio::time::timeout;
use wacore_binary::Jid;

use self::audience::Audience;
use self::privacy::{Admits, StatusPrivacy};
use super::Session;
use crate::device::life::rules::Rules;
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

    /// Whom the account's status privacy admits, as WhatsApp has it; or whom this rule does, which counts once.
    pub async fn audience(&self, once: Option<&Once>) -> Result<Audience, Failure> {
        let session = self.0;
        let (life, statuses) = (&session.life, &session.life.statuses);
        // Contacts that came while the device was away. A server that keeps them to itself does not stop a status.
        life.look_for_removals();
        let _ = timeout(session.query_timeout(), life.owed.caught_up()).await;
        let rules = match once {
            Some(once) => Arc::new(self.rules_for_once(once).await?),
            None => self.rules().await?,
        };
        let contacts = life.contacts.changes();
        if let Some((latest, missing)) = statuses.latest(&rules, contacts) {
            let lookup = session.lookup();
            if session.query(lookup.lids(&missing)).await?.is_empty() {
                return Ok(latest);
            }
        }
        let known = session.contacts().all().await?;
        let admitted = Audience::admitted(session, (&rules, once.is_some()), known);
        let (audience, missing) = session.query(admitted).await?;
        if once.is_none() {
            statuses.keep(Latest {
                rules,
                contacts,
                missing,
                at: Instant::now(),
                audience: audience.clone(),
            });
        }
        Ok(audience)
    }

    /// What holds for every status, as WhatsApp says now or said a moment ago.
    async fn rules(&self) -> Result<Arc<Rules>, Failure> {
        let told = &self.0.life.told;
        if let Some(rules) = told.latest() {
            return Ok(rules);
        }
        let asked = Instant::now();
        let blocklist = self.0.blocklist();
        let (privacy, blocked) = futures::try_join!(self.privacy(), blocklist.people())?;
        let rules = Arc::new(Rules { privacy, blocked });
        told.answered(rules.clone(), asked);
        Ok(rules)
    }

    async fn rules_for_once(&self, once: &Once) -> Result<Rules, Failure> {
        let (lookup, blocklist) = (self.0.lookup(), self.0.blocklist());
        let (names, blocked) = futures::try_join!(lookup.listed(&once.list), blocklist.people())?;
        let privacy = StatusPrivacy {
            admits: once.admits,
            list: names.iter().map(Jid::to_string).collect(),
        };
        Ok(Rules { privacy, blocked })
    }
}
