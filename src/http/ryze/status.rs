//! POST /api/message/status/{instance} — a status of the instance's account.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::inferred::{STATUS_SENDING, STATUS_SENT};
use super::{INSTANCE, Instance};
use crate::commands::status::audio::PostStatusAudio;
use crate::commands::status::media::{MediaType, PostStatusMedia};
use crate::commands::status::text::PostStatusText;
use crate::commands::{Command, Input};
use crate::contract::color::Color;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::contract::text::NonBlank;
use crate::device::session::outgoing::status::Font;
use crate::failure::{Failure, Invalid};
use crate::http::endpoint::{Context, Endpoint};
use crate::http::execute::{self, dispatch};

/// Where a status is a message of.
const BROADCAST: &str = "status@broadcast";

/// What to publish.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"type": "text", "message": "Open until 6pm", "backgroundColor": "#1E6E4F"}))]
pub struct PostInstanceStatus {
    r#type: Type,
    /// The text; of an image or a video, what stands below it.
    message: Option<String>,
    /// Where to fetch what is no text.
    media_url: Option<String>,
    /// What the caller takes it for. What people get is announced as what its bytes are.
    mime_type: Option<String>,
    /// No status shows one.
    #[serde(rename = "fileName")]
    _file_name: Option<String>,
    /// Of a text or a sound; absent: WhatsApp's green.
    background_color: Option<Color>,
    /// Of a text.
    font: Option<InstanceFont>,
    /// A sound is a voice message; absent: yes.
    is_voice: Option<bool>,
    /// The sound itself says how long it is.
    #[serde(rename = "duration")]
    _duration: Option<serde_json::Value>,
    /// It is made from the sound itself.
    #[serde(rename = "waveform")]
    _waveform: Option<serde_json::Value>,
}

/// What a status is.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = InstanceStatusType)]
enum Type {
    Text,
    Image,
    Video,
    Audio,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum InstanceFont {
    System,
    Serif,
    SansSerif,
}

/// WhatsApp has accepted it, or, `sending`, not for everybody yet.
#[derive(Serialize, ToSchema)]
#[schema(
    as = PostedInstanceStatus,
    example = json!({
        "message": "Status sent successfully",
        "status": "sent",
        "data": {"messageId": "3EB0C431D17A2B6E9F0C", "messageType": "text", "chat": {"jid": "status@broadcast"}}
    })
)]
pub struct Answer {
    message: &'static str,
    status: &'static str,
    data: Sent,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SentInstanceStatus)]
struct Sent {
    message_id: String,
    message_type: Type,
    chat: Broadcast,
}

#[derive(Serialize, ToSchema)]
#[schema(as = InstanceStatusChat)]
struct Broadcast {
    jid: &'static str,
}

impl Endpoint for PostInstanceStatus {
    type Caller = Instance;
    type Reply = Answer;
    const SUMMARY: &'static str =
        "Posts a status to everyone whom the account's status privacy admits";
    const OPERATION: Operation =
        Operation::new("status", Envelope::Ryze).failing_with("failed to send status");
    const PARAMS: &'static [Param] = &[INSTANCE];
    const SENDS: bool = true;

    fn refusals() -> Vec<Failure> {
        vec![
            Invalid::field("message", "message is required for a text").into(),
            Failure::Disconnected,
            Failure::TimedOut { message_id: None },
        ]
    }

    async fn answer(self, context: Context<Instance>) -> Result<Answer, Failure> {
        let message_type = self.r#type;
        let (message_id, sent) = match message_type {
            Type::Text => self.post_text(context).await?,
            Type::Image => self.post_media(MediaType::Image, context).await?,
            Type::Video => self.post_media(MediaType::Video, context).await?,
            Type::Audio => self.post_audio(context).await?,
        };
        let (message, status) = match sent {
            true => (STATUS_SENT, "sent"),
            false => (STATUS_SENDING, "sending"),
        };
        Ok(Answer {
            message,
            status,
            data: Sent {
                message_id,
                message_type,
                chat: Broadcast { jid: BROADCAST },
            },
        })
    }
}

impl PostInstanceStatus {
    async fn post_text(self, context: Context<Instance>) -> Result<(String, bool), Failure> {
        let text = self.message.unwrap_or_default();
        let text = NonBlank::new(text)
            .ok_or_else(|| Invalid::field("message", "message is required for a text"))?;
        let font = match self.font {
            Some(InstanceFont::Serif) => Font::Serif,
            Some(InstanceFont::System | InstanceFont::SansSerif) | None => Font::System,
        };
        let status = PostStatusText {
            text,
            background_color: self.background_color,
            font: Some(font),
            link_preview: None,
            mentions: None,
            audience: None,
        };
        Ok(post(context, status.check().map_err(renamed)?)
            .await?
            .message())
    }

    async fn post_media(
        self,
        media_type: MediaType,
        context: Context<Instance>,
    ) -> Result<(String, bool), Failure> {
        let status = PostStatusMedia {
            media_type: Some(media_type),
            url: Some(self.media_url.ok_or_else(without_media)?),
            mime_type: self.mime_type,
            caption: self.message,
            data: None,
            view_once: None,
            mentions: None,
            audience: None,
        };
        Ok(post(context, status.check().map_err(renamed)?)
            .await?
            .message())
    }

    async fn post_audio(self, context: Context<Instance>) -> Result<(String, bool), Failure> {
        let status = PostStatusAudio {
            audio_url: Some(self.media_url.ok_or_else(without_media)?),
            audio: None,
            ptt: self.is_voice,
            background_color: self.background_color,
            mentions: None,
            audience: None,
        };
        Ok(post(context, status.check().map_err(renamed)?)
            .await?
            .message())
    }
}

fn without_media() -> Invalid {
    Invalid::field("mediaUrl", "mediaUrl is required for what is no text")
}

/// As this API calls the field.
fn renamed(invalid: Invalid) -> Invalid {
    Invalid {
        field: Some("mediaUrl".to_owned()),
        ..invalid
    }
}

async fn post<C: Command>(context: Context<Instance>, status: C) -> Result<C::Reply, Failure> {
    let Context {
        api,
        caller: Instance { caller, device },
        held,
        message_id,
        force,
        ..
    } = context;
    let mut terms = execute::terms::<C>(&api, &caller, held, message_id);
    terms.force = force;
    dispatch(&api, caller, Some(device.id), terms, status).await
}
