//! What an account shows of itself: its status privacy, its about text, its picture.

use wacore_binary::builder::NodeBuilder;

use super::{BAD_REQUEST, NOT_FOUND, Query, Reply};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// Characters of an about text that WhatsApp takes.
const ABOUT: usize = 139;

/// `xmlns=status`: who gets status updates (get), and the about text (set).
pub fn status(world: &mut World, query: &Query) -> Reply {
    if !query.is_set {
        query.child("privacy").ok_or(BAD_REQUEST)?;
        let list = NodeBuilder::new("list")
            .attr("type", "contacts")
            .attr("default", "true");
        return Ok(vec![
            NodeBuilder::new("privacy").children([list.build()]).build(),
        ]);
    }
    let text = query
        .child("status")
        .and_then(stanza::text)
        .ok_or(BAD_REQUEST)?;
    if text.chars().count() > ABOUT {
        return Err(BAD_REQUEST);
    }
    let account = world
        .accounts
        .get_mut(&query.device.phone)
        .ok_or(NOT_FOUND)?;
    account.profile.about = Some(text);
    account.save(&mut world.journal);
    Ok(Vec::new())
}

/// `xmlns=w:profile:picture`: nobody here has one.
pub fn picture(world: &World, query: &Query) -> Reply {
    let target = stanza::jid(query.iq, "target").or_else(|| stanza::jid(query.iq, "to"));
    let known = target.is_some_and(|jid| world.resolve(&jid).is_some());
    match (query.is_set, known) {
        (true, _) => Err(BAD_REQUEST),
        // The same answer either way, as the real server gives it for a hidden picture.
        (false, true | false) => Err(NOT_FOUND),
    }
}
