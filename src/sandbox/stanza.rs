//! Reading and building stanzas: what a client sent may be packed, what we send must be typed.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::{Value, json};
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node, NodeContent, OwnedNodeRef, Server};

use super::keys::{self, Key32};
use crate::telemetry::Chain;

/// The server's own address. It must go out as a JID pair with an empty user: two client
/// libraries compare it structurally and ignore a plain string.
pub fn server() -> Jid {
    Jid::new("", Server::Pn)
}

/// An attribute as text.
pub fn attr<'a>(node: &'a Node, key: &str) -> Option<Cow<'a, str>> {
    node.attrs.get(key).map(|value| value.as_str())
}

pub fn jid(node: &Node, key: &str) -> Option<Jid> {
    node.attrs.get(key)?.to_jid()
}

pub fn id(node: &Node) -> String {
    attr(node, "id").unwrap_or_default().into_owned()
}

pub fn children(node: &Node) -> &[Node] {
    node.children().unwrap_or_default()
}

pub fn child<'a>(node: &'a Node, tag: &str) -> Option<&'a Node> {
    node.get_optional_child(tag)
}

/// The content as bytes; clients may send short contents as tokens or packed strings.
pub fn bytes(node: &Node) -> Option<&[u8]> {
    match node.content.as_ref()? {
        NodeContent::Bytes(bytes) => Some(bytes),
        NodeContent::String(text) => Some(text.as_bytes()),
        NodeContent::Nodes(_) => None,
    }
}

/// The content as text; what is not UTF-8 is replaced.
pub fn text(node: &Node) -> Option<String> {
    bytes(node).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

pub fn child_bytes<'a>(node: &'a Node, tag: &str) -> Option<&'a [u8]> {
    bytes(child(node, tag)?)
}

pub fn child_key(node: &Node, tag: &str) -> Option<Key32> {
    key32(child_bytes(node, tag)?)
}

/// A public key with or without its `05` type byte.
pub fn key32(bytes: &[u8]) -> Option<Key32> {
    match bytes {
        [5, key @ ..] if key.len() == 32 => key.try_into().ok(),
        _ => bytes.try_into().ok(),
    }
}

/// A big-endian number of at most four bytes.
pub fn number(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() || bytes.len() > 4 {
        return None;
    }
    Some(
        bytes
            .iter()
            .fold(0, |value, byte| value << 8 | u32::from(*byte)),
    )
}

/// An element with bytes in it.
pub fn leaf(tag: &'static str, content: impl Into<Vec<u8>>) -> Node {
    NodeBuilder::new(tag).bytes(content).build()
}

pub fn error(code: u16, text: &str) -> Node {
    NodeBuilder::new("error")
        .attr("code", code)
        .attr("text", text)
        .build()
}

/// An iq that the server starts.
pub fn request(id: &str, xmlns: &'static str, child: Node) -> Node {
    NodeBuilder::new("iq")
        .attr("from", server())
        .attr("type", "set")
        .attr("id", id)
        .attr("xmlns", xmlns)
        .attr("t", now())
        // Exactly one child: whatsmeow ignores a server request that has more.
        .children([child])
        .build()
}

/// The answer to a request.
pub fn result(id: &str, children: Vec<Node>) -> Node {
    let node = NodeBuilder::new("iq")
        .attr("from", server())
        .attr("type", "result")
        .attr("id", id);
    if children.is_empty() {
        return node.build();
    }
    node.children(children).build()
}

/// `backoff`: seconds after which the client may ask again.
pub fn refusal(id: &str, code: u16, text: &str, backoff: Option<u32>) -> Node {
    let mut error = error(code, text);
    if let Some(backoff) = backoff {
        error.attrs.push("backoff", backoff.to_string());
    }
    NodeBuilder::new("iq")
        .attr("from", server())
        .attr("type", "error")
        .attr("id", id)
        .children([error])
        .build()
}

/// News for a device.
pub fn notification(from: Jid, kind: &'static str, child: Node) -> Node {
    NodeBuilder::new("notification")
        .attr("from", from)
        .attr("type", kind)
        .attr("id", new_id())
        .attr("t", now())
        .children([child])
        .build()
}

/// News for a device in the form of an answer to a question that nobody has asked.
pub fn pushed(op_name: &str, data: &Value) -> Node {
    let update = NodeBuilder::new("update")
        .attr("op_name", op_name)
        .bytes(json!({ "data": data }).to_string().into_bytes());
    notification(server(), "mex", update.build())
}

/// The bytes of a stanza as they are encrypted: a flag byte 0, for nothing is compressed, and the node.
pub fn marshal(node: &Node) -> Option<Bytes> {
    let bytes = wacore_binary::marshal(node);
    let bytes = bytes
        .inspect_err(|error| tracing::error!(error = %Chain(error), "a stanza cannot be encoded"));
    bytes.ok().map(Bytes::from)
}

/// What `marshal` wrote; `None` when it is damaged.
pub fn unmarshal(bytes: &[u8]) -> Option<Node> {
    // The first byte is the flag byte of the transport, which a node does not have.
    let node = OwnedNodeRef::new(bytes.get(1..)?.to_vec()).ok()?;
    Some(node.to_owned_node())
}

/// An id in the form that phones use: upper-case hex.
pub fn new_id() -> String {
    hex::encode_upper(keys::random::<10>())
}

/// What people have written, as an attribute. The encoder takes every short text with an @ in it for a JID, and no client could
/// read it then: here another sign stands in its place.
pub fn word(text: &str) -> String {
    text.replace('@', "\u{ff20}")
}

/// Unix time in seconds.
pub fn now() -> u64 {
    chrono::Utc::now().timestamp().unsigned_abs()
}

/// The end of a stream, and why by number.
pub fn stream_error(code: u16) -> Node {
    NodeBuilder::new("stream:error").attr("code", code).build()
}

/// What the server says on its own account.
pub fn info(child: Node) -> Node {
    NodeBuilder::new("ib")
        .attr("from", server())
        .children([child])
        .build()
}
