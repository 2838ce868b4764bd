//! Texts from 100 devices, end to end: from the request until WhatsApp has accepted it and the answer is read. Then texts to
//! a group of 1,000: the first, for which everybody needs a key, and those that follow.
//!
//! `cargo bench --features sandbox --bench texts`, a few minutes. The daemon runs in a process of its own, in front of a
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

use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use serde_json::{Value, json};

use self::tests::support::{User, World};

const DEVICES: usize = 100;
/// Callers at the same time, and how many texts they send together.
const LOADS: [(usize, usize); 3] = [(1, 200), (16, 2000), (64, 4000)];
const MEMBERS: usize = 1000;
const FOLLOWING: usize = 10;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let settings = [("SUPERVISION__CONNECTS_PER_SECOND", "1000")];
    let world = World::start_with(&settings).await;
    let users: Vec<(User, String)> = stream::iter(0..DEVICES)
        .then(|_| world.paired_user())
        .collect()
        .await;
    let friend = world.control.account("Ada").await;
    println!("{DEVICES} devices; texts to one number");
    // Everybody has a session with Ada before anything is measured.
    texts(&users, &friend, 16, DEVICES).await;
    for (callers, count) in LOADS {
        let (begun, cpu) = (Instant::now(), cpu_time(&world));
        let mut times = texts(&users, &friend, callers, count).await;
        let (took, cpu) = (begun.elapsed(), cpu_time(&world) - cpu);
        times.sort();
        println!(
            "{callers:3} callers: {:5.0} texts/s, {:.2} ms of daemon CPU each, median {:.1} ms, p99 {:.1} ms",
            count as f64 / took.as_secs_f64(),
            millis(cpu) / count as f64,
            millis(times[count / 2]),
            millis(times[count * 99 / 100]),
        );
    }
    group(&world, &users[0]).await;
}

/// The CPU time that the daemon has had, in whole ticks of 10 ms.
fn cpu_time(world: &World) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", world.daemon.pid()));
    let stat = stat.expect("it runs");
    // After the program's name, which may hold anything.
    let fields = stat.rsplit(')').next().expect("fields");
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks = ticks.map(|ticks| ticks.parse::<u64>().expect("a number"));
    Duration::from_millis(10 * ticks.sum::<u64>())
}

async fn group(world: &World, (user, phone): &(User, String)) {
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
        let (begun, cpu) = (Instant::now(), cpu_time(world));
        for _ in 0..count {
            text(user, &group).await;
        }
        let (took, cpu) = (begun.elapsed(), cpu_time(world) - cpu);
        println!(
            "{name}: {:.0} ms, {:.1} ms of daemon CPU each",
            millis(took) / f64::from(count as u32),
            millis(cpu) / f64::from(count as u32),
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

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
