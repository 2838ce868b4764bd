//! Many devices that fail alike: one at a time tries, the others wait.

use serde_json::{Value, json};

use crate::support::{User, World};

async fn fleet(world: &World, count: usize) -> Vec<User> {
    let mut users = Vec::new();
    for _ in 0..count {
        users.push(world.paired_user().await.0);
    }
    users
}

#[tokio::test]
async fn an_outdated_client_knocks_with_one_device_at_a_time_until_it_is_let_in() {
    // So long that one canary is refused, and the second is not due before somebody asks.
    let world = World::start_with(&[("SUPERVISION__BACKOFF_FIRST", "0.5")]).await;
    let users = fleet(&world, 4).await;
    let outdated = json!({ "jid": "*", "fault": "login_failure", "reason": 405 });
    world.control.fault(outdated).await;
    world
        .control
        .fault(json!({ "jid": "*", "fault": "drop" }))
        .await;
    world.api.wait_for_metric("fleet_held_back 1").await;
    for user in &users {
        let waits = |status: &Value| status["phase"] == "waiting";
        user.api.wait_for("waiting", waits).await;
    }
    let told = users[0].status().await;
    let first = world.control.counter("logins_refused").await;
    // Four at most came back together before the first was refused; then it is one after the other, ever more rarely.
    assert!((1..=5).contains(&first), "{first} devices knocked: {told}");
    let more = first + 2;
    world.control.wait_for_counter("logins_refused", more).await;
    world.control.clear_faults().await;
    for user in &users {
        user.api.wait_for_phase("connected").await;
    }
    world.api.wait_for_metric("fleet_held_back 0").await;
    let exits = "device_exits_total{reason=\"client_outdated\"} ";
    let metrics = world.api.get("/metrics").await.text;
    let count = metrics
        .lines()
        .find_map(|line| line.strip_prefix("wutsd_")?.strip_prefix(exits));
    let count: u64 = count.expect("the series").parse().expect("a number");
    assert!(count <= first + 4, "{count} exits");
}

#[tokio::test]
async fn a_fleet_that_loses_its_connections_all_at_once_comes_back_behind_the_first() {
    let world = World::start_with(&[("SUPERVISION__BREAKER_DEVICES", "3")]).await;
    let users = fleet(&world, 5).await;
    world
        .control
        .fault(json!({ "jid": "*", "fault": "drop" }))
        .await;
    world
        .daemon
        .log_line("many devices fail alike: one at a time tries, the others wait")
        .await;
    for user in &users {
        user.api.wait_for_phase("connected").await;
    }
    world.api.wait_for_metric("fleet_held_back 0").await;
    world
        .daemon
        .log_line("a device got through: the others may connect again")
        .await;
}
