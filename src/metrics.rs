//! What Prometheus scrapes. Every room declares and owns its series, by [`metrics!`]; here they come together.
//!
//! No label ever holds a device, a user, a tenant or a JID.

mod process;

use std::time::Instant;

use prometheus::core::Collector;
use prometheus::{
    CounterVec, Encoder, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter,
    IntCounterVec, IntGauge, IntGaugeVec, Opts, TextEncoder,
};

/// Upper bounds in seconds: from a local answer to the slowest configured clock.
pub const SECONDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];

/// Declares the series of a room: a field's name is the series' name, without the prefix `wutsd_` that all have, and its doc
/// line is the help text. In brackets the labels, after `in` the upper bounds of a histogram's buckets.
///
/// The struct is a [`Collector`]; its clones share what they count. `declare()` makes it.
macro_rules! metrics {
    (
        $(#[$attribute:meta])*
        $visible:vis struct $name:ident {
            $(
                $(#[doc = $help:literal])+
                $field_visible:vis $field:ident: $series:ident
                    $([$($label:literal),+])? $(in $buckets:expr)?
            ),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone)]
        $visible struct $name {
            $($(#[doc = $help])+ $field_visible $field: prometheus::$series,)+
        }

        impl $name {
            fn declare() -> Self {
                Self {
                    $($field: $crate::metrics::declare(
                        stringify!($field),
                        concat!($($help),+),
                        &[$($($label),+)?],
                        &[$($buckets)?],
                    ),)+
                }
            }
        }

        impl prometheus::core::Collector for $name {
            fn desc(&self) -> Vec<&prometheus::core::Desc> {
                [$(self.$field.desc()),+].concat()
            }

            fn collect(&self) -> Vec<prometheus::proto::MetricFamily> {
                [$(self.$field.collect()),+].concat()
            }
        }
    };
}
pub(crate) use metrics;

/// One series as [`metrics!`] has read it.
pub(crate) fn declare<S: Series>(name: &str, help: &str, labels: &[&str], buckets: &[&[f64]]) -> S {
    S::make(Opts::new(name, help.trim()), labels, buckets.concat())
        .expect("a name, labels and bounds that are constant and valid")
}

/// The kinds of series.
pub(crate) trait Series: Sized {
    fn make(opts: Opts, labels: &[&str], buckets: Vec<f64>) -> Result<Self, prometheus::Error>;
}

macro_rules! series {
    ($($kind:ident: |$opts:ident, $labels:pat_param, $buckets:pat_param| $make:expr;)+) => {$(
        impl Series for $kind {
            fn make(
                $opts: Opts,
                $labels: &[&str],
                $buckets: Vec<f64>,
            ) -> Result<Self, prometheus::Error> {
                $make
            }
        }
    )+};
}

series! {
    IntCounter: |opts, _, _| Self::with_opts(opts);
    IntCounterVec: |opts, labels, _| Self::new(opts, labels);
    CounterVec: |opts, labels, _| Self::new(opts, labels);
    IntGauge: |opts, _, _| Self::with_opts(opts);
    IntGaugeVec: |opts, labels, _| Self::new(opts, labels);
    GaugeVec: |opts, labels, _| Self::new(opts, labels);
    Histogram: |opts, _, buckets| Self::with_opts(histogram(opts, buckets));
    HistogramVec: |opts, labels, buckets| Self::new(histogram(opts, buckets), labels);
}

fn histogram(opts: Opts, buckets: Vec<f64>) -> HistogramOpts {
    HistogramOpts::from(opts).buckets(buckets)
}

metrics! {
    /// About the program itself.
    struct Build {
        /// 1, labelled with the version of this program.
        build_info: IntGaugeVec["version"],
    }
}

/// All that is scraped.
#[derive(Clone)]
pub struct Registry {
    rooms: prometheus::Registry,
    process: prometheus::Registry,
}

impl Registry {
    /// Knows the process and the build.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Self {
            rooms: prometheus::Registry::new_custom(Some("wutsd".into()), None)?,
            process: process::registry()?,
        };
        let build = Build::declare();
        let version = [env!("CARGO_PKG_VERSION")];
        build.build_info.with_label_values(&version).set(1);
        registry.add(build)?;
        Ok(registry)
    }

    /// Adds the series of a room; fails if a series of that name is there already.
    pub fn add(&self, room: impl Collector + 'static) -> Result<(), prometheus::Error> {
        self.rooms.register(Box::new(room))
    }

    /// The text that Prometheus scrapes.
    pub fn scrape(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::new();
        let encoder = TextEncoder::new();
        encoder.encode(&self.rooms.gather(), &mut text)?;
        encoder.encode(&self.process.gather(), &mut text)?;
        Ok(text)
    }
}

/// Something that is under way until this is dropped, however that comes about.
pub struct InProgress {
    gauge: IntGauge,
    begun: Instant,
}

impl InProgress {
    /// Counts one more in `gauge`, until it is dropped.
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
