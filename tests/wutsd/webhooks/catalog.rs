//! The catalog of events: code, README and the API's document say the same.

use std::collections::BTreeSet;

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
