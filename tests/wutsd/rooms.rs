//! What each room of the source may use: dependencies go one way, and everybody's libraries are their own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms that it may use, all of which stand before it.
#[rustfmt::skip]
const ROOMS: [(&str, &str); 21] = [
    ("contract", ""),
    ("ids", ""),
    ("metrics", ""),
    ("private_file", ""),
    ("memory", "ids metrics"),
    ("config", "memory"),
    ("telemetry", "config"),
    ("open_files", "telemetry"),
    ("store", "ids metrics private_file telemetry"),
    // It knows what a failed store means, so that this is the same everywhere.
    ("failure", "memory store telemetry"),
    ("jid", "failure"),
    ("media", "config failure memory telemetry"),
    ("accounts", "config failure ids private_file store"),
    ("webhooks", "config failure ids media metrics store telemetry"),
    ("device", "config failure ids jid media memory metrics store telemetry webhooks"),
    ("supervision", "config device failure ids metrics store telemetry webhooks"),
    ("commands", "contract device failure ids jid media memory"),
    ("http", "accounts commands config contract device failure ids jid memory metrics store supervision telemetry webhooks"),
    // It puts the others together.
    ("app", "accounts config device http media memory metrics open_files private_file store supervision telemetry webhooks"),
    // A server of its own, which has no more than words in common with the daemon.
    ("sandbox", "ids telemetry"),
    ("cli", "app config private_file sandbox supervision telemetry"),
];

/// Where the program and the library begin: they only name the rooms.
const ROOTS: [&str; 2] = ["lib", "main"];

/// Libraries with the places that may use them.
const LIBRARIES: [(&[&str], &[&str]); 4] = [
    (
        &[
            "whatsapp_rust",
            "wacore",
            "wacore_appstate",
            "wacore_binary",
            "wacore_libsignal",
            "wacore_noise",
            "waproto",
            "buffa",
        ],
        &["src/device", "src/store/records", "src/sandbox"],
    ),
    (&["actix_web"], &["src/http", "src/app", "src/sandbox"]),
    (&["rusqlite"], &["src/store", "src/sandbox"]),
    (&["clap"], &["src/cli", "src/main"]),
];

/// All source files below a folder.
pub fn sources(folder: &Path) -> Vec<PathBuf> {
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

/// Every line of production code, without comments, with its file.
pub fn lines() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut lines = Vec::new();
    for file in sources(&root.join("src")) {
        let name = file.strip_prefix(root).expect("below the root");
        let name = name.to_string_lossy().into_owned();
        if name.contains("/tests") {
            continue;
        }
        let text = fs::read_to_string(file).expect("a source file");
        let production = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code = production
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        lines.extend(code.map(|line| (name.clone(), line.to_owned())));
    }
    assert!(lines.len() > 1000, "the sources were not found");
    lines
}

/// `store` of `src/store.rs` and of `src/store/writer.rs`.
fn room(file: &str) -> &str {
    let path = file.strip_prefix("src/").expect("a source file");
    let room = path.split('/').next().unwrap_or_default();
    room.strip_suffix(".rs").unwrap_or(room)
}

/// The rooms that a line names; the program sees the library under its own name.
fn named(line: &str) -> Vec<&str> {
    let no_name = |c: char| !c.is_alphanumeric() && c != '_';
    let rest = ["crate::", "wutsd::"].map(|root| line.split(root).skip(1));
    let mut named = Vec::new();
    for rest in rest.into_iter().flatten() {
        assert_ne!(rest, "{", "more lines than one: {line}");
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => group.split(',').map(str::trim).collect(),
            None => vec![rest],
        };
        named.extend(names.iter().filter_map(|name| name.split(no_name).next()));
    }
    named
}

/// The rooms that a room may use; none for what is no room.
fn below(room: &str) -> Option<Vec<&'static str>> {
    let found = ROOMS.iter().find(|(name, _)| *name == room);
    found.map(|(_, others)| others.split_whitespace().collect())
}

#[test]
fn every_room_is_known_and_uses_only_rooms_below_it() {
    let rooms = lines().into_iter().map(|(file, _)| room(&file).to_owned());
    let mut rooms: BTreeSet<String> = rooms.collect();
    for root in ROOTS {
        assert!(rooms.remove(root), "{root}");
    }
    let known: BTreeSet<String> = ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(rooms, known);
    for (place, (room, others)) in ROOMS.iter().enumerate() {
        for other in others.split_whitespace() {
            let before = ROOMS[..place].iter().any(|(name, _)| *name == other);
            assert!(before, "{room} stands before {other}");
        }
    }
}

#[test]
fn rooms_use_only_the_rooms_that_they_may() {
    for (file, line) in lines() {
        let room = room(&file);
        let Some(others) = below(room) else {
            continue;
        };
        for other in named(&line) {
            let is_room = below(other).is_some();
            let fine = !is_room || other == room || others.contains(&other);
            assert!(fine, "{room} uses {other}: {file}: {line}");
        }
    }
}

#[test]
fn libraries_stay_where_they_belong() {
    for (file, line) in lines() {
        for (libraries, places) in LIBRARIES {
            if !places.iter().any(|place| file.starts_with(place)) {
                let path = |library: &&&str| line.contains(&format!("{library}::"));
                let library = libraries.iter().find(path);
                assert_eq!(library, None, "{file}: {line}");
            }
        }
    }
}
