//! Every exported series, with its help text. No label ever holds a device, a user, a tenant or a JID.
//!
//! What the store measures is registered here and told by the store itself.

mod process;

use std::time::{Duration, Instant};

use prometheus::core::Collector;
use prometheus::{
    CounterVec, Encoder, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::device::exit::ExitReason;
use crate::store::Store;
use crate::supervision::view::{Absence, Counted, State};
use crate::webhooks::delivery::Outcome;
use crate::webhooks::{TOO_MANY_AT_ONCE, TOO_OLD_OR_TOO_MANY};

/// The same for events on their way to a webhook, which may be down for hours.
const WEBHOOK_BUCKETS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 300.0, 3600.0, 86_400.0,
];

/// Upper bounds in seconds: from a local answer to the slowest configured clock.
const BUCKETS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];

pub struct Metrics {
    registry: Registry,
    process: Registry,
    /// HTTP requests answered, by route and status.
    pub http_requests: IntCounterVec,
    /// Time from a request's head to the head of its answer, by class of status.
    pub http_duration: HistogramVec,
    /// HTTP requests under way.
    pub http_in_progress: IntGauge,
    /// Commands answered, by operation and outcome.
    pub commands: IntCounterVec,
    /// Time from the acceptance of a command to its outcome, by operation.
    pub command_duration: HistogramVec,
    /// Commands under way.
    pub commands_in_progress: IntGauge,
    /// Devices, by state.
    devices: IntGaugeVec,
    /// Devices that are not connected, by reason.
    devices_not_connected: IntGaugeVec,
    /// Lives that ended, by reason.
    pub exits: IntCounterVec,
    /// Time from dialling to logged in.
    pub connect_duration: Histogram,
    /// Attempts to deliver an event to a webhook, by outcome.
    pub webhook_attempts: IntCounterVec,
    /// Time from the commit of an event to its delivery.
    pub webhook_delay: Histogram,
    /// Events that were deleted undelivered, by reason.
    pub webhook_dropped: IntCounterVec,
    /// Events that wait for delivery.
    pub webhook_waiting: IntGauge,
    /// Events that could not be delivered.
    pub webhook_dead: IntGauge,
    /// For how long the oldest waiting event has waited.
    pub webhook_oldest: IntGauge,
    /// Devices that wait for their turn to connect.
    pub connects_waiting: IntGauge,
    /// 1 while many devices fail alike and only one at a time may try.
    pub fleet_held_back: IntGauge,
    /// How long each part took for its latest answer, or has taken so far.
    part_lag: GaugeVec,
    /// For how long each shard was busy.
    shard_busy: CounterVec,
    /// Tasks of each shard.
    shard_tasks: IntGaugeVec,
    /// Writes that wait for the writer.
    store_waiting_writes: IntGauge,
    /// Reads that wait for a reader.
    store_waiting_reads: IntGauge,
    /// How many of each may wait.
    store_queue: IntGauge,
    /// Size of the database.
    store_database: IntGauge,
    /// Size of its write-ahead log.
    store_log: IntGauge,
}

impl Metrics {
    pub fn new(store: &Store) -> Result<Self, prometheus::Error> {
        let registry = Registry::new_custom(Some("wutsd".into()), None)?;
        for collector in store.collectors() {
            registry.register(collector)?;
        }
        let counters = |name: &str, help: &str, labels: &[&str]| {
            register(
                &registry,
                IntCounterVec::new(Opts::new(name, help), labels)?,
            )
        };
        let gauge = |name: &str, help: &str| register(&registry, IntGauge::new(name, help)?);
        let gauges = |name: &str, help: &str, label: &str| {
            register(
                &registry,
                IntGaugeVec::new(Opts::new(name, help), &[label])?,
            )
        };
        let durations = |name: &str, help: &str, label: &str| {
            let options = HistogramOpts::new(name, help).buckets(BUCKETS.to_vec());
            register(&registry, HistogramVec::new(options, &[label])?)
        };
        let connect_duration = HistogramOpts::new(
            "device_connect_duration_seconds",
            "Time from dialling WhatsApp until the device is logged in.",
        );
        let delay = HistogramOpts::new(
            "webhook_delay_seconds",
            "Time from the commit of an event to its delivery.",
        );
        let part_lag = Opts::new(
            "part_lag_seconds",
            "How long each part of the daemon took for its latest answer, or has taken so far.",
        );
        let shard_busy = Opts::new(
            "shard_busy_seconds_total",
            "For how long each thread that runs devices was busy.",
        );
        let build = gauges(
            "build_info",
            "1, labelled with the version of this program.",
            "version",
        )?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        let metrics = Self {
            http_requests: counters(
                "http_requests_total",
                "HTTP requests answered, by route and status.",
                &["route", "status"],
            )?,
            http_duration: durations(
                "http_request_duration_seconds",
                "Time from a request's head to the head of its answer, by class of status.",
                "class",
            )?,
            http_in_progress: gauge("http_requests_in_progress", "HTTP requests under way.")?,
            commands: counters(
                "commands_total",
                "Commands answered, by operation and outcome.",
                &["operation", "outcome"],
            )?,
            command_duration: durations(
                "command_duration_seconds",
                "Time from the acceptance of a command to its outcome, by operation.",
                "operation",
            )?,
            commands_in_progress: gauge("commands_in_progress", "Commands under way.")?,
            devices: gauges("devices", "Devices, by state.", "state")?,
            devices_not_connected: gauges(
                "devices_not_connected",
                "Devices that are not connected, by the reason with which their last connection ended.",
                "reason",
            )?,
            exits: counters(
                "device_exits_total",
                "Connections of devices that ended, by reason.",
                &["reason"],
            )?,
            connect_duration: register(
                &registry,
                Histogram::with_opts(connect_duration.buckets(BUCKETS.to_vec()))?,
            )?,
            webhook_attempts: counters(
                "webhook_attempts_total",
                "Attempts to deliver an event to a webhook, by outcome.",
                &["outcome"],
            )?,
            webhook_delay: register(
                &registry,
                Histogram::with_opts(delay.buckets(WEBHOOK_BUCKETS.to_vec()))?,
            )?,
            webhook_dropped: counters(
                "webhook_dropped_events_total",
                "Events that were deleted undelivered, by reason.",
                &["reason"],
            )?,
            webhook_waiting: gauge("webhook_waiting_events", "Events that wait for delivery.")?,
            webhook_dead: gauge(
                "webhook_dead_letters",
                "Events that could not be delivered.",
            )?,
            webhook_oldest: gauge(
                "webhook_oldest_event_seconds",
                "For how long the oldest waiting event has waited.",
            )?,
            connects_waiting: gauge(
                "connects_waiting",
                "Devices that wait for their turn to connect.",
            )?,
            fleet_held_back: gauge(
                "fleet_held_back",
                "1 while many devices fail alike and only one at a time may try to connect.",
            )?,
            part_lag: register(&registry, GaugeVec::new(part_lag, &["part"])?)?,
            shard_busy: register(&registry, CounterVec::new(shard_busy, &["shard"])?)?,
            shard_tasks: gauges(
                "shard_tasks",
                "Tasks of each thread that runs devices.",
                "shard",
            )?,
            store_waiting_writes: gauge(
                "store_waiting_writes",
                "Writes that wait for the writer.",
            )?,
            store_waiting_reads: gauge("store_waiting_reads", "Reads that wait for a reader.")?,
            store_queue: gauge(
                "store_queue_limit",
                "Writes, and reads, that may wait; more are refused.",
            )?,
            store_database: gauge("store_database_bytes", "Size of the database.")?,
            store_log: gauge("store_log_bytes", "Size of the database's write-ahead log.")?,
            process: process::registry()?,
            registry,
        };
        metrics.begin_at_zero();
        Ok(metrics)
    }

    /// What counts by names that are known shows them all from the start: a series that begins with its first event hides
    /// that event from `increase()`.
    fn begin_at_zero(&self) {
        for state in State::ALL {
            self.devices.with_label_values(&[state.name()]).set(0);
        }
        for absence in Absence::ALL {
            let reason = [absence.name()];
            self.devices_not_connected.with_label_values(&reason).set(0);
        }
        for reason in ExitReason::ALL {
            self.exits.with_label_values(&[reason.name()]);
        }
        for outcome in Outcome::NAMES {
            self.webhook_attempts.with_label_values(&[outcome]);
        }
        for reason in [TOO_MANY_AT_ONCE, TOO_OLD_OR_TOO_MANY] {
            self.webhook_dropped.with_label_values(&[reason]);
        }
        for class in ["2xx", "4xx", "5xx"] {
            self.http_duration.with_label_values(&[class]);
        }
    }

    pub fn device_added(&self, counted: Counted) {
        self.count_device(counted, 1);
    }

    pub fn device_removed(&self, counted: Counted) {
        self.count_device(counted, -1);
    }

    pub fn device_moved(&self, from: Counted, to: Counted) {
        if from != to {
            self.count_device(from, -1);
            self.count_device(to, 1);
        }
    }

    fn count_device(&self, Counted { state, absence }: Counted, by: i64) {
        self.devices.with_label_values(&[state.name()]).add(by);
        if let Some(absence) = absence {
            let reason = [absence.name()];
            self.devices_not_connected
                .with_label_values(&reason)
                .add(by);
        }
    }

    /// Devices that are connected, and all.
    pub fn connected_devices(&self) -> (i64, i64) {
        let count = |state: State| self.devices.with_label_values(&[state.name()]).get();
        (count(State::Live), State::ALL.into_iter().map(count).sum())
    }

    pub fn part_answered(&self, part: &str, lag: Duration) {
        let gauge = self.part_lag.with_label_values(&[part]);
        gauge.set(lag.as_secs_f64());
    }

    /// `busy`: since the shard was started.
    pub fn shard_seen(&self, shard: &str, busy: Duration, tasks: usize) {
        let counter = self.shard_busy.with_label_values(&[shard]);
        counter.inc_by((busy.as_secs_f64() - counter.get()).max(0.0));
        self.shard_tasks
            .with_label_values(&[shard])
            .set(tasks as i64);
    }

    /// The text that Prometheus scrapes.
    pub fn scrape(&self, store: &Store) -> Result<Vec<u8>, prometheus::Error> {
        let load = store.load();
        self.store_waiting_writes.set(load.waiting_writes as i64);
        self.store_waiting_reads.set(load.waiting_reads as i64);
        self.store_queue.set(load.queue as i64);
        self.store_database.set(load.database as i64);
        self.store_log.set(load.log as i64);
        let mut text = Vec::new();
        let encoder = TextEncoder::new();
        encoder.encode(&self.registry.gather(), &mut text)?;
        encoder.encode(&self.process.gather(), &mut text)?;
        Ok(text)
    }
}

fn register<C: Collector + Clone + 'static>(
    registry: &Registry,
    collector: C,
) -> Result<C, prometheus::Error> {
    registry.register(Box::new(collector.clone()))?;
    Ok(collector)
}

/// Something that is under way until this is dropped, however that comes about.
pub struct InProgress {
    gauge: IntGauge,
    begun: Instant,
}

impl InProgress {
    pub fn begin(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self {
            gauge: gauge.clone(),
            begun: Instant::now(),
        }
    }

    /// In seconds.
    pub fn lasted(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}
