//! GET /contacts/profile-picture

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::People;

const JPEG: &[u8] = b"\xff\xd8\xff a small picture";

#[tokio::test]
async fn a_picture_is_where_the_answer_says_and_known_again_by_its_id() {
    let people = People::start().await;
    let (ada, jid) = (&people.ada, people.ada_jid());
    let profile = json!({ "picture": BASE64_STANDARD.encode(JPEG) });
    people.world.control.change_profile(ada, profile).await;

    let path = format!("/contacts/profile-picture?jid={jid}&preview=false");
    let found = people.user.api.get(&path).await.expect(200)["data"].clone();
    assert_eq!(
        (&found["jid"], &found["type"]),
        (&json!(jid), &json!("image"))
    );
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
    assert_eq!(&fetched[..], JPEG);

    let path = format!("/contacts/profile?jid={jid}");
    let data = people.user.api.get(&path).await.expect(200)["data"].clone();
    assert_eq!(data["user_info"]["PictureID"], found["id"]);
    let id = found["id"].as_str().expect("an id");
    let path = format!("/contacts/profile-picture?jid={jid}&existing_id={id}");
    let same = people.user.api.get(&path).await.expect(200)["data"].clone();
    assert_eq!(
        (&same["url"], &same["unchanged"]),
        (&Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn who_has_no_picture_is_not_found_and_nobody_is_refused() {
    let people = People::start().await;
    let path = format!("/contacts/profile-picture?number={}", people.ada);
    let answer = people.user.api.get(&path).await;
    assert_eq!(answer.text_error(), (404, "profile picture not found"));
    for path in ["/contacts/profile", "/contacts/profile-picture"] {
        let answer = people.user.api.get(path).await;
        assert_eq!(answer.text_error(), (400, "jid or number is required"));
        assert_eq!(answer.body["validation"][0]["field"], "jid");
    }
}
