//! Connections that are there and of no use: nobody answers at the other end.

use serde_json::{Value, json};

use super::Neighbour;
use crate::support::World;

/// So long that nothing but an unanswered query makes a device ask for a sign of life.
const NEVER: &str = "3600";

#[tokio::test]
async fn a_connection_on_which_whatsapp_has_gone_deaf_is_noticed_and_replaced() {
    let world = World::start_with(&[
        ("WHATSAPP__PROBE_AFTER", "0.3"),
        ("WHATSAPP__PROBE_TIMEOUT", "2"),
    ])
    .await;
    let neighbour = Neighbour::of(&world).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    world
        .control
        .fault(json!({ "jid": jid, "fault": "mute" }))
        .await;
    // Nobody uses the device: it finds out by itself.
    world
        .api
        .wait_for_metric("device_exits_total{reason=\"keepalive_timed_out\"} 1")
        .await;
    world.control.clear_faults().await;
    let status = user.api.wait_for_phase("connected").await;
    assert_eq!(status["last_exit"], "keepalive_timed_out");
    user.api.post_status("back").await.expect(200);
    neighbour.is_untouched(&world).await;
}

#[tokio::test]
async fn a_query_without_an_answer_ends_a_deaf_connection_and_not_a_healthy_one() {
    let world = World::start_with(&[
        ("WHATSAPP__PROBE_AFTER", NEVER),
        ("WHATSAPP__PROBE_TIMEOUT", "2"),
        ("WHATSAPP__QUERY_TIMEOUT", "1"),
    ])
    .await;
    let neighbour = Neighbour::of(&world).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;

    let silence = json!({ "jid": jid, "fault": "iq_silence", "xmlns": "blocklist", "times": 1 });
    world.control.fault(silence).await;
    let answer = user.api.get("/contacts/blocklist").await;
    assert_eq!(answer.status, 504, "{}", answer.text);
    // Its ping was answered, so the device is still the one that it was.
    user.api.get("/contacts/blocklist").await.expect(200);
    assert_eq!(user.status().await["last_exit"], "restart_required");

    world
        .control
        .fault(json!({ "jid": jid, "fault": "mute" }))
        .await;
    let answer = user.api.get("/contacts/blocklist").await;
    assert_eq!(answer.status, 504, "{}", answer.text);
    let noticed = |status: &Value| status["last_exit"] == "keepalive_timed_out";
    user.api.wait_for("deaf", noticed).await;
    world.control.clear_faults().await;
    user.api.wait_for_phase("connected").await;
    neighbour.is_untouched(&world).await;
}

#[tokio::test]
async fn a_server_that_is_frozen_is_noticed_by_every_device_and_found_again() {
    let world = World::start_with(&[
        ("WHATSAPP__PROBE_AFTER", "0.3"),
        ("WHATSAPP__PROBE_TIMEOUT", "1"),
        ("WHATSAPP__CONNECT_TIMEOUT", "3"),
        ("SUPERVISION__QUARANTINE_FAILURES", "100"),
        ("SUPERVISION__BACKOFF_LONGEST", "0.5"),
    ])
    .await;
    let (first, _) = world.paired_user().await;
    let (second, _) = world.paired_user().await;
    // The kernel goes on acknowledging what the process no longer reads, as at the far end of a dead tunnel.
    world.simulator.signal("STOP").await;
    let both = "device_exits_total{reason=\"keepalive_timed_out\"} 2";
    world.api.wait_for_metric(both).await;
    let answer = first.api.post_status("not now").await;
    assert_eq!(answer.object_error().1, "device_disconnected");
    world.simulator.signal("CONT").await;
    for user in [first, second] {
        user.api.wait_for_phase("connected").await;
        user.api.post_status("back").await.expect(200);
    }
}

#[tokio::test]
async fn as_many_pings_as_in_an_idle_hour_do_not_end_a_healthy_connection() {
    let world = World::start_with(&[("WHATSAPP__PROBE_AFTER", "0.02")]).await;
    let neighbour = Neighbour::of(&world).await;
    let before = world.control.counter("queries").await;
    // One every 20 seconds.
    world
        .control
        .wait_for_counter("queries", before + 180)
        .await;
    neighbour.is_untouched(&world).await;
}
