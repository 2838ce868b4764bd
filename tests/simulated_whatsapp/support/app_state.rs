//! App state as a device sees it.

use buffa::Message as _;
use wacore::store::traits::AppSyncStore;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Node, NodeContent};
use waproto::whatsapp::SyncdPatch;

use super::crypto::StateKeys;
use super::{Backend, TestClient, ask, child, iq};

/// The account's app-state key as the device got it, by the id that the phone's patches name.
pub async fn state_key(client: &TestClient, backend: &Backend) -> (Vec<u8>, StateKeys) {
    let collection = NodeBuilder::new("collection")
        .attr("name", "critical_block")
        .attr("version", 0);
    let patches = fetch(client, collection.build()).await;
    let key_id = patches[0].key_id.id.clone().unwrap();
    let key = backend.get_sync_key(&key_id).await.unwrap().unwrap();
    (key_id, StateKeys::expand(&key.key_data))
}

/// The patches that the server has for a collection.
pub async fn fetch(client: &TestClient, collection: Node) -> Vec<SyncdPatch> {
    let sync = NodeBuilder::new("sync").children([collection]).build();
    let answer = ask(client, iq("set", "w:sync:app:state", vec![sync])).await;
    let collection = child(&child(&answer, "sync"), "collection");
    let patches = child(&collection, "patches");
    let patches = patches.get_children_by_tag("patch");
    patches
        .map(|patch| {
            let Some(NodeContent::Bytes(bytes)) = &patch.content else {
                panic!("a patch is bytes");
            };
            SyncdPatch::decode_from_slice(bytes).unwrap()
        })
        .collect()
}
