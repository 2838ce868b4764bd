//! POST /groups/join — by an invite link, or by an invitation that somebody has sent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::{Command, Input};
use crate::contract::bounded::Filled;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::reply::{Form, Recipient, Reply};
use crate::device::session::Session;
use crate::device::session::groups::{self, NOT_FOUND};
use crate::failure::{Failure, Invalid};
use crate::jid::{GroupJid, InviteCode, Person};

/// By which way: a link, or what the message of an invitation has.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"link": "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv"}))]
pub struct JoinGroup {
    /// An invite link, or its code alone.
    #[schema(value_type = Option<String>)]
    link: Option<InviteCode>,
    /// The code of an invitation; with nothing else, of a link.
    #[schema(value_type = Option<String>, max_length = 100)]
    code: Option<Filled<100>>,
    /// The group of the invitation.
    #[schema(value_type = Option<String>, example = "120363021234567890@g.us")]
    group_jid: Option<GroupJid>,
    /// Who has sent the invitation.
    #[schema(value_type = Option<String>, example = "5511999999999@s.whatsapp.net")]
    inviter_jid: Option<Person>,
    /// When the invitation ends, in Unix seconds; left out: as its message has it, where that came here.
    #[schema(minimum = 1)]
    expiration: Option<u32>,
}

/// Joins a group.
pub enum Join {
    Link(InviteCode),
    Invitation {
        code: String,
        group: GroupJid,
        inviter: Person,
        expiration: Option<u32>,
    },
}

/// The group.
#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = JoinedGroup,
    example = json!({"pending_approval": false, "group_jid": "120363021234567890@g.us"})
)]
pub struct Joined {
    /// An admin of the group decides about it.
    pending_approval: bool,
    group_jid: String,
}

/// 202 where an admin decides about it.
impl Reply for groups::Joined {
    fn forms() -> Vec<Form> {
        vec![Form::json::<Joined>(200), Form::json::<Joined>(202)]
    }

    fn give<R: Recipient>(self, to: R) -> R::Answer {
        let status = if self.pending { 202 } else { 200 };
        let joined = Joined {
            pending_approval: self.pending,
            group_jid: self.group,
        };
        to.json(status, &joined)
    }
}

impl Input for JoinGroup {
    type Command = Join;

    fn check(self) -> Result<Join, Invalid> {
        if let Some(link) = self.link {
            return Ok(Join::Link(link));
        }
        let Some(code) = self.code else {
            return Err(Invalid::field(
                "link",
                "link, or code with group_jid and inviter_jid, is required",
            ));
        };
        if code.as_str().contains('@') {
            return Err(Invalid::field("code", "code is that of no invitation"));
        }
        let missing = |field: &'static str| {
            Invalid::field(
                field,
                format!("{field} is required with the code of an invitation"),
            )
        };
        match (self.group_jid, self.inviter_jid) {
            (Some(group), Some(inviter)) => Ok(Join::Invitation {
                code: code.into(),
                group,
                inviter,
                expiration: self.expiration,
            }),
            (None, None) => {
                let code = code.as_str().parse::<InviteCode>();
                let code = code.map_err(|error| Invalid::field("code", format!("code {error}")))?;
                Ok(Join::Link(code))
            }
            (None, Some(_)) => Err(missing("group_jid")),
            (Some(_), None) => Err(missing("inviter_jid")),
        }
    }
}

impl Command for Join {
    type Reply = groups::Joined;
    const SUMMARY: &'static str =
        "Joins a group by its invite link, or by an invitation that somebody has sent";
    const OPERATION: Operation =
        Operation::new("group_join", Envelope::Flat).failing_with("failed to join group");

    fn refusals() -> Vec<Failure> {
        vec![
            groups::UNKNOWN_CODE,
            NOT_FOUND,
            groups::NO_INVITATION,
            groups::NOT_LET_IN,
            groups::IN_ALREADY,
            groups::FULL,
            groups::RESET,
            groups::USED_UP,
            groups::EXPIRED,
            groups::LOCKED,
            groups::NO_LINKS,
        ]
    }

    async fn run(self, session: Session) -> Result<groups::Joined, Failure> {
        let groups = session.groups();
        match self {
            Self::Link(code) => groups.join_by_link(code.as_str()).await,
            Self::Invitation {
                code,
                group,
                inviter,
                expiration,
            } => {
                let expiration = expiration.map(i64::from);
                groups
                    .join_by_invitation(&group, &code, &inviter, expiration)
                    .await
            }
        }
    }
}
