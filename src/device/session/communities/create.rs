//! Communities that are made here.

use whatsapp_rust::features::GroupCreateOptions;

use super::{Communities, Part};
use crate::device::session::failures;
use crate::device::session::groups::{Changes, Group, Outcome, without_at};
use crate::failure::Failure;
use crate::jid::{GroupJid, Person};

/// A community that is to be.
#[derive(Clone, Debug)]
pub struct NewCommunity {
    /// What it is called.
    pub subject: String,
    /// What it says of itself.
    pub description: Option<String>,
    /// Who is in it besides this account.
    pub people: Vec<Person>,
}

/// A community that has been made.
#[derive(Clone, Debug)]
pub struct Created {
    /// The community.
    pub community: Group,
    /// The groups that have come with it; none where WhatsApp has not told of them.
    pub groups: Vec<Part>,
    /// What became of those who were to be in it.
    pub people: Vec<Outcome>,
    /// Why it says nothing of itself, where it was to.
    pub not_described: Option<Failure>,
}

impl Created {
    /// The group into which an invitation lets people: the announcement group, where WhatsApp has told of it.
    pub fn invites_to(&self) -> Group {
        let entrance = self.groups.iter().find(|group| group.is_announcements);
        let mut group = self.community.clone();
        if let Some(entrance) = entrance {
            group.jid.clone_from(&entrance.jid);
        }
        group
    }
}

impl Communities<'_> {
    /// Makes a community. Once there is one nothing is a failure any more: what did not come about is told with it.
    pub async fn create(&self, new: NewCommunity) -> Result<Created, Failure> {
        let found = self.0.lookup().find(&new.people).await?;
        self.0.groups().are_others(&new.people, &found)?;
        let options = GroupCreateOptions {
            subject: without_at(&new.subject),
            is_parent: true,
            create_general_chat: true,
            ..GroupCreateOptions::default()
        };
        let create = async {
            let created = self.0.client.groups().create_group(options).await;
            created.map_err(failures::group)
        };
        let community = Group::from(self.0.changes(self.0.query(create)).await?.metadata);
        let Ok(jid) = community.jid.parse::<GroupJid>() else {
            return Err(failures::unreadable());
        };
        // There is no way to say it with the creation.
        let said = Changes {
            subject: (community.subject != new.subject).then_some(new.subject),
            description: new.description,
            ..Changes::default()
        };
        let mut not_said = self.0.groups().try_all(&jid, said).await?.into_iter();
        let not_described = not_said.find(|(what, _)| *what == "topic");
        let groups = self.parts(&jid).await;
        let people = self.settle(&new.people, groups.as_deref()).await;
        // As it is with them; what is not told now was told before.
        let (now, counted) = futures::join!(self.info(&jid), self.groups(&jid));
        Ok(Created {
            community: now.unwrap_or(community),
            groups: counted.or(groups).unwrap_or_default(),
            people,
            not_described: not_described.map(|(_, why)| why.perhaps()),
        })
    }
}
