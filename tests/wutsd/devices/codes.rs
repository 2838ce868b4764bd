//! How long codes to type are good, and what follows when one was mistyped.

use serde_json::{Value, json};

use crate::support::{User, World, until};

/// The protocol library's clocks run so many times as fast: its QR codes are used up in a quarter of a minute. Its minute
/// for the phone's answer has to be long enough for a busy machine all the same.
const HASTE: (&str, &str) = ("WUTSD_LIBRARY_HASTE", "10");

async fn code(user: &User, phone: &str) -> Value {
    let answer = user.api.post("/paircode", json!({ "phone": phone })).await;
    answer.expect(200)["data"].clone()
}

fn text(code: &Value) -> &str {
    code["code"].as_str().expect("a code")
}

#[tokio::test]
async fn a_code_is_good_for_as_long_as_it_says_although_the_qr_codes_are_used_up() {
    let world = World::start_with(&[HASTE]).await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let given = code(&user, &phone).await;
    let left = given["expires_in"].as_i64().expect("seconds");
    assert!(left > 150, "{left}");
    world
        .daemon
        .log_line("no more codes to scan: the one to type is still good")
        .await;

    let again = code(&user, &phone).await;
    assert_eq!(again["code"], given["code"]);
    assert_eq!(again["cached"], true);
    world
        .control
        .type_code(&phone, text(&given))
        .await
        .expect(200);
    user.api.wait_for_phase("connected").await;
}

#[tokio::test]
async fn after_a_mistyped_code_there_is_a_new_one() {
    let world = World::start_with(&[HASTE]).await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let first = code(&user, &phone).await;
    let refused = world.control.type_code(&phone, "ABCD-1234").await;
    assert!((400..500).contains(&refused.status), "{}", refused.text);
    // The phone says nothing; the library takes a minute of silence for a mistake.
    let second = until("a new code", async || {
        let given = code(&user, &phone).await;
        (given["code"] != first["code"]).then_some(given)
    })
    .await;
    assert_eq!(second["cached"], false);
    world
        .control
        .type_code(&phone, text(&second))
        .await
        .expect(200);
    user.api.wait_for_phase("connected").await;
}

#[tokio::test]
async fn lives_that_nobody_paired_leave_no_tasks_behind() {
    let world = World::start().await;
    let user = world.user().await;
    user.api.get("/qr").await.expect(200);
    let tasks = async || {
        let metrics = world.api.get("/metrics").await.text;
        let shards = metrics
            .lines()
            .filter(|line| line.starts_with("wutsd_shard_tasks{"));
        let counts = shards.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
        counts.sum::<u64>()
    };
    let before = until("a count of tasks", async || {
        Some(tasks().await).filter(|n| *n > 0)
    })
    .await;
    for _ in 0..40 {
        user.api.get("/qr?refresh=true").await.expect(200);
    }
    // Each of them would have three.
    until("no more tasks than before", async || {
        (tasks().await <= before + 10).then_some(())
    })
    .await;
}
