//! A client at work, and how it is taken down.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::runtime::Handle;
use tokio::task;
use tokio::time::timeout;
use tracing::{info, warn};
use whatsapp_rust::pair_code::PairCodeOptions;
use whatsapp_rust::passkey::PasskeyError;
use whatsapp_rust::{Client, RawNodeLease};

use super::Life;
use super::app_state::sync;
use super::runtime::Tasks;
use super::signs::Ended;
use crate::device::exit::ExitReason;
use crate::device::pairing::passkey::Assertion;
use crate::device::pairing::{NoCode, PairCode};
use crate::device::report::{AppStateSyncComplete, OfflineSyncCompleted};
use crate::device::session::resend::resend_left;
use crate::device::session::status::posting::post_all;
use crate::store::StoreError;
use crate::store::devices::Account;

/// How long a life may take to say goodbye.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the library may work on what a life has begun, once it is over.
const LAST_WORDS: Duration = Duration::from_secs(30);

/// A client at work. Dropped, it is taken down without a goodbye.
pub(in crate::device) struct Running {
    /// What the life has besides.
    pub life: Arc<Life>,
    /// The library's side.
    pub client: Arc<Client>,
    /// The end of its loop.
    pub(super) ended: Ended,
    /// What the library does meanwhile.
    pub(super) tasks: Tasks,
    /// Has all stanzas shown as they come.
    pub(super) _stanzas: RawNodeLease,
}

/// What a life had to store was not stored.
#[derive(Debug, thiserror::Error)]
pub enum NotStored {
    /// What the library keeps of the device: its keys, the account's name.
    #[error("the device record could not be written")]
    Record(#[from] wacore::store::error::StoreError),
    /// As whom it is logged in.
    #[error("the login could not be noted")]
    Login(#[from] StoreError),
}

impl Drop for Running {
    fn drop(&mut self) {
        // The loop holds the client: dropping ours would not end it.
        self.client.signal_shutdown_sync();
        // The tasks hold it, too, those that show codes for minutes.
        let (tasks, paired) = (self.tasks.clone(), self.client.pn().is_some());
        match Handle::try_current() {
            // A fetch that is cut off half-way would leave a version without its MACs.
            Ok(shard) if paired => {
                shard.spawn(async move {
                    tokio::time::sleep(LAST_WORDS).await;
                    tasks.end();
                });
            }
            _ => tasks.end(),
        }
    }
}

impl Running {
    /// Fetches what earlier lives missed, and what this one is told to.
    pub fn catch_up(&self) {
        sync::start(&self.life, &self.client);
    }

    /// Shows and watches what somebody has asked for on an earlier connection.
    pub fn repeat_wishes(&self) -> impl Future<Output = ()> + 'static {
        let (life, client) = (self.life.clone(), self.client.clone());
        async move { life.repeat_wishes(&client).await }
    }

    /// Tells webhooks once this life has caught up.
    pub fn synced(&self) -> impl Future<Output = ()> + 'static {
        let life = self.life.clone();
        async move {
            life.owed.caught_up().await;
            let (webhooks, device) = (&life.shared.webhooks, life.plan.number);
            webhooks.tell(device, &AppStateSyncComplete {});
        }
    }

    /// Asks for what still waits at WhatsApp, and tells webhooks once it is here.
    pub fn read_backlog(&self) -> impl Future<Output = ()> + 'static {
        let (life, client) = (self.life.clone(), self.client.clone());
        async move {
            warn!(device.id = %life.plan.device, "what waited at WhatsApp takes long: the rest is asked for");
            let heard = life.keepalive.heard();
            if let Some(count) = life.backlog.read(&client, heard).await {
                let (webhooks, device) = (&life.shared.webhooks, life.plan.number);
                webhooks.tell(device, &OfflineSyncCompleted { count });
            }
        }
    }

    /// Makes what the login brought durable, above all the account's name: a life that begins without it waits ten seconds
    /// for the phone.
    pub fn save(&self) -> impl Future<Output = Result<(), NotStored>> + 'static {
        let client = self.client.clone();
        async move { save_device(&client).await }
    }

    /// Sends once more what an earlier run of the daemon may have sent.
    pub fn resend(&self) -> impl Future<Output = ()> + 'static {
        resend_left(self.life.clone(), self.client.clone())
    }

    /// Posts what is to reach many, as long as this life lasts.
    pub fn post(&self) -> impl Future<Output = ()> + 'static {
        post_all(self.life.clone(), self.client.clone())
    }

    /// Watches over the connection. Returns when it is of no use any more, and why.
    pub fn lost(&self) -> impl Future<Output = ExitReason> + 'static {
        let (life, client) = (self.life.clone(), self.client.clone());
        async move { life.keepalive.lost(&client).await }
    }

    /// Whether WhatsApp has let it in, however much of the rest has come.
    pub fn is_logged_in(&self) -> bool {
        self.client.is_logged_in()
    }

    /// Asks WhatsApp for a code to type, which replaces an earlier one.
    pub fn pair_code(
        &self,
        phone: String,
    ) -> impl Future<Output = Result<PairCode, NoCode>> + 'static {
        let client = self.client.clone();
        async move {
            let asked = Utc::now();
            client.cancel_pair_code().await;
            let options = PairCodeOptions {
                phone_number: phone.clone(),
                ..Default::default()
            };
            let code = client.pair_with_code(options).await?;
            Ok(PairCode::new(code, phone, asked))
        }
    }

    /// Ends the task that shows codes to scan, one after the other, and hangs up after the last.
    pub fn stop_codes(&self, shown_by: Option<task::Id>) {
        if let Some(shown_by) = shown_by {
            self.tasks.end_one(shown_by);
        }
    }

    /// Forgets the code that was typed: the library gives a pairing by it up a minute later, and with it the secret that
    /// the pairing may have agreed on by then.
    pub fn forget_pair_code(&self) -> impl Future<Output = ()> + 'static {
        let client = self.client.clone();
        async move { client.cancel_pair_code().await }
    }

    /// Sends what a browser has answered.
    pub fn answer_passkey(
        &self,
        assertion: Assertion,
    ) -> impl Future<Output = Result<(), PasskeyError>> + 'static {
        let client = self.client.clone();
        async move { client.send_passkey_response(assertion.written()).await }
    }

    /// Has the phone link the device: the codes are the same.
    pub fn confirm_passkey(&self) -> impl Future<Output = Result<(), PasskeyError>> + 'static {
        let client = self.client.clone();
        async move { client.send_passkey_confirmation().await }
    }

    /// Notes what was agreed, says goodbye and waits for the library to be gone, all within a bounded time.
    pub async fn close(self, paired: Option<Account>) -> Result<(), NotStored> {
        if self.life.backlog.unread().is_some() {
            info!(device.id = %self.life.plan.device, "not all that waited at WhatsApp has come: the next connection asks for it again");
        }
        let paired = match paired {
            Some(login) => self.store_pairing(login).await,
            None => Ok(()),
        };
        if timeout(CLOSE_TIMEOUT, self.say_goodbye()).await.is_err() {
            self.client.signal_shutdown_sync();
        }
        paired.and(save_device(&self.client).await)
    }

    async fn store_pairing(&self, login: Account) -> Result<(), NotStored> {
        // The keys first: a row that says "paired" without them would be a lie.
        save_device(&self.client).await?;
        Ok(self.life.note_login(login).await?)
    }

    async fn say_goodbye(&self) {
        self.client.disconnect().await;
        self.ended.clone().await;
        self.life.contacts.settle().await;
        self.life.chats.settle().await;
    }
}

/// Makes the library's device record durable. Its own `flush` returns at once while its saver is still writing, and what
/// is written after the next life has begun is refused.
async fn save_device(client: &Client) -> Result<(), NotStored> {
    let manager = client.persistence_manager();
    let device = manager.get_device_snapshot().to_serializable();
    Ok(manager.backend().save(&device).await?)
}
