//! `/control/groups`: making groups, and changing who is in them.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::accounts::account_named;
use super::answer::{Answer, Data, Rejected, parse};
use crate::sandbox::group::{Group, MEMBERS};

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

pub async fn create(shared: Data, body: web::Bytes) -> Answer {
    let request: Create = parse(&body)?;
    let group = shared.with(|world| {
        let named = request.participants.iter();
        let named = named.map(|named| account_named(world, "participants", named));
        let named = named.collect::<Result<Vec<_>, _>>()?;
        let creator = named.first().cloned();
        let creator = creator.ok_or_else(|| Rejected::invalid("participants must not be empty"))?;
        let members: BTreeSet<String> = named.into_iter().collect();
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

pub fn describe(group: &Group) -> Value {
    json!({
        "jid": group.jid().to_string(),
        "subject": group.subject,
        "creator": group.creator,
        "participants": group.participants,
        "admins": group.admins,
        "community": group.place.within().map(|id| format!("{id}@g.us")),
    })
}
