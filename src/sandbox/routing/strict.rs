//! What the server makes of the parts of a message's stanza: which it passes on, and which it will not have.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node, NodeContent};

use crate::sandbox::address::Form;
use crate::sandbox::group::Group;
use crate::sandbox::groups::shown::mode;
use crate::sandbox::stanza;

/// Kinds that no message may have: they are acknowledged, and nobody gets them.
const NEVER: [&str; 2] = ["pay", "medianotify"];
/// What is said to the server alone.
const FOR_SERVER: &str = "status_setting";

/// Whether the message is acknowledged and goes nowhere.
pub fn is_dropped(node: &Node) -> bool {
    let kind = stanza::attr(node, "type");
    match kind.as_deref() {
        Some("media") => !sealed_parts(node).any(|enc| enc.attrs.contains_key("mediatype")),
        Some(kind) => NEVER.contains(&kind),
        None => false,
    }
}

/// Every ciphertext, for all and for each.
fn sealed_parts(node: &Node) -> impl Iterator<Item = &Node> {
    let named = stanza::child(node, "participants").map(stanza::children);
    let named = named.unwrap_or_default().iter();
    let holders = std::iter::once(node).chain(named);
    holders.flat_map(|holder| holder.get_children_by_tag("enc"))
}

/// Whether a part is where it does not belong, or is none: "SmaxInvalid".
pub fn is_invalid(node: &Node) -> bool {
    let peer = stanza::attr(node, "category").as_deref() == Some("peer");
    let token = ["tctoken", "cstoken"];
    let token = token.iter().any(|tag| stanza::child(node, tag).is_some());
    let reporting = stanza::child(node, "reporting");
    let reporting = reporting.and_then(|reporting| stanza::child(reporting, "reporting_token"));
    let is_bytes = |node: &Node| matches!(node.content, Some(NodeContent::Bytes(_)));
    peer && token || reporting.is_some_and(|token| !is_bytes(token))
}

/// Whether a group's message calls people otherwise than the group does.
pub fn misnames(node: &Node, group: &Group) -> bool {
    let told = stanza::attr(node, "addressing_mode");
    if told.is_some_and(|told| told != mode(group.form())) {
        return true;
    }
    let by_lid = group.form() == Form::Lid;
    let named = stanza::child(node, "participants").map(stanza::children);
    let named = named.unwrap_or_default().iter();
    let mut named = named.filter_map(|to| stanza::jid(to, "jid"));
    named.any(|jid: Jid| jid.is_lid() != by_lid)
}

/// What every copy takes along besides the ciphertext. What else there is, the server keeps.
pub fn company(node: &Node) -> Vec<Node> {
    let meta = stanza::child(node, "meta").and_then(passed_on);
    let others = ["biz", "bot"].into_iter();
    let others = others.filter_map(|tag| stanza::child(node, tag).cloned());
    meta.into_iter().chain(others).collect()
}

fn passed_on(meta: &Node) -> Option<Node> {
    let attrs: Vec<_> = meta.attrs.iter().collect();
    let kept = attrs.iter().filter(|(key, _)| key.as_ref() != FOR_SERVER);
    let mut copy = NodeBuilder::new("meta").build();
    for (key, value) in kept {
        copy.attrs.push(key.to_string(), (*value).clone());
    }
    copy.content.clone_from(&meta.content);
    (copy.attrs.iter().next().is_some() || copy.content.is_some()).then_some(copy)
}
