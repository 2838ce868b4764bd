//! GET /healthz, GET /readyz, GET /metrics, and what no route knows

use crate::support::World;

#[tokio::test]
async fn a_daemon_that_is_well_says_so_to_anybody() {
    let world = World::start().await;
    assert_eq!(world.api.get("/healthz").await.expect(200)["status"], "ok");
    let ready = world.api.get("/readyz").await.expect(200);
    assert_eq!(
        ready,
        serde_json::json!({ "status": "ok", "store": "ok", "supervisor": "ok" })
    );
}

#[tokio::test]
async fn metrics_count_devices_commands_and_exits_without_naming_anybody() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    user.api.post_status("hi").await.expect(200);
    user.api.post_status("").await;
    user.api.post_nothing("/disconnect").await.expect(200);
    let metrics = world.api.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    for line in [
        "wutsd_devices{state=\"connected\"} 0",
        "wutsd_devices{state=\"disconnected\"} 1",
        "wutsd_commands_total{operation=\"status\",outcome=\"ok\"} 1",
        "wutsd_device_exits_total{reason=\"disconnected\"} 1",
        "wutsd_device_exits_total{reason=\"restart_required\"} 2",
        "wutsd_http_requests_total{route=\"/status/text\",status=\"400\"} 1",
        "wutsd_build_info{version=",
    ] {
        assert!(
            metrics.text.contains(line),
            "{line} is missing in\n{}",
            metrics.text
        );
    }
    for name in [&phone, &user.tenant_id, &user.user_id] {
        assert!(!metrics.text.contains(name.as_str()));
    }
}

#[tokio::test]
async fn an_unknown_path_is_answered_in_json() {
    let world = World::start().await;
    let answer = world.api.get("/nothing/here").await;
    assert_eq!(answer.text_error(), (404, "there is no GET /nothing/here"));
    assert_eq!(answer.body["error_code"], "NOT_FOUND");
}
