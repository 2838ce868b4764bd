//! The device actor: one life of one device.
//!
//! It owns the socket, the app-state sync and the timeouts of that life. It connects, serves, and ends with one
//! [`ExitReason`]. It never reconnects: a new life is a new actor, and the supervisor decides about it.

pub mod deadline;
pub mod exit;
pub mod job;
pub mod kept;
pub mod known_as;
pub mod left;
pub mod life;
pub mod messages;
pub mod pairing;
mod passkey;
pub mod receipts;
pub mod report;
pub mod restriction;
pub mod session;
pub mod settle;
pub mod shared;
mod state;
pub mod states;
pub mod told;

use std::mem;
use std::sync::Arc;

use actix::prelude::*;
use tokio::task::JoinSet;
use tracing::{Instrument, Span, debug, error, info, info_span, warn};

use self::exit::ExitReason;
pub use self::job::Execute;
use self::job::Terms;
use self::life::running::Running;
use self::life::signs::{RunEnded, Sign, Signs};
use self::life::start;
use self::messages::Observed;
pub use self::messages::{News, Phase, Plan, Report, Stop};
use self::pairing::passkey::reasons;
use self::pairing::{NoCode, PairCode, Qr, RequestPairCode};
use self::session::Session;
use self::shared::Shared;
use self::state::{Pairing, State};
use crate::failure::Failure;
use crate::telemetry::Chain;

/// One life of one device.
pub struct DeviceActor {
    plan: Plan,
    /// Whatever is logged on behalf of this life is in it.
    span: Span,
    shared: Arc<Shared>,
    state: State,
    commands: JoinSet<()>,
}

impl DeviceActor {
    /// It begins to connect when it is started.
    pub fn new(plan: Plan, shared: Arc<Shared>) -> Self {
        Self {
            span: info_span!("life", device.id = %plan.device),
            plan,
            shared,
            state: State::Connecting(None),
            commands: JoinSet::new(),
        }
    }

    fn report(&self, news: News) {
        self.plan.report(news);
    }

    /// Returns what there was before.
    fn enter(&mut self, state: State) -> State {
        let phase = state.phase();
        debug!(device.id = %self.plan.device, phase = ?phase, "device entered a phase");
        let before = mem::replace(&mut self.state, state);
        self.report(News::Entered(phase));
        before
    }

    /// The connect clock: dial to logged in, or to the first code.
    fn start_connect_clock(&mut self, ctx: &mut Context<Self>) {
        ctx.run_later(self.shared.whatsapp.connect_timeout, |actor, ctx| {
            if let State::Connecting(_) = actor.state
                && !actor.connected_without_app_state(ctx)
            {
                actor.leave(ExitReason::ConnectTimedOut, ctx);
            }
        });
    }

    /// The library says that it is connected only after the first app state, and after everything that waited at WhatsApp.
    /// Where WhatsApp has let it in, the device works without; what is missing is fetched, or tried again, meanwhile.
    fn connected_without_app_state(&mut self, ctx: &mut Context<Self>) -> bool {
        let State::Connecting(Some(running)) = &self.state else {
            return false;
        };
        if !running.is_logged_in() {
            return false;
        }
        warn!(device.id = %self.plan.device, "logged in, but what is synced from the phone has not come or cannot be read");
        self.connected(ctx);
        true
    }

    /// The client is there, and on its way.
    fn begin(&mut self, running: Running, signs: Signs, ctx: &mut Context<Self>) {
        let State::Connecting(client) = &mut self.state else {
            // It left meanwhile; dropped, the client goes down.
            return;
        };
        *client = Some(running);
        ctx.spawn(signs.first().into_actor(self).map(|sign, actor, ctx| {
            let reason = match sign {
                Sign::Told(reason) => reason,
                Sign::Fenced(error) => {
                    error!(device.id = %actor.plan.device, error = %Chain(&error), "a write of this device failed");
                    ExitReason::StoreFailed
                }
                Sign::Silent(ended) => actor.reason_of_silent_end(ended),
            };
            actor.leave(reason, ctx);
        }));
    }

    /// The client that is on its way, if it is; whoever takes it enters the next phase.
    fn take_connecting(&mut self) -> Option<Running> {
        match &mut self.state {
            State::Connecting(running) => running.take(),
            _ => None,
        }
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
        match &self.state {
            State::Pairing(pairing) if pairing.agreed.is_some() => ExitReason::RestartRequired,
            State::Connecting(_) => ExitReason::ConnectFailed,
            // The library leaves without a word when its pings go unanswered, and only then.
            State::Live(_) => ExitReason::KeepaliveTimedOut,
            State::Pairing(_) | State::Closing(_) => ExitReason::ConnectionLost,
        }
    }

    /// The one way out. The first reason wins.
    fn leave(&mut self, reason: ExitReason, ctx: &mut Context<Self>) {
        if let State::Closing(_) = self.state {
            return;
        }
        debug!(device.id = %self.plan.device, reason = reason.name(), "device leaves");
        if reason == ExitReason::ClientOutdated {
            self.shared.version.doubt();
        }
        let before = self.enter(State::Closing(reason));
        // Their reply slots close, which their callers read as `device_disconnected`.
        self.commands.abort_all();
        let Some((running, agreed)) = before.into_closing() else {
            ctx.stop();
            return;
        };
        let closing = running.close(agreed).into_actor(self);
        ctx.spawn(closing.map(|closed, actor, ctx| {
            if let Err(error) = closed {
                error!(device.id = %actor.plan.device, error = %Chain(&error), "what a life had to store was not stored");
                actor.state = State::Closing(ExitReason::StoreFailed);
            }
            ctx.stop();
        }));
    }

    /// Logged in, and the critical app state is there.
    fn connected(&mut self, ctx: &mut Context<Self>) {
        let Some(running) = self.take_connecting() else {
            return;
        };
        self.span.in_scope(|| running.catch_up());
        ctx.spawn(running.repeat_wishes().into_actor(self).map(|(), _, _| ()));
        ctx.spawn(running.synced().into_actor(self).map(|(), _, _| ()));
        let saved = running.save().into_actor(self);
        ctx.spawn(saved.map(|saved, actor, ctx| {
            if let Err(error) = saved {
                error!(device.id = %actor.plan.device, error = %Chain(&error), "what the login brought was not stored");
                actor.leave(ExitReason::StoreFailed, ctx);
            }
        }));
        ctx.spawn(running.resend().into_actor(self).map(|(), _, _| ()));
        ctx.spawn(running.post().into_actor(self).map(|(), _, _| ()));
        let lost = running.lost().into_actor(self);
        ctx.spawn(lost.map(|reason, actor, ctx| actor.leave(reason, ctx)));
        info!(device.id = %self.plan.device, "device connected");
        self.enter(State::Live(running));
    }

    /// There is no account yet: WhatsApp sends codes.
    fn begin_pairing(&mut self) {
        if let Some(running) = self.take_connecting() {
            self.enter(State::Pairing(Pairing::new(running)));
        }
    }

    /// No more codes come to be scanned: the life lasts as long as the one to be typed is good.
    fn wait_for_pair_code(&mut self, ctx: &mut Context<Self>) {
        let State::Pairing(pairing) = &self.state else {
            return;
        };
        // The check by passkey has clocks of its own.
        if pairing.agreed.is_some() || pairing.passkey.is_some() {
            return;
        }
        match pairing.code.as_ref().and_then(PairCode::good_for) {
            Some(left) => {
                info!(device.id = %self.plan.device, "no more codes to scan: the one to type is still good");
                ctx.run_later(left, |actor, ctx| actor.wait_for_pair_code(ctx));
            }
            None => self.leave(ExitReason::PairingEnded, ctx),
        }
    }

    fn session(&self, terms: Terms, ctx: &Context<Self>) -> Option<Session> {
        let State::Live(running) = &self.state else {
            return None;
        };
        Some(Session::new(running, terms, ctx.address().recipient()))
    }
}

impl Actor for DeviceActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.report(News::Entered(Phase::Connecting));
        self.start_connect_clock(ctx);
        let actor = ctx.address().recipient();
        let start = start::start(self.plan.clone(), self.shared.clone(), actor);
        let start = start.instrument(self.span.clone());
        ctx.spawn(start.into_actor(self).map(|started, actor, ctx| match started {
            Ok((running, signs)) => actor.begin(running, signs, ctx),
            Err(error) => {
                error!(device.id = %actor.plan.device, error = %Chain(&error), "device could not be started");
                actor.leave(error.reason(), ctx);
            }
        }));
    }
}

impl Handler<Observed> for DeviceActor {
    type Result = ();

    fn handle(&mut self, observed: Observed, ctx: &mut Context<Self>) {
        match observed {
            // The keys that a first login hands over leave 100 KiB in buffers, which end with their connection.
            Observed::Connected
                if self.plan.is_first && matches!(self.state, State::Connecting(_)) =>
            {
                debug!(device.id = %self.plan.device, "device connects once more after its pairing");
                self.leave(ExitReason::RestartRequired, ctx);
            }
            Observed::Connected => self.connected(ctx),
            Observed::Qr {
                code,
                valid_for,
                shown_by,
            } => {
                self.begin_pairing();
                if let State::Pairing(pairing) = &mut self.state {
                    if pairing.passkey.is_some() {
                        return;
                    }
                    pairing.codes = shown_by;
                }
                self.report(News::Qr(Qr::new(code, valid_for)));
            }
            Observed::Paired(login) => {
                self.begin_pairing();
                if let State::Pairing(pairing) = &mut self.state {
                    pairing.agreed = Some(login);
                }
                // WhatsApp asks for the restart itself; a server that forgets to must not leave us hanging.
                ctx.run_later(pairing::RESTART_TIMEOUT, |actor, ctx| {
                    actor.leave(ExitReason::RestartRequired, ctx);
                });
            }
            Observed::WithoutAppState => {
                self.connected_without_app_state(ctx);
            }
            Observed::BacklogLeft => {
                if let State::Connecting(Some(running)) | State::Live(running) = &self.state {
                    ctx.spawn(running.read_backlog().into_actor(self).map(|(), _, _| ()));
                }
            }
            Observed::PasskeyRequested(options) => self.passkey_requested(&options, ctx),
            Observed::PasskeyCode { code, known } => self.passkey_code(code, known, ctx),
            Observed::PasskeyBroken => self.fail_passkey(reasons::BROKEN, ctx),
            Observed::NoMoreQr => self.wait_for_pair_code(ctx),
            Observed::PairCodeDead => {
                if let State::Pairing(pairing) = &mut self.state {
                    pairing.code = None;
                }
            }
            Observed::Unsynced(unsynced) => self.report(News::Unsynced(unsynced)),
            Observed::KeyMissing(missing) => {
                if missing {
                    warn!(device.id = %self.plan.device, "the phone has not sent a key of the app state");
                } else {
                    info!(device.id = %self.plan.device, "the phone has sent all keys of the app state");
                }
                self.report(News::KeyMissing(missing));
            }
            Observed::Ended(ExitReason::PairingEnded) if self.state.has_agreed() => {}
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
        // Only here: no more than the permits allow have ended meanwhile.
        while self.commands.try_join_next().is_some() {}
        if job.terms.deadline.has_passed() {
            return job.refuse(Failure::TimedOut { message_id: None });
        }
        match self.session(job.terms.clone(), ctx) {
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
        let State::Pairing(pairing) = &self.state else {
            // Dropping the reply slot tells the caller that this life cannot pair.
            return;
        };
        if pairing.passkey.is_some() {
            return request.answer(Err(NoCode::Passkey));
        }
        let known = pairing.code.as_ref();
        if let Some(code) = known.filter(|code| code.answers(&request)) {
            return request.answer(Ok(code.again()));
        }
        let phone = request.phone.clone();
        let wanted = pairing.running.pair_code(phone).into_actor(self);
        ctx.spawn(wanted.map(|result, actor, _| {
            if let State::Pairing(pairing) = &mut actor.state {
                pairing.code = result.as_ref().ok().cloned();
                if let Some(code) = pairing.code.clone() {
                    actor.report(News::PairCode(code));
                }
            }
            request.answer(result);
        }));
    }
}

/// Reports the end, however it comes about: a panic is reported too.
impl Drop for DeviceActor {
    fn drop(&mut self) {
        // Dropped in any other state it panicked; its client goes down before the supervisor knows.
        let dropped = mem::replace(&mut self.state, State::Closing(ExitReason::Panicked));
        let reason = match dropped {
            State::Closing(reason) => reason,
            _ => ExitReason::Panicked,
        };
        drop(dropped);
        match reason {
            ExitReason::Panicked => warn!(device.id = %self.plan.device, "a life ended by a panic"),
            reason => info!(device.id = %self.plan.device, reason = reason.name(), "device exited"),
        }
        self.report(News::Exited(reason));
    }
}

#[cfg(test)]
mod tests;
