//! POST /send/poll — a question with answers to choose from.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SentTo, by_to, send};
use crate::commands::{Command, Input};
use crate::contract::bounded::{PollOption, PollQuestion};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::failure::{Failure, Invalid};
use crate::jid::Chat;

/// What to ask, and whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "120363021234567890@g.us",
        "question": "Lunch?",
        "options": [{"option_name": "Yes"}, {"option_name": "No"}],
        "allow_multiple_answers": false
    })
)]
pub struct SendPoll {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "120363021234567890@g.us")]
    to: Chat,
    /// At most 255 characters.
    question: PollQuestion,
    /// 2 to 12, each another one.
    options: Vec<PollChoice>,
    /// Whether more than one may be chosen; absent: no.
    allow_multiple_answers: Option<bool>,
}

/// An answer to choose.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PollChoice {
    /// At most 100 characters.
    #[schema(value_type = String, max_length = 100, example = "Yes")]
    option_name: PollOption,
}

/// Asks this.
pub struct AskPoll {
    to: Chat,
    question: String,
    options: Vec<String>,
    several: bool,
}

/// The poll that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentPoll {
    #[serde(flatten)]
    sent: SentTo,
    #[schema(example = 2)]
    options_count: usize,
    multiple_choice: bool,
}

impl Input for SendPoll {
    type Command = AskPoll;

    fn check(self) -> Result<AskPoll, Invalid> {
        if !(2..=12).contains(&self.options.len()) {
            let problem = "Poll must have between 2 and 12 options";
            return Err(Invalid::field("options", problem));
        }
        let options = self
            .options
            .into_iter()
            .map(|option| option.option_name.into());
        let options: Vec<String> = options.collect();
        // A vote names its option by a hash of the text.
        if options.iter().collect::<HashSet<_>>().len() < options.len() {
            let problem = "options must differ: a vote for one would count for the other";
            return Err(Invalid::field("options", problem));
        }
        Ok(AskPoll {
            to: self.to,
            question: self.question.into(),
            options,
            several: self.allow_multiple_answers.unwrap_or(false),
        })
    }
}

impl Command for AskPoll {
    type Reply = SentPoll;
    const SUMMARY: &'static str = "Sends a poll";
    const OPERATION: Operation = by_to("send_poll", "Failed to send poll");
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentPoll, Failure> {
        let (options_count, multiple_choice) = (self.options.len(), self.several);
        let message = Outgoing::poll(self.question, self.options, self.several);
        let ack = send(&session, "to", &self.to, message).await?;
        Ok(SentPoll {
            sent: SentTo::new(ack, "Poll sent successfully"),
            options_count,
            multiple_choice,
        })
    }
}
