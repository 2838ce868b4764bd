//! Channels and their posts, as clients are told of them.

use serde_json::{Value, json};
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use crate::sandbox::channel::{Channel, Post, Role, State};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// `ON` or `OFF`.
pub fn on(on: bool) -> &'static str {
    if on { "ON" } else { "OFF" }
}

/// What is said of a channel that nobody knows.
pub fn non_existing() -> Value {
    json!({
        "id": null,
        "state": { "type": "NON_EXISTING" },
        "thread_metadata": null,
        "viewer_metadata": null,
    })
}

/// Id and state.
pub fn in_short(channel: &Channel, state: State) -> Value {
    json!({ "id": channel.jid().to_string(), "state": { "type": state.name() } })
}

impl World {
    /// All of a channel. `viewer`: phone number of whoever asks. Numbers come as texts.
    pub fn described(&self, channel: &Channel, viewer: Option<&str>) -> Value {
        let mut shown = self.listed(channel, viewer);
        let thread = &mut shown["thread_metadata"];
        thread["subscribers_count"] = channel.followers.len().to_string().into();
        thread["picture"] = picture(channel, "IMAGE");
        thread["preview"] = picture(channel, "PREVIEW");
        shown
    }

    /// A channel on a list of them, where pictures and the number of its followers are left out.
    pub fn listed(&self, channel: &Channel, viewer: Option<&str>) -> Value {
        let written = |text: &crate::sandbox::channel::Written| json!({ "id": text.id, "text": text.text, "update_time": text.at.to_string() });
        let follower = viewer.and_then(|viewer| channel.followers.get(viewer));
        let role = follower.map_or(Role::Guest, |follower| follower.role);
        let muted = follower.is_some_and(|follower| follower.muted);
        let admin_muted = follower.is_some_and(|follower| follower.admin_muted);
        json!({
            "id": channel.jid().to_string(),
            "state": { "type": channel.state.name() },
            "thread_metadata": {
                "creation_time": channel.creation.to_string(),
                "name": written(&channel.name),
                "description": written(&channel.description),
                "handle": null,
                "invite": channel.invite,
                "picture": null,
                "settings": { "reaction_codes": { "value": "ALL" } },
                "verification": "UNVERIFIED",
            },
            "viewer_metadata": {
                "role": role.name(),
                "mute": on(muted),
                "settings": [
                    { "type": "MUTE_FOLLOWER_ACTIVITY", "value": on(muted) },
                    { "type": "MUTE_ADMIN_ACTIVITY", "value": on(admin_muted) },
                ],
            },
        })
    }
}

/// An object in any case: clients stumble over a new channel without.
fn picture(channel: &Channel, kind: &str) -> Value {
    let picture = channel.picture.as_ref();
    let id = picture.map(|picture| picture.id.as_str());
    let path = id.map(|id| format!("/pp/{id}")).unwrap_or_default();
    json!({ "id": id.unwrap_or_default(), "type": kind, "direct_path": path })
}

/// A post with what people think of it, as whoever reads a channel's history is told. `viewer`: phone number.
pub fn row(post: &Post, viewer: &str) -> Node {
    let mut children = vec![NodeBuilder::new("forwards_count").attr("count", 0).build()];
    children.extend(tallies(post));
    children.extend(meta(post));
    children.push(plaintext(post));
    let mut row = NodeBuilder::new("message")
        .attr("server_id", post.server_id)
        .attr("id", post.id.as_str())
        .attr("t", post.at)
        .attr("type", post.kind.as_str());
    if post.author == viewer {
        row = row.attr("is_sender", "true");
    }
    row.children(children).build()
}

/// What people think of a post, and no more.
pub fn tally(post: &Post) -> Node {
    NodeBuilder::new("message")
        .attr("server_id", post.server_id)
        .children(tallies(post))
        .build()
}

fn tallies(post: &Post) -> Vec<Node> {
    let mut counted = std::collections::BTreeMap::<&str, usize>::new();
    for code in post.reactions.values() {
        *counted.entry(code).or_default() += 1;
    }
    let reactions = counted.into_iter().map(|(code, count)| {
        NodeBuilder::new("reaction")
            .attr("code", code)
            .attr("count", count)
            .build()
    });
    let mut tallies = vec![
        NodeBuilder::new("reactions").children(reactions).build(),
        NodeBuilder::new("views_count")
            .attr("count", post.views.len())
            .build(),
    ];
    let mut chosen = std::collections::BTreeMap::<&str, usize>::new();
    for option in post.votes.values().flatten() {
        *chosen.entry(option).or_default() += 1;
    }
    if !chosen.is_empty() {
        let votes = chosen.into_iter().map(|(option, count)| {
            NodeBuilder::new("vote")
                .attr("count", count)
                .bytes(hex::decode(option).unwrap_or_default())
                .build()
        });
        tallies.push(NodeBuilder::new("votes").children(votes).build());
    }
    tallies
}

/// What has become of a post.
pub fn meta(post: &Post) -> Option<Node> {
    let change = post.change.as_ref()?;
    let meta = NodeBuilder::new("meta").attr("original_msg_t", change.posted_at);
    Some(match change.edited_at {
        Some(at) => meta.attr("msg_edit_t", at).build(),
        None => meta.build(),
    })
}

/// What a post says; nothing where it was taken back.
pub fn plaintext(post: &Post) -> Node {
    match &post.media_type {
        Some(media_type) => NodeBuilder::new("plaintext")
            .attr("mediatype", media_type.as_str())
            .bytes(post.plaintext.clone())
            .build(),
        None => stanza::leaf("plaintext", post.plaintext.clone()),
    }
}
