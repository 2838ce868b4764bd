//! The catalog of events: code, README and the API's document say the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use wutsd::webhooks::catalog::EventName;

use crate::support::contract;

const README: &str = include_str!("../../../README.md");

fn names(fits: impl Fn(&EventName) -> bool) -> BTreeSet<String> {
    let names = EventName::ALL.iter().copied().filter(fits);
    names.map(|name| name.text().to_owned()).collect()
}

/// What stands between backticks.
fn code(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// The names in README's table: those that are told, and those that never are.
fn in_readme() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut told, mut never) = (BTreeSet::new(), BTreeSet::new());
    let mut lines = README.lines();
    lines
        .find(|line| line.starts_with("| Event |"))
        .expect("the table");
    for line in lines.take_while(|line| line.starts_with('|')) {
        let mut cells = line.split('|').skip(1).map(str::trim);
        let (first, second) = (cells.next().expect("a name"), cells.next());
        match first {
            "never produced" => never.extend(code(second.expect("why"))),
            first => told.extend(code(first)),
        }
    }
    (told, never)
}

#[test]
fn every_event_is_in_the_readme_and_in_the_document_or_marked_as_never_told() {
    let told = names(|name| name.never_told().is_none());
    let never = names(|name| name.never_told().is_some());
    assert_eq!(in_readme(), (told.clone(), never));
    // The document lists what has a type.
    assert_eq!(contract::events(), told);
}

fn sent(data: Value) -> Value {
    let id = "5f0f0a52-8d57-4a3f-9d9a-3c1f0a6b7c8d";
    json!({ "id": id, "event": "message.sent", "timestamp": 1, "device_id": id, "user_id": id, "data": data })
}

#[test]
fn a_delivery_that_is_as_documented_passes() {
    let data = json!({ "message_id": "3EB0", "to": null, "is_from_me": true, "timestamp": "2026-06-15T12:00:00Z" });
    contract::check_event(&sent(data));
}

#[test]
#[should_panic(expected = "colour")]
fn a_delivery_with_a_member_that_is_not_documented_does_not_pass() {
    let data = json!({
        "message_id": "3EB0", "to": null, "is_from_me": true, "timestamp": "2026-06-15T12:00:00Z", "colour": "red"
    });
    contract::check_event(&sent(data));
}
