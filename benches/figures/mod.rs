//! What all benchmarks have in common: their arguments, what the daemon has used, and their figures as a table and as JSON.
#![allow(
    dead_code,
    clippy::print_stdout,
    reason = "not every benchmark uses all of it, and the figures are the answer"
)]

pub mod plot;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use serde_json::Value;

use self::plot::{Line, plot};
use crate::tests::support::{Process, User, World};

/// Devices that are paired at the same time.
const AT_ONCE: usize = 4;

/// The figures of one run.
pub struct Figures {
    rows: Vec<Value>,
    file: Option<PathBuf>,
    picture: Option<PathBuf>,
}

impl Figures {
    /// `[--json FILE] [--svg FILE] [NUMBER…]`; and the numbers, or else these.
    pub fn asked_for(usually: &[usize]) -> (Self, Vec<usize>) {
        let (mut numbers, mut file, mut picture) = (Vec::new(), None, None);
        let mut given = std::env::args().skip(1);
        while let Some(word) = given.next() {
            match word.as_str() {
                "--json" => file = given.next().map(PathBuf::from),
                "--svg" => picture = given.next().map(PathBuf::from),
                number => numbers.extend(number.parse::<usize>()),
            }
        }
        if numbers.is_empty() {
            numbers.extend(usually);
        }
        let figures = Self {
            rows: Vec::new(),
            file,
            picture,
        };
        (figures, numbers)
    }

    /// A line for people, and what it holds for programs.
    pub fn row(&mut self, line: &str, row: Value) {
        println!("{line}");
        self.rows.push(row);
    }

    /// The picture, if one was asked for.
    pub fn plot(&self, title: &str, axes: (&str, &str), lines: &[Line]) {
        if let Some(picture) = &self.picture {
            plot(picture, title, axes, lines);
        }
    }

    /// The file, if one was asked for.
    pub fn write(self) {
        if let Some(file) = self.file {
            std::fs::write(file, Value::Array(self.rows).to_string()).expect("a file");
        }
    }
}

/// What a piece of work has cost.
#[derive(Clone, Copy)]
pub struct Cost {
    pub took: Duration,
    /// Of the daemon.
    pub cpu: Duration,
}

impl Cost {
    /// Runs it.
    pub async fn of<T>(daemon: &Process, work: impl Future<Output = T>) -> (T, Self) {
        let (begun, cpu) = (Instant::now(), cpu_time(daemon));
        let done = work.await;
        let took = begun.elapsed();
        let cpu = cpu_time(daemon) - cpu;
        (done, Self { took, cpu })
    }

    /// For each of so many, in milliseconds.
    pub fn cpu_each(&self, count: usize) -> f64 {
        millis(self.cpu) / count as f64
    }

    pub fn per_second(&self, count: usize) -> f64 {
        count as f64 / self.took.as_secs_f64()
    }
}

/// The CPU time that a process has had, in whole ticks of 10 ms.
pub fn cpu_time(process: &Process) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.pid()));
    let stat = stat.expect("it runs");
    // After the program's name, which may hold anything.
    let fields = stat.rsplit(')').next().expect("fields");
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks = ticks.map(|ticks| ticks.parse::<u64>().expect("a number"));
    Duration::from_millis(10 * ticks.sum::<u64>())
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// So many of a hundred took no longer.
pub fn percentile(times: &mut [Duration], of_hundred: usize) -> Duration {
    times.sort_unstable();
    let place = (times.len() * of_hundred / 100).min(times.len().saturating_sub(1));
    times.get(place).copied().unwrap_or_default()
}

/// At this rate, whatever becomes of those before; how long each has taken since it was to begin.
pub async fn steadily(rate: usize, count: usize, one: impl AsyncFn(usize)) -> Vec<Duration> {
    let begin = tokio::time::Instant::now();
    let one = &one;
    let all = stream::iter(0..count).map(|number| async move {
        let due = begin + Duration::from_secs_f64(number as f64 / rate as f64);
        tokio::time::sleep_until(due).await;
        one(number).await;
        due.elapsed()
    });
    all.buffer_unordered(count).collect().await
}

/// A daemon as it is in production: nothing looks for the files by which tests have it fail.
pub async fn world(settings: &[(&str, &str)]) -> World {
    let production = [("WUTSD_FAILPOINTS", "")];
    World::start_with(&[settings, &production].concat()).await
}

/// So many users, each with a device that is paired with an account of its own, and the accounts' numbers.
pub async fn paired(world: &World, count: usize) -> Vec<(User, String)> {
    let all = stream::iter(0..count).map(|_| world.paired_user());
    all.buffer_unordered(AT_ONCE).collect().await
}

/// How many devices are connected, as the metrics have it.
pub async fn connected(world: &World) -> usize {
    let metrics = world.api.get("/metrics").await.text;
    let line = metrics.lines().find_map(|line| {
        let rest = line.strip_prefix("wutsd_devices{")?;
        rest.split_once("state=\"connected\"}")
            .map(|(_, count)| count)
    });
    line.and_then(|count| count.trim().parse::<f64>().ok())
        .map_or(0, |count| count as usize)
}
