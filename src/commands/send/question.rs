//! The message that has the buttons or the list of which something was chosen.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::contract::text::NonBlank;
use crate::device::session::messages::context::Quote;
use crate::jid::Person;

/// Which message is answered. Programs find their question by it.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Question {
    /// Who wrote it.
    #[schema(value_type = String, example = "5511999999999@s.whatsapp.net")]
    participant: Person,
    #[schema(value_type = String, example = "3EB0C431D17A2B6E9F0C")]
    message_id: NonBlank,
    /// Its text, which the answer shows.
    body: Option<String>,
}

impl From<Question> for Quote {
    fn from(question: Question) -> Self {
        Self {
            id: question.message_id.into(),
            from_me: false,
            author: Some(question.participant),
            text: question.body.unwrap_or_default(),
        }
    }
}
