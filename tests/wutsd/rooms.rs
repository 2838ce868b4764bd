//! Dependencies go one way: nobody outside `device` and `store/records` knows the protocol library.

use std::fs;
use std::path::{Path, PathBuf};

const LIBRARY: [&str; 8] = [
    "whatsapp_rust",
    "wacore",
    "wacore_appstate",
    "wacore_binary",
    "wacore_libsignal",
    "wacore_noise",
    "waproto",
    "buffa",
];

/// What a room must not use, by the names of other rooms.
const FORBIDDEN: [(&str, &[&str]); 6] = [
    (
        "src/store",
        &[
            "accounts",
            "commands",
            "device",
            "http",
            "supervision",
            "webhooks",
        ],
    ),
    (
        "src/webhooks",
        &["accounts", "commands", "device", "http", "supervision"],
    ),
    (
        "src/device",
        &["accounts", "commands", "http", "supervision"],
    ),
    ("src/commands", &["accounts", "http", "supervision"]),
    ("src/supervision", &["accounts", "commands", "http"]),
    (
        "src/accounts",
        &["commands", "device", "http", "supervision"],
    ),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Every line of production code that names another module, with its file.
fn uses() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut uses = Vec::new();
    for file in sources(&root.join("src")) {
        let name = file
            .strip_prefix(root)
            .expect("below the root")
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(file).expect("a source file");
        if name.contains("/tests") {
            continue;
        }
        let production = text.split("#[cfg(test)]").next().unwrap_or_default();
        let named = |line: &&str| line.contains("::") && !line.trim_start().starts_with("//");
        uses.extend(
            production
                .lines()
                .filter(named)
                .map(|line| (name.clone(), line.to_owned())),
        );
    }
    assert!(uses.len() > 100, "the sources were not found");
    uses
}

#[test]
fn only_device_and_records_import_the_protocol_library() {
    let may = ["src/device", "src/store/records", "src/sandbox"];
    for (name, line) in uses() {
        if !may.iter().any(|room| name.starts_with(room)) {
            let library = LIBRARY
                .iter()
                .find(|library| line.contains(&format!("{library}::")));
            assert_eq!(library, None, "{name}: {line}");
        }
    }
}

#[test]
fn rooms_use_only_the_rooms_below_them() {
    for (name, line) in uses() {
        for (room, forbidden) in FORBIDDEN {
            if name.starts_with(room) {
                let other = forbidden
                    .iter()
                    .find(|other| line.contains(&format!("crate::{other}::")));
                assert_eq!(other, None, "{name}: {line}");
            }
        }
    }
}
