//! All kinds of messages that are neither text nor media: named and given as WhatsApp's own message has them.
//!
//! Bytes are in base64, thumbnails are left out, and so is what is not set. JSON that WhatsApp has in a text is JSON here.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};
use wacore_binary::Jid;
use waproto::whatsapp::Message;

use super::content::{self, Content, Details, InteractiveResponse, MessageContext};
use super::kept;
use crate::device::report::about::{AboutQuoted, Person};
use crate::device::report::participants::Participant;

/// Parts that go along with a message and are none.
const COMPANY: [&str; 3] = [
    "sender_key_distribution_message",
    "fast_ratchet_key_sender_key_distribution_message",
    "message_context_info",
];

/// What a kind is called where WhatsApp's name says less, or several.
const NAMES: [(&str, &str); 7] = [
    ("poll_creation_message", "poll"),
    ("poll_creation_message_v2", "poll"),
    ("poll_creation_message_v3", "poll"),
    ("poll_creation_message_v5", "poll"),
    ("poll_creation_message_v6", "poll"),
    ("contacts_array_message", "contacts"),
    ("call_log_messsage", "call_log"),
];

/// Where the words are, in the order in which they are looked for.
const WORDS: [&str; 13] = [
    "/text",
    "/caption",
    "/name",
    "/display_name",
    "/selected_display_text",
    "/body/text",
    "/title",
    "/group_name",
    "/content_text",
    "/hydrated_template/hydrated_content_text",
    "/description",
    "/note_message/extended_text_message/text",
    "/note_message/conversation",
];

/// `None`: there is nothing in it but its company.
pub fn content(message: &Message) -> Option<Content> {
    let parts = match serde_json::to_value(message) {
        Ok(Value::Object(parts)) => parts,
        _ => Map::new(),
    };
    let mut parts: Vec<(String, Value)> = parts
        .into_iter()
        .filter(|(_, part)| !part.is_null())
        .collect();
    let accompanied = !parts.is_empty();
    parts.retain(|(name, _)| !COMPANY.contains(&name.as_str()));
    match parts.into_iter().next() {
        Some((name, part)) => {
            let mut content = of_part(&name, part);
            // Where the kind has one of its own, it says more than what JSON tells.
            let context = content::context(kept::context(message));
            content.context = context.or(content.context);
            Some(content)
        }
        None if accompanied => None,
        // Newer than this program: that there is a message is worth telling all the same.
        None => Some(Content {
            kind: "unknown".into(),
            ..Content::default()
        }),
    }
}

fn of_part(name: &str, mut part: Value) -> Content {
    let context = part.get("context_info").and_then(context);
    tidy(&mut part);
    let words = WORDS.iter().find_map(|place| part.pointer(place)?.as_str());
    let text = words.map(str::to_owned);
    let chosen = part.get("native_flow_response_message");
    let details = match chosen.filter(|_| name == "interactive_response_message") {
        Some(chosen) => Details::InteractiveResponse(InteractiveResponse::from(chosen)),
        None => Details::Other(part),
    };
    Content {
        kind: kind(name),
        text,
        media: None,
        details: Some(details),
        context,
    }
}

fn kind(name: &str) -> String {
    let known = NAMES.iter().find(|(theirs, _)| *theirs == name);
    let shortened = || name.replace("_message", "");
    known.map_or_else(shortened, |(_, ours)| (*ours).to_owned())
}

/// What a kind that has no type of its own refers to: less of it than `content::context` finds.
fn context(context: &Value) -> Option<MessageContext> {
    let text = |name: &str| Some(context.get(name)?.as_str()?.to_owned());
    let mentioned = context.get("mentioned_jid").and_then(Value::as_array);
    let mentioned = mentioned.into_iter().flatten().filter_map(Value::as_str);
    let mentioned: Vec<String> = mentioned.map(str::to_owned).collect();
    let found = MessageContext {
        quoted_message_id: text("stanza_id"),
        quoted: AboutQuoted::from(text("participant").as_deref()),
        mentioned_people: Person::all(&mentioned),
        mentioned,
        everybody: context
            .get("non_jid_mentions")
            .and_then(Value::as_u64)
            .unwrap_or_default()
            > 0,
        is_forwarded: context.get("is_forwarded").and_then(Value::as_bool),
        ..MessageContext::default()
    };
    (found != MessageContext::default()).then_some(found)
}

fn tidy(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| name != "context_info" && !name.contains("thumbnail"));
            fields.values_mut().for_each(tidy);
            fields.retain(|_, value| !is_nothing(value));
            let named = std::mem::take(fields).into_iter();
            *fields = named
                .map(by_choice)
                .map(parsed)
                .flat_map(named_twice)
                .collect();
        }
        Value::Array(items) => match bytes(items) {
            Some(bytes) => *value = BASE64_STANDARD.encode(bytes).into(),
            None => items.iter_mut().for_each(tidy),
        },
        _ => {}
    }
}

/// What is one of several things goes by WhatsApp's name of what it is; the library has it below the name of the choice.
fn by_choice((name, value): (String, Value)) -> (String, Value) {
    let Value::Object(fields) = value else {
        return (name, value);
    };
    let chosen = fields.keys().next().filter(|_| fields.len() == 1);
    match chosen.filter(|chosen| chosen.starts_with(char::is_uppercase)) {
        Some(chosen) => {
            let name = snake_case(chosen);
            let value = fields.into_iter().next().map(|(_, value)| value);
            (name, value.unwrap_or_default())
        }
        None => (name, Value::Object(fields)),
    }
}

/// Beside somebody's JID, both names: the one that it does not say is `null`, until it is found out.
fn named_twice((name, value): (String, Value)) -> Vec<(String, Value)> {
    let jid = value.as_str().and_then(|text| text.parse::<Jid>().ok());
    let Some(person) = jid.as_ref().and_then(Participant::of) else {
        return vec![(name, value)];
    };
    vec![
        (format!("{name}_pn"), person.number_text().into()),
        (format!("{name}_lid"), person.lid_text().into()),
        (name, value),
    ]
}

/// `params_json` is a text; what it says goes by the name of `params`. What is no JSON stays a text.
fn parsed((name, value): (String, Value)) -> (String, Value) {
    let json = name.strip_suffix("_json").zip(value.as_str());
    match json.and_then(|(name, text)| Some((name, serde_json::from_str(text).ok()?))) {
        Some((name, value)) => (name.to_owned(), value),
        None => (name, value),
    }
}

impl From<&Value> for InteractiveResponse {
    fn from(chosen: &Value) -> Self {
        let given = |name: &str| chosen.get(name).cloned();
        let name = given("name").and_then(|name| Some(name.as_str()?.to_owned()));
        Self::new(name, given("params").or_else(|| given("params_json")))
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// The library writes bytes as a list of numbers.
fn bytes(items: &[Value]) -> Option<Vec<u8>> {
    if items.is_empty() {
        return None;
    }
    let byte = |item: &Value| u8::try_from(item.as_u64()?).ok();
    items.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_in_a_text_is_json_and_anything_else_stays_a_text() {
        let answer = |params: &str| {
            let chosen = json!({ "name": "quick_reply", "params_json": params });
            let part = json!({ "native_flow_response_message": chosen });
            let content = of_part("interactive_response_message", part);
            serde_json::to_value(content.details).expect("JSON")
        };
        let id = json!({ "name": "quick_reply", "params": { "id": "yes" } });
        assert_eq!(answer(r#"{"id":"yes"}"#), id);
        let none = json!({ "name": "quick_reply", "params": "{" });
        assert_eq!(answer("{"), none);
        let button = json!({ "name": "quick_reply", "button_params_json": r#"{"id":"yes"}"# });
        let mut part = json!({ "buttons": [button] });
        tidy(&mut part);
        let button = json!({ "name": "quick_reply", "button_params": { "id": "yes" } });
        assert_eq!(part, json!({ "buttons": [button] }));
    }

    #[test]
    fn beside_somebodys_jid_there_is_room_for_both_names() {
        let mut part = json!({ "request_from": "1@lid", "note": "a@b", "group_jid": "1-2@g.us" });
        tidy(&mut part);
        let expected = json!({
            "request_from": "1@lid",
            "request_from_pn": null,
            "request_from_lid": "1@lid",
            "note": "a@b",
            "group_jid": "1-2@g.us",
        });
        assert_eq!(part, expected);
    }
}
