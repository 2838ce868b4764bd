//! What a command sees of a live device: our words on this side, the protocol library's behind them.
//!
//! What it can do lies by area in the files below: `session.groups().info(&jid)`.

pub mod app_state;
pub mod blocklist;
pub mod calls;
pub mod chats;
pub mod communities;
pub mod contacts;
mod failures;
pub mod groups;
mod jids;
mod jobs;
pub mod kept_media;
mod line;
pub mod lookup;
pub mod media;
pub mod messages;
pub mod newsletters;
pub mod others_statuses;
pub mod outgoing;
pub mod presence;
pub mod privacy;
pub mod profile;
pub mod resend;
pub mod status;
mod unsent;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix::Recipient;
use chrono::{DateTime, Utc};
use tokio::time::timeout;
use wacore::iq::devices::RemoveCompanionDeviceSpec;
use whatsapp_rust::Client;

use self::jobs::Answered;
use self::line::InLine;
use super::deadline::Deadline;
use super::exit::ExitReason;
use super::job::Terms;
use super::known_as::{KnownAs, Named};
use super::life::Life;
use super::life::acks::Answer;
use super::life::failpoints::Point;
use super::life::running::Running;
use super::messages::Stop;
use super::report::Participant;
use super::told;
use crate::device::restriction::ReachOut;
use crate::failure::{Failure, NotAccepted};
use crate::ids::{DeviceId, UserId};
use crate::memory::Permit;

/// WhatsApp's acceptance of one message.
#[derive(Clone, Debug)]
pub struct Ack {
    /// Chosen here, before it was sent.
    pub message_id: String,
    /// WhatsApp's own time.
    pub at: DateTime<Utc>,
}

/// Whether a command has begun to send something that counts for others.
#[derive(Clone, Default)]
pub struct Sending(Arc<Progress>);

#[derive(Default)]
struct Progress {
    started: AtomicBool,
    begun: AtomicBool,
    changing: AtomicBool,
    promised: AtomicBool,
}

impl Sending {
    /// A device works on the command.
    pub fn start(&self) {
        self.0.started.store(true, Ordering::Relaxed);
    }

    /// Whether a device has worked on it at all.
    pub fn started(&self) -> bool {
        self.0.started.load(Ordering::Relaxed)
    }

    /// From now on it is seen through, whether or not its caller waits.
    fn begin(&self) {
        self.0.begun.store(true, Ordering::Relaxed);
    }

    /// The same of a change of which a failure says that it may have happened.
    fn change(&self) {
        self.begin();
        self.0.changing.store(true, Ordering::Relaxed);
    }

    /// Whether such a change has begun.
    pub fn changing(&self) -> bool {
        self.0.changing.load(Ordering::Relaxed)
    }

    /// From now on it goes on even when its device goes: the next life takes it up.
    fn promise(&self) {
        self.begin();
        self.0.promised.store(true, Ordering::Relaxed);
    }

    /// Whether it goes on whatever happens.
    pub fn promised(&self) -> bool {
        self.0.promised.load(Ordering::Relaxed)
    }

    /// It has not, after all: nothing was written.
    fn has_not(&self) {
        self.0.begun.store(false, Ordering::Relaxed);
    }

    /// Whether it has begun.
    pub fn begun(&self) -> bool {
        self.0.begun.load(Ordering::Relaxed)
    }
}

/// A live device, lent to one command.
#[derive(Clone)]
pub struct Session {
    life: Arc<Life>,
    client: Arc<Client>,
    terms: Terms,
    taken_on: Answered,
    line: InLine,
    stop: Recipient<Stop>,
}

impl Session {
    /// What changes something that others see: from now on it is seen through, and a failure without WhatsApp's word says
    /// that it may have happened.
    async fn changes<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        self.terms.sending.change();
        work.await.map_err(Failure::perhaps)
    }

    /// A chat by this JID, with the names of the other side.
    pub async fn named(&self, jid: String) -> Named {
        let who = match jid.parse() {
            Ok(chat) => Participant::names_in(&self.life.records, &chat).await,
            Err(_group_or_nobody) => KnownAs::default(),
        };
        Named { jid, who }
    }

    /// Lends it on these terms. `stop`: ends the life.
    pub(super) fn new(running: &Running, terms: Terms, stop: Recipient<Stop>) -> Self {
        Self {
            life: running.life.clone(),
            client: running.client.clone(),
            terms,
            taken_on: Answered::default(),
            line: InLine::default(),
            stop,
        }
    }

    /// Which device it is.
    pub fn device(&self) -> DeviceId {
        self.life.plan.device
    }

    /// Who has asked.
    pub fn caller(&self) -> UserId {
        self.terms.caller
    }

    /// For what the request brought. A clone belongs beside it wherever it may outlive the command.
    pub fn held(&self) -> &Permit {
        &self.terms.held
    }

    /// For what is to be held besides, in the name of whoever asked; for nothing yet.
    pub fn room(&self) -> Permit {
        self.terms.held.another()
    }

    /// Whether the command has begun to send.
    pub fn sending(&self) -> Sending {
        self.terms.sending.clone()
    }

    /// By when the command ends.
    pub fn deadline(&self) -> Deadline {
        self.terms.deadline.clone()
    }

    /// The `query` clock: one stanza and its answer.
    fn query_timeout(&self) -> Duration {
        self.life.shared.whatsapp.query_timeout
    }

    /// Asks WhatsApp to unlink this device, then ends the life.
    pub async fn unlink(&self) -> Result<(), Failure> {
        let Some(jid) = self.client.pn() else {
            return Err(Failure::Disconnected);
        };
        let unlink = async {
            let unlinked = self.client.execute(RemoveCompanionDeviceSpec::new(&jid));
            unlinked.await.map_err(failures::unanswered)
        };
        self.query(unlink).await?;
        self.stop.do_send(Stop(ExitReason::LoggedOut));
        Ok(())
    }

    /// Asks WhatsApp something, under the `query` clock.
    async fn query<T>(
        &self,
        query: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        self.life.failpoints.hit(Point::Command);
        let answered = timeout(self.query_timeout(), query).await;
        answered.unwrap_or_else(|_| {
            self.life.keepalive.probe_now();
            Err(Failure::TimedOut { message_id: None })
        })
    }

    /// Why WhatsApp did not accept a message, as far as it tells.
    async fn not_accepted(&self, code: String, message_id: &str) -> Failure {
        let mut refusal = NotAccepted::new(code, message_id);
        if refusal.is_reach_out() {
            let mex = self.client.mex();
            // What is not told is not known; the refusal is one all the same.
            let told = timeout(self.query_timeout(), mex.fetch_reachout_timelock()).await;
            let lock = told.ok().and_then(Result::ok);
            let end = lock.and_then(|lock| {
                let until = lock
                    .time_enforcement_ends?
                    .parse()
                    .ok()
                    .map(told::seconds)?;
                Some((until, lock.enforcement_type))
            });
            if let Some((until, enforcement_type)) = end {
                refusal.until = Some(until);
                self.life.note_reach_out(ReachOut {
                    until,
                    enforcement_type,
                });
            }
        }
        failures::nacked(refusal)
    }

    /// The id of what the command sends: chosen before anybody was asked, or now.
    fn id_to_send(&self) -> String {
        let chosen = self.terms.message_id.clone();
        chosen.unwrap_or_else(|| self.client.generate_message_id())
    }

    /// Sends under an id chosen before the first byte leaves, and waits for WhatsApp's own ack: written is not accepted.
    /// `send` is given the id and writes the message, and is the only thing that differs between one kind and another;
    /// `kind` is its `message_type`.
    ///
    /// When the deadline passes nobody knows what became of the message: the failure names the id under which it may
    /// still arrive.
    async fn accepted<F>(
        &self,
        message_id: String,
        kind: Option<String>,
        send: impl FnOnce(String) -> F,
    ) -> Result<Ack, Failure>
    where
        F: Future<Output = Result<(), Failure>>,
    {
        let noted = async |_: &Answer| {};
        self.accepted_and_noted(message_id, kind, send, noted).await
    }

    /// The same of a message whose answer is noted elsewhere as well, before anybody is told of it.
    async fn accepted_and_noted<F>(
        &self,
        message_id: String,
        kind: Option<String>,
        send: impl FnOnce(String) -> F,
        also: impl AsyncFnOnce(&Answer),
    ) -> Result<Ack, Failure>
    where
        F: Future<Output = Result<(), Failure>>,
    {
        self.terms.sending.begin();
        let ack = self.life.acks.expect(&message_id, kind);
        let sent = send(message_id.clone());
        let sent = Box::pin(sent);
        let accepted = async {
            sent.await?;
            let answer = ack.answer().await.ok_or(Failure::Disconnected)?;
            // A phone that cannot read it asks for it again, perhaps in the device's next life.
            let settled = self.life.records.settled();
            let noted = self.life.note_answer_now(&message_id, &answer);
            let (settled, (), ()) = futures::join!(settled, noted, also(&answer));
            let at = match answer {
                Ok(at) => at,
                Err(code) => return Err(self.not_accepted(code, &message_id).await),
            };
            settled.map_err(|error| {
                Failure::of_store("what a message has changed could not be stored", &error)
            })?;
            Ok(at)
        };
        match self.terms.deadline.limit(Duration::ZERO, accepted).await {
            Some(accepted) => accepted.map(|at| Ack { message_id, at }),
            None => {
                self.life.keepalive.probe_now();
                let message_id = Some(message_id);
                Err(Failure::TimedOut { message_id })
            }
        }
    }
}
