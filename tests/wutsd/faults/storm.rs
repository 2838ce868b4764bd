//! Everything at once: a hostile WhatsApp, bad receivers and bad callers; then everything is back, and no memory is kept.
//!
//! The suite lets it last some seconds. `STORM=300 cargo test --features sandbox --test wutsd storm -- --nocapture` is five
//! minutes of it, holds the memory to a tenth more than before, and prints the figures.

use std::time::Duration;

use futures::future::join_all;
use rand::RngExt;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep, timeout_at};

use super::app_state::wait_for_contact;
use crate::support::{Behaviour, LOCAL, Received, Receiver, User, WELL, World, until_ok};

/// Seconds.
const STORM: &str = "STORM";
const SHORT: u64 = 8;
const DEVICES: usize = 20;
/// More than the allocator keeps of a calm daemon.
const SLACK: f64 = 1.1;

/// A deaf connection is noticed within seconds, and nobody is given up.
const SETTINGS: [(&str, &str); 7] = [
    ("HTTP__HEADER_TIMEOUT", "2"),
    ("HTTP__BODY_TIMEOUT", "2"),
    ("WHATSAPP__PROBE_AFTER", "2"),
    ("WHATSAPP__PROBE_TIMEOUT", "2"),
    ("WHATSAPP__QUERY_TIMEOUT", "3"),
    ("WHATSAPP__CONNECT_TIMEOUT", "5"),
    ("SUPERVISION__QUARANTINE_DELAY", "1"),
];

struct Owner {
    user: User,
    phone: String,
    contact: String,
}

/// What WhatsApp does wrong and takes back: nothing of it unlinks a device.
fn faults() -> Vec<Value> {
    vec![
        json!({ "fault": "ack_error", "error": 479 }),
        json!({ "fault": "ack_silence" }),
        json!({ "fault": "appstate_conflict" }),
        json!({ "fault": "drop" }),
        json!({ "fault": "duplicate_delivery" }),
        json!({ "fault": "handshake_garbage" }),
        json!({ "fault": "handshake_silence" }),
        json!({ "fault": "iq_error", "xmlns": "blocklist", "code": 429, "backoff": 1 }),
        json!({ "fault": "iq_error", "xmlns": "encrypt", "code": 500 }),
        json!({ "fault": "iq_late", "xmlns": "usync", "ms": 4000 }),
        json!({ "fault": "iq_silence", "xmlns": "privacy" }),
        json!({ "fault": "login_failure", "reason": 503 }),
        json!({ "fault": "login_failure", "reason": 402, "expire": 1 }),
        json!({ "fault": "mute" }),
        json!({ "fault": "no_offline_marker" }),
        json!({ "fault": "prekeys_exhausted" }),
        json!({ "fault": "reset" }),
        json!({ "fault": "stream_error", "code": 503 }),
    ]
}

/// Now this goes wrong and now that, for a while and for a few each.
async fn hostile_whatsapp(world: &World, end: Instant) {
    while Instant::now() < end {
        let mut fault = faults().choose(&mut rand::rng()).expect("a fault").clone();
        fault["jid"] = json!("*");
        fault["times"] = json!(rand::rng().random_range(1..10));
        world.control.fault(fault).await;
        sleep(Duration::from_millis(rand::rng().random_range(50..500))).await;
        if rand::rng().random_ratio(1, 5) {
            world.control.clear_faults().await;
        }
    }
    world.control.clear_faults().await;
}

/// Posts and asks whatever happens, and is never told that the daemon is at a loss.
async fn caller(owner: &Owner, end: Instant) {
    let api = &owner.user.api;
    while Instant::now() < end {
        let posted = api.post_status("in a storm").await;
        assert_ne!(posted.status, 500, "{}", posted.text);
        let listed = api.get("/contacts/blocklist").await;
        assert_ne!(listed.status, 500, "{}", listed.text);
    }
}

/// Begins requests and never ends them, or sends what is none.
async fn bad_caller(world: &World, end: Instant) {
    let beginnings: [&[u8]; 5] = [
        b"POST /status/text HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\n{\"text\":\"",
        b"GET /status HTTP/1.1\r\nhost: x\r\nauthor",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /status/media HTTP/1.1\r\nhost: x\r\nauthorization: Bearer nobody\r\ncontent-length: 50000000\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /nothing HTTP/1.1\r\nhost: x\r\n\r\n",
    ];
    let mut open = Vec::new();
    while Instant::now() < end {
        let mut connection = world.api.connect().await;
        let beginning = beginnings.choose(&mut rand::rng()).expect("one");
        // It may have been closed already: that is the daemon's good right.
        let _ = connection.write_all(beginning).await;
        open.push(connection);
        if open.len() > 50 {
            open.remove(rand::rng().random_range(0..50));
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// People write to the devices all the while.
async fn writers(world: &World, owners: &[Owner], end: Instant) {
    while Instant::now() < end {
        let owner = owners.choose(&mut rand::rng()).expect("an owner");
        let (from, to) = (&owner.contact, &owner.phone);
        world.control.send_text(from, to, "are you there?").await;
        sleep(Duration::from_millis(20)).await;
    }
}

fn receives(received: &Received) -> Behaviour {
    match received.index % 6 {
        0 => Behaviour::Answer(500, ""),
        1 => Behaviour::HangUp,
        2 => Behaviour::Cut,
        3 => Behaviour::Answer(429, "retry-after: 99999999999999999999\r\n"),
        _ => WELL,
    }
}

/// Everybody is connected, and what is posted is read.
async fn all_is_well(world: &World, owners: &[Owner]) {
    join_all(owners.iter().map(async |owner| {
        owner.user.api.wait_for_phase("connected").await;
        let posted = until_ok("a status is accepted", async || {
            let answer = owner.user.api.post_status("calm").await;
            match answer.status {
                200 => Ok(answer.body),
                _ => Err(answer.text),
            }
        });
        let posted = posted.await;
        world
            .control
            .wait_for_message(&owner.contact, &posted["message_id"])
            .await;
    }))
    .await;
}

#[tokio::test]
async fn after_a_storm_of_every_fault_everything_is_back_and_no_memory_is_kept() {
    let long = std::env::var(STORM).ok().and_then(|text| text.parse().ok());
    let length = Duration::from_secs(long.unwrap_or(SHORT));
    let mut settings = LOCAL.to_vec();
    settings.extend(SETTINGS);
    let world = World::start_with(&settings).await;
    let receiver = Receiver::judging(receives).await;
    let mut owners = Vec::new();
    for _ in 0..DEVICES {
        let user = world.user().await;
        let phone = world.control.account("Owner").await;
        let contact = world.control.contact_of(&phone, "Ada").await;
        world.pair(&user, &phone).await;
        wait_for_contact(&user.api, "Ada").await;
        let events = ["message.received", "message.sent", "connection.failure"];
        let webhook = json!({ "webhook_url": receiver.url(), "enabled_events": events });
        user.api.post("/webhook", webhook).await.expect(200);
        owners.push(Owner {
            user,
            phone,
            contact,
        });
    }
    // What a working daemon takes, and not what one takes that has done nothing yet.
    let warm = Instant::now() + Duration::from_secs(2);
    let callers = || owners.iter().map(|owner| caller(owner, warm));
    futures::join!(join_all(callers()), writers(&world, &owners, warm));
    all_is_well(&world, &owners).await;
    let before = world.daemon.memory();

    let end = Instant::now() + length;
    let storm = async {
        futures::join!(
            hostile_whatsapp(&world, end),
            join_all(owners.iter().map(|owner| caller(owner, end))),
            bad_caller(&world, end),
            writers(&world, &owners, end),
        )
    };
    storm.await;
    all_is_well(&world, &owners).await;
    let after = match long {
        // An allocator gives back what is free a little later.
        Some(_) => settled(&world, before).await,
        None => world.daemon.memory(),
    };
    let (before, after) = (before as f64 / 1e6, after as f64 / 1e6);
    eprintln!("{length:?} of storm: {before:.1} MB before, {after:.1} MB after");
    if long.is_some() {
        assert!(
            after <= before * SLACK,
            "{after:.1} MB instead of {before:.1}"
        );
    }
}

/// The lowest that it comes to within a minute, unless it is low enough before.
async fn settled(world: &World, before: u64) -> u64 {
    let mut lowest = u64::MAX;
    let deadline = Instant::now() + Duration::from_secs(60);
    let watch = async {
        loop {
            lowest = lowest.min(world.daemon.memory());
            if lowest as f64 <= before as f64 * SLACK {
                return;
            }
            sleep(Duration::from_secs(1)).await;
        }
    };
    // What it is by then is what counts.
    let _ = timeout_at(deadline, watch).await;
    lowest
}
