//! Pictures and about texts: set by a device, seen by those who may.

use serde_json::json;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::Event;

use crate::support::{TestClient, World, ask, child, iq};

/// What a client is told of somebody's about text.
async fn about(client: &TestClient, jid: &Jid) -> Option<String> {
    let contacts = client.client.contacts();
    let users = contacts.get_user_info(std::slice::from_ref(jid)).await;
    let users = users.unwrap();
    users.values().find_map(|user| user.status.clone())
}

/// Two accounts with a device each; Ben is in Ann's address book.
async fn ann_and_ben(world: &World) -> [(String, TestClient); 2] {
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let contact = json!({ "phone": ben });
    world
        .post(&format!("/accounts/{ann}/contacts"), contact)
        .await;
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    [(ann, at_ann), (ben, at_ben)]
}

#[actix_web::test]
async fn a_picture_is_set_shown_hidden_and_taken_away() {
    let world = World::start().await;
    let [(_, at_ann), (ben, at_ben)] = ann_and_ben(&world).await;
    let ben_jid = Jid::pn(ben.as_str());
    let picture = async || {
        let contacts = at_ann.client.contacts();
        contacts.get_profile_picture(&ben_jid, false).await
    };
    assert!(picture().await.unwrap().is_none());
    let image = b"\xff\xd8\xff a small JPEG".to_vec();
    let profile = at_ben.client.profile();
    let id = profile.set_profile_picture(image.clone()).await.unwrap().id;
    let updated = |event: &Event| matches!(event, Event::PictureUpdate(_)).then_some(());
    at_ann.event("picture update", updated).await;
    let found = picture().await.unwrap().unwrap();
    assert_eq!(found.id, id);
    let response = reqwest::get(&found.url).await.unwrap();
    assert_eq!(response.headers()["content-type"], "image/jpeg");
    assert_eq!(response.bytes().await.unwrap(), image);

    // Ann cannot tell a hidden picture from a missing one by its content.
    let hide = json!({ "name": "profile", "value": "none" });
    world.post(&format!("/accounts/{ben}/privacy"), hide).await;
    assert!(picture().await.ok().flatten().is_none());
    let path = format!("/accounts/{ben}/profile");
    let changed = world.post(&path, json!({ "picture": "" })).await;
    assert_eq!(changed["picture"], json!(null));
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn an_about_text_is_set_by_device_and_phone_shown_and_hidden() {
    let world = World::start().await;
    let [(_, at_ann), (ben, at_ben)] = ann_and_ben(&world).await;
    let ben_jid = Jid::pn(ben.as_str());
    let profile = at_ben.client.profile();
    profile.set_status_text("gone fishing").await.unwrap();
    let updated = |event: &Event| match event {
        Event::UserAboutUpdate(update) => (update.status == "gone fishing").then_some(()),
        _ => None,
    };
    at_ann.event("about", updated).await;
    let shown = about(&at_ann, &ben_jid).await;
    assert_eq!(shown.as_deref(), Some("gone fishing"));

    // Some clients write it in JSON.
    let asked = json!({ "variables": { "input": { "text": "in JSON" } } }).to_string();
    let query = NodeBuilder::new("query").attr("query_id", "1");
    let query = query.bytes(asked.into_bytes()).build();
    let answer = ask(&at_ben, iq("get", "w:mex", vec![query])).await;
    child(&answer, "result");
    let path = format!("/accounts/{ben}/settings");
    assert_eq!(world.get(&path).await["about"], "in JSON");

    let hide = json!({ "name": "status", "value": "none" });
    world.post(&format!("/accounts/{ben}/privacy"), hide).await;
    assert_eq!(about(&at_ann, &ben_jid).await, None);
    let path = format!("/accounts/{ben}/profile");
    let change = json!({ "name": "Benny", "about": "back" });
    let changed = world.post(&path, change).await;
    assert_eq!(changed["name"], "Benny");
    assert_eq!(changed["about"], "back");
    at_ann.stop().await;
    at_ben.stop().await;
}
