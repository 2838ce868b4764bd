//! A paired device comes back: it is checked, greeted, and given what waited for it.

use std::sync::Arc;
use std::time::Duration;

use subtle::ConstantTimeEq;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::ClientPayload;

use crate::sandbox::address::{Address, Form};
use crate::sandbox::faults::Fault;
use crate::sandbox::keys::Key32;
use crate::sandbox::link::Link;
use crate::sandbox::refused::Refused;
use crate::sandbox::shared::Shared;
use crate::sandbox::stanza;
use crate::sandbox::world::{Connection, World};

/// "Sent too many messages to people who do not have the number."
const BAN: u16 = 101;
/// How often to look whether a device has asked for more.
const LOOK: Duration = Duration::from_millis(20);
const LOGGED_OUT: Refused = Refused::with(401);

/// Checks a login and registers the connection; an older one of the same device is replaced.
pub fn login(
    world: &mut World,
    link: &Link,
    client_static: &Key32,
    payload: &ClientPayload,
) -> Result<Address, Refused> {
    let device = check(world, client_static, payload).inspect_err(|refused| {
        tracing::info!(reason = refused.reason, "a login is refused");
    });
    let device = match device {
        Ok(device) => device,
        Err(refused) => {
            world.count(|seen| seen.logins_refused += 1);
            return Err(refused);
        }
    };
    world.count(|seen| seen.logins += 1);
    let connection = Connection {
        link: link.clone(),
        sent: None,
        live: false,
        active: false,
        available: false,
        greeted: false,
        batches_asked: 0,
    };
    if let Some(older) = world.connections.insert(device.clone(), connection) {
        older.link.finish(replaced());
    }
    link.send(success(world, &device).ok_or(LOGGED_OUT)?);
    if let Some(dirty) = dirty(world, &device) {
        link.send(stanza::info(dirty));
    }
    Ok(device)
}

fn check(
    world: &mut World,
    client_static: &Key32,
    payload: &ClientPayload,
) -> Result<Address, Refused> {
    let username = payload.username.ok_or(Refused::with(400))?;
    let number = u16::try_from(payload.device.unwrap_or(0)).map_err(|_| LOGGED_OUT)?;
    let device = Address::new(&username.to_string(), number);
    if let Some(refused) = world.faults.login_failure(&device) {
        return Err(refused);
    }
    let companion = world.companion(&device).ok_or(LOGGED_OUT)?;
    // The handshake proved that the client owns this key; it must be the one that was paired.
    if !bool::from(companion.registered.noise_static.ct_eq(client_static)) {
        return Err(LOGGED_OUT);
    }
    Ok(device)
}

fn success(world: &World, device: &Address) -> Option<Node> {
    let account = world.account(device)?;
    Some(
        NodeBuilder::new("success")
            .attr("t", stanza::now())
            .attr("lid", world.jid(device, Form::Lid)?)
            .attr("props", 0)
            .attr("abprops", 0)
            .attr("group_abprops", 0)
            .attr("location", "sim")
            .attr("creation", account.profile.created)
            .attr("display_name", account.profile.name.as_str())
            .build(),
    )
}

/// What changed in the account since the device said that it is up to date.
fn dirty(world: &World, device: &Address) -> Option<Node> {
    let changed = world.account(device)?.profile.changed;
    let cleaned = world.companion(device)?.registered.cleaned;
    (changed > cleaned).then(|| {
        NodeBuilder::new("dirty")
            .attr("type", "account_sync")
            .attr("timestamp", changed)
            .build()
    })
}

/// `<failure>`: the last word to a device that is not let in.
pub fn failure(refused: Refused) -> Node {
    let node = NodeBuilder::new("failure")
        .attr("reason", refused.reason)
        .attr("location", "sim");
    match refused.expire {
        // A ban says what it is for, too.
        Some(expire) => node.attr("code", BAN).attr("expire", expire).build(),
        None => node.build(),
    }
}

fn replaced() -> Node {
    let conflict = NodeBuilder::new("conflict")
        .attr("type", "replaced")
        .build();
    NodeBuilder::new("stream:error")
        .children([conflict])
        .build()
}

/// Sends what was queued, marks its end, and makes the device live.
pub async fn catch_up(shared: Arc<Shared>, device: Address, link: Link) {
    if let Some(preview) = shared.with(|world| world.offline_preview(&device)) {
        link.send(preview);
    }
    let mut count = 0u32;
    loop {
        let slow = shared.with(|world| world.faults.slow_backlog(&device));
        if let Some(pause) = slow {
            while !shared.with(|world| world.batch_was_asked(&device, &link)) {
                tokio::time::sleep(LOOK).await;
            }
            tokio::time::sleep(pause).await;
        }
        let batch = shared.with(|world| {
            let batch = world.next_queued(&device, &link)?;
            if batch.is_empty() {
                let marked = !world.faults.strikes(Some(&device), &Fault::NoOfflineMarker);
                // In the same breath as going live, so that nothing newer comes before the marker.
                if marked {
                    let marker = NodeBuilder::new("offline").attr("count", count);
                    link.send(stanza::info(marker.build()));
                }
                world.greet(&device);
                world.close_one_by_fault(&device, &link);
            }
            Some(batch)
        });
        let Some(batch) = batch.filter(|batch| !batch.is_empty()) else {
            return;
        };
        for mut node in batch {
            node.attrs.push("offline", count);
            count += 1;
            if !link.send_when_possible(node).await {
                return;
            }
        }
    }
}

/// One stanza of a logged-in device. False when the device says goodbye.
pub fn take(world: &mut World, device: &Address, node: &Node) -> bool {
    match node.tag.as_ref() {
        "iq" => world.take_iq(device, node),
        "message" => world.take_message(device, node),
        "receipt" => world.take_receipt(device, node),
        "ack" => {
            let class = stanza::attr(node, "class").unwrap_or_default();
            world.acknowledged(device, &class, &stanza::id(node));
        }
        "presence" => world.take_presence(device, node),
        "chatstate" => world.take_chat_state(device, node),
        "call" => world.take_call(device, node),
        "ib" if stanza::child(node, "offline_batch").is_some() => world.batch_asked(device),
        "xmlstreamend" => return false,
        // Stream information gets no answer.
        _ => {}
    }
    true
}
