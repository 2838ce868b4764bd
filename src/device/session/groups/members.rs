//! Who comes into a group and goes, and who leads it: each person is answered for.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use wacore_binary::Jid;
use whatsapp_rust::features::ParticipantChangeResponse;

use super::{Group, Groups};
use crate::device::known_as::KnownAs;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::{Ack, jids};
use crate::device::told;
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, GroupJid, Person};

/// What is done with people in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Add,
    Remove,
    /// They leave a community and all of its groups.
    Expel,
    /// They become admins.
    Promote,
    /// They are admins no longer.
    Demote,
    /// They are let in who have asked for it.
    Approve,
    /// They are not let in who have asked for it.
    Reject,
}

/// What became of one person.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// As the request names them.
    pub person: Person,
    /// As the group calls them.
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
    /// It may have been done all the same.
    pub perhaps: bool,
    /// Whoever cannot be added may come by themselves.
    pub invitation: Option<Invitation>,
}

/// With which one person may come into a group.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// WhatsApp's.
    pub code: String,
    /// In Unix seconds.
    pub expiration: i64,
}

impl Invitation {
    /// Until when it is good.
    pub fn expires_at(&self) -> DateTime<Utc> {
        told::seconds(self.expiration.unsigned_abs())
    }
}

/// Somebody, as a group calls them.
struct Named {
    person: Person,
    jid: Jid,
    who: KnownAs,
    /// False: WhatsApp knows nobody of this name.
    is_there: bool,
}

impl Groups<'_> {
    /// Does something with people in a group that is no community. The whole is refused where the account may not do it,
    /// and where `people` names somebody twice or the account itself; otherwise each is answered for, in their order.
    pub async fn change(
        &self,
        group: &GroupJid,
        change: Change,
        people: &[Person],
    ) -> Result<(Group, Vec<Outcome>), Failure> {
        let found = self.info(group).await?;
        if found.community.is_parent {
            let problem =
                "jid is a community's: ask for its people at /communities/{jid}/participants";
            return Err(Invalid::field("jid", problem).into());
        }
        let outcomes = self.change_in(group, found.by_lid, change, people).await?;
        Ok((found, outcomes))
    }

    async fn change_named(
        &self,
        group: &GroupJid,
        change: Change,
        named: Vec<Named>,
    ) -> Result<Vec<Outcome>, Failure> {
        let asked = |one: &&Named| one.is_there || change != Change::Add;
        let people: Vec<Jid> = named
            .iter()
            .filter(asked)
            .map(|one| one.jid.clone())
            .collect();
        let answers = match people.is_empty() {
            true => Vec::new(),
            false => {
                self.have_changed(group, self.ask(group, change, &people))
                    .await?
            }
        };
        let outcome = |one: Named| {
            let answer = answers.iter().find(|answer| {
                let names = [Some(&answer.jid), answer.phone_number.as_ref()];
                let known = KnownAs::of(names.into_iter().flatten());
                answer.jid == one.jid || known.is(&one.who)
            });
            Outcome {
                refused: refused(change, one.is_there, answer),
                person: one.person,
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
    ) -> Result<Vec<ParticipantChangeResponse>, whatsapp_rust::features::GroupError> {
        let (groups, jid) = (self.0.client.groups(), jids::group(group));
        match change {
            Change::Add => groups.add_participants(jid, people).await,
            Change::Remove => groups.remove_participants(jid, people).await,
            Change::Expel => {
                groups
                    .remove_participants_including_linked_groups(jid, people)
                    .await
            }
            Change::Promote => groups.promote_participants(jid, people).await,
            Change::Demote => groups.demote_participants(jid, people).await,
            Change::Approve => groups.approve_membership_requests(jid, people).await,
            Change::Reject => groups.reject_membership_requests(jid, people).await,
        }
    }

    /// The same in a group of which it is known how it calls its people.
    pub(in crate::device::session) async fn change_in(
        &self,
        group: &GroupJid,
        by_lid: bool,
        change: Change,
        people: &[Person],
    ) -> Result<Vec<Outcome>, Failure> {
        let named = self.named(by_lid, people).await?;
        self.change_named(group, change, named).await
    }

    /// These people, as a group calls them.
    async fn named(&self, by_lid: bool, people: &[Person]) -> Result<Vec<Named>, Failure> {
        let found = self.0.lookup().find(people).await?;
        self.are_others(people, &found)?;
        let named = people.iter().zip(found).map(|(person, found)| {
            let is_there = found.is_some();
            let who = found.unwrap_or_else(|| KnownAs::of([jids::person(person)]));
            let jid = who.jid_in(by_lid);
            Named {
                person: person.clone(),
                jid: jid.unwrap_or_else(|| jids::person(person)),
                who,
                is_there,
            }
        });
        Ok(named.collect())
    }

    /// Refuses a list that names somebody twice, under whatever names, or the account itself.
    pub(in crate::device::session) fn are_others(
        &self,
        people: &[Person],
        found: &[Option<KnownAs>],
    ) -> Result<(), Invalid> {
        let client = &self.0.client;
        let own = KnownAs::of([client.pn(), client.lid()].into_iter().flatten());
        let mut seen = HashSet::with_capacity(people.len());
        for (person, who) in people.iter().zip(found) {
            let who = who.clone();
            let who = who.unwrap_or_else(|| KnownAs::of([jids::person(person)]));
            if who.is(&own) {
                let problem = format!("participants: {person} is this account itself");
                return Err(Invalid::field("participants", problem));
            }
            let names = [who.phone_jid(), who.lid_jid()].into_iter().flatten();
            let twice = names.filter(|name| !seen.insert(name.clone())).count() > 0;
            if twice {
                let problem = format!("participants: {person} is named twice");
                return Err(Invalid::field("participants", problem));
            }
        }
        Ok(())
    }

    /// Takes the account out of a group. Also [`NOT_FOUND`](super::NOT_FOUND).
    pub async fn leave(&self, group: &GroupJid) -> Result<(), Failure> {
        let (groups, jid) = (self.0.client.groups(), jids::group(group));
        self.have_changed(group, groups.leave(jid)).await
    }

    /// Sends somebody the invitation with which they may come into a group, by private message. Returns once WhatsApp has
    /// accepted it.
    pub async fn invite(
        &self,
        group: &Group,
        person: &Person,
        invitation: &Invitation,
    ) -> Result<Ack, Failure> {
        let messages = self.0.messages();
        let chat = messages
            .open("participants", &Chat::Person(person.clone()))
            .await?;
        chat.send(Outgoing::group_invite(
            &group.jid,
            &group.subject,
            invitation,
        ))
        .await
    }
}

/// `is_there`: they are on WhatsApp, as far as that was asked.
fn refused(
    change: Change,
    is_there: bool,
    answer: Option<&ParticipantChangeResponse>,
) -> Option<Refused> {
    let (code, invitation) = match answer {
        None if change == Change::Add && !is_there => (Some(404), None),
        // Who is not answered for is not said to be there.
        None => (None, None),
        Some(answer) => {
            let error = answer.error.as_deref()?;
            let invitation = answer.add_request.as_ref().map(|offered| Invitation {
                code: offered.code.clone(),
                expiration: offered.expiration.try_into().unwrap_or(i64::MAX),
            });
            (error.parse().ok(), invitation)
        }
    };
    Some(Refused {
        perhaps: code.is_none(),
        code,
        why: words(change, code, is_there),
        invitation,
    })
}

/// What a code says of one person.
fn words(change: Change, code: Option<u16>, is_there: bool) -> String {
    let Some(code) = code else {
        return "WhatsApp has not said what became of it".to_owned();
    };
    let words = match (change, code) {
        (_, 404) if !is_there => "is not on WhatsApp",
        (Change::Approve | Change::Reject, 404) => "does not ask to be let in",
        (Change::Add, 404) => "is not known to WhatsApp",
        (_, 404) => "is not in the group",
        (Change::Add, 401) => "does not want to be added by this account",
        (Change::Add, 403) => "lets only contacts or nobody add them: an invitation can be sent",
        (Change::Add, 408) => "has left the group a short time ago",
        (Change::Add, 409) => "is in the group already",
        (Change::Promote, 409) => "is an admin already",
        (Change::Demote, 409) => "is no admin",
        (Change::Approve, 409) => "is in the group already",
        (_, 412 | 419) => "there is no more room in the group",
        (_, 401 | 403) => "this account may not do that with them, as with who made the group",
        (_, 429) => "WhatsApp asks to wait before it is asked again",
        _ => "WhatsApp does not do it",
    };
    words.to_owned()
}
