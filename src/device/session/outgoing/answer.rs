//! Answers to buttons and lists.

use wa::message::buttons_response_message::{Response, Type};
use wa::message::list_response_message::{ListType, SingleSelectReply};
use wa::message::{ButtonsMessage, ButtonsResponseMessage, ListMessage, ListResponseMessage};
use waproto::whatsapp as wa;

use super::Outgoing;
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
}

/// What is answered, as the kind of message that it was.
fn about(
    question: References,
    as_it_was: impl FnOnce(Option<String>) -> wa::Message,
) -> wa::ContextInfo {
    let mut context = question.into_context();
    let body = context.quoted_message.into_option();
    let body = body.and_then(|quoted| quoted.conversation);
    context.quoted_message = buffa::MessageField::some(as_it_was(body));
    context
}
