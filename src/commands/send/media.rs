//! What the endpoints have in common that send media and say `number`.

use std::time::Duration;

use super::job::{SentOrJob, UnderWay};
use super::{Quoted, Seconds, pace, still_fits};
use crate::commands::TakenOn;
use crate::contract::text::Caption;
use crate::device::session::Session;
use crate::device::session::media::{Found, during_upload};
use crate::device::session::messages::context::References;
use crate::device::session::messages::{OpenChat, Pace};
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};
use crate::media::source::Source;

/// To whom a file is sent, how it is announced and what it refers to.
pub struct Manner {
    to: Chat,
    pace: Pace,
    caption: Option<String>,
    mentioned: Vec<Person>,
    quoted: Option<Quoted>,
}

/// The same in the chat's own names.
pub struct Referring {
    pub references: References,
    pub caption: Option<String>,
    pub pace: Pace,
    /// How many people it mentions.
    pub mentions: usize,
    /// It answers a message that is known here.
    pub quotes: bool,
}

impl Manner {
    /// As a request has it.
    pub fn new(
        to: Chat,
        (delay, typing): (Option<Seconds>, Option<Seconds>),
        caption: Option<Caption>,
        mentioned: Option<Vec<Person>>,
        quoted: Option<Quoted>,
    ) -> Self {
        Self {
            to,
            pace: pace(delay, typing),
            caption: caption.map(String::from),
            mentioned: mentioned.unwrap_or_default(),
            quoted,
        }
    }

    /// The chat shows that somebody records, and does not type.
    pub fn recording(mut self, recording: bool) -> Self {
        self.pace.recording = recording;
        self
    }

    /// How long it waits of its own accord.
    pub fn patience(&self) -> Duration {
        self.pace.duration()
    }

    /// Bytes that it takes, at most.
    pub fn bytes(&self) -> usize {
        let quoted = self.quoted.as_ref().map_or(0, Quoted::bytes);
        let caption = self.caption.as_ref().map_or(0, String::len);
        caption + quoted + self.mentioned.len() * size_of::<[Person; 2]>()
    }

    /// Takes its place in the chat's line, and fetches the file meanwhile: nothing is uploaded for somebody who cannot be
    /// written to.
    pub async fn open<'s>(
        &self,
        session: &'s Session,
        source: Source,
        video: bool,
    ) -> Result<(OpenChat<'s>, Found), Failure> {
        let (messages, media) = (session.messages(), session.media());
        // The place is taken first, and in the order in which sends were accepted.
        let chat = messages.open("number", &self.to);
        futures::try_join!(chat, media.fetch(source, video))
    }

    /// The same for what may take longer, and become a job.
    pub async fn open_for_job<'s, T>(
        &self,
        session: &'s Session,
        prepare: impl Future<Output = Result<T, Failure>>,
    ) -> Result<(OpenChat<'s>, T), Failure> {
        let messages = session.messages();
        let chat = messages.open_for_job("number", &self.to);
        futures::try_join!(chat, prepare)
    }

    /// What is answered when it goes on as a job.
    pub fn taken_on<T>(&self, message_id: &str) -> TakenOn<SentOrJob<T>> {
        let to = self.to.to_string();
        TakenOn {
            reply: SentOrJob::Job(UnderWay::new(message_id, to.clone())),
            to,
        }
    }

    /// What it refers to, in the chat's own names.
    pub async fn refer(self, chat: &OpenChat<'_>) -> Result<Referring, Failure> {
        let mut references = References::default();
        let mut caption = self.caption.unwrap_or_default();
        chat.mention("mentioned", &mut references, &self.mentioned, &mut caption)
            .await?;
        still_fits("caption", &caption, Caption::LONGEST)?;
        let quotes = match self.quoted {
            Some(quoted) => chat.quote(&mut references, quoted.into()).await?,
            None => false,
        };
        Ok(Referring {
            mentions: references.mentioned(),
            references,
            caption: Some(caption).filter(|caption| !caption.is_empty()),
            pace: self.pace,
            quotes,
        })
    }
}

/// What every one of them may answer besides.
pub fn refusals() -> Vec<Failure> {
    let timed_out = Failure::TimedOut { message_id: None };
    vec![
        Invalid::field("number", "5511999999999 is not on WhatsApp").into(),
        during_upload(Failure::Refused(String::new())),
        during_upload(timed_out),
    ]
}
