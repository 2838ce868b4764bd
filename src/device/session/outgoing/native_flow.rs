//! Messages with buttons, in the form that phones show today: "native flow".

use serde_json::{Value, json};
use wa::message::InteractiveMessage;
use wa::message::interactive_message::native_flow_message::NativeFlowButton;
use wa::message::interactive_message::{self as part, NativeFlowMessage, header};
use waproto::whatsapp as wa;

use super::Outgoing;
use crate::jid::PhoneNumber;

/// What stands above the body.
pub enum Header {
    Title(String),
    /// An uploaded picture.
    Picture(Box<Outgoing>),
}

/// Something to press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// Answers with its id.
    Reply { text: String, id: String },
    /// Opens a page.
    Page { text: String, url: String },
    /// Calls a number.
    Call { text: String, number: PhoneNumber },
}

impl Button {
    /// WhatsApp's name of it, and what belongs to it.
    fn parts(&self) -> (&'static str, Value) {
        match self {
            Self::Reply { text, id } => ("quick_reply", json!({ "display_text": text, "id": id })),
            Self::Page { text, url } => (
                "cta_url",
                json!({ "display_text": text, "url": url, "merchant_url": url }),
            ),
            Self::Call { text, number } => (
                "cta_call",
                json!({ "display_text": text, "phone_number": format!("+{number}") }),
            ),
        }
    }
}

impl Outgoing {
    /// A text with buttons below it.
    pub fn native_flow(
        header: Option<Header>,
        body: String,
        footer: Option<String>,
        buttons: Vec<Button>,
    ) -> Self {
        let buttons = buttons.iter().map(Button::parts);
        let buttons = buttons.map(|(name, parameters)| NativeFlowButton {
            name: Some(name.to_owned()),
            button_params_json: Some(parameters.to_string()),
        });
        let flow = NativeFlowMessage {
            buttons: buttons.collect(),
            message_version: Some(1),
            ..Default::default()
        };
        let body = part::Body { text: Some(body) };
        let footer = footer.map(|text| part::Footer {
            text: Some(text),
            ..Default::default()
        });
        let content = InteractiveMessage {
            header: header.map(above).into(),
            body: buffa::MessageField::some(body),
            footer: footer.into(),
            interactive_message: Some(part::InteractiveMessage::NativeFlowMessage(Box::new(flow))),
            ..Default::default()
        };
        Self(wa::Message {
            interactive_message: buffa::MessageField::some(content),
            ..Default::default()
        })
    }
}

fn above(header: Header) -> part::Header {
    match header {
        Header::Title(title) => part::Header {
            title: Some(title),
            has_media_attachment: Some(false),
            ..Default::default()
        },
        Header::Picture(picture) => {
            let image = picture.0.image_message.into_option();
            part::Header {
                has_media_attachment: Some(image.is_some()),
                media: image.map(|image| header::Media::ImageMessage(Box::new(image))),
                ..Default::default()
            }
        }
    }
}
