//! Ways into a group: its invite link, and invitations that its admins have sent to one person.

use chrono::Utc;
use wacore_binary::Jid;
use whatsapp_rust::IqError;
use whatsapp_rust::features::{GroupError, JoinGroupResult};

use super::denied::code;
use super::{Groups, NOT_FOUND};
use crate::device::kept::{self, Kept};
use crate::device::known_as::KnownAs;
use crate::device::report::{Participant, unwrapped};
use crate::device::session::{failures, jids};
use crate::failure::{Failure, Invalid};
use crate::jid::{GroupJid, Person};

/// WhatsApp has closed the links of this group for a while.
pub const NO_LINKS: Failure = Failure::documented(
    423,
    "WhatsApp lets nobody use the invite link of this group for now",
);
/// There never was such a link.
pub const UNKNOWN_CODE: Failure = Failure::NotFound("there is no such invitation");
/// A newer link has taken its place.
pub const RESET: Failure = Failure::documented(410, "the invite link was reset");
/// It was used, taken back, or a newer one has taken its place.
pub const USED_UP: Failure = Failure::documented(
    410,
    "the invitation is good for nothing any more: it was used, taken back, or a newer one was sent",
);
/// Its time is over.
pub const EXPIRED: Failure = Failure::documented(410, "the invitation has expired");
/// The account is in the group.
pub const IN_ALREADY: Failure = Failure::documented(409, "the account is in this group already");
/// No more people fit in.
pub const FULL: Failure = Failure::documented(409, "the group, or its community, is full");
/// Somebody who was removed cannot come back by an invitation.
pub const NOT_LET_IN: Failure = Failure::documented(
    403,
    "the account may not join this group: it was removed from it, or is not wanted there",
);
/// Nobody comes in.
pub const LOCKED: Failure = Failure::documented(423, "the group is locked");
/// When it ends has to be said.
pub const NO_INVITATION: Failure = Failure::documented(
    404,
    "no message with this invitation is known here: add its expiration, in Unix seconds",
);

/// Where a request names who has sent an invitation.
const INVITER: &str = "inviter_jid";

/// How many messages are looked through at once.
const AT_ONCE: i64 = 50;

/// What became of the wish to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// JID of the group.
    pub group: String,
    /// An admin decides about it.
    pub pending: bool,
}

impl Groups<'_> {
    /// The link by which people join, which a new one replaces where `renew`.
    pub async fn invite_link(&self, group: &GroupJid, renew: bool) -> Result<String, Failure> {
        let (groups, jid) = (self.0.client.groups(), jids::group(group));
        let link = async {
            match groups.get_invite_link(jid, renew).await {
                Err(error) if matches!(code(&error), Some(423 | 436)) => Ok(None),
                link => link.map(Some),
            }
        };
        let link = match renew {
            true => self.have_changed(group, link).await?,
            false => self.have(group, link).await?,
        };
        link.ok_or(NO_LINKS)
    }

    /// Joins by the code of an invite link.
    pub async fn join_by_link(&self, code: &str) -> Result<Joined, Failure> {
        let join = async {
            let joined = self.0.client.groups().join_with_invite_code(code).await;
            joined.map_err(not_joined)
        };
        Ok(joined(self.0.changes(self.0.query(join)).await?))
    }

    /// Joins by an invitation that `inviter` has sent to this account, as its message has it. `expiration`: in Unix seconds;
    /// where it is not given the message is looked for.
    pub async fn join_by_invitation(
        &self,
        group: &GroupJid,
        code: &str,
        inviter: &Person,
        expiration: Option<i64>,
    ) -> Result<Joined, Failure> {
        let (_, who) = self.0.lookup().registered_one(INVITER, inviter).await?;
        let kept = self.invitation(group, code).await?;
        if let Some((by, _)) = &kept
            && !self.is(&who, by).await
        {
            let problem = format!("{INVITER} is not who has sent this invitation");
            return Err(Invalid::field(INVITER, problem).into());
        }
        let (by, kept_until) = match kept {
            // The inviter's name is part of what WhatsApp compares: as the message came.
            Some((by, until)) => (by, Some(until)),
            None => (jids::person(inviter), None),
        };
        let expiration = expiration.or(kept_until).ok_or(NO_INVITATION)?;
        if expiration <= Utc::now().timestamp() {
            return Err(EXPIRED);
        }
        let jid = jids::group(group);
        let join = async {
            let groups = self.0.client.groups();
            Ok(groups.join_with_invite_v4(jid, code, expiration, by).await)
        };
        match self.0.changes(self.0.query(join)).await? {
            Ok(result) => Ok(joined(result)),
            // WhatsApp has not said no, and not whether the account is in.
            Err(GroupError::Iq(IqError::ParseError(_))) => {
                self.info(group).await?;
                Ok(Joined {
                    group: group.to_string(),
                    pending: false,
                })
            }
            // A code that is used up is good for nothing, also for who has used it.
            Err(error) => Err(match not_joined(error) {
                failure if failure == IN_ALREADY => failure,
                _ if self.info(group).await.is_ok() => IN_ALREADY,
                failure if failure == RESET => USED_UP,
                failure => failure,
            }),
        }
    }

    /// Whether somebody is the one with this JID, as far as it is known.
    async fn is(&self, who: &KnownAs, jid: &Jid) -> bool {
        let other = Participant::names_in(&self.0.life.records, jid).await;
        who.is(&other)
    }

    /// Who has sent the newest message with this invitation, and when it ends.
    async fn invitation(
        &self,
        group: &GroupJid,
        code: &str,
    ) -> Result<Option<(Jid, i64)>, Failure> {
        let life = &self.0.life;
        let mut before = i64::MAX;
        loop {
            let found = life
                .shared
                .store
                .others_before(life.plan.number, before, AT_ONCE);
            let found: Vec<Kept> = found.await.map_err(|error| {
                Failure::of_store("messages with invitations could not be read", &error)
            })?;
            let Some(last) = found.last() else {
                return Ok(None);
            };
            before = last.number;
            if let Some(invitation) = found.iter().find_map(|kept| invites(kept, group, code)) {
                return Ok(Some(invitation));
            }
        }
    }
}

fn invites(kept: &Kept, group: &GroupJid, code: &str) -> Option<(Jid, i64)> {
    let message = kept::content(kept);
    let invite = unwrapped(&message).group_invite_message.as_option()?;
    let same = invite.group_jid.as_deref() == Some(group.as_str())
        && invite.invite_code.as_deref() == Some(code);
    let by = kept.about.author_jid.parse().ok()?;
    same.then_some((by, invite.invite_expiration?))
}

fn joined(result: JoinGroupResult) -> Joined {
    Joined {
        group: result.group_jid().to_string(),
        pending: matches!(result, JoinGroupResult::PendingApproval(_)),
    }
}

/// Why WhatsApp has not let the account in.
fn not_joined(error: GroupError) -> Failure {
    match code(&error) {
        Some(304 | 409) => IN_ALREADY,
        Some(400 | 406) => UNKNOWN_CODE,
        Some(401 | 403 | 405) => NOT_LET_IN,
        Some(404) => NOT_FOUND,
        Some(410) => RESET,
        Some(412 | 419) => FULL,
        Some(416 | 423) => LOCKED,
        Some(436) => NO_LINKS,
        _ => match error {
            GroupError::InvalidRequest(_) => UNKNOWN_CODE,
            error => failures::group(error),
        },
    }
}
