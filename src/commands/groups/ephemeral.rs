//! PUT /groups/{jid}/ephemeral — after how long the messages of a group disappear.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::{Command, Input};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::session::Session;
use crate::device::session::chats::NOT_ADMIN;
use crate::device::session::groups::NOT_FOUND;
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, GroupJid};

/// What phones offer, and WhatsApp takes.
const KNOWN: [u32; 4] = [0, 86_400, 604_800, 7_776_000];

/// After how long.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"duration_seconds": 604_800}))]
pub struct SetGroupEphemeral {
    /// The group's JID.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    jid: GroupJid,
    /// 0 (never), 86400, 604800 or 7776000.
    duration_seconds: u32,
}

/// Has the messages of a group disappear.
pub struct Disappear {
    group: GroupJid,
    seconds: u32,
}

/// After how long they disappear now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupEphemeral, example = json!({"duration_seconds": 604_800}))]
pub struct Set {
    duration_seconds: u32,
}

impl Input for SetGroupEphemeral {
    type Command = Disappear;

    fn check(self) -> Result<Disappear, Invalid> {
        match KNOWN.contains(&self.duration_seconds) {
            true => Ok(Disappear {
                group: self.jid,
                seconds: self.duration_seconds,
            }),
            false => {
                let problem = "duration_seconds must be 0, 86400, 604800 or 7776000";
                Err(Invalid::field("duration_seconds", problem))
            }
        }
    }
}

impl Command for Disappear {
    type Reply = Set;
    const SUMMARY: &'static str = "Has the messages of a group disappear after some time";
    const OPERATION: Operation = Operation::new("group_ephemeral", Envelope::Flat)
        .failing_with("failed to set ephemeral duration");
    const PARAMS: &'static [Param] = &[Param::path("jid")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, NOT_ADMIN]
    }

    async fn run(self, session: Session) -> Result<Set, Failure> {
        let group = Chat::Group(self.group);
        let chats = session.chats();
        chats.disappear_after("jid", &group, self.seconds).await?;
        Ok(Set {
            duration_seconds: self.seconds,
        })
    }
}
