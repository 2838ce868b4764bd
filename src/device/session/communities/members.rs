//! Who comes into a community and goes, and who leads it: each person is answered for.

use super::{Communities, NOT_ADMIN, NOT_FOUND, Part};
use crate::device::known_as::KnownAs;
use crate::device::session::groups::{self, Change, Group, Outcome, Refused};
use crate::device::session::{failures, jids};
use crate::failure::Failure;
use crate::jid::{GroupJid, Person};

impl Communities<'_> {
    /// Does something with people of a community, and tells in which group that was: they come in by the announcement
    /// group, in which everybody is. The whole is refused where the account may not do it, and where `people` names somebody
    /// twice or the account itself; otherwise each is answered for, in their order.
    pub async fn change(
        &self,
        community: &GroupJid,
        change: Change,
        people: &[Person],
    ) -> Result<(Group, Vec<Outcome>), Failure> {
        let mut group = self.info(community).await?;
        let mut jid = community.clone();
        if change == Change::Add {
            let parts = self.parts(community).await?;
            jid = announcements(&parts).ok_or_else(failures::unreadable)?;
            group = self.0.groups().info(&jid).await?;
        }
        let groups = self.0.groups();
        let outcomes = groups.change_in(&jid, group.by_lid, change, people).await;
        Ok((group, outcomes.map_err(of_community)?))
    }

    /// Adds people to a community that has just been made, which is one whatever becomes of them.
    pub(super) async fn settle(
        &self,
        people: &[Person],
        groups: Result<&[Part], &Failure>,
    ) -> Vec<Outcome> {
        if people.is_empty() {
            return Vec::new();
        }
        let added = match groups.map(announcements) {
            Ok(Some(entrance)) => {
                let groups = self.0.groups();
                groups.change_in(&entrance, true, Change::Add, people).await
            }
            Ok(None) => Err(failures::unreadable()),
            Err(failure) => Err(failure.clone()),
        };
        added.unwrap_or_else(|failure| {
            let outcome = |person: &Person| not_added(person, &failure);
            people.iter().map(outcome).collect()
        })
    }
}

fn not_added(person: &Person, failure: &Failure) -> Outcome {
    let jid = jids::person(person);
    Outcome {
        person: person.clone(),
        jid: jid.to_string(),
        who: KnownAs::of([jid]),
        refused: Some(Refused {
            code: None,
            perhaps: !failure.is_refusal(),
            why: match failure.is_refusal() {
                true => format!("was not added: {failure}"),
                false => format!("was perhaps not added: {failure}"),
            },
            invitation: None,
        }),
    }
}

/// Where people come into a community.
fn announcements(groups: &[Part]) -> Option<GroupJid> {
    let group = groups.iter().find(|group| group.is_announcements)?;
    group.jid.parse().ok()
}

/// The same failure, in words about communities.
fn of_community(failure: Failure) -> Failure {
    match failure {
        failure if failure == groups::NOT_FOUND => NOT_FOUND,
        failure if failure == groups::NOT_ADMIN => NOT_ADMIN,
        failure => failure,
    }
}
