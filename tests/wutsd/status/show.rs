//! GET /status/{message_id}

use serde_json::json;

use super::Crowd;
use crate::support::{Receiver, World};

#[tokio::test]
async fn how_far_a_status_to_few_has_come_is_told_while_it_is_known() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    world.control.contact_of(&phone, "Ada").await;
    world.pair(&user, &phone).await;
    let posted = user.api.post_status("We are open").await.expect(200);
    let id = posted["message_id"].as_str().expect("an id");
    let known = user.api.get(&format!("/status/{id}")).await.expect(200);
    assert_eq!(known["success"], true);
    assert_eq!(known["message_id"], posted["message_id"]);
    let reached = (&known["state"], &known["recipients"], &known["sent_to"]);
    assert_eq!(reached, (&json!("sent"), &json!(1), &json!(1)));
    chrono::DateTime::parse_from_rfc3339(known["posted_at"].as_str().expect("a time"))
        .expect("RFC 3339");
    let stranger = world.user().await;
    for (api, path) in [
        (&stranger.api, format!("/status/{id}")),
        (&user.api, "/status/3EB0NOBODY".to_owned()),
    ] {
        let answer = api.get(&path).await;
        assert_eq!(answer.object_error(), (404, "not_found", "no such status"));
    }
}

#[tokio::test]
async fn a_status_that_whatsapp_refuses_is_told_as_failed_with_the_reason() {
    let crowd = Crowd::open(3).await;
    let jid = crowd.world.device_jid(&crowd.phone).await;
    let fault = json!({ "jid": jid, "fault": "ack_error", "error": 479, "times": 1 });
    crowd.world.control.fault(fault).await;
    let refused = crowd.user.api.post_status("hi").await;
    assert_eq!(refused.status, 502, "{}", refused.text);
    let known = crowd
        .until_state(&refused.body["message_id"], "failed")
        .await;
    assert_eq!(known["failure"], "refused by WhatsApp (479)");
}

#[tokio::test]
async fn what_outlasts_its_caller_is_answered_with_202_and_its_end_is_told() {
    let crowd = Crowd::open_with(
        120,
        &[
            ("MEDIA__ANSWER_AFTER", "0.5"),
            ("WEBHOOKS__ALLOW_HTTP", "true"),
            ("WEBHOOKS__ALLOW_PRIVATE_ADDRESSES", "true"),
        ],
    )
    .await;
    let receiver = Receiver::start().await;
    let webhook = json!({
        "webhook_url": receiver.url(),
        "enabled_events": ["message.sent", "message.failed"]
    });
    crowd.user.api.post("/webhook", webhook).await.expect(200);
    crowd.hold_after(1).await;
    let taken_on = crowd.user.api.post_status("to all").await.expect(202);
    assert_eq!(taken_on["success"], true);
    assert_eq!(taken_on["status"], "sending");
    assert_eq!(taken_on["status_type"], "text");
    let id = &taken_on["message_id"];
    let job = format!("job_{}", id.as_str().expect("an id"));
    assert_eq!(taken_on["job_id"], job);
    let known = crowd
        .until(id, "it waits", |known| known["waiting_until"].is_string())
        .await;
    let reached = (&known["state"], &known["recipients"], &known["sent_to"]);
    assert_eq!(reached, (&json!("sending"), &json!(120), &json!(50)));
    crowd.world.control.clear_faults().await;
    let told = receiver.wait_for_event("message.sent").await;
    let data = &told.body["data"];
    assert_eq!((&data["message_id"], &data["job_id"]), (id, &json!(job)));
    assert_eq!(data["to"], "status@broadcast");
    let known = crowd.until_state(&json!(job), "sent").await;
    assert_eq!(known["sent_to"], 120);
    assert!(known["waiting_until"].is_null(), "{known}");
    crowd.is_read_once(id).await;
    let told = receiver.all();
    let sent = told.iter().filter(|told| told.event() == "message.sent");
    assert_eq!(sent.count(), 1, "each part was told");
}
