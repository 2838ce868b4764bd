//! `/control/groups`: making groups, and changing who is in them.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use super::accounts::{account_named, known};
use super::answer::{Answer, Data, Rejected, parse};
use crate::sandbox::group::{Group, MEMBERS};
use crate::sandbox::groups::members::MemberChange;
use crate::sandbox::iq::Refusal;
use crate::sandbox::phone::known::Known;
use crate::sandbox::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    subject: String,
    /// Phone numbers or JIDs; the first one is the creator.
    participants: Vec<String>,
    /// It calls its people by number, as older ones do.
    #[serde(default)]
    by_number: bool,
}

/// The phone numbers of who makes something, and of who else is in it.
pub fn participants(world: &World, named: &[String]) -> Result<(String, Vec<String>), Rejected> {
    let named = named.iter();
    let mut named = named.map(|named| account_named(world, "participants", named));
    let creator = named.next();
    let creator = creator.ok_or_else(|| Rejected::invalid("participants must not be empty"))?;
    Ok((creator?, named.collect::<Result<_, _>>()?))
}

pub async fn create(shared: Data, body: web::Bytes) -> Answer {
    let request: Create = parse(&body)?;
    let group = shared.with(|world| {
        let (creator, others) = participants(world, &request.participants)?;
        let members = others.into_iter().chain([creator.clone()]).collect();
        world
            .create_group(
                &creator,
                &request.subject,
                members,
                Vec::new(),
                request.by_number,
            )
            .ok_or_else(|| Rejected::invalid(format!("a group has at most {MEMBERS} members")))
    })?;
    Ok(HttpResponse::Created().json(describe(&group)))
}

pub async fn list(shared: Data) -> Answer {
    let groups: Vec<Value> = shared.with(|world| world.groups().map(describe).collect());
    Ok(HttpResponse::Ok().json(json!({ "groups": groups })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

pub async fn change(shared: Data, jid: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Change = parse(&body)?;
    let id = jid.trim_end_matches("@g.us");
    let unknown = || Rejected::not_found("no such group");
    let group = shared.with(|world| {
        let creator = world.group(id).ok_or_else(unknown)?.creator.clone();
        for named in &request.add {
            let phone = account_named(world, "participants", named)?;
            world.join_group(id, &creator, &phone, None);
        }
        for named in &request.remove {
            let phone = account_named(world, "participants", named)?;
            world.leave_group(id, &creator, &phone);
        }
        world.group(id).cloned().ok_or_else(unknown)
    })?;
    Ok(HttpResponse::Ok().json(describe(&group)))
}

/// What the owner of a phone does in groups.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Act {
    /// By the code of an invite link.
    Join {
        code: String,
    },
    /// By an invitation: the id of its message.
    Accept {
        message: String,
    },
    Leave {
        group: String,
    },
    Add {
        group: String,
        people: Vec<String>,
    },
    Remove {
        group: String,
        people: Vec<String>,
    },
    Promote {
        group: String,
        people: Vec<String>,
    },
    Demote {
        group: String,
        people: Vec<String>,
    },
    Approve {
        group: String,
        people: Vec<String>,
    },
    Reject {
        group: String,
        people: Vec<String>,
    },
}

pub async fn act(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let act: Act = parse(&body)?;
    let answer = shared.with(|world| {
        known(world, &phone)?;
        act.run(world, &phone)
    })?;
    // What it would show: that admins decide, or whom it could not add.
    Ok(HttpResponse::Ok().json(json!({ "answer": format!("{answer:?}") })))
}

impl Act {
    fn run(self, world: &mut World, phone: &str) -> Result<Node, Rejected> {
        let (change, group, people) = match self {
            Self::Join { code } => return done(world.join_by_code(phone, &code)),
            Self::Accept { message } => {
                let invitation = world.phone_has(phone, &message)?;
                let shown = shown(&invitation);
                let (group, shown) =
                    shown.ok_or_else(|| Rejected::invalid("it is no invitation"))?;
                return done(world.accept_invitation(phone, bare(&group), &shown));
            }
            Self::Leave { group } => {
                let id = bare(&group);
                done(world.group_of(phone, id).map(drop))?;
                world.leave_group(id, phone, phone);
                return Ok(NodeBuilder::new("leave").build());
            }
            Self::Add { group, people } => (MemberChange::Add, group, people),
            Self::Remove { group, people } => (MemberChange::Remove, group, people),
            Self::Promote { group, people } => (MemberChange::Promote, group, people),
            Self::Demote { group, people } => (MemberChange::Demote, group, people),
            Self::Approve { group, people } => return decide(world, phone, &group, true, &people),
            Self::Reject { group, people } => return decide(world, phone, &group, false, &people),
        };
        let people = jids(world, &people)?;
        done(world.change_members(phone, bare(&group), change, &people))
    }
}

/// The group of an invitation, and what is shown to come in.
fn shown(invitation: &Known) -> Option<(String, Node)> {
    let invite = invitation.message.group_invite_message.as_option()?;
    let accept = NodeBuilder::new("accept")
        .attr("code", invite.invite_code.clone()?)
        .attr("expiration", invite.invite_expiration?)
        .attr("admin", Jid::pn(invitation.author.as_str()));
    Some((invite.group_jid.clone()?, accept.build()))
}

fn decide(
    world: &mut World,
    phone: &str,
    group: &str,
    approve: bool,
    people: &[String],
) -> Result<Node, Rejected> {
    let people = jids(world, people)?;
    done(world.decide_requests(phone, bare(group), approve, &people))
}

fn done<T>(done: Result<T, Refusal>) -> Result<T, Rejected> {
    done.map_err(|(code, text)| Rejected::invalid(format!("{code} {text}")))
}

fn bare(group: &str) -> &str {
    group.trim_end_matches("@g.us")
}

fn jids(world: &World, people: &[String]) -> Result<Vec<Jid>, Rejected> {
    let people = people.iter();
    let people = people
        .map(|person| account_named(world, "people", person).map(|phone| Jid::pn(phone.as_str())));
    people.collect()
}

pub fn describe(group: &Group) -> Value {
    json!({
        "jid": group.jid().to_string(),
        "subject": group.subject,
        "creator": group.creator,
        "participants": group.participants,
        "admins": group.admins,
        "description": group.description.as_ref().map(|description| &description.body),
        "rules": group.rules,
        "invite": group.invite,
        "requests": group.requests.keys().collect::<Vec<_>>(),
        "has_picture": group.picture.is_some(),
        "community": group.place.within().map(|id| format!("{id}@g.us")),
    })
}
