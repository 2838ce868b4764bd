//! The process as the system sees it, under the names that all programs use.

use chrono::Utc;
use prometheus::core::{Collector, Desc};
use prometheus::process_collector::ProcessCollector;
use prometheus::proto::MetricFamily;
use prometheus::{IntGauge, Registry};

const START_TIME: &str = "process_start_time_seconds";

/// A registry of its own: these names take no prefix.
pub fn registry() -> Result<Registry, prometheus::Error> {
    let registry = Registry::new();
    registry.register(Box::new(Process(ProcessCollector::for_self())))?;
    let started = IntGauge::new(START_TIME, "When the process started, as Unix time.")?;
    started.set(Utc::now().timestamp());
    registry.register(Box::new(started))?;
    Ok(registry)
}

/// Without the time of the start, which the library computes from a file that a service with `ProcSubset=pid` cannot read.
struct Process(ProcessCollector);

impl Collector for Process {
    fn desc(&self) -> Vec<&Desc> {
        let described = self.0.desc().into_iter();
        described
            .filter(|desc| desc.fq_name != START_TIME)
            .collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let collected = self.0.collect().into_iter();
        collected
            .filter(|family| family.name() != START_TIME)
            .collect()
    }
}
