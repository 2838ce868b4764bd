//! Several devices before the one gate.

use super::*;
use crate::ids::DeviceId;
use crate::supervision::admission::{Admission, Limits};
use crate::supervision::breaker::{self, Failed};

struct Fleet {
    gate: Admission,
    devices: Vec<(DeviceId, Device)>,
    now: Instant,
}

impl Fleet {
    /// So many devices that are live.
    fn live(count: usize) -> Self {
        let now = Instant::now();
        let breaker = breaker::Limits {
            share: 0.1,
            devices: 3,
            window: SECOND * 60,
        };
        let limits = Limits {
            rate: 1000.0,
            handshakes: 1000,
            breaker,
        };
        let devices = (0..count).map(|_| {
            let device = Device {
                now,
                ..Device::paired()
            };
            (DeviceId::random(), device)
        });
        let mut fleet = Self {
            gate: Admission::new(limits, POLICY, now),
            devices: devices.collect(),
            now,
        };
        for number in 0..count {
            fleet.step(number, |device| device.step(Input::Connect));
        }
        assert_eq!(fleet.admit().len(), count);
        for number in 0..count {
            fleet.news(number, News::Entered(Phase::Live));
        }
        fleet
    }

    fn step(&mut self, number: usize, step: impl FnOnce(&mut Device) -> Vec<Effect<u64>>) {
        let (id, device) = &mut self.devices[number];
        for effect in step(device) {
            match effect {
                Effect::Gate(Gate::Join) => self.gate.join(*id, DateTime::UNIX_EPOCH),
                Effect::Gate(Gate::Leave) => self.gate.leave(*id),
                Effect::Gate(Gate::GotThrough) => drop(self.gate.connected(*id)),
                Effect::Gate(Gate::Failed(reason)) => {
                    let failed = Failed {
                        device: *id,
                        reason,
                        fleet: 10,
                        jitter: 1.0,
                    };
                    self.gate.failed(failed, self.now);
                }
                _ => {}
            }
        }
    }

    fn news(&mut self, number: usize, news: News) {
        self.step(number, |device| device.news(news));
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        for number in 0..self.devices.len() {
            self.step(number, |device| device.pass(time));
        }
    }

    /// Lets those in who may connect, and says which they are.
    fn admit(&mut self) -> Vec<usize> {
        let mut admitted = Vec::new();
        while let Some(id) = self.gate.admit(self.now) {
            let number = self.devices.iter().position(|(other, _)| *other == id);
            let number = number.expect("a device of this fleet");
            self.step(number, Device::begin);
            admitted.push(number);
        }
        admitted
    }
}

#[test]
fn when_the_version_is_refused_one_tries_and_the_others_follow_when_it_gets_through() {
    let mut fleet = Fleet::live(5);
    for number in 0..5 {
        fleet.news(number, News::Exited(ExitReason::ClientOutdated));
        assert_eq!(fleet.devices[number].1.state(), State::Waiting);
    }
    assert!(fleet.admit().is_empty());
    fleet.pass(SECOND);
    let canary = fleet.admit();
    assert_eq!(canary.len(), 1);
    fleet.news(canary[0], News::Exited(ExitReason::ClientOutdated));
    fleet.pass(SECOND);
    assert!(fleet.admit().is_empty(), "the second one tries later");
    fleet.pass(SECOND);
    let canary = fleet.admit();
    assert_eq!(canary.len(), 1);
    fleet.news(canary[0], News::Entered(Phase::Live));
    assert_eq!(fleet.admit().len(), 4);
}

#[test]
fn a_canary_that_somebody_disconnects_or_removes_makes_room_for_another() {
    for wish in [Input::Disconnect, Input::Remove] {
        let mut fleet = Fleet::live(3);
        for number in 0..3 {
            fleet.news(number, News::Exited(ExitReason::ClientOutdated));
        }
        fleet.pass(SECOND);
        let canary = fleet.admit();
        fleet.step(canary[0], |device| device.step(wish));
        assert!(fleet.admit().is_empty());
        fleet.news(canary[0], News::Exited(ExitReason::Disconnected));
        let next = fleet.admit();
        assert_eq!(next.len(), 1);
        assert_ne!(next, canary);
    }
}

#[test]
fn many_that_fail_alike_wait_in_the_queue_after_their_own_backoff() {
    let mut fleet = Fleet::live(5);
    for number in 0..5 {
        fleet.news(number, News::Exited(ExitReason::ConnectionLost));
    }
    assert!(fleet.gate.is_held_back());
    assert_eq!(fleet.gate.waiting(), 0, "each has its backoff first");
    fleet.pass(SECOND);
    assert_eq!(fleet.gate.waiting(), 5);
    let canary = fleet.admit();
    assert_eq!(canary.len(), 1);
    fleet.news(canary[0], News::Entered(Phase::Pairing));
    assert_eq!(fleet.admit().len(), 4);
}

#[test]
fn a_device_that_leaves_the_queue_is_not_let_in() {
    for wish in [Input::Disconnect, Input::Remove, Input::Halt] {
        let mut fleet = Fleet::live(2);
        fleet.news(0, News::Exited(ExitReason::RestartRequired));
        fleet.step(0, |device| device.step(wish));
        assert!(fleet.admit().is_empty());
    }
}
