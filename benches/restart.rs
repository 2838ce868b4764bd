//! A daemon that comes back: how long until all its devices are connected again, and what that costs it for each of them;
//! then what it costs to ask for its metrics.
//!
//! `cargo bench --features sandbox --bench restart [-- --json FILE] [-- DEVICES…]`, some minutes, most of them for the
//! pairing. The daemon runs in a process of its own, in front of a simulated WhatsApp in another one; nothing limits how
//! many connect in a second.
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

use self::figures::{Figures, connected, cpu_time, millis, paired, percentile};
use self::tests::support::World;

const DEVICES: [usize; 2] = [100, 300];
const SCRAPES: usize = 50;
/// In which whatever a new connection entails is over.
const QUIET: Duration = Duration::from_secs(10);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (mut figures, counts) = Figures::asked_for(&DEVICES);
    for count in counts {
        let settings = [("SUPERVISION__CONNECTS_PER_SECOND", "100000")];
        let mut world = figures::world(&settings).await;
        paired(&world, count).await;
        for signal in ["TERM", "KILL"] {
            world.daemon.stop(signal).await;
            let begun = Instant::now();
            world.start_again(&[]).await;
            while connected(&world).await < count {
                sleep(Duration::from_millis(20)).await;
            }
            let took = begun.elapsed();
            sleep(QUIET).await;
            let cpu = millis(cpu_time(&world.daemon)) / count as f64;
            figures.row(
                &format!(
                    "{count:>5} devices back after SIG{signal}: {:.1} s, {cpu:.2} ms of daemon CPU a device",
                    took.as_secs_f64(),
                ),
                json!({ "devices": count, "signal": signal, "seconds": took.as_secs_f64(), "cpu_ms": cpu }),
            );
        }
        let mut times = Vec::with_capacity(SCRAPES);
        for _ in 0..SCRAPES {
            let begun = Instant::now();
            world.api.get("/metrics").await;
            times.push(begun.elapsed());
        }
        let median = millis(percentile(&mut times, 50));
        figures.row(
            &format!("{count:>5} devices: their metrics in {median:.1} ms"),
            json!({ "devices": count, "scrape_ms": median }),
        );
    }
    figures.write();
}
