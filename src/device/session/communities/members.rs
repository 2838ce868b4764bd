//! Who comes into a community and goes, and who leads it: each person is answered for.

use std::collections::HashSet;

use wacore_binary::Jid;
use whatsapp_rust::features::{CommunityError, ParticipantChangeResponse};

use super::{Communities, Part};
use crate::device::known_as::KnownAs;
use crate::device::session::{failures, jids};
use crate::failure::{Failure, Invalid};
use crate::jid::{GroupJid, Person};

/// What is done with people of a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Add,
    /// They leave all of its groups.
    Remove,
    /// They become admins of it.
    Promote,
    /// They are admins of it no longer.
    Demote,
}

/// What became of one person.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// As the community calls them.
    pub jid: String,
    /// Number and LID, as far as they are known.
    pub who: KnownAs,
    /// Why nothing was done; `None`: it was.
    pub refused: Option<Refused>,
}

/// Why something was not done with one person.
#[derive(Clone, Debug)]
pub struct Refused {
    /// WhatsApp's own; `None`: it has not said.
    pub code: Option<u16>,
    /// The same in words.
    pub why: String,
}

/// Somebody, as communities call them: by LID where it is known.
pub(super) struct Named {
    jid: Jid,
    who: KnownAs,
    /// False: WhatsApp knows nobody of this name.
    is_there: bool,
}

impl Communities<'_> {
    /// Does something with people of a community. The whole is refused where the account may not do it, and where `people`
    /// names somebody twice or the account itself; otherwise each is answered for, in their order.
    pub async fn change(
        &self,
        community: &GroupJid,
        change: Change,
        people: &[Person],
    ) -> Result<Vec<Outcome>, Failure> {
        self.info(community).await?;
        let people = self.named(people).await?;
        match change {
            Change::Add => {
                let groups = self.parts(community).await?;
                let entrance = announcements(&groups).ok_or_else(failures::unreadable)?;
                self.change_named(&entrance, change, people).await
            }
            _ => self.change_named(community, change, people).await,
        }
    }

    /// Adds people to a community that has just been made, which is one whatever becomes of them.
    pub(super) async fn settle(
        &self,
        people: Vec<Named>,
        groups: Result<&[Part], &Failure>,
    ) -> Vec<Outcome> {
        if people.is_empty() {
            return Vec::new();
        }
        let names: Vec<(String, KnownAs)> = people
            .iter()
            .map(|one| (one.jid.to_string(), one.who.clone()))
            .collect();
        let added = match groups.map(announcements) {
            Ok(Some(entrance)) => self.change_named(&entrance, Change::Add, people).await,
            Ok(None) => Err(failures::unreadable()),
            Err(failure) => Err(failure.clone()),
        };
        added.unwrap_or_else(|failure| {
            let why = match failure.is_refusal() {
                true => format!("was not added: {failure}"),
                false => format!("was perhaps not added: {failure}"),
            };
            let outcome = |(jid, who)| Outcome {
                jid,
                who,
                refused: Some(Refused {
                    code: None,
                    why: why.clone(),
                }),
            };
            names.into_iter().map(outcome).collect()
        })
    }

    async fn change_named(
        &self,
        group: &GroupJid,
        change: Change,
        named: Vec<Named>,
    ) -> Result<Vec<Outcome>, Failure> {
        let asked = named.iter();
        let asked = asked.filter(|one| one.is_there || change != Change::Add);
        let people: Vec<Jid> = asked.map(|one| one.jid.clone()).collect();
        let answers = match people.is_empty() {
            true => Vec::new(),
            false => self.have(self.ask(group, change, &people)).await?,
        };
        let outcome = |one: Named| {
            let answer = answers.iter().find(|answer| {
                let names = [Some(&answer.jid), answer.phone_number.as_ref()];
                let known = KnownAs::of(names.into_iter().flatten());
                answer.jid == one.jid || known.is(&one.who)
            });
            Outcome {
                refused: refused(change, one.is_there, answer),
                jid: one.jid.to_string(),
                who: one.who,
            }
        };
        Ok(named.into_iter().map(outcome).collect())
    }

    async fn ask(
        &self,
        group: &GroupJid,
        change: Change,
        people: &[Jid],
    ) -> Result<Vec<ParticipantChangeResponse>, CommunityError> {
        let (client, jid) = (&self.0.client, jids::group(group));
        Ok(match change {
            Change::Add => client.groups().add_participants(jid, people).await?,
            Change::Remove => client.community().remove_participants(jid, people).await?,
            Change::Promote => client.groups().promote_participants(jid, people).await?,
            Change::Demote => client.groups().demote_participants(jid, people).await?,
        })
    }

    /// These people, each of whom is somebody else, and nobody the account itself.
    pub(super) async fn named(&self, people: &[Person]) -> Result<Vec<Named>, Failure> {
        let found = self.0.lookup().find(people).await?;
        let client = &self.0.client;
        let own = KnownAs::of([client.pn(), client.lid()].into_iter().flatten());
        let (mut seen, mut named) = (HashSet::new(), Vec::with_capacity(people.len()));
        for (person, found) in people.iter().zip(found) {
            let is_there = found.is_some();
            let who = found.unwrap_or_else(|| KnownAs::of([jids::person(person)]));
            let names = [who.phone_jid(), who.lid_jid()].into_iter().flatten();
            let is_twice = names.filter(|name| !seen.insert(name.clone())).count() > 0;
            let problem = match (who.is(&own), is_twice) {
                (true, _) => "is this account itself",
                (_, true) => "is named twice",
                _ => {
                    let lid = who.lid.as_deref().map(Jid::lid);
                    let jid = lid.unwrap_or_else(|| jids::person(person));
                    named.push(Named { jid, who, is_there });
                    continue;
                }
            };
            let problem = format!("participants: {person} {problem}");
            return Err(Invalid::field("participants", problem).into());
        }
        Ok(named)
    }
}

/// Where people come into a community.
fn announcements(groups: &[Part]) -> Option<GroupJid> {
    let group = groups.iter().find(|group| group.is_announcements)?;
    group.jid.parse().ok()
}

/// `is_there`: they are on WhatsApp, as far as that was asked.
fn refused(
    change: Change,
    is_there: bool,
    answer: Option<&ParticipantChangeResponse>,
) -> Option<Refused> {
    let code = match answer {
        None if change == Change::Add && !is_there => Some(404),
        // Who is not answered for is not said to be there.
        None => None,
        Some(answer) => answer.error.as_deref()?.parse().ok(),
    };
    let why = words(change, code, is_there).to_owned();
    Some(Refused { code, why })
}

/// What a code says of one person.
fn words(change: Change, code: Option<u16>, is_there: bool) -> &'static str {
    match (change, code) {
        (_, None) => "WhatsApp has not said what became of it",
        (_, Some(404)) if !is_there => "is not on WhatsApp",
        (Change::Add, Some(404)) => "is not known to WhatsApp",
        (_, Some(404)) => "is not in the community",
        (Change::Add, Some(401)) => "does not want to be added by this account",
        (Change::Add, Some(403)) => "lets only contacts or nobody add them",
        (Change::Add, Some(408)) => "has left the community a short time ago",
        (Change::Add, Some(409)) => "is in the community already",
        (Change::Promote, Some(409)) => "is an admin already",
        (Change::Demote, Some(409)) => "is no admin",
        (_, Some(412 | 419)) => "there is no more room in the community",
        (_, Some(401 | 403)) => "this account may not do that with who made the community",
        (_, Some(429)) => "WhatsApp asks to wait before it is asked again",
        _ => "WhatsApp does not do it",
    }
}
