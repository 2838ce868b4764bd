//! A device that loses its connection comes back by itself or not at all, and restarts of the daemon.

use serde_json::json;

use crate::support::{World, until};

#[tokio::test]
async fn a_device_that_is_unlinked_on_the_phone_stays_down_and_must_be_paired_again() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    world.control.kick(&world.device_jid(&phone).await).await;
    let status = user
        .api
        .wait_for("unlinked", |status| status["is_logged_in"] == false)
        .await;
    assert_eq!(status["last_exit"], "logged_out");
    let data = user.api.post_nothing("/connect").await.expect(200)["data"].clone();
    assert_eq!(data["needs_qr"], true);
    world.pair(&user, &phone).await;
}

#[tokio::test]
async fn a_device_whose_socket_dies_comes_back_by_itself() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let contact = world.control.contact_of(&phone, "Ada").await;
    let jid = world.device_jid(&phone).await;
    for losses in 1..=3 {
        world
            .control
            .fault(json!({ "jid": jid, "fault": "drop" }))
            .await;
        let lost = format!("device_exits_total{{reason=\"connection_lost\"}} {losses}");
        world.api.wait_for_metric(&lost).await;
        user.api.wait_for_phase("connected").await;
    }
    assert_eq!(world.control.devices(&phone).await, [jid]);
    let posted = user.api.post_status("still here").await.expect(200);
    world
        .control
        .wait_for_message(&contact, &posted["message_id"])
        .await;
}

#[tokio::test]
async fn a_device_that_another_client_replaced_does_not_fight() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let fault = json!({ "jid": jid, "fault": "stream_error", "conflict": "replaced", "times": 1 });
    world.control.fault(fault).await;
    let status = user
        .api
        .wait_for("replaced", |status| status["last_exit"] == "replaced")
        .await;
    assert_eq!(status["status"], "disconnected");
    assert_eq!(status["is_logged_in"], true);
    user.api.post_nothing("/connect").await.expect(200);
}

#[tokio::test]
async fn a_refused_login_tells_why() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    user.api.post_nothing("/disconnect").await.expect(200);
    let jid = world.device_jid(&phone).await;
    let fault = json!({ "jid": jid, "fault": "login_failure", "reason": 403, "times": 1 });
    world.control.fault(fault).await;
    assert_eq!(
        user.api.post_nothing("/connect").await.text_error(),
        (500, "reconnect failed")
    );
    let status = user.status().await;
    assert_eq!(status["last_exit"], "locked");
    user.api.post_nothing("/connect").await.expect(200);
}

#[tokio::test]
async fn a_restarted_daemon_brings_its_devices_back_without_pairing() {
    let mut world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let contact = world.control.contact_of(&phone, "Ada").await;
    user.api.post_status("before").await.expect(200);
    let jid = world.device_jid(&phone).await;
    for signal in ["TERM", "KILL"] {
        world.restart(signal).await;
        let api = world.again(&user);
        api.wait_for_phase("connected").await;
        let posted = api.post_status("after").await.expect(200);
        world
            .control
            .wait_for_message(&contact, &posted["message_id"])
            .await;
    }
    assert_eq!(world.control.devices(&phone).await, [jid]);
}

#[tokio::test]
async fn a_disconnected_device_stays_down_over_a_restart() {
    let mut world = World::start().await;
    let (user, _) = world.paired_user().await;
    user.api.post_nothing("/disconnect").await.expect(200);
    world.restart("TERM").await;
    let api = world.again(&user);
    assert_eq!(api.status().await["status"], "disconnected");
    api.post_nothing("/connect").await.expect(200);
}

#[tokio::test]
async fn a_request_that_names_no_device_never_slides_to_another_account() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let oldest = user.status().await["device_id"].clone();
    let made = user.api.post("/devices", json!({ "name": "second" })).await;
    let second = made.expect(201)["device"]["id"].clone();
    let second = second.as_str().expect("an id");
    let qr = user.api.get(&format!("/qr?device_id={second}")).await;
    let code = qr.expect(200)["data"]["qr_code"].clone();
    let other = world.control.account("Other").await;
    let scanned = world.control.scan(code.as_str().expect("a code"), &other);
    scanned.await.expect(200);
    let path = format!("/status?device_id={second}");
    let connected = async || {
        let status = user.api.get(&path).await.expect(200)["data"].clone();
        (status["status"] == "connected").then_some(())
    };
    until("the second device is connected", connected).await;

    let path = format!("/disconnect?device_id={}", oldest.as_str().expect("an id"));
    user.api.post_nothing(&path).await.expect(200);
    let status = user.status().await;
    assert_eq!(status["device_id"], oldest);
    assert_eq!(status["status"], "disconnected");
    let refused = user.api.post_status("for the first one's friends").await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    assert_eq!(world.control.devices(&phone).await.len(), 1);
}
