//! Everybody in an event goes by number and by LID: what tells one of the two is given the other one, where it is known.

use std::collections::HashMap;

use serde_json::{Map, Value};
use tracing::debug;

use crate::store::RecordBackend;
use crate::telemetry::Chain;

/// Ends of the names of the two fields that belong together: `pn` and `lid`, `by_pn` and `by_lid`.
const ENDS: [&str; 2] = ["pn", "lid"];

/// So many people of one event are looked up.
const MOST: usize = 1024;

/// Fills in who is named once only. Nobody waits for it; what cannot be read stays unknown.
pub async fn complete(data: &mut Value, names: &RecordBackend) {
    let mut others = HashMap::new();
    each_half(data, &mut |known, _missing| {
        if others.len() < MOST {
            others.insert(known.to_owned(), None);
        }
    });
    for (known, other) in &mut others {
        match names.other_name(known).await {
            Ok(name) => *other = name,
            Err(error) => debug!(error = %Chain(&error), "a name could not be looked up"),
        }
    }
    each_half(data, &mut |known, missing| {
        if let Some(Some(other)) = others.get(known) {
            *missing = other.clone().into();
        }
    });
}

/// Every pair of fields of which one is told and the other is `null`.
fn each_half(value: &mut Value, act: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Object(fields) => {
            for (name, other) in halves(fields) {
                let known = fields.get(&name).and_then(Value::as_str).map(str::to_owned);
                if let (Some(known), Some(missing)) = (known, fields.get_mut(&other)) {
                    act(&known, missing);
                }
            }
            fields.values_mut().for_each(|value| each_half(value, act));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_half(item, act)),
        _ => {}
    }
}

/// The names of the field that is told, and of the one that is not.
fn halves(fields: &Map<String, Value>) -> Vec<(String, String)> {
    let halves = fields.iter().filter_map(|(name, value)| {
        let (number, lid) = (ENDS, [ENDS[1], ENDS[0]]);
        let ends = number.into_iter().zip(lid);
        let other =
            ends.filter_map(|(end, other)| Some(name.strip_suffix(end)?.to_owned() + other));
        let other = other.last().filter(|_| value.is_string())?;
        fields.get(&other)?.is_null().then(|| (name.clone(), other))
    });
    halves.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_has_a_place_for_the_other_name_lacks_it() {
        let mut data = json!({
            "from_pn": null,
            "from_lid": "1@lid",
            "by_pn": "2@s.whatsapp.net",
            "by_lid": "2@lid",
            "chat_pn": "3@s.whatsapp.net",
            "nobody_pn": null,
            "nobody_lid": null,
            "people": [
                { "pn": "4", "user_pn": "4@s.whatsapp.net", "user_lid": null },
                { "pn": null, "lid": "5@lid" }
            ]
        });
        let mut found = Vec::new();
        each_half(&mut data, &mut |known, missing| {
            found.push(known.to_owned());
            *missing = "found".into();
        });
        assert_eq!(found, ["1@lid", "4@s.whatsapp.net", "5@lid"]);
        assert_eq!(data["from_pn"], "found");
        assert_eq!(data["people"][0]["user_lid"], "found");
        assert_eq!(data["nobody_pn"], Value::Null);
    }
}
