//! Stanzas as a test writes and reads them.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Node, Server};
use whatsapp_rust::Jid;

use super::TestClient;

/// A request to the server.
pub fn iq(kind: &'static str, xmlns: &'static str, children: Vec<Node>) -> Node {
    NodeBuilder::new("iq")
        .attr("to", Jid::new("", Server::Pn))
        .attr("type", kind)
        .attr("xmlns", xmlns)
        .children(children)
        .build()
}

/// The server's answer to a request, which has to be a result.
pub async fn ask(client: &TestClient, iq: Node) -> Node {
    let answer = client.client.send_iq_node(iq, None).await;
    answer.unwrap().to_owned_node()
}

/// The server refuses a request with this code.
pub async fn refused(client: &TestClient, iq: Node, code: &str) {
    let answer = client.client.send_iq_node(iq, None).await;
    let refusal = format!("{:?}", answer.expect_err("a refusal"));
    assert!(refusal.contains(code), "{refusal}");
}

/// An attribute as text, empty for none.
pub fn attr(node: &Node, key: &str) -> String {
    let value = node.attrs.get(key).map(|value| value.as_str().into_owned());
    value.unwrap_or_default()
}

/// The child with this tag, which has to be there.
pub fn child(node: &Node, tag: &str) -> Node {
    let found = node.get_optional_child(tag);
    found
        .unwrap_or_else(|| panic!("no <{tag}> in {node:?}"))
        .clone()
}

/// A request to a group; `None`: to all of them.
pub fn to_group(group: Option<&Jid>, kind: &'static str, child: Node) -> Node {
    let to = group.cloned();
    let to = to.unwrap_or_else(|| Jid::new("", Server::Group));
    let mut iq = iq(kind, "w:g2", vec![child]);
    iq.attrs = iq
        .attrs
        .into_iter()
        .filter(|(key, _)| key != "to")
        .collect();
    iq.attrs.push("to", to);
    iq
}

/// A group as the server shows it to this device.
pub async fn seen(client: &TestClient, group: &Jid) -> Node {
    let query = NodeBuilder::new("query")
        .attr("request", "interactive")
        .build();
    let answer = ask(client, to_group(Some(group), "get", query)).await;
    child(&answer, "group")
}
