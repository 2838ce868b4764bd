//! What keeps one life alive: the protocol library's side.
//!
//! Whoever works in a life has one `Arc` of [`Life`]. The library's client is not in it: client, observer and hook hold
//! the life, and the life holds nobody, so it is gone when they are.

pub mod acks;
pub mod app_state;
mod awake;
pub mod backlog;
pub mod blocking;
pub mod calls;
pub mod chats;
pub mod clock;
pub mod contact;
pub mod contacts;
pub mod failpoints;
pub mod fetch;
mod hook;
pub mod jobs;
mod keep;
pub mod keepalive;
pub mod lanes;
mod observer;
pub mod other_numbers;
mod patience;
pub mod presence;
mod restrictions;
pub mod retry_admission;
pub mod reuploads;
pub mod rules;
pub mod running;
pub mod runtime;
pub mod signs;
pub mod start;
pub mod statuses;
pub mod transport;
pub mod version;
pub mod viewers;
mod votes;

use std::sync::{Arc, OnceLock};

use actix::Recipient;
use chrono::{DateTime, Utc};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tracing::{Instrument as _, warn};
use wacore_binary::Jid;

use self::acks::Acks;
use self::app_state::Owed;
use self::backlog::Backlog;
use self::calls::Calls;
use self::chats::ChatBook;
use self::contacts::ContactBook;
use self::failpoints::Failpoints;
use self::jobs::Jobs;
use self::keepalive::{Keepalive, Limits};
use self::lanes::Lanes;
use self::other_numbers::OtherNumbers;
use self::presence::Presence;
use self::restrictions::Restrictions;
use self::retry_admission::RetryGate;
use self::reuploads::Reuploads;
use self::rules::Told;
use self::statuses::Statuses;
use super::known_as::KnownAs;
use super::messages::{News, Observed, Plan};
use super::session::newsletters::live::Watched;
use super::shared::Shared;
use crate::store::devices::Account;
use crate::store::{RecordBackend, StoreError};
use crate::telemetry::Chain;
use crate::webhooks::event::Event;

/// What one life has, but for the client.
pub(super) struct Life {
    /// Which life this is, and to whom it reports.
    pub plan: Plan,
    /// When it began.
    pub begun: DateTime<Utc>,
    /// What all lives share.
    pub shared: Arc<Shared>,
    /// Who the account is, once it is paired.
    pub own: OnceLock<KnownAs>,
    /// Acts on what happens.
    pub actor: Recipient<Observed>,
    /// The library's storage, which is this life's alone.
    pub records: Arc<RecordBackend>,
    /// Who waits for an ack.
    pub acks: Acks,
    /// In which order is sent.
    pub lanes: Lanes,
    /// The same among jobs, which let others past.
    pub job_lanes: Lanes,
    /// Messages whose media their senders were asked to upload again.
    pub reuploads: Reuploads,
    /// The calls that ring.
    pub calls: Calls,
    /// What goes on although its caller has been answered.
    pub jobs: Jobs,
    /// What was done with its chats, and who wrote last.
    pub chats: ChatBook,
    /// Whom the account knows.
    pub contacts: ContactBook,
    /// Numbers by which WhatsApp does not name the people whom they reach.
    pub other_numbers: OtherNumbers,
    /// What it shows of its presence, and whose it is told of.
    pub presence: Presence,
    /// Newsletters of which it is told what becomes of their posts.
    pub watched: Watched,
    /// The app state that is still to be fetched.
    pub owed: Owed,
    /// What WhatsApp does not let the account do.
    pub restrictions: Restrictions,
    /// What waited at WhatsApp.
    pub backlog: Backlog,
    /// Who may ask for a status once more.
    pub retry_gate: RetryGate,
    /// What is posted to many, and to whom the latest status went.
    pub statuses: Statuses,
    /// Who may see them, as WhatsApp has said.
    pub told: Told,
    /// How the connection is.
    pub keepalive: Keepalive,
    /// Where tests make it fail.
    pub failpoints: Failpoints,
}

impl Life {
    /// Has webhooks told of something, soon and without waiting; whoever goes by one name in it is given the other.
    pub fn publish(&self, event: Event) {
        let names = Some(self.records.clone());
        self.shared
            .webhooks
            .publish_with(self.plan.number, event, names);
    }

    /// Has something done of which nobody waits for the end. `otherwise`: what is so if it cannot be begun.
    pub fn soon(
        otherwise: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> Option<AbortHandle> {
        match Handle::try_current() {
            Ok(runtime) => Some(runtime.spawn(work.in_current_span()).abort_handle()),
            Err(error) => {
                warn!(error = %Chain(&error), "{otherwise}");
                None
            }
        }
    }

    /// From here on the store refuses what an older life writes.
    pub fn new(plan: Plan, shared: Arc<Shared>, actor: Recipient<Observed>) -> Self {
        let records = shared.store.backend(plan.number, plan.life);
        let (store, device) = (shared.store.clone(), plan.number);
        Self {
            chats: ChatBook::open(store, device, records.clone(), &actor),
            records,
            acks: Acks::default(),
            lanes: Lanes::default(),
            job_lanes: Lanes::default(),
            reuploads: Reuploads::default(),
            calls: Calls::default(),
            jobs: Jobs::default(),
            contacts: ContactBook::open(shared.store.clone(), plan.number, &actor),
            other_numbers: OtherNumbers::default(),
            own: OnceLock::new(),
            presence: Presence::default(),
            watched: Watched::default(),
            owed: Owed::everything(),
            restrictions: Restrictions::default(),
            backlog: Backlog::default(),
            retry_gate: RetryGate::default(),
            statuses: Statuses::default(),
            told: Told::default(),
            keepalive: Keepalive::new(Limits::from(&shared.whatsapp)),
            failpoints: Failpoints::of(plan.device),
            begun: Utc::now(),
            plan,
            shared,
            actor,
        }
    }

    /// Has the contacts read anew if a patch has removed some: the library does not say whom.
    pub fn look_for_removals(&self) {
        let removals = self.records.progress().take_removals();
        if removals.contains(app_state::CONTACTS.as_str()) {
            self.owed.want([app_state::CONTACTS], true);
        }
    }

    /// Notes as whom the device is logged in, and tells the supervisor.
    pub async fn note_login(&self, login: Account) -> Result<(), StoreError> {
        let store = &self.shared.store;
        let noted = store.set_paired(self.plan.device, &login);
        noted.await?;
        let names = [&login.jid, &login.lid].into_iter();
        let names = names.filter_map(|name| name.parse::<Jid>().ok());
        self.own.get_or_init(|| KnownAs::of(names));
        self.plan.report(News::Paired(login));
        Ok(())
    }
}
