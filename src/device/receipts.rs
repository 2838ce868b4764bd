//! Receipts of all devices, in their order: whose they are is found out, then they are told and taken note of.
//!
//! They come on the receive path, which cannot wait for the store.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tracing::warn;
use wacore::types::events::Receipt;

use super::known_as::KnownAs;
use super::life::Life;
use super::life::viewers::Viewing;
use super::report::StatusViewed;
use crate::store::DeviceNumber;
use crate::store::status_views::ViewSign;
use crate::store::statuses::StoredAudience;
use crate::telemetry::Chain;
use crate::webhooks::event::Event;

/// Receipts that may wait; what comes beyond that is dropped.
const MOST: usize = 20_000;

/// Receipts that are taken in at once.
const CHUNK: usize = 500;

/// Where receipts are handed in. Its clones are the same.
#[derive(Clone)]
pub struct Receipts(mpsc::Sender<Waiting>);

enum Waiting {
    Receipt(Arc<Life>, Box<Receipt>),
    Flush(oneshot::Sender<()>),
}

impl Receipts {
    /// Takes them in as long as anybody can hand one in.
    pub fn start() -> Self {
        let (hand_in, waiting) = mpsc::channel(MOST);
        tokio::spawn(take_in(waiting));
        Self(hand_in)
    }

    /// Somebody has got or read messages of this life's device, or its account has on another device.
    pub(super) fn hear(&self, life: &Arc<Life>, receipt: &Receipt) {
        let receipt = Waiting::Receipt(life.clone(), Box::new(receipt.clone()));
        if self.0.try_send(receipt).is_err() {
            warn!("too many receipts at once: one is not taken note of");
        }
    }

    /// Returns when all that has been handed in is told and noted.
    pub async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        // Without the task nothing waits.
        if self.0.send(Waiting::Flush(done)).await.is_ok() {
            let _ = flushed.await;
        }
    }
}

async fn take_in(mut waiting: mpsc::Receiver<Waiting>) {
    let mut taken = Vec::with_capacity(CHUNK);
    while waiting.recv_many(&mut taken, CHUNK).await > 0 {
        let (mut receipts, mut flushed) = (Vec::with_capacity(taken.len()), Vec::new());
        for next in taken.drain(..) {
            match next {
                Waiting::Receipt(life, receipt) => receipts.push((life, receipt)),
                Waiting::Flush(done) => flushed.push(done),
            }
        }
        take_all(receipts).await;
        for done in flushed {
            let _ = done.send(());
        }
    }
}

/// What they say is kept before it is told: whoever was told of it finds it here.
async fn take_all(receipts: Vec<(Arc<Life>, Box<Receipt>)>) {
    let Some((life, _)) = receipts.first() else {
        return;
    };
    let states = life.shared.states.clone();
    let (mut understood, mut all) = (Vec::with_capacity(receipts.len()), Vec::new());
    let (mut viewings, mut audiences) = (Vec::new(), Audiences::default());
    for (life, mut receipt) in receipts {
        let (reader, signs) = life.understand(&receipt).await;
        for viewing in life.viewings(&receipt, &reader) {
            match audiences.admit(&life, &viewing).await {
                true => viewings.push((life.clone(), viewing)),
                // Whoever it did not go to can know its id, and nothing else of it.
                false => receipt.message_ids.retain(|id| *id != viewing.id),
            }
        }
        if receipt.message_ids.is_empty() {
            continue;
        }
        understood.push((life, receipt, reader, all.len()..all.len() + signs.len()));
        all.extend(signs);
    }
    let refused = states.note_all_now(&all).await;
    note_viewings(&viewings).await;
    for (life, receipt, reader, signs) in understood {
        let refused = signs.filter(|sign| refused.contains(sign));
        let refused = refused.filter_map(|sign| Some(all.get(sign)?.id.as_str()));
        life.tell_receipt(&receipt, &reader, &refused.collect());
    }
}

/// To whom own statuses go, each asked once.
#[derive(Default)]
struct Audiences(HashMap<(DeviceNumber, String), Option<StoredAudience>>);

impl Audiences {
    /// Whether somebody may have a status, as far as that is known.
    async fn admit(&mut self, life: &Life, viewing: &Viewing) -> bool {
        let (store, device) = (&life.shared.store, life.plan.number);
        let audience = match self.0.entry((device, viewing.id.clone())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let found = store.status_audience(device, &viewing.id).await;
                place.insert(found.unwrap_or_else(|error| {
                    warn!(error = %Chain(&error), "to whom a status went could not be read");
                    None
                }))
            }
        };
        let lid = viewing.who.lid.as_deref();
        let has = |audience: &StoredAudience| lid.is_some_and(|lid| audience.has(lid));
        audience.as_ref().is_none_or(has)
    }
}

/// What they say of statuses is kept, and told where it is news.
async fn note_viewings(viewings: &[(Arc<Life>, Viewing)]) {
    let Some((life, _)) = viewings.first() else {
        return;
    };
    let signs = viewings.iter().map(|(life, viewing)| ViewSign {
        device: life.plan.number,
        id: &viewing.id,
        name: viewing.name(),
        who: &viewing.who,
        viewed: viewing.viewed,
        at: viewing.at,
    });
    let signs: Vec<ViewSign<'_, KnownAs>> = signs.collect();
    match life.shared.store.note_views(&signs).await {
        Ok(new) => {
            let news = viewings.iter().zip(&new).filter(|(_, new)| **new);
            for ((life, viewing), _) in news {
                life.publish(Event::of(&StatusViewed::new(viewing)));
            }
        }
        Err(error) => warn!(error = %Chain(&error), "who has seen statuses could not be kept"),
    }
}
