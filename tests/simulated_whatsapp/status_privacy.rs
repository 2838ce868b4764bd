//! Who gets an account's status updates: one truth, whether a device or the phone changes it.

use buffa::{Message, MessageField};
use serde_json::json;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::sync_action_value::StatusPrivacyAction;
use waproto::whatsapp::sync_action_value::status_privacy_action::StatusDistributionMode;
use waproto::whatsapp::syncd_mutation::SyncdOperation;
use waproto::whatsapp::{
    KeyId, SyncActionData, SyncActionValue, SyncdIndex, SyncdMutation, SyncdPatch, SyncdRecord,
    SyncdValue,
};
use whatsapp_rust::Jid;

use crate::support::app_state::{fetch, state_key};
use crate::support::crypto::{LtHash, StateKeys};
use crate::support::{TestClient, World, ask, attr, child, iq};

const COLLECTION: &str = "regular_high";
const INDEX: &str = r#"["status_privacy"]"#;

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

/// The account's key with its id, and the collection's hash as this test computes it.
struct Collection {
    key_id: Vec<u8>,
    keys: StateKeys,
    hash: LtHash,
}

impl Collection {
    /// The value blob of an action that admits one user alone.
    fn whitelist(&self, user: &str) -> Vec<u8> {
        let action = StatusPrivacyAction {
            mode: Some(StatusDistributionMode::ALLOW_LIST),
            user_jid: vec![user.to_owned()],
            ..Default::default()
        };
        let plain = SyncActionData {
            index: Some(INDEX.as_bytes().to_vec()),
            value: MessageField::some(SyncActionValue {
                timestamp: Some(1),
                status_privacy: MessageField::some(action),
                ..Default::default()
            }),
            padding: Some(Vec::new()),
            version: Some(7),
        };
        self.keys.seal_value(&self.key_id, &plain.encode_to_vec())
    }

    /// The MACs of a patch that makes `version` and has this one value.
    fn macs(&self, version: u64, value_mac: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let snapshot = self.keys.snapshot_mac(&self.hash, version, COLLECTION);
        let values = [value_mac];
        let patch = self.keys.patch_mac(&snapshot, &values, version, COLLECTION);
        (snapshot.to_vec(), patch.to_vec())
    }

    /// The collection's first patch. Its MACs and its hash come from this test's own computation.
    fn first_patch(&mut self, blob: Vec<u8>) -> SyncdPatch {
        let value_mac = mac(&blob).to_vec();
        self.hash.add(&value_mac);
        let (snapshot_mac, patch_mac) = self.macs(1, &value_mac);
        let id = || {
            MessageField::some(KeyId {
                id: Some(self.key_id.clone()),
            })
        };
        let index = self.keys.index_mac(INDEX).to_vec();
        let record = SyncdRecord {
            index: MessageField::some(SyncdIndex { blob: Some(index) }),
            value: MessageField::some(SyncdValue { blob: Some(blob) }),
            key_id: id(),
        };
        SyncdPatch {
            mutations: vec![SyncdMutation {
                operation: Some(SyncdOperation::SET.into()),
                record: MessageField::some(record),
            }],
            snapshot_mac: Some(snapshot_mac),
            patch_mac: Some(patch_mac),
            key_id: id(),
            ..Default::default()
        }
    }

    /// The action in the phone's patch, which replaces the value `before` and makes version 2.
    fn replacement(&mut self, patch: &SyncdPatch, before: &[u8]) -> StatusPrivacyAction {
        let blob = patch.mutations[0].record.value.blob.as_deref().unwrap();
        self.hash.subtract(mac(before));
        self.hash.add(mac(blob));
        let (snapshot_mac, patch_mac) = self.macs(2, mac(blob));
        assert_eq!(patch.snapshot_mac, Some(snapshot_mac));
        assert_eq!(patch.patch_mac, Some(patch_mac));
        let plain = self.keys.open_value(1, &self.key_id, blob);
        let action = SyncActionData::decode_from_slice(&plain).unwrap();
        action.value.status_privacy.as_option().unwrap().clone()
    }
}

/// The MAC at the end of a value blob.
fn mac(blob: &[u8]) -> &[u8] {
    &blob[blob.len() - 32..]
}

/// The server's answer for the collection, to a patch on top of version 0.
async fn push(client: &TestClient, patch: &SyncdPatch) -> Node {
    let patch = NodeBuilder::new("patch").bytes(patch.encode_to_vec());
    let collection = NodeBuilder::new("collection")
        .attr("name", COLLECTION)
        .attr("version", 0)
        .attr("return_snapshot", "false")
        .children([patch.build()])
        .build();
    let sync = NodeBuilder::new("sync").children([collection]).build();
    let answer = ask(client, iq("set", "w:sync:app:state", vec![sync])).await;
    child(&child(&answer, "sync"), "collection")
}

#[actix_web::test]
async fn the_status_privacy_is_one_whether_a_device_or_the_phone_changes_it() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, backend, _) = world.paired(&ann).await;
    let ben_jid = Jid::pn(ben.as_str()).to_string();
    let everybody = ("contacts".to_owned(), vec![]);
    assert_eq!(status_privacy(&client).await, everybody);
    let (key_id, keys) = state_key(&client, &backend).await;
    let hash = LtHash([0; 128]);
    let mut state = Collection { key_id, keys, hash };

    // The device writes the action.
    let written = state.whitelist(&ben_jid);
    let patch = state.first_patch(written.clone());
    let collection = push(&client, &patch).await;
    assert_eq!(attr(&collection, "type"), "result");
    assert_eq!(attr(&collection, "version"), "1");
    let expected = ("whitelist".to_owned(), vec![ben_jid.clone()]);
    assert_eq!(status_privacy(&client).await, expected);
    let settings = world.get(&format!("/accounts/{ann}/settings")).await;
    let expected = json!({ "type": "whitelist", "users": [ben_jid] });
    assert_eq!(settings["status_privacy"], expected);

    // The same base again is old.
    let collection = push(&client, &patch).await;
    assert_eq!(attr(&child(&collection, "error"), "code"), "409");
    let patches = child(&collection, "patches");
    assert_eq!(patches.get_children_by_tag("patch").count(), 1);

    // The phone changes it: the device is told and finds the action in a patch.
    let path = format!("/accounts/{ann}/status-privacy");
    let blacklist = json!({ "type": "blacklist", "users": [ben] });
    world.post(&path, blacklist).await;
    let sync = |node: &Node| (attr(node, "type") == "server_sync").then_some(());
    client.stanza("server_sync", sync).await;
    let expected = ("blacklist".to_owned(), vec![ben_jid.clone()]);
    assert_eq!(status_privacy(&client).await, expected);
    let since = NodeBuilder::new("collection")
        .attr("name", COLLECTION)
        .attr("version", 1);
    let patches = fetch(&client, since.build()).await;
    assert_eq!(patches.len(), 1, "one patch is new");
    let action = state.replacement(&patches[0], &written);
    assert_eq!(action.mode, Some(StatusDistributionMode::DENY_LIST));
    assert_eq!(action.user_jid, [ben_jid]);
    client.stop().await;
}
