//! What survives a restart on the same data.

use serde_json::json;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;

use crate::support::{TestClient, World, ask, child, seen, to_group};

#[actix_web::test]
async fn a_restart_on_the_same_data_finds_accounts_devices_and_the_static_key() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::start_on(Some(folder.path().to_owned())).await;
    let phone = world.account("Ann").await;
    let friend = world.account("Ben").await;
    world
        .post(
            &format!("/accounts/{phone}/contacts"),
            json!({ "phone": friend }),
        )
        .await;
    let (client, backend, jid) = world.paired(&phone).await;
    let key = world.simulator.addresses().root_public_key.clone();
    client.stop().await;
    world.simulator.stop().await;

    let world = World::start_on(Some(folder.path().to_owned())).await;
    assert_eq!(world.simulator.addresses().root_public_key, key);
    let client = TestClient::start(world.ws(), &backend).await;
    client.connected().await;
    let state = world.get("/state").await;
    assert_eq!(state["connections"][0]["jid"], jid);
    let accounts = state["accounts"].as_array().unwrap();
    let ann = accounts
        .iter()
        .find(|account| account["phone"] == phone.as_str())
        .unwrap();
    assert_eq!(ann["contacts"], json!([friend]));
    let id = client.client.send_text(Jid::pn(friend.as_str()), "hello");
    let id = id.await.unwrap().message_id;
    assert_eq!(client.ack(&id).await, None);
    world.received(&friend, "hello").await;
    client.stop().await;
}

#[actix_web::test]
async fn settings_and_groups_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::start_on(Some(folder.path().to_owned())).await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let path = format!("/accounts/{ann}");
    let list = json!({ "name": "last", "value": "contact_blacklist", "add": [ben] });
    world.post(&format!("{path}/privacy"), list).await;
    let whitelist = json!({ "type": "whitelist", "users": [ben] });
    world
        .post(&format!("{path}/status-privacy"), whitelist)
        .await;
    world
        .post(&format!("{path}/blocklist"), json!({ "jid": ben }))
        .await;
    let profile = json!({ "name": "Anna", "about": "here", "picture": "/9j/" });
    world.post(&format!("{path}/profile"), profile).await;
    let group = json!({ "subject": "Two", "participants": [ann, ben] });
    let group = world.post("/groups", group).await["jid"].clone();
    let (client, backend, _) = world.paired(&ann).await;
    let group: Jid = group.as_str().unwrap().parse().unwrap();
    let rule = NodeBuilder::new("announcement").build();
    ask(&client, to_group(Some(&group), "set", rule)).await;
    client.stop().await;
    let before = (
        world.get(&format!("{path}/settings")).await,
        world.get("/groups").await,
    );
    world.simulator.stop().await;

    let world = World::start_on(Some(folder.path().to_owned())).await;
    let after = (
        world.get(&format!("{path}/settings")).await,
        world.get("/groups").await,
    );
    assert_eq!(after, before);
    assert_eq!(after.0["status_privacy"]["type"], "whitelist");
    assert_eq!(after.0["blocked"].as_array().unwrap().len(), 1);
    let client = TestClient::start(world.ws(), &backend).await;
    client.connected().await;
    child(&seen(&client, &group).await, "announcement");
    client.stop().await;
    world.simulator.stop().await;
}
