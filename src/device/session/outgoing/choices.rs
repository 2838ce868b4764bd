//! What somebody's question has to choose from.

use serde_json::Value;
use wa::hydrated_template_button::HydratedButton;
use wa::message::interactive_message::InteractiveMessage as Shown;
use waproto::whatsapp as wa;

use crate::device::report::unwrapped;
use crate::device::session::messages::context::References;
use crate::failure::Invalid;

/// Choices that a refusal names.
const NAMED: usize = 20;

/// The ids of a question's buttons, and of the rows of its list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Choices {
    buttons: Vec<String>,
    rows: Vec<String>,
}

impl Choices {
    /// Of a question that is known here.
    pub fn of(question: &References) -> Self {
        question
            .quoted()
            .map(unwrapped)
            .map(read)
            .unwrap_or_default()
    }

    /// Refuses the id of a button that the question does not have. `field`: where the request names it.
    pub fn have_button(&self, field: &'static str, id: &str) -> Result<(), Invalid> {
        have(field, id, "button", &self.buttons)
    }

    /// Refuses the id of a row that the question does not have. `field`: where the request names it.
    pub fn have_row(&self, field: &'static str, id: &str) -> Result<(), Invalid> {
        have(field, id, "row", &self.rows)
    }
}

fn have(field: &'static str, id: &str, what: &str, ids: &[String]) -> Result<(), Invalid> {
    if ids.iter().any(|known| known == id) {
        return Ok(());
    }
    let problem = match ids.is_empty() {
        true => format!("{field}: the quoted message has no {what}s to choose from"),
        false => {
            let named: Vec<_> = ids.iter().take(NAMED).map(String::as_str).collect();
            format!(
                "{field} is no {what} of the quoted message, which has {}",
                named.join(", ")
            )
        }
    };
    Err(Invalid::field(field, problem))
}

fn read(question: &wa::Message) -> Choices {
    let mut choices = Choices::default();
    if let Some(message) = question.buttons_message.as_option() {
        let ids = message.buttons.iter();
        choices
            .buttons
            .extend(ids.filter_map(|button| button.button_id.clone()));
    }
    if let Some(message) = question.list_message.as_option() {
        let rows = message.sections.iter().flat_map(|section| &section.rows);
        choices
            .rows
            .extend(rows.filter_map(|row| row.row_id.clone()));
    }
    let template = question.template_message.as_option();
    if let Some(template) = template.and_then(|template| template.hydrated_template.as_option()) {
        let replies = template.hydrated_buttons.iter();
        choices
            .buttons
            .extend(replies.filter_map(|button| match &button.hydrated_button {
                Some(HydratedButton::QuickReplyButton(reply)) => reply.id.clone(),
                _ => None,
            }));
    }
    let flow = question.interactive_message.as_option();
    if let Some(Shown::NativeFlowMessage(flow)) =
        flow.and_then(|flow| flow.interactive_message.as_ref())
    {
        for button in &flow.buttons {
            let json = button.button_params_json.as_deref().unwrap_or_default();
            let params: Value = serde_json::from_str(json).unwrap_or_default();
            let id = |value: &Value| Some(value["id"].as_str()?.to_owned());
            let sections = params["sections"].as_array().into_iter().flatten();
            let rows = sections.filter_map(|section| section["rows"].as_array());
            let rows = rows.flatten().filter_map(id);
            // A flow is answered with an id, whatever it shows: phones have one form for both.
            let ids: Vec<String> = id(&params).into_iter().chain(rows).collect();
            choices.buttons.extend(ids.iter().cloned());
            choices.rows.extend(ids);
        }
    }
    choices
}
