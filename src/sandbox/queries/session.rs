//! What keeps a session going: pings, activity, properties, dirty bits, and where media goes.

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use crate::sandbox::iq::{BAD_REQUEST, Query, Reply};
use crate::sandbox::media::token;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// The notice with the terms under which channels are made.
const CHANNELS: &str = "20601218";

pub fn answer(world: &mut World, namespace: &str, query: &Query) -> Reply {
    match namespace {
        // Keepalive: some clients send `<ping/>`, others nothing at all.
        "w:p" | "urn:xmpp:ping" => Ok(Vec::new()),
        "passive" => passive(world, query),
        "abt" => properties(query, "abt"),
        "w" => properties(query, "w"),
        "w:m" => media_conn(world, query),
        "urn:xmpp:whatsapp:dirty" if query.is_set => clean(world, query),
        // Statistics are taken note of.
        "w:stats" if query.is_set => Ok(Vec::new()),
        "tos" => terms(world, query),
        "disappearing_mode" if query.is_set => disappearing_mode(world, query),
        // The real server's code is unknown; an answer there always is.
        _ => Err(BAD_REQUEST),
    }
}

/// Terms of service: which of these notices the account has accepted, or that it accepts one.
fn terms(world: &mut World, query: &Query) -> Reply {
    if query.is_set {
        let notice = query.child("notice");
        let notice = notice.and_then(|notice| stanza::attr(notice, "id"));
        if notice.as_deref() == Some(CHANNELS) {
            world.accept_terms(&query.device.phone, true);
        }
        return Ok(Vec::new());
    }
    let request = query.child("request").ok_or(BAD_REQUEST)?;
    let accepted = world.channels().has_accepted_terms(&query.device.phone);
    let state = |notice: &Node| {
        let id = stanza::attr(notice, "id").unwrap_or_default();
        let state = id != CHANNELS || accepted;
        NodeBuilder::new("notice")
            .attr("id", id.as_ref())
            .attr("state", if state { "true" } else { "false" })
            .build()
    };
    let notices: Vec<Node> = request.get_children_by_tag("notice").map(state).collect();
    Ok(vec![NodeBuilder::new("tos").children(notices).build()])
}

fn passive(world: &mut World, query: &Query) -> Reply {
    if query.child("active").is_some() {
        mark_active(world, query);
        return Ok(Vec::new());
    }
    match query.child("passive") {
        Some(_) => Ok(Vec::new()),
        None => Err(BAD_REQUEST),
    }
}

/// The device has caught up with what was dirty.
fn clean(world: &mut World, query: &Query) -> Reply {
    let clean = query.child("clean").ok_or(BAD_REQUEST)?;
    if stanza::attr(clean, "type").as_deref() != Some("account_sync") {
        return Ok(Vec::new());
    }
    if let Some((companion, journal)) = world.edit_companion(query.device) {
        companion.registered.cleaned = stanza::now();
        companion.save(query.device, journal);
    }
    Ok(Vec::new())
}

fn disappearing_mode(world: &mut World, query: &Query) -> Reply {
    let mode = query.child("disappearing_mode").ok_or(BAD_REQUEST)?;
    let duration = stanza::attr(mode, "duration").and_then(|duration| duration.parse().ok());
    world.set_disappearing(query.device, duration.ok_or(BAD_REQUEST)?);
    Ok(Vec::new())
}

/// The device is up: its phone may begin to talk to it.
pub fn mark_active(world: &mut World, query: &Query) {
    if let Some(connection) = world.connections.get_mut(query.device) {
        connection.active = true;
        world.greet(query.device);
    }
}

/// An empty list of properties: every client then uses its own defaults.
fn properties(query: &Query, namespace: &str) -> Reply {
    if query.child("props").is_none() {
        return Err(BAD_REQUEST);
    }
    let props = NodeBuilder::new("props");
    if namespace == "w" {
        return Ok(vec![
            props.attr("version", "0").attr("hash", "simulated").build(),
        ]);
    }
    let props = props
        .attr("protocol", 1)
        .attr("ab_key", "simulated")
        .attr("hash", "simulated")
        .attr("refresh", 86_400)
        .attr("refresh_id", 0);
    Ok(vec![props.build()])
}

fn media_conn(world: &World, query: &Query) -> Reply {
    if query.child("media_conn").is_none() {
        return Err(BAD_REQUEST);
    }
    let auth = world.media_token(query.device);
    let host = NodeBuilder::new("host")
        .attr("hostname", world.host())
        .attr("type", "primary")
        .children([kinds("upload"), kinds("download")])
        .build();
    let media_conn = NodeBuilder::new("media_conn")
        .attr("auth", auth)
        .attr("ttl", 300)
        .attr("auth_ttl", token::AUTH_TTL)
        .attr("max_buckets", 12)
        .attr("max_manual_retry", 3)
        .attr("id", stanza::now())
        .children([host])
        .build();
    Ok(vec![media_conn])
}

fn kinds(direction: &'static str) -> Node {
    const KINDS: [&str; 7] = [
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "ptt",
        "md-app-state",
    ];
    NodeBuilder::new(direction)
        .children(KINDS.map(|kind| NodeBuilder::new(kind).build()))
        .build()
}
