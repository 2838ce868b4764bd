//! Every failure is logged once, with the request's id, and without what it was about.

use serde_json::{Value, json};

use crate::support::World;

/// The log records that belong to this request.
fn records(world: &World, request: &str) -> Vec<Value> {
    let lines = world.daemon.errors();
    let records = lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok());
    let belongs = |record: &Value| {
        let spans = record["spans"].as_array().into_iter().flatten();
        spans.clone().any(|span| span["request.id"] == request)
    };
    records.filter(belongs).collect()
}

#[tokio::test]
async fn a_command_that_fails_is_one_line_with_request_operation_and_device() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let contact = world.control.contact_of(&phone, "Ada").await;
    let jid = world.device_jid(&phone).await;
    let refused = json!({ "jid": jid, "fault": "ack_error", "error": 479, "times": 1 });
    world.control.fault(refused).await;
    let answer = user.api.post_status("a secret plan").await;
    assert_eq!(answer.status, 502, "{}", answer.text);
    world.daemon.log_line("a command failed").await;
    let records = records(&world, answer.header("x-request-id"));
    assert_eq!(records.len(), 1, "{records:?}");
    let record = &records[0];
    let reason = record["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("refused by WhatsApp (479)"), "{reason}");
    let command = &record["spans"][1];
    assert_eq!(
        (&command["name"], &command["operation"]),
        (&json!("command"), &json!("status"))
    );
    let device = &user.status().await["device_id"];
    assert_eq!(&command["device.id"], device);
    let all = world.daemon.errors().join("\n");
    let number = jid.split([':', '@']).next().expect("a number");
    for secret in ["secret plan", number, &phone, &contact, &user.token] {
        assert!(!all.contains(secret), "{secret} is in the log:\n{all}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_to_its_caller_alone() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let answer = user.api.post_status("").await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    world
        .api
        .wait_for_metric("commands_total{operation=\"status\",outcome=\"invalid_request\"} 1")
        .await;
    let records = records(&world, answer.header("x-request-id"));
    assert!(records.is_empty(), "{records:?}");
}
