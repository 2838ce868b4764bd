//! Dashboards and alerts name only what the daemon exports, and every alert is tested.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::World;

const DASHBOARD: &str = include_str!("../../../dashboards/wutsd.json");
const RULES: &str = include_str!("../../../dashboards/wutsd.rules.yml");
const RULE_TESTS: &str = include_str!("../../../dashboards/wutsd.rules.test.yml");

/// Everything that looks like a name of ours.
fn names(text: &str) -> BTreeSet<String> {
    let other = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let ours = |word: &&str| word.starts_with("wutsd_") || word.starts_with("process_");
    text.split(other).filter(ours).map(str::to_owned).collect()
}

/// The expressions of all panels, and of the variables.
fn expressions(dashboard: &Value) -> String {
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array());
    let expressions = targets.flatten().map(|target| &target["expr"]);
    let variables = dashboard["templating"]["list"].as_array().expect("a list");
    let queries = variables.iter().map(|variable| &variable["definition"]);
    let texts = expressions.chain(queries).filter_map(Value::as_str);
    texts.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_series_that_dashboard_and_alerts_name_is_exported() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    user.api.post_status("hi").await.expect(200);
    // Each part has been asked once.
    world
        .api
        .wait_for_line(|line| line.starts_with("wutsd_shard_tasks{"))
        .await;
    let scraped = names(&world.api.get("/metrics").await.text);
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("JSON");
    let mut named = names(&expressions(&dashboard));
    named.extend(names(RULES));
    assert!(named.len() > 40, "{named:?}");
    let missing: Vec<_> = named.difference(&scraped).collect();
    assert!(missing.is_empty(), "nobody exports {missing:?}");
}

#[test]
fn the_dashboard_can_be_imported_anywhere() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("JSON");
    assert_eq!(dashboard["uid"], "wutsd");
    assert_eq!(dashboard.get("id"), None);
    let mut ids = BTreeSet::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        let title = panel["title"].as_str().expect("a title");
        assert!(ids.insert(panel["id"].as_u64()), "{title}");
        if panel["type"] != "row" {
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{title}");
        }
    }
}

#[test]
fn every_alert_says_what_to_do_and_is_seen_to_fire() {
    let alerts = RULES.split("- alert: ").skip(1);
    let mut count = 0;
    for alert in alerts {
        let name = alert.lines().next().expect("a name");
        for part in ["severity:", "summary:", "description:"] {
            assert!(alert.contains(part), "{name} has no {part}");
        }
        let fires = format!("{{alertname=\"{name}\"}}");
        assert!(RULE_TESTS.contains(&fires), "{name} is never seen to fire");
        count += 1;
    }
    assert!(count > 20, "{count}");
}
