//! What a stanza says of its message, as a test can read it.

use serde_json::{Map, Value, json};
use wacore_binary::{Node, NodeContent};

use crate::sandbox::stanza;

/// Parts that go along with a message.
const PARTS: [&str; 3] = ["meta", "biz", "bot"];

/// `type`, `mediatype`, `edit` and the parts that came along, as trees; `None` for a text with nothing.
pub fn shown(node: &Node) -> Option<Value> {
    let mut shown = Map::new();
    let kind = stanza::attr(node, "type").filter(|kind| kind != "text");
    let mut seals = node.get_children_by_tag("enc");
    let media_type = seals.find_map(|enc| stanza::attr(enc, "mediatype"));
    let edit = stanza::attr(node, "edit");
    for (name, value) in [("type", kind), ("mediatype", media_type), ("edit", edit)] {
        if let Some(value) = value {
            shown.insert(name.to_owned(), json!(value));
        }
    }
    let parts = PARTS.iter().filter_map(|tag| stanza::child(node, tag));
    let parts: Vec<Value> = parts.map(tree).collect();
    if !parts.is_empty() {
        shown.insert("parts".to_owned(), parts.into());
    }
    (!shown.is_empty()).then(|| shown.into())
}

/// Whether phones show a message with buttons: without this part they do not.
pub fn announces_buttons(node: &Node) -> bool {
    let biz = stanza::child(node, "biz");
    biz.is_some_and(|biz| {
        stanza::child(biz, "interactive").is_some() || biz.attrs.contains_key("native_flow_name")
    })
}

fn tree(node: &Node) -> Value {
    let attrs = node.attrs.iter();
    let attrs: Map<String, Value> = attrs
        .map(|(name, value)| (name.to_string(), value.as_str().into()))
        .collect();
    let mut shown = json!({ "tag": node.tag, "attrs": attrs });
    if let Some(NodeContent::Nodes(_)) = node.content {
        shown["children"] = stanza::children(node).iter().map(tree).collect();
    }
    shown
}
