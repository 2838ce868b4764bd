//! `xmlns=newsletter`: a channel's posts, what becomes of them, and what oneself has said about them.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, JidExt, Node};

use super::{live, shown};
use crate::sandbox::channel::Post;
use crate::sandbox::iq::{BAD_REQUEST, NOT_FOUND, Query, Refusal, Reply};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// Posts in one answer.
const MOST: usize = 300;
/// Where a client does not say how many it wants.
const USUAL: usize = 100;

pub fn answer(world: &mut World, query: &Query) -> Reply {
    let asked = stanza::children(query.iq).first().ok_or(BAD_REQUEST)?;
    match (asked.tag.as_ref(), query.is_set) {
        ("messages", false) => messages(world, query, asked).map(|posts| vec![posts]),
        ("message_updates", false) => {
            let posts = messages(world, query, asked)?;
            let updates = NodeBuilder::new("message_updates").children([posts]);
            Ok(vec![updates.build()])
        }
        ("live_updates", true) => {
            let channel = meant(world, query, asked)?;
            world.watch_channel(query.device, &channel.user);
            let watched = NodeBuilder::new("live_updates");
            let watched = watched.attr("duration", live::DURATION.as_secs());
            Ok(vec![watched.build()])
        }
        ("my_addons", false) => Ok(vec![own_addons(world, query, asked)]),
        _ => Err(BAD_REQUEST),
    }
}

/// The channel that a query is sent to, or names; it has to be there.
fn meant(world: &World, query: &Query, asked: &Node) -> Result<Jid, Refusal> {
    let named = [stanza::jid(query.iq, "to"), stanza::jid(asked, "jid")];
    let mut named = named.into_iter().flatten();
    let channel = named.find(|jid| jid.is_newsletter());
    let found = match (channel, stanza::attr(asked, "type").as_deref()) {
        (Some(jid), _) => world.channels().get(&jid.user),
        (None, Some("invite")) => {
            let code = stanza::attr(asked, "key").ok_or(BAD_REQUEST)?;
            world.channels().invited_to(&code)
        }
        (None, _) => return Err(BAD_REQUEST),
    };
    found.map(|channel| channel.jid()).ok_or(NOT_FOUND)
}

/// Oldest first. `before` and `after` are numbers of posts, `since` is a time in Unix seconds.
fn messages(world: &World, query: &Query, asked: &Node) -> Result<Node, Refusal> {
    let channel = meant(world, query, asked)?;
    let number = |key: &str| -> Option<u64> { stanza::attr(asked, key)?.parse().ok() };
    let count = number("count").and_then(|count| count.try_into().ok());
    let count = count.unwrap_or(USUAL).min(MOST);
    let (before, after, since) = (number("before"), number("after"), number("since"));
    let wanted = |post: &&Post| {
        let server_id = u64::from(post.server_id);
        before.is_none_or(|before| server_id < before)
            && after.is_none_or(|after| server_id > after)
            && since.is_none_or(|since| post.at >= since)
    };
    let posts = world.channels().posts(&channel.user);
    let viewer = query.device.phone.as_str();
    let rows: Vec<Node> = match after {
        Some(_) => posts
            .filter(wanted)
            .take(count)
            .map(|post| shown::row(post, viewer))
            .collect(),
        None => {
            let newest = posts.rev().filter(wanted).take(count);
            let mut rows: Vec<Node> = newest.map(|post| shown::row(post, viewer)).collect();
            rows.reverse();
            rows
        }
    };
    Ok(NodeBuilder::new("messages")
        .attr("jid", channel)
        .attr("t", stanza::now())
        .children(rows)
        .build())
}

fn own_addons(world: &World, query: &Query, asked: &Node) -> Node {
    let limit = stanza::attr(asked, "limit").and_then(|limit| limit.parse().ok());
    let limit = limit.unwrap_or(USUAL).min(MOST);
    let phone = query.device.phone.as_str();
    let channels = world.channels().iter().filter_map(|channel| {
        let rows: Vec<Node> = world
            .own_addons(phone, &channel.id)
            .take(limit)
            .map(|post| addon(post, phone))
            .collect();
        let messages = NodeBuilder::new("messages").attr("jid", channel.jid());
        (!rows.is_empty()).then(|| messages.children(rows).build())
    });
    NodeBuilder::new("my_addons").children(channels).build()
}

/// What somebody has said about a post.
fn addon(post: &Post, phone: &str) -> Node {
    let reaction = post.reactions.get(phone).map(|code| {
        NodeBuilder::new("reaction")
            .attr("code", code.as_str())
            .attr("t", post.at)
            .build()
    });
    let votes = post.votes.get(phone).map(|votes| {
        let votes = votes
            .iter()
            .map(|vote| stanza::leaf("vote", hex::decode(vote).unwrap_or_default()));
        NodeBuilder::new("votes")
            .attr("t", post.at)
            .children(votes)
            .build()
    });
    NodeBuilder::new("message")
        .attr("server_id", post.server_id)
        .children(reaction.into_iter().chain(votes))
        .build()
}
