//! What devices cost that are stored and not connected: how long the daemon takes until it answers, what it holds for each,
//! and how long a list of all and the metrics take.
//!
//! `cargo bench --features sandbox --bench stored [-- --json FILE] [-- DEVICES…]`, some minutes. The daemon runs in a process
//! of its own. `RssAnon` after 10 s in which nothing is done; the first number is what the others are compared with.
#![allow(
    dead_code,
    unused_imports,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it borrows what the tests are made of, and the figures are the answer"
)]

#[path = "../tests/wutsd"]
mod tests {
    pub mod support;
}
mod figures;

use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use serde_json::json;
use tokio::time::sleep;

use self::figures::{Cost, Figures, millis};
use self::tests::support::{User, World};

const DEVICES: [usize; 2] = [100, 10_000];
const AT_ONCE: usize = 32;
/// In which whatever a start entails is over.
const QUIET: Duration = Duration::from_secs(10);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (mut figures, counts) = Figures::asked_for(&DEVICES);
    let mut world = figures::world(&[]).await;
    let mut user = world.user().await;
    let mut stored = 0;
    let mut first = None;
    for count in counts {
        store(&user, count.saturating_sub(stored)).await;
        stored = stored.max(count);
        world.daemon.stop("TERM").await;
        let begun = Instant::now();
        world.start_again(&[]).await;
        let start = begun.elapsed();
        user.api = world.again(&user);
        sleep(QUIET).await;
        let held = world.daemon.memory() as f64 / 1024.0;
        let (devices, held_before) = *first.get_or_insert((stored, held));
        let each = (held - held_before) / (stored - devices).max(1) as f64;
        let (listed, list) = Cost::of(&world.daemon, user.api.get("/devices")).await;
        assert_eq!(
            listed.expect(200)["devices"].as_array().map(Vec::len),
            Some(stored)
        );
        let (_, scrape) = Cost::of(&world.daemon, world.api.get("/metrics")).await;
        figures.row(
            &format!(
                "{stored:>6} devices: answers after {:.2} s, {held:.0} KiB ({each:.2} KiB a device), listed in {:.0} ms, metrics in {:.1} ms",
                start.as_secs_f64(), millis(list.took), millis(scrape.took),
            ),
            json!({
                "devices": stored, "start_seconds": start.as_secs_f64(), "rss_anon_kib": held, "kib_per_device": each,
                "list_ms": millis(list.took), "scrape_ms": millis(scrape.took),
            }),
        );
    }
    figures.write();
}

/// Registers so many more.
async fn store(user: &User, count: usize) {
    let all = stream::iter(0..count).map(|number| async move {
        let body = json!({ "name": format!("Device {number}") });
        user.api.post("/devices", body).await.expect(201);
    });
    all.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}
