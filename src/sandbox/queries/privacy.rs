//! `xmlns=privacy`: who may see and do what, by category; and trusted-contact tokens.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use crate::sandbox::address::Form;
use crate::sandbox::iq::{BAD_REQUEST, NOT_FOUND, Query, Refusal, Reply};
use crate::sandbox::settings::{Change, ChangeError};
use crate::sandbox::world::World;
use crate::sandbox::{keys, stanza};

/// Tokens in one request.
const TOKENS: usize = 100;

pub fn answer(world: &mut World, query: &Query) -> Reply {
    if query.is_set
        && let Some(tokens) = query.child("tokens")
    {
        return issue(world, query, tokens);
    }
    let privacy = query.child("privacy").ok_or(BAD_REQUEST)?;
    if query.is_set {
        return change(world, query, privacy);
    }
    let account = world.account(query.device).ok_or(NOT_FOUND)?;
    let settings = &account.profile.privacy;
    if let Some(asked) = stanza::child(privacy, "list") {
        return list(world, query, asked);
    }
    let categories = settings.names().map(|name| settings.node(name));
    Ok(vec![
        NodeBuilder::new("privacy").children(categories).build(),
    ])
}

/// The users of one list. Whether the real server wraps it once more is unknown.
fn list(world: &World, query: &Query, asked: &Node) -> Reply {
    let account = world.account(query.device).ok_or(NOT_FOUND)?;
    let settings = &account.profile.privacy;
    let name = stanza::attr(asked, "name").ok_or(BAD_REQUEST)?;
    let value = stanza::attr(asked, "value").ok_or(BAD_REQUEST)?;
    let users = settings.list(&name, &value).map(|lid| {
        let user = NodeBuilder::new("user").attr("jid", Jid::lid(lid));
        match world.shown_number(lid) {
            Some(number) => user.attr("pn_jid", number).build(),
            None => user.build(),
        }
    });
    let list = NodeBuilder::new("list")
        .attr("name", name.as_ref())
        .attr("value", value.as_ref())
        .attr("dhash", settings.dhash(&name, &value))
        .attr("addressing_mode", "lid")
        .children(users)
        .build();
    Ok(vec![NodeBuilder::new("privacy").children([list]).build()])
}

fn change(world: &mut World, query: &Query, privacy: &Node) -> Reply {
    let categories = privacy.get_children_by_tag("category");
    let changes: Vec<Change> = categories
        .map(|category| requested(world, category))
        .collect::<Result<_, Refusal>>()?;
    if changes.is_empty() {
        return Err(BAD_REQUEST);
    }
    let changed = world.change_privacy(query.device, &changes);
    let changed = changed.map_err(|error| match error {
        ChangeError::Value => BAD_REQUEST,
        ChangeError::Conflict => (409, "conflict"),
    })?;
    Ok(vec![changed])
}

fn requested(world: &World, category: &Node) -> Result<Change, Refusal> {
    let text = |key| stanza::attr(category, key).map(|value| value.into_owned());
    let mut change = Change {
        name: text("name").ok_or(BAD_REQUEST)?,
        value: text("value").ok_or(BAD_REQUEST)?,
        dhash: text("dhash"),
        add: Vec::new(),
        remove: Vec::new(),
    };
    for user in category.get_children_by_tag("user") {
        let lid = user_lid(world, user).ok_or(BAD_REQUEST)?;
        match stanza::attr(user, "action").as_deref() {
            Some("add") => change.add.push(lid),
            Some("remove") => change.remove.push(lid),
            _ => return Err(BAD_REQUEST),
        }
    }
    Ok(change)
}

/// A user named by LID, by number, or by both when they agree.
pub fn user_lid(world: &World, node: &Node) -> Option<String> {
    let jid = stanza::jid(node, "jid")?;
    let (found, _) = world.resolve(&jid)?;
    if let Some(number) = stanza::jid(node, "pn_jid")
        && world.resolve(&number)?.0.phone != found.phone
    {
        return None;
    }
    Some(world.account(&found)?.profile.lid.clone())
}

/// Trusted-contact tokens: the server makes them, and each named user's devices get theirs.
fn issue(world: &mut World, query: &Query, tokens: &Node) -> Reply {
    let account = world.account(query.device).ok_or(NOT_FOUND)?;
    let (from, lid) = (
        account.jid(account.seen_in(Form::Pn)),
        account.jid(Form::Lid),
    );
    let named: Vec<&Node> = tokens.get_children_by_tag("token").take(TOKENS).collect();
    for token in named {
        let jid = stanza::jid(token, "jid").ok_or(BAD_REQUEST)?;
        let t = stanza::attr(token, "t").map(|t| t.into_owned());
        let (holder, _) = world.resolve(&jid).ok_or(NOT_FOUND)?;
        let issued = NodeBuilder::new("token")
            .attr("type", "trusted_contact")
            .attr("t", t.unwrap_or_else(|| stanza::now().to_string()))
            .bytes(keys::random::<16>())
            .build();
        let news = NodeBuilder::new("tokens").children([issued]).build();
        let companions = world.account(&holder).ok_or(NOT_FOUND)?;
        let companions: Vec<_> = companions
            .companions
            .keys()
            .map(|number| companions.address(*number))
            .collect();
        for device in companions {
            let mut node = stanza::notification(from.clone(), "privacy_token", news.clone());
            node.attrs.push("sender_lid", lid.clone());
            world.deliver(&device, node);
        }
    }
    Ok(Vec::new())
}
