//! What callers make the daemon hold: it is given back when they go, wherever they leave, and there is a bound to it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::future::join_all;
use futures::{StreamExt, stream};
use reqwest::Method;
use serde_json::json;

use super::{head, send};
use crate::support::{User, World, until, until_ok};

/// Largest media, in bytes.
const MEDIA: usize = 2 * 1024 * 1024;
/// What callers may make the daemon hold, in bytes.
const LIMIT: u64 = 24 * 1024 * 1024;
/// What it may take besides: code that was not in memory yet, threads, what the allocator keeps for a while.
const BESIDES: u64 = 48 * 1024 * 1024;
const CALLERS: usize = 40;

/// A PNG of random pixels, about as large as media may be.
fn picture() -> Vec<u8> {
    let (mut bytes, mut pixels) = (Vec::new(), vec![0; 1000 * 690 * 3]);
    getrandom::fill(&mut pixels).expect("random");
    let mut encoder = png::Encoder::new(&mut bytes, 1000, 690);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fastest);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&pixels).expect("pixels");
    writer.finish().expect("a picture");
    assert!(bytes.len() <= MEDIA, "{}", bytes.len());
    bytes
}

/// Nothing is held any more.
async fn wait_for_nothing(world: &World) {
    for size in ["small", "large"] {
        let line = format!("memory_held_bytes{{size=\"{size}\"}} 0");
        world.api.wait_for_metric(&line).await;
    }
}

/// Does it, and returns how much more memory the process had at most while it was done.
async fn most_taken(world: &World, work: impl Future<Output = ()>) -> u64 {
    let (before, most) = (world.daemon.memory(), AtomicU64::new(0));
    let done = AtomicBool::new(false);
    let look = until("the end of the work", async || {
        most.fetch_max(world.daemon.memory(), Ordering::Relaxed);
        done.load(Ordering::Relaxed).then_some(())
    });
    let work = async {
        work.await;
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(work, look);
    most.into_inner().saturating_sub(before)
}

/// A user with a connected device, where media is small and the memory for it too.
async fn start() -> (World, User) {
    let (media, limit) = (MEDIA.to_string(), LIMIT.to_string());
    let settings = [
        ("MEDIA__LIMIT", media.as_str()),
        ("HTTP__BODY_LIMIT", "65536"),
        ("MEMORY__LIMIT", limit.as_str()),
    ];
    let world = World::start_with(&settings).await;
    let (user, phone) = (world.user().await, world.control.account("Owner").await);
    world.control.contact_of(&phone, "Ada").await;
    world.pair(&user, &phone).await;
    (world, user)
}

#[tokio::test]
async fn callers_who_leave_at_any_stage_leave_nothing_behind() {
    let (world, user) = start().await;
    let hang = json!({ "jid": "*", "fault": "media_silence" });
    world.control.fault(hang).await;
    let body = json!({ "data": BASE64_STANDARD.encode(picture()) }).to_string();
    let media = ["POST /status/media", "POST /profile/picture"];
    let taken = most_taken(&world, async {
        for caller in 0..CALLERS {
            // In the head, in the body, and when all of it is there: it is parsed, decoded, or on its way to the media host.
            let length = format!("Content-Length: {}\r\n", body.len());
            let text = head(&user, media[caller % 2], &length) + &body;
            let stages = [20, text.len() / 2, text.len()];
            for end in stages {
                let connection = send(&world, &text.as_bytes()[..end]).await;
                connection.set_zero_linger().expect("a socket");
            }
        }
        wait_for_nothing(&world).await;
        // And one whose command has certainly begun.
        let connection = user.api.begin(Method::POST, "/status/media", &body).await;
        let begun = "commands_in_progress 1";
        world.api.wait_for_metric(begun).await;
        drop(connection);
        wait_for_nothing(&world).await;
    })
    .await;
    assert!(taken < LIMIT + BESIDES, "{taken} bytes were taken");
    // And it still works.
    world.control.clear_faults().await;
    let answer = user.api.post_raw("/status/media", "application/json", body);
    answer.await.expect(200);
}

#[tokio::test]
async fn no_more_passwords_are_hashed_at_a_time_when_callers_leave() {
    let world = World::start().await;
    let user = world.user().await;
    let taken = most_taken(&world, async {
        let callers = (0..CALLERS).map(async |number| {
            let email = format!("{number}@example.com");
            let body = json!({ "email": email, "password": "correct horse" }).to_string();
            drop(user.api.begin(Method::POST, "/users", &body).await);
        });
        join_all(callers).await;
        world.member(&user, "user").await;
    })
    .await;
    // Two take 38 MiB.
    assert!(taken < 80 * 1024 * 1024, "{taken} bytes were taken");
}

#[tokio::test]
async fn what_many_new_users_took_is_given_back() {
    let world = World::start().await;
    let user = world.user().await;
    let members = (0..120).map(|_| world.member(&user, "user"));
    let members = stream::iter(members).buffer_unordered(8);
    members.for_each(async |_| ()).await;
    until_ok("little is kept", async || {
        let kept = world.daemon.memory() / (1024 * 1024);
        (kept < 60).then_some(()).ok_or(format!("{kept} MiB"))
    })
    .await;
}

#[tokio::test]
async fn a_body_of_many_little_things_is_refused_before_it_fills_the_memory() {
    let world = World::start().await;
    let user = world.user().await;
    // Each would take sixteen times as much as it is long.
    let many = "1,".repeat(10 * 1024 * 1024);
    let body = format!("{{\"data\":\"\",\"more\":[{many}1]}}");
    let taken = most_taken(&world, async {
        let answer = user.api.post_raw("/status/media", "application/json", body);
        let answer = answer.await;
        let expected = "the body has more than 65536 values";
        assert_eq!(answer.object_error(), (400, "invalid_request", expected));
    })
    .await;
    assert!(taken < 150 * 1024 * 1024, "{taken} bytes were taken");
}
