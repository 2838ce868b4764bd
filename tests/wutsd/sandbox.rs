//! `wutsd sandbox`: what a newcomer starts.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Api, Control, Process, until_ok};

const ANYWHERE: [&str; 5] = [
    "sandbox",
    "--api",
    "127.0.0.1:0",
    "--whatsapp",
    "127.0.0.1:0",
];

async fn start(more: &[&str]) -> (Process, Value) {
    let arguments = [&ANYWHERE, &["--json"][..], more].concat();
    let sandbox = Process::start(&arguments, &[]);
    let line = sandbox.first_line_of_output().await;
    (
        sandbox,
        serde_json::from_str(&line).expect("one line of JSON"),
    )
}

fn text<'a>(line: &'a Value, pointer: &str) -> &'a str {
    line.pointer(pointer)
        .and_then(Value::as_str)
        .expect(pointer)
}

async fn post_and_read(line: &Value) {
    let api = Api::new(text(line, "/api")).as_user(text(line, "/token"));
    let control = Control::new(text(line, "/whatsapp/control"));
    let posted = api.post_status("Hello from wutsd").await.expect(200);
    for contact in line["contacts"].as_array().expect("contacts") {
        let contact = contact.as_str().expect("digits");
        let message = control
            .wait_for_message(contact, &posted["message_id"])
            .await;
        assert_eq!(message["text"], "Hello from wutsd");
    }
}

#[tokio::test]
async fn everything_is_there_at_once_and_one_line_says_where() {
    let (mut sandbox, line) = start(&[]).await;
    let mut keys: Vec<_> = line
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    keys.sort();
    let expected = [
        "api",
        "contacts",
        "device_id",
        "jid",
        "master_token",
        "phone",
        "tenant_id",
        "token",
        "user_id",
        "whatsapp",
    ];
    assert_eq!(keys, expected);
    assert!(text(&line, "/whatsapp/ws").ends_with("/ws/chat"));
    assert!(text(&line, "/whatsapp/control").ends_with("/control"));
    let root = text(&line, "/whatsapp/root_public_key");
    assert!(
        root.len() == 64 && root.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{root}"
    );
    assert_eq!(
        text(&line, "/jid"),
        format!("{}@s.whatsapp.net", text(&line, "/phone"))
    );

    post_and_read(&line).await;
    let master = Api::new(text(&line, "/api")).as_user(text(&line, "/master_token"));
    let tenant = json!({ "tenant_name": "x", "email": "x@example.com", "password": "12345678" });
    master.post("/register", tenant).await.expect(201);

    assert_eq!(sandbox.stop("INT").await.code(), Some(0));
    assert_eq!(sandbox.output().len(), 1);
}

#[tokio::test]
async fn with_a_folder_the_next_start_finds_everything_again() {
    let data = TempDir::new().expect("a folder");
    let data = ["--data", data.path().to_str().expect("UTF-8")];
    let (mut first, before) = start(&data).await;
    post_and_read(&before).await;
    first.stop("TERM").await;
    let (mut second, between) = start(&data).await;
    post_and_read(&between).await;
    second.stop("KILL").await;
    let (_third, after) = start(&data).await;
    post_and_read(&after).await;
    for key in [
        "master_token",
        "token",
        "tenant_id",
        "user_id",
        "device_id",
        "phone",
        "contacts",
    ] {
        assert_eq!(before[key], after[key], "{key}");
        assert_eq!(before[key], between[key], "{key}");
    }
    let root = "/whatsapp/root_public_key";
    assert_eq!(before.pointer(root), after.pointer(root));
}

#[tokio::test]
async fn the_lines_that_it_prints_work_when_pasted() {
    let sandbox = Process::start(&ANYWHERE, &[]);
    sandbox.wait_for_output("/webhooks").await;
    let said = sandbox.output().join("\n").replace("\\\n", " ");
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("curl "))
        .collect();
    assert_eq!(lines.len(), 5, "{said}");
    let expected = [
        "\"connected\":true",
        "\"success\":true",
        "Hello from wutsd",
        "\"id\"",
        "Hi wutsd",
    ];
    for (line, expected) in lines.iter().zip(expected) {
        // A phone decrypts, and a webhook is delivered, a moment after WhatsApp has accepted.
        until_ok(line, async || {
            let output = tokio::process::Command::new("bash")
                .args(["-c", line])
                .output()
                .await;
            let output = String::from_utf8(output.expect("bash").stdout).expect("UTF-8");
            let right = output.contains(expected);
            if right { Ok(()) } else { Err(output) }
        })
        .await;
    }
}
