//! `xmlns=w:g2`: what groups there are, who is in them, and what their members and admins change.

use std::collections::BTreeSet;

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, JidExt, Node};

use super::communities;
use crate::sandbox::groups::members::{FORBIDDEN, MemberChange};
use crate::sandbox::groups::rules::Setting;
use crate::sandbox::iq::{BAD_REQUEST, Query, Refusal, Reply};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

pub fn answer(world: &mut World, query: &Query) -> Reply {
    let phone = query.device.phone.as_str();
    let to = stanza::jid(query.iq, "to").filter(|to| to.is_group() && !to.user.is_empty());
    let asked = stanza::children(query.iq).first().ok_or(BAD_REQUEST)?;
    match (to, query.is_set) {
        (None, false) => find(world, phone, asked),
        (None, true) => enter(world, phone, asked),
        (Some(group), false) => look(world, phone, &group.user, asked),
        (Some(group), true) => change(world, phone, &group.user, asked),
    }
}

/// One's own groups, or the one behind an invite code.
fn find(world: &World, phone: &str, asked: &Node) -> Reply {
    match asked.tag.as_ref() {
        "participating" => {
            let own = world.groups();
            let own = own.filter(|group| group.participants.contains(phone));
            let groups: Vec<Node> = own.map(|group| world.group_node(group)).collect();
            Ok(vec![NodeBuilder::new("groups").children(groups).build()])
        }
        "invite" => Ok(vec![world.group_node(world.invited_to(&code(asked)?)?)]),
        _ => Err(BAD_REQUEST),
    }
}

fn enter(world: &mut World, phone: &str, asked: &Node) -> Reply {
    match asked.tag.as_ref() {
        "create" => create(world, phone, asked),
        "invite" => Ok(vec![world.join_by_code(phone, &code(asked)?)?]),
        "leave" => leave(world, phone, asked),
        _ => Err(BAD_REQUEST),
    }
}

fn look(world: &mut World, phone: &str, id: &str, asked: &Node) -> Reply {
    if let Some(reply) = communities::look(world, phone, id, asked) {
        return reply;
    }
    match asked.tag.as_ref() {
        "query" => match stanza::child(asked, "add_request") {
            Some(invitation) => {
                let group = world.invitation_to(phone, id, invitation)?;
                Ok(vec![world.group_node(group)])
            }
            None => Ok(vec![world.group_node(world.group_of(phone, id)?)]),
        },
        "invite" => Ok(vec![world.invite_code(phone, id, false)?]),
        "membership_approval_requests" => Ok(vec![world.membership_requests(phone, id)?]),
        _ => Err(BAD_REQUEST),
    }
}

fn change(world: &mut World, phone: &str, id: &str, asked: &Node) -> Reply {
    if let Some(reply) = communities::change(world, phone, id, asked) {
        return reply;
    }
    if let Some(setting) = Setting::read(asked) {
        world.set_group(phone, id, setting?)?;
        return Ok(Vec::new());
    }
    if let Some(change) = MemberChange::named(&asked.tag) {
        return Ok(vec![world.change_members(
            phone,
            id,
            change,
            &people(asked)?,
        )?]);
    }
    match asked.tag.as_ref() {
        "invite" => Ok(vec![world.invite_code(phone, id, true)?]),
        "accept" => Ok(vec![world.accept_invitation(phone, id, asked)?]),
        "revoke" => {
            world.revoke_invitations(phone, id, &people(asked)?)?;
            Ok(Vec::new())
        }
        "cancel_membership_requests" => {
            Ok(vec![world.withdraw_requests(phone, id, &people(asked)?)?])
        }
        "membership_requests_action" => {
            let decision = stanza::children(asked).first().ok_or(BAD_REQUEST)?;
            let approve = match decision.tag.as_ref() {
                "approve" => true,
                "reject" => false,
                _ => return Err(BAD_REQUEST),
            };
            let people = people(decision)?;
            Ok(vec![world.decide_requests(phone, id, approve, &people)?])
        }
        // What else there is is not here.
        _ => Err((405, "not-allowed")),
    }
}

/// A group with whoever lets its creator add them; the answer says who does not.
fn create(world: &mut World, creator: &str, create: &Node) -> Reply {
    if let Some(reply) = communities::create(world, creator, create) {
        return reply;
    }
    let community = communities::linked_parent(world, creator, create)?;
    let subject = stanza::attr(create, "subject").ok_or(BAD_REQUEST)?;
    let mut members = BTreeSet::from([creator.to_owned()]);
    let mut absent = Vec::new();
    for jid in people(create)? {
        let person = world.resolve(&jid).map(|(person, _)| person.phone);
        match person.map(|phone| world.lets_add(creator, &phone).map(|()| phone)) {
            Some(Ok(phone)) => drop(members.insert(phone)),
            Some(Err(error)) => absent.push((jid, error)),
            None => absent.push((jid, 404)),
        }
    }
    let settings = stanza::children(create).iter().filter_map(Setting::read);
    let settings = settings.collect::<Result<Vec<_>, _>>()?;
    let group = match community {
        Some(id) => world.create_within(creator, &id, &subject, members, settings),
        None => world.create_group(creator, &subject, members, settings, false),
    };
    let group = group.ok_or((406, "not-acceptable"))?;
    let mut node = world.group_node(&group);
    if let Some(wacore_binary::NodeContent::Nodes(children)) = &mut node.content {
        for (jid, error) in absent {
            let offer =
                (error == FORBIDDEN).then(|| world.offer_invitation(&group.id, creator, &jid));
            children.push(world.answered(&jid, Some(error), offer.flatten()));
        }
    }
    Ok(vec![node])
}

/// Whoever leaves a community names it as what holds the groups together.
fn leave(world: &mut World, phone: &str, asked: &Node) -> Reply {
    let mut left = Vec::new();
    for place in stanza::children(asked) {
        let (tag, name) = match place.tag.as_ref() {
            "group" => ("group", "id"),
            "linked_groups" => ("linked_groups", "parent_group_jid"),
            _ => return Err(BAD_REQUEST),
        };
        let group = stanza::jid(place, name).ok_or(BAD_REQUEST)?;
        match tag {
            "group" => world.group_of(phone, &group.user)?,
            _ => world.community_of(phone, &group.user)?,
        };
        world.leave_group(&group.user, phone, phone);
        left.push(NodeBuilder::new(tag).attr(name, group).build());
    }
    Ok(vec![NodeBuilder::new("leave").children(left).build()])
}

fn people(node: &Node) -> Result<Vec<Jid>, Refusal> {
    let people = node.get_children_by_tag("participant");
    let people = people.map(|person| stanza::jid(person, "jid").ok_or(BAD_REQUEST));
    people.collect()
}

fn code(node: &Node) -> Result<String, Refusal> {
    let code = stanza::attr(node, "code");
    code.map(|code| code.into_owned()).ok_or(BAD_REQUEST)
}
