//! The check of a pairing by the account's passkey, as a life goes through it.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use chrono::Utc;
use tokio::sync::oneshot;
use tracing::{info, warn};
use whatsapp_rust::passkey::PasskeyError;

use super::DeviceActor;
use super::exit::ExitReason;
use super::messages::News;
use super::pairing::passkey::{
    Assertion, CHECK, COMPARISON, NoStep, Passkey, PasskeyStep, Request, Stage, What, reasons,
};
use super::state::State;
use crate::failure::Invalid;
use crate::telemetry::Chain;

/// For whoever confirms another code.
const OTHER_CODE: &str = "code is not the one that this device shows: if the phone shows it, somebody else is being paired; begin \
    anew by GET /qr?refresh=true";

type Reply = oneshot::Sender<Result<(), NoStep>>;

impl DeviceActor {
    /// The phone has agreed, and WhatsApp wants to see the account's passkey.
    pub(super) fn passkey_requested(&mut self, options: &str, ctx: &mut Context<Self>) {
        self.begin_pairing();
        let State::Pairing(pairing) = &mut self.state else {
            warn!(device.id = %self.plan.device, "WhatsApp asks a paired device for a passkey");
            return;
        };
        if pairing.agreed.is_some() {
            return;
        }
        // What was shown has been used. The library would go on showing codes, and hang up after the last; of a code that
        // was typed it would give up what the passkey is to agree on.
        pairing.running.stop_codes(pairing.codes.take());
        pairing.code = None;
        let forgotten = pairing.running.forget_pair_code().into_actor(self);
        ctx.spawn(forgotten.map(|(), _, _| ()));
        match Request::read(options) {
            Ok(request) => {
                info!(device.id = %self.plan.device, "WhatsApp asks for the account's passkey");
                let patience = request.patience;
                self.enter_passkey(Stage::Requested(Arc::new(request)), patience, ctx);
            }
            Err(error) => {
                warn!(device.id = %self.plan.device, error = %Chain(&error), "what WhatsApp asks of the passkey cannot be read");
                self.fail_passkey(reasons::UNREADABLE, ctx);
            }
        }
    }

    /// Both sides have the code. `known`: an earlier pairing proves that it is the same account.
    pub(super) fn passkey_code(&mut self, code: String, known: bool, ctx: &mut Context<Self>) {
        if self.passkey().is_none() {
            return;
        }
        match known {
            true => self.step(What::Confirm(code), None, ctx),
            false => self.enter_passkey(Stage::Confirmation(code), COMPARISON, ctx),
        }
    }

    /// It has come to nothing, and with it the life: its codes were used.
    pub(super) fn fail_passkey(&mut self, reason: &'static str, ctx: &mut Context<Self>) {
        match &mut self.state {
            State::Pairing(pairing) if pairing.agreed.is_none() => pairing.passkey = None,
            _ => return,
        }
        info!(device.id = %self.plan.device, reason, "the check by passkey came to nothing");
        self.report(News::Passkey(Passkey::failed(reason)));
        self.leave(ExitReason::PairingEnded, ctx);
    }

    fn passkey(&self) -> Option<&Passkey> {
        match &self.state {
            State::Pairing(pairing) => pairing.passkey.as_ref(),
            _ => None,
        }
    }

    /// Every stage has an end.
    fn enter_passkey(&mut self, stage: Stage, patience: Duration, ctx: &mut Context<Self>) {
        let State::Pairing(pairing) = &mut self.state else {
            return;
        };
        let until = Utc::now() + patience;
        let entered = Passkey { stage, until };
        pairing.passkey = Some(entered.clone());
        self.report(News::Passkey(entered.clone()));
        ctx.run_later(patience, move |actor, ctx| {
            if actor.passkey() == Some(&entered) {
                actor.fail_passkey(entered.stage.too_late(), ctx);
            }
        });
    }

    /// Whether this may go out.
    fn check_answer(&self, assertion: &Assertion) -> Result<(), NoStep> {
        match self.passkey().map(|passkey| &passkey.stage) {
            Some(Stage::Requested(request)) => assertion.check(request).map_err(NoStep::Invalid),
            _ => Err(NoStep::NotAsked),
        }
    }

    /// Whether this is the code that is shown.
    fn check_code(&self, code: &str) -> Result<(), NoStep> {
        let Some(Stage::Confirmation(shown)) = self.passkey().map(|passkey| &passkey.stage) else {
            return Err(NoStep::NotAsked);
        };
        let signs = |code: &str| {
            let signs = code.chars().filter(char::is_ascii_alphanumeric);
            signs.collect::<String>().to_ascii_uppercase()
        };
        match signs(code) == signs(shown) {
            true => Ok(()),
            false => Err(NoStep::Invalid(Invalid::field("code", OTHER_CODE))),
        }
    }

    fn step(&mut self, what: What, reply: Option<Reply>, ctx: &mut Context<Self>) {
        let State::Pairing(pairing) = &self.state else {
            return;
        };
        match what {
            What::Answer(assertion) => {
                let sent = pairing.running.answer_passkey(assertion);
                self.enter_passkey(Stage::Checking, CHECK, ctx);
                self.send(sent, reasons::REFUSED, reply, ctx);
            }
            What::Confirm(_) => {
                let sent = pairing.running.confirm_passkey();
                self.enter_passkey(Stage::Linking, CHECK, ctx);
                self.send(sent, reasons::BROKEN, reply, ctx);
            }
        }
    }

    fn send(
        &self,
        sent: impl Future<Output = Result<(), PasskeyError>> + 'static,
        otherwise: &'static str,
        reply: Option<Reply>,
        ctx: &mut Context<Self>,
    ) {
        ctx.spawn(sent.into_actor(self).map(move |sent, actor, ctx| {
            let sent = sent.map_err(|error| {
                warn!(device.id = %actor.plan.device, error = %Chain(&error), "a step of the check by passkey failed");
                actor.fail_passkey(otherwise, ctx);
                NoStep::Failed(otherwise)
            });
            if let Some(reply) = reply {
                // The caller may have given up.
                let _ = reply.send(sent);
            }
        }));
    }
}

impl Handler<PasskeyStep> for DeviceActor {
    type Result = ();

    fn handle(&mut self, PasskeyStep { what, reply }: PasskeyStep, ctx: &mut Context<Self>) {
        let checked = match &what {
            What::Answer(assertion) => self.check_answer(assertion),
            What::Confirm(code) => self.check_code(code),
        };
        match checked {
            Ok(()) => self.step(what, Some(reply), ctx),
            Err(reason) => {
                let _ = reply.send(Err(reason));
            }
        }
    }
}
