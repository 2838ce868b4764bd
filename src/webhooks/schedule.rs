//! Who is delivered to when: a state machine without clocks or sockets of its own.
//!
//! Every device has a queue and at most one run of deliveries under way, so its events stay in order. Queues with the same
//! receiver stand in one line. A receiver that fails again and again is left alone for a while, and then gets one run to
//! show that it is back. Its events wait and lose no attempts, for it is not they who are at fault: a failure counts only
//! against an event that is refused, or that fails while others get through.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::store::DeviceNumber;

/// So many failures in a row, and a receiver is taken for unwell.
const PATIENCE: u32 = 3;
/// Whatever a receiver asks for: nobody waits longer than this for one who may have been mistaken.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// A tenant and the place its events go to.
pub type Receiver = Arc<str>;

/// How hard is tried.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// First and longest pause after a failure.
    pub first: Duration,
    /// Longest pause, whatever has failed.
    pub longest: Duration,
    /// Runs under way to one receiver.
    pub per_receiver: usize,
}

/// What the schedule is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// There may be something to deliver.
    Waiting(DeviceNumber, Receiver),
    /// The webhook was written anew: what was wrong with the old one no longer counts.
    Changed(DeviceNumber, Receiver),
    /// The webhook is gone or switched off.
    Gone(DeviceNumber),
    /// A run has ended.
    Ended(DeviceNumber, Ended),
    /// Time has passed.
    Tick,
}

/// How a run of deliveries ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Whether anything was delivered before.
    pub progress: bool,
    /// Why it went no further.
    pub end: End,
}

/// Why a run went no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing is left.
    Emptied,
    /// There is more where that came from.
    More,
    /// The receiver did not take the event that was next.
    Failed(Failed),
    /// The store did not answer.
    Broken,
}

/// An attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Decides who pauses.
    pub fault: Fault,
    /// What the receiver has asked for.
    pub retry_after: Option<Duration>,
    /// That was its last attempt, and it is out of the way.
    pub buried: bool,
}

/// Whose fault a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The receiver is not there, or says that it cannot work at present.
    Receiver,
    /// The receiver works, and does not want this event.
    Event,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// Whose queue a run is to take from.
    pub device: DeviceNumber,
    /// What its first event has behind it.
    pub attempt: Attempt,
}

/// What the first event of a run has behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Attempts that counted.
    pub failures: u32,
    /// The receiver has taken nothing since this event failed last: if it is not there, that is no fault of the event.
    pub free: bool,
}

impl Attempt {
    /// Of an event that was not tried before.
    pub const FIRST: Self = Self {
        failures: 0,
        free: true,
    };

    /// Whether a failure of this attempt is the event's last.
    pub fn is_last(self, fault: Fault, retry_attempts: u32) -> bool {
        match fault {
            Fault::Event => self.failures >= retry_attempts,
            // A receiver that comes and goes is bad luck; more than once in a row it is the event.
            Fault::Receiver => !self.free && self.failures >= retry_attempts.max(PATIENCE),
        }
    }
}

struct Queue {
    receiver: Receiver,
    state: State,
    /// What came while a run was under way.
    then: Then,
    /// Counted failures of the event that is next.
    failures: u32,
    /// All its failures, for the pauses between them.
    tries: u32,
    /// Runs to its receiver that had begun when it failed last.
    failed_at: Option<u64>,
}

impl Queue {
    /// Another event is next.
    fn is_new(&mut self) {
        (self.failures, self.tries, self.failed_at) = (0, 0, None);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Due,
    /// The run with this number.
    InFlight {
        run: u64,
        free: bool,
    },
    Resting(Instant),
}

/// What follows a run that is under way, whatever it finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Then {
    #[default]
    Settle,
    /// Another run, with this receiver.
    Again(Receiver),
    Leave,
}

/// The queues of one receiver, and how it does.
#[derive(Default)]
struct Traffic {
    due: VecDeque<DeviceNumber>,
    queues: usize,
    in_flight: usize,
    failures: u32,
    paused_until: Option<Instant>,
    /// Runs that have begun.
    runs: u64,
    /// The newest of those that were answered.
    answered: u64,
}

impl Traffic {
    fn is_unwell(&self) -> bool {
        self.failures >= PATIENCE
    }

    fn may_send(&self, limit: usize) -> bool {
        let limit = if self.is_unwell() { 1 } else { limit };
        self.paused_until.is_none() && self.in_flight < limit
    }
}

/// All queues and all receivers.
pub struct Schedule {
    limits: Limits,
    queues: HashMap<DeviceNumber, Queue>,
    receivers: HashMap<Receiver, Traffic>,
    resting: BTreeSet<(Instant, DeviceNumber)>,
    paused: BTreeSet<(Instant, Receiver)>,
}

impl Schedule {
    /// Knows no queue yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            queues: HashMap::new(),
            receivers: HashMap::new(),
            resting: BTreeSet::new(),
            paused: BTreeSet::new(),
        }
    }

    /// Takes an input in. `jitter` is a random number between 0 and 1.
    pub fn step(&mut self, input: Input, now: Instant, jitter: f64) -> Vec<Send> {
        self.pass_time(now);
        match input {
            Input::Waiting(device, receiver) => self.wake(device, receiver, false),
            Input::Changed(device, receiver) => self.wake(device, receiver, true),
            Input::Gone(device) => self.go(device),
            Input::Ended(device, ended) => self.ended(device, ended, now, jitter),
            Input::Tick => {}
        }
        self.send()
    }

    /// When time alone will change something.
    pub fn next(&self) -> Option<Instant> {
        let rested = self.resting.first().map(|(at, _)| *at);
        let resumed = self.paused.first().map(|(at, _)| *at);
        rested.into_iter().chain(resumed).min()
    }

    fn pass_time(&mut self, now: Instant) {
        while let Some((at, device)) = self.resting.first().copied().filter(|(at, _)| *at <= now) {
            self.resting.remove(&(at, device));
            self.queue_up(device);
        }
        while let Some(first) = self.paused.first().filter(|(at, _)| *at <= now).cloned() {
            self.paused.remove(&first);
            if let Some(traffic) = self.receivers.get_mut(&first.1) {
                traffic.paused_until = None;
            }
            self.forget_if_unused(&first.1);
        }
    }

    fn wake(&mut self, device: DeviceNumber, receiver: Receiver, changed: bool) {
        let Some(queue) = self.queues.get_mut(&device) else {
            return self.enter(device, receiver);
        };
        if let State::InFlight { .. } = queue.state {
            queue.then = Then::Again(receiver);
        } else if queue.receiver != receiver {
            self.leave(device);
            self.enter(device, receiver);
        } else if changed {
            self.forgive(&receiver);
            self.hurry(device);
        }
    }

    /// Ends a rest.
    fn hurry(&mut self, device: DeviceNumber) {
        let queue = self.queue(device);
        queue.is_new();
        if let State::Resting(at) = queue.state {
            self.resting.remove(&(at, device));
            self.queue_up(device);
        }
    }

    fn enter(&mut self, device: DeviceNumber, receiver: Receiver) {
        self.receivers.entry(receiver.clone()).or_default().queues += 1;
        let queue = Queue {
            receiver,
            state: State::Due,
            then: Then::Settle,
            failures: 0,
            tries: 0,
            failed_at: None,
        };
        self.queues.insert(device, queue);
        self.queue_up(device);
    }

    /// A run that is under way is waited for: there is never a second one.
    fn go(&mut self, device: DeviceNumber) {
        match self.queues.get_mut(&device) {
            Some(queue) if matches!(queue.state, State::InFlight { .. }) => {
                queue.then = Then::Leave
            }
            _ => self.leave(device),
        }
    }

    fn leave(&mut self, device: DeviceNumber) {
        let Some(queue) = self.queues.remove(&device) else {
            return;
        };
        if let State::Resting(at) = queue.state {
            self.resting.remove(&(at, device));
        }
        if let Some(traffic) = self.receivers.get_mut(&queue.receiver) {
            traffic.due.retain(|other| *other != device);
            traffic.queues -= 1;
        }
        self.forget_if_unused(&queue.receiver);
    }

    /// A receiver that is unwell is remembered for as long as it is to be left alone.
    fn forget_if_unused(&mut self, receiver: &Receiver) {
        let traffic = self.receivers.get(receiver);
        if traffic.is_some_and(|traffic| traffic.queues == 0 && traffic.paused_until.is_none()) {
            self.receivers.remove(receiver);
        }
    }

    /// To the back of its receiver's line.
    fn queue_up(&mut self, device: DeviceNumber) {
        let Some(queue) = self.queues.get_mut(&device) else {
            return;
        };
        queue.state = State::Due;
        if let Some(traffic) = self.receivers.get_mut(&queue.receiver) {
            traffic.due.push_back(device);
        }
    }

    fn ended(&mut self, device: DeviceNumber, ended: Ended, now: Instant, jitter: f64) {
        let Some(queue) = self.queues.get_mut(&device) else {
            return;
        };
        let State::InFlight { run, free } = queue.state else {
            return;
        };
        // Not under way any more, so that it may leave.
        queue.state = State::Due;
        let then = std::mem::take(&mut queue.then);
        let receiver = queue.receiver.clone();
        if let Some(traffic) = self.receivers.get_mut(&receiver) {
            traffic.in_flight -= 1;
        }
        if ended.progress {
            self.queue(device).is_new();
            self.answered(&receiver, run);
        }
        let free = free || ended.progress;
        match (ended.end, then) {
            (_, Then::Leave) => self.leave(device),
            (_, Then::Again(other)) if other != receiver => {
                self.leave(device);
                self.enter(device, other);
            }
            (End::Emptied, Then::Settle) => self.leave(device),
            (End::Emptied | End::More, _) => self.queue_up(device),
            (End::Broken, _) => self.rest(device, now + self.pause(1, jitter)),
            (End::Failed(failed), _) => {
                match failed.fault {
                    // Whoever refuses is there.
                    Fault::Event => self.answered(&receiver, run),
                    Fault::Receiver => self.blame(&receiver, failed.retry_after, (now, jitter)),
                }
                self.failed(device, &receiver, failed, free, (now, jitter));
            }
        }
    }

    fn failed(
        &mut self,
        device: DeviceNumber,
        receiver: &Receiver,
        failed: Failed,
        free: bool,
        at: (Instant, f64),
    ) {
        let traffic = self.receivers.get(receiver);
        let unwell = traffic.is_some_and(Traffic::is_unwell);
        let runs = traffic.map_or(0, |traffic| traffic.runs);
        let queue = self.queue(device);
        if failed.buried {
            queue.is_new();
        } else {
            queue.tries += 1;
            queue.failed_at = Some(runs);
            if failed.fault == Fault::Event || !free {
                queue.failures += 1;
            }
        }
        match failed.fault {
            Fault::Event if failed.buried => self.queue_up(device),
            // The receiver pauses as a whole; the next attempt is another device's, so that one event holds up no others.
            Fault::Receiver if unwell => self.queue_up(device),
            _ => self.retry(device, failed.retry_after, at),
        }
    }

    fn queue(&mut self, device: DeviceNumber) -> &mut Queue {
        self.queues
            .get_mut(&device)
            .expect("its run has just ended")
    }

    fn retry(&mut self, device: DeviceNumber, retry_after: Option<Duration>, at: (Instant, f64)) {
        let (now, jitter) = at;
        let tries = self.queue(device).tries;
        let pause = self.pause(tries.max(1), jitter);
        self.rest(device, now + pause.max(asked_for(retry_after)));
    }

    fn rest(&mut self, device: DeviceNumber, until: Instant) {
        self.queue(device).state = State::Resting(until);
        self.resting.insert((until, device));
    }

    /// The receiver has failed once more.
    fn blame(&mut self, receiver: &Receiver, retry_after: Option<Duration>, at: (Instant, f64)) {
        let (now, jitter) = at;
        let Some(traffic) = self.receivers.get_mut(receiver) else {
            return;
        };
        traffic.failures += 1;
        let in_vain = traffic.failures.saturating_sub(PATIENCE - 1);
        if in_vain == 0 {
            return;
        }
        let until = now + self.pause(in_vain, jitter).max(asked_for(retry_after));
        self.resume(receiver);
        if let Some(traffic) = self.receivers.get_mut(receiver) {
            traffic.paused_until = Some(until);
            self.paused.insert((until, receiver.clone()));
        }
    }

    /// The receiver has answered this run.
    fn answered(&mut self, receiver: &Receiver, run: u64) {
        if let Some(traffic) = self.receivers.get_mut(receiver) {
            traffic.answered = traffic.answered.max(run);
        }
        self.forgive(receiver);
    }

    /// The receiver works, or is given another chance.
    fn forgive(&mut self, receiver: &Receiver) {
        self.resume(receiver);
        if let Some(traffic) = self.receivers.get_mut(receiver) {
            traffic.failures = 0;
        }
    }

    fn resume(&mut self, receiver: &Receiver) {
        let traffic = self.receivers.get_mut(receiver);
        if let Some(until) = traffic.and_then(|traffic| traffic.paused_until.take()) {
            self.paused.remove(&(until, receiver.clone()));
        }
    }

    /// Half of it for certain, the other half by chance: never nothing, and never all at once.
    fn pause(&self, failures: u32, jitter: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(30);
        let ceiling = self.limits.first.saturating_mul(1 << doublings);
        let ceiling = ceiling.min(self.limits.longest);
        ceiling.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0))
    }

    /// Lets everyone go who may.
    fn send(&mut self) -> Vec<Send> {
        let mut sends = Vec::new();
        for traffic in self.receivers.values_mut() {
            while traffic.may_send(self.limits.per_receiver)
                && let Some(device) = traffic.due.pop_front()
            {
                traffic.runs += 1;
                traffic.in_flight += 1;
                let queue = self
                    .queues
                    .get_mut(&device)
                    .expect("who is due has a queue");
                let free = queue.failed_at.is_none_or(|runs| traffic.answered <= runs);
                let run = traffic.runs;
                queue.state = State::InFlight { run, free };
                let failures = queue.failures;
                sends.push(Send {
                    device,
                    attempt: Attempt { failures, free },
                });
            }
        }
        sends
    }
}

fn asked_for(retry_after: Option<Duration>) -> Duration {
    retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER)
}

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
