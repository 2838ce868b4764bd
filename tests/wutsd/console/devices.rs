//! What is done with one device, in a browser.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::support::{Behaviour, Browser, LOCAL, Receiver, WELL, World};

#[tokio::test]
async fn a_device_is_renamed_disconnected_connected_and_deleted() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let Some(browser) = Browser::logged_in(&world, &user).await else {
        return;
    };
    browser.click("tbody a").await;
    browser.see("#phase", "Connected").await;
    browser.click("#do-rename").await;
    browser.fill("dialog input", "Front desk").await;
    browser.click("dialog button[type=submit]").await;
    browser.see("h1", "Front desk").await;
    browser.click("#do-disconnect").await;
    browser
        .see("dialog", "stays so, also after a restart")
        .await;
    browser.click("dialog button[type=submit]").await;
    browser.see("#phase", "Not connected").await;
    browser.see("#why", "Somebody closed the connection").await;
    browser
        .see("#history li:nth-child(1)", "The connection ended")
        .await;
    browser.see("#history", "Paired").await;
    browser.click("#do-connect").await;
    browser.click("dialog button[type=submit]").await;
    browser.see("#phase", "Connected").await;
    browser.click("#do-delete").await;
    browser.see("dialog", "cannot be undone").await;
    browser.click("dialog button[type=submit]").await;
    browser.see(".empty", "No device yet").await;
    assert_eq!(
        user.api.get("/devices").await.expect(200)["devices"],
        json!([])
    );
    browser.close().await;
}

#[tokio::test]
async fn a_dead_letter_is_replayed() {
    let world = World::start_with(&LOCAL).await;
    let (user, phone) = world.paired_user().await;
    let friend = world.control.contact_of(&phone, "Ada").await;
    let mended = Arc::new(AtomicBool::new(false));
    let mood = mended.clone();
    let receiver = Receiver::judging(move |_: &_| match mood.load(Ordering::SeqCst) {
        true => WELL,
        false => Behaviour::Answer(500, ""),
    });
    let receiver = receiver.await;
    let body = json!({ "webhook_url": receiver.url(), "enabled_events": ["message.received"], "retry_attempts": 0 });
    user.api.post("/webhook", body).await.expect(200);
    let Some(browser) = Browser::logged_in(&world, &user).await else {
        return;
    };
    world.control.send_text(&friend, &phone, "hello").await;
    receiver.wait_for(1).await;
    browser.click("tbody a").await;
    browser.see("#webhook", "message.received").await;
    browser.see("#webhook", "500").await;
    mended.store(true, Ordering::SeqCst);
    browser.click("#webhook .replay").await;
    receiver.wait_for(2).await;
    browser.click("#letters-dead").await;
    browser.see("#webhook", "Everything was delivered").await;
    browser.click("#hook-test").await;
    receiver.wait_for_event("webhook.test").await;
    browser.close().await;
}

#[tokio::test]
async fn a_test_text_is_seen_to_be_delivered_and_read() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let friend = world.control.contact_of(&phone, "Ada").await;
    let Some(browser) = Browser::logged_in(&world, &user).await else {
        return;
    };
    browser.click("tbody a").await;
    browser
        .fill("#try input[name=to]", &format!("+{friend}"))
        .await;
    browser.fill("#try textarea", "Good morning").await;
    browser.click("#try button").await;
    browser.see("#sent", "Delivered").await;
    let message = json!(browser.attribute("#sent li", "data-message").await);
    world.control.wait_for_message(&friend, &message).await;
    world.control.attends(&friend, "read", &[&message]).await;
    browser.see("#sent", "Read").await;
    browser.close().await;
}

#[tokio::test]
async fn a_status_is_posted_and_seen_to_be_viewed() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let friend = world.control.contact_of(&phone, "Ada").await;
    user.api.wait_for_contact(&friend).await;
    let device = user.status().await["device_id"].clone();
    let Some(browser) = Browser::logged_in(&world, &user).await else {
        return;
    };
    browser
        .go(&format!(
            "/console#/device/{}/status",
            device.as_str().expect("an id")
        ))
        .await;
    browser.fill("#post textarea", "We are open today").await;
    browser.see(".story", "We are open today").await;
    browser.click("#post button[type=submit]").await;
    browser.see("#statuses", "Sent").await;
    let message = json!(browser.attribute("#statuses article", "data-status").await);
    world.control.wait_for_message(&friend, &message).await;
    world.control.attends(&friend, "read", &[&message]).await;
    browser.see("#statuses", "1 have seen it").await;
    browser.see("#statuses", "Ada").await;
    browser.close().await;
}
