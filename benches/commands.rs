//! The command layer: a request that is authenticated and checked, goes through the router to its device and is answered
//! without a word from WhatsApp, against `/healthz` of the same daemon and against a bare server of the same library that
//! reads JSON and answers with JSON, all in one run.
//!
//! `cargo bench --features sandbox --bench commands [-- --json FILE]`, a minute. Daemon, bare server, simulated WhatsApp and
//! callers are four processes. What counts are the ratios.
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

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::{App, HttpServer, web};
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use self::figures::{Figures, millis, percentile, steadily};
use self::tests::support::{Api, World};

/// The word by which this program is the bare server.
const BARE: &str = "--bare";
/// Half of the commands that one device works on at a time.
const CALLERS: usize = 16;
const WARM_UP: usize = 2_000;
const REQUESTS: usize = 20_000;
/// Rounds, of which the best counts: whatever else the machine does only makes them slower.
const ROUNDS: usize = 3;
/// Commands a second, and for how many seconds, at a steady rate.
const RATE: usize = 1_000;
const SECONDS: usize = 5;

fn main() {
    if std::env::args().any(|word| word == BARE) {
        actix_web::rt::System::new().block_on(serve());
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(measure());
}

/// Reads JSON, answers with JSON.
async fn serve() {
    let echo = |body: web::Json<Value>| async move {
        web::Json(json!({ "success": true, "data": body.0 }))
    };
    let server = HttpServer::new(move || App::new().route("/echo", web::post().to(echo)));
    let server = server.workers(2).bind("127.0.0.1:0").expect("a port");
    println!("{}", server.addrs()[0]);
    server.run().await.expect("it serves");
}

/// The bare server, until it is dropped.
struct Bare(Child);

impl Bare {
    fn start() -> (Self, String) {
        let program = std::env::current_exe().expect("this program");
        let mut server = Command::new(program);
        let server = server.arg(BARE).stdout(Stdio::piped()).spawn();
        let mut server = server.expect("a process");
        let mut address = String::new();
        let output = server.stdout.take().expect("its output");
        BufReader::new(output)
            .read_line(&mut address)
            .expect("its address");
        (Self(server), address.trim().to_owned())
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn measure() {
    let (mut figures, _) = Figures::asked_for(&[]);
    let world = figures::world(&[]).await;
    let (user, phone) = world.paired_user().await;
    let typing = format!(
        "/chats/{}/typing",
        world.control.contact_of(&phone, "Ada").await
    );
    let (_bare, address) = Bare::start();
    let bare = Api::undocumented(&format!("http://{address}"));
    let body = json!({ "state": "typing" });
    let mut best = [f64::INFINITY; 3];
    for _ in 0..ROUNDS {
        let all = [
            requests(async || bare.post("/echo", body.clone()).await.status).await,
            requests(async || user.api.get("/healthz").await.status).await,
            requests(async || user.api.post(&typing, body.clone()).await.status).await,
        ];
        for (best, (took, mut times)) in best.iter_mut().zip(all) {
            println!(
                "{:.0}/s, median {:.2} ms, p99 {:.2} ms",
                REQUESTS as f64 / took.as_secs_f64(),
                millis(percentile(&mut times, 50)),
                millis(percentile(&mut times, 99)),
            );
            *best = best.min(took.as_secs_f64());
        }
    }
    let [bare, health, command] = best.map(|seconds| REQUESTS as f64 / seconds);
    figures.row(
        &format!(
            "a bare server {bare:.0}/s, /healthz {health:.0}/s, a command {command:.0}/s: {:.2} of /healthz, {:.2} of bare",
            command / health,
            command / bare,
        ),
        json!({
            "bare_per_second": bare, "healthz_per_second": health, "command_per_second": command,
            "command_to_healthz": command / health, "command_to_bare": command / bare,
        }),
    );
    // Whoever waits for its turn has begun to wait when it was due.
    let mut times = steadily(RATE, RATE * SECONDS, async |_| {
        let answer = user.api.post(&typing, body.clone()).await;
        assert_eq!(answer.status, 200);
    })
    .await;
    let [median, p99] = [50, 99].map(|share| millis(percentile(&mut times, share)));
    figures.row(
        &format!("commands at {RATE}/s: median {median:.2} ms, p99 {p99:.2} ms"),
        json!({ "asked_per_second": RATE, "median_ms": median, "p99_ms": p99 }),
    );
    figures.write();
}

/// Some at a time; how long all have taken together, and each.
async fn requests(one: impl AsyncFn() -> u16) -> (Duration, Vec<Duration>) {
    some(&one, WARM_UP).await;
    let begun = Instant::now();
    let times = some(&one, REQUESTS).await;
    (begun.elapsed(), times)
}

async fn some(one: &impl AsyncFn() -> u16, count: usize) -> Vec<Duration> {
    let all = stream::iter(0..count).map(|_| async {
        let begun = Instant::now();
        assert_eq!(one().await, 200);
        begun.elapsed()
    });
    all.buffer_unordered(CALLERS).collect().await
}
