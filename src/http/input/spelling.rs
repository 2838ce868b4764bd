//! Names of fields in another spelling: `view_once` for `viewOnce`, `PTT` for `ptt`. The API itself has both ways, and what
//! is not read because of an underscore may be what a picture must not be shown without.

use serde_json::{Map, Value};

/// Gives fields that are not known the name of one that is, is spelt alike, and is not there.
pub fn mend<'a>(fields: &mut Map<String, Value>, known: impl Iterator<Item = &'a str> + Clone) {
    let is_known = |name: &str| known.clone().any(|known| known == name);
    let unknown = fields.keys().filter(|name| !is_known(name));
    let unknown: Vec<String> = unknown.cloned().collect();
    for name in unknown {
        let mut alike = known.clone().filter(|known| are_alike(known, &name));
        if let Some(known) = alike.next()
            && !fields.contains_key(known)
            && let Some(value) = fields.shift_remove(&name)
        {
            fields.insert(known.to_owned(), value);
        }
    }
}

fn are_alike(one: &str, other: &str) -> bool {
    let letters = |name: &str| {
        let letters = name.bytes().filter(|byte| !matches!(byte, b'_' | b'-'));
        letters
            .map(|byte| byte.to_ascii_lowercase())
            .collect::<Vec<_>>()
    };
    letters(one) == letters(other)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_spelt_alike_is_taken_where_nothing_else_is_there() {
        let known = ["viewOnce", "ptt", "file_name"];
        let mended = |value: Value| {
            let Value::Object(mut fields) = value else {
                panic!("an object");
            };
            mend(&mut fields, known.into_iter());
            Value::Object(fields)
        };
        assert_eq!(
            mended(json!({ "view_once": true, "PTT": 1 })),
            json!({ "viewOnce": true, "ptt": 1 })
        );
        assert_eq!(
            mended(json!({ "fileName": "a", "filename": "b" })),
            json!({ "file_name": "a", "filename": "b" })
        );
        for same in [
            json!({ "viewOnce": false, "view_once": true }),
            json!({ "view": 1, "once": 2 }),
        ] {
            assert_eq!(mended(same.clone()), same);
        }
    }
}
