//! POST /connect, /disconnect, /logout; reconnecting by itself, and restarts of the daemon.

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn disconnecting_keeps_the_credentials_and_connecting_uses_them() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let device = user.api.get("/status").await.expect(200)["data"]["device_id"].clone();

    let body = user.api.post_nothing("/disconnect").await.expect(200);
    assert_eq!(body["data"]["message"], "device disconnected successfully");
    assert_eq!(body["data"]["device_id"], device);
    let status = user.api.get("/status").await.expect(200)["data"].clone();
    assert_eq!(status["status"], "disconnected");
    assert_eq!(status["last_exit"], "disconnected");
    assert_eq!(status["is_logged_in"], true);
    let again = user.api.post_nothing("/disconnect").await;
    assert_eq!(
        again.text_error(),
        (404, "device not found or not connected")
    );

    let body = user.api.post_nothing("/connect").await.expect(200);
    let expected = json!({ "status": "connected", "device_id": device, "needs_qr": false });
    assert_eq!(body["data"], expected);
    user.api.post_status("back").await.expect(200);
}

#[tokio::test]
async fn connecting_needs_a_device_and_a_pairing() {
    let world = World::start().await;
    let user = world.user().await;
    let answer = user.api.post_nothing("/connect").await;
    assert_eq!(answer.text_error(), (404, "device not found"));
    let answer = user.api.post_nothing("/disconnect").await;
    assert_eq!(
        answer.text_error(),
        (404, "device not found or not connected")
    );
    user.api
        .post("/devices", json!({ "name": "new" }))
        .await
        .expect(201);
    let data = user.api.post_nothing("/connect").await.expect(200)["data"].clone();
    assert_eq!(data["needs_qr"], true);
    assert_eq!(data["status"], "disconnected");
    for path in ["/connect", "/disconnect"] {
        assert_eq!(
            world.api.post_nothing(path).await.text_error(),
            (401, "unauthorized")
        );
    }
}

#[tokio::test]
async fn logging_out_unlinks_the_device_and_pairing_works_again() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let body = user.api.post_nothing("/logout").await.expect(200);
    assert_eq!(body["data"]["message"], "device logged out successfully");
    assert!(world.control.devices(&phone).await.is_empty());
    let status = user.api.get("/status").await.expect(200)["data"].clone();
    assert_eq!(status["is_logged_in"], false);
    assert_eq!(status["last_exit"], "logged_out");

    let answer = user.api.post_nothing("/logout").await;
    let expected = (503, "whatsapp session is not connected");
    assert_eq!(answer.text_error(), expected);
    assert_eq!(answer.body["error_code"], "DEVICE_NOT_READY");

    world.pair(&user, &phone).await;
    user.api.post_status("again").await.expect(200);
}

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
        user.api.wait_for_status("connected").await;
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
    let status = user.api.get("/status").await.expect(200)["data"].clone();
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
        api.wait_for_status("connected").await;
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
    assert_eq!(
        api.get("/status").await.expect(200)["data"]["status"],
        "disconnected"
    );
    api.post_nothing("/connect").await.expect(200);
}
