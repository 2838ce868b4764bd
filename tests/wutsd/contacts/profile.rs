//! GET /contacts/profile

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::People;

#[tokio::test]
async fn a_profile_shows_about_text_picture_and_devices() {
    let people = People::start().await;
    let (ada, jid) = (&people.ada, people.ada_jid());
    let picture = BASE64_STANDARD.encode(b"\xff\xd8\xff a small picture");
    let profile = json!({ "about": "Notes on the engine", "picture": picture });
    people.world.control.change_profile(ada, profile).await;

    let path = format!("/contacts/profile?number=%2B{ada}");
    let data = people.user.api.get(&path).await.expect(200)["data"].clone();
    assert_eq!(data["jid"], jid);
    assert_eq!(data["user_info"]["Status"], "Notes on the engine");
    assert_eq!(data["user_info"]["Devices"], json!([jid]));
    assert_eq!(data["user_info"]["VerifiedName"], Value::Null);
    assert_eq!(data["business_profile"], Value::Null);
    assert!(data["user_info"]["PictureID"].is_string(), "{data}");
}
