//! Requests for payments, which later messages name.

use waproto::whatsapp as wa;

use super::key::Target;
use super::{OpenChat, Whose};
use crate::failure::{Failure, Invalid};

/// The `message_type` of a request.
const REQUEST: &str = "request_payment";

/// Where requests name it.
const FIELD: &str = "request_message_key";

/// A request for a payment, as a message names it.
pub struct Request(pub(in crate::device) wa::MessageKey);

impl OpenChat<'_> {
    /// A request that this account has made, or that was made to it; refuses what is known to be none, or the other's.
    pub async fn payment_request(&self, target: Target, own: bool) -> Result<Request, Failure> {
        let messages = self.session.messages();
        let known = messages.kept(&target.id, Whose::Anybodys).await?;
        let refuse = |problem: &str| {
            let problem = format!("{FIELD} names {problem}");
            Err(Failure::from(Invalid::field(FIELD, problem)))
        };
        if known
            .as_ref()
            .is_some_and(|known| known.about.kind != REQUEST)
        {
            return refuse("a message that is no request for a payment");
        }
        let from_me = match known {
            Some(known) => known.mine,
            None => target.from_me.unwrap_or(own),
        };
        match (from_me, own) {
            (false, true) => return refuse("somebody else's request: it can be declined"),
            (true, false) => return refuse("this account's own request: it can be cancelled"),
            _ => {}
        }
        let target = Target {
            from_me: Some(from_me),
            ..target
        };
        let key = self.key("request_message_key.participant", target).await?;
        Ok(Request(key))
    }
}
