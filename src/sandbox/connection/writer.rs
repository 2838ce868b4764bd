//! The only one who writes to a logged-in client: it seals stanzas in the order of the link's queue.

use std::time::Duration;

use actix_ws::Session;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use wacore_noise::NoiseCipher;
use wacore_noise::framing::encode_frame;

use super::frames::Closed;
use crate::sandbox::link::{Cut, Link, Outgoing};

/// A client that takes nothing for so long is cut off, however little waits for it.
const STUCK: Duration = Duration::from_secs(60);
/// Time for the client to act on a last stanza before the socket goes.
const PARTING: Duration = Duration::from_secs(1);
/// What AES-GCM adds.
const TAG: usize = 16;

/// Encrypts and writes what the link is given, in order, until the link ends.
pub async fn run(
    mut session: Session,
    mut queue: mpsc::UnboundedReceiver<Outgoing>,
    mut cut: watch::Receiver<Cut>,
    cipher: NoiseCipher,
    link: Link,
) {
    let mut counter = 0;
    loop {
        let outgoing = tokio::select! {
            biased;
            _ = cut.wait_for(Cut::is_cut) => return,
            outgoing = queue.recv() => outgoing,
        };
        let Some(Outgoing::Stanza(plain, event)) = outgoing else {
            break;
        };
        link.kept(event).await;
        let Some(frame) = seal(&cipher, counter, &plain) else {
            break;
        };
        let sent = tokio::select! {
            sent = timeout(STUCK, send_frame(&mut session, &frame)) => sent,
            _ = cut.wait_for(Cut::is_cut) => return,
        };
        if sent.is_err() {
            tracing::warn!(
                link.id = link.id,
                "a client takes nothing and is disconnected"
            );
        }
        if !matches!(sent, Ok(Ok(()))) {
            link.cut();
            return;
        }
        link.written();
        counter += 1;
    }
    // A client that is told why it has to go closes by itself. One library sees only a lost
    // connection when the socket goes before it has decrypted the last stanza.
    if timeout(PARTING, cut.wait_for(Cut::is_cut)).await.is_err() {
        let _ = timeout(PARTING, session.close(None)).await;
    }
    link.cut();
}

fn seal(cipher: &NoiseCipher, counter: u32, plain: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(plain.len() + TAG);
    bytes.extend_from_slice(plain);
    cipher
        .encrypt_in_place_with_counter(counter, &mut bytes)
        .ok()?;
    Some(bytes)
}

pub async fn send_frame(session: &mut Session, payload: &[u8]) -> Result<(), Closed> {
    let frame = encode_frame(payload, None).map_err(|_| Closed::TooLarge)?;
    session.binary(frame).await.map_err(|_| Closed::Ended)
}
