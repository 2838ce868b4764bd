//! DELETE /users/{id}: the token ends, the devices go, and nothing of them stays.

use reqwest::Method;
use serde_json::json;

use super::newcomer;
use crate::support::World;

#[tokio::test]
async fn a_deleted_user_is_gone_with_token_and_address() {
    let world = World::start().await;
    let admin = world.user().await;
    let created = admin.api.post("/users", newcomer("ada@example.com")).await;
    let ada = created.expect(201)["user"].clone();
    let api = world.api.as_user(ada["token"].as_str().expect("a token"));
    api.get("/devices").await.expect(200);
    let path = format!("/users/{}", ada["id"].as_str().expect("an id"));
    let deleted = admin.api.delete(&path).await.expect(200);
    let expected = json!({ "success": true, "message": "User permanently deleted" });
    assert_eq!(deleted, expected);
    assert_eq!(
        api.get("/devices").await.text_error(),
        (401, "Invalid token")
    );
    let again = admin.api.delete(&path).await;
    assert_eq!(again.text_error(), (404, "user not found"));
    let users = admin.api.get("/users").await.expect(200);
    assert_eq!(users["users"].as_array().expect("users").len(), 1);
    // The address is free again.
    let created = admin.api.post("/users", newcomer("ada@example.com")).await;
    created.expect(201);
}

#[tokio::test]
async fn the_devices_of_a_deleted_user_are_disconnected_and_forgotten() {
    let mut world = World::start().await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let phone = world.control.account("Ada").await;
    world.pair(&ada, &phone).await;
    let unpaired = json!({ "name": "another" });
    ada.api.post("/devices", unpaired).await.expect(201);
    assert!(world.control.is_connected(&phone).await);

    let path = format!("/users/{}", ada.user_id);
    admin.api.delete(&path).await.expect(200);
    assert!(!world.control.is_connected(&phone).await);
    let removed = "device_exits_total{reason=\"removed\"} 1";
    world.api.wait_for_metric(removed).await;
    for state in ["connected", "disconnected", "closing"] {
        let none = format!("devices{{state=\"{state}\"}} 0");
        world.api.wait_for_metric(&none).await;
    }
    world.daemon.stop("TERM").await;
    assert_eq!(rows(&world, "SELECT COUNT(*) FROM device"), 0);
    assert_eq!(
        rows(&world, "SELECT COUNT(*) FROM record WHERE device > 0"),
        0
    );
    assert_eq!(rows(&world, "SELECT COUNT(*) FROM contact"), 0);
}

#[tokio::test]
async fn a_device_that_waits_for_its_next_life_is_removed_too() {
    let world = World::start_with(&[("SUPERVISION__BACKOFF_FIRST", "60")]).await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let phone = world.control.account("Ada").await;
    world.pair(&ada, &phone).await;
    let jid = world.device_jid(&phone).await;
    let fault = json!({ "jid": jid, "fault": "login_failure", "reason": 503 });
    world.control.fault(fault).await;
    let drop = json!({ "jid": jid, "fault": "drop" });
    world.control.fault(drop).await;
    ada.api.wait_for_phase("waiting").await;
    let path = format!("/users/{}", ada.user_id);
    admin.api.delete(&path).await.expect(200);
    world
        .api
        .wait_for_metric("devices{state=\"waiting\"} 0")
        .await;
    assert!(!world.control.is_connected(&phone).await);
}

#[tokio::test]
async fn a_device_that_shows_codes_is_removed() {
    let world = World::start().await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    ada.api.get("/qr").await.expect(200);
    world
        .api
        .wait_for_metric("devices{state=\"pairing\"} 1")
        .await;
    let path = format!("/users/{}", ada.user_id);
    admin.api.delete(&path).await.expect(200);
    let removed = "device_exits_total{reason=\"removed\"} 1";
    world.api.wait_for_metric(removed).await;
    world
        .api
        .wait_for_metric("devices{state=\"pairing\"} 0")
        .await;
}

#[tokio::test]
async fn of_two_deletions_at_once_one_finds_nobody() {
    let world = World::start_with(&[("HTTP__WORKERS", "2")]).await;
    let admin = world.user().await;
    let second = world.member(&admin, "admin").await;
    let ada = world.member(&admin, "user").await;
    let phone = world.control.account("Ada").await;
    world.pair(&ada, &phone).await;
    let path = format!("/users/{}", ada.user_id);
    let (one, other) = tokio::join!(admin.api.delete(&path), second.api.delete(&path));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404], "{} {}", one.text, other.text);
    assert!(!world.control.is_connected(&phone).await);
}

#[tokio::test]
async fn a_deletion_whose_caller_hangs_up_is_finished() {
    let world = World::start().await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let phone = world.control.account("Ada").await;
    world.pair(&ada, &phone).await;
    let path = format!("/users/{}", ada.user_id);
    let deletion = admin.api.begin(Method::DELETE, &path, "").await;
    // The token ends first: from here on the deletion is under way.
    ada.api.wait_for_answer("/devices", 401).await;
    drop(deletion);
    let removed = "device_exits_total{reason=\"removed\"} 1";
    world.api.wait_for_metric(removed).await;
    let gone = admin.api.wait_for_answer(&path, 404).await;
    assert_eq!(gone.text_error(), (404, "user not found"));
}

#[tokio::test]
async fn a_device_that_is_made_while_its_user_is_deleted_does_not_stay() {
    let world = World::start_with(&[("HTTP__WORKERS", "2")]).await;
    let admin = world.user().await;
    for _ in 0..10 {
        let ada = world.member(&admin, "user").await;
        let crowd = (0..4).map(|_| {
            let api = ada.api.clone();
            tokio::spawn(async move {
                let mut answer = api.post("/devices", json!({ "name": "late" })).await;
                while answer.status == 201 {
                    answer = api.post("/devices", json!({ "name": "late" })).await;
                }
                answer.status
            })
        });
        let crowd: Vec<_> = crowd.collect();
        let path = format!("/users/{}", ada.user_id);
        admin.api.delete(&path).await.expect(200);
        for one in crowd {
            assert_eq!(one.await.expect("an answer"), 401);
        }
        let none = "devices{state=\"disconnected\"} 0";
        world.api.wait_for_metric(none).await;
    }
}

#[tokio::test]
async fn other_users_devices_go_on() {
    let world = World::start().await;
    let (admin, phone) = world.paired_user().await;
    let ada = world.member(&admin, "user").await;
    let path = format!("/users/{}", ada.user_id);
    admin.api.delete(&path).await.expect(200);
    assert!(world.control.is_connected(&phone).await);
    admin.api.post_status("still here").await.expect(200);
}

/// What the database says once the daemon has stopped.
fn rows(world: &World, count: &str) -> i64 {
    let path = world.data.path().join("wutsd.db");
    let database = rusqlite::Connection::open(path).expect("the database");
    let counted = database.query_row(count, [], |row| row.get(0));
    counted.expect("a count")
}
