//! GET /devices/{deviceID}/history

use serde_json::{Value, json};

use crate::support::{Receiver, User, World, until};

async fn device_of(user: &User) -> String {
    let status = user.status().await;
    status["device_id"].as_str().expect("an id").to_owned()
}

fn events(history: &Value) -> Vec<String> {
    let entries = history["entries"].as_array().expect("entries");
    let event = |entry: &Value| entry["event"].as_str().expect("an event").to_owned();
    entries.iter().map(event).collect()
}

/// Waits until the newest event is this one.
async fn history_with(api: &crate::support::Api, device: &str, newest: &str) -> Value {
    let path = format!("/devices/{device}/history");
    until("in the history", async || {
        let history = api.get(&path).await.expect(200);
        let first = events(&history).into_iter().next();
        (first.as_deref() == Some(newest)).then_some(history)
    })
    .await
}

#[tokio::test]
async fn what_happens_to_a_device_is_listed_the_newest_first() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let device = device_of(&user).await;
    let history = history_with(&user.api, &device, "connected").await;
    assert_eq!(
        events(&history),
        ["connected", "ended", "ended", "paired", "pairing_begun"]
    );
    for ended in [1, 2] {
        let ended = &history["entries"][ended];
        assert_eq!(ended["reason"], "restart_required");
        assert!(ended["words"].as_str().expect("words").contains("pairing"));
    }
    let body = json!({ "device_id": device });
    user.api.post("/disconnect", body.clone()).await.expect(200);
    let history = history_with(&user.api, &device, "ended").await;
    assert_eq!(events(&history)[..2], ["ended", "disconnect_asked"]);
    user.api.post("/connect", body).await.expect(200);
    let history = history_with(&user.api, &device, "connected").await;
    assert_eq!(events(&history)[..2], ["connected", "connect_asked"]);
    let jid = world.device_jid(&phone).await;
    world.control.kick(&jid).await;
    history_with(&user.api, &device, "logged_out").await;

    let first = format!("/devices/{device}/history?limit=2");
    let page = user.api.get(&first).await.expect(200);
    assert_eq!(events(&page), ["logged_out", "connected"]);
    let next = page["next"].as_i64().expect("another page");
    let page = user.api.get(&format!("{first}&before={next}")).await;
    assert_eq!(events(&page.expect(200)), ["connect_asked", "ended"]);
    let all = format!("/devices/{device}/history?limit=100000");
    let all = user.api.get(&all).await.expect(200);
    assert_eq!((all["next"].is_null(), events(&all).len()), (true, 10));
}

#[tokio::test]
async fn whatever_a_webhook_was_told_is_in_the_history_after_a_kill() {
    let mut world = World::start_with(&crate::support::LOCAL).await;
    let (user, _) = world.paired_user().await;
    let device = device_of(&user).await;
    let receiver = Receiver::start().await;
    let events_wanted = ["device.connected", "device.disconnected"];
    let webhook = json!({ "webhook_url": receiver.url(), "enabled_events": events_wanted });
    user.api.post("/webhook", webhook).await.expect(200);
    let body = json!({ "device_id": device });
    for _ in 0..5 {
        user.api.post("/disconnect", body.clone()).await.expect(200);
        user.api.post("/connect", body.clone()).await.expect(200);
    }
    receiver.wait_for(6).await;
    world.restart("KILL").await;
    let told = receiver.all();
    let api = world.again(&user);
    let path = format!("/devices/{device}/history?limit=200");
    let history = events(&api.get(&path).await.expect(200));
    for (event, name) in [
        ("device.connected", "connected"),
        ("device.disconnected", "ended"),
    ] {
        let told = told.iter().filter(|received| received.event() == event);
        let listed = history.iter().filter(|event| *event == name);
        assert!(told.count() <= listed.count(), "{event}: {history:?}");
    }
}

#[tokio::test]
async fn a_history_goes_with_its_device() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let device = device_of(&user).await;
    history_with(&user.api, &device, "connected").await;
    let path = format!("/devices/{device}");
    let gone = user.api.delete(&format!("{path}?for_good=true")).await;
    gone.expect(200);
    let history = user.api.get(&format!("{path}/history")).await;
    assert_eq!(history.text_error(), (404, "device not found"));
    let database = rusqlite::Connection::open(world.data.path().join("wutsd.db"));
    let database = database.expect("the database");
    let left = database.query_row("SELECT COUNT(*) FROM history", [], |row| row.get(0));
    assert_eq!(left, Ok(0));
}

#[tokio::test]
async fn nobody_sees_the_history_of_another_users_device() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let path = format!("/devices/{}/history", device_of(&user).await);
    let colleague = world.member(&user, "manager").await;
    for stranger in [&world.user().await, &colleague] {
        let answer = stranger.api.get(&path).await;
        assert_eq!(answer.text_error(), (404, "device not found"));
    }
    world.api.get(&path).await.expect(401);
}
