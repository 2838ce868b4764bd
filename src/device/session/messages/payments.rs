//! Requests for payments, which later messages name.

use waproto::whatsapp as wa;

use super::OpenChat;
use super::key::Target;
use crate::failure::{Failure, Invalid};

/// The `message_type` of a request.
const REQUEST: &str = "request_payment";

/// Where requests name it.
const FIELD: &str = "request_message_key";

/// A request for a payment, as a message names it.
pub struct Request(pub(in crate::device) wa::MessageKey);

impl OpenChat<'_> {
    /// A request that this account has made, or that was made to it; refuses what is known to be none, or the other's.
    pub async fn payment_request(&self, key: Target, own: bool) -> Result<Request, Failure> {
        let (key, known) = self.key("request_message_key.participant", key).await?;
        let refuse = |problem: &str| {
            let problem = format!("{FIELD} names {problem}");
            Err(Failure::from(Invalid::field(FIELD, problem)))
        };
        if known.is_some_and(|known| known.about.kind != REQUEST) {
            return refuse("a message that is no request for a payment");
        }
        match (key.from_me.unwrap_or_default(), own) {
            (false, true) => refuse("somebody else's request: it can be declined"),
            (true, false) => refuse("this account's own request: it can be cancelled"),
            _ => Ok(Request(key)),
        }
    }
}
