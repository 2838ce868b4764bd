//! Every exported series, with its help text. No label ever holds a device, a user, a tenant or a JID.

use prometheus::core::Collector;
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::store::Store;
use crate::supervision::view::State;

/// The same for events on their way to a webhook, which may be down for hours.
const WEBHOOK_BUCKETS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 300.0, 3600.0, 86_400.0,
];

/// Upper bounds in seconds: from a local answer to the slowest configured clock.
const BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

pub struct Metrics {
    registry: Registry,
    /// HTTP requests answered, by route and status.
    pub http_requests: IntCounterVec,
    /// Time from a request's head to the head of its answer, by route.
    pub http_duration: HistogramVec,
    /// Commands answered, by operation and outcome.
    pub commands: IntCounterVec,
    /// Devices, by state.
    devices: IntGaugeVec,
    /// Lives that ended, by reason.
    pub exits: IntCounterVec,
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
    /// Commits of the store's writer.
    store_commits: IntCounter,
    /// Writes that were committed together with others or alone.
    store_units: IntCounter,
    /// Writes that failed.
    store_failures: IntCounter,
    /// Writes that wait for the writer.
    store_waiting_writes: IntGauge,
    /// Reads that wait for a reader.
    store_waiting_reads: IntGauge,
}

impl Metrics {
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new_custom(Some("wutsd".into()), None)?;
        let counters = |name: &str, help: &str, labels: &[&str]| {
            register(
                &registry,
                IntCounterVec::new(Opts::new(name, help), labels)?,
            )
        };
        let counter = |name: &str, help: &str| register(&registry, IntCounter::new(name, help)?);
        let gauge = |name: &str, help: &str| register(&registry, IntGauge::new(name, help)?);
        let duration = HistogramOpts::new(
            "http_request_duration_seconds",
            "Time from a request's head to the head of its answer, by route.",
        );
        let delay = HistogramOpts::new(
            "webhook_delay_seconds",
            "Time from the commit of an event to its delivery.",
        );
        let build = Opts::new(
            "build_info",
            "1, labelled with the version of this program.",
        );
        let build = register(&registry, IntGaugeVec::new(build, &["version"])?)?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        let devices = Opts::new("devices", "Devices, by state.");
        let devices = register(&registry, IntGaugeVec::new(devices, &["state"])?)?;
        for state in State::ALL {
            devices.with_label_values(&[state.name()]).set(0);
        }
        Ok(Self {
            http_requests: counters(
                "http_requests_total",
                "HTTP requests answered, by route and status.",
                &["route", "status"],
            )?,
            http_duration: register(
                &registry,
                HistogramVec::new(duration.buckets(BUCKETS.to_vec()), &["route"])?,
            )?,
            commands: counters(
                "commands_total",
                "Commands answered, by operation and outcome.",
                &["operation", "outcome"],
            )?,
            devices,
            exits: counters(
                "device_exits_total",
                "Connections of devices that ended, by reason.",
                &["reason"],
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
            store_commits: counter("store_commits_total", "Commits of the store.")?,
            store_units: counter("store_writes_total", "Writes that the store was asked for.")?,
            store_failures: counter("store_write_failures_total", "Writes that failed.")?,
            store_waiting_writes: gauge(
                "store_waiting_writes",
                "Writes that wait for the writer.",
            )?,
            store_waiting_reads: gauge("store_waiting_reads", "Reads that wait for a reader.")?,
            registry,
        })
    }

    pub fn device_added(&self, state: State) {
        self.devices.with_label_values(&[state.name()]).inc();
    }

    pub fn device_removed(&self, state: State) {
        self.devices.with_label_values(&[state.name()]).dec();
    }

    pub fn device_moved(&self, from: State, to: State) {
        if from != to {
            self.devices.with_label_values(&[from.name()]).dec();
            self.devices.with_label_values(&[to.name()]).inc();
        }
    }

    /// The text that Prometheus scrapes.
    pub fn scrape(&self, store: &Store) -> Result<Vec<u8>, prometheus::Error> {
        let load = store.load();
        raise(&self.store_commits, load.commits);
        raise(&self.store_units, load.units);
        raise(&self.store_failures, load.failures);
        self.store_waiting_writes.set(load.waiting_writes as i64);
        self.store_waiting_reads.set(load.waiting_reads as i64);
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
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

/// The store counts by itself; this brings our counter up to it.
fn raise(counter: &IntCounter, total: u64) {
    counter.inc_by(total.saturating_sub(counter.get()));
}
