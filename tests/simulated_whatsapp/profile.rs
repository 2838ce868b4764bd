//! Pictures and about texts: set by a device, seen by those who may.

use serde_json::json;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::Event;

use crate::support::{World, ask, child, iq};

#[actix_web::test]
async fn pictures_and_about_texts_are_set_shown_and_hidden() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let contact = json!({ "phone": ben });
    world
        .post(&format!("/accounts/{ann}/contacts"), contact)
        .await;
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let ben_jid = Jid::pn(ben.as_str());
    let picture = async || {
        let contacts = at_ann.client.contacts();
        contacts.get_profile_picture(&ben_jid, false).await
    };
    assert!(picture().await.unwrap().is_none());

    let image = b"\xff\xd8\xff a small JPEG".to_vec();
    let profile = at_ben.client.profile();
    let id = profile.set_profile_picture(image.clone()).await.unwrap().id;
    at_ann
        .event("picture update", |event| {
            matches!(event, Event::PictureUpdate(_)).then_some(())
        })
        .await;
    let found = picture().await.unwrap().unwrap();
    assert_eq!(found.id, id);
    let response = reqwest::get(&found.url).await.unwrap();
    assert_eq!(response.headers()["content-type"], "image/jpeg");
    assert_eq!(response.bytes().await.unwrap(), image);

    at_ben
        .client
        .profile()
        .set_status_text("gone fishing")
        .await
        .unwrap();
    at_ann
        .event("about", |event| match event {
            Event::UserAboutUpdate(update) => (update.status == "gone fishing").then_some(()),
            _ => None,
        })
        .await;
    let users = at_ann
        .client
        .contacts()
        .get_user_info(std::slice::from_ref(&ben_jid))
        .await
        .unwrap();
    let about = users.values().find_map(|user| user.status.clone());
    assert_eq!(about.as_deref(), Some("gone fishing"));

    // Some clients write it in JSON.
    let asked = json!({ "variables": { "input": { "text": "in JSON" } } }).to_string();
    let query = NodeBuilder::new("query").attr("query_id", "1");
    let query = query.bytes(asked.into_bytes()).build();
    let answer = ask(&at_ben, iq("get", "w:mex", vec![query])).await;
    child(&answer, "result");
    let path = format!("/accounts/{ben}/settings");
    assert_eq!(world.get(&path).await["about"], "in JSON");

    // Nobody may see them: Ann cannot tell a hidden picture from a missing one by its content.
    for name in ["profile", "status"] {
        let hide = json!({ "name": name, "value": "none" });
        world.post(&format!("/accounts/{ben}/privacy"), hide).await;
    }
    assert!(picture().await.ok().flatten().is_none());
    let users = at_ann
        .client
        .contacts()
        .get_user_info(std::slice::from_ref(&ben_jid))
        .await
        .unwrap();
    assert!(
        users.values().all(|user| user.status.is_none()),
        "{users:?}"
    );
    let path = format!("/accounts/{ben}/profile");
    let changed = world
        .post(
            &path,
            json!({ "name": "Benny", "about": "back", "picture": "" }),
        )
        .await;
    assert_eq!(changed["name"], "Benny");
    assert_eq!(
        (&changed["about"], &changed["picture"]),
        (&json!("back"), &json!(null))
    );
    at_ann.stop().await;
    at_ben.stop().await;
}
