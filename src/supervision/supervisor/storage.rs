//! A store that cannot write is nobody's own trouble: no device begins a life before it can.

use std::time::Duration;

use actix::prelude::*;
use tracing::{info, warn};

use super::Supervisor;
use crate::store::{Store, StoreError};
use crate::telemetry::Chain;

/// How often a store that failed is tried.
const PAUSE: Duration = Duration::from_secs(1);

impl Supervisor {
    /// A device could not write or read: lets nobody connect until the store is well, which it mostly is at once.
    pub(super) fn look_after_store(&mut self, ctx: &mut Context<Self>) {
        if self.admission.is_paused() {
            return;
        }
        self.admission.pause();
        let store = self.shared.store.clone();
        ctx.spawn(
            until_well(store)
                .into_actor(self)
                .map(|(), supervisor, ctx| {
                    supervisor.admission.resume();
                    supervisor.admit(ctx);
                }),
        );
    }
}

async fn until_well(store: Store) {
    let mut told = false;
    while let Err(error) = store.ready().await {
        if matches!(error, StoreError::Closed) {
            return;
        }
        if !told {
            warn!(error = %Chain(&error), "the store cannot write: devices that are not connected wait");
            told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    if told {
        info!("the store writes again");
    }
}
