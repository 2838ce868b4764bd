//! The key that the statuses are encrypted with, which whoever was in an audience has.

use std::sync::Arc;

use wacore_binary::Jid;
use whatsapp_rust::Client;

use crate::device::life::Life;
use crate::device::life::retry_admission::put_key_holders;
use crate::device::session::failures;
use crate::failure::Failure;

/// Makes a new sender key when somebody who may have the present one is no longer in the audience: with it they could
/// decrypt whatever comes next, should they get hold of it.
pub(super) async fn rotate(
    life: &Life,
    client: &Client,
    audience: &Arc<[u64]>,
) -> Result<(), Failure> {
    life.retry_gate.admit_only(audience.clone());
    let held = life.statuses.holders();
    if held == *audience {
        return Ok(());
    }
    let stays = |lid: &u64| audience.binary_search(lid).is_ok();
    if !held.iter().all(stays) {
        forget(client).await?;
    }
    note(life, audience).await
}

/// Lets these have the key as well, to be told that something is deleted. Whoever else has it may know.
pub(super) async fn widen(life: &Life, audience: &Arc<[u64]>) -> Result<(), Failure> {
    life.retry_gate.admit_only(audience.clone());
    let held = life.statuses.holders();
    if audience.iter().all(|lid| held.binary_search(lid).is_ok()) {
        return Ok(());
    }
    let mut all: Vec<u64> = held.iter().chain(audience.iter()).copied().collect();
    all.sort_unstable();
    all.dedup();
    note(life, &all.into()).await
}

/// Before the key goes out, so that its holders are known whatever happens then.
async fn note(life: &Life, holders: &Arc<[u64]>) -> Result<(), Failure> {
    let (store, device) = (&life.shared.store, life.plan.number);
    let noted = put_key_holders(store, device, holders).await;
    noted.map_err(|error| {
        Failure::of_store(
            "the holders of the statuses' key could not be noted",
            &error,
        )
    })?;
    life.statuses.set_holders(holders.clone());
    Ok(())
}

async fn forget(client: &Client) -> Result<(), Failure> {
    let Some(own) = client.lid() else {
        return Err(Failure::Disconnected);
    };
    // The library looks for the key under the name of the account's phone, whatever device it is told; ours is kept
    // under this device's name, which is written into the user part.
    let own = Jid::lid(format!("{}:{}", own.user, own.device));
    let signal = client.signal();
    let deleted = signal
        .delete_sender_key(&Jid::status_broadcast(), &own)
        .await;
    deleted.map_err(|error| failures::broken("the statuses' key could not be given up", &error))?;
    tracing::debug!("the sender key of the statuses was given up: its audience has shrunk");
    Ok(())
}
