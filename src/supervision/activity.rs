//! When a device was used last: noted by the router, asked by the supervisor.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

/// A time that two actors share. Whole seconds are enough to put devices in order.
#[derive(Clone, Debug)]
pub struct Activity(Arc<AtomicI64>);

impl Activity {
    /// `None`: never used.
    pub fn since(last: Option<DateTime<Utc>>) -> Self {
        Self(Arc::new(AtomicI64::new(
            last.map_or(0, |at| at.timestamp()),
        )))
    }

    /// Somebody wants something of the device.
    pub fn note(&self) {
        self.0.store(Utc::now().timestamp(), Ordering::Relaxed);
    }

    /// When it was used last; the epoch if never.
    pub fn last(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::Relaxed), 0).unwrap_or_default()
    }
}
