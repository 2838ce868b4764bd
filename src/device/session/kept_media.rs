//! The files of messages that are kept: fetched from WhatsApp's media hosts, and asked for again where they have gone.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use wacore::download::Downloadable;
use wacore::media_retry::MediaRetryResult;
use wacore_binary::Jid;
use waproto::whatsapp::Message;
use whatsapp_rust::features::MediaReuploadRequest;
use whatsapp_rust::{Client, ErrorChainExt};

use super::{Session, failures};
use crate::device::job::HELD;
use crate::device::kept::{self, Kept};
use crate::device::life::Life;
use crate::device::life::reuploads::{NotAsked, Reupload};
use crate::device::report::{MediaRetry, Retried, unwrapped, unwrapped_mut};
use crate::failure::Failure;
use crate::memory::Held;
use crate::store::messages::Whose;

/// A message that has no file.
pub const NO_MEDIA: Failure = Failure::NotFound("the message has no media");
/// What the message held is not kept.
pub const GONE: Failure = Failure::documented(410, "the media of this message is gone");
/// More than the daemon takes into memory.
pub const TOO_LARGE: Failure = Failure::documented(413, "the media is larger than media.limit");

/// What became of the wish for a message's file.
pub enum Fetched {
    /// All of it.
    File(Bytes),
    /// The media hosts have it no longer. Its sender was asked to upload it again, and `media.retry` says what comes of it.
    AskedAgain,
}

impl Session {
    /// Fetches the file of a message.
    pub async fn fetch_media(&self, kept: &Kept) -> Result<Fetched, Failure> {
        if kept.about.deleted || kept.content.is_empty() {
            return Err(GONE);
        }
        let message = kept::content(kept);
        let file = file(unwrapped(&message)).ok_or(NO_MEDIA)?;
        let length = usize::try_from(file.file_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if length > self.life.shared.media_limit {
            return Err(TOO_LARGE);
        }
        // While it is decrypted all is there twice; what the hosts really send is counted as it comes.
        let room = self.room();
        room.grow(length)?;
        let download = HELD.scope(room.clone(), self.client.download(file));
        match self.terms.deadline.limit(Duration::ZERO, download).await {
            Some(Ok(bytes)) => {
                room.shrink_to(bytes.len());
                Ok(Fetched::File(Bytes::from_owner(Owned(Held::new(
                    bytes, room,
                )))))
            }
            Some(Err(error)) => match error.http_status() {
                Some(401 | 403 | 404 | 410) => self.ask_again(kept, file),
                _ if !self.client.is_connected() => Err(Failure::Disconnected),
                _ => Err(failures::download(error.as_ref())),
            },
            None => Err(Failure::TimedOut { message_id: None }),
        }
    }

    fn ask_again(&self, kept: &Kept, file: &dyn Downloadable) -> Result<Fetched, Failure> {
        let (Some(key), Ok(chat)) = (file.media_key(), kept.about.chat.parse::<Jid>()) else {
            return Err(GONE);
        };
        let asked = match self.life.reuploads.begin(&kept.id) {
            Ok(asked) => asked,
            Err(NotAsked::UnderWay) => return Ok(Fetched::AskedAgain),
            Err(NotAsked::TooMany) => return Err(Failure::Overloaded),
        };
        let wish = Wish {
            life: self.life.clone(),
            client: self.client.clone(),
            kept: kept.clone(),
            chat,
            key: key.to_vec(),
            _asked: asked,
        };
        // The sender's phone may take its time: longer than anybody waits for an answer.
        tokio::spawn(wish.fulfil());
        Ok(Fetched::AskedAgain)
    }
}

/// Bytes that are counted for as long as they are there.
struct Owned(Held<Vec<u8>>);

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The wish that a sender uploads a file again.
struct Wish {
    life: Arc<Life>,
    client: Arc<Client>,
    kept: Kept,
    chat: Jid,
    key: Vec<u8>,
    _asked: Reupload,
}

impl Wish {
    /// Ends after half a minute at most, which is the library's own limit.
    async fn fulfil(self) {
        let about = &self.kept.about;
        let author = about.author_jid.parse::<Jid>().ok();
        let author = author.filter(|_| about.in_group() && !self.kept.mine);
        let request = MediaReuploadRequest {
            msg_id: &self.kept.id,
            chat_jid: &self.chat,
            media_key: &self.key,
            is_from_me: self.kept.mine,
            participant: author.as_ref(),
        };
        let outcome = match self.client.media_reupload().request(&request).await {
            Ok(MediaRetryResult::Success { direct_path }) => match self.note(direct_path).await {
                true => Retried::Ready,
                false => Retried::Failed,
            },
            Ok(MediaRetryResult::NotFound) => Retried::NotFound,
            Ok(_) => Retried::Failed,
            Err(_silence) => Retried::NoAnswer,
        };
        let told = MediaRetry::new(&self.kept.id, about, outcome);
        self.life.shared.webhooks.tell(self.life.plan.number, &told);
    }

    /// Where the file is from now on. Whether that is kept.
    async fn note(&self, path: String) -> bool {
        let store = &self.life.shared.store;
        let whose = match self.kept.mine {
            true => Whose::Mine,
            false => Whose::Anybodys,
        };
        // It may have changed meanwhile.
        let now = store
            .message(self.life.plan.number, &self.kept.id, whose)
            .await;
        let Ok(Some(now)) = now else {
            return false;
        };
        let now: Kept = now;
        let mut message = kept::content(&now);
        move_to(unwrapped_mut(&mut message), path);
        store
            .change_message(&now, &kept::encoded(&message))
            .await
            .is_ok()
    }
}

macro_rules! kinds_with_files {
    ($with:ident) => {
        $with! { image_message video_message ptv_message audio_message document_message sticker_message }
    };
}

/// The file of a message.
fn file(message: &Message) -> Option<&dyn Downloadable> {
    macro_rules! first {
        ($($kind:ident)*) => {
            None$(.or_else(|| message.$kind.as_option().map(|kind| kind as &dyn Downloadable)))*
        };
    }
    kinds_with_files!(first)
}

fn move_to(message: &mut Message, path: String) {
    macro_rules! each {
        ($($kind:ident)*) => {
            $(if let Some(kind) = message.$kind.as_option_mut() {
                kind.url = None;
                kind.direct_path = Some(path);
                return;
            })*
        };
    }
    kinds_with_files!(each);
}
