//! People whom a request about a group names, and what became of each of them.

use std::collections::HashSet;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};
use utoipa::ToSchema;

use crate::commands::utc;
use crate::device::session::Session;
use crate::device::session::groups::{Group, Invitation, Outcome, Refused};
use crate::failure::Invalid;
use crate::jid::Person;

/// So many fit into a group besides the account itself.
const MOST: usize = 1023;
/// An invitation is a message of its own: so many are sent for one request.
const MOST_INVITED: usize = 20;
/// So long before its request has to be answered no invitation is sent any more: what became of the others is to be heard.
const RESERVE: Duration = Duration::from_secs(2);

/// The people on the list `participants`, nobody of them twice.
pub fn read(list: &[String]) -> Result<Vec<Person>, Invalid> {
    let field = "participants";
    if list.len() > MOST {
        let problem = format!("participants must not hold more than {MOST} people");
        return Err(Invalid::field(field, problem));
    }
    let mut known = HashSet::with_capacity(list.len());
    let mut people = Vec::with_capacity(list.len());
    for text in list {
        let person = text.parse::<Person>();
        let person = person.map_err(|nobody| nobody.in_field(field))?;
        if !known.insert(person.clone()) {
            let problem = format!("participants: {person} is named twice");
            return Err(Invalid::field(field, problem));
        }
        people.push(person);
    }
    Ok(people)
}

/// The same where somebody has to be on it.
pub fn read_some(list: &[String]) -> Result<Vec<Person>, Invalid> {
    match list.is_empty() {
        true => {
            let problem = "participants must name at least one person";
            Err(Invalid::field("participants", problem))
        }
        false => read(list),
    }
}

/// What a request brings that adds people (`adds`) or makes them admins: who they are, and whether those are invited who
/// cannot be added.
pub fn to_add(
    adds: bool,
    invite: Option<bool>,
    list: &[String],
) -> Result<(Vec<Person>, bool), Invalid> {
    let invite = invite.unwrap_or_default();
    if invite && !adds {
        let problem = "invite: only those are invited who are to be added";
        return Err(Invalid::field("invite", problem));
    }
    Ok((read_some(list)?, invite))
}

/// What a request brings that removes people, or takes a role from them; `fits`: what it wants is one of both.
pub fn to_remove(fits: bool, list: &[String]) -> Result<Vec<Person>, Invalid> {
    match fits {
        true => read_some(list),
        false => {
            let problem = "action must be `remove` or `demote` here: POST does the opposite";
            Err(Invalid::field("action", problem))
        }
    }
}

/// What became of one person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupParticipantOutcome)]
pub struct Told {
    /// As the group names its people: by number, or by LID.
    jid: String,
    /// Digits, where it is known.
    phone_number: Option<String>,
    /// A JID, where it is known.
    lid: Option<String>,
    status: Status,
    /// WhatsApp's own, of what was refused; absent where it has not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Of somebody who cannot be added, but may come by themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    invite: Option<Invite>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = GroupParticipantStatus)]
enum Status {
    /// It was done.
    Ok,
    /// It was not done.
    Refused,
    /// It was not done, and they were sent an invitation.
    Invited,
    /// WhatsApp has not said what became of it: it may have been done.
    Unknown,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupInvitation)]
struct Invite {
    code: String,
    /// RFC 3339, UTC.
    expires_at: String,
    /// Of the private message that brought it; absent where none was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
}

impl Told {
    /// For the API's document: one who came, and one who was invited.
    pub fn examples() -> Value {
        json!([
            {
                "jid": "123456789012345@lid",
                "phone_number": "5511999999999",
                "lid": "123456789012345@lid",
                "status": "ok"
            },
            {
                "jid": "234567890123456@lid",
                "phone_number": "5511988888888",
                "lid": "234567890123456@lid",
                "status": "invited",
                "code": 403,
                "error": "lets only contacts or nobody add them: an invitation was sent",
                "invite": {
                    "code": "AbCdEfGhIjKlMnOp",
                    "expires_at": "2026-06-18T12:00:00Z",
                    "message_id": "3EB0C431D17A2B6E9F0C"
                }
            }
        ])
    }

    /// They were sent an invitation.
    fn sent(&mut self, message_id: String) {
        self.status = Status::Invited;
        self.error =
            Some("lets only contacts or nobody add them: an invitation was sent".to_owned());
        if let Some(invite) = &mut self.invite {
            invite.message_id = Some(message_id);
        }
    }

    fn new(outcome: Outcome) -> Self {
        let (status, refused) = match outcome.refused {
            None => (Status::Ok, None),
            Some(refused) if refused.perhaps => (Status::Unknown, Some(refused)),
            refused => (Status::Refused, refused),
        };
        let refused = refused.as_ref();
        let invitation = refused.and_then(|refused| refused.invitation.as_ref());
        Self {
            jid: outcome.jid,
            lid: outcome.who.lid_jid(),
            phone_number: outcome.who.phone,
            status,
            code: refused.and_then(|refused| refused.code),
            error: refused.map(|refused| refused.why.clone()),
            invite: invitation.map(|invitation| Invite {
                code: invitation.code.clone(),
                expires_at: utc(invitation.expires_at()),
                message_id: None,
            }),
        }
    }
}

/// How many were not dealt with as it was asked for.
pub fn refused(told: &[Told]) -> usize {
    let refused = told.iter().filter(|one| one.status != Status::Ok);
    refused.count()
}

/// Sends an invitation; its id, or what is known of it otherwise.
async fn send(
    session: &Session,
    group: &Group,
    person: &Person,
    invitation: &Invitation,
) -> Result<String, String> {
    let groups = session.groups();
    let sent = groups.invite(group, person, invitation);
    let ends = session.deadline().at().checked_sub(RESERVE);
    match timeout_at(ends.unwrap_or_else(Instant::now), sent).await {
        Ok(Ok(ack)) => Ok(ack.message_id),
        Ok(Err(why)) if why.is_final(true) => Err(format!("it was not sent: {why}")),
        Ok(Err(why)) => Err(format!("it may have been sent: {why}")),
        Err(_late) => Err("it may have been sent: there was no time left to hear".to_owned()),
    }
}

/// Tells what became of people; where `invite`, whoever cannot be added is sent an invitation if WhatsApp lets that be.
pub async fn tell(
    session: &Session,
    group: &Group,
    outcomes: Vec<Outcome>,
    invite: bool,
) -> Vec<Told> {
    let (mut told, mut invited) = (Vec::with_capacity(outcomes.len()), 0);
    for outcome in outcomes {
        let person = outcome.person.clone();
        let invitation = match &outcome.refused {
            Some(Refused { invitation, .. }) if invite => invitation.clone(),
            _ => None,
        };
        let mut one = Told::new(outcome);
        if let Some(invitation) = invitation {
            let not_sent = match invited < MOST_INVITED {
                true => match send(session, group, &person, &invitation).await {
                    Ok(message_id) => {
                        one.sent(message_id);
                        None
                    }
                    Err(why) => Some(why),
                },
                false => Some(format!(
                    "it was not sent: one request sends at most {MOST_INVITED} of them"
                )),
            };
            invited += 1;
            if let (Some(why), Some(error)) = (not_sent, &mut one.error) {
                error.push_str("; ");
                error.push_str(&why);
            }
        }
        told.push(one);
    }
    told
}
