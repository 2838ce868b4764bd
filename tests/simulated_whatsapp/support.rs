//! What the tests have in common: a simulator, real clients of it, and how they talk.

pub mod app_state;
mod client;
pub mod crypto;
mod messages;
pub mod noise;
mod stanzas;
mod world;

use std::time::Duration;

pub use client::{Backend, TestClient};
pub use messages::{arrives, learns, post_status, text_from};
pub use stanzas::{ask, attr, child, iq, refused, seen, to_group};
pub use world::World;

/// Longer than anything takes that works.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Nothing may come for so long. What does come takes a few milliseconds here; where the machine is so
/// busy that it takes longer, a test passes that should fail, but none fails that should pass.
pub const SILENCE: Duration = Duration::from_millis(500);

/// Waits to see that something does not come.
pub async fn never<T>(what: &str, coming: impl Future<Output = T>) {
    let came = tokio::time::timeout(SILENCE, coming).await;
    assert!(came.is_err(), "{what} came");
}
