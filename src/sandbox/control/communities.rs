//! `/control/communities`: what somebody does with a community on a phone.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};
use wacore_binary::{Jid, Server};

use super::answer::{Answer, Data, Rejected, parse};
use super::groups::{describe, participants};
use crate::sandbox::groups::communities::NewCommunity;
use crate::sandbox::groups::communities::place::{Place, Terms};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    subject: String,
    /// Phone numbers or JIDs; the first one is the creator.
    participants: Vec<String>,
    /// With a group in which everybody may talk.
    #[serde(default)]
    general: bool,
    /// Admins decide who comes in.
    #[serde(default)]
    closed: bool,
    /// Members add groups, too.
    #[serde(default)]
    members_create: bool,
}

pub async fn create(shared: Data, body: web::Bytes) -> Answer {
    let request: Create = parse(&body)?;
    let made = shared.with(|world| {
        let (creator, members) = participants(world, &request.participants)?;
        let new = NewCommunity {
            subject: request.subject.clone(),
            terms: Terms {
                closed: request.closed,
                members_create: request.members_create,
            },
            general: request.general,
            settings: Vec::new(),
            key: None,
        };
        let community = world.create_community(&creator, new);
        for phone in &members {
            world.join_group(&community.id, &creator, phone, None);
        }
        shown(world, &community.id)
    })?;
    Ok(HttpResponse::Created().json(made))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// JIDs of groups.
    #[serde(default)]
    link: Vec<String>,
    #[serde(default)]
    unlink: Vec<String>,
    /// The community ends.
    #[serde(default)]
    deactivate: bool,
}

pub async fn change(shared: Data, jid: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Change = parse(&body)?;
    let id = jid.trim_end_matches("@g.us");
    let group = |jid: &String| Jid::new(jid.trim_end_matches("@g.us"), Server::Group);
    let shown = shared.with(|world| {
        let creator = world.group(id).map(|group| group.creator.clone());
        let creator = creator.ok_or_else(unknown)?;
        let link: Vec<Jid> = request.link.iter().map(group).collect();
        let unlink = request.unlink.iter().map(|jid| (group(jid), false));
        let unlink: Vec<(Jid, bool)> = unlink.collect();
        let refused = |(code, text)| Rejected::invalid(format!("{text} ({code})"));
        let linked = world.link_groups(&creator, id, &link).map_err(refused)?;
        let unlinked = world
            .unlink_groups(&creator, id, &unlink)
            .map_err(refused)?;
        for answer in stanza::children(&linked).iter().chain([&unlinked]) {
            let groups = answer.get_children_by_tag("group");
            let errors = groups.filter_map(|group| stanza::attr(group, "error"));
            if let Some(error) = errors.into_iter().next() {
                return Err(Rejected::invalid(format!("a group is refused ({error})")));
            }
        }
        match request.deactivate {
            true => world
                .deactivate(&creator, id)
                .map(|()| json!({}))
                .map_err(refused),
            false => shown(world, id),
        }
    })?;
    Ok(HttpResponse::Ok().json(shown))
}

fn unknown() -> Rejected {
    Rejected::not_found("no such community")
}

/// A community with the JIDs of its groups.
fn shown(world: &World, id: &str) -> Result<Value, Rejected> {
    let community = world.group(id).ok_or_else(unknown)?;
    let mut shown = describe(community);
    let jids = |wanted: fn(&Place) -> bool| {
        let groups = world.groups_within(id);
        let groups = groups.filter(|group| wanted(&group.place));
        groups
            .map(|group| group.jid().to_string())
            .collect::<Vec<_>>()
    };
    shown["announcements"] = jids(Place::is_announcements).first().cloned().into();
    shown["general"] = jids(|place| matches!(place, Place::General(_)))
        .first()
        .cloned()
        .into();
    shown["groups"] = jids(|place| matches!(place, Place::Linked(_))).into();
    Ok(shown)
}
