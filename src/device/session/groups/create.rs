//! Groups that are made here.

use wacore_binary::Jid;
use whatsapp_rust::features::{
    GroupCreateOptions, GroupError, GroupParticipantOptions, MembershipApprovalMode,
};

use super::{Change, Changes, Group, Groups, Outcome};
use crate::device::known_as::KnownAs;
use crate::device::session::{failures, jids};
use crate::failure::Failure;
use crate::jid::{GroupJid, Person};

/// A group that is to be.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// What it is called.
    pub subject: String,
    /// Who is in it besides this account.
    pub people: Vec<Person>,
    /// Only admins write.
    pub announce: bool,
    /// Only admins change what it shows of itself.
    pub locked: bool,
    /// Admins decide about who asks to join.
    pub join_approval: bool,
    /// It is a community, whose groups are elsewhere.
    pub community: bool,
    /// The community that it belongs to.
    pub parent: Option<GroupJid>,
}

/// A group that has been made, as it is now.
#[derive(Clone, Debug)]
pub struct Created {
    pub group: Group,
    /// Who was to be in it: each is, or why not. `None`: WhatsApp has not said.
    pub people: Option<Vec<Outcome>>,
    /// What could not be set, by the request's names of it.
    pub not_set: Vec<(&'static str, Failure)>,
}

impl Groups<'_> {
    /// Makes a group. Once there is one nothing is a failure any more: what did not come about is told with it.
    pub async fn create(&self, new: NewGroup) -> Result<Created, Failure> {
        let found = self.0.lookup().find(&new.people).await?;
        self.are_others(&new.people, &found)?;
        let members = found.iter().flatten().filter_map(member).collect();
        let options = GroupCreateOptions {
            subject: without_at(&new.subject),
            participants: members,
            membership_approval_mode: Some(match new.join_approval {
                true => MembershipApprovalMode::On,
                false => MembershipApprovalMode::Off,
            }),
            is_parent: new.community,
            create_general_chat: new.community,
            linked_parent: new.parent.as_ref().map(jids::group),
            ..GroupCreateOptions::default()
        };
        let create = async {
            let created = self.0.client.groups().create_group(options).await;
            created.map_err(|error| match error {
                GroupError::InvalidRequest(_) => Failure::Refused("group".into()),
                error => failures::group(error),
            })
        };
        let mut group = Group::from(self.0.changes(self.0.query(create)).await?.metadata);
        let Ok(jid) = group.jid.parse::<GroupJid>() else {
            return Err(failures::unreadable());
        };
        let settings = Changes {
            subject: (group.subject != new.subject).then_some(new.subject),
            locked: new.locked.then_some(true),
            announce: new.announce.then_some(true),
            ..Changes::default()
        };
        let not_set = self.try_all(&jid, settings).await?;
        let people = self.settle(&jid, &mut group, &new.people, found).await.ok();
        Ok(Created {
            group,
            people,
            not_set,
        })
    }

    /// WhatsApp's answer lists also those whom it has not taken in, and so does the library: who is there is read again, and
    /// who is not is added, which tells why that does not work.
    async fn settle(
        &self,
        jid: &GroupJid,
        group: &mut Group,
        people: &[Person],
        found: Vec<Option<KnownAs>>,
    ) -> Result<Vec<Outcome>, Failure> {
        *group = self.info(jid).await?;
        let is_in = |who: &Option<KnownAs>| {
            let mut members = group.participants.iter();
            who.as_ref()
                .is_some_and(|who| members.any(|member| member.who.is(who)))
        };
        let inside: Vec<bool> = found.iter().map(is_in).collect();
        let inside_count = inside.iter().filter(|inside| **inside).count();
        let outside = people.iter().zip(&inside).filter(|(_, inside)| !**inside);
        let outside: Vec<Person> = outside.map(|(person, _)| person.clone()).collect();
        let mut added = self
            .change_in(jid, group.by_lid, Change::Add, &outside)
            .await?
            .into_iter();
        let mut outcomes = Vec::with_capacity(people.len());
        for ((person, who), inside) in people.iter().zip(found).zip(inside) {
            let who = who.unwrap_or_default();
            let name = who
                .jid_in(group.by_lid)
                .unwrap_or_else(|| jids::person(person));
            outcomes.extend(match inside {
                true => Some(Outcome {
                    person: person.clone(),
                    jid: name.to_string(),
                    who,
                    refused: None,
                }),
                false => added.next(),
            });
        }
        let came = |one: &Outcome| one.refused.is_none();
        if outcomes.iter().filter(|one| came(one)).count() > inside_count {
            *group = self.info(jid).await?;
        }
        Ok(outcomes)
    }
}

/// A name as it can stand where a group is made: the library takes a short text with an @ in it for a JID. The real name is
/// given afterwards.
pub(in crate::device::session) fn without_at(name: &str) -> String {
    name.replace('@', "\u{ff20}")
}

/// Somebody by LID, and by number beside it, as newer groups want them. `None`: of whom only the LID is known, whom the
/// library does not take; they are added when there is a group.
fn member(who: &KnownAs) -> Option<GroupParticipantOptions> {
    let phone = Jid::pn(who.phone.as_deref()?);
    let member = GroupParticipantOptions::new(who.jid_in(true)?);
    Some(member.with_phone_number(phone))
}
