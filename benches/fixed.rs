//! What the daemon keeps in memory for good: after 500 users, 100 pictures as a status and 1,000 QR codes, when all is quiet.
//!
//! `cargo bench --features sandbox --bench fixed [-- --json FILE]`, a few minutes. The daemon runs in a process of its own, in front of a
//! simulated WhatsApp in another one.
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

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::{StreamExt, stream};
use serde_json::json;

use self::figures::Figures;
use self::tests::support::{Answer, User, World};

const USERS: usize = 500;
const PICTURES: usize = 100;
const CODES: usize = 1000;
/// Devices that are paired at the same time, each with a user of its own: a new code takes a new connection.
const PAIRING: usize = 20;
const AT_ONCE: usize = 8;
/// In which an allocator gives back what it does not need, and what ended a moment ago is really over.
const QUIET: Duration = Duration::from_secs(10);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (mut figures, _) = Figures::asked_for(&[]);
    let settings = [("SUPERVISION__CONNECTS_PER_SECOND", "1000")];
    let world = figures::world(&settings).await;
    let (user, phone) = (world.user().await, world.control.account("Owner").await);
    world.control.contact_of(&phone, "Ada").await;
    world.pair(&user, &phone).await;
    report(&world, "with one device", &mut figures).await;

    all(USERS, async |_: usize| {
        drop(world.member(&user, "user").await)
    })
    .await;
    report(&world, "after 500 users", &mut figures).await;

    let body = json!({ "data": BASE64_STANDARD.encode(picture()) }).to_string();
    let post = async |_: usize| {
        let posted = user
            .api
            .post_raw("/status/media", "application/json", body.clone());
        served(posted.await);
    };
    all(PICTURES, post).await;
    report(&world, "after 100 pictures", &mut figures).await;

    let mut pairing: Vec<User> = Vec::new();
    for _ in 0..PAIRING {
        pairing.push(world.member(&user, "user").await);
    }
    let show = async |number: usize| {
        let shown = pairing[number % PAIRING].api.get("/qr?refresh=true");
        served(shown.await);
    };
    all(CODES, show).await;
    report(&world, "after 1,000 QR codes", &mut figures).await;
    figures.write();
}

/// Some at a time.
async fn all(count: usize, work: impl AsyncFn(usize)) {
    let all = stream::iter(0..count).map(|number| work(number));
    all.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

/// Says so when it was not.
fn served(answer: Answer) {
    if answer.status != 200 {
        println!("{}: {}", answer.status, answer.text);
    }
}

async fn report(world: &World, when: &str, figures: &mut Figures) {
    tokio::time::sleep(QUIET).await;
    let memory = world.daemon.memory() as f64 / (1024.0 * 1024.0);
    let row = json!({ "when": when, "rss_anon_mib": memory });
    figures.row(&format!("{when}: {memory:.1} MiB"), row);
}

/// A PNG of about 3 MB.
fn picture() -> Vec<u8> {
    let (mut bytes, mut pixels) = (Vec::new(), vec![0; 1200 * 900 * 3]);
    getrandom::fill(&mut pixels).expect("random");
    let mut encoder = png::Encoder::new(&mut bytes, 1200, 900);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&pixels).expect("pixels");
    writer.finish().expect("a picture");
    bytes
}
