//! The list of devices, in a browser.

use serde_json::json;

use crate::support::{Browser, World};

#[tokio::test]
async fn a_device_that_is_dropped_and_comes_back_is_seen_to() {
    let world = World::start_with(&[("SUPERVISION__BACKOFF_FIRST", "3")]).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let Some(browser) = Browser::logged_in(&world, &user).await else {
        return;
    };
    browser.see("tbody", "Connected").await;
    world
        .control
        .fault(json!({ "jid": jid, "fault": "drop" }))
        .await;
    browser.see("tbody", "Waiting to try again").await;
    browser.see("tbody", "The connection was lost").await;
    browser.picture("dropped").await;
    browser.see("tbody", "Connected").await;
    browser.close().await;
}
