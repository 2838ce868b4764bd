//! One WebSocket from upgrade to end: handshake, pairing or login, and the stanzas between.

mod frames;
mod login;
mod socket;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use actix_ws::{MessageStream, Session};
use buffa::Message as _;
use bytes::BytesMut;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use wacore_binary::{Node, OwnedNodeRef};
use wacore_noise::NoiseCipher;
use waproto::whatsapp::ClientPayload;

use super::address::Address;
use super::faults::{Fault, HandshakeFault};
use super::keys;
use super::link::{Cut, Link, LinkEnd};
use super::noise::{Accepted, Answered, answer_hello};
use super::refused::Refused;
use super::registration::data::RegistrationData;
use super::registration::{LIFETIME, Registration};
use super::shared::Shared;
use super::stanza;
use crate::telemetry::Chain;
use frames::{Closed, Frames};

pub use socket::Socket;

/// From the upgrade to the client's last handshake message.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// One client library derives its transport keys a moment after it has finished the handshake, and
/// drops what arrives before.
const SETTLING: Duration = Duration::from_millis(50);
/// A device that sends nothing for so long, not even a keepalive, is gone.
const SILENCE: Duration = Duration::from_secs(300);
/// Plaintext of one inflated stanza.
const INFLATED: u64 = 32 * 1024 * 1024;

/// Who is at the other end.
enum Who {
    Unpaired(u64),
    Device(Address),
}

impl Who {
    fn device(&self) -> Option<&Address> {
        match self {
            Self::Unpaired(_) => None,
            Self::Device(device) => Some(device),
        }
    }
}

/// Serves one connection until it ends, which the server's own end makes it do.
pub async fn serve(
    mut session: Session,
    stream: MessageStream,
    socket: Option<Socket>,
    shared: Arc<Shared>,
    shutdown: watch::Receiver<bool>,
) {
    let mut frames = Frames::new(stream, session.clone(), shutdown);
    shared.with(|world| world.count(|seen| seen.connections += 1));
    let Some(accepted) = accept(&mut session, &mut frames, &shared).await else {
        return;
    };
    sleep(SETTLING).await;
    let Accepted {
        client_static,
        payload,
        read,
        write,
    } = accepted;
    let (link, LinkEnd { queue, cut }) = Link::new(shared.progress().clone());
    let writing = writer::run(session, queue, cut.clone(), write, link.clone());
    let writer = actix_web::rt::spawn(writing);
    match enter(&shared, &link, client_static, &payload) {
        Ok(who) => {
            let end = stay(&shared, &who, &link, &mut frames, read, cut).await;
            if let (Closed::Reset, Some(socket)) = (end, &socket) {
                socket.reset();
            }
            link.cut();
        }
        Err(refused) => link.finish(login::failure(refused)),
    }
    drop(socket);
    // The writer ends with the link, or within its own write deadline.
    let _ = writer.await;
}

/// The handshake within its time; one that fails is counted and ends the connection.
async fn accept(
    session: &mut Session,
    frames: &mut Frames,
    shared: &Arc<Shared>,
) -> Option<Accepted> {
    let outcome = timeout(HANDSHAKE, handshake(session, frames, shared)).await;
    if let Ok(Ok(accepted)) = outcome {
        return Some(accepted);
    }
    shared.with(|world| world.count(|seen| seen.handshakes_failed += 1));
    if let Ok(Err(reason)) = outcome {
        tracing::info!(reason = %Chain(&reason), "a handshake failed");
        if matches!(reason, Closed::Faulty) {
            let _ = timeout(SILENCE, frames.ended()).await;
        }
    }
    None
}

/// From the first stanza to the last of somebody who was let in. Returns how it ended.
async fn stay(
    shared: &Arc<Shared>,
    who: &Who,
    link: &Link,
    frames: &mut Frames,
    mut cipher: NoiseCipher,
    cut: watch::Receiver<Cut>,
) -> Closed {
    if let Who::Device(device) = who {
        let catching_up = login::catch_up(shared.clone(), device.clone(), link.clone());
        actix_web::rt::spawn(catching_up);
    }
    let end = read_stanzas(shared, who, link, frames, &mut cipher, cut).await;
    tracing::debug!(link.id = link.id, reason = ?end, "a connection ended");
    leave(shared, who, link);
    end
}

async fn handshake(
    session: &mut Session,
    frames: &mut Frames,
    shared: &Arc<Shared>,
) -> Result<Accepted, Closed> {
    frames.intro().await?;
    let hello = frames.next().await?;
    spoil_handshake(session, shared, None).await?;
    let answered = shared.with(|world| {
        let chain = world.keys().chain(stanza::now());
        answer_hello(&hello, world.keys().noise(), &chain)
    });
    let (reply, unfinished) = match answered? {
        Answered::Accepted(reply, accepted) => {
            spoil_handshake(session, shared, claimed(&accepted.payload)).await?;
            writer::send_frame(session, &reply).await?;
            return Ok(*accepted);
        }
        Answered::Unfinished(reply, unfinished) => (reply, unfinished),
    };
    writer::send_frame(session, &reply).await?;
    let finish = frames.next().await?;
    frames.established();
    let accepted = unfinished.finish(&finish)?;
    // In XX a device says who it is with its last word: its fault strikes only here.
    spoil_handshake(session, shared, claimed(&accepted.payload)).await?;
    Ok(accepted)
}

/// Which device a login says it is.
fn claimed(payload: &[u8]) -> Option<Address> {
    let payload = ClientPayload::decode_from_slice(payload).ok()?;
    let number = u16::try_from(payload.device?).ok()?;
    Some(Address::new(&payload.username?.to_string(), number))
}

/// Answers a handshake with garbage or not at all, when a fault says so.
async fn spoil_handshake(
    session: &mut Session,
    shared: &Arc<Shared>,
    device: Option<Address>,
) -> Result<(), Closed> {
    match shared.with(|world| world.faults.handshake(device.as_ref())) {
        None => return Ok(()),
        Some(HandshakeFault::Silence) => {}
        Some(HandshakeFault::Garbage) => {
            writer::send_frame(session, &keys::random::<120>()).await?;
        }
    }
    Err(Closed::Faulty)
}

/// Decides by the first payload whether this is a registration or a login.
fn enter(
    shared: &Arc<Shared>,
    link: &Link,
    client_static: [u8; 32],
    payload: &[u8],
) -> Result<Who, Refused> {
    let payload = ClientPayload::decode_from_slice(payload).map_err(|_| Refused::with(400))?;
    let Some(pairing) = payload.device_pairing_data.as_option() else {
        let device = shared.with(|world| login::login(world, link, &client_static, &payload))?;
        return Ok(Who::Device(device));
    };
    let data = RegistrationData::verify(pairing)?;
    let registration = Registration::new(link.clone(), client_static, data);
    link.send(registration.pair_device());
    shared.with(|world| world.registrations.insert(link.id, registration));
    Ok(Who::Unpaired(link.id))
}

async fn read_stanzas(
    shared: &Arc<Shared>,
    who: &Who,
    link: &Link,
    frames: &mut Frames,
    cipher: &mut NoiseCipher,
    mut cut: watch::Receiver<Cut>,
) -> Closed {
    frames.established();
    let (muting, muted) = (shared.clone(), who.device().cloned());
    frames.hush_when(move || muting.with(|world| world.faults.mutes(muted.as_ref())));
    let mut counter = 0u32;
    loop {
        let patience = match who {
            Who::Unpaired(_) => LIFETIME,
            Who::Device(_) => SILENCE,
        };
        let deadline = Instant::now() + patience;
        let frame = loop {
            tokio::select! {
                frame = timeout_at(deadline, frames.next_after(link.room())) => break frame,
                () = link.has_caught_up() => {
                    link.offer_again();
                    if let Who::Device(device) = who {
                        shared.with(|world| world.resume(device, link));
                    }
                }
                how = cut.wait_for(Cut::is_cut) => {
                    return match how.as_deref() {
                        Ok(Cut::Reset) => Closed::Reset,
                        _ => Closed::Cut,
                    };
                }
            }
        };
        let frame = match frame {
            Ok(Ok(frame)) => frame,
            Ok(Err(closed)) => return closed,
            Err(_) => return Closed::Silent,
        };
        let node = match open(cipher, counter, frame) {
            Ok(node) => node,
            Err(closed) => return closed,
        };
        let Some(next) = counter.checked_add(1) else {
            return Closed::Malformed;
        };
        counter = next;
        if !take(shared, who, link, &node) {
            return Closed::Ended;
        }
    }
}

fn open(cipher: &NoiseCipher, counter: u32, mut frame: BytesMut) -> Result<Node, Closed> {
    cipher
        .decrypt_in_place_with_counter(counter, &mut frame)
        .map_err(|_| Closed::Undecryptable)?;
    let (flags, body) = frame.split_first().ok_or(Closed::Malformed)?;
    let node = if flags & 2 == 0 {
        OwnedNodeRef::new(body.to_vec())
    } else {
        let inflated = wacore_binary::zlib_pool::decompress_zlib_pooled(body, INFLATED);
        OwnedNodeRef::new(inflated.map_err(|_| Closed::Malformed)?)
    };
    Ok(node.map_err(|_| Closed::Malformed)?.to_owned_node())
}

/// Hands one stanza to the world. False when this connection has nothing more to say here.
fn take(shared: &Arc<Shared>, who: &Who, link: &Link, node: &Node) -> bool {
    tracing::trace!(link.id = link.id, tag = %node.tag, "a stanza arrives");
    shared.with(|world| match who {
        Who::Unpaired(_) if world.faults.strikes(None, &Fault::Mute) => true,
        Who::Unpaired(id) => {
            world.registration_stanza(*id, node);
            // A registration's lifetime is checked with each of its keepalives.
            let over = world
                .registrations
                .get(id)
                .is_some_and(Registration::is_over);
            if over {
                link.close();
            }
            !over
        }
        Who::Device(device) => {
            let present = world.connection(device);
            // A replaced or unlinked device may go on talking until it closes: nobody listens.
            if present.is_none_or(|present| present.link.id != link.id) {
                return true;
            }
            if world.faults.strikes(Some(device), &Fault::Mute) {
                // The last stanza that is swallowed ends the fault.
                if !world.faults.mutes(Some(device)) {
                    world.resume_all();
                }
                return true;
            }
            login::take(world, device, node)
        }
    })
}

fn leave(shared: &Arc<Shared>, who: &Who, link: &Link) {
    shared.with(|world| match who {
        Who::Unpaired(id) => world.registration_ended(*id),
        Who::Device(device) => {
            // A newer connection of the same device may have taken the place already.
            if world
                .connections
                .get(device)
                .is_some_and(|c| c.link.id == link.id)
            {
                world.set_available(device, false);
                world.subscriptions.forget(device);
                world.connections.remove(device);
            }
        }
    });
}
