//! Every exit reason and every wish, in every stage, by clocks that the tests move.

mod ends;
mod fleet;
mod wishes;

use super::*;
use crate::device::pairing::Qr;
use crate::store::devices::Account;
use crate::supervision::fixtures::POLICY;
use crate::supervision::view::State;

const JID: &str = "15550001111:7@s.whatsapp.net";
const SECOND: Duration = Duration::from_secs(1);

/// A device whose lives are reached by their numbers, and the time.
struct Device {
    slot: Slot<u64>,
    now: Instant,
    utc: DateTime<Utc>,
    lives: u64,
}

/// Every stage that a device may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Down,
    Queued,
    Delayed,
    Quarantined,
    Connecting,
    Live,
    Closing,
    Forgetting,
}

impl At {
    const ALL: [Self; 8] = [
        Self::Down,
        Self::Queued,
        Self::Delayed,
        Self::Quarantined,
        Self::Connecting,
        Self::Live,
        Self::Closing,
        Self::Forgetting,
    ];
}

impl Device {
    fn new(account: Option<Account>, barred: Option<ExitReason>) -> Self {
        let utc = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        Self {
            slot: Slot::new(account, None, barred, utc),
            now: Instant::now(),
            utc,
            lives: 0,
        }
    }

    fn paired() -> Self {
        Self::new(Some(login()), None)
    }

    fn unpaired() -> Self {
        Self::new(None, None)
    }

    /// A paired device in this stage.
    fn at(stage: At) -> Self {
        let mut device = Self::paired();
        match stage {
            At::Down => {}
            At::Queued => drop(device.step(Input::Connect)),
            At::Delayed => {
                device.live();
                device.exit(ExitReason::ConnectionLost);
            }
            At::Quarantined => device.fail_until_quarantined(),
            At::Connecting => device.connecting(),
            At::Live => device.live(),
            At::Closing => {
                device.live();
                device.news(News::Entered(Phase::Closing));
            }
            At::Forgetting => {
                device.live();
                device.exit(ExitReason::LoggedOut);
            }
        }
        device
    }

    fn step(&mut self, input: Input<u64>) -> Vec<Effect<u64>> {
        let moment = Moment {
            now: self.now,
            utc: self.utc,
            jitter: 1.0,
            policy: &POLICY,
        };
        self.slot.step(input, &moment)
    }

    /// Time passes.
    fn pass(&mut self, time: Duration) -> Vec<Effect<u64>> {
        self.now += time;
        self.utc += time;
        self.step(Input::Tick)
    }

    /// The gate lets it in.
    fn begin(&mut self) -> Vec<Effect<u64>> {
        self.lives += 1;
        self.step(Input::Begun(Life::numbered(self.lives), self.lives))
    }

    fn news(&mut self, news: News) -> Vec<Effect<u64>> {
        self.step(Input::Told(Life::numbered(self.lives), news))
    }

    fn exit(&mut self, reason: ExitReason) -> Vec<Effect<u64>> {
        self.news(News::Exited(reason))
    }

    fn connecting(&mut self) {
        self.step(Input::Connect);
        self.begin();
        self.news(News::Entered(Phase::Connecting));
    }

    fn live(&mut self) {
        self.connecting();
        self.news(News::Entered(Phase::Live));
    }

    fn fail_until_quarantined(&mut self) {
        self.step(Input::Connect);
        for _ in 0..POLICY.quarantine_failures {
            self.begin();
            self.exit(ExitReason::ConnectFailed);
            if let Some(due) = self.slot.due().filter(|due| *due - self.now < SECOND * 30) {
                self.pass(due - self.now);
            }
        }
    }

    fn state(&self) -> State {
        self.slot.view().state
    }

    /// In how long time alone changes something.
    fn due_in(&self) -> Option<Duration> {
        self.slot.due().map(|due| due - self.now)
    }
}

fn login() -> Account {
    Account {
        jid: JID.to_owned(),
        lid: "100000000000001:7@lid".to_owned(),
    }
}

fn qr(device: &Device) -> Qr {
    Qr {
        code: "2@code".to_owned(),
        generated_at: device.utc,
        expires_at: device.utc + SECOND * 20,
    }
}

const JOIN: Effect<u64> = Effect::Gate(Gate::Join);
const LEAVE: Effect<u64> = Effect::Gate(Gate::Leave);

#[test]
fn every_stage_is_seen_by_its_state() {
    let table = [
        (At::Down, State::Down),
        (At::Queued, State::Waiting),
        (At::Delayed, State::Waiting),
        (At::Quarantined, State::Quarantined),
        (At::Connecting, State::Connecting),
        (At::Live, State::Live),
        (At::Closing, State::Closing),
        (At::Forgetting, State::Closing),
    ];
    assert_eq!(table.map(|(stage, _)| stage), At::ALL);
    for (stage, state) in table {
        let device = Device::at(stage);
        assert_eq!(device.state(), state, "{stage:?}");
        let delayed = matches!(stage, At::Delayed | At::Quarantined);
        assert_eq!(device.slot.due().is_some(), delayed, "{stage:?}");
        let shown = device.slot.view().next_attempt;
        assert_eq!(
            shown,
            device.due_in().map(|wait| device.utc + wait),
            "{stage:?}"
        );
        let up = matches!(stage, At::Connecting | At::Live | At::Closing);
        assert_eq!(device.slot.life().is_some(), up, "{stage:?}");
    }
}

#[test]
fn a_login_is_told_to_the_gate_first_and_to_the_router_before_it_is_told_to_webhooks() {
    let mut device = Device::paired();
    device.connecting();
    device.pass(SECOND * 2);
    let told = device.news(News::Entered(Phase::Live));
    let connected = Happening::Connected {
        account: Some(login()),
        last_exit: None,
    };
    let expected = [
        Effect::Gate(Gate::GotThrough),
        Effect::NoteConnect(SECOND * 2),
        Effect::Route(Some(1)),
        Effect::Tell(connected),
    ];
    assert_eq!(told, expected);
    assert_eq!(device.slot.view().last_seen, Some(device.utc));
}

#[test]
fn a_life_that_is_not_the_present_one_has_nothing_to_say() {
    let mut device = Device::at(At::Delayed);
    device.pass(SECOND);
    device.begin();
    device.news(News::Entered(Phase::Live));
    let before = device.slot.view();
    for news in [
        News::Entered(Phase::Closing),
        News::Qr(qr(&device)),
        News::KeyMissing(true),
        News::Exited(ExitReason::LoggedOut),
    ] {
        assert_eq!(device.step(Input::Told(Life::numbered(1), news)), []);
        assert_eq!(device.slot.view(), before);
    }
    for stage in [At::Down, At::Queued, At::Delayed, At::Forgetting] {
        let mut device = Device::at(stage);
        let before = device.slot.view();
        assert_eq!(device.exit(ExitReason::Panicked), [], "{stage:?}");
        assert_eq!(device.slot.view(), before, "{stage:?}");
    }
}

#[test]
fn a_life_that_nobody_waits_for_is_told_to_go() {
    for stage in At::ALL {
        let mut device = Device::at(stage);
        let begun = device.step(Input::Begun(Life::numbered(99), 99));
        if stage == At::Queued {
            assert_eq!(begun, []);
            assert_eq!(device.slot.life(), Some(&99));
        } else {
            let stop = Effect::Stop(99, ExitReason::Disconnected);
            assert_eq!(begun, [stop, LEAVE], "{stage:?}");
            assert_ne!(device.slot.life(), Some(&99), "{stage:?}");
        }
    }
}

#[test]
fn a_key_that_the_phone_owes_is_owed_to_one_life() {
    let mut device = Device::at(At::Live);
    assert_eq!(device.news(News::KeyMissing(true)), []);
    assert!(device.slot.view().key_missing);
    device.exit(ExitReason::ConnectionLost);
    assert!(!device.slot.view().key_missing);
}
