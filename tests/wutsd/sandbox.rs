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

/// What a user may leave behind, one after the other, and what the next start says of the device then.
#[tokio::test]
async fn the_next_start_takes_things_as_their_user_left_them() {
    let data = TempDir::new().expect("a folder");
    let data = ["--data", data.path().to_str().expect("UTF-8")];
    let (mut sandbox, line) = start(&data).await;
    let device = text(&line, "/device_id");
    let parts = |line: &Value| {
        let api = Api::new(text(line, "/api")).as_user(text(line, "/token"));
        (api, Control::new(text(line, "/whatsapp/control")))
    };
    let webhook = format!("/webhook?device_id={device}");
    let status = format!("/status?device_id={device}");

    // Its own webhook goes along with the simulated side; with what was changed of it.
    let (api, control) = parts(&line);
    let mut ours = api.get(&webhook).await.expect(200)["webhook"].clone();
    ours["enabled_events"] = json!(["message.received"]);
    ours["timeout"] = json!(7);
    api.post(&webhook, ours.clone()).await.expect(200);
    sandbox.stop("TERM").await;
    let (mut sandbox, line) = start(&data).await;
    let moved = parts(&line).0.get(&webhook).await.expect(200)["webhook"].clone();
    let here = format!("{}/webhooks", text(&line, "/whatsapp/control"));
    assert_eq!(moved["webhook_url"], here);
    assert_eq!(
        (&moved["enabled_events"], &moved["timeout"]),
        (&ours["enabled_events"], &ours["timeout"])
    );
    drop(control);

    // The user's own webhook, and a device that is to stay disconnected.
    let (api, _) = parts(&line);
    let own =
        json!({ "webhook_url": "https://example.com/own", "enabled_events": ["message.received"] });
    let own = api.post(&webhook, own).await.expect(200)["webhook"].clone();
    api.post_nothing("/disconnect").await.expect(200);
    sandbox.stop("TERM").await;
    let (mut sandbox, line) = start(&data).await;
    let (api, control) = parts(&line);
    assert_eq!(api.get(&webhook).await.expect(200)["webhook"], own);
    let found = api.get(&status).await.expect(200)["data"].clone();
    assert_eq!(
        (&found["phase"], &found["is_logged_in"]),
        (&json!("disconnected"), &json!(true))
    );
    assert_eq!(line["jid"], found["jid"]);

    // Unlinked on the phone.
    api.post_nothing("/connect").await.expect(200);
    api.wait_for_phase("connected").await;
    let phone = text(&line, "/phone");
    let jid = control.devices(phone).await.remove(0);
    control.kick(&jid).await;
    api.wait_for("unlinked", |status| status["is_logged_in"] == false)
        .await;
    sandbox.stop("TERM").await;
    let (mut sandbox, line) = start(&data).await;
    let (api, control) = parts(&line);
    assert_eq!(line["jid"], Value::Null);
    assert_eq!(
        control.devices(phone).await,
        [] as [String; 0],
        "nobody has paired it again"
    );
    assert_eq!(api.get(&webhook).await.expect(200)["webhook"], own);

    // Deleted, and then the tenant with it.
    let ryze = Api::new(text(&line, "/api")).with_header("token", text(&line, "/token"));
    ryze.delete("/api/instance/delete/Sandbox")
        .await
        .expect(200);
    sandbox.stop("TERM").await;
    let (mut sandbox, line) = start(&data).await;
    assert_eq!(line["jid"], Value::Null);
    assert_eq!(
        parts(&line).0.get("/devices").await.expect(200)["devices"],
        json!([])
    );
    let master = Api::new(text(&line, "/api")).as_user(text(&line, "/master_token"));
    let tenant = format!("/global/tenants/{}", text(&line, "/tenant_id"));
    master.delete(&tenant).await.expect(200);
    sandbox.stop("TERM").await;
    let (_sandbox, line) = start(&data).await;
    assert_eq!(line["jid"], Value::Null);
}

#[tokio::test]
async fn a_first_start_that_was_cut_short_is_taken_up_by_the_next() {
    let folder = TempDir::new().expect("a folder");
    let data = ["--data", folder.path().to_str().expect("UTF-8")];
    let (mut sandbox, before) = start(&data).await;
    sandbox.stop("KILL").await;
    // Everything is made, and nobody was told of it.
    std::fs::write(folder.path().join("sandbox.json"), "").expect("the notes");
    let (_sandbox, line) = start(&data).await;
    assert_ne!(before["token"], line["token"]);
    post_and_read(&line).await;
}

#[tokio::test]
async fn what_was_taken_for_a_crowd_is_read_by_everybody_after_a_kill() {
    let data = TempDir::new().expect("a folder");
    let data = ["--data", data.path().to_str().expect("UTF-8")];
    let (mut sandbox, line) = start(&data).await;
    let (owner, count) = (text(&line, "/phone"), 300);
    let control = Control::new(text(&line, "/whatsapp/control"));
    let crowd = control.contacts_of(owner, count).await;
    let api = Api::new(text(&line, "/api")).as_user(text(&line, "/token"));
    api.wait_for_contact(crowd.last().expect("somebody")).await;
    let posted = api.post_status("for everybody").await.expect(200);
    // Most of the phones have not read it yet.
    sandbox.stop("KILL").await;
    let (_sandbox, line) = start(&data).await;
    let control = Control::new(text(&line, "/whatsapp/control"));
    for phone in &crowd {
        control.wait_for_message(phone, &posted["message_id"]).await;
    }
}
