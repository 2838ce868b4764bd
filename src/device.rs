//! The device actor: one life of one device.
//!
//! It owns the socket, the app-state sync and the timeouts of that life. It connects, serves, and ends with one
//! [`ExitReason`]. It never reconnects: a new life is a new actor, and the supervisor decides about it.

pub mod acks;
pub mod app_state;
pub mod audience;
pub mod blocklist;
pub mod client;
pub mod contacts;
pub mod events;
pub mod exit;
pub mod fetch;
pub mod groups;
pub mod heavy;
mod hook;
pub mod job;
pub mod outgoing;
pub mod pairing;
pub mod people;
pub mod privacy;
pub mod profiles;
pub mod pulse;
pub mod readers;
pub mod report;
pub mod resync;
pub mod runtime;
pub mod sabotage;
pub mod session;
pub mod status_privacy;
pub mod transport;
pub mod upload;
pub mod version;

use std::sync::Arc;

use actix::prelude::*;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::{Instrument, Span, debug, error, info, info_span, warn};

use self::client::{RunEnded, Running, Shared, Sign, Signs};
use self::events::{Identity, Observed};
use self::exit::ExitReason;
use self::job::Job;
use self::pairing::{PairCode, Qr, RequestPairCode};
use self::session::Session;
use crate::failure::Failure;
use crate::ids::DeviceId;
use crate::store::{DeviceNumber, Life};
use crate::telemetry::Chain;

/// How far a life has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Dialling, shaking hands, logging in.
    Connecting,
    /// Connected without an account: showing codes.
    Pairing,
    /// Logged in; commands run.
    Live,
    /// On its way out, whatever the reason.
    Closing,
}

/// Which life this is, and to whom it reports.
#[derive(Clone)]
pub struct Plan {
    pub device: DeviceId,
    pub number: DeviceNumber,
    pub life: Life,
    pub reports: Recipient<Report>,
}

/// What a life tells its supervisor.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Report {
    pub device: DeviceId,
    pub life: Life,
    pub news: News,
}

#[derive(Debug)]
pub enum News {
    Entered(Phase),
    /// A code to be scanned.
    Qr(Qr),
    /// The account is known and stored.
    Paired(Identity),
    /// The phone owes a key without which part of the app state cannot be read, or no longer.
    KeyMissing(bool),
    Exited(ExitReason),
}

/// Ends the life; what it worked on fails with `device_disconnected`.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Stop(pub ExitReason);

/// Runs a command on this device.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Execute {
    pub job: Job,
    /// Held until the command has ended: it bounds what one device works on.
    pub permit: OwnedSemaphorePermit,
}

pub struct DeviceActor {
    plan: Plan,
    /// Whatever is logged on behalf of this life is in it.
    span: Span,
    shared: Arc<Shared>,
    phase: Phase,
    running: Option<Running>,
    commands: JoinSet<()>,
    /// Set by the phone's consent; stored before the life ends.
    paired: Option<Identity>,
    pair_code: Option<PairCode>,
    departure: Departure,
}

impl DeviceActor {
    pub fn new(plan: Plan, shared: Arc<Shared>) -> Self {
        let departure = Departure {
            plan: plan.clone(),
            reason: ExitReason::Panicked,
        };
        Self {
            span: info_span!("life", device.id = %plan.device),
            plan,
            shared,
            phase: Phase::Connecting,
            running: None,
            commands: JoinSet::new(),
            paired: None,
            pair_code: None,
            departure,
        }
    }

    fn report(&self, news: News) {
        self.plan.report(news);
    }

    fn enter(&mut self, phase: Phase) {
        debug!(device.id = %self.plan.device, phase = ?phase, "device entered a phase");
        self.phase = phase;
        self.report(News::Entered(phase));
    }

    /// The connect clock: dial to logged in, or to the first code.
    fn start_connect_clock(&mut self, ctx: &mut Context<Self>) {
        ctx.run_later(self.shared.whatsapp.connect_timeout, |life, ctx| {
            if life.phase == Phase::Connecting {
                life.leave(ExitReason::ConnectTimedOut, ctx);
            }
        });
    }

    fn begin(&mut self, running: Running, signs: Signs, ctx: &mut Context<Self>) {
        self.running = Some(running);
        ctx.spawn(signs.first().into_actor(self).map(|sign, life, ctx| {
            let reason = match sign {
                Sign::Told(reason) => reason,
                Sign::Fenced(error) => {
                    error!(device.id = %life.plan.device, error = %Chain(&error), "a write of this device failed");
                    ExitReason::StoreFailed
                }
                Sign::Silent(ended) => life.reason_of_silent_end(ended),
            };
            life.leave(reason, ctx);
        }));
    }

    /// The library's loop has returned, and no event has said why.
    fn reason_of_silent_end(&self, ended: RunEnded) -> ExitReason {
        if ended.panicked {
            return ExitReason::Panicked;
        }
        if let Some(failure) = ended.dial_failure {
            info!(device.id = %self.plan.device, error = failure, "could not reach WhatsApp");
            return ExitReason::ConnectFailed;
        }
        match self.phase {
            _ if self.paired.is_some() => ExitReason::RestartRequired,
            Phase::Connecting => ExitReason::ConnectFailed,
            // The library leaves without a word when its pings go unanswered, and only then.
            Phase::Live => ExitReason::KeepaliveTimedOut,
            Phase::Pairing | Phase::Closing => ExitReason::ConnectionLost,
        }
    }

    /// The one way out. The first reason wins.
    fn leave(&mut self, reason: ExitReason, ctx: &mut Context<Self>) {
        if self.phase == Phase::Closing {
            return;
        }
        debug!(device.id = %self.plan.device, reason = reason.name(), "device leaves");
        self.departure.reason = reason;
        if reason == ExitReason::ClientOutdated {
            self.shared.version.doubt();
        }
        self.enter(Phase::Closing);
        // Their reply slots close, which their callers read as `device_disconnected`.
        self.commands.abort_all();
        let Some(running) = self.running.take() else {
            ctx.stop();
            return;
        };
        let closing = client::close(
            running,
            self.paired.take(),
            self.plan.clone(),
            self.shared.clone(),
        );
        ctx.spawn(closing.into_actor(self).map(|closed, life, ctx| {
            if let Err(error) = closed {
                error!(device.id = %life.plan.device, error = %Chain(&error), "what a life had to store was not stored");
                life.departure.reason = ExitReason::StoreFailed;
            }
            ctx.stop();
        }));
    }

    /// Logged in, and the critical app state is there.
    fn connected(&mut self, ctx: &mut Context<Self>) {
        if let Some(running) = self
            .running
            .as_ref()
            .filter(|_| self.phase == Phase::Connecting)
        {
            self.span.in_scope(|| running.catch_up(ctx.address()));
            ctx.spawn(running.synced().into_actor(self).map(|(), _, _| ()));
            let saved = running.save().into_actor(self);
            ctx.spawn(saved.map(|saved, life, ctx| {
                if saved.is_err() {
                    life.leave(ExitReason::StoreFailed, ctx);
                }
            }));
            let lost = running.lost().into_actor(self);
            ctx.spawn(lost.map(|reason, life, ctx| life.leave(reason, ctx)));
            info!(device.id = %self.plan.device, "device connected");
            self.enter(Phase::Live);
        }
    }

    fn session(&self, deadline: Instant, ctx: &Context<Self>) -> Option<Session> {
        let running = self
            .running
            .as_ref()
            .filter(|_| self.phase == Phase::Live)?;
        Some(running.session(
            deadline,
            self.shared.whatsapp.query_timeout,
            ctx.address().recipient(),
        ))
    }
}

impl Actor for DeviceActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.report(News::Entered(Phase::Connecting));
        self.start_connect_clock(ctx);
        let start = client::start(self.plan.clone(), self.shared.clone(), ctx.address());
        let start = start.instrument(self.span.clone());
        ctx.spawn(start.into_actor(self).map(|started, life, ctx| match started {
            Ok((running, signs)) if life.phase == Phase::Connecting => {
                life.begin(running, signs, ctx);
            }
            Ok((running, _)) => running.abandon(),
            Err(error) => {
                error!(device.id = %life.plan.device, error = %Chain(&error), "device could not be started");
                life.leave(error.reason(), ctx);
            }
        }));
    }
}

impl Handler<Observed> for DeviceActor {
    type Result = ();

    fn handle(&mut self, observed: Observed, ctx: &mut Context<Self>) {
        match observed {
            Observed::Connected => self.connected(ctx),
            Observed::Qr { code, valid_for } => {
                if self.phase == Phase::Connecting {
                    self.enter(Phase::Pairing);
                }
                self.report(News::Qr(Qr::new(code, valid_for)));
            }
            Observed::Paired(identity) => {
                self.paired = Some(identity);
                // WhatsApp asks for the restart itself; a server that forgets to must not leave us hanging.
                ctx.run_later(pairing::RESTART_TIMEOUT, |life, ctx| {
                    life.leave(ExitReason::RestartRequired, ctx);
                });
            }
            Observed::KeyMissing(missing) => {
                if missing {
                    warn!(device.id = %self.plan.device, "the phone has not sent a key of the app state");
                } else {
                    info!(device.id = %self.plan.device, "the phone has sent all keys of the app state");
                }
                self.report(News::KeyMissing(missing));
            }
            Observed::Ended(ExitReason::PairingEnded) if self.paired.is_some() => {}
            Observed::Ended(reason) => self.leave(reason, ctx),
        }
    }
}

impl Handler<Stop> for DeviceActor {
    type Result = ();

    fn handle(&mut self, Stop(reason): Stop, ctx: &mut Context<Self>) {
        self.leave(reason, ctx);
    }
}

impl Handler<Execute> for DeviceActor {
    type Result = ();

    fn handle(&mut self, Execute { job, permit }: Execute, ctx: &mut Context<Self>) {
        while self.commands.try_join_next().is_some() {}
        if job.deadline <= Instant::now() {
            return job.refuse(Failure::TimedOut { message_id: None });
        }
        match self.session(job.deadline, ctx) {
            None => job.refuse(Failure::Disconnected),
            Some(session) => {
                self.commands.spawn_local(async move {
                    job.run(session).await;
                    drop(permit);
                });
            }
        }
    }
}

impl Handler<RequestPairCode> for DeviceActor {
    type Result = ();

    fn handle(&mut self, request: RequestPairCode, ctx: &mut Context<Self>) {
        let Some(running) = self
            .running
            .as_ref()
            .filter(|_| self.phase == Phase::Pairing)
        else {
            // Dropping the reply slot tells the caller that this life cannot pair.
            return;
        };
        if let Some(code) = self
            .pair_code
            .as_ref()
            .filter(|code| code.answers(&request))
        {
            return request.answer(Ok(code.again()));
        }
        let wanted = running.pair_code(request.phone.clone(), self.pair_code.is_some());
        ctx.spawn(wanted.into_actor(self).map(|result, life, _| {
            life.pair_code = result.as_ref().ok().cloned();
            request.answer(result);
        }));
    }
}

impl Plan {
    pub(crate) fn report(&self, news: News) {
        self.reports.do_send(Report {
            device: self.device,
            life: self.life,
            news,
        });
    }
}

/// Reports the end when the actor is dropped, however that comes about: a panic is reported too.
struct Departure {
    plan: Plan,
    reason: ExitReason,
}

impl Drop for Departure {
    fn drop(&mut self) {
        match self.reason {
            ExitReason::Panicked => warn!(device.id = %self.plan.device, "a life ended by a panic"),
            reason => info!(device.id = %self.plan.device, reason = reason.name(), "device exited"),
        }
        self.plan.report(News::Exited(self.reason));
    }
}

#[cfg(test)]
mod tests;
