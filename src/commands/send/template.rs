//! POST /send/template — a text with a header and buttons that answer, open a page or call.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::picture::Picture;
use super::{Effort, Seconds, Sent, Stopwatch, by_number, distinct, pace, required};
use crate::commands::{Command, Input};
use crate::contract::bounded::{Body, ButtonId, ButtonText, Footer, PageUrl, Title};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::media::during_upload;
use crate::device::session::messages::Pace;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::native_flow::{Button, Header};
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, PhoneNumber};

const MOST_BUTTONS: usize = 3;

/// What to send, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "number": "5511999999999",
        "header": {"type": "text", "text": "Order 1234"},
        "body": "It is on its way.",
        "footer": "Thank you!",
        "buttons": [
            {"type": "quick_reply", "text": "Fine", "id": "fine"},
            {"type": "url", "text": "Where is it?", "url": "https://example.com/orders/1234"},
            {"type": "call", "text": "Call us", "phone_number": "5511888888888"}
        ]
    })
)]
pub struct SendTemplate {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    number: Chat,
    /// At most 1024 characters.
    body: Body,
    /// At most 60 characters.
    footer: Option<Footer>,
    header: Option<TemplateHeader>,
    /// At most 3, in the order in which they are shown.
    buttons: Option<Vec<TemplateButton>>,
    /// How many seconds nothing happens before.
    delay: Option<Seconds>,
}

/// What stands above the body.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TemplateHeader {
    r#type: TemplateHeaderType,
    /// Of a text; at most 60 characters.
    text: Option<Title>,
    /// Of an image: its base64, also as a data URL. Either this or `image_url`.
    image: Option<String>,
    /// Of an image: where to fetch it.
    image_url: Option<String>,
}

/// What a header is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TemplateHeaderType {
    Text,
    Image,
}

/// A button.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TemplateButton {
    r#type: TemplateButtonType,
    /// At most 25 characters.
    #[schema(value_type = String, max_length = 25, example = "Fine")]
    text: ButtonText,
    /// Of a quick reply: what the answer names it by; each has another one.
    #[schema(value_type = Option<String>, max_length = 256)]
    id: Option<ButtonId>,
    /// Of a URL: the page that it opens.
    #[schema(value_type = Option<String>, max_length = 2000)]
    url: Option<PageUrl>,
    /// Of a call: whom it calls.
    #[schema(value_type = Option<String>, example = "5511888888888")]
    phone_number: Option<PhoneNumber>,
}

/// What a button does.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateButtonType {
    QuickReply,
    Url,
    Call,
}

/// Sends this.
pub struct FilledTemplate {
    to: Chat,
    title: Option<String>,
    picture: Option<Picture>,
    body: String,
    footer: Option<String>,
    buttons: Vec<Button>,
    pace: Pace,
}

/// A template that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentTemplate {
    #[serde(flatten)]
    sent: Sent,
    metadata: Effort,
}

impl Input for SendTemplate {
    type Command = FilledTemplate;

    fn check(self) -> Result<FilledTemplate, Invalid> {
        let (title, picture) = match self.header {
            Some(header) => header.check()?,
            None => (None, None),
        };
        let buttons = self.buttons.unwrap_or_default();
        if buttons.len() > MOST_BUTTONS {
            let problem = format!("buttons must not hold more than {MOST_BUTTONS} buttons");
            return Err(Invalid::field("buttons", problem));
        }
        let buttons = buttons.into_iter().enumerate();
        let buttons = buttons.map(|(number, button)| button.check(&format!("buttons[{number}]")));
        let buttons = buttons.collect::<Result<Vec<_>, _>>()?;
        let ids = buttons.iter().filter_map(|button| match button {
            Button::Reply { id, .. } => Some(id.as_str()),
            _ => None,
        });
        distinct("buttons", ids)?;
        Ok(FilledTemplate {
            to: self.number,
            title,
            picture,
            body: self.body.into(),
            footer: self.footer.map(String::from),
            buttons,
            pace: pace(self.delay, None),
        })
    }
}

impl TemplateHeader {
    fn check(self) -> Result<(Option<String>, Option<Picture>), Invalid> {
        match self.r#type {
            TemplateHeaderType::Text => {
                let text = required("header.text", self.text)?;
                Ok((Some(text.into()), None))
            }
            TemplateHeaderType::Image => {
                let data = ("header.image", self.image);
                let picture = Picture::either(data, ("header.image_url", self.image_url))?;
                let missing = "either header.image or header.image_url must be provided";
                let picture = picture.ok_or_else(|| Invalid::field("header.image", missing))?;
                Ok((None, Some(picture)))
            }
        }
    }
}

impl TemplateButton {
    fn check(self, field: &str) -> Result<Button, Invalid> {
        let text = self.text.into();
        Ok(match self.r#type {
            TemplateButtonType::QuickReply => Button::Reply {
                text,
                id: required(&format!("{field}.id"), self.id)?.into(),
            },
            TemplateButtonType::Url => {
                let field = format!("{field}.url");
                let url = String::from(required(&field, self.url)?);
                let parsed = Url::parse(&url);
                if !parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
                    let problem = format!("{field} must be the address of a page: https://…");
                    return Err(Invalid::field(field, problem));
                }
                Button::Page { text, url }
            }
            TemplateButtonType::Call => Button::Call {
                text,
                number: required(&format!("{field}.phone_number"), self.phone_number)?,
            },
        })
    }
}

impl Command for FilledTemplate {
    type Reply = SentTemplate;
    const SUMMARY: &'static str =
        "Sends a text with a header and with buttons that answer, open a page or call";
    const OPERATION: Operation = Operation {
        unauthorized: "unauthorized",
        no_device: "failed to acquire WhatsApp device",
        ..by_number("send_template", "failed to send template message")
    };
    const LARGE: bool = true;
    const SENDS: bool = true;

    fn patience(&self) -> Duration {
        self.pace.duration()
    }

    fn refusals() -> Vec<Failure> {
        let timed_out = Failure::TimedOut { message_id: None };
        vec![
            during_upload(Failure::Refused(String::new())),
            during_upload(timed_out),
        ]
    }

    async fn run(self, session: Session) -> Result<SentTemplate, Failure> {
        let stopwatch = Stopwatch::start(&session);
        let chat = session.messages().open("number", &self.to).await?;
        let header = match self.picture {
            Some(picture) => Some(Header::Picture(Box::new(picture.upload(&session).await?))),
            None => self.title.map(Header::Title),
        };
        chat.pace(&self.pace).await?;
        let jid = chat.named();
        let message = Outgoing::native_flow(header, self.body, self.footer, self.buttons);
        let (sent, metadata) = stopwatch.stop(chat.send(message).await?, jid);
        Ok(SentTemplate { sent, metadata })
    }
}
