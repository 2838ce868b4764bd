//! `xmlns=w:g2`: which groups there are and who is in them. Of management only what makes and leaves one.

use std::collections::BTreeSet;

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{JidExt, Node};

use super::{BAD_REQUEST, NOT_FOUND, Query, Reply};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

pub fn answer(world: &mut World, query: &Query) -> Reply {
    let phone = query.device.phone.clone();
    let to = stanza::jid(query.iq, "to").filter(|to| to.is_group() && !to.user.is_empty());
    let Some(to) = to else {
        if query.is_set {
            return create(world, &phone, query.child("create").ok_or(BAD_REQUEST)?);
        }
        if query.child("participating").is_none() {
            return Err(BAD_REQUEST);
        }
        let own = world.groups.values();
        let own = own.filter(|group| group.participants.contains(&phone));
        let groups: Vec<Node> = own.map(|group| world.group_node(group)).collect();
        return Ok(vec![NodeBuilder::new("groups").children(groups).build()]);
    };
    let group = world.groups.get(&to.user).ok_or(NOT_FOUND)?;
    if !group.participants.contains(&phone) {
        return Err((403, "forbidden"));
    }
    if !query.is_set && query.child("query").is_some() {
        return Ok(vec![world.group_node(group)]);
    }
    // Whatever else an administrator may do is done through the control API.
    Err((405, "not-allowed"))
}

fn create(world: &mut World, creator: &str, create: &Node) -> Reply {
    let subject = stanza::attr(create, "subject").ok_or(BAD_REQUEST)?;
    let mut members = BTreeSet::from([creator.to_owned()]);
    for participant in create.get_children_by_tag("participant") {
        let jid = stanza::jid(participant, "jid").ok_or(BAD_REQUEST)?;
        members.insert(world.resolve(&jid).ok_or(NOT_FOUND)?.0.phone);
    }
    let subject = subject.into_owned();
    let group = world.create_group(creator, &subject, members);
    let group = group.ok_or((406, "not-acceptable"))?;
    Ok(vec![world.group_node(&group)])
}
