//! Statuses to ever more people: the first, for which everybody needs a key, and those that follow. How long until WhatsApp
//! has taken it for everybody, and what that costs the daemon for each of them.
//!
//! `cargo bench --features sandbox --bench audience [-- --json FILE] [-- PEOPLE…]`, many minutes: most of them are the
//! simulated phones', which run in a process of their own.
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

use serde_json::json;
use tokio::time::sleep;

use self::figures::{Figures, cpu_time, millis};
use self::tests::support::{User, World};

const PEOPLE: [usize; 5] = [10, 100, 1_000, 10_000, 30_000];
const FOLLOWING: u32 = 5;
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);
/// What nothing takes.
const PATIENCE: Duration = Duration::from_secs(1800);

/// What one status has cost.
struct Cost {
    took: Duration,
    cpu: Duration,
    /// How much more the daemon held at most while it ran, in KiB.
    peak: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (mut figures, people) = Figures::asked_for(&PEOPLE);
    println!(
        "{:>7} {:>9} {:>9} {:>12} {:>14} {:>14}",
        "people", "status", "ms", "ms of CPU", "us/person", "bytes/person"
    );
    for count in people {
        measured(count, &mut figures).await;
    }
    figures.write();
}

async fn measured(count: usize, figures: &mut Figures) {
    let settings = [("MEDIA__ANSWER_AFTER", "0.1")];
    let world = figures::world(&settings).await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let contacts = world.control.contacts_of(&phone, count).await;
    world.pair(&user, &phone).await;
    user.api
        .wait_for_contact(contacts.last().expect("somebody"))
        .await;
    let first = status(&world, &user, count).await;
    row(figures, (count, "first"), &first, 1);
    let mut all = Cost {
        took: Duration::ZERO,
        cpu: Duration::ZERO,
        peak: 0,
    };
    for _ in 0..FOLLOWING {
        quiet(&world).await;
        let next = status(&world, &user, count).await;
        all.took += next.took;
        all.cpu += next.cpu;
        all.peak = all.peak.max(next.peak);
    }
    row(figures, (count, "following"), &all, FOLLOWING);
}

/// Until the daemon has nothing more to do: receipts are work, too, and not that of a status.
async fn quiet(world: &World) {
    let mut before = cpu_time(&world.daemon);
    for _ in 0..600 {
        sleep(Duration::from_secs(2)).await;
        let now = cpu_time(&world.daemon);
        if now - before <= Duration::from_millis(10) {
            return;
        }
        before = now;
    }
}

/// Posts one, and waits until WhatsApp has taken it for everybody.
async fn status(world: &World, user: &User, count: usize) -> Cost {
    let held = memory(world, "VmRSS");
    // What was held at most is counted from here.
    let clear = format!("/proc/{}/clear_refs", world.daemon.pid());
    let _ = std::fs::write(clear, "5");
    let (begun, cpu) = (Instant::now(), cpu_time(&world.daemon));
    let posted = user.api.post_status("A status as people write it.").await;
    assert!(
        posted.status == 200 || posted.status == 202,
        "{}",
        posted.text
    );
    let path = format!(
        "/status/{}",
        posted.body["message_id"].as_str().expect("an id")
    );
    loop {
        let known = user.api.get(&path).await.expect(200);
        if known["state"] == "sent" {
            assert_eq!(known["sent_to"], count, "{known}");
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{known}");
        sleep(PAUSE).await;
    }
    Cost {
        took: begun.elapsed(),
        cpu: cpu_time(&world.daemon) - cpu,
        peak: memory(world, "VmHWM").saturating_sub(held),
    }
}

fn row(figures: &mut Figures, (count, name): (usize, &str), cost: &Cost, times: u32) {
    let (took, cpu) = (cost.took / times, cost.cpu / times);
    let each = cpu.as_secs_f64() * 1e6 / count as f64;
    let held = cost.peak * 1024 / count as u64;
    figures.row(
        &format!(
            "{count:>7} {name:>9} {:>9.0} {:>12.1} {each:>14.1} {held:>14}",
            millis(took),
            millis(cpu),
        ),
        json!({
            "people": count,
            "status": name,
            "ms": millis(took),
            "cpu_ms": millis(cpu),
            "cpu_us_per_person": each,
            "bytes_per_person": held,
        }),
    );
}

/// Of the daemon, in KiB.
fn memory(world: &World, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", world.daemon.pid()));
    let status = status.expect("it runs");
    let line = status.lines().find(|line| line.starts_with(what));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse().ok()).expect("a number")
}
