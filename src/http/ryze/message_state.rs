//! GET /api/chat/status/{instance} — what has become of a message of the instance's account.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::inferred::STATE_FOUND;
use super::{INSTANCE, Instance};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::contract::text::NonBlank;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::messages::find;
use crate::store::messages::{State, Whose};

const NOT_FOUND: Failure = Failure::documented(404, "Message not found");
const ELSEWHERE: Failure = Failure::documented(404, "Message does not belong to this instance");

/// Which message.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetMessageState {
    /// Its id.
    #[schema(value_type = String, min_length = 1)]
    message_id: NonBlank,
}

/// What has become of it.
#[derive(Serialize, ToSchema)]
#[schema(
    as = MessageState,
    example = json!({
        "message": "Message status retrieved successfully",
        "status": "read",
        "data": {
            "messageId": "3EB0C431D17A2B6E9F0C",
            "status": 4,
            "chat": {"jid": "5511999999999@s.whatsapp.net"}
        }
    })
)]
pub struct Answer {
    message: &'static str,
    status: &'static str,
    data: Known,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = KnownMessageState)]
struct Known {
    message_id: String,
    /// 0 pending, 1 sent, 2 delivered, 4 read, 5 played, -1 refused.
    status: i8,
    chat: Chat,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MessageStateChat)]
struct Chat {
    jid: String,
}

impl Endpoint for GetMessageState {
    type Caller = Instance;
    type Reply = Answer;
    const SUMMARY: &'static str = "Shows what has become of a message of the instance's account";
    const OPERATION: Operation = Operation::new("message_status", Envelope::Ryze);
    const PARAMS: &'static [Param] = &[INSTANCE, Param::query("messageId")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND, ELSEWHERE]
    }

    async fn answer(self, context: Context<Instance>) -> Result<Answer, Failure> {
        let Instance { caller, device } = &context.caller;
        let found = find(&context.api, caller, self.message_id.as_str(), Whose::Mine).await;
        let found = found.map_err(|failure| match failure {
            Failure::NotFound(_) | Failure::Documented { status: 404, .. } => NOT_FOUND,
            other => other,
        })?;
        if found.device != device.id {
            return Err(ELSEWHERE);
        }
        let message = found.message;
        let (status, number) = in_words(message.state);
        Ok(Answer {
            message: STATE_FOUND,
            status,
            data: Known {
                chat: Chat {
                    jid: message.about.chat_jid(),
                },
                message_id: message.id,
                status: number,
            },
        })
    }
}

/// The RyzeAPI also has a 3, "received", which WhatsApp does not tell from "delivered".
fn in_words(state: State) -> (&'static str, i8) {
    match state {
        State::Failed => ("error", -1),
        State::Pending => ("pending", 0),
        State::Sent => ("sent", 1),
        State::Delivered => ("delivered", 2),
        State::Read => ("read", 4),
        State::Played => ("played", 5),
    }
}
