//! `xmlns=blocklist`: whom the account blocks, by LID.

use base64::{Engine, prelude::BASE64_STANDARD};
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use super::{BAD_REQUEST, NOT_FOUND, Query, Reply};
use crate::sandbox::account::Account;
use crate::sandbox::address::{Address, Form};
use crate::sandbox::world::World;
use crate::sandbox::{keys, stanza};

pub fn answer(world: &mut World, query: &Query) -> Reply {
    if !query.is_set {
        let account = world.account(query.device).ok_or(NOT_FOUND)?;
        let items = account
            .profile
            .blocked
            .iter()
            .map(|lid| item(world, lid, None));
        let list = NodeBuilder::new("list")
            .attr("dhash", hash(account))
            .attr("addressing_mode", "lid")
            .children(items)
            .build();
        return Ok(vec![list]);
    }
    change(world, query)
}

fn change(world: &mut World, query: &Query) -> Reply {
    let requested = query.child("item").ok_or(BAD_REQUEST)?;
    let action = stanza::attr(requested, "action")
        .unwrap_or_default()
        .into_owned();
    let jid = stanza::jid(requested, "jid").ok_or(BAD_REQUEST)?;
    // The modern server keeps its lists by LID and refuses a phone number alone.
    if !jid.is_lid() {
        return Err(BAD_REQUEST);
    }
    let lid = jid.user.to_string();
    let account = world
        .accounts
        .get_mut(&query.device.phone)
        .ok_or(NOT_FOUND)?;
    let before = hash(account);
    match action.as_str() {
        "block" => account.profile.blocked.insert(lid.clone()),
        "unblock" => account.profile.blocked.remove(&lid),
        _ => return Err(BAD_REQUEST),
    };
    account.save(&mut world.journal);
    let after = hash(account);
    let changed = item(world, &lid, Some(&action));
    let list = NodeBuilder::new("list")
        .attr("dhash", after.as_str())
        .attr("prev_dhash", before.as_str())
        .attr("addressing_mode", "lid")
        .children([changed.clone()])
        .build();
    let news = NodeBuilder::new("blocklist")
        .attr("action", "modify")
        .attr("dhash", after)
        .attr("prev_dhash", before)
        .children([changed])
        .build();
    tell_others(world, query.device, &news);
    Ok(vec![list])
}

/// Tells the account's other devices about a change of its settings.
pub fn tell_others(world: &mut World, author: &Address, news: &Node) {
    let Some(account) = world.account(author) else {
        return;
    };
    let own = account.jid(Form::Pn);
    let others: Vec<Address> = account
        .devices()
        .iter()
        .map(|d| account.address(*d))
        .collect();
    for device in others.into_iter().filter(|d| d != author && !d.is_phone()) {
        let node = stanza::notification(own.clone(), "account_sync", news.clone());
        world.deliver(&device, node);
    }
}

fn item(world: &World, lid: &str, action: Option<&str>) -> Node {
    let mut item = NodeBuilder::new("item").attr("jid", Jid::lid(lid));
    if let Some(phone) = world.lids.get(lid) {
        item = item.attr("pn_jid", Jid::pn(phone.as_str()));
    }
    match action {
        Some(action) => item.attr("action", action).build(),
        None => item.build(),
    }
}

/// Opaque to clients; the real algorithm is unknown.
fn hash(account: &Account) -> String {
    let list: Vec<&str> = account.profile.blocked.iter().map(String::as_str).collect();
    BASE64_STANDARD.encode(&keys::sha256(list.join(",").as_bytes())[..12])
}
