//! What stands for itself: texts, files, cards, places, polls, and questions with buttons or rows.

use buffa::MessageField;
use serde_json::json;
use waproto::whatsapp::hydrated_template_button::{HydratedButton, HydratedQuickReplyButton};
use waproto::whatsapp::message::buttons_message::button::{ButtonText, Type as ButtonType};
use waproto::whatsapp::message::buttons_message::{Button, HeaderType};
use waproto::whatsapp::message::interactive_message::native_flow_message::NativeFlowButton;
use waproto::whatsapp::message::interactive_message::{self, NativeFlowMessage};
use waproto::whatsapp::message::list_message::{ListType, Row, Section};
use waproto::whatsapp::message::poll_creation_message::Option as PollOption;
use waproto::whatsapp::message::template_message::HydratedFourRowTemplate;
use waproto::whatsapp::message::{
    ButtonsMessage, ContactMessage, ContactsArrayMessage, InteractiveMessage, ListMessage,
    LiveLocationMessage, LocationMessage, PollCreationMessage, RequestPaymentMessage,
    TemplateMessage,
};
use waproto::whatsapp::{HydratedTemplateButton, Message, MessageContextInfo, Money};

use super::{Card, Choice, File, Say};
use crate::sandbox::keys;
use crate::sandbox::phone::content::{Content, MediaType};
use crate::sandbox::world::World;

impl World {
    /// The message of a kind that is about no other one; an empty one for those that are.
    pub(super) fn say_plainly(&mut self, say: Say) -> Message {
        match say {
            Say::Text { text } => self.compose(Content::Text(text), false),
            Say::Image { file, caption } => self.file(MediaType::Image, file, caption),
            Say::Video {
                file,
                caption,
                seconds,
                gif,
            } => {
                let mut message = self.file(MediaType::Video, file, caption);
                if let Some(video) = message.video_message.as_option_mut() {
                    (video.seconds, video.gif_playback) = (seconds, gif.then_some(true));
                }
                message
            }
            Say::VideoNote { file, seconds } => {
                let mut message = self.file(MediaType::Video, file, None);
                let mut note = std::mem::take(&mut message.video_message);
                if let Some(note) = note.as_option_mut() {
                    note.seconds = seconds;
                }
                message.ptv_message = note;
                message
            }
            Say::Audio {
                file,
                seconds,
                voice,
            } => {
                let mut message = self.file(MediaType::Audio, file, None);
                if let Some(audio) = message.audio_message.as_option_mut() {
                    (audio.seconds, audio.ptt) = (seconds, voice.then_some(true));
                }
                message
            }
            Say::Document {
                file,
                file_name,
                caption,
            } => {
                let mut message = self.file(MediaType::Document, file, caption);
                if let Some(document) = message.document_message.as_option_mut() {
                    (document.title, document.file_name) = (file_name.clone(), file_name);
                }
                message
            }
            Say::Sticker { file, animated } => {
                let mut message = self.file(MediaType::Sticker, file, None);
                if let Some(sticker) = message.sticker_message.as_option_mut() {
                    sticker.is_animated = Some(animated);
                }
                message
            }
            Say::PaymentRequest {
                amount,
                currency,
                note,
            } => asked_for_money(amount, currency, note),
            Say::Contact { contact } => Message {
                contact_message: MessageField::some(card(contact)),
                ..Default::default()
            },
            Say::Contacts { contacts } => cards(contacts),
            Say::Location {
                latitude,
                longitude,
                name,
                address,
            } => Message {
                location_message: MessageField::some(LocationMessage {
                    degrees_latitude: Some(latitude),
                    degrees_longitude: Some(longitude),
                    name,
                    address,
                    ..Default::default()
                }),
                ..Default::default()
            },
            Say::LiveLocation {
                latitude,
                longitude,
                caption,
                sequence_number,
            } => Message {
                live_location_message: MessageField::some(LiveLocationMessage {
                    degrees_latitude: Some(latitude),
                    degrees_longitude: Some(longitude),
                    caption,
                    sequence_number,
                    ..Default::default()
                }),
                ..Default::default()
            },
            Say::Poll {
                question,
                options,
                several,
            } => poll(question, options, several),
            Say::List {
                title,
                body,
                button,
                rows,
            } => list(title, body, button, rows),
            Say::Buttons { body, buttons } => old_buttons(body, buttons),
            Say::Template { body, buttons } => template(body, buttons),
            Say::Interactive { body, buttons } => native_flow(body, buttons),
            Say::Reaction { .. }
            | Say::Vote { .. }
            | Say::Answer { .. }
            | Say::Edit { .. }
            | Say::Revoke { .. }
            | Say::Payment { .. }
            | Say::PaymentDeclined { .. } => Message::default(),
        }
    }

    fn file(&mut self, media_type: MediaType, file: File, caption: Option<String>) -> Message {
        let content = Content::Media {
            media_type,
            caption,
            mime: file.mimetype,
            data: file.data,
        };
        self.compose(content, false)
    }
}

fn asked_for_money(amount: u32, currency: String, note: Option<String>) -> Message {
    let note = note.map(|text| Message {
        conversation: Some(text),
        ..Default::default()
    });
    let request = RequestPaymentMessage {
        note_message: note.into(),
        amount1000: Some(u64::from(amount) * 10),
        amount: MessageField::some(Money {
            value: Some(amount.into()),
            offset: Some(100),
            currency_code: Some(currency.clone()),
        }),
        currency_code_iso4217: Some(currency),
        ..Default::default()
    };
    Message {
        request_payment_message: MessageField::some(request),
        ..Default::default()
    }
}

fn card(card: Card) -> ContactMessage {
    let Card { name, phone } = card;
    let vcard = format!(
        "BEGIN:VCARD\nVERSION:3.0\nN:;{name};;;\nFN:{name}\nTEL;type=CELL;type=VOICE;waid={phone}:+{phone}\nEND:VCARD"
    );
    ContactMessage {
        display_name: Some(name),
        vcard: Some(vcard),
        ..Default::default()
    }
}

fn cards(contacts: Vec<Card>) -> Message {
    let content = ContactsArrayMessage {
        display_name: Some(format!("{} contacts", contacts.len())),
        contacts: contacts.into_iter().map(card).collect(),
        ..Default::default()
    };
    Message {
        contacts_array_message: MessageField::some(content),
        ..Default::default()
    }
}

/// Votes are sealed with the secret that goes along.
fn poll(question: String, options: Vec<String>, several: bool) -> Message {
    let options = options.into_iter().map(|name| PollOption {
        option_name: Some(name),
        ..Default::default()
    });
    let content = MessageField::some(PollCreationMessage {
        name: Some(question),
        options: options.collect(),
        selectable_options_count: Some(u32::from(!several)),
        ..Default::default()
    });
    let mut message = Message {
        message_context_info: MessageField::some(MessageContextInfo {
            message_secret: Some(keys::random::<32>().to_vec()),
            ..Default::default()
        }),
        ..Default::default()
    };
    match several {
        true => message.poll_creation_message = content,
        false => message.poll_creation_message_v3 = content,
    }
    message
}

fn list(title: Option<String>, body: String, button: String, rows: Vec<Choice>) -> Message {
    let rows = rows.into_iter().map(|row| Row {
        title: Some(row.text),
        description: row.description,
        row_id: Some(row.id),
    });
    let section = Section {
        rows: rows.collect(),
        ..Default::default()
    };
    let content = ListMessage {
        title,
        description: Some(body),
        button_text: Some(button),
        list_type: Some(ListType::SINGLE_SELECT),
        sections: vec![section],
        ..Default::default()
    };
    Message {
        list_message: MessageField::some(content),
        ..Default::default()
    }
}

fn old_buttons(body: String, buttons: Vec<Choice>) -> Message {
    let buttons = buttons.into_iter().map(|button| Button {
        button_id: Some(button.id),
        button_text: MessageField::some(ButtonText {
            display_text: Some(button.text),
        }),
        r#type: Some(ButtonType::RESPONSE),
        ..Default::default()
    });
    let content = ButtonsMessage {
        content_text: Some(body),
        buttons: buttons.collect(),
        header_type: Some(HeaderType::EMPTY),
        ..Default::default()
    };
    Message {
        buttons_message: MessageField::some(content),
        ..Default::default()
    }
}

fn template(body: String, buttons: Vec<Choice>) -> Message {
    let buttons = buttons.into_iter().zip(0..).map(|(button, index)| {
        let reply = HydratedQuickReplyButton {
            display_text: Some(button.text),
            id: Some(button.id),
        };
        HydratedTemplateButton {
            index: Some(index),
            hydrated_button: Some(HydratedButton::QuickReplyButton(Box::new(reply))),
        }
    });
    let template = HydratedFourRowTemplate {
        hydrated_content_text: Some(body),
        hydrated_buttons: buttons.collect(),
        ..Default::default()
    };
    Message {
        template_message: MessageField::some(TemplateMessage {
            hydrated_template: MessageField::some(template),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn native_flow(body: String, buttons: Vec<Choice>) -> Message {
    let buttons = buttons.into_iter().map(|button| NativeFlowButton {
        name: Some("quick_reply".to_owned()),
        button_params_json: Some(
            json!({ "display_text": button.text, "id": button.id }).to_string(),
        ),
    });
    let flow = NativeFlowMessage {
        buttons: buttons.collect(),
        message_version: Some(1),
        ..Default::default()
    };
    let content = InteractiveMessage {
        body: MessageField::some(interactive_message::Body { text: Some(body) }),
        interactive_message: Some(interactive_message::InteractiveMessage::NativeFlowMessage(
            Box::new(flow),
        )),
        ..Default::default()
    };
    Message {
        interactive_message: MessageField::some(content),
        ..Default::default()
    }
}
