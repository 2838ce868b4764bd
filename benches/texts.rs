//! Texts from 100 devices, end to end: from the request until WhatsApp has accepted it and the answer is read. Then texts to
//! a group of 1,000: the first, for which everybody needs a key, and those that follow.
//!
//! `cargo bench --features sandbox --bench texts [-- --json FILE]`, a few minutes. The daemon runs in a process of its own, in front of a
//! simulated WhatsApp in another one; that one costs more than the daemon, so the daemon's own CPU time is what to look at.
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
use serde_json::{Value, json};

use self::figures::{Cost, Figures, millis, paired, percentile};
use self::tests::support::{User, World};

const DEVICES: usize = 100;
/// Callers at the same time, and how many texts they send together.
const LOADS: [(usize, usize); 3] = [(1, 200), (16, 2000), (64, 4000)];
const MEMBERS: usize = 1000;
const FOLLOWING: usize = 10;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (mut figures, _) = Figures::asked_for(&[]);
    let settings = [("SUPERVISION__CONNECTS_PER_SECOND", "1000")];
    let world = figures::world(&settings).await;
    let users = paired(&world, DEVICES).await;
    let friend = world.control.account("Ada").await;
    println!("{DEVICES} devices; texts to one number");
    // Everybody has a session with Ada before anything is measured.
    texts(&users, &friend, 16, DEVICES).await;
    for (callers, count) in LOADS {
        let work = texts(&users, &friend, callers, count);
        let (mut times, cost) = Cost::of(&world.daemon, work).await;
        let (median, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
        figures.row(
            &format!(
                "{callers:3} callers: {:5.0} texts/s, {:.2} ms of daemon CPU each, median {:.1} ms, p99 {:.1} ms",
                cost.per_second(count),
                cost.cpu_each(count),
                millis(median),
                millis(p99),
            ),
            json!({
                "callers": callers, "per_second": cost.per_second(count), "cpu_ms": cost.cpu_each(count),
                "median_ms": millis(median), "p99_ms": millis(p99),
            }),
        );
    }
    group(&world, &users[0], &mut figures).await;
    figures.write();
}

async fn group(world: &World, (user, phone): &(User, String), figures: &mut Figures) {
    let mut members = vec![phone.clone()];
    for number in 1..MEMBERS {
        members.push(world.control.account(&format!("Member {number}")).await);
    }
    let group = world
        .control
        .group(&members.iter().collect::<Vec<_>>())
        .await;
    println!("a group of {MEMBERS}");
    for (name, count) in [("the first", 1), ("following", FOLLOWING)] {
        let work = async {
            for _ in 0..count {
                text(user, &group).await;
            }
        };
        let ((), cost) = Cost::of(&world.daemon, work).await;
        let each = millis(cost.took) / count as f64;
        figures.row(
            &format!(
                "{name}: {each:.0} ms, {:.1} ms of daemon CPU each",
                cost.cpu_each(count)
            ),
            json!({ "group": MEMBERS, "text": name, "ms": each, "cpu_ms": cost.cpu_each(count) }),
        );
        // Receipts are work, too, and not that of a text.
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

/// So many texts, some at a time, in turn from each device; how long each has taken.
async fn texts(users: &[(User, String)], to: &str, callers: usize, count: usize) -> Vec<Duration> {
    let all = stream::iter(0..count).map(|number| async move {
        let begun = Instant::now();
        text(&users[number % users.len()].0, to).await;
        begun.elapsed()
    });
    all.buffer_unordered(callers).collect().await
}

async fn text(user: &User, to: &str) {
    let body = json!({ "number": to, "text": "A text as people write it, of a line or so." });
    let sent: Value = user.api.post("/send/text", body).await.expect(200);
    assert_eq!(sent["status"], "sent", "{sent}");
}
