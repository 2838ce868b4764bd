//! Who is delivered to when: a state machine without clocks or sockets of its own.
//!
//! Every device has a queue and at most one run of deliveries under way, so its events stay in order. Queues with the same
//! receiver stand in one line. A receiver that fails again and again is left alone for a while, and then gets one run to
//! show that it is back; meanwhile its events wait and lose no attempts, for it is not they who are at fault.

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

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// First and longest pause after a failure.
    pub first: Duration,
    pub longest: Duration,
    /// Runs under way to one receiver.
    pub per_receiver: usize,
}

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
    pub end: End,
}

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
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
    pub device: DeviceNumber,
    pub trial: Trial,
}

/// What the first event of a run has behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// Attempts that counted.
    pub failures: u32,
    /// The receiver is unwell: another failure is no fault of the event.
    pub free: bool,
}

impl Trial {
    /// Whether a failure of this attempt is the event's last.
    pub fn is_last(self, fault: Fault, retry_attempts: u32) -> bool {
        let counts = fault == Fault::Event || !self.free;
        counts && self.failures >= retry_attempts
    }
}

struct Queue {
    receiver: Receiver,
    state: State,
    /// What came while a run was under way.
    then: Then,
    /// Counted failures of the event that is next.
    failures: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Due,
    Flying { free: bool },
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
struct Line {
    due: VecDeque<DeviceNumber>,
    queues: usize,
    flying: usize,
    failures: u32,
    closed_until: Option<Instant>,
}

impl Line {
    fn is_unwell(&self) -> bool {
        self.failures >= PATIENCE
    }

    fn may_send(&self, limit: usize) -> bool {
        let limit = if self.is_unwell() { 1 } else { limit };
        self.closed_until.is_none() && self.flying < limit
    }
}

pub struct Schedule {
    limits: Limits,
    queues: HashMap<DeviceNumber, Queue>,
    lines: HashMap<Receiver, Line>,
    resting: BTreeSet<(Instant, DeviceNumber)>,
    closed: BTreeSet<(Instant, Receiver)>,
}

impl Schedule {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            queues: HashMap::new(),
            lines: HashMap::new(),
            resting: BTreeSet::new(),
            closed: BTreeSet::new(),
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
        let opened = self.closed.first().map(|(at, _)| *at);
        rested.into_iter().chain(opened).min()
    }

    fn pass_time(&mut self, now: Instant) {
        while let Some((at, device)) = self.resting.first().copied().filter(|(at, _)| *at <= now) {
            self.resting.remove(&(at, device));
            self.queue_up(device);
        }
        while let Some(first) = self.closed.first().filter(|(at, _)| *at <= now).cloned() {
            self.closed.remove(&first);
            if let Some(line) = self.lines.get_mut(&first.1) {
                line.closed_until = None;
            }
            self.forget_if_unused(&first.1);
        }
    }

    fn wake(&mut self, device: DeviceNumber, receiver: Receiver, changed: bool) {
        let Some(queue) = self.queues.get_mut(&device) else {
            return self.enter(device, receiver);
        };
        if let State::Flying { .. } = queue.state {
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
        queue.failures = 0;
        if let State::Resting(at) = queue.state {
            self.resting.remove(&(at, device));
            self.queue_up(device);
        }
    }

    fn enter(&mut self, device: DeviceNumber, receiver: Receiver) {
        self.lines.entry(receiver.clone()).or_default().queues += 1;
        let queue = Queue {
            receiver,
            state: State::Due,
            then: Then::Settle,
            failures: 0,
        };
        self.queues.insert(device, queue);
        self.queue_up(device);
    }

    /// A run that is under way is waited for: there is never a second one.
    fn go(&mut self, device: DeviceNumber) {
        match self.queues.get_mut(&device) {
            Some(queue) if matches!(queue.state, State::Flying { .. }) => queue.then = Then::Leave,
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
        if let Some(line) = self.lines.get_mut(&queue.receiver) {
            line.due.retain(|other| *other != device);
            line.queues -= 1;
        }
        self.forget_if_unused(&queue.receiver);
    }

    /// A receiver that is unwell is remembered for as long as it is to be left alone.
    fn forget_if_unused(&mut self, receiver: &Receiver) {
        let line = self.lines.get(receiver);
        if line.is_some_and(|line| line.queues == 0 && line.closed_until.is_none()) {
            self.lines.remove(receiver);
        }
    }

    /// To the back of its receiver's line.
    fn queue_up(&mut self, device: DeviceNumber) {
        let Some(queue) = self.queues.get_mut(&device) else {
            return;
        };
        queue.state = State::Due;
        if let Some(line) = self.lines.get_mut(&queue.receiver) {
            line.due.push_back(device);
        }
    }

    fn ended(&mut self, device: DeviceNumber, ended: Ended, now: Instant, jitter: f64) {
        let Some(queue) = self.queues.get_mut(&device) else {
            return;
        };
        let State::Flying { free } = queue.state else {
            return;
        };
        // Not under way any more, so that it may leave.
        queue.state = State::Due;
        let then = std::mem::take(&mut queue.then);
        let receiver = queue.receiver.clone();
        if let Some(line) = self.lines.get_mut(&receiver) {
            line.flying -= 1;
        }
        if ended.progress {
            self.queue(device).failures = 0;
            self.forgive(&receiver);
        }
        match (ended.end, then) {
            (_, Then::Leave) => self.leave(device),
            (_, Then::Again(other)) if other != receiver => {
                self.leave(device);
                self.enter(device, other);
            }
            (End::Emptied, Then::Settle) => self.leave(device),
            (End::Emptied | End::More, _) => self.queue_up(device),
            (End::Broken, _) => self.rest(device, now + self.pause(1, jitter)),
            (End::Failed(failed), _) => self.failed(device, &receiver, failed, free, (now, jitter)),
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
        match failed.fault {
            // Whoever refuses is there.
            Fault::Event => self.forgive(receiver),
            Fault::Receiver => self.blame(receiver, failed.retry_after, at),
        }
        if failed.fault == Fault::Receiver && free {
            // The next trial is another device's, lest one event that cannot be taken keeps all others waiting.
            return self.queue_up(device);
        }
        let queue = self.queue(device);
        queue.failures = if failed.buried { 0 } else { queue.failures + 1 };
        match (failed.fault, failed.buried) {
            (Fault::Event, true) => self.queue_up(device),
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
        let failures = self.queue(device).failures;
        let pause = self.pause(failures.max(1), jitter);
        self.rest(device, now + pause.max(asked_for(retry_after)));
    }

    fn rest(&mut self, device: DeviceNumber, until: Instant) {
        self.queue(device).state = State::Resting(until);
        self.resting.insert((until, device));
    }

    /// The receiver has failed once more.
    fn blame(&mut self, receiver: &Receiver, retry_after: Option<Duration>, at: (Instant, f64)) {
        let (now, jitter) = at;
        let Some(line) = self.lines.get_mut(receiver) else {
            return;
        };
        line.failures += 1;
        let in_vain = line.failures.saturating_sub(PATIENCE - 1);
        if in_vain == 0 {
            return;
        }
        let until = now + self.pause(in_vain, jitter).max(asked_for(retry_after));
        self.open(receiver);
        if let Some(line) = self.lines.get_mut(receiver) {
            line.closed_until = Some(until);
            self.closed.insert((until, receiver.clone()));
        }
    }

    /// The receiver works.
    fn forgive(&mut self, receiver: &Receiver) {
        self.open(receiver);
        if let Some(line) = self.lines.get_mut(receiver) {
            line.failures = 0;
        }
    }

    fn open(&mut self, receiver: &Receiver) {
        let line = self.lines.get_mut(receiver);
        if let Some(until) = line.and_then(|line| line.closed_until.take()) {
            self.closed.remove(&(until, receiver.clone()));
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
        for line in self.lines.values_mut() {
            while line.may_send(self.limits.per_receiver)
                && let Some(device) = line.due.pop_front()
            {
                let free = line.is_unwell();
                line.flying += 1;
                let queue = self
                    .queues
                    .get_mut(&device)
                    .expect("who is due has a queue");
                queue.state = State::Flying { free };
                let failures = queue.failures;
                sends.push(Send {
                    device,
                    trial: Trial { failures, free },
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
mod tests;
