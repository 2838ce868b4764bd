//! `xmlns=encrypt`: pre-keys of the asking device, bundles and identities of others.

use sha1::{Digest, Sha1};
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::session::mark_active;
use crate::sandbox::companion::{Companion, SignedKey};
use crate::sandbox::iq::{BAD_REQUEST, NOT_FOUND, Query, Refusal, Reply};
use crate::sandbox::keys;
use crate::sandbox::persistence::Journal;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

const KEY_TYPE: u8 = 5;
/// Users in one request for bundles.
const USERS: usize = 5000;

pub fn answer(world: &mut World, query: &Query) -> Reply {
    match (query.is_set, query.iq.children().unwrap_or_default()) {
        (false, [count, ..]) if count.tag == "count" => count_left(world, query),
        (false, [digest, ..]) if digest.tag == "digest" => self::digest(world, query),
        (false, [key, ..]) if key.tag == "key" => fetch(world, key),
        (false, [identity, ..]) if identity.tag == "identity" => identities(world, identity),
        (true, [rotate, ..]) if rotate.tag == "rotate" => self::rotate(world, query, rotate),
        (true, children) if children.iter().any(|child| child.tag == "list") => {
            upload(world, query)
        }
        _ => Err(BAD_REQUEST),
    }
}

fn count_left(world: &World, query: &Query) -> Reply {
    let companion = world.companion(query.device).ok_or(NOT_FOUND)?;
    let count = NodeBuilder::new("count").attr("value", companion.one_time.len());
    Ok(vec![count.build()])
}

/// The companion that asks, to be changed.
fn asking<'a>(
    world: &'a mut World,
    query: &Query,
) -> Result<(&'a mut Companion, &'a mut Journal), Refusal> {
    world.edit_companion(query.device).ok_or(NOT_FOUND)
}

fn upload(world: &mut World, query: &Query) -> Reply {
    let registration = stanza::child_bytes(query.iq, "registration").and_then(stanza::number);
    let registration_id = registration.ok_or(BAD_REQUEST)?;
    let identity = stanza::child_key(query.iq, "identity").ok_or(BAD_REQUEST)?;
    let list = query.child("list").ok_or(BAD_REQUEST)?;
    let signed = query.child("skey").ok_or(BAD_REQUEST)?;
    let (companion, journal) = asking(world, query)?;
    // A paired device cannot change its identity: it is part of what the account signed.
    if identity != companion.registered.identity {
        return Err((406, "not-acceptable"));
    }
    companion.registered.signed_key = signed_key(signed, companion).ok_or(BAD_REQUEST)?;
    companion.registered.registration_id = registration_id;
    companion.save(query.device, journal);
    for key in stanza::children(list) {
        let id = stanza::child_bytes(key, "id")
            .and_then(stanza::number)
            .ok_or(BAD_REQUEST)?;
        let value = stanza::child_key(key, "value").ok_or(BAD_REQUEST)?;
        companion.add_one_time(query.device, id, value, journal);
    }
    mark_active(world, query);
    Ok(Vec::new())
}

fn rotate(world: &mut World, query: &Query, rotate: &Node) -> Reply {
    let signed = stanza::child(rotate, "skey").ok_or(BAD_REQUEST)?;
    let (companion, journal) = asking(world, query)?;
    companion.registered.signed_key = signed_key(signed, companion).ok_or(BAD_REQUEST)?;
    companion.save(query.device, journal);
    Ok(Vec::new())
}

/// A signed pre-key whose signature by the device's identity verifies.
fn signed_key(node: &Node, companion: &Companion) -> Option<SignedKey> {
    let id = stanza::number(stanza::child_bytes(node, "id")?)?;
    let value = stanza::child_key(node, "value")?;
    let signature = stanza::child_bytes(node, "signature")?.to_vec();
    let identity = &companion.registered.identity;
    let verified = keys::verify(identity, &[&[KEY_TYPE], &value], &signature);
    verified.then_some(SignedKey {
        id,
        value,
        signature,
    })
}

/// What the server holds, with a hash by which the device sees whether it holds the same.
fn digest(world: &World, query: &Query) -> Reply {
    let companion = world.companion(query.device).ok_or(NOT_FOUND)?;
    if companion.one_time.is_empty() {
        return Err(NOT_FOUND);
    }
    let bundle = companion.signed_bundle(None);
    let mut hash = Sha1::new();
    hash.update(bundle.identity);
    hash.update(bundle.signed_key);
    hash.update(&bundle.signature);
    let ids = companion.one_time.iter().map(|(id, key)| {
        hash.update(key);
        stanza::leaf("id", &id.to_be_bytes()[1..])
    });
    let list = NodeBuilder::new("list").children(ids).build();
    let mut children = vec![stanza::leaf(
        "registration",
        bundle.registration_id.to_be_bytes(),
    )];
    children.extend(bundle.nodes());
    children.extend([list, stanza::leaf("hash", hash.finalize().to_vec())]);
    Ok(vec![NodeBuilder::new("digest").children(children).build()])
}

/// The identity keys of the named devices, without anything that is used up.
fn identities(world: &World, asked: &Node) -> Reply {
    let users = asked.get_children_by_tag("user").take(USERS);
    let answer = |user: &Node| {
        let jid = stanza::jid(user, "jid").ok_or(BAD_REQUEST)?;
        let answer = NodeBuilder::new("user").attr("jid", jid.clone());
        let identity = world
            .resolve(&jid)
            .and_then(|(device, _)| match world.companion(&device) {
                Some(companion) => Some(companion.registered.identity),
                None if device.is_phone() => Some(world.account(&device)?.identity()),
                None => None,
            });
        Ok(match identity {
            Some(identity) => {
                let key_type = stanza::leaf("type", [KEY_TYPE]);
                answer.children([key_type, stanza::leaf("identity", identity)])
            }
            None => answer.children([stanza::error(404, "item-not-found")]),
        }
        .build())
    };
    let answers = users.map(answer).collect::<Result<Vec<_>, Refusal>>()?;
    Ok(vec![NodeBuilder::new("list").children(answers).build()])
}

/// Bundles of the named devices. Each one-time key is handed out once.
fn fetch(world: &mut World, key: &Node) -> Reply {
    let users: Vec<&Node> = key.get_children_by_tag("user").take(USERS).collect();
    let mut answers = Vec::new();
    for user in users {
        let jid = stanza::jid(user, "jid").ok_or(BAD_REQUEST)?;
        let answer = NodeBuilder::new("user").attr("jid", jid.clone());
        let device = world.resolve(&jid).map(|(device, _)| device);
        let bundle = device.as_ref().and_then(|device| world.take_bundle(device));
        let (Some(device), Some(bundle)) = (device, bundle) else {
            answers.push(
                answer
                    .children([stanza::error(406, "not-acceptable")])
                    .build(),
            );
            continue;
        };
        let mut children = vec![stanza::leaf(
            "registration",
            bundle.registration_id.to_be_bytes(),
        )];
        children.extend(bundle.nodes());
        if let Some(companion) = world.companion(&device) {
            let identity = companion.registered.device_identity.clone();
            children.push(stanza::leaf("device-identity", identity));
        }
        answers.push(answer.attr("t", stanza::now()).children(children).build());
    }
    Ok(vec![NodeBuilder::new("list").children(answers).build()])
}
