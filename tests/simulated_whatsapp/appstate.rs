//! App state: what the phone writes reaches its devices, and what one device writes reaches the other.

use serde_json::json;
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::Event;

use crate::client::{Backend, TestClient};
use crate::control::World;

pub async fn learns(client: &TestClient, name: &str) {
    client
        .event(name, |event| match event {
            Event::ContactUpdate(update) => {
                (update.action.full_name.as_deref() == Some(name)).then_some(())
            }
            _ => None,
        })
        .await;
}

#[actix_web::test]
async fn contacts_added_before_and_after_pairing_reach_the_device() {
    let world = World::start().await;
    let (ann, ben, cleo) = (
        world.account("Ann").await,
        world.account("Ben").await,
        world.account("Cleo").await,
    );
    let path = format!("/accounts/{ann}/contacts");
    let contact = json!({ "phone": ben, "name": "Ben Before" });
    world.post(&path, contact).await;
    let client = TestClient::start(world.ws(), &Backend::default()).await;
    let qr = client.qr().await;
    let scan = json!({ "qr": qr, "account": ann });
    world.post("/scan", scan).await;
    // The address book comes before the device calls itself connected.
    learns(&client, "Ben Before").await;
    client.connected().await;
    let contact = json!({ "phone": cleo, "name": "Cleo After" });
    world.post(&path, contact).await;
    learns(&client, "Cleo After").await;
    let listed = world.get(&path).await;
    assert_eq!(listed["contacts"].as_array().unwrap().len(), 2);
    client.stop().await;
}

#[actix_web::test]
async fn a_setting_of_one_device_reaches_the_other_device_of_the_account() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (first, _, _) = world.paired(&ann).await;
    let (second, _, jid) = world.paired(&ann).await;
    assert_eq!(jid, format!("{ann}:2@s.whatsapp.net"));
    let chat = Jid::pn(ben.as_str());
    first.client.chat_actions().mute_chat(&chat).await.unwrap();
    second
        .event("mute", |event| {
            matches!(event, Event::MuteUpdate(_)).then_some(())
        })
        .await;
    // Each device writes on what the other wrote: versions and hashes agree.
    second
        .client
        .chat_actions()
        .unmute_chat(&chat)
        .await
        .unwrap();
    first
        .event("unmute", |event| {
            matches!(event, Event::MuteUpdate(_)).then_some(())
        })
        .await;
    first.stop().await;
    second.stop().await;
}
