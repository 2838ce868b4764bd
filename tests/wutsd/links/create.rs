//! POST /devices/{deviceID}/pairing-links, GET /devices/{deviceID}/pairing-links,
//! DELETE /devices/{deviceID}/pairing-links/{id}

use serde_json::{Value, json};

use crate::support::{User, World};

async fn device(user: &User) -> String {
    let made = user
        .api
        .post("/devices", json!({ "name": "customer" }))
        .await;
    let id = made.expect(201)["device"]["id"].clone();
    id.as_str().expect("an id").to_owned()
}

fn state(link: &Value) -> String {
    let url = link["url"].as_str().expect("a URL");
    let path = url.find("/pair/").expect("a path");
    format!("{}/state", &url[path..])
}

#[tokio::test]
async fn a_link_is_made_listed_and_taken_back_by_the_devices_user_only() {
    let world = World::start().await;
    let user = world.user().await;
    let path = format!("/devices/{}/pairing-links", device(&user).await);
    let made = user.api.post_nothing(&path).await.expect(201);
    let url = made["url"].as_str().expect("a URL");
    assert!(url.starts_with(world.api.base()), "{url}");
    let listed = user.api.get(&path).await.expect(200);
    assert_eq!(listed["links"][0]["id"], made["id"]);
    assert!(!listed.to_string().contains(&url[url.len() - 20..]));
    let one = format!("{path}/{}", made["id"].as_str().expect("an id"));
    let stranger = world.user().await;
    stranger.api.post_nothing(&path).await.expect(404);
    stranger.api.get(&path).await.expect(404);
    stranger.api.delete(&one).await.expect(404);
    world.api.get(&state(&made)).await.expect(200);
    user.api.delete(&one).await.expect(200);
    world.api.get(&state(&made)).await.expect(404);
    user.api.delete(&one).await.expect(404);
    for _ in 0..20 {
        user.api.post_nothing(&path).await.expect(201);
    }
    user.api.post_nothing(&path).await.expect(409);
}

#[tokio::test]
async fn a_link_has_an_end_and_begins_with_the_configured_address() {
    let public = ("HTTP__PUBLIC_URL", "https://wuts.example.com/");
    let world = World::start_with(&[public]).await;
    let user = world.user().await;
    let path = format!("/devices/{}/pairing-links", device(&user).await);
    let mut ends = Vec::new();
    for seconds in [1, i64::MAX] {
        let made = user
            .api
            .post(&path, json!({ "expires_in": seconds }))
            .await
            .expect(201);
        let url = made["url"].as_str().expect("a URL");
        assert!(url.starts_with("https://wuts.example.com/pair/"), "{url}");
        ends.push((made["expires_at"].clone(), made));
    }
    let database = rusqlite::Connection::open(world.data.path().join("wutsd.db")).expect("it");
    let ended = "UPDATE pairing_link SET expires_at = created_at - 1 WHERE id = ?1";
    let (_, short) = &ends[0];
    database
        .execute(ended, [short["id"].as_str().expect("an id")])
        .expect("a change");
    world.api.get(&state(short)).await.expect(404);
    world.api.get(&state(&ends[1].1)).await.expect(200);
    let listed = user.api.get(&path).await.expect(200);
    assert_eq!(listed["links"].as_array().map(Vec::len), Some(1));
}
