//! POST /chats/{jid}/mute

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Chats, refuses};

const FOR_EVER: &str = "9999-12-31T23:59:59Z";

/// When a mute ends, in Unix seconds.
fn end(listed: &Value) -> i64 {
    let until = listed["muted_until"].as_str().expect("an end");
    let until: DateTime<Utc> = until.parse().expect("a time");
    until.timestamp()
}

#[tokio::test]
async fn the_phone_keeps_it_silent_for_ever_or_for_a_time_and_no_longer() {
    let chats = Chats::start().await;
    let (api, path) = (&chats.user.api, chats.path("mute"));
    let muted = api.post(&path, json!({ "muted": true })).await.expect(200);
    assert_eq!(muted, chats.answer(json!({ "muted": true })).await);
    assert_eq!(chats.on_phone().await["muted_until"], -1);
    assert_eq!(chats.listed(&chats.chat()).await["muted_until"], FOR_EVER);

    let some_time = json!({ "muted": true, "duration_seconds": 28_800 });
    let muted = api.post(&path, some_time).await.expect(200);
    assert_eq!(
        (&muted["muted"], &muted["duration_seconds"]),
        (&json!(true), &json!(28_800))
    );
    let listed = chats.listed(&chats.chat()).await;
    assert!(
        (28_700..=28_800).contains(&(end(&listed) - Utc::now().timestamp())),
        "{listed}"
    );
    let until = chats.on_phone().await["muted_until"]
        .as_i64()
        .expect("an end");
    assert_eq!(until / 1000, end(&listed));

    let unmuted = api.post(&path, json!({ "muted": false })).await.expect(200);
    assert_eq!(unmuted["muted"], false);
    assert_eq!(chats.on_phone().await["muted_until"], 0);
    assert_eq!(
        chats.listed(&chats.chat()).await["muted_until"],
        Value::Null
    );
}

#[tokio::test]
async fn what_is_done_on_the_phone_shows_and_is_kept_over_a_restart() {
    let mut chats = Chats::start().await;
    let chat = chats.chat();
    chats
        .on_the_phone(json!({ "chat": chat, "muted_until": -1 }))
        .await;
    chats
        .wait_until(&chat, |listed| listed["muted_until"] == FOR_EVER)
        .await;
    chats.restart().await;
    assert_eq!(chats.listed(&chat).await["muted_until"], FOR_EVER);
    let past = Utc::now().timestamp_millis() - 1000;
    chats
        .on_the_phone(json!({ "chat": chat, "muted_until": past }))
        .await;
    chats
        .wait_until(&chat, |listed| listed["muted_until"].is_null())
        .await;
}

#[tokio::test]
async fn nonsense_is_refused_and_so_is_what_whatsapp_refuses() {
    let wrong = [
        (json!({ "muted": 7 }), "muted"),
        (
            json!({ "muted": true, "duration_seconds": 0 }),
            "duration_seconds",
        ),
        (
            json!({ "duration_seconds": 315_360_001 }),
            "duration_seconds",
        ),
        (json!({ "duration_seconds": -5 }), "duration_seconds"),
    ];
    refuses(
        "mute",
        json!({ "muted": true }),
        &wrong,
        "failed to mute chat",
    )
    .await;
}
