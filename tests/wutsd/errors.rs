//! What can be read of errors in the source: each is logged with all its causes, and none is thrown away for a bare 500.

use crate::rooms::lines;

/// What nobody writes, and what to write instead.
const NEVER: [(&str, &str); 3] = [
    ("%error", "%Chain(&error)"),
    ("?error", "%Chain(&error)"),
    (
        "|_| Failure::Internal",
        "|error| Failure::internal(…, &error)",
    ),
];

/// Whether the line has this, and not only the beginning of a longer name.
fn has(line: &str, never: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    line.split(never).skip(1).any(|rest| !goes_on(rest))
}

#[test]
fn no_cause_of_an_error_is_lost() {
    let mut lost = Vec::new();
    for (file, line) in lines() {
        for (never, instead) in NEVER {
            if has(&line, never) {
                lost.push(format!("{file}: {} (write {instead})", line.trim()));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}
