//! What a group is called, says of itself, and lets its people do.

use uuid::Uuid;
use wacore::request::InfoQuery;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node, NodeContent};
use whatsapp_rust::features::{
    GroupDescription, GroupError, GroupSubject, MemberAddMode, MembershipApprovalMode,
};

use super::denied::code;
use super::{Group, Groups, Who};
use crate::device::session::jids;
use crate::failure::{Failure, Invalid};
use crate::jid::GroupJid;

/// How often a description is written while others write theirs.
const TRIES: usize = 5;

/// What is to be different in a group; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub subject: Option<String>,
    /// Empty: it says nothing of itself any more.
    pub description: Option<String>,
    /// Only admins change what it shows of itself.
    pub locked: Option<bool>,
    /// Only admins write.
    pub announce: Option<bool>,
    /// Admins decide about who asks to join.
    pub join_approval: Option<bool>,
    pub who_adds: Option<Who>,
}

/// One change, which is one question.
#[derive(Clone, Debug)]
enum Step {
    Subject(GroupSubject),
    Description(Option<GroupDescription>),
    Locked(bool),
    Announce(bool),
    Approval(bool),
    WhoAdds(Who),
}

impl Step {
    /// The request's name of it.
    fn name(&self) -> &'static str {
        match self {
            Self::Subject(_) => "name",
            Self::Description(_) => "topic",
            Self::Locked(_) => "locked",
            Self::Announce(_) => "announcement",
            Self::Approval(_) => "join_approval",
            Self::WhoAdds(_) => "member_add_mode",
        }
    }
}

impl Changes {
    fn steps(self) -> Result<Vec<Step>, Invalid> {
        let subject = self.subject.map(GroupSubject::new).transpose();
        let subject = subject.map_err(|error| Invalid::field("name", error.to_string()))?;
        let description = self.description.map(|text| match text.is_empty() {
            true => Ok(None),
            false => GroupDescription::new(text).map(Some),
        });
        let description = description.transpose();
        let description =
            description.map_err(|error| Invalid::field("topic", error.to_string()))?;
        let steps = [
            subject.map(Step::Subject),
            description.map(Step::Description),
            self.locked.map(Step::Locked),
            self.announce.map(Step::Announce),
            self.join_approval.map(Step::Approval),
            self.who_adds.map(Step::WhoAdds),
        ];
        Ok(steps.into_iter().flatten().collect())
    }
}

impl Groups<'_> {
    /// Changes a group, one thing after the other, and returns what it is then. Where WhatsApp does not make a change, those
    /// after it are not tried, and the failure says which were made.
    pub async fn update(&self, group: &GroupJid, changes: Changes) -> Result<Group, Failure> {
        let (mut made, mut steps) = (Vec::new(), changes.steps()?.into_iter());
        while let Some(step) = steps.next() {
            let name = step.name();
            if let Err(why) = self.take(group, step).await {
                return Err(why.partly(&made, name, steps.map(|step| step.name())));
            }
            made.push(name);
        }
        let shown = self.info(group).await;
        shown.map_err(|why| Failure::Partly {
            why: Box::new(why),
            said: format!(
                "changed: {}, and the group could not be read again",
                made.join(", ")
            ),
        })
    }

    /// Makes changes that do not depend on each other; returns those that were not made, by the request's names of them.
    pub(in crate::device::session) async fn try_all(
        &self,
        group: &GroupJid,
        changes: Changes,
    ) -> Result<Vec<(&'static str, Failure)>, Failure> {
        let mut failed = Vec::new();
        for step in changes.steps()? {
            let name = step.name();
            if let Err(why) = self.take(group, step).await {
                failed.push((name, why));
            }
        }
        Ok(failed)
    }

    async fn take(&self, group: &GroupJid, step: Step) -> Result<(), Failure> {
        if let Step::Description(text) = step {
            return self.describe(group, text).await;
        }
        let (groups, jid) = (self.0.client.groups(), jids::group(group));
        let work = async {
            match step {
                Step::Subject(subject) => {
                    let subject = said("subject", subject.as_str());
                    self.tell(&jid, subject).await
                }
                Step::Description(_) => Ok(()),
                Step::Locked(on) => groups.set_locked(jid, on).await,
                Step::Announce(on) => groups.set_announce(jid, on).await,
                Step::Approval(on) => {
                    let mode = match on {
                        true => MembershipApprovalMode::On,
                        false => MembershipApprovalMode::Off,
                    };
                    groups.set_membership_approval(jid, mode).await
                }
                Step::WhoAdds(who) => {
                    let mode = match who {
                        Who::Admins => MemberAddMode::AdminAdd,
                        Who::Everybody => MemberAddMode::AllMemberAdd,
                    };
                    groups.set_member_add_mode(jid, mode).await
                }
            }
        };
        self.0.terms.sending.change();
        self.have(group, work).await
    }

    /// WhatsApp wants to be told which text is replaced. Somebody else may have written one meanwhile: then once more.
    async fn describe(
        &self,
        group: &GroupJid,
        text: Option<GroupDescription>,
    ) -> Result<(), Failure> {
        let (groups, jid) = (self.0.client.groups(), jids::group(group));
        let describe = async || {
            let before = groups.get_metadata(&jid).await?.description_id;
            self.tell(&jid, description(text.as_ref(), before)).await
        };
        let work = async {
            for _ in 1..TRIES {
                match describe().await {
                    Err(error) if code(&error) == Some(409) => {}
                    described => return described,
                }
            }
            describe().await
        };
        self.have(group, work).await
    }

    async fn tell(&self, group: &Jid, change: Node) -> Result<(), GroupError> {
        let change = NodeContent::Nodes(vec![change]);
        let told = InfoQuery::set("w:g2", group.clone(), Some(change));
        self.0.client.send_iq(told).await?;
        Ok(())
    }
}

/// A text as bytes: as a text the library takes a short one with an @ in it for a JID.
fn said(tag: &'static str, text: &str) -> Node {
    NodeBuilder::new(tag)
        .bytes(text.as_bytes().to_vec())
        .build()
}

/// `before`: the mark of the one that it replaces.
fn description(text: Option<&GroupDescription>, before: Option<String>) -> Node {
    let id = Uuid::new_v4().simple().to_string().to_uppercase();
    let node = NodeBuilder::new("description").attr("id", id);
    let node = match before {
        Some(before) => node.attr("prev", before),
        None => node,
    };
    match text {
        Some(text) => node.children([said("body", text.as_str())]).build(),
        None => node.attr("delete", "true").build(),
    }
}
