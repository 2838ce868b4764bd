//! `xmlns=privacy`: who may see and do what, by category; and trusted-contact tokens.

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::blocklist::tell_others;
use super::{BAD_REQUEST, NOT_FOUND, Query, Reply};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

pub fn answer(world: &mut World, query: &Query) -> Reply {
    if query.is_set && query.child("tokens").is_some() {
        // Tokens pass between accounts; the sender hears nothing but that they were taken.
        return Ok(Vec::new());
    }
    let privacy = query.child("privacy").ok_or(BAD_REQUEST)?;
    if query.is_set {
        return change(world, query, privacy);
    }
    let account = world.account(query.device).ok_or(NOT_FOUND)?;
    let settings = account.profile.privacy.iter();
    let categories = settings.map(|(name, value)| category(name, value));
    Ok(vec![
        NodeBuilder::new("privacy").children(categories).build(),
    ])
}

fn change(world: &mut World, query: &Query, privacy: &Node) -> Reply {
    let mut changes = Vec::new();
    for node in privacy.get_children_by_tag("category") {
        let name = stanza::attr(node, "name").unwrap_or_default();
        let value = stanza::attr(node, "value").unwrap_or_default();
        if !allowed(&name).contains(&value.as_ref()) {
            return Err(BAD_REQUEST);
        }
        changes.push((name.into_owned(), value.into_owned()));
    }
    if changes.is_empty() {
        return Err(BAD_REQUEST);
    }
    let account = world
        .accounts
        .get_mut(&query.device.phone)
        .ok_or(NOT_FOUND)?;
    account.profile.privacy.extend(changes.iter().cloned());
    account.save(&mut world.journal);
    let categories = changes.iter().map(|(name, value)| category(name, value));
    let news = NodeBuilder::new("privacy").children(categories).build();
    tell_others(world, query.device, &news);
    Ok(vec![news])
}

fn category(name: &str, value: &str) -> Node {
    NodeBuilder::new("category")
        .attr("name", name)
        .attr("value", value)
        .build()
}

/// The values of a category; lists of users ("contact_blacklist") are not kept here yet and refused.
fn allowed(name: &str) -> &'static [&'static str] {
    match name {
        "last" | "profile" | "status" => &["all", "contacts", "none"],
        "groupadd" => &["all", "contacts"],
        "online" => &["all", "match_last_seen"],
        "readreceipts" => &["all", "none"],
        "calladd" => &["all", "known"],
        "messages" => &["all", "contacts"],
        "defense" => &["off", "on_standard"],
        "stickers" => &["contacts", "none"],
        _ => &[],
    }
}
