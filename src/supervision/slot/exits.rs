//! What follows the end of a life, and of the wiping that an end may bring.

use super::{Effect, Gate, Happening, LONGEST_DELAY, Moment, Slot, Stage, Wish};
use crate::device::exit::ExitReason;
use crate::device::pairing::passkey::{Passkey, reasons};
use crate::store::devices::Held;
use crate::supervision::backoff::Decision;

impl<A: Clone> Slot<A> {
    pub(super) fn exited(&mut self, reason: ExitReason, moment: &Moment<'_>) -> Vec<Effect<A>> {
        let Stage::Up(up) = std::mem::replace(&mut self.stage, Stage::Down) else {
            return Vec::new();
        };
        let lived = up
            .live_since
            .map(|since| moment.now.saturating_duration_since(since));
        let decision = self.history.decide(
            reason,
            lived.unwrap_or_default(),
            moment.now,
            moment.policy,
            moment.jitter,
        );
        self.last_exit = Some(reason);
        self.exits += 1;
        let mut effects = vec![Effect::Route(None), Effect::Gate(told_to_gate(reason))];
        if reason == ExitReason::StoreFailed {
            effects.push(Effect::CheckStore);
        }
        if lived.is_some() {
            self.last_seen = Some(moment.utc);
            effects.push(Effect::NoteSeen);
        }
        if self.passkey.as_ref().is_some_and(Passkey::is_pending) {
            let failed = Passkey::failed(reasons::LOST);
            self.passkey = Some(failed.clone());
            effects.push(Effect::Tell(Happening::Passkey(failed)));
        }
        effects.push(Effect::Tell(Happening::Exited {
            reason,
            was_live: lived.is_some(),
            unpaired: self.account.is_none(),
        }));
        if reason.is_held_by_whatsapp() {
            self.barred = true;
            effects.push(Effect::NoteBarred(Some(held(reason, moment))));
        }
        effects.extend(self.follow(up.wish, reason, decision, moment));
        effects
    }

    fn follow(
        &mut self,
        wish: Option<Wish>,
        reason: ExitReason,
        decision: Decision,
        moment: &Moment<'_>,
    ) -> Vec<Effect<A>> {
        match wish {
            Some(Wish::Remove) => return self.forget(Wish::Remove),
            // WhatsApp no longer knows the credentials: nothing of them is kept, whatever was wished for.
            wish if reason.ends_the_pairing() => return self.forget(wish.unwrap_or(Wish::Stay)),
            Some(Wish::Stay) => return Vec::new(),
            Some(Wish::Again) => return self.queue(),
            None => {}
        }
        match decision {
            // A device that nobody has paired is only worth a connection while somebody asks for its codes.
            _ if self.account.is_none() => Vec::new(),
            Decision::StayDown => Vec::new(),
            Decision::Queue => self.queue(),
            Decision::Restart(delay) if delay.is_zero() => self.queue(),
            Decision::Restart(delay) => self.delay(delay, false, moment),
            Decision::Quarantine(delay) => {
                let until = moment.utc + delay.min(LONGEST_DELAY);
                let told = Effect::Tell(Happening::Quarantined { reason, until });
                let mut effects = vec![told];
                effects.extend(self.delay(delay, true, moment));
                effects
            }
        }
    }

    /// An error of the store keeps a device that was to be removed, and nothing else: the next login with credentials
    /// that WhatsApp does not know is refused, and brings us here again.
    pub(super) fn wiped(&mut self, wiped: bool) -> Vec<Effect<A>> {
        let Stage::Forgetting(wish) = self.stage else {
            return Vec::new();
        };
        self.stage = Stage::Down;
        match (wish, wiped) {
            (Wish::Remove, true) => return vec![Effect::Forget],
            (Wish::Remove, false) => return Vec::new(),
            (Wish::Stay | Wish::Again, _) => {}
        }
        self.history.clear();
        self.account = None;
        let mut effects = vec![Effect::Paired(false)];
        if wish == Wish::Again {
            effects.extend(self.queue());
        }
        effects
    }
}

fn told_to_gate(reason: ExitReason) -> Gate {
    match reason.is_failure() {
        true => Gate::Failed(reason),
        false => Gate::Leave,
    }
}

/// What WhatsApp said, as it outlives the daemon.
fn held(reason: ExitReason, moment: &Moment<'_>) -> Held {
    let until = match reason {
        ExitReason::TemporarilyBanned(remaining) => Some(moment.utc + remaining.min(LONGEST_DELAY)),
        _ => None,
    };
    Held {
        reason: reason.name().to_owned(),
        until,
    }
}
