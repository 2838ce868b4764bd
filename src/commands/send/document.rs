//! POST /send/document — a file of any kind to somebody or to a group.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::media::{Manner, refusals};
use super::picture::Picture;
use super::{Effort, Quoted, Seconds, Sent, Stopwatch, by_number};
use crate::commands::{Command, Input};
use crate::contract::file::{FileName, MimeType};
use crate::contract::operation::Operation;
use crate::contract::text::Caption;
use crate::device::session::Session;
use crate::device::session::media::File;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::media::Document;
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};
use crate::media::document;
use crate::media::source::{Place, Source};

/// Which file to send, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "number": "5511999999999",
        "document_url": "https://cdn.example.com/invoices/1234.pdf",
        "file_name": "invoice-1234.pdf",
        "mime_type": "application/pdf",
        "caption": "Your invoice"
    })
)]
pub struct SendDocument {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    number: Chat,
    /// The file in base64, also as a data URL. Either this or `document_url`.
    document: Option<String>,
    /// Where to fetch it; needs `file_name`.
    document_url: Option<String>,
    /// What it is called; absent: `document`, with the ending of its kind.
    file_name: Option<FileName>,
    /// Its media type; absent: what its bytes say.
    mime_type: Option<MimeType>,
    /// Below it.
    caption: Option<Caption>,
    /// A JPEG, PNG or WebP in base64 that is shown of it. Either this or `thumbnail_url`, or none.
    thumbnail: Option<String>,
    /// Where to fetch what is shown of it.
    thumbnail_url: Option<String>,
    /// How many seconds nothing happens before.
    delay: Option<Seconds>,
    /// How many seconds the chat then shows that somebody is typing.
    #[serde(rename = "typingDuration")]
    typing_duration: Option<Seconds>,
    /// Who is mentioned: their numbers, as they stand after an `@` in the caption.
    #[schema(value_type = Option<Vec<String>>)]
    mentioned: Option<Vec<Person>>,
    /// The message that it answers.
    quoted: Option<Quoted>,
}

/// A file that is to be sent.
pub struct SendFile {
    source: Source,
    manner: Manner,
    file_name: Option<String>,
    mime_type: Option<String>,
    thumbnail: Option<Picture>,
}

/// A file that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentDocument {
    #[serde(flatten)]
    sent: Sent,
    metadata: SentDocumentMetadata,
}

/// How it was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentDocumentMetadata {
    #[serde(flatten)]
    effort: Effort,
    document_size_bytes: usize,
    #[schema(example = "application/pdf")]
    mime_type: String,
    #[schema(example = "invoice-1234.pdf")]
    file_name: String,
}

impl Input for SendDocument {
    type Command = SendFile;

    fn check(self) -> Result<SendFile, Invalid> {
        let (here, url) = (self.document, self.document_url);
        let source = Source::one_of(("document", here), ("document_url", url))?;
        if matches!(source.place, Place::Url(_)) && self.file_name.is_none() {
            let problem = "file_name is required with document_url";
            return Err(Invalid::field("file_name", problem));
        }
        let thumbnail = ("thumbnail", self.thumbnail);
        let thumbnail = Picture::either(thumbnail, ("thumbnail_url", self.thumbnail_url))?;
        let times = (self.delay, self.typing_duration);
        let manner = Manner::new(
            self.number,
            times,
            self.caption,
            self.mentioned,
            self.quoted,
        );
        Ok(SendFile {
            source,
            manner,
            file_name: self.file_name.map(String::from),
            mime_type: self.mime_type.map(String::from),
            thumbnail,
        })
    }
}

impl Command for SendFile {
    type Reply = SentDocument;
    const SUMMARY: &'static str = "Sends a file of any kind to somebody or to a group";
    const OPERATION: Operation = by_number("send_document", "failed to send document");
    const LARGE: bool = true;
    const SENDS: bool = true;

    fn patience(&self) -> Duration {
        self.manner.patience()
    }

    fn refusals() -> Vec<Failure> {
        refusals()
    }

    async fn run(self, session: Session) -> Result<SentDocument, Failure> {
        let (manner, stopwatch) = (self.manner, Stopwatch::start(&session));
        let (chat, found) = manner.open(&session, self.source, false).await?;
        if found.bytes.is_empty() {
            let problem = format!("{} is empty", found.field);
            return Err(Invalid::media(problem).at(found.field).into());
        }
        let served = found.content_type.as_deref().and_then(MimeType::parse);
        let served = served.map(String::from);
        let mime_type = self.mime_type;
        let mime_type =
            mime_type.unwrap_or_else(|| document::mime_type(&found.bytes, served.as_deref()));
        let file_name = self.file_name;
        let file_name = file_name.unwrap_or_else(|| document::name(&found.bytes));
        let thumbnail = match self.thumbnail {
            None => None,
            Some(picture) => Some(picture.thumbnail(&session).await?),
        };
        let (size, beside) = (found.bytes.len(), manner.bytes());
        let refers = manner.refer(&chat).await?;
        let media = session.media();
        let uploaded = media.upload(File::Document, found.bytes, beside).await?;
        let document = Document {
            mime_type: mime_type.clone(),
            file_name: file_name.clone(),
            caption: refers.caption,
            thumbnail,
        };
        let message = Outgoing::document(uploaded, document, refers.references);
        chat.pace(&refers.pace).await?;
        let jid = chat.named();
        let ack = chat.send(message).await?;
        let (sent, effort) = stopwatch.stop(ack, jid);
        Ok(SentDocument {
            sent,
            metadata: SentDocumentMetadata {
                effort,
                document_size_bytes: size,
                mime_type,
                file_name,
            },
        })
    }
}
