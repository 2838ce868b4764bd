//! `xmlns=usync`: what is known about users, several questions at once, by number or LID.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use super::account::Account;
use super::address::{Address, Form};
use super::device_list::{device_hash, key_index_list};
use super::iq::{BAD_REQUEST, Query, Reply};
use super::stanza;
use super::world::World;

/// Users in one question.
const USERS: usize = 10_000;

pub fn answer(world: &World, query: &Query) -> Reply {
    let usync = query.child("usync").ok_or(BAD_REQUEST)?;
    let asked = stanza::child(usync, "query").ok_or(BAD_REQUEST)?;
    let protocols: Vec<&str> = stanza::children(asked)
        .iter()
        .map(|protocol| protocol.tag.as_ref())
        .collect();
    let list = stanza::child(usync, "list").ok_or(BAD_REQUEST)?;
    let users = list.get_children_by_tag("user").take(USERS);
    let users: Vec<Node> = users
        .filter_map(|user| about(world, query.device, user, &protocols))
        .collect();
    let results = stanza::children(asked)
        .iter()
        .map(|protocol| NodeBuilder::new_dynamic(protocol.tag.to_string()).build());
    let mut answer = NodeBuilder::new("usync");
    for key in ["sid", "mode", "context", "index", "last"] {
        if let Some(value) = usync.attrs.get(key) {
            answer = answer.attr(key, value.clone());
        }
    }
    let children = [
        NodeBuilder::new("result").children(results).build(),
        NodeBuilder::new("list").children(users).build(),
    ];
    Ok(vec![answer.children(children).build()])
}

/// One user, found by JID or by the number in `<contact>`.
fn about(world: &World, viewer: &Address, asked: &Node, protocols: &[&str]) -> Option<Node> {
    let contact = stanza::child(asked, "contact").and_then(stanza::text);
    let dialled = contact.as_deref().and_then(number);
    let jid = stanza::jid(asked, "jid");
    let jid = jid.or_else(|| dialled.map(Jid::pn))?.to_non_ad();
    let found = match dialled {
        // The number that somebody dials may be another than the one by which they are known here.
        Some(number) => world.found_by(number).map(|account| (account, Form::Pn)),
        None => world
            .resolve(&jid)
            .and_then(|(address, form)| Some((world.account(&address)?, form))),
    };
    let account = found.map(|(account, _)| account);
    let form = found.map_or(Form::Pn, |(_, form)| form);
    // Old-style and unknown numbers are answered under the present server name.
    let named = match account {
        Some(account) => account.jid(form),
        None if jid.is_lid() => jid,
        None => Jid::pn(jid.user),
    };
    let mut user = NodeBuilder::new("user").attr("jid", named);
    if let (Some(account), Form::Lid) = (account, form)
        && (!account.profile.hidden || account.profile.phone == viewer.phone)
    {
        user = user.attr("pn_jid", account.jid(Form::Pn));
    }
    let children = protocols.iter().filter_map(|protocol| {
        let who = Asked {
            world,
            viewer,
            account,
            form,
        };
        protocol_answer(protocol, &who, contact.as_deref())
    });
    Some(user.children(children).build())
}

/// The digits of `+1555…`, which one library follows with a server name.
fn number(contact: &str) -> Option<&str> {
    let number = contact.trim_start_matches('+').split('@').next()?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(number)
}

/// Who is asked about, and by whom.
struct Asked<'a> {
    world: &'a World,
    viewer: &'a Address,
    account: Option<&'a Account>,
    form: Form,
}

fn protocol_answer(protocol: &str, who: &Asked, contact: Option<&str>) -> Option<Node> {
    let account = who.account;
    if protocol == "contact" {
        let kind = if account.is_some() { "in" } else { "out" };
        let node = NodeBuilder::new("contact").attr("type", kind);
        return Some(match contact {
            Some(text) => node.bytes(text.as_bytes()).build(),
            None => node.build(),
        });
    }
    let Some(account) = account else {
        return (protocol == "devices").then(|| failed("devices"));
    };
    match protocol {
        "devices" => Some(devices(account)),
        // LIDs are found by number only. A client that is told of one it asked by takes it as news,
        // and begins new Signal sessions.
        "lid" if who.form == Form::Lid => None,
        "lid" => Some(
            NodeBuilder::new("lid")
                .attr("val", account.jid(Form::Lid))
                .build(),
        ),
        "status" if !who.world.admits(account, "status", who.viewer) => Some(hidden("status")),
        "status" => Some(status(account)),
        "picture" if !who.world.admits(account, "profile", who.viewer) => Some(hidden("picture")),
        "picture" => Some(picture(account)),
        "disappearing_mode" => Some(
            NodeBuilder::new("disappearing_mode")
                .attr("duration", account.profile.disappearing.0)
                .attr("t", account.profile.disappearing.1)
                .build(),
        ),
        // Questions about businesses, bots and names have no answer for an ordinary account.
        _ => None,
    }
}

fn failed(protocol: &'static str) -> Node {
    NodeBuilder::new(protocol)
        .children([stanza::error(404, "item-not-found")])
        .build()
}

fn hidden(protocol: &'static str) -> Node {
    NodeBuilder::new(protocol)
        .children([stanza::error(401, "not-authorized")])
        .build()
}

fn picture(account: &Account) -> Node {
    match &account.profile.picture {
        Some(picture) => NodeBuilder::new("picture")
            .attr("id", picture.id.as_str())
            .build(),
        None => failed("picture"),
    }
}

fn status(account: &Account) -> Node {
    let node = NodeBuilder::new("status");
    match &account.profile.about {
        Some(text) => node
            .attr("t", account.profile.about_at)
            .bytes(text.as_bytes())
            .build(),
        None => node.attr("code", 404).build(),
    }
}

fn devices(account: &Account) -> Node {
    let phone = NodeBuilder::new("device").attr("id", 0).build();
    // A companion without its key index is dropped by clients.
    let companions = account.companions.values().map(|companion| {
        let registered = &companion.registered;
        NodeBuilder::new("device")
            .attr("id", registered.device)
            .attr("key-index", registered.key_index)
            .build()
    });
    let list = NodeBuilder::new("device-list")
        .attr("hash", device_hash(account, Form::Pn))
        .children(std::iter::once(phone).chain(companions))
        .build();
    NodeBuilder::new("devices")
        .children([list, key_index_list(account)])
        .build()
}
