//! Statuses from 100 devices to two contacts each, end to end: from the request until WhatsApp has accepted it and the answer
//! is read. First as fast as some callers can, then at a steady rate.
//!
//! `cargo bench --features sandbox --bench statuses [-- --json FILE] [-- --svg FILE] [-- DEVICES]`, a few minutes. The daemon runs in a
//! process of its own, in front of a simulated WhatsApp in another one; that one costs more than the daemon, so the daemon's
//! own CPU time is what to look at. At a steady rate the time of each counts from when it was to begin, not from when a
//! caller was free for it.
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

use self::figures::plot::Line;
use self::figures::{Cost, Figures, millis, paired, percentile, steadily};
use self::tests::support::{User, World};

const DEVICES: usize = 100;
/// Callers at the same time, and how many statuses they post together.
const LOADS: [(usize, usize); 4] = [(1, 500), (4, 1000), (16, 3000), (64, 6000)];
/// Statuses a second, and for how many seconds.
const RATES: [(usize, usize); 3] = [(100, 10), (300, 10), (1000, 10)];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (mut figures, devices) = Figures::asked_for(&[DEVICES]);
    let devices = devices.first().copied().unwrap_or(DEVICES);
    let settings = [("SUPERVISION__CONNECTS_PER_SECOND", "1000")];
    let world = figures::world(&settings).await;
    let users = paired(&world, devices).await;
    for (user, phone) in &users {
        world.control.contact_of(phone, "Ada").await;
        let last = world.control.contact_of(phone, "Grace").await;
        user.api.wait_for_contact(&last).await;
    }
    // Everybody has the key before anything is measured.
    post_all(&users, 16, 2 * devices).await;
    let mut points = Vec::new();
    for (callers, count) in LOADS {
        let work = post_all(&users, callers, count);
        let (mut times, cost) = Cost::of(&world.daemon, work).await;
        let (median, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
        points.push((callers as f64, cost.per_second(count)));
        figures.row(
            &format!(
                "{callers:>4} callers: {:>6.0}/s, {:.2} ms of daemon CPU each, median {:.1} ms, p99 {:.1} ms",
                cost.per_second(count), cost.cpu_each(count), millis(median), millis(p99),
            ),
            json!({
                "callers": callers, "per_second": cost.per_second(count), "cpu_ms": cost.cpu_each(count),
                "median_ms": millis(median), "p99_ms": millis(p99),
            }),
        );
    }
    figures.plot(
        "Statuses to two contacts each",
        ("callers at the same time", "statuses a second"),
        &[Line {
            name: "daemon, simulator and callers on two cores",
            points,
        }],
    );
    for (rate, seconds) in RATES {
        let count = rate * seconds;
        let work = steadily(rate, count, async |number| post(&users, number).await);
        let (mut times, cost) = Cost::of(&world.daemon, work).await;
        let (median, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
        figures.row(
            &format!(
                "{rate:>4}/s asked for: {:>6.0}/s, {:.2} ms of daemon CPU each, median {:.1} ms, p99 {:.1} ms",
                cost.per_second(count), cost.cpu_each(count), millis(median), millis(p99),
            ),
            json!({
                "asked_per_second": rate, "per_second": cost.per_second(count), "cpu_ms": cost.cpu_each(count),
                "median_ms": millis(median), "p99_ms": millis(p99),
            }),
        );
    }
    figures.write();
}

/// Some at a time, in turn from each device; how long each has taken.
async fn post_all(users: &[(User, String)], callers: usize, count: usize) -> Vec<Duration> {
    let all = stream::iter(0..count).map(|number| async move {
        let begun = Instant::now();
        post(users, number).await;
        begun.elapsed()
    });
    all.buffer_unordered(callers).collect().await
}

async fn post(users: &[(User, String)], number: usize) {
    let (user, _) = &users[number % users.len()];
    let posted = user.api.post_status("A status as people write it.").await;
    assert_eq!(posted.status, 200, "{}", posted.text);
}
