//! GET /webhook/events

use super::configuration::start;

#[tokio::test]
async fn the_catalog_has_all_62_names() {
    let (_world, user) = start().await;
    let catalog = user.api.get("/webhook/events").await.expect(200);
    let events = catalog["events"].as_array().expect("events");
    assert_eq!(events.len(), 62);
    assert_eq!(events[0], "message.received");
    let last = events.last().and_then(|name| name.as_str());
    assert_eq!(last, Some("app_state.sync_complete"));
}
