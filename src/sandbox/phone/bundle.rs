//! What a device publishes so that others can begin a Signal session with it.

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use crate::sandbox::keys::Key32;
use crate::sandbox::stanza;

/// The type byte of an X25519 key.
const KEY_TYPE: u8 = 5;

/// Everything a device publishes so that others can write to it.
#[derive(Clone)]
pub struct Bundle {
    pub registration_id: u32,
    pub identity: Key32,
    pub signed_id: u32,
    pub signed_key: Key32,
    pub signature: Vec<u8>,
    pub one_time: Option<(u32, Key32)>,
}

impl Bundle {
    /// The keys of a bundle as nodes, in the order in which the real server gives them.
    pub fn nodes(&self) -> Vec<Node> {
        let id = |id: u32| stanza::leaf("id", &id.to_be_bytes()[1..]);
        let signed = NodeBuilder::new("skey").children([
            id(self.signed_id),
            stanza::leaf("value", self.signed_key),
            stanza::leaf("signature", self.signature.clone()),
        ]);
        let mut nodes = vec![
            stanza::leaf("type", [KEY_TYPE]),
            stanza::leaf("identity", self.identity),
            signed.build(),
        ];
        if let Some((number, value)) = self.one_time {
            let children = [id(number), stanza::leaf("value", value)];
            nodes.push(NodeBuilder::new("key").children(children).build());
        }
        nodes
    }
}
