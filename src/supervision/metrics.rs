//! What is measured of the fleet: where devices stand, how lives begin and end, and whether all parts answer.

use std::time::Duration;

use super::view::{Absence, Counted, State};
use crate::device::exit::ExitReason;
use crate::metrics::{SECONDS, metrics};

metrics! {
    /// Told by supervisor and watchdog; its clones count together.
    pub struct Metrics {
        /// Devices, by state.
        devices: IntGaugeVec["state"],
        /// Devices that are not connected, by the reason with which their last connection ended.
        devices_not_connected: IntGaugeVec["reason"],
        /// Devices whose accounts WhatsApp restricts, as they have heard while connected, by restriction.
        devices_restricted: IntGaugeVec["restriction"],
        /// Connections of devices that ended, by reason.
        device_exits_total: IntCounterVec["reason"],
        /// Time from dialling WhatsApp until the device is logged in.
        device_connect_duration_seconds: Histogram in SECONDS,
        /// Devices that wait for their turn to connect.
        connects_waiting: IntGauge,
        /// 1 while many devices fail alike and only one at a time may try to connect.
        fleet_held_back: IntGauge,
        /// How long each part of the daemon took for its latest answer, or has taken so far.
        part_lag_seconds: GaugeVec["part"],
        /// For how long each thread that runs devices was busy.
        shard_busy_seconds_total: CounterVec["shard"],
        /// Tasks of each thread that runs devices.
        shard_tasks: IntGaugeVec["shard"],
    }
}

fn restrictions(counted: Counted) -> [(&'static str, bool); 2] {
    [
        ("reach_out", counted.reach_out),
        ("new_chats", counted.new_chats),
    ]
}

impl Default for Metrics {
    /// What counts by names that are known shows them all from the start: a series that begins with its first event hides
    /// that event from `increase()`.
    fn default() -> Self {
        let metrics = Self::declare();
        for state in State::ALL {
            metrics.devices.with_label_values(&[state.name()]);
        }
        for absence in Absence::ALL {
            let reason = [absence.name()];
            metrics.devices_not_connected.with_label_values(&reason);
        }
        for restriction in ["reach_out", "new_chats"] {
            metrics.devices_restricted.with_label_values(&[restriction]);
        }
        for reason in ExitReason::ALL {
            let reason = [reason.name()];
            metrics.device_exits_total.with_label_values(&reason);
        }
        metrics
    }
}

impl Metrics {
    /// A device came to be supervised.
    pub fn device_added(&self, counted: Counted) {
        self.count_device(counted, 1);
    }

    /// A device was removed.
    pub fn device_removed(&self, counted: Counted) {
        self.count_device(counted, -1);
    }

    /// A device stands elsewhere now.
    pub fn device_moved(&self, from: Counted, to: Counted) {
        if from != to {
            self.count_device(from, -1);
            self.count_device(to, 1);
        }
    }

    fn count_device(&self, counted: Counted, by: i64) {
        let Counted { state, absence, .. } = counted;
        for (restriction, holds) in restrictions(counted) {
            let devices = self.devices_restricted.with_label_values(&[restriction]);
            devices.add(if holds { by } else { 0 });
        }
        self.devices.with_label_values(&[state.name()]).add(by);
        if let Some(absence) = absence {
            let reason = [absence.name()];
            let devices = self.devices_not_connected.with_label_values(&reason);
            devices.add(by);
        }
    }

    /// Devices that are connected, and all.
    pub fn connected_devices(&self) -> (i64, i64) {
        let count = |state: State| self.devices.with_label_values(&[state.name()]).get();
        (count(State::Live), State::ALL.into_iter().map(count).sum())
    }

    /// A life has logged in, this long after it began to dial.
    pub fn connected(&self, took: Duration) {
        self.device_connect_duration_seconds
            .observe(took.as_secs_f64());
    }

    /// A life has ended.
    pub fn exited(&self, reason: ExitReason) {
        let reason = [reason.name()];
        self.device_exits_total.with_label_values(&reason).inc();
    }

    /// How many devices wait for their turn to connect, and whether only one at a time may try.
    pub fn gate_seen(&self, waiting: usize, held_back: bool) {
        let waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
        self.connects_waiting.set(waiting);
        self.fleet_held_back.set(i64::from(held_back));
    }

    /// How long a part took for its latest answer, or has taken so far.
    pub fn part_answered(&self, part: &str, lag: Duration) {
        let gauge = self.part_lag_seconds.with_label_values(&[part]);
        gauge.set(lag.as_secs_f64());
    }

    /// `busy`: since the shard was started.
    pub fn shard_seen(&self, shard: &str, busy: Duration, tasks: usize) {
        let counter = self.shard_busy_seconds_total.with_label_values(&[shard]);
        counter.inc_by((busy.as_secs_f64() - counter.get()).max(0.0));
        self.shard_tasks
            .with_label_values(&[shard])
            .set(tasks as i64);
    }
}
