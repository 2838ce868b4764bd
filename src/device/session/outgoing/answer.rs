//! Answers to buttons and lists, in the form that phones have for the kind of question.

use serde_json::{Value, json};
use wa::hydrated_template_button::HydratedButton;
use wa::message::buttons_response_message::{Response, Type};
use wa::message::interactive_message::InteractiveMessage as Shown;
use wa::message::interactive_response_message::{
    Body, InteractiveResponseMessage as Answer, NativeFlowResponseMessage,
};
use wa::message::list_response_message::{ListType, SingleSelectReply};
use wa::message::{
    ButtonsMessage, ButtonsResponseMessage, InteractiveResponseMessage, ListMessage,
    ListResponseMessage, TemplateButtonReplyMessage,
};
use waproto::whatsapp as wa;

use super::Outgoing;
use crate::device::report::unwrapped;
use crate::device::session::messages::context::References;

impl Outgoing {
    /// A button was pressed that has this id and this text. `question`: the message that has the button.
    pub fn button_pressed(id: String, text: String, question: References) -> Self {
        let question = about(question, |body| wa::Message {
            buttons_message: buffa::MessageField::some(ButtonsMessage {
                content_text: body,
                ..Default::default()
            }),
            ..Default::default()
        });
        if is_flow(&question) {
            return Self::flow_answered("quick_reply", &json!({ "id": id }), text, question);
        }
        if let Some(place) = place_in_template(&question, &id) {
            let answer = TemplateButtonReplyMessage {
                selected_id: Some(id),
                selected_display_text: Some(text),
                selected_index: place,
                context_info: buffa::MessageField::some(question),
                ..Default::default()
            };
            return Self(wa::Message {
                template_button_reply_message: buffa::MessageField::some(answer),
                ..Default::default()
            });
        }
        let answer = ButtonsResponseMessage {
            selected_button_id: Some(id),
            response: Some(Response::SelectedDisplayText(text)),
            r#type: Some(Type::DISPLAY_TEXT),
            context_info: buffa::MessageField::some(question),
        };
        Self(wa::Message {
            buttons_response_message: buffa::MessageField::some(answer),
            ..Default::default()
        })
    }

    /// An entry of a list was chosen that has this id, title and description. `question`: the message that has the list.
    pub fn entry_chosen(
        id: String,
        title: String,
        description: Option<String>,
        question: References,
    ) -> Self {
        let question = about(question, |body| wa::Message {
            list_message: buffa::MessageField::some(ListMessage {
                description: body,
                ..Default::default()
            }),
            ..Default::default()
        });
        if is_flow(&question) {
            let mut chosen = json!({ "id": id });
            if let Some(description) = description {
                chosen["description"] = description.into();
            }
            return Self::flow_answered("menu_options", &chosen, title, question);
        }
        let chosen = SingleSelectReply {
            selected_row_id: Some(id),
        };
        let answer = ListResponseMessage {
            title: Some(title),
            description,
            list_type: Some(ListType::SINGLE_SELECT),
            single_select_reply: buffa::MessageField::some(chosen),
            context_info: buffa::MessageField::some(question),
        };
        Self(wa::Message {
            list_response_message: buffa::MessageField::some(answer),
            ..Default::default()
        })
    }

    /// The answer to a "native flow", which is how buttons are shown today.
    fn flow_answered(name: &str, chosen: &Value, text: String, question: wa::ContextInfo) -> Self {
        let reply = NativeFlowResponseMessage {
            name: Some(name.to_owned()),
            params_json: Some(chosen.to_string()),
            version: Some(1),
        };
        let body = Body {
            text: Some(text),
            ..Default::default()
        };
        let answer = InteractiveResponseMessage {
            body: buffa::MessageField::some(body),
            context_info: buffa::MessageField::some(question),
            interactive_response_message: Some(Answer::NativeFlowResponseMessage(Box::new(reply))),
        };
        Self(wa::Message {
            interactive_response_message: buffa::MessageField::some(answer),
            ..Default::default()
        })
    }
}

/// What is answered: as it is kept, or else as the kind of message that it was, with the text that the request has.
fn about(
    question: References,
    as_it_was: impl FnOnce(Option<String>) -> wa::Message,
) -> wa::ContextInfo {
    let mut context = question.into_context();
    let quoted = context.quoted_message.into_option().unwrap_or_default();
    context.quoted_message = buffa::MessageField::some(match quoted {
        wa::Message {
            conversation: Some(body),
            ..
        } => as_it_was(Some(body)),
        kept => kept,
    });
    context
}

fn is_flow(question: &wa::ContextInfo) -> bool {
    let shown = question.quoted_message.as_option().map(unwrapped);
    let shown = shown.and_then(|question| question.interactive_message.as_option());
    let shown = shown.and_then(|question| question.interactive_message.as_ref());
    matches!(shown, Some(Shown::NativeFlowMessage(_)))
}

/// Where a template has the button of this id. `None`: it is no template, or has no such button.
fn place_in_template(question: &wa::ContextInfo, id: &str) -> Option<Option<u32>> {
    let question = unwrapped(question.quoted_message.as_option()?);
    let template = question.template_message.as_option()?;
    let template = template.hydrated_template.as_option()?;
    let button = template.hydrated_buttons.iter().find(|button| {
        matches!(&button.hydrated_button, Some(HydratedButton::QuickReplyButton(reply)) if reply.id.as_deref() == Some(id))
    });
    Some(button?.index)
}
