//! `xmlns=blocklist`: whom the account blocks, by LID and, beside it, by number.

use wacore_binary::builder::NodeBuilder;

use super::privacy::user_lid;
use crate::sandbox::iq::{BAD_REQUEST, NOT_FOUND, Query, Reply};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

pub fn answer(world: &mut World, query: &Query) -> Reply {
    if query.is_set {
        return change(world, query);
    }
    let account = world.account(query.device).ok_or(NOT_FOUND)?;
    let blocked = account.profile.blocked.iter();
    let items = blocked.map(|lid| world.block_item(lid, None));
    let list = NodeBuilder::new("list")
        .attr("dhash", account.block_hash())
        .attr("addressing_mode", "lid")
        .children(items)
        .build();
    Ok(vec![list])
}

fn change(world: &mut World, query: &Query) -> Reply {
    let requested = query.child("item").ok_or(BAD_REQUEST)?;
    let block = match stanza::attr(requested, "action").as_deref() {
        Some("block") => true,
        Some("unblock") => false,
        _ => return Err(BAD_REQUEST),
    };
    // The modern server keeps its lists by LID and refuses a phone number alone.
    if !stanza::jid(requested, "jid").is_some_and(|jid| jid.is_lid()) {
        return Err(BAD_REQUEST);
    }
    let lid = user_lid(world, requested).ok_or(BAD_REQUEST)?;
    // Who is blocked is named twice, or the client says that it knows no number.
    let named = requested.attrs.contains_key("pn_jid");
    let unknown = stanza::attr(requested, "unknown_identifier").as_deref() == Some("true");
    if block && named == unknown {
        return Err(BAD_REQUEST);
    }
    // Nobody blocks themselves.
    let own = &world.account(query.device).ok_or(NOT_FOUND)?.profile.lid;
    if lid == *own {
        return Err(BAD_REQUEST);
    }
    let change = world.change_block(query.device, &lid, block);
    let change = change.ok_or(NOT_FOUND)?;
    let list = NodeBuilder::new("list")
        .attr("dhash", change.after)
        .attr("prev_dhash", change.before)
        .attr("addressing_mode", "lid")
        .children([change.item])
        .build();
    Ok(vec![list])
}
