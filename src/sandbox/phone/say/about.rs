//! What is about another message: reactions, votes, answers, and messages that change an earlier one.

use buffa::MessageField;
use serde_json::{Value, json};
use wacore::poll::{compute_option_hash, encrypt_poll_vote_with_secret};
use wacore::proto_helpers::build_reaction_message;
use waproto::whatsapp::hydrated_template_button::HydratedButton;
use waproto::whatsapp::message::buttons_response_message::{Response, Type as Pressed};
use waproto::whatsapp::message::interactive_message::InteractiveMessage as Interactive;
use waproto::whatsapp::message::interactive_response_message::{
    Body, InteractiveResponseMessage as Reply, NativeFlowResponseMessage,
};
use waproto::whatsapp::message::list_response_message::{ListType, SingleSelectReply};
use waproto::whatsapp::message::protocol_message::Type;
use waproto::whatsapp::message::{
    ButtonsResponseMessage, DeclinePaymentRequestMessage, InteractiveResponseMessage,
    ListResponseMessage, PollEncValue, PollUpdateMessage, ProtocolMessage, SendPaymentMessage,
    TemplateButtonReplyMessage,
};
use waproto::whatsapp::{Message, MessageKey};

use super::{Say, Unsaid};
use crate::sandbox::phone::known::Known;
use crate::sandbox::phone::letter::unwrapped;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

impl World {
    /// The message of a kind that is about another one.
    pub(super) fn say_about(
        &self,
        phone: &str,
        known: &Known,
        say: Say,
    ) -> Result<Message, Unsaid> {
        match say {
            Say::Reaction { emoji, .. } => {
                let key = self.key_to(phone, known).ok_or(Unsaid::NoWay)?;
                Ok(build_reaction_message(key, emoji, now_ms()))
            }
            Say::Vote { options, .. } => self.vote(phone, known, &options),
            Say::Answer { id, .. } => answer(known, &id),
            Say::Edit { text, .. } => {
                let edited = Message {
                    conversation: Some(text),
                    ..Default::default()
                };
                match known.author == phone {
                    true => self.change(phone, known, Type::MESSAGE_EDIT, Some(edited)),
                    false => Err(Unsaid::NotOwn),
                }
            }
            Say::Revoke { .. } => {
                let group = self.group(&known.chat.user);
                let leads = group.is_some_and(|group| group.admins.contains(phone));
                match known.author == phone || leads {
                    true => self.change(phone, known, Type::REVOKE, None),
                    false => Err(Unsaid::NotAdmin),
                }
            }
            Say::Payment { .. } => self.paid(phone, known),
            Say::PaymentDeclined { .. } => self.declined(phone, known),
            _ => Err(Unsaid::NoWay),
        }
    }

    fn paid(&self, phone: &str, known: &Known) -> Result<Message, Unsaid> {
        let paid = SendPaymentMessage {
            request_message_key: MessageField::some(self.asked_for_money(phone, known)?),
            ..Default::default()
        };
        Ok(Message {
            send_payment_message: MessageField::some(paid),
            ..Default::default()
        })
    }

    fn declined(&self, phone: &str, known: &Known) -> Result<Message, Unsaid> {
        let declined = DeclinePaymentRequestMessage {
            key: MessageField::some(self.asked_for_money(phone, known)?),
        };
        Ok(Message {
            decline_payment_request_message: MessageField::some(declined),
            ..Default::default()
        })
    }

    fn asked_for_money(&self, phone: &str, known: &Known) -> Result<MessageKey, Unsaid> {
        match unwrapped(&known.message).request_payment_message.is_set() && known.author != phone {
            true => self.key_to(phone, known).ok_or(Unsaid::NoWay),
            false => Err(Unsaid::NoRequest),
        }
    }

    fn change(
        &self,
        phone: &str,
        known: &Known,
        kind: Type,
        edited: Option<Message>,
    ) -> Result<Message, Unsaid> {
        let key = self.key_to(phone, known).ok_or(Unsaid::NoWay)?;
        let change = ProtocolMessage {
            key: MessageField::some(key),
            r#type: Some(kind),
            timestamp_ms: edited.is_some().then(now_ms),
            edited_message: edited.into(),
            ..Default::default()
        };
        Ok(Message {
            protocol_message: MessageField::some(change),
            ..Default::default()
        })
    }

    /// A vote replaces the voter's earlier one; one for nothing takes it back.
    fn vote(&self, phone: &str, known: &Known, options: &[String]) -> Result<Message, Unsaid> {
        let poll = unwrapped(&known.message);
        let secret = poll.message_context_info.as_option();
        let secret = secret.and_then(|info| info.message_secret.as_deref());
        let (Some(secret), Some(offered)) = (secret, offered(poll)) else {
            return Err(Unsaid::NoPoll);
        };
        if let Some(other) = options.iter().find(|option| !offered.contains(option)) {
            return Err(Unsaid::UnknownChoice(other.clone()));
        }
        let hashes = options
            .iter()
            .map(|option| compute_option_hash(option).to_vec());
        let creator = self.author_in_chat(known).ok_or(Unsaid::NoWay)?.to_string();
        let voter = self
            .named_in_chat(phone, &known.chat)
            .ok_or(Unsaid::NoWay)?;
        let hashes: Vec<Vec<u8>> = hashes.collect();
        let sealed =
            encrypt_poll_vote_with_secret(&hashes, secret, &known.id, &creator, &voter.to_string());
        let (payload, iv) = sealed.map_err(|_bad_secret| Unsaid::NoPoll)?;
        let vote = PollUpdateMessage {
            poll_creation_message_key: self.key_to(phone, known).into(),
            vote: MessageField::some(PollEncValue {
                enc_payload: Some(payload),
                enc_iv: Some(iv.to_vec()),
            }),
            sender_timestamp_ms: Some(now_ms()),
            ..Default::default()
        };
        Ok(Message {
            poll_update_message: MessageField::some(vote),
            ..Default::default()
        })
    }
}

/// An answer in the form that phones have for this kind of question.
fn answer(known: &Known, id: &str) -> Result<Message, Unsaid> {
    let question = unwrapped(&known.message);
    let answer = button_pressed(question, id)
        .or_else(|| row_chosen(question, id))
        .or_else(|| template_button_pressed(question, id))
        .or_else(|| flow_button_pressed(question, id));
    answer.ok_or_else(|| Unsaid::UnknownChoice(id.to_owned()))
}

fn now_ms() -> i64 {
    i64::try_from(stanza::now()).unwrap_or_default() * 1000
}

/// The options of a poll.
fn offered(poll: &Message) -> Option<Vec<&String>> {
    let single = poll.poll_creation_message_v3.as_option();
    let poll = single.or(poll.poll_creation_message.as_option())?;
    let options = poll.options.iter();
    Some(
        options
            .filter_map(|option| option.option_name.as_ref())
            .collect(),
    )
}

fn button_pressed(question: &Message, id: &str) -> Option<Message> {
    let mut buttons = question.buttons_message.as_option()?.buttons.iter();
    let button = buttons.find(|button| button.button_id.as_deref() == Some(id))?;
    let text = button.button_text.as_option()?.display_text.clone()?;
    let pressed = ButtonsResponseMessage {
        selected_button_id: Some(id.to_owned()),
        response: Some(Response::SelectedDisplayText(text)),
        r#type: Some(Pressed::DISPLAY_TEXT),
        ..Default::default()
    };
    Some(Message {
        buttons_response_message: MessageField::some(pressed),
        ..Default::default()
    })
}

fn row_chosen(question: &Message, id: &str) -> Option<Message> {
    let sections = question.list_message.as_option()?.sections.iter();
    let mut rows = sections.flat_map(|section| &section.rows);
    let row = rows.find(|row| row.row_id.as_deref() == Some(id))?;
    let chosen = ListResponseMessage {
        title: row.title.clone(),
        description: row.description.clone(),
        list_type: Some(ListType::SINGLE_SELECT),
        single_select_reply: MessageField::some(SingleSelectReply {
            selected_row_id: Some(id.to_owned()),
        }),
        ..Default::default()
    };
    Some(Message {
        list_response_message: MessageField::some(chosen),
        ..Default::default()
    })
}

fn template_button_pressed(question: &Message, id: &str) -> Option<Message> {
    let template = question.template_message.as_option()?;
    let mut buttons = template
        .hydrated_template
        .as_option()?
        .hydrated_buttons
        .iter();
    let (index, text) = buttons.find_map(|button| match &button.hydrated_button {
        Some(HydratedButton::QuickReplyButton(reply)) if reply.id.as_deref() == Some(id) => {
            Some((button.index, reply.display_text.clone()))
        }
        _ => None,
    })?;
    let pressed = TemplateButtonReplyMessage {
        selected_id: Some(id.to_owned()),
        selected_display_text: text,
        selected_index: index,
        ..Default::default()
    };
    Some(Message {
        template_button_reply_message: MessageField::some(pressed),
        ..Default::default()
    })
}

fn flow_button_pressed(question: &Message, id: &str) -> Option<Message> {
    let question = question.interactive_message.as_option()?;
    let Some(Interactive::NativeFlowMessage(flow)) = &question.interactive_message else {
        return None;
    };
    let text = flow.buttons.iter().find_map(|button| {
        let parameters = button.button_params_json.as_deref()?;
        let parameters: Value = serde_json::from_str(parameters).ok()?;
        (parameters["id"] == id).then(|| parameters["display_text"].as_str().map(str::to_owned))
    })?;
    let reply = NativeFlowResponseMessage {
        name: Some("quick_reply".to_owned()),
        params_json: Some(json!({ "id": id }).to_string()),
        version: Some(1),
    };
    let pressed = InteractiveResponseMessage {
        body: MessageField::some(Body {
            text,
            ..Default::default()
        }),
        interactive_response_message: Some(Reply::NativeFlowResponseMessage(Box::new(reply))),
        ..Default::default()
    };
    Some(Message {
        interactive_response_message: MessageField::some(pressed),
        ..Default::default()
    })
}
