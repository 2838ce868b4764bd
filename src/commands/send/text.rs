//! POST /send/text — a text to somebody or to a group.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Effort, Quoted, Seconds, Sent, Stopwatch, by_number, pace, still_fits};
use crate::commands::Command;
use crate::contract::operation::Operation;
use crate::contract::text::MessageText;
use crate::device::session::Session;
use crate::device::session::messages::context::References;
use crate::device::session::outgoing::Outgoing;
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};

/// What to send, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "number": "5511999999999",
        "text": "Hello! Your order is confirmed.",
        "delay": 2,
        "typingDuration": 3
    })
)]
pub struct SendText {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    number: Chat,
    /// 1 to 4096 characters.
    text: MessageText,
    /// How many seconds nothing happens before.
    delay: Option<Seconds>,
    /// How many seconds the chat then shows that somebody is typing.
    #[serde(rename = "typingDuration")]
    typing_duration: Option<Seconds>,
    /// Who is mentioned: their numbers, as they stand after an `@` in the text.
    #[schema(value_type = Option<Vec<String>>)]
    mentioned: Option<Vec<Person>>,
    /// The message that it answers.
    quoted: Option<Quoted>,
}

/// A text that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentText {
    #[serde(flatten)]
    sent: Sent,
    metadata: SentTextMetadata,
}

/// How it was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentTextMetadata {
    #[serde(flatten)]
    effort: Effort,
    /// The chat has shown that somebody was typing.
    presence_sent: bool,
    /// For how long.
    presence_duration_seconds: u64,
    /// How many people it mentions.
    mentions_processed: usize,
    /// The message that it answers is known here: it shows what that holds.
    quoted_message_found: bool,
}

impl Command for SendText {
    type Reply = SentText;
    const SUMMARY: &'static str = "Sends a text to somebody or to a group";
    const OPERATION: Operation = by_number("send_text", "failed to send message");
    const SENDS: bool = true;

    fn patience(&self) -> Duration {
        pace(self.delay, self.typing_duration).duration()
    }

    fn refusals() -> Vec<Failure> {
        vec![Invalid::field("number", "5511999999999 is not on WhatsApp").into()]
    }

    async fn run(self, session: Session) -> Result<SentText, Failure> {
        let stopwatch = Stopwatch::start(&session);
        let pace = pace(self.delay, self.typing_duration);
        let chat = session.messages().open("number", &self.number).await?;
        let mut text = String::from(self.text);
        let mut references = References::default();
        let mentioned = self.mentioned.unwrap_or_default();
        chat.mention("mentioned", &mut references, &mentioned, &mut text)
            .await?;
        still_fits("text", &text, MessageText::LONGEST)?;
        let quotes = match self.quoted {
            Some(quoted) => chat.quote(&mut references, quoted.into()).await?,
            None => false,
        };
        chat.pace(&pace).await?;
        let (jid, mentions_processed) = (chat.named(), references.mentioned());
        let ack = chat.send(Outgoing::text(text, references)).await?;
        let (sent, effort) = stopwatch.stop(ack, jid);
        Ok(SentText {
            sent,
            metadata: SentTextMetadata {
                effort,
                presence_sent: !pace.typing.is_zero(),
                presence_duration_seconds: pace.typing.as_secs(),
                mentions_processed,
                quoted_message_found: quotes,
            },
        })
    }
}
