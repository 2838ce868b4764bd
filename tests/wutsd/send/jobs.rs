//! What takes longer than its caller waits goes on as a job, and its outcome is told to the webhook.

use serde_json::{Value, json};

use super::standin::StandIn;
use super::{Chat, base64, file, sha256};
use crate::support::receiver::Receiver;
use crate::support::{Answer, until, until_ok};

/// Until the test lets it go on.
const WAITS: &str = "until [ -e $HERE/go ]; do sleep 0.02; done";

/// Callers wait for 1 second.
async fn open(program: &StandIn) -> (Chat, Receiver) {
    open_with(program, &[]).await
}

async fn open_with(program: &StandIn, more: &[(&str, &str)]) -> (Chat, Receiver) {
    let settings = [
        program.setting(),
        ("MEDIA__ANSWER_AFTER", "1"),
        ("WEBHOOKS__ALLOW_HTTP", "true"),
        ("WEBHOOKS__ALLOW_PRIVATE_ADDRESSES", "true"),
    ];
    let settings = [&settings, more].concat();
    let chat = Chat::open_with(&settings).await;
    let receiver = Receiver::start().await;
    let webhook = json!({
        "webhook_url": receiver.url(),
        "enabled_events": ["message.sent", "message.failed"]
    });
    chat.user.api.post("/webhook", webhook).await.expect(200);
    (chat, receiver)
}

fn sound(chat: &Chat) -> Value {
    json!({ "number": chat.ada, "audio": base64(&file("sound.mp3")) })
}

/// The id of the job that it was taken on as.
fn taken_on(chat: &Chat, job: &Value) -> String {
    assert_eq!(job["success"], true, "{job}");
    assert_eq!(job["message_id"], "", "{job}");
    assert_eq!(job["status"], "processing", "{job}");
    assert_eq!(job["chat_jid"], format!("{}@s.whatsapp.net", chat.ada));
    assert!(job["timestamp"].is_string(), "{job}");
    let id = job["job_id"].as_str().expect("an id");
    assert!(id.starts_with("job_"), "{id}");
    id.to_owned()
}

#[tokio::test]
async fn a_job_is_told_as_sent_and_keeps_nobody_waiting() {
    let program = StandIn::new(&format!("{WAITS}; exec cat \"$VOICE\""));
    let (chat, receiver) = open(&program).await;
    let job = chat.post("/send/audio", sound(&chat)).await.expect(202);
    let job = taken_on(&chat, &job);
    let status = async || {
        let path = format!("/messages/{job}/status");
        chat.user.api.get(&path).await.expect(200)["status"].clone()
    };
    assert_eq!(status().await, "pending");
    // What is asked for later need not wait for it.
    let text = json!({ "number": chat.ada, "text": "meanwhile" });
    let (text, _) = chat.send("/send/text", text).await;
    let told = receiver.wait_for_event("message.sent").await;
    assert_eq!(told.body["data"]["message_id"], text["message_id"]);
    assert_eq!(told.body["data"]["job_id"], Value::Null);
    std::fs::write(program.file("go"), "").expect("a file");
    let of_job = |told: &crate::support::receiver::Received| told.body["data"]["job_id"] == job;
    let told = receiver
        .until("the job's end", |told| told.iter().any(of_job))
        .await;
    let told = told.iter().find(|told| of_job(told)).expect("it is there");
    assert_eq!(told.event(), "message.sent");
    let message_id = &told.body["data"]["message_id"];
    let read = chat.world.control.wait_for_message(&chat.ada, message_id);
    assert_eq!(read.await["media"]["sha256"], sha256(&file("voice.ogg")));
    until("the job's message is delivered", async || {
        (status().await == "delivered").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_job_that_fails_is_told_with_the_reason() {
    let program = StandIn::new(&format!("{WAITS}; exit 1"));
    let (chat, receiver) = open(&program).await;
    let job = chat.post("/send/audio", sound(&chat)).await.expect(202);
    let job = taken_on(&chat, &job);
    std::fs::write(program.file("go"), "").expect("a file");
    let failed = receiver.wait_for_event("message.failed").await;
    let data = &failed.body["data"];
    assert_eq!(data["job_id"], job);
    let told = until_ok("the job has failed", async || {
        let told = chat.user.api.get(&format!("/messages/{job}/status")).await;
        match told.body["status"] == "failed" {
            true => Ok(told.body),
            false => Err(told.text),
        }
    });
    assert_eq!(told.await["error"], data["reason"]);
    assert_eq!(data["to"], format!("{}@s.whatsapp.net", chat.ada));
    let reason = data["reason"].as_str().expect("a reason");
    let expected = "audio cannot be converted from audio/mpeg to Opus: it is damaged";
    assert!(reason.starts_with(expected), "{reason}");
    assert!(chat.world.control.inbox(&chat.ada).await.is_empty());
}

#[tokio::test]
async fn a_job_ends_with_its_device_and_takes_the_program_along() {
    let program = StandIn::new("exec sleep 600");
    let (chat, receiver) = open(&program).await;
    let job = chat.post("/send/audio", sound(&chat)).await.expect(202);
    let job = taken_on(&chat, &job);
    assert!(program.runs());
    chat.user.api.post_nothing("/disconnect").await.expect(200);
    let failed = receiver.wait_for_event("message.failed").await;
    assert_eq!(failed.body["data"]["job_id"], job);
    let reason = "whatsapp session is not connected";
    assert_eq!(failed.body["data"]["reason"], reason);
    until("its end", async || (!program.runs()).then_some(())).await;
}

#[tokio::test]
async fn a_job_ends_when_its_time_is_over() {
    let program = StandIn::new("exec sleep 600");
    let settings = [
        program.setting(),
        ("MEDIA__ANSWER_AFTER", "1"),
        ("MEDIA__JOB_TIMEOUT", "2"),
    ];
    let chat = Chat::open_with(&settings).await;
    let job = chat.post("/send/audio", sound(&chat)).await.expect(202);
    taken_on(&chat, &job);
    until("its end", async || (!program.runs()).then_some(())).await;
}

#[tokio::test]
async fn the_same_key_gets_the_same_job() {
    let program = StandIn::new(&format!("{WAITS}; exec cat \"$VOICE\""));
    let (chat, receiver) = open(&program).await;
    let body = sound(&chat);
    let post = async || {
        let api = chat.user.api.with_header("Idempotency-Key", "a-key");
        let answer = api.post("/send/audio", body.clone()).await;
        taken_on(&chat, &answer.expect(202))
    };
    let job = post().await;
    assert_eq!(post().await, job);
    std::fs::write(program.file("go"), "").expect("a file");
    let told = receiver.wait_for_event("message.sent").await;
    assert_eq!(told.body["data"]["job_id"], job);
}

/// Kills the daemon and starts it again, and waits until the device is there.
async fn kill(chat: &mut Chat) {
    chat.world.restart("KILL").await;
    chat.user.api = chat.world.again(&chat.user);
    chat.user.api.wait_for_phase("connected").await;
}

async fn status(chat: &Chat, job: &str) -> Value {
    let path = format!("/messages/{job}/status");
    chat.user.api.get(&path).await.expect(200)
}

async fn post_with_key(chat: &Chat) -> Answer {
    let api = chat.user.api.with_header("Idempotency-Key", "a-key");
    api.post("/send/audio", sound(chat)).await
}

#[tokio::test]
async fn a_job_that_a_kill_has_ended_is_told_as_failed_and_done_anew_for_whoever_asks_again() {
    let program = StandIn::new(&format!("{WAITS}; exec cat \"$VOICE\""));
    let (mut chat, receiver) = open(&program).await;
    let job = taken_on(&chat, &post_with_key(&chat).await.expect(202));
    kill(&mut chat).await;
    let failed = receiver.wait_for_event("message.failed").await;
    let data = &failed.body["data"];
    assert_eq!(data["job_id"], job);
    assert_eq!(data["to"], format!("{}@s.whatsapp.net", chat.ada));
    let reason = data["reason"].as_str().expect("a reason");
    assert!(reason.contains("nothing was sent: ask again"), "{reason}");
    let told = status(&chat, &job).await;
    assert_eq!(
        (&told["status"], &told["error"]),
        (&json!("failed"), &data["reason"])
    );
    std::fs::write(program.file("go"), "").expect("a file");
    let again = post_with_key(&chat).await;
    assert_eq!(again.header("idempotency-replayed"), "");
    let sent = again.expect(200);
    assert_eq!(sent["message_id"], data["message_id"]);
    let read = chat
        .world
        .control
        .wait_for_message(&chat.ada, &sent["message_id"]);
    assert_eq!(read.await["media"]["sha256"], sha256(&file("voice.ogg")));
    until("it is delivered", async || {
        (status(&chat, &job).await["status"] == "delivered").then_some(())
    })
    .await;
    assert_eq!(chat.world.control.inbox(&chat.ada).await.len(), 1);
}

#[tokio::test]
async fn what_had_begun_to_leave_at_a_kill_is_sent_again_and_shown_once() {
    let program = StandIn::new(&format!("{WAITS}; exec cat \"$VOICE\""));
    let (mut chat, receiver) = open(&program).await;
    let job = taken_on(&chat, &post_with_key(&chat).await.expect(202));
    let id = json!(job.strip_prefix("job_").expect("an id"));
    let silence = json!({ "jid": "*", "fault": "ack_silence" });
    chat.world.control.fault(silence).await;
    std::fs::write(program.file("go"), "").expect("a file");
    chat.world.control.wait_for_message(&chat.ada, &id).await;
    // Nobody knows whether it has left, over any number of kills.
    kill(&mut chat).await;
    chat.world.control.clear_faults().await;
    kill(&mut chat).await;
    let told = receiver.wait_for_event("message.sent").await;
    let data = &told.body["data"];
    assert_eq!((&data["job_id"], &data["message_id"]), (&json!(job), &id));
    assert_eq!(data["message_type"], "audio");
    let again = post_with_key(&chat).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(taken_on(&chat, &again.expect(202)), job);
    assert_eq!(chat.world.control.inbox(&chat.ada).await.len(), 1);
    assert!(
        receiver
            .all()
            .iter()
            .all(|told| told.event() == "message.sent")
    );
}

#[tokio::test]
async fn what_had_begun_to_leave_and_is_not_kept_is_told_and_shown_once() {
    let program = StandIn::new(&format!("{WAITS}; exec cat \"$VOICE\""));
    let (mut chat, receiver) = open_with(&program, &[("MESSAGES__KEPT_PER_DEVICE", "0")]).await;
    let job = taken_on(&chat, &post_with_key(&chat).await.expect(202));
    let id = json!(job.strip_prefix("job_").expect("an id"));
    let silence = json!({ "jid": "*", "fault": "ack_silence" });
    chat.world.control.fault(silence).await;
    std::fs::write(program.file("go"), "").expect("a file");
    chat.world.control.wait_for_message(&chat.ada, &id).await;
    kill(&mut chat).await;
    let failed = receiver.wait_for_event("message.failed").await;
    assert_eq!(failed.body["data"]["job_id"], job);
    let reason = failed.body["data"]["reason"].as_str().expect("a reason");
    assert!(reason.contains("it may have been sent"), "{reason}");
    chat.world.control.clear_faults().await;
    assert_eq!(post_with_key(&chat).await.expect(200)["message_id"], id);
    assert_eq!(chat.world.control.inbox(&chat.ada).await.len(), 1);
}

#[tokio::test]
async fn a_key_whose_job_has_failed_does_it_anew() {
    let once = "[ -e $HERE/again ] && exec cat \"$VOICE\"; touch $HERE/again; sleep 2; exit 1";
    let program = StandIn::new(once);
    let (chat, receiver) = open(&program).await;
    let job = taken_on(&chat, &post_with_key(&chat).await.expect(202));
    let failed = receiver.wait_for_event("message.failed").await;
    assert_eq!(failed.body["data"]["job_id"], job);
    let sent = until_ok("it is done anew", async || {
        let again = post_with_key(&chat).await;
        match again.status {
            200 => Ok(again.body),
            _ => Err(again.text),
        }
    })
    .await;
    assert_eq!(sent["message_id"], failed.body["data"]["message_id"]);
    assert_eq!(
        status(&chat, &job).await["error"],
        Value::Null,
        "it has not failed any more"
    );
}
