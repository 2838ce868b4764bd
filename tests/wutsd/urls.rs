//! The tests mirror the URL table: whoever looks for the tests of an endpoint finds them by its path.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::rooms::sources;
use crate::support::contract;

/// The endpoints that a file says it is about, each as `GET /contacts`.
fn about(head: &str) -> Vec<String> {
    let words: Vec<&str> = head.split_whitespace().collect();
    let is_method = |word: &str| ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&word);
    let pairs = words
        .windows(2)
        .filter(|pair| is_method(pair[0]) && pair[1].starts_with('/'));
    pairs
        .map(|pair| format!("{} {}", pair[0], pair[1].trim_end_matches([',', '.', ':'])))
        .collect()
}

#[test]
fn every_endpoint_has_one_test_file_that_begins_with_its_name() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wutsd");
    let mut named = BTreeSet::new();
    for file in sources(&tests) {
        let text = fs::read_to_string(&file).expect("a source file");
        let head = text.lines().map_while(|line| line.strip_prefix("//!"));
        for endpoint in about(&head.collect::<String>()) {
            let first = named.insert(endpoint.clone());
            assert!(first, "{endpoint} has another file besides {file:?}");
        }
    }
    let documented = contract::operations().into_iter();
    let mut endpoints: BTreeSet<String> = documented
        .map(|operation| format!("{} {}", operation.method, operation.path))
        .collect();
    // The document is not in itself.
    endpoints.extend(["GET /openapi.json", "GET /docs"].map(str::to_owned));
    // Nor is what only the console's page asks for.
    let console = [
        "GET /",
        "GET /console",
        "GET /console/session",
        "POST /console/session",
        "DELETE /console/session",
        "GET /console/events",
        "GET /pair/{secret}",
    ];
    endpoints.extend(console.map(str::to_owned));
    assert_eq!(named, endpoints);
}
