//! What WhatsApp does not let the account do for now, as this life knows it.

use std::sync::Arc;

use chrono::Utc;
use parking_lot::Mutex;
use tokio::task::AbortHandle;
use tokio::time::sleep;
use tracing::{info, warn};
use wacore::types::events::Event as LibraryEvent;

use super::Life;
use crate::device::messages::News;
use crate::device::report::AccountRestriction;
use crate::device::restriction::{ReachOut, Restriction};
use crate::store::StoreError;
use crate::telemetry::Chain;
use crate::webhooks::event::Event;

/// The name under which it is kept for the next life.
const KEPT: &str = "restriction";

/// What is known of it.
#[derive(Default)]
pub struct Restrictions {
    known: Mutex<Restriction>,
    /// Waits for its next end.
    waits: Mutex<Option<AbortHandle>>,
}

impl Restrictions {
    /// What holds now.
    pub fn now(&self) -> Restriction {
        self.known.lock().at(Utc::now())
    }

    /// From now on this waits for the next end, and nothing else.
    fn wait(&self, waits: Option<AbortHandle>) {
        let before = std::mem::replace(&mut *self.waits.lock(), waits);
        before.inspect(AbortHandle::abort);
    }
}

impl Drop for Restrictions {
    fn drop(&mut self) {
        self.wait(None);
    }
}

impl Life {
    /// Takes up what an earlier life was told.
    pub async fn recall_restriction(self: &Arc<Self>) -> Result<(), StoreError> {
        let kept = self.shared.store.setting(self.plan.number, KEPT).await?;
        let kept: Restriction = kept.unwrap_or_default();
        let holds = kept.at(Utc::now());
        if !holds.is_none() {
            *self.restrictions.known.lock() = holds.clone();
            self.plan.report(News::Restricted(holds));
            self.watch_restriction();
        }
        Ok(())
    }

    /// WhatsApp may have told that something is not allowed, or is again.
    pub fn hear_restriction(self: &Arc<Self>, event: &LibraryEvent) {
        let LibraryEvent::MexNotification(update) = event else {
            return;
        };
        let now = Utc::now();
        let after = self.restrictions.known.lock().after(&update.payload, now);
        if let Some(after) = after {
            self.set_restriction(after.at(now));
        }
    }

    /// WhatsApp has refused to begin a chat, and has said until when.
    pub fn note_reach_out(self: &Arc<Self>, lock: ReachOut) {
        let mut restriction = self.restrictions.now();
        restriction.reach_out = Some(lock);
        self.set_restriction(restriction);
    }

    fn set_restriction(self: &Arc<Self>, restriction: Restriction) {
        {
            let mut known = self.restrictions.known.lock();
            if *known == restriction {
                return;
            }
            known.clone_from(&restriction);
        }
        info!(
            ?restriction,
            "what WhatsApp lets the account do has changed"
        );
        self.plan.report(News::Restricted(restriction.clone()));
        self.publish(Event::of(&AccountRestriction::from(restriction.clone())));
        self.watch_restriction();
        let life = self.clone();
        Self::soon("a restriction is not known to the next life", async move {
            let (store, device) = (&life.shared.store, life.plan.number);
            if let Err(error) = store.put_setting(device, KEPT, &restriction).await {
                warn!(error = %Chain(&error), "a restriction is not known to the next life");
            }
        });
    }

    /// Tells of its end when that comes, should this life last so long.
    fn watch_restriction(self: &Arc<Self>) {
        let Some(end) = self.restrictions.known.lock().next_end() else {
            return self.restrictions.wait(None);
        };
        // A life does not last for longer because of it.
        let life = Arc::downgrade(self);
        let waits = Self::soon("the end of a restriction is not noticed", async move {
            let left = (end - Utc::now()).to_std().unwrap_or_default();
            sleep(left).await;
            if let Some(life) = life.upgrade() {
                life.set_restriction(life.restrictions.now());
            }
        });
        self.restrictions.wait(waits);
    }
}
