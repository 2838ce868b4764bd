//! What an account says about itself and allows: one truth, whoever changes it.

use std::time::Duration;

use buffa::{Message, MessageField};
use serde_json::json;
use wacore::iq::privacy::{
    DisallowedListAction, DisallowedListUpdate, DisallowedListUserEntry, PrivacyCategory,
    PrivacySettingsSpec, PrivacyValue, SetPrivacySettingSpec,
};
use wacore::store::traits::AppSyncStore;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Node, Server};
use waproto::whatsapp::message::protocol_message::Type;
use waproto::whatsapp::sync_action_value::StatusPrivacyAction;
use waproto::whatsapp::sync_action_value::status_privacy_action::StatusDistributionMode;
use waproto::whatsapp::syncd_mutation::SyncdOperation;
use waproto::whatsapp::{
    KeyId, SyncActionData, SyncActionValue, SyncdIndex, SyncdMutation, SyncdPatch, SyncdRecord,
    SyncdValue,
};
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::Event;

use crate::client::{Backend, PATIENCE, TestClient};
use crate::control::World;
use crate::crypto::{LtHash, StateKeys};
use crate::groups::{seen, to_group};
use crate::messages::{arrives, text_from};

const COLLECTION: &str = "regular_high";

pub fn iq(kind: &'static str, xmlns: &'static str, children: Vec<Node>) -> Node {
    NodeBuilder::new("iq")
        .attr("to", Jid::new("", Server::Pn))
        .attr("type", kind)
        .attr("xmlns", xmlns)
        .children(children)
        .build()
}

pub async fn ask(client: &TestClient, iq: Node) -> Node {
    let answer = client.client.send_iq_node(iq, None).await;
    answer.unwrap().to_owned_node()
}

pub async fn refused(client: &TestClient, iq: Node) -> String {
    let answer = client.client.send_iq_node(iq, None).await;
    format!("{:?}", answer.expect_err("a refusal"))
}

pub fn attr(node: &Node, key: &str) -> String {
    let value = node.attrs.get(key).map(|value| value.as_str().into_owned());
    value.unwrap_or_default()
}

pub fn child(node: &Node, tag: &str) -> Node {
    let found = node.get_optional_child(tag);
    found
        .unwrap_or_else(|| panic!("no <{tag}> in {node:?}"))
        .clone()
}

/// The list that counts, as `xmlns=status` tells it: its type and its users.
async fn status_privacy(client: &TestClient) -> (String, Vec<String>) {
    let privacy = NodeBuilder::new("privacy").build();
    let answer = ask(client, iq("get", "status", vec![privacy])).await;
    let list = child(&child(&answer, "privacy"), "list");
    assert_eq!(attr(&list, "default"), "true");
    let users = list.get_children_by_tag("user");
    (
        attr(&list, "type"),
        users.map(|user| attr(user, "jid")).collect(),
    )
}

/// The account's app-state key as the device got it, by the id that the phone's patches name.
async fn state_key(client: &TestClient, backend: &Backend) -> (Vec<u8>, StateKeys) {
    let collection = NodeBuilder::new("collection")
        .attr("name", "critical_block")
        .attr("version", 0);
    let patches = fetch(client, collection.build()).await;
    let key_id = patches[0].key_id.id.clone().unwrap();
    let key = backend.get_sync_key(&key_id).await.unwrap().unwrap();
    (key_id, StateKeys::expand(&key.key_data))
}

async fn fetch(client: &TestClient, collection: Node) -> Vec<SyncdPatch> {
    let sync = NodeBuilder::new("sync").children([collection]).build();
    let answer = ask(client, iq("set", "w:sync:app:state", vec![sync])).await;
    let collection = child(&child(&answer, "sync"), "collection");
    let patches = child(&collection, "patches");
    let patches = patches.get_children_by_tag("patch");
    patches
        .map(|patch| {
            let Some(wacore_binary::NodeContent::Bytes(bytes)) = &patch.content else {
                panic!("a patch is bytes");
            };
            SyncdPatch::decode_from_slice(bytes).unwrap()
        })
        .collect()
}

#[actix_web::test]
async fn the_status_privacy_is_one_whether_a_device_or_the_phone_changes_it() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, backend, _) = world.paired(&ann).await;
    let ben_jid = Jid::pn(ben.as_str()).to_string();
    assert_eq!(
        status_privacy(&client).await,
        ("contacts".to_owned(), vec![])
    );
    let (key_id, keys) = state_key(&client, &backend).await;

    // The device writes the action; MACs and hash come from this test's own computation.
    let action = StatusPrivacyAction {
        mode: Some(StatusDistributionMode::ALLOW_LIST),
        user_jid: vec![ben_jid.clone()],
        ..Default::default()
    };
    let index = r#"["status_privacy"]"#;
    let plain = SyncActionData {
        index: Some(index.as_bytes().to_vec()),
        value: MessageField::some(SyncActionValue {
            timestamp: Some(1),
            status_privacy: MessageField::some(action),
            ..Default::default()
        }),
        padding: Some(Vec::new()),
        version: Some(7),
    };
    let blob = keys.seal_value(&key_id, &plain.encode_to_vec());
    let value_mac = blob[blob.len() - 32..].to_vec();
    let mut hash = LtHash([0; 128]);
    hash.add(&value_mac);
    let snapshot_mac = keys.snapshot_mac(&hash, 1, COLLECTION);
    let patch_mac = keys.patch_mac(&snapshot_mac, &[&value_mac], 1, COLLECTION);
    let id = || {
        MessageField::some(KeyId {
            id: Some(key_id.clone()),
        })
    };
    let patch = SyncdPatch {
        mutations: vec![SyncdMutation {
            operation: Some(SyncdOperation::SET.into()),
            record: MessageField::some(SyncdRecord {
                index: MessageField::some(SyncdIndex {
                    blob: Some(keys.index_mac(index).to_vec()),
                }),
                value: MessageField::some(SyncdValue { blob: Some(blob) }),
                key_id: id(),
            }),
        }],
        snapshot_mac: Some(snapshot_mac.to_vec()),
        patch_mac: Some(patch_mac.to_vec()),
        key_id: id(),
        ..Default::default()
    };
    let push = |base: u64| {
        let patch = NodeBuilder::new("patch")
            .bytes(patch.encode_to_vec())
            .build();
        let collection = NodeBuilder::new("collection")
            .attr("name", COLLECTION)
            .attr("version", base)
            .attr("return_snapshot", "false")
            .children([patch])
            .build();
        let sync = NodeBuilder::new("sync").children([collection]).build();
        iq("set", "w:sync:app:state", vec![sync])
    };
    let answer = ask(&client, push(0)).await;
    let collection = child(&child(&answer, "sync"), "collection");
    assert_eq!(
        (attr(&collection, "type"), attr(&collection, "version")),
        ("result".into(), "1".into())
    );
    let expected = ("whitelist".to_owned(), vec![ben_jid.clone()]);
    assert_eq!(status_privacy(&client).await, expected);
    let path = format!("/accounts/{ann}/settings");
    let shown = world.get(&path).await["status_privacy"].clone();
    assert_eq!(shown, json!({ "type": "whitelist", "users": [ben_jid] }));

    // The same base again is old.
    let answer = ask(&client, push(0)).await;
    let collection = child(&child(&answer, "sync"), "collection");
    assert_eq!(attr(&child(&collection, "error"), "code"), "409");
    assert_eq!(
        child(&collection, "patches")
            .get_children_by_tag("patch")
            .count(),
        1
    );

    // The phone changes it: the device is told and finds the action in a patch.
    let path = format!("/accounts/{ann}/status-privacy");
    world
        .post(&path, json!({ "type": "blacklist", "users": [ben] }))
        .await;
    client
        .stanza("server_sync", |node| {
            (attr(node, "type") == "server_sync").then_some(())
        })
        .await;
    let expected = ("blacklist".to_owned(), vec![ben_jid.clone()]);
    assert_eq!(status_privacy(&client).await, expected);
    let since = NodeBuilder::new("collection")
        .attr("name", COLLECTION)
        .attr("version", 1);
    let patches = fetch(&client, since.build()).await;
    let [patch] = patches.as_slice() else {
        panic!("one patch is new");
    };
    let record = &patch.mutations[0].record;
    let blob = record.value.blob.as_deref().unwrap();
    let action = SyncActionData::decode_from_slice(&keys.open_value(1, &key_id, blob)).unwrap();
    let written = action.value.status_privacy.as_option().unwrap();
    assert_eq!(written.mode, Some(StatusDistributionMode::DENY_LIST));
    assert_eq!(written.user_jid, [ben_jid]);
    let new_mac = &blob[blob.len() - 32..];
    hash.subtract(&value_mac);
    hash.add(new_mac);
    let snapshot_mac = keys.snapshot_mac(&hash, 2, COLLECTION);
    assert_eq!(patch.snapshot_mac.as_deref(), Some(snapshot_mac.as_slice()));
    let patch_mac = keys.patch_mac(&snapshot_mac, &[new_mac], 2, COLLECTION);
    assert_eq!(patch.patch_mac.as_deref(), Some(patch_mac.as_slice()));
    client.stop().await;
}

#[actix_web::test]
async fn a_disallowed_list_is_kept_by_lid_and_changed_only_by_those_who_know_it() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    let (second, _, _) = world.paired(&ann).await;
    let lid = world.lid(&ben).await;
    let update = |dhash: &str, action| {
        let entry = DisallowedListUserEntry {
            action,
            jid: lid.clone(),
            pn_jid: Some(Jid::pn(ben.as_str())),
        };
        let update = DisallowedListUpdate {
            dhash: dhash.to_owned(),
            users: vec![entry],
        };
        SetPrivacySettingSpec::with_disallowed_list(PrivacyCategory::Last, update)
    };
    let add = update("none", DisallowedListAction::Add);
    let dhash = client.client.execute(add).await.unwrap().dhash.unwrap();
    second
        .stanza("account_sync", |node| {
            let privacy = node.get_optional_child("privacy")?;
            let category = privacy.get_optional_child("category")?;
            (attr(category, "value") == "contact_blacklist").then_some(())
        })
        .await;
    let settings = second
        .client
        .execute(PrivacySettingsSpec::new())
        .await
        .unwrap();
    let value = settings.get_value(&PrivacyCategory::Last);
    assert_eq!(value, Some(&PrivacyValue::ContactBlacklist));

    let list = NodeBuilder::new("list")
        .attr("name", "last")
        .attr("value", "contact_blacklist");
    let privacy = NodeBuilder::new("privacy").children([list.build()]).build();
    let answer = ask(&client, iq("get", "privacy", vec![privacy])).await;
    let list = child(&child(&answer, "privacy"), "list");
    let user = child(&list, "user");
    assert_eq!(attr(&list, "dhash"), dhash);
    assert_eq!(
        (attr(&user, "jid"), attr(&user, "pn_jid")),
        (lid.to_string(), format!("{ben}@s.whatsapp.net"))
    );

    let stale = client
        .client
        .execute(update("stale", DisallowedListAction::Remove))
        .await;
    assert!(format!("{stale:?}").contains("409"), "{stale:?}");
    let category = NodeBuilder::new("category")
        .attr("name", "last")
        .attr("value", "sometimes");
    let privacy = NodeBuilder::new("privacy")
        .children([category.build()])
        .build();
    let error = refused(&client, iq("set", "privacy", vec![privacy])).await;
    assert!(error.contains("400"), "{error}");
    let shown = world.get(&format!("/accounts/{ann}/settings")).await;
    assert_eq!(shown["privacy"]["last"]["users"], json!([lid.to_string()]));

    // The phone takes the user off the list, and both devices hear of it.
    let path = format!("/accounts/{ann}/privacy");
    let change = json!({ "name": "last", "value": "contact_blacklist", "remove": [ben] });
    world.post(&path, change).await;
    let changed = client
        .stanza("account_sync", |node| {
            let category = node
                .get_optional_child("privacy")?
                .get_optional_child("category")?;
            (node.tag == "notification").then(|| attr(category, "dhash"))
        })
        .await;
    assert_ne!(changed, dhash);
    client.stop().await;
    second.stop().await;
}

#[actix_web::test]
async fn a_user_who_is_blocked_on_the_phone_is_blocked_on_the_devices() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    let path = format!("/accounts/{ann}/blocklist");
    world.post(&path, json!({ "jid": ben })).await;
    let lid = world.lid(&ben).await.to_string();
    let item = client
        .stanza("blocklist", |node| {
            let list = node.get_optional_child("blocklist")?;
            assert_ne!(attr(list, "dhash"), attr(list, "prev_dhash"));
            list.get_optional_child("item").cloned()
        })
        .await;
    assert_eq!(
        (attr(&item, "action"), attr(&item, "jid")),
        ("block".into(), lid.clone())
    );
    let blocked = client.client.blocking().get_blocklist().await.unwrap();
    assert_eq!(blocked.len(), 1);
    let by_number = NodeBuilder::new("item")
        .attr("action", "unblock")
        .attr("jid", Jid::pn(ben.as_str()));
    let error = refused(&client, iq("set", "blocklist", vec![by_number.build()])).await;
    assert!(error.contains("400"), "{error}");
    let inbound = json!({ "to": ann, "from": ben, "text": "blocked" });
    world.post("/inbound", inbound).await;
    world
        .post(&path, json!({ "jid": lid, "action": "unblock" }))
        .await;
    arrives(&world, &client, &ann, &ben, "welcome back").await;
    client.stop().await;
}

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

#[actix_web::test]
async fn a_number_is_found_in_every_spelling_and_its_lid_only_by_number() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let lid = world.lid(&ben).await;
    let (client, _, _) = world.paired(&ann).await;
    let by_number = |text: String| {
        let contact = NodeBuilder::new("contact").bytes(text.into_bytes()).build();
        NodeBuilder::new("user").children([contact]).build()
    };
    let users = vec![
        by_number(format!("+{ben}")),
        by_number(format!("+{ben}@c.us")),
        by_number("nobody@c.us".to_owned()),
        NodeBuilder::new("user").attr("jid", lid.clone()).build(),
    ];
    let protocols = ["contact", "lid"].map(|protocol| NodeBuilder::new(protocol).build());
    let usync = NodeBuilder::new("usync").children([
        NodeBuilder::new("query").children(protocols).build(),
        NodeBuilder::new("list").children(users).build(),
    ]);
    let answer = ask(&client, iq("get", "usync", vec![usync.build()])).await;
    let found = child(&child(&answer, "usync"), "list");
    let found: Vec<&Node> = found.get_children_by_tag("user").collect();
    assert_eq!(found.len(), 3);
    for user in &found[..2] {
        assert_eq!(attr(user, "jid"), format!("{ben}@s.whatsapp.net"));
        assert_eq!(attr(&child(user, "lid"), "val"), lid.to_string());
    }
    assert_eq!(attr(found[2], "jid"), lid.to_string());
    assert_eq!(attr(found[2], "pn_jid"), format!("{ben}@s.whatsapp.net"));
    assert!(found[2].get_optional_child("lid").is_none());
    client.stop().await;
}

#[actix_web::test]
async fn a_contact_that_the_phone_forgets_leaves_the_devices_too() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, backend, _) = world.paired(&ann).await;
    let path = format!("/accounts/{ann}/contacts");
    // Enough people at once for a patch in a file of its own.
    let mut people: Vec<_> = (0..300)
        .map(|n| json!({ "phone": format!("1555777{n:04}"), "name": format!("Person {n}") }))
        .collect();
    people.push(json!({ "phone": ben, "name": "Ben Last" }));
    let added = world.post(&path, json!(people)).await;
    assert_eq!(added["added"], 301);
    crate::appstate::learns(&client, "Ben Last").await;
    let (status, _) = world
        .call("DELETE", &format!("{path}/{ben}"), json!(null))
        .await;
    assert_eq!(status, 204);
    // A client may pass over news that come while it is still busy with the last ones.
    let applied = async {
        let name = "critical_unblock_low";
        while backend.get_version(name).await.unwrap().version < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, applied).await.unwrap();
    // The device follows: its hash is right only when the removal was applied.
    world
        .post(&path, json!({ "phone": ben, "name": "Ben Again" }))
        .await;
    crate::appstate::learns(&client, "Ben Again").await;
    client.stop().await;
}

#[actix_web::test]
async fn a_token_for_a_trusted_contact_reaches_its_devices() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let lid = world.lid(&ben).await;
    at_ann.client.tc_token().issue_tokens(&[lid]).await.unwrap();
    let (from, sender_lid) = at_ben
        .stanza("privacy_token", |node| {
            let token = node
                .get_optional_child("tokens")?
                .get_optional_child("token")?;
            assert_eq!(attr(token, "type"), "trusted_contact");
            Some((attr(node, "from"), attr(node, "sender_lid")))
        })
        .await;
    assert_eq!(from, format!("{ann}@s.whatsapp.net"));
    assert_eq!(sender_lid, world.lid(&ann).await.to_string());
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn a_device_that_was_away_is_told_that_its_settings_are_dirty_until_it_says_they_are_clean() {
    let world = World::start().await;
    let ann = world.account("Ann").await;
    let (client, backend, _) = world.paired(&ann).await;
    client.stop().await;
    let change = json!({ "name": "last", "value": "none" });
    world
        .post(&format!("/accounts/{ann}/privacy"), change)
        .await;
    let client = TestClient::start(world.ws(), &backend).await;
    let dirty = |node: &Node| {
        let dirty = node.get_optional_child("dirty")?;
        Some(attr(dirty, "type"))
    };
    assert_eq!(client.stanza("dirty", dirty).await, "account_sync");
    client.connected().await;
    let clean = NodeBuilder::new("clean")
        .attr("type", "account_sync")
        .build();
    ask(&client, iq("set", "urn:xmpp:whatsapp:dirty", vec![clean])).await;
    client.stop().await;
    world.nobody_connected().await;
    let client = TestClient::start(world.ws(), &backend).await;
    let first = client
        .stanza("first information", |node| {
            (node.tag == "ib").then(|| node.children().unwrap_or_default()[0].tag.to_string())
        })
        .await;
    assert_ne!(first, "dirty");
    client.stop().await;
}

#[actix_web::test]
async fn few_one_time_keys_are_made_known_and_the_device_brings_more() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, jid) = world.paired(&ann).await;
    let (asking, _, _) = world.paired(&ben).await;
    let keys = |state: &serde_json::Value| {
        let accounts = state["accounts"].as_array()?.iter();
        let mut devices =
            accounts.flat_map(|account| account["devices"].as_array().into_iter().flatten());
        devices.find(|device| device["jid"] == jid)?["one_time_keys"].as_u64()
    };
    let device: Jid = jid.parse().unwrap();
    let stock = keys(&world.get("/state").await).unwrap();
    for _ in 4..stock {
        let user = NodeBuilder::new("user").attr("jid", device.clone()).build();
        let key = NodeBuilder::new("key").children([user]).build();
        ask(&asking, iq("get", "encrypt", vec![key])).await;
    }
    let count = client
        .stanza("low pre-keys", |node| {
            let encrypt = node.tag == "notification" && attr(node, "type") == "encrypt";
            encrypt.then(|| attr(&child(node, "count"), "value"))
        })
        .await;
    assert_eq!(count, "4");
    world
        .eventually("more keys", "/state", |state| {
            (keys(state)? > 4).then_some(())
        })
        .await;
    client.stop().await;
    asking.stop().await;
}

#[actix_web::test]
async fn the_phone_shares_its_app_state_key_when_a_device_asks() {
    let world = World::start().await;
    let ann = world.account("Ann").await;
    let (client, backend, _) = world.paired(&ann).await;
    let (key_id, _) = state_key(&client, &backend).await;
    let ask_for = waproto::whatsapp::Message {
        protocol_message: MessageField::some(waproto::whatsapp::message::ProtocolMessage {
            r#type: Some(Type::APP_STATE_SYNC_KEY_REQUEST),
            app_state_sync_key_request: MessageField::some(
                waproto::whatsapp::message::AppStateSyncKeyRequest {
                    key_ids: vec![waproto::whatsapp::message::AppStateSyncKeyId {
                        key_id: Some(key_id),
                    }],
                },
            ),
            ..Default::default()
        }),
        ..Default::default()
    };
    let to = Jid::pn(ann.as_str());
    client.client.send_message(to, ask_for).await.unwrap();
    client
        .stanza("peer message", |node| {
            (node.tag == "message" && attr(node, "category") == "peer").then_some(())
        })
        .await;
    client.stop().await;
}

#[actix_web::test]
async fn typing_and_presence_reach_those_who_watch() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let to = Jid::pn(ben.as_str());
    at_ann.client.presence().subscribe(to).await.unwrap();
    at_ann
        .stanza("absent", |node| {
            (node.tag == "presence" && attr(node, "type") == "unavailable").then_some(())
        })
        .await;
    at_ben.client.presence().set_available().await.unwrap();
    at_ann
        .stanza("available", |node| {
            (node.tag == "presence" && attr(node, "type").is_empty()).then_some(())
        })
        .await;
    let chat = Jid::pn(ann.as_str());
    at_ben
        .client
        .chatstate()
        .send_composing(&chat)
        .await
        .unwrap();
    let from = at_ann
        .stanza("typing", |node| {
            let typing = node.tag == "chatstate" && node.get_optional_child("composing").is_some();
            typing.then(|| attr(node, "from"))
        })
        .await;
    assert_eq!(from, format!("{ben}@s.whatsapp.net"));
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn an_account_that_hears_from_contacts_only_refuses_strangers() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let only = json!({ "name": "messages", "value": "contacts" });
    world.post(&format!("/accounts/{ben}/privacy"), only).await;
    let to = || Jid::pn(ben.as_str());
    let sent = at_ann
        .client
        .send_text(to(), "hello stranger")
        .await
        .unwrap();
    let error = at_ann.ack(&sent.message_id).await;
    assert_eq!(error.as_deref(), Some("463"));
    let contact = json!({ "phone": ann });
    world
        .post(&format!("/accounts/{ben}/contacts"), contact)
        .await;
    at_ann.client.send_text(to(), "hello friend").await.unwrap();
    assert_eq!(text_from(&at_ben).await, "hello friend");
    at_ann.stop().await;
    at_ben.stop().await;
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

#[actix_web::test]
async fn the_default_disappearing_mode_is_kept_and_told_to_who_asks() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let spec = wacore::iq::privacy::SetDefaultDisappearingModeSpec::new(86_400);
    at_ann.client.execute(spec).await.unwrap();
    let node = |tag: &'static str, children: Vec<Node>| NodeBuilder::new(tag).children(children);
    let query = node("query", vec![NodeBuilder::new("disappearing_mode").build()]).build();
    let user = NodeBuilder::new("user")
        .attr("jid", Jid::pn(ann.as_str()))
        .build();
    let list = node("list", vec![user]).build();
    let usync = node("usync", vec![query, list])
        .attr("sid", "1")
        .attr("mode", "query");
    let answer = ask(&at_ben, iq("get", "usync", vec![usync.build()])).await;
    let user = child(&child(&child(&answer, "usync"), "list"), "user");
    assert_eq!(
        attr(&child(&user, "disappearing_mode"), "duration"),
        "86400"
    );
    at_ann.stop().await;
    at_ben.stop().await;
}
