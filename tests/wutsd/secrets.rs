//! What nobody may read is neither in the data folder nor in the logs in clear.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{World, until};

/// All that is in the data folder, but for the files whose content is a secret by itself.
fn written(folder: &Path) -> Vec<u8> {
    let mut written = Vec::new();
    for file in std::fs::read_dir(folder).expect("the folder") {
        let path = file.expect("a file").path();
        if path.is_file() && !path.ends_with("master-token") && !path.ends_with("store.key") {
            written.extend(std::fs::read(&path).expect("its content"));
        }
    }
    written
}

fn holds(written: &[u8], secret: &str) -> bool {
    let mut windows = written.windows(secret.len());
    windows.any(|bytes| bytes == secret.as_bytes())
}

#[tokio::test]
async fn secrets_are_not_written_anywhere_in_clear() {
    let mut world = World::start().await;
    let (user, _) = world.paired_user().await;
    user.api
        .post_status("a text nobody else may read")
        .await
        .expect(200);
    world.daemon.stop("TERM").await;
    let mut found = world.daemon.errors().join("\n").into_bytes();
    found.extend(written(world.data.path()));
    let secrets = [
        &user.token,
        "correct horse battery staple",
        "a text nobody else may read",
    ];
    for secret in secrets {
        let found = holds(&found, secret);
        assert!(!found, "found in the data folder or the logs: {secret}");
    }
    let logs = world.daemon.errors().join("\n");
    assert!(!logs.contains(&world.master_token) && !logs.contains("s.whatsapp.net"));
}

#[tokio::test]
async fn neither_numbers_nor_addresses_are_in_the_database_in_clear() {
    let mut world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let friend = world.control.contact_of(&phone, "Ada").await;
    let stranger = world.control.account("Stranger").await;
    let body = json!({ "webhook_url": "https://one.example.com/?key=first-secret",
        "enabled_events": ["message.received", "message.sent"] });
    user.api.post("/webhook", body).await.expect(200);
    let body = json!({ "webhook_url": "https://two.example.com/?key=second-secret" });
    user.api.post("/user/webhook", body).await.expect(200);
    user.api
        .post("/devices", json!({ "name": "next" }))
        .await
        .expect(201);
    // Sessions, sender keys, device lists, messages on their way: with a contact, and with somebody who is none.
    let posted = user.api.post_status("hello").await.expect(200);
    world
        .control
        .wait_for_message(&friend, &posted["message_id"])
        .await;
    for other in [&friend, &stranger] {
        world.control.send_text(other, &phone, "hello").await;
    }
    user.api
        .post("/contact/block", json!({ "phone": stranger }))
        .await;
    until("the messages", async || {
        let waiting = user.api.get("/webhook/deliveries?state=waiting").await;
        (waiting.body["count"].as_i64() >= Some(2)).then_some(())
    })
    .await;
    let mut secrets = vec!["first-secret".to_owned(), "second-secret".to_owned()];
    secrets.extend(["one.example.com", "two.example.com"].map(str::to_owned));
    for number in [&phone, &friend, &stranger] {
        let lid = world.control.lid(number).await;
        let lid = lid.split(['@', ':']).next().expect("digits").to_owned();
        secrets.extend([number.clone(), lid]);
    }
    let nothing_found = |when: &str| {
        let found = written(world.data.path());
        assert!(found.len() > 100_000, "there is something to look through");
        for secret in &secrets {
            assert!(!holds(&found, secret), "found {when}: {secret}");
        }
    };
    nothing_found("while it runs");
    world.daemon.stop("KILL").await;
    nothing_found("after a crash");
    world.start_again(&[]).await;
    let api = world.again(&user);
    api.wait_for_phase("connected").await;
    // It is all there for those whom it belongs to.
    let contacts = api.get("/contacts").await.expect(200).to_string();
    assert!(contacts.contains(&friend), "{contacts}");
    let devices = api.get("/devices").await.expect(200);
    let of = |index: usize, key: &str| devices["devices"][index][key].clone();
    let jid = of(0, "whatsapp_jid");
    assert!(
        jid.as_str().is_some_and(|jid| jid.starts_with(&phone)),
        "{jid}"
    );
    assert_eq!(
        of(0, "webhook_url"),
        "https://one.example.com/?key=first-secret"
    );
    assert_eq!(
        of(1, "webhook_url"),
        "https://two.example.com/?key=second-secret"
    );
    assert_eq!(of(1, "whatsapp_jid"), Value::Null);
    world.daemon.stop("TERM").await;
    let found = written(world.data.path());
    for secret in &secrets {
        assert!(!holds(&found, secret), "found at the end: {secret}");
    }
}
