//! `xmlns=md`: a companion takes itself off its account.

use crate::sandbox::after::After;
use crate::sandbox::iq::{BAD_REQUEST, NOT_FOUND, Query, Reply};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

pub fn answer(world: &mut World, query: &Query) -> Reply {
    let remove = query.child("remove-companion-device").ok_or(BAD_REQUEST)?;
    if !query.is_set {
        return Err(BAD_REQUEST);
    }
    let named = stanza::jid(remove, "jid").ok_or(BAD_REQUEST)?;
    let (device, _) = world.resolve(&named).ok_or(NOT_FOUND)?;
    if device != *query.device {
        return Err((403, "forbidden"));
    }
    // The answer goes out first, then the removal's stream error.
    world.then(After::Unlinked { device });
    Ok(Vec::new())
}
