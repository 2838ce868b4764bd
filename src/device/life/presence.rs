//! What the account shows of its presence, and whose it is told of. WhatsApp forgets both with the connection, and the
//! protocol library says that somebody is there whenever it logs in: so they are kept, and said again.

use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, MutexGuard};
use wacore_binary::Jid;
use whatsapp_rust::Client;

use super::Life;
use crate::store::StoreError;
use crate::telemetry::Chain;

const SETTING: &str = "presence";

/// What somebody has asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// Nobody is to see that somebody is there.
    pub hidden: bool,
    /// JIDs of those whose presence is to be told, the latest last.
    pub watched: Vec<String>,
}

impl Wishes {
    /// As many people are watched at most: each costs a stanza at every login.
    pub const MOST: usize = 256;

    /// Watches somebody from now on; returns who had to give way.
    pub fn watch(&mut self, jid: String) -> Option<String> {
        self.watched.retain(|watched| *watched != jid);
        self.watched.push(jid);
        let too_many = self.watched.len() > Self::MOST;
        too_many.then(|| self.watched.remove(0))
    }
}

/// One change at a time: what is kept is what WhatsApp was told last.
#[derive(Default)]
pub struct Presence(Mutex<()>);

impl Life {
    /// Waits for the right to change it. Whoever has it makes a few writes.
    pub async fn presence_turn(&self) -> MutexGuard<'_, ()> {
        self.presence.0.lock().await
    }

    /// What somebody has asked for.
    pub async fn wishes(&self) -> Result<Wishes, StoreError> {
        let kept = self.shared.store.setting(self.plan.number, SETTING).await?;
        Ok(kept.unwrap_or_default())
    }

    /// Keeps it; durable when answered.
    pub async fn keep_wishes(&self, wishes: &Wishes) -> Result<(), StoreError> {
        let store = &self.shared.store;
        store.put_setting(self.plan.number, SETTING, wishes).await
    }

    /// Says it all again, on a new connection.
    pub(super) async fn repeat_wishes(&self, client: &Client) {
        let _turn = self.presence_turn().await;
        let wishes = match self.wishes().await {
            Ok(wishes) => wishes,
            Err(error) => {
                tracing::warn!(device.id = %self.plan.device, error = %Chain(&error), "what the account shows of its presence could not be read");
                return;
            }
        };
        let presence = client.presence();
        // What cannot be said has no connection, and is said on the next one.
        if wishes.hidden && presence.set_unavailable().await.is_err() {
            return;
        }
        for jid in wishes
            .watched
            .iter()
            .filter_map(|jid| jid.parse::<Jid>().ok())
        {
            if presence.subscribe(jid).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_watched_last_is_watched_longest_and_nobody_twice() {
        let mut wishes = Wishes::default();
        for number in 0..Wishes::MOST {
            assert_eq!(wishes.watch(number.to_string()), None);
        }
        assert_eq!(wishes.watch("0".into()), None);
        assert_eq!(wishes.watch("one more".into()), Some("1".into()));
        assert_eq!(wishes.watched.len(), Wishes::MOST);
    }
}
