//! What an `iq` asks and how it is answered: the words that all namespaces share.

use wacore_binary::Node;

use super::address::Address;
use super::stanza;

/// What is put into the result, or the code and text of the refusal.
pub type Reply = Result<Vec<Node>, Refusal>;
/// Code and text of an error.
pub type Refusal = (u16, &'static str);

pub const BAD_REQUEST: Refusal = (400, "bad-request");
pub const NOT_FOUND: Refusal = (404, "item-not-found");

/// A request with who makes it.
pub struct Query<'a> {
    pub device: &'a Address,
    pub iq: &'a Node,
    pub is_set: bool,
}

impl Query<'_> {
    /// A child of the request.
    pub fn child(&self, tag: &str) -> Option<&Node> {
        stanza::child(self.iq, tag)
    }
}
