//! GET /contacts/profile

use serde_json::{Value, json};

use super::People;

#[tokio::test]
async fn a_profile_shows_about_text_picture_and_devices() {
    let people = People::start().await;
    let (ada, jid) = (&people.ada, people.ada_jid());
    let picture = base64(b"\xff\xd8\xff a small picture");
    let profile = json!({ "about": "Notes on the engine", "picture": picture });
    people.world.control.change_profile(ada, profile).await;

    let path = format!("/contacts/profile?number=%2B{ada}");
    let data = people.user.api.get(&path).await.expect(200)["data"].clone();
    assert_eq!(data["jid"], jid);
    assert_eq!(data["user_info"]["Status"], "Notes on the engine");
    assert_eq!(data["user_info"]["Devices"], json!([jid]));
    assert_eq!(data["user_info"]["VerifiedName"], Value::Null);
    assert_eq!(data["business_profile"], Value::Null);
    let id = data["user_info"]["PictureID"]
        .as_str()
        .expect("an id")
        .to_owned();

    let path = format!("/contacts/profile-picture?jid={jid}&preview=false");
    let found = people.user.api.get(&path).await.expect(200)["data"].clone();
    assert_eq!(
        (&found["jid"], &found["type"]),
        (&json!(jid), &json!("image"))
    );
    assert_eq!(found["id"], id.as_str());
    let url = found["url"]
        .as_str()
        .expect("an address")
        .replace("https://", "http://");
    let fetched = reqwest::get(url)
        .await
        .expect("an answer")
        .bytes()
        .await
        .expect("a body");
    assert_eq!(&fetched[..], b"\xff\xd8\xff a small picture");

    let path = format!("/contacts/profile-picture?jid={jid}&existing_id={id}");
    let same = people.user.api.get(&path).await.expect(200)["data"].clone();
    assert_eq!(
        (&same["url"], &same["unchanged"]),
        (&Value::Null, &json!(true))
    );
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.encode(bytes)
}
