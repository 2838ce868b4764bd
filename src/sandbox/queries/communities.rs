//! What `xmlns=w:g2` and `xmlns=w:mex` ask about communities, and change in them.

use serde::Deserialize;
use serde_json::json;
use wacore_binary::{Jid, Node};

use crate::sandbox::groups::communities::NewCommunity;
use crate::sandbox::groups::communities::place::Terms;
use crate::sandbox::groups::rules::Setting;
use crate::sandbox::iq::{BAD_REQUEST, NOT_FOUND, Refusal, Reply};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// `None`: it is about any group.
pub fn look(world: &World, phone: &str, id: &str, asked: &Node) -> Option<Reply> {
    let answer = match asked.tag.as_ref() {
        "sub_groups" => world.sub_groups(phone, id),
        "linked_groups_participants" => world.people_within(phone, id),
        "query_linked" => named(asked).and_then(|group| {
            let group = world.group_within(phone, id, &group.user)?;
            Ok(world.linked_group(group))
        }),
        _ => return None,
    };
    Some(answer.map(|node| vec![node]))
}

/// `None`: it is about any group.
pub fn change(world: &mut World, phone: &str, id: &str, asked: &Node) -> Option<Reply> {
    let answer = match asked.tag.as_ref() {
        "links" => link(world, phone, id, asked),
        "unlink" => unlink(world, phone, id, asked),
        "join_linked_group" => {
            named(asked).and_then(|group| world.join_within(phone, id, &group.user))
        }
        "delete_parent" => return Some(world.deactivate(phone, id).map(|()| Vec::new())),
        "allow_non_admin_sub_group_creation" => {
            let done = world.let_members_create(phone, id, true);
            return Some(done.map(|()| Vec::new()));
        }
        "not_allow_non_admin_sub_group_creation" => {
            let done = world.let_members_create(phone, id, false);
            return Some(done.map(|()| Vec::new()));
        }
        // Who writes in them, and who adds people, is not to be chosen.
        "announcement" | "not_announcement" | "member_add_mode" if is_set(world, id) => {
            Err(BAD_REQUEST)
        }
        _ => return None,
    };
    Some(answer.map(|node| vec![node]))
}

fn is_set(world: &World, id: &str) -> bool {
    let place = world.group(id).map(|group| &group.place);
    place.is_some_and(|place| place.is_community() || place.is_announcements())
}

/// A community. `None`: another group is to be made.
pub fn create(world: &mut World, creator: &str, create: &Node) -> Option<Reply> {
    let parent = stanza::child(create, "parent")?;
    let mode = stanza::attr(parent, "default_membership_approval_mode");
    let has = |tag| stanza::child(create, tag).is_some();
    let terms = Terms {
        closed: mode.as_deref() == Some("request_required"),
        members_create: has("allow_non_admin_sub_group_creation"),
    };
    let general = has("create_general_chat");
    let settings = stanza::children(create).iter().filter_map(Setting::read);
    let made = settings
        .collect::<Result<Vec<_>, _>>()
        .and_then(|settings| {
            let subject = stanza::attr(create, "subject").filter(|subject| !subject.is_empty());
            let new = NewCommunity {
                subject: subject.ok_or(BAD_REQUEST)?.into_owned(),
                terms,
                general,
                settings,
                key: stanza::attr(create, "key").map(|key| key.into_owned()),
            };
            let community = world.create_community(creator, new);
            Ok(vec![world.group_node(&community)])
        });
    Some(made)
}

/// The community that a new group is to be of, if any.
pub fn linked_parent(
    world: &World,
    creator: &str,
    create: &Node,
) -> Result<Option<String>, Refusal> {
    let Some(parent) = stanza::child(create, "linked_parent") else {
        return Ok(None);
    };
    let id = named(parent)?.user.to_string();
    world.may_create_within(creator, &id)?;
    Ok(Some(id))
}

fn link(world: &mut World, phone: &str, id: &str, asked: &Node) -> Result<Node, Refusal> {
    let link = stanza::child(asked, "link").ok_or(BAD_REQUEST)?;
    if stanza::attr(link, "link_type").as_deref() != Some("sub_group") {
        return Err(BAD_REQUEST);
    }
    let groups = link.get_children_by_tag("group").map(named);
    let groups = groups.collect::<Result<Vec<_>, _>>()?;
    world.link_groups(phone, id, &groups)
}

fn unlink(world: &mut World, phone: &str, id: &str, asked: &Node) -> Result<Node, Refusal> {
    if stanza::attr(asked, "unlink_type").as_deref() != Some("sub_group") {
        return Err(BAD_REQUEST);
    }
    let groups = asked.get_children_by_tag("group").map(|group| {
        let orphans = stanza::attr(group, "remove_orphaned_members");
        Ok((named(group)?, orphans.as_deref() == Some("true")))
    });
    let groups = groups.collect::<Result<Vec<_>, Refusal>>()?;
    world.unlink_groups(phone, id, &groups)
}

fn named(node: &Node) -> Result<Jid, Refusal> {
    stanza::jid(node, "jid").ok_or(BAD_REQUEST)
}

/// A question about a community in JSON, known by what it carries.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Question {
    SubGroups { group_id: String },
    Counts { input: Counted },
}

#[derive(Deserialize)]
pub struct Counted {
    group_jid: String,
}

/// What is not told is an error within an answer, as everywhere in JSON.
pub fn in_json(world: &World, phone: &str, question: &Question) -> Reply {
    let (Question::SubGroups { group_id: jid }
    | Question::Counts {
        input: Counted { group_jid: jid },
    }) = question;
    let id = jid.strip_suffix("@g.us").ok_or(NOT_FOUND);
    let told = id.and_then(|id| match question {
        Question::SubGroups { .. } => world.sub_groups_in_json(phone, id),
        Question::Counts { .. } => world.counts_in_json(phone, id),
    });
    let answer = match told {
        Ok(community) => json!({ "data": { "xwa2_group_query_by_id": community } }),
        Err((code, text)) => json!({
            "data": { "xwa2_group_query_by_id": null },
            "errors": [{
                "message": text,
                "path": ["xwa2_group_query_by_id"],
                "extensions": { "error_code": code, "is_retryable": false, "severity": "CRITICAL" },
            }],
        }),
    };
    Ok(vec![stanza::leaf("result", answer.to_string())])
}
