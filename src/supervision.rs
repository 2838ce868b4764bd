//! Who lives, who comes back and when: supervisor and router, and the pure pieces they decide with.

pub mod activity;
pub mod admission;
pub mod alive;
pub mod backoff;
pub mod breaker;
pub mod feed;
#[cfg(test)]
mod fixtures;
pub mod history;
pub mod metrics;
pub mod queue;
pub mod report;
pub mod router;
pub mod shards;
mod slot;
pub mod supervisor;
pub mod view;
pub mod watchdog;
