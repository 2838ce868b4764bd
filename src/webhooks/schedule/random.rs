//! Whatever happens in whatever order: no event is lost or stuck, and nobody is asked for more than was agreed.

use std::collections::{HashMap, VecDeque};

use proptest::prelude::*;

use super::*;

const DEVICES: i64 = 5;
const RUN: usize = 16;
const LIMITS: Limits = Limits {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(300),
    per_receiver: 2,
};

/// How a run under way ends, after a part of its events.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    Taken,
    Refused,
    Unreachable(Option<u64>),
    Broken,
}

/// What happens.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Event(i64),
    Changed(i64, bool),
    Gone(i64),
    Ends(usize, usize, Outcome),
    Time(u64),
}

fn happening() -> impl Strategy<Value = Happening> {
    let outcome = prop_oneof![
        4 => Just(Outcome::Taken),
        2 => Just(Outcome::Refused),
        4 => prop::option::weighted(0.2, 0..100_000u64).prop_map(Outcome::Unreachable),
        1 => Just(Outcome::Broken),
    ];
    let device = || 1..=DEVICES;
    prop_oneof![
        6 => device().prop_map(Happening::Event),
        1 => (device(), any::<bool>()).prop_map(|(device, other)| Happening::Changed(device, other)),
        1 => device().prop_map(Happening::Gone),
        8 => (any::<usize>(), 0..20usize, outcome).prop_map(|(run, part, outcome)| Happening::Ends(run, part, outcome)),
        3 => (0..400u64).prop_map(Happening::Time),
    ]
}

/// A webhook with its outbox, as the dispatcher sees them.
struct Hook {
    receiver: Receiver,
    retries: u32,
    outbox: VecDeque<u32>,
    /// How often its receiver had answered when the next event failed last.
    failed_at: Option<u32>,
}

/// A run under way.
struct Run {
    device: DeviceNumber,
    receiver: Receiver,
    attempt: Attempt,
    taken: usize,
}

struct World {
    schedule: Schedule,
    now: Instant,
    hooks: HashMap<DeviceNumber, Hook>,
    runs: Vec<Run>,
    events: u32,
    delivered: HashMap<DeviceNumber, Vec<u32>>,
    answers: HashMap<Receiver, u32>,
}

fn receiver_of(device: i64, other: bool) -> Receiver {
    if other || device % 2 == 0 {
        "even".into()
    } else {
        "odd".into()
    }
}

impl World {
    fn new() -> Self {
        let hook = |device: i64| Hook {
            receiver: receiver_of(device, false),
            retries: device as u32 - 1,
            outbox: VecDeque::new(),
            failed_at: None,
        };
        Self {
            schedule: Schedule::new(LIMITS),
            now: Instant::now(),
            hooks: (1..=DEVICES)
                .map(|device| (DeviceNumber(device), hook(device)))
                .collect(),
            runs: Vec::new(),
            events: 0,
            delivered: HashMap::new(),
            answers: HashMap::new(),
        }
    }

    fn step(&mut self, input: Input) {
        for Send { device, attempt } in self.schedule.step(input, self.now, 0.5) {
            assert!(
                self.runs.iter().all(|run| run.device != device),
                "two runs of one device"
            );
            let hook = &self.hooks[&device];
            let receiver = hook.receiver.clone();
            let taken = hook.outbox.len().min(RUN);
            self.runs.push(Run {
                device,
                receiver: receiver.clone(),
                attempt,
                taken,
            });
            let at_once = self
                .runs
                .iter()
                .filter(|run| run.receiver == receiver)
                .count();
            assert!(at_once <= LIMITS.per_receiver, "too many at once");
        }
        if let Some(next) = self.schedule.next() {
            let longest = LIMITS.longest.max(LONGEST_RETRY_AFTER);
            assert!(next <= self.now + longest, "nobody waits for so long");
        }
    }

    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Event(device) => {
                let number = DeviceNumber(device);
                self.events += 1;
                let hook = self.hooks.get_mut(&number).unwrap();
                hook.outbox.push_back(self.events);
                let receiver = hook.receiver.clone();
                self.step(Input::Waiting(number, receiver));
            }
            Happening::Changed(device, other) => {
                let number = DeviceNumber(device);
                let receiver = receiver_of(device, other);
                let hook = self.hooks.get_mut(&number).unwrap();
                hook.receiver = receiver.clone();
                // A run that is under way still ends for the former one.
                if self.runs.iter().all(|run| run.device != number) {
                    hook.failed_at = None;
                }
                self.step(Input::Changed(number, receiver));
            }
            Happening::Gone(device) => {
                let number = DeviceNumber(device);
                let hook = self.hooks.get_mut(&number).unwrap();
                (hook.outbox, hook.failed_at) = (VecDeque::new(), None);
                let under_way = self.runs.iter_mut().find(|run| run.device == number);
                if let Some(run) = under_way {
                    run.taken = 0;
                }
                self.step(Input::Gone(number));
            }
            Happening::Ends(run, part, outcome) if !self.runs.is_empty() => {
                let run = self.runs.swap_remove(run % self.runs.len());
                self.ends(run, part, outcome);
            }
            Happening::Ends(..) => {}
            Happening::Time(seconds) => {
                self.now += Duration::from_secs(seconds);
                self.step(Input::Tick);
            }
        }
    }

    /// As the dispatcher does it: what was delivered before counts, and an event that failed for the last time goes.
    fn ends(&mut self, run: Run, part: usize, outcome: Outcome) {
        let Run {
            device,
            receiver,
            mut attempt,
            taken,
        } = run;
        let hook = self.hooks.get_mut(&device).unwrap();
        let part = match outcome {
            Outcome::Taken => taken,
            _ => part.min(taken.saturating_sub(1)),
        };
        let progress = part > 0;
        let gone = hook.outbox.drain(..part);
        self.delivered.entry(device).or_default().extend(gone);
        let answers = self.answers.entry(receiver.clone()).or_default();
        if progress {
            (attempt, hook.failed_at) = (Attempt::FIRST, None);
            *answers += 1;
        }
        let mut failed = |fault, retry_after: Option<u64>| {
            let buried = taken > 0 && attempt.is_last(fault, hook.retries);
            if fault == Fault::Event {
                *answers += 1;
            } else if buried {
                let before = hook
                    .failed_at
                    .expect("no event goes for a first failure of its receiver");
                assert!(
                    *answers > before,
                    "an event went although its receiver was not there"
                );
            }
            hook.failed_at = (!buried).then_some(*answers);
            if buried {
                hook.outbox.pop_front();
            }
            let retry_after = retry_after.map(Duration::from_secs);
            End::Failed(Failed {
                fault,
                retry_after,
                buried,
            })
        };
        let end = match outcome {
            _ if taken == 0 => End::Emptied,
            Outcome::Taken if taken == RUN => End::More,
            Outcome::Taken => End::Emptied,
            Outcome::Refused => failed(Fault::Event, None),
            Outcome::Unreachable(retry_after) => failed(Fault::Receiver, retry_after),
            Outcome::Broken => End::Broken,
        };
        if hook.receiver != receiver {
            hook.failed_at = None;
        }
        self.step(Input::Ended(device, Ended { progress, end }));
    }

    /// From now on all goes well.
    fn drain(&mut self) {
        for _ in 0..10_000 {
            if let Some(run) = self.runs.pop() {
                self.ends(run, 0, Outcome::Taken);
            } else if let Some(next) = self.schedule.next() {
                self.now = next;
                self.step(Input::Tick);
            } else {
                return;
            }
        }
        panic!("it never comes to rest");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_event_is_lost_or_stuck_whatever_happens(happenings in prop::collection::vec(happening(), 1..150)) {
        let mut world = World::new();
        for happening in happenings {
            world.happens(happening);
        }
        world.drain();
        for (device, hook) in &world.hooks {
            prop_assert!(hook.outbox.is_empty(), "{:?} waits for ever", device);
        }
        for delivered in world.delivered.values() {
            prop_assert!(delivered.is_sorted(), "out of order");
        }
        let schedule = &world.schedule;
        prop_assert!(schedule.queues.is_empty() && schedule.receivers.is_empty());
        prop_assert!(schedule.resting.is_empty() && schedule.paused.is_empty());
    }
}
