//! What Prometheus scrapes: complete, described, bounded, and about nobody in particular.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use serde_json::json;

use crate::every_operation::{Things, call};
use crate::support::{World, contract};

/// In how many ways a command can end, as `failure::outcome` names them.
const OUTCOMES: usize = 12;
/// Series for each endpoint: its answers, its outcomes, and how long it takes.
const BY_ENDPOINT: usize = 25;
/// All others.
const BESIDES: usize = 300;

/// Lines that are series, by the name of their metric.
fn series(scrape: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut series: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in scrape.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().expect("a name");
        series.entry(name).or_default().push(line);
    }
    series
}

/// Pairs of route and status in the API's document.
fn documented() -> usize {
    let mut pairs = BTreeSet::new();
    for operation in contract::operations() {
        let statuses = contract::statuses(&operation).into_iter();
        pairs.extend(statuses.map(|status| (operation.path.clone(), status)));
    }
    pairs.len()
}

#[tokio::test]
async fn a_thousand_devices_make_no_more_series_than_the_endpoints_do() {
    const DEVICES: usize = 1000;
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let register = (1..DEVICES).map(|number| {
        let body = json!({ "name": format!("device {number}") });
        user.api.post("/devices", body)
    });
    let registered = futures::stream::iter(register).buffer_unordered(32);
    registered
        .for_each(async |answer| drop(answer.expect(201)))
        .await;
    let bad = world.api.as_user("nobody");
    for operation in contract::operations() {
        for api in [&world.api, &bad, &user.api, &world.master()] {
            call(&operation, api, &Things::unknown()).await;
        }
    }
    world.api.get("/nothing/here").await;
    let scrape = world.api.get("/metrics").await.text;
    let devices: u32 = series(&scrape)["wutsd_devices"]
        .iter()
        .filter_map(|line| line.rsplit(' ').next()?.parse::<u32>().ok())
        .sum();
    assert!(devices as usize >= DEVICES, "{devices} devices");
    let series = series(&scrape);
    let all: usize = series.values().map(Vec::len).sum();
    // Not only what was driven here: every documented answer of every route, and every outcome of every command.
    let routes = series["wutsd_http_requests_total"].len();
    let outcomes = series["wutsd_commands_total"].len();
    let commands = series["wutsd_command_duration_seconds_count"].len();
    let most = all - routes - outcomes + documented() + commands * OUTCOMES;
    println!("{all} series with {devices} devices, {most} at most");
    let endpoints = contract::operations().len();
    let bound = BESIDES + endpoints * BY_ENDPOINT;
    assert!(
        most <= bound,
        "{all} series, {most} at most of {bound}:\n{scrape}"
    );
}

#[tokio::test]
async fn every_series_is_described_and_names_nobody() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    user.api.post_status("hi").await.expect(200);
    let scrape = world.api.get("/metrics").await.text;
    let described: BTreeSet<&str> = scrape
        .lines()
        .filter_map(|line| line.strip_prefix("# HELP ")?.split_once(' '))
        .inspect(|(name, help)| assert!(help.ends_with('.'), "{name}: {help}"))
        .map(|(name, _)| name)
        .collect();
    for name in series(&scrape).keys() {
        let parts = ["_bucket", "_sum", "_count"];
        let whole = parts.iter().find_map(|part| name.strip_suffix(part));
        let described = described.contains(name) || described.contains(whole.unwrap_or(name));
        assert!(described, "{name} has no help text");
    }
    for name in [&phone, &user.tenant_id, &user.user_id, &user.token] {
        assert!(!scrape.contains(name.as_str()));
    }
}

#[tokio::test]
async fn a_device_that_is_not_connected_is_counted_by_the_reason() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    world
        .api
        .wait_for_metric("devices_not_connected{reason=\"restart_required\"} 0")
        .await;
    let banned = json!({ "jid": jid, "fault": "login_failure", "reason": 406 });
    world.control.fault(banned).await;
    let drop = json!({ "jid": jid, "fault": "drop" });
    world.control.fault(drop).await;
    for line in [
        "device_exits_total{reason=\"banned\"} 1",
        "devices_not_connected{reason=\"banned\"} 1",
        "devices{state=\"disconnected\"} 1",
    ] {
        world.api.wait_for_metric(line).await;
    }
    world.control.clear_faults().await;
    user.api.post_nothing("/connect").await.expect(200);
    user.api.wait_for_phase("connected").await;
    world
        .api
        .wait_for_metric("devices_not_connected{reason=\"banned\"} 0")
        .await;
    // Pairing, the login after it, and the one after the ban.
    let connects = |line: &str| {
        let count = line.strip_prefix("wutsd_device_connect_duration_seconds_count ");
        count.is_some_and(|count| count == "2")
    };
    world.api.wait_for_line(connects).await;
    let commands = "commands_in_progress 0";
    world.api.wait_for_metric(commands).await;
}
