//! The key that the statuses are encrypted with, which whoever was in an audience has.

use wacore_binary::Jid;

use super::audience::Audience;
use crate::device::life::retry_admission::{KEY_HOLDERS, key_holders};
use crate::device::session::{Session, failures};
use crate::failure::Failure;

/// Makes a new sender key when somebody who may have the present one is no longer in the audience: with it they could
/// decrypt whatever comes next, should they get hold of it.
pub(super) async fn rotate(session: &Session, audience: &Audience) -> Result<(), Failure> {
    session.life.retry_gate.admit_only(audience.users.clone());
    let (store, device) = (&session.life.shared.store, session.life.plan.number);
    let held = key_holders(store, device).await.map_err(|error| {
        Failure::of_store("the holders of the statuses' key could not be read", &error)
    })?;
    if held == audience.names {
        return Ok(());
    }
    let stays = |name: &String| audience.names.binary_search(name).is_ok();
    if !held.iter().all(stays) {
        forget(session).await?;
    }
    // Before the key goes out, so that its holders are known whatever happens then.
    let noted = store.put_setting(device, KEY_HOLDERS, &audience.names);
    noted.await.map_err(|error| {
        Failure::of_store(
            "the holders of the statuses' key could not be noted",
            &error,
        )
    })
}

async fn forget(session: &Session) -> Result<(), Failure> {
    let Some(own) = session.client.lid() else {
        return Err(Failure::Disconnected);
    };
    // The library looks for the key under the name of the account's phone, whatever device it is told; ours is kept
    // under this device's name, which is written into the user part.
    let own = Jid::lid(format!("{}:{}", own.user, own.device));
    let signal = session.client.signal();
    let deleted = signal
        .delete_sender_key(&Jid::status_broadcast(), &own)
        .await;
    deleted.map_err(|error| failures::broken("the statuses' key could not be given up", &error))?;
    tracing::debug!("the sender key of the statuses was given up: its audience has shrunk");
    Ok(())
}
