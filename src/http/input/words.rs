//! What is wrong with a request, in the words of the API and not in those of the language it is written in.

use serde_json::Error;

use crate::failure::Invalid;

const VERBS: [&str; 4] = ["is ", "must ", "cannot ", "has "];

const NUMBERS: [&str; 10] = [
    "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize",
];

/// Parts of the names of fields whose values are never repeated.
const SECRETS: [&str; 5] = ["password", "secret", "token", "url", "headers"];

/// Whether what stands there may be nobody's business.
pub fn is_secret(path: &str) -> bool {
    SECRETS.iter().any(|secret| path.contains(secret))
}

/// A name that stands twice in an object, or too many values.
pub fn flawed(error: &Error) -> Invalid {
    let text = without_place(error);
    let name = text.split('`').nth(1).map(str::to_owned);
    Invalid {
        field: name,
        ..Invalid::syntax(text)
    }
}

/// `path` is where in the request the error was found, `.` for the request as a whole.
pub fn describe(path: &str, error: &Error) -> Invalid {
    let mut text = in_words(&without_place(error));
    if is_secret(path)
        && let Some((wanted, _found)) = text.split_once(", not ")
    {
        text = wanted.to_owned();
    }
    let missing = |text: &str| {
        let name = text.strip_prefix("missing field `")?.strip_suffix('`')?;
        Some(name.to_owned())
    };
    if let Some(name) = missing(&text) {
        let name = match path {
            "." => name,
            path => format!("{path}.{name}"),
        };
        let problem = format!("{name} is required");
        return Invalid::field(name, problem);
    }
    match path {
        "." => Invalid::request(text),
        _ if text.starts_with(path) => Invalid::field(path, text),
        // What begins with a verb has the field for its subject, what begins with the value follows it.
        _ if VERBS.iter().any(|verb| text.starts_with(verb)) => {
            Invalid::field(path, format!("{path} {text}"))
        }
        _ if text.starts_with('"') => Invalid::field(path, format!("{path}: {text}")),
        _ => Invalid::field(path, text),
    }
}

/// serde's texts end with a place in the body, which says less than the field's name.
fn without_place(error: &Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    text.to_owned()
}

fn in_words(text: &str) -> String {
    let wrong = ["invalid type: ", "invalid value: ", "unknown variant "];
    let wrong = wrong.iter().find_map(|kind| text.strip_prefix(kind));
    match wrong.and_then(|text| text.rsplit_once(", expected ")) {
        Some((found, wanted)) => format!("must be {}, not {}", expected(wanted), value(found)),
        None => text.to_owned(),
    }
}

fn expected(serde: &str) -> &str {
    match serde {
        "a sequence" => "a list",
        "a map" => "an object",
        // What serde says of a choice of words.
        "string or map" => "a string",
        number if number.starts_with('u') && NUMBERS.contains(&number) => {
            "a whole number, 0 or more"
        }
        number if NUMBERS.contains(&number) => "a whole number",
        "f32" | "f64" => "a number",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

fn value(serde: &str) -> &str {
    let quoted = |kind: &str| serde.strip_prefix(kind).map(|text| text.trim_matches('`'));
    match serde {
        "map" => "an object",
        "sequence" => "a list",
        other => quoted("integer ")
            .or_else(|| quoted("boolean "))
            .or_else(|| quoted("floating point "))
            .or_else(|| other.strip_prefix("string "))
            .unwrap_or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serdes_words_become_ours() {
        let table = [
            (
                "invalid type: integer `5`, expected a string",
                "must be a string, not 5",
            ),
            (
                "invalid type: string \"a, expected b\", expected u32",
                "must be a whole number, 0 or more, not \"a, expected b\"",
            ),
            (
                "invalid type: map, expected a sequence",
                "must be a list, not an object",
            ),
            (
                "invalid value: integer `-1`, expected u16",
                "must be a whole number, 0 or more, not -1",
            ),
            (
                "unknown variant `a`, expected `b` or `c`",
                "must be `b` or `c`, not `a`",
            ),
            (
                "invalid type: integer `99`, expected string or map",
                "must be a string, not 99",
            ),
            ("anything else", "anything else"),
        ];
        for (serde, ours) in table {
            assert_eq!(in_words(serde), ours);
        }
    }
}
