//! Tenants see nothing of each other, and another tenant's device answers exactly like none.

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn another_tenants_device_answers_like_one_that_does_not_exist() {
    let world = World::start().await;
    let (owner, _) = world.paired_user().await;
    let device = owner.status().await["device_id"].clone();
    let device = device.as_str().expect("an id");
    let stranger = world.user().await;
    stranger
        .api
        .post("/devices", json!({ "name": "mine" }))
        .await
        .expect(201);
    let nobody = "00000000-0000-4000-8000-000000000000";

    let requests: [(&str, &str); 5] = [
        ("GET", "/status"),
        ("GET", "/qr"),
        ("POST", "/connect"),
        ("POST", "/disconnect"),
        ("POST", "/logout"),
    ];
    for (method, path) in requests {
        let ask = |id: &str| {
            let url = format!("{path}?device_id={id}");
            let api = stranger.api.clone();
            async move {
                if method == "GET" {
                    api.get(&url).await
                } else {
                    api.post_nothing(&url).await
                }
            }
        };
        let (theirs, none) = (ask(device).await, ask(nobody).await);
        assert_eq!(theirs.status, none.status, "{path}: {}", theirs.text);
        assert_eq!(theirs.body["error"], none.body["error"], "{path}");
        assert_eq!(theirs.body["data"], none.body["data"], "{path}");
    }
    let body = |id: &str| json!({ "phone": "15550001111", "device_id": id });
    let theirs = stranger.api.post("/paircode", body(device)).await;
    let none = stranger.api.post("/paircode", body(nobody)).await;
    assert_eq!(theirs.text_error(), none.text_error());

    assert_eq!(owner.status().await["status"], "connected");
    let listed = stranger.api.get("/devices").await.expect(200);
    assert_eq!(listed["devices"].as_array().expect("devices").len(), 1);
    assert_eq!(listed["devices"][0]["name"], "mine");
}

#[tokio::test]
async fn two_users_post_each_to_their_own_contacts() {
    let world = World::start().await;
    let mut people = Vec::new();
    for _ in 0..2 {
        let user = world.user().await;
        let phone = world.control.account("Owner").await;
        let contact = world.control.contact_of(&phone, "Contact").await;
        world.pair(&user, &phone).await;
        people.push((user, contact));
    }
    for (user, contact) in &people {
        let posted = user.api.post_status("only for you").await.expect(200);
        world
            .control
            .wait_for_message(contact, &posted["message_id"])
            .await;
    }
    for (_, contact) in &people {
        assert_eq!(world.control.inbox(contact).await.len(), 1);
    }
}
