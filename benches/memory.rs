//! What a connected idle device costs in memory, in the life that follows its pairing and after a restart: the slope over
//! several numbers of devices, and what the process holds without any.
//!
//! `cargo bench --features sandbox --bench memory [-- --json FILE] [-- --svg FILE] [-- DEVICES…]`. A fresh daemon for each number; 20
//! devices are there before anything is counted; `RssAnon` after 60 s in which nothing is done. Half an hour, most of it
//! the simulated WhatsApp's, which runs in a process of its own.
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

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use self::figures::plot::Line;
use self::figures::{Figures, connected, paired};
use self::tests::support::World;

const DEVICES: [usize; 3] = [100, 300, 700];
/// Before anything is counted.
const WARM_UP: usize = 20;
const IDLE: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (mut figures, counts) = Figures::asked_for(&DEVICES);
    let (mut after_pairing, mut after_restart) = (Vec::new(), Vec::new());
    for count in counts {
        let settings = [("SUPERVISION__CONNECTS_PER_SECOND", "1000")];
        let mut world = figures::world(&settings).await;
        paired(&world, WARM_UP + count).await;
        after_pairing.push((
            count,
            idle(&world, count, "after pairing", &mut figures).await,
        ));
        world.restart("TERM").await;
        while connected(&world).await < WARM_UP + count {
            sleep(Duration::from_millis(100)).await;
        }
        after_restart.push((
            count,
            idle(&world, count, "after a restart", &mut figures).await,
        ));
    }
    let lines = [
        ("after pairing", after_pairing),
        ("after a restart", after_restart),
    ];
    let drawn = lines.each_ref().map(|(name, points)| Line {
        name,
        points: points
            .iter()
            .map(|(count, kib)| ((WARM_UP + count) as f64, kib / 1024.0))
            .collect(),
    });
    figures.plot(
        "Memory of the daemon",
        ("connected devices that do nothing", "MiB"),
        &drawn,
    );
    for (when, points) in lines {
        let (slope, fixed) = line(&points);
        let fixed = fixed - slope * WARM_UP as f64;
        figures.row(
            &format!(
                "{when}: {slope:.1} KiB a device, {:.1} MiB fixed",
                fixed / 1024.0
            ),
            json!({ "when": when, "kib_per_device": slope, "fixed_mib": fixed / 1024.0 }),
        );
    }
    figures.write();
}

/// What the daemon holds once it has had nothing to do, in KiB.
async fn idle(world: &World, count: usize, when: &str, figures: &mut Figures) -> f64 {
    sleep(IDLE).await;
    let held = world.daemon.memory() as f64 / 1024.0;
    figures.row(
        &format!("{:>5} devices {when}: {held:>9.0} KiB", WARM_UP + count),
        json!({ "devices": WARM_UP + count, "when": when, "rss_anon_kib": held }),
    );
    held
}

/// The line that is nearest to these points: its slope, and where it begins.
fn line(points: &[(usize, f64)]) -> (f64, f64) {
    let count = points.len() as f64;
    let mean_x = points.iter().map(|(x, _)| *x as f64).sum::<f64>() / count;
    let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
    let (mut over, mut under) = (0.0, 0.0);
    for (x, y) in points {
        let x = *x as f64 - mean_x;
        over += x * (y - mean_y);
        under += x * x;
    }
    let slope = if under > 0.0 { over / under } else { 0.0 };
    (slope, mean_y - slope * mean_x)
}
