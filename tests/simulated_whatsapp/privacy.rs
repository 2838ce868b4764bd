//! What an account lets others see and do, and the tokens of those it trusts.

use serde_json::json;
use wacore::iq::privacy::{
    DisallowedListAction, DisallowedListUpdate, DisallowedListUserEntry, PrivacyCategory,
    PrivacySettingsSpec, PrivacyValue, SetDefaultDisappearingModeSpec, SetPrivacySettingSpec,
};
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;

use crate::support::{World, ask, attr, child, iq, refused, text_from};

/// Changes who may not see when the account was last there: one user, on top of a list with this hash.
fn update(
    lid: &Jid,
    phone: &str,
    dhash: &str,
    action: DisallowedListAction,
) -> SetPrivacySettingSpec {
    let entry = DisallowedListUserEntry {
        action,
        jid: lid.clone(),
        pn_jid: Some(Jid::pn(phone)),
    };
    let update = DisallowedListUpdate {
        dhash: dhash.to_owned(),
        users: vec![entry],
    };
    SetPrivacySettingSpec::with_disallowed_list(PrivacyCategory::Last, update)
}

/// The category that a device is told has changed.
fn changed_category(node: &Node) -> Option<Node> {
    let privacy = node.get_optional_child("privacy")?;
    let category = privacy.get_optional_child("category")?;
    (node.tag == "notification").then(|| category.clone())
}

#[actix_web::test]
async fn a_disallowed_list_is_kept_by_lid_and_told_to_all_devices() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    let (second, _, _) = world.paired(&ann).await;
    let lid = world.lid(&ben).await;
    let add = update(&lid, &ben, "none", DisallowedListAction::Add);
    let dhash = client.client.execute(add).await.unwrap().dhash.unwrap();
    let category = second.stanza("account_sync", changed_category).await;
    assert_eq!(attr(&category, "value"), "contact_blacklist");
    let settings = second.client.execute(PrivacySettingsSpec::new()).await;
    let settings = settings.unwrap();
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
    assert_eq!(attr(&user, "jid"), lid.to_string());
    assert_eq!(attr(&user, "pn_jid"), format!("{ben}@s.whatsapp.net"));

    // The phone takes the user off the list, and both devices hear of it.
    let path = format!("/accounts/{ann}/privacy");
    let change = json!({ "name": "last", "value": "contact_blacklist", "remove": [ben] });
    world.post(&path, change).await;
    for device in [&client, &second] {
        let category = device.stanza("account_sync", changed_category).await;
        assert_ne!(attr(&category, "dhash"), dhash);
    }
    client.stop().await;
    second.stop().await;
}

#[actix_web::test]
async fn a_disallowed_list_is_changed_only_by_those_who_know_it() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    let lid = world.lid(&ben).await;
    let add = update(&lid, &ben, "none", DisallowedListAction::Add);
    client.client.execute(add).await.unwrap();
    let stale = update(&lid, &ben, "stale", DisallowedListAction::Remove);
    let stale = client.client.execute(stale).await;
    assert!(format!("{stale:?}").contains("409"), "{stale:?}");
    let category = NodeBuilder::new("category")
        .attr("name", "last")
        .attr("value", "sometimes");
    let privacy = NodeBuilder::new("privacy")
        .children([category.build()])
        .build();
    refused(&client, iq("set", "privacy", vec![privacy]), "400").await;
    let shown = world.get(&format!("/accounts/{ann}/settings")).await;
    assert_eq!(shown["privacy"]["last"]["users"], json!([lid.to_string()]));
    client.stop().await;
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
async fn the_default_disappearing_mode_is_kept_and_told_to_who_asks() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let spec = SetDefaultDisappearingModeSpec::new(86_400);
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
