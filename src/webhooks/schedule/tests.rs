use super::*;

const ONE: DeviceNumber = DeviceNumber(1);
const TWO: DeviceNumber = DeviceNumber(2);
const THREE: DeviceNumber = DeviceNumber(3);
const SECOND: Duration = Duration::from_secs(1);

/// A schedule with its time.
struct Clockwork {
    schedule: Schedule,
    now: Instant,
}

fn receiver(name: &str) -> Receiver {
    name.into()
}

impl Clockwork {
    fn new() -> Self {
        let limits = Limits {
            first: SECOND,
            longest: 300 * SECOND,
            per_receiver: 2,
        };
        Self {
            schedule: Schedule::new(limits),
            now: Instant::now(),
        }
    }

    fn step(&mut self, input: Input) -> Vec<DeviceNumber> {
        let sends = self.schedule.step(input, self.now, 1.0);
        sends.into_iter().map(|send| send.device).collect()
    }

    fn waiting(&mut self, device: DeviceNumber, name: &str) -> Vec<DeviceNumber> {
        self.step(Input::Waiting(device, receiver(name)))
    }

    fn ended(&mut self, device: DeviceNumber, end: End) -> Vec<DeviceNumber> {
        let progress = matches!(end, End::Emptied | End::More);
        self.step(Input::Ended(device, Ended { progress, end }))
    }

    fn fails(&mut self, device: DeviceNumber, fault: Fault) -> Vec<DeviceNumber> {
        let (retry_after, buried) = (None, false);
        self.ended(device, failed(fault, retry_after, buried))
    }

    fn after(&mut self, time: Duration) -> Vec<DeviceNumber> {
        self.now += time;
        self.step(Input::Tick)
    }

    /// In how many seconds time will change something.
    fn next(&self) -> Option<f64> {
        let next = self.schedule.next()?;
        Some(next.duration_since(self.now).as_secs_f64())
    }
}

fn failed(fault: Fault, retry_after: Option<Duration>, buried: bool) -> End {
    End::Failed(Failed {
        fault,
        retry_after,
        buried,
    })
}

#[test]
fn a_device_has_one_run_at_a_time_and_another_when_something_came_meanwhile() {
    let mut clock = Clockwork::new();
    assert_eq!(clock.waiting(ONE, "a"), [ONE]);
    assert_eq!(clock.waiting(ONE, "a"), []);
    assert_eq!(clock.waiting(ONE, "a"), []);
    assert_eq!(clock.ended(ONE, End::Emptied), [ONE]);
    assert_eq!(clock.ended(ONE, End::Emptied), []);
    assert!(clock.schedule.queues.is_empty() && clock.schedule.receivers.is_empty());
}

#[test]
fn a_receiver_gets_so_many_runs_at_once_and_its_devices_take_turns() {
    let mut clock = Clockwork::new();
    assert_eq!(clock.waiting(ONE, "a"), [ONE]);
    assert_eq!(clock.waiting(TWO, "a"), [TWO]);
    assert_eq!(clock.waiting(THREE, "a"), []);
    assert_eq!(clock.ended(ONE, End::More), [THREE]);
    assert_eq!(clock.ended(TWO, End::Emptied), [ONE]);
}

#[test]
fn an_event_that_is_refused_is_tried_again_after_growing_pauses() {
    let mut clock = Clockwork::new();
    clock.waiting(ONE, "a");
    for seconds in [1.0, 2.0, 4.0, 8.0] {
        assert_eq!(clock.fails(ONE, Fault::Event), []);
        assert_eq!(clock.next(), Some(seconds));
        assert_eq!(clock.after(Duration::from_secs_f64(seconds)), [ONE]);
    }
    let buried = failed(Fault::Event, None, true);
    assert_eq!(
        clock.ended(ONE, buried),
        [ONE],
        "the next event is tried at once"
    );
    clock.fails(ONE, Fault::Event);
    assert_eq!(clock.next(), Some(1.0), "and starts from the first pause");
}

#[test]
fn a_receiver_that_is_down_gets_one_attempt_at_a_time_and_everything_once_it_is_back() {
    let mut clock = Clockwork::new();
    clock.waiting(ONE, "a");
    clock.waiting(TWO, "a");
    assert_eq!(clock.waiting(THREE, "a"), []);
    assert_eq!(clock.fails(ONE, Fault::Receiver), [THREE]);
    assert_eq!(clock.fails(TWO, Fault::Receiver), []);
    assert_eq!(clock.fails(THREE, Fault::Receiver), []);
    let mut tried = Vec::new();
    for pause in [1.0, 2.0, 4.0, 8.0, 16.0] {
        assert_eq!(clock.next(), Some(pause));
        let attempt = clock.after(Duration::from_secs_f64(pause));
        assert_eq!(attempt.len(), 1, "one attempt");
        tried.push(attempt[0]);
        assert_eq!(clock.fails(attempt[0], Fault::Receiver), []);
    }
    for device in [ONE, TWO, THREE] {
        assert!(tried.contains(&device), "{tried:?}");
    }
    let attempt = clock.after(32 * SECOND);
    assert_eq!(attempt.len(), 1);
    assert_eq!(clock.ended(attempt[0], End::Emptied).len(), 2);
}

#[test]
fn while_a_receiver_is_down_its_events_lose_no_attempts() {
    let mut clock = Clockwork::new();
    clock.waiting(ONE, "a");
    for _ in 0..20 {
        clock.fails(ONE, Fault::Receiver);
        // The device's own pause and the receiver's may end one after the other.
        let attempt = loop {
            clock.now = clock.schedule.next().unwrap();
            let sends = clock.schedule.step(Input::Tick, clock.now, 1.0);
            if let Some(send) = sends.first() {
                break send.attempt;
            }
        };
        assert!(!attempt.is_last(Fault::Receiver, 3), "{attempt:?}");
    }
}

#[test]
fn attempts_are_counted_as_the_webhook_says() {
    let attempt = |failures, free| Attempt { failures, free };
    let table = [
        (attempt(0, false), Fault::Event, 0, true),
        (attempt(0, true), Fault::Receiver, 0, false),
        (attempt(9, true), Fault::Receiver, 0, false),
        (attempt(2, false), Fault::Receiver, 0, false),
        (attempt(3, false), Fault::Receiver, 0, true),
        (attempt(3, false), Fault::Receiver, 5, false),
        (attempt(5, false), Fault::Receiver, 5, true),
        (attempt(2, false), Fault::Event, 3, false),
        (attempt(3, false), Fault::Event, 3, true),
        (attempt(3, true), Fault::Event, 3, true),
        (attempt(3, true), Fault::Receiver, 3, false),
    ];
    for (attempt, fault, retries, last) in table {
        assert_eq!(
            attempt.is_last(fault, retries),
            last,
            "{attempt:?} {fault:?} {retries}"
        );
    }
}

#[test]
fn other_receivers_do_not_notice() {
    let mut clock = Clockwork::new();
    clock.waiting(ONE, "dead");
    for _ in 0..9 {
        clock.fails(ONE, Fault::Receiver);
        clock.now = clock.schedule.next().unwrap();
        clock.step(Input::Tick);
    }
    assert_eq!(clock.waiting(TWO, "well"), [TWO]);
    assert_eq!(clock.ended(TWO, End::More), [TWO]);
}

#[test]
fn what_a_receiver_asks_for_is_given_within_reason() {
    for (asked, given) in [(30, 30.0), (100_000, 3600.0)] {
        let mut clock = Clockwork::new();
        clock.waiting(ONE, "a");
        clock.ended(ONE, failed(Fault::Receiver, Some(asked * SECOND), false));
        assert_eq!(clock.next(), Some(given));
        assert_eq!(clock.waiting(ONE, "a"), [], "news do not end the pause");
    }
}

#[test]
fn a_webhook_that_was_written_anew_does_not_wait_for_what_was_wrong_with_the_old() {
    let mut clock = Clockwork::new();
    clock.waiting(ONE, "a");
    for _ in 0..5 {
        clock.fails(ONE, Fault::Receiver);
        clock.now = clock.schedule.next().unwrap();
        clock.step(Input::Tick);
    }
    clock.fails(ONE, Fault::Receiver);
    assert_eq!(clock.step(Input::Changed(ONE, receiver("a"))), [ONE]);
    clock.fails(ONE, Fault::Event);
    assert_eq!(clock.step(Input::Changed(ONE, receiver("b"))), [ONE]);
}

#[test]
fn a_run_that_is_under_way_is_never_joined_by_a_second_one() {
    let mut clock = Clockwork::new();
    clock.waiting(ONE, "a");
    assert_eq!(clock.step(Input::Gone(ONE)), []);
    assert_eq!(clock.waiting(ONE, "b"), []);
    assert_eq!(clock.ended(ONE, End::More), [ONE]);
    clock.step(Input::Gone(ONE));
    assert_eq!(clock.ended(ONE, End::More), []);
    assert!(clock.schedule.queues.is_empty() && clock.schedule.receivers.is_empty());
}

#[test]
fn a_store_that_does_not_answer_is_asked_again() {
    let mut clock = Clockwork::new();
    clock.waiting(ONE, "a");
    assert_eq!(clock.ended(ONE, End::Broken), []);
    assert_eq!(clock.after(SECOND), [ONE]);
}
