//! However names, tokens and paths are written: nobody reaches more than is theirs, and nobody is counted wrong.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::account;
use crate::support::{User, World};

const CASES: usize = 150;

/// The same values in every run.
fn generate<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    let mut next = || strategy.new_tree(&mut runner).expect("a value").current();
    (0..count).map(|_| next()).collect()
}

struct Raw {
    status: u16,
    limit: String,
    body: Value,
}

/// Sends bytes that no client would make, and reads the whole answer.
async fn ask(world: &World, line: &str, fields: &[u8], body: &str) -> Raw {
    let mut connection = world.api.connect().await;
    let length = body.len();
    let mut request = format!(
        "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
    )
    .into_bytes();
    request.extend_from_slice(fields);
    request.extend_from_slice(b"\r\n");
    request.extend_from_slice(body.as_bytes());
    connection.write_all(&request).await.expect("sent");
    let mut answer = Vec::new();
    connection
        .read_to_end(&mut answer)
        .await
        .expect("an answer");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let field = |name: &str| {
        let line = head
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with(name));
        line.and_then(|line| line.split_once(": "))
            .map(|(_, value)| value.to_owned())
    };
    let status = head.split(' ').nth(1).expect("a status");
    Raw {
        status: status.parse().expect("a number"),
        limit: field("x-ratelimit-limit").unwrap_or_default(),
        body: serde_json::from_str(body).unwrap_or_default(),
    }
}

fn token(user: &User) -> Vec<u8> {
    format!("token: {}\r\n", user.token).into_bytes()
}

fn encoded(byte: u8, upper: bool) -> String {
    match upper {
        true => format!("%{byte:02X}"),
        false => format!("%{byte:02x}"),
    }
}

/// A path with some of its characters percent-encoded, slashes doubled, or something added.
fn spelling(path: &'static str) -> impl Strategy<Value = String> {
    let choice = prop::collection::vec((0..12u8, any::<bool>()), path.len());
    let tail = prop_oneof![
        6 => Just(""), 2 => Just("/"), 1 => Just("//"), 1 => Just("?"), 1 => Just("?x=/api/instance/list"),
        1 => Just("%20"), 1 => Just("%00"), 1 => Just(";x"), 1 => Just("/."), 1 => Just("#"), 1 => Just("%2F"), 1 => Just("%"),
    ];
    (choice, tail).prop_map(move |(choices, tail)| {
        let written = path
            .bytes()
            .zip(choices)
            .map(|(byte, (choice, upper))| match choice {
                0 | 1 => encoded(byte, upper),
                2 if byte == b'/' => "//".to_owned(),
                3 if upper => (byte as char).to_ascii_uppercase().to_string(),
                _ => (byte as char).to_string(),
            });
        written.collect::<String>() + tail
    })
}

#[tokio::test]
async fn however_its_path_is_written_a_creation_is_counted_as_one() {
    let world = World::start().await;
    let mut user = world.user().await;
    let mut creations = 0;
    for (number, path) in generate(spelling("/api/instance/new"), CASES)
        .into_iter()
        .enumerate()
    {
        if number % 15 == 14 {
            // Before the quota of either kind is used up.
            user = world.user().await;
        }
        let answer = ask(&world, &format!("POST {path}"), &token(&user), "{}").await;
        let message = answer.body["error"]["message"].as_str().unwrap_or_default();
        let created = message.starts_with("name must have");
        creations += usize::from(created);
        // What is no path at all is refused before anybody looks whose token it is.
        if answer.limit.is_empty() {
            assert!(
                [400, 404].contains(&answer.status) && !created,
                "{path}: {}",
                answer.status
            );
            continue;
        }
        assert_eq!(
            created,
            answer.limit == "20",
            "{path}: {} {}",
            answer.status,
            answer.body
        );
        assert!(
            [400, 404, 405].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
    }
    assert!(
        (10..CASES - 10).contains(&creations),
        "{creations} of {CASES} reached it"
    );
}

#[tokio::test]
async fn an_instance_is_found_under_its_name_and_no_other() {
    let world = World::start().await;
    let name = prop_oneof![
        "[a-z.%+?#&=;:@ ~_-]{1,8}",
        "\\PC{1,12}",
        Just("..".to_owned()),
        Just("%2e%2e".to_owned()),
        Just("a%2Fb".to_owned()),
    ];
    let everywhere = |name: &str| {
        name.bytes()
            .map(|byte| encoded(byte, true))
            .collect::<String>()
    };
    let mut before: Option<(String, Vec<u8>)> = None;
    let mut user = world.user().await;
    let mut made = 0;
    for (number, name) in generate(name, 60).into_iter().enumerate() {
        if number % 15 == 14 {
            (user, before) = (world.user().await, None);
        }
        let body = json!({ "name": name });
        let created = account(&world, &user).post("/api/instance/new", body).await;
        if created.status != 201 {
            assert!(
                [400, 409].contains(&created.status),
                "{name:?}: {}",
                created.text
            );
            continue;
        }
        made += 1;
        let own = created.body["instance"]["token"].as_str().expect("a token");
        let own = format!("token: {own}\r\n").into_bytes();
        let path = format!("GET /api/profile/privacy/{}", everywhere(&name));
        // It is there, and not connected.
        for token in [&own, &token(&user)] {
            let answer = ask(&world, &path, token, "").await;
            let message = answer.body["error"]["message"].as_str().unwrap_or_default();
            assert!(
                answer.status == 400 && !message.contains("not found"),
                "{name:?}: {} {}",
                answer.status,
                answer.body
            );
        }
        let longer = ask(&world, &format!("{path}x"), &token(&user), "").await;
        assert_eq!(
            longer.status, 404,
            "{name:?} and one letter: {}",
            longer.body
        );
        if let Some((other, token)) = before
            .replace((name.clone(), own))
            .filter(|(other, _)| *other != name)
        {
            let answer = ask(&world, &path, &token, "").await;
            assert_eq!(
                answer.status, 403,
                "{name:?} by the token of {other:?}: {}",
                answer.body
            );
        }
    }
    assert!(made > 20, "{made} of 60 were made");
}

#[tokio::test]
async fn only_a_token_is_a_token() {
    let world = World::start().await;
    let user = world.user().await;
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        "[!-~]{0,40}".prop_map(String::into_bytes),
        Just(vec![b'x'; 5000]),
    ];
    let around = prop_oneof![Just("token"), Just("Authorization"), Just("TOKEN")];
    let scheme = prop_oneof![Just(""), Just("Bearer "), Just("Basic "), Just("bearer\t")];
    for (field, scheme, bytes) in generate((around, scheme, bytes), CASES) {
        // What would end the field, or the head.
        let value: Vec<u8> = bytes
            .into_iter()
            .filter(|byte| !matches!(byte, b'\r' | b'\n' | 0))
            .collect();
        let fields = [field.as_bytes(), b": ", scheme.as_bytes(), &value, b"\r\n"].concat();
        let answer = ask(&world, "GET /api/instance/list", &fields, "").await;
        let refused = [400, 401, 431].contains(&answer.status);
        assert!(
            refused,
            "{}: {}",
            String::from_utf8_lossy(&fields),
            answer.status
        );
    }
    let right = user.token.as_str();
    // Space around it is none of it; anything else is.
    let table = [
        (format!("token:   {right}  \r\n"), 200),
        (format!("Authorization: bEARER   {right} \r\n"), 200),
        (format!("token:  \r\nAuthorization: {right}\r\n"), 200),
        (format!("token: {right}x\r\n"), 401),
        (format!("token: {}\r\n", &right[1..]), 401),
        (format!("token: {}\r\n", right.to_uppercase()), 401),
        (format!("token: Bearer {right}\r\n"), 401),
        (format!("token: wrong\r\nAuthorization: {right}\r\n"), 401),
        (format!("Authorization: Basic {right}\r\n"), 401),
        (format!("token: {right}, {right}\r\n"), 401),
    ];
    for (fields, expected) in table {
        let answer = ask(&world, "GET /api/instance/list", fields.as_bytes(), "").await;
        assert_eq!(answer.status, expected, "{fields}");
    }
    let said = world.daemon.errors().join("\n");
    assert!(!said.contains("ERROR") && !said.contains(right), "{said}");
}
