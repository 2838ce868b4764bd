//! GET /privacy

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn the_accounts_own_settings_are_shown_as_whatsapp_has_them() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    world
        .control
        .change_privacy(&phone, json!({ "name": "last", "value": "contacts" }))
        .await;
    let data = user.api.get("/privacy").await.expect(200)["data"].clone();
    let names = [
        "CallAdd",
        "Defense",
        "GroupAdd",
        "LastSeen",
        "Messages",
        "Online",
        "Profile",
        "ReadReceipts",
        "Status",
        "Stickers",
    ];
    let mut shown: Vec<_> = data.as_object().expect("an object").keys().collect();
    shown.sort();
    assert_eq!(shown, names);
    assert_eq!(data["LastSeen"], "contacts");
    assert_eq!(data["ReadReceipts"], "all");

    user.api.post_nothing("/disconnect").await.expect(200);
    let answer = user.api.get("/privacy").await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
    assert_eq!(
        world.api.get("/privacy").await.text_error(),
        (401, "Invalid token")
    );
}

#[tokio::test]
async fn what_only_a_later_whatsapp_knows_is_shown_too() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    for (name, value) in [("last", "mutual_friends"), ("cover_photo", "contacts")] {
        let later = json!({ "name": name, "value": value, "invented": true });
        world.control.change_privacy(&phone, later).await;
    }
    let data = user.api.get("/privacy").await.expect(200)["data"].clone();
    assert_eq!(data["LastSeen"], "mutual_friends");
    assert_eq!(data["CoverPhoto"], "contacts");
    assert_eq!(data.as_object().expect("an object").len(), 11);
}
