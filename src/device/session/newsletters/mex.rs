//! Questions and changes in JSON. The library's own way loses the code of a refusal, and what its types do not know.

use serde_json::{Value, json};
use wacore::iq::spec::IqSpec;
use wacore::request::InfoQuery;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, NodeContent, NodeContentRef, NodeRef, Server};

use super::{CLOSED, NO_ADMIN, NOT_FOUND};
use crate::device::session::failures;
use crate::failure::Failure;

/// A question, by the number that WhatsApp Web has for it.
pub(super) struct Mex {
    pub number: &'static str,
    pub variables: Value,
    /// Under which name the answer comes.
    pub key: &'static str,
}

impl IqSpec for Mex {
    type Response = Result<Value, Failure>;

    fn build_iq(&self) -> InfoQuery<'static> {
        let question = json!({ "variables": self.variables }).to_string();
        let query = NodeBuilder::new("query")
            .attr("query_id", self.number)
            .bytes(question.into_bytes());
        let content = NodeContent::Nodes(vec![query.build()]);
        InfoQuery::get("w:mex", Jid::new("", Server::Pn), Some(content))
    }

    fn parse_response(&self, response: &NodeRef<'_>) -> anyhow::Result<Self::Response> {
        let result = response.get_optional_child("result");
        let content = result.and_then(|result| result.content.as_ref());
        let answer: Value = match content {
            Some(NodeContentRef::Bytes(bytes)) => serde_json::from_slice(bytes)?,
            Some(NodeContentRef::String(text)) => serde_json::from_str(text)?,
            _ => anyhow::bail!("no result"),
        };
        Ok(self.read(answer))
    }
}

impl Mex {
    /// A refusal is an answer, too.
    fn read(&self, mut answer: Value) -> Result<Value, Failure> {
        let errors = answer["errors"].as_array();
        if let Some(error) = errors.and_then(|errors| errors.first()) {
            return Err(refused(&error["extensions"]["error_code"]));
        }
        match answer["data"][self.key].take() {
            Value::Null => Err(NOT_FOUND),
            data => Ok(data),
        }
    }
}

fn refused(code: &Value) -> Failure {
    match code.as_u64().and_then(|code| u16::try_from(code).ok()) {
        Some(404 | 410) => NOT_FOUND,
        Some(401 | 403) => NO_ADMIN,
        // Of a private one that the account does not follow.
        Some(405) => CLOSED,
        Some(code) => failures::refused(code, None),
        None => Failure::Refused("mex".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_come_as_answers_and_keep_their_meaning() {
        let question = Mex {
            number: "1",
            variables: json!({}),
            key: "xwa2_newsletter",
        };
        let failed = |code: Value| json!({ "data": null, "errors": [{ "message": "no", "extensions": { "error_code": code } }] });
        let table = [
            (failed(json!(404)), NOT_FOUND),
            (failed(json!(403)), NO_ADMIN),
            (failed(json!(405)), CLOSED),
            (failed(json!(400)), Failure::Refused("400".into())),
            (failed(json!(null)), Failure::Refused("mex".into())),
            (json!({ "data": { "xwa2_newsletter": null } }), NOT_FOUND),
            (json!({}), NOT_FOUND),
        ];
        for (answer, failure) in table {
            assert_eq!(question.read(answer.clone()), Err(failure), "{answer}");
        }
        let answer = json!({ "data": { "xwa2_newsletter": { "id": "1" } } });
        assert_eq!(question.read(answer), Ok(json!({ "id": "1" })));
    }
}
