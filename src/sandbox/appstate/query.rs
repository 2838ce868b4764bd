//! `xmlns=w:sync:app:state`: devices fetch snapshots and patches, and push patches of their own.

use buffa::Message;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::SyncdPatch;

use super::collection::{Collection, PatchError};
use super::snapshot::Spoilt;
use super::{COLLECTIONS, snapshot};
use crate::sandbox::after::After;
use crate::sandbox::edit::Edit;
use crate::sandbox::faults::Fault;
use crate::sandbox::iq::{BAD_REQUEST, NOT_FOUND, Query, Refusal, Reply};
use crate::sandbox::stanza;
use crate::sandbox::world::World;
use crate::telemetry::Chain;

/// Patches in one answer; the rest is announced by `has_more_patches`.
const PATCHES: usize = 100;

/// Answers for each collection that is asked about; a change of any is told to the other devices.
pub fn answer(world: &mut World, query: &Query) -> Reply {
    let sync = query.child("sync").ok_or(BAD_REQUEST)?;
    let mut answers = Vec::new();
    let mut changed = Vec::new();
    for asked in sync.get_children_by_tag("collection") {
        answers.push(collection(world, query, asked, &mut changed)?);
    }
    if !changed.is_empty() {
        let author = query.device.clone();
        world.then(After::Synced {
            author,
            collections: changed,
        });
    }
    Ok(vec![NodeBuilder::new("sync").children(answers).build()])
}

fn collection(
    world: &mut World,
    query: &Query,
    asked: &Node,
    changed: &mut Vec<(&'static str, u64)>,
) -> Result<Node, Refusal> {
    let name = stanza::attr(asked, "name").unwrap_or_default();
    let Some(name) = COLLECTIONS.into_iter().find(|known| *known == name) else {
        return Err(BAD_REQUEST);
    };
    let base = stanza::attr(asked, "version").and_then(|version| version.parse().ok());
    let base: u64 = base.unwrap_or(0);
    let patch = stanza::child(asked, "patch")
        .or_else(|| stanza::child(stanza::child(asked, "patches")?, "patch"));
    match patch {
        Some(patch) => push(world, query, name, base, patch, changed),
        None => {
            let wants_snapshot = stanza::attr(asked, "return_snapshot").as_deref() == Some("true");
            fetch(world, query, name, base, wants_snapshot)
        }
    }
}

fn fetch(
    world: &mut World,
    query: &Query,
    name: &'static str,
    base: u64,
    wants_snapshot: bool,
) -> Result<Node, Refusal> {
    let account = world.account(query.device).ok_or(NOT_FOUND)?;
    let current = account.app_state.collection(name).ok_or(BAD_REQUEST)?;
    // Who has missed more than is kept gets a snapshot without asking for one.
    let wants_snapshot = wants_snapshot || current.patches_since(base).is_none();
    let serves = current.version() > base || (wants_snapshot && current.version() > 0);
    let mut strikes = |fault, wanted| wanted && world.faults.strikes(Some(query.device), &fault);
    let bad_mac = strikes(Fault::AppstateBadMac, serves);
    let twice = strikes(Fault::AppstateDoubleRecord, serves && wants_snapshot);
    let spoilt = match (bad_mac, twice) {
        (true, _) => Some(Spoilt::Mac),
        (false, true) => Some(Spoilt::Twice),
        (false, false) => None,
    };
    let Edit {
        account,
        media,
        journal,
    } = world.edit(&query.device.phone).ok_or(NOT_FOUND)?;
    let snapshot = match wants_snapshot {
        true => account.app_state.snapshot(name, spoilt, media, journal),
        false => None,
    };
    let collection = account.app_state.collection(name).ok_or(BAD_REQUEST)?;
    let node = NodeBuilder::new("collection")
        .attr("name", name)
        .attr("version", collection.version());
    // A snapshot is of the present version, so that no patch follows it.
    if let Some(reference) = snapshot {
        let snapshot = stanza::leaf("snapshot", reference);
        let nothing = NodeBuilder::new("patches").build();
        return Ok(node.children([snapshot, nothing]).build());
    }
    let (node, patches) = served(node, collection, base);
    let patches = patches.map(|patch| match bad_mac {
        true => snapshot::spoil_patch(patch),
        false => patch.clone(),
    });
    Ok(node.children([patches_node(patches)]).build())
}

/// The patches since `base` that fit into one answer, which says whether there are more. Those that
/// are gone are more, too: the client asks again and gets a snapshot.
fn served(
    node: NodeBuilder,
    collection: &Collection,
    base: u64,
) -> (NodeBuilder, impl Iterator<Item = &Vec<u8>>) {
    let all = collection.patches_since(base);
    let more = all.as_ref().is_none_or(|all| all.len() > PATCHES);
    let node = match more {
        true => node.attr("has_more_patches", "true"),
        false => node,
    };
    (node, all.into_iter().flatten().take(PATCHES))
}

fn patches_node(patches: impl Iterator<Item = Vec<u8>>) -> Node {
    let patches = patches.map(|patch| stanza::leaf("patch", patch));
    NodeBuilder::new("patches").children(patches).build()
}

fn push(
    world: &mut World,
    query: &Query,
    name: &'static str,
    base: u64,
    patch: &Node,
    changed: &mut Vec<(&'static str, u64)>,
) -> Result<Node, Refusal> {
    let phone = &query.device.phone;
    let account = world.accounts.get(phone).ok_or(NOT_FOUND)?;
    let collection = account.app_state.collection(name).ok_or(BAD_REQUEST)?;
    let refused = world
        .faults
        .strikes(Some(query.device), &Fault::AppstateConflict);
    if refused || collection.version() != base {
        return Ok(conflict(name, collection, base));
    }
    let Edit {
        account,
        media,
        journal,
    } = world.edit(phone).ok_or(NOT_FOUND)?;
    let applied = stanza::bytes(patch)
        .and_then(|bytes| SyncdPatch::decode_from_slice(bytes).ok())
        .ok_or(PatchError::Malformed)
        .and_then(|patch| {
            let mutations = snapshot::mutations(&patch, media)?;
            let state = &mut account.app_state;
            state.apply(phone, name, patch, &mutations, journal)
        });
    match applied {
        Ok((version, readable)) => {
            world.phone_learns(phone, readable);
            changed.push((name, version));
            let node = NodeBuilder::new("collection").attr("name", name);
            Ok(node.attr("version", version).attr("type", "result").build())
        }
        Err(error) => {
            tracing::info!(error = %Chain(&error), collection = name, "a patch is refused");
            Ok(failed(name, 400, "bad-request").build())
        }
    }
}

/// The client's base is old: it gets what it missed and tries again.
fn conflict(name: &'static str, collection: &Collection, base: u64) -> Node {
    let node = NodeBuilder::new("collection")
        .attr("name", name)
        .attr("type", "error")
        .attr("version", collection.version());
    let (node, patches) = served(node, collection, base);
    node.children([
        stanza::error(409, "conflict"),
        patches_node(patches.cloned()),
    ])
    .build()
}

fn failed(name: &'static str, code: u16, text: &str) -> NodeBuilder {
    NodeBuilder::new("collection")
        .attr("name", name)
        .attr("type", "error")
        .children([stanza::error(code, text)])
}
