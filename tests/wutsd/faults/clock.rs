//! A clock that is set and a process that stands still end no healthy connection; a dead one is noticed all the same.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{User, World, until};

/// The library's clocks run faster, but not those of its own that it reads off the machine's.
const HASTE: (&str, &str) = ("WUTSD_LIBRARY_HASTE", "20");

fn clock(world: &World) -> PathBuf {
    world.data.path().join("clock")
}

/// Sets the clock that the library reads, in milliseconds from the true time.
fn set(world: &World, by: i64) {
    std::fs::write(clock(world), by.to_string()).expect("a file");
}

/// The one life of the device since it was paired.
async fn still_lives(user: &User) {
    let status = user.status().await;
    assert_eq!(status["phase"], "connected", "{status}");
    assert_eq!(status["last_exit"], "restart_required", "{status}");
}

/// Waits until the library and we have asked for signs of life so often.
async fn pings(world: &World, count: u64) {
    let before = world.control.hits("iq_late").await;
    until("pings", async || {
        let now = world.control.hits("iq_late").await;
        (now >= before + count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_set_by_an_hour_ends_no_healthy_connection() {
    let settings = [
        HASTE,
        ("WHATSAPP__PROBE_AFTER", "1"),
        // Of the library's hastened seconds.
        ("WHATSAPP__PROBE_TIMEOUT", "120"),
    ];
    let world = World::start_with(&settings).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    // So something is always on its way when the clock is set, and when the library looks.
    let late = json!({ "jid": jid, "fault": "iq_late", "xmlns": "w:p", "ms": 3000 });
    world.control.fault(late).await;
    for by in [3_600_000, 0, -3_600_000, 0] {
        pings(&world, 1).await;
        set(&world, by);
        pings(&world, 2).await;
        still_lives(&user).await;
    }
    // With the clock an hour behind, a dead socket is noticed all the same.
    set(&world, -3_600_000);
    let mute = json!({ "jid": jid, "fault": "mute" });
    world.control.fault(mute).await;
    let gone = |status: &Value| status["phase"] != "connected";
    user.api.wait_for("the loss is noticed", gone).await;
}

#[tokio::test]
async fn a_query_that_is_ignored_ends_no_healthy_connection() {
    // The library looks every 15 to 30 seconds, and gives up what has been silent for 20.
    let settings = [
        ("WHATSAPP__PROBE_AFTER", "60"),
        ("WHATSAPP__QUERY_TIMEOUT", "52"),
        ("WHATSAPP__COMMAND_TIMEOUT", "55"),
    ];
    let world = World::start_with(&settings).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let ignored = json!({ "jid": jid, "fault": "iq_silence", "xmlns": "blocklist" });
    world.control.fault(ignored).await;
    let answer = user.api.get("/contacts/blocklist").await;
    assert_eq!(answer.status, 504, "{}", answer.text);
    still_lives(&user).await;
}

#[tokio::test]
async fn a_process_that_stood_still_keeps_its_connections() {
    let world = World::start_with(&[
        ("WHATSAPP__PROBE_AFTER", "1"),
        ("WHATSAPP__PROBE_TIMEOUT", "2"),
    ])
    .await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    // It is stopped while it waits for the answer to a ping, for longer than that may take.
    let late = json!({ "jid": jid, "fault": "iq_late", "xmlns": "w:p", "ms": 500 });
    world.control.fault(late).await;
    for _ in 0..3 {
        pings(&world, 1).await;
        world.daemon.signal("STOP").await;
        // Not to wait for anything: this is what happens to it.
        tokio::time::sleep(std::time::Duration::from_secs(6)).await;
        world.daemon.signal("CONT").await;
        pings(&world, 2).await;
        still_lives(&user).await;
    }
}
