//! GET /devices

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_paired_device_shows_whose_it_is() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let listed = user.api.get("/devices").await.expect(200);
    let device = &listed["devices"][0];
    assert_eq!(device["whatsapp_jid"], format!("{phone}@s.whatsapp.net"));
    assert_eq!(device["whatsapp_pn"], device["whatsapp_jid"]);
    assert_eq!(device["whatsapp_lid"], world.control.lid(&phone).await);
    assert_eq!(device["connected"], true);
    assert!(device["last_seen"].is_string(), "{device}");
}

#[tokio::test]
async fn devices_can_be_listed_while_one_is_being_made() {
    let world = World::start_with(&[("HTTP__WORKERS", "2")]).await;
    let user = world.user().await;
    for _ in 0..20 {
        let name = json!({ "name": "another" });
        let made = user.api.post("/devices", name);
        let lists = async {
            for _ in 0..10 {
                user.api.get("/devices").await.expect(200);
            }
        };
        let (made, ()) = tokio::join!(made, lists);
        made.expect(201);
    }
}
