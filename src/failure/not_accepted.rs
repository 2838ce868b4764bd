//! WhatsApp's word that it does not take a message.

use std::error::Error;
use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

/// WhatsApp's refusal of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAccepted {
    /// WhatsApp's own.
    pub code: String,
    /// Until when the account may not write to strangers, where that is the reason and WhatsApp tells.
    pub until: Option<DateTime<Utc>>,
    /// Of the message, which nobody has got.
    pub message_id: String,
    /// WhatsApp was not asked: it has said before that it would refuse it.
    pub foreseen: bool,
}

impl NotAccepted {
    /// Only to those who have written first.
    const STRANGERS: &str = "463";
    /// No more chats than it has begun.
    const CAPPED: &str = "475";
    /// WhatsApp's number for a device that it does not know, in place of its keys.
    const NO_READERS: &str = "406";

    /// WhatsApp has refused it with this code.
    pub fn new(code: String, message_id: &str) -> Self {
        Self {
            code,
            until: None,
            message_id: message_id.to_owned(),
            foreseen: false,
        }
    }

    /// WhatsApp gives no keys of any device that could read it.
    pub fn without_readers(message_id: &str) -> Self {
        Self::new(Self::NO_READERS.to_owned(), message_id)
    }

    /// WhatsApp has said that it does not let the account begin a chat, until then.
    pub fn foreseen(code: &str, until: Option<DateTime<Utc>>, message_id: &str) -> Self {
        Self {
            until,
            foreseen: true,
            ..Self::new(code.to_owned(), message_id)
        }
    }

    /// Whether the account may not write to strangers.
    pub fn is_reach_out(&self) -> bool {
        self.code == Self::STRANGERS
    }

    /// Whether the account may not begin chats, whatever the reason.
    pub fn is_restriction(&self) -> bool {
        self.is_reach_out() || self.code == Self::CAPPED
    }

    fn meaning(&self) -> Option<&'static str> {
        Some(match self.code.as_str() {
            "400" => "the message is not addressed as WhatsApp wants it",
            "401" | "403" => "the account may not write there",
            "404" => "there is no such chat",
            "405" | "473" => "the account may not send messages of this kind",
            Self::STRANGERS => {
                "the account may not write to people who have not written to it first"
            }
            Self::CAPPED => "the account may begin no more chats",
            Self::NO_READERS => "there are no keys of any of the recipient's devices",
            "479" => "a field of the message is wrong",
            "500" | "503" => "WhatsApp has a problem of its own: try again later",
            _ => return None,
        })
    }
}

impl Error for NotAccepted {}

impl fmt::Display for NotAccepted {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.foreseen {
            true => write!(
                to,
                "not sent, since WhatsApp would refuse it ({})",
                self.code
            )?,
            false => write!(to, "refused by WhatsApp ({})", self.code)?,
        }
        if let Some(meaning) = self.meaning() {
            write!(to, ": {meaning}")?;
        }
        if let Some(until) = self.until {
            let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
            write!(to, ", until {until}")?;
        }
        match self.foreseen {
            true => write!(to, "; with \"force\": true it is sent all the same"),
            false => Ok(()),
        }
    }
}
