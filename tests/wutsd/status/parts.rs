//! A status to many: it leaves in parts, and goes on whatever comes between.

use serde_json::{Value, json};

use super::Crowd;
use crate::support::until;

const SOON: (&str, &str) = ("MEDIA__ANSWER_AFTER", "0.3");

#[tokio::test]
async fn a_status_to_many_leaves_in_parts_and_everybody_reads_it_once() {
    let crowd = Crowd::open(230).await;
    let before = crowd.world.control.counter("messages").await;
    for text in ["the first", "the second"] {
        let posted = crowd.user.api.post_status(text).await.expect(200);
        let id = &posted["message_id"];
        crowd.is_read_once(id).await;
        let known = crowd.until_state(id, "sent").await;
        assert_eq!(
            (&known["recipients"], &known["sent_to"]),
            (&json!(230), &json!(230))
        );
    }
    let parts = crowd.world.control.counter("messages").await - before;
    assert_eq!(parts, 10, "230 people in parts of 50, twice");
}

/// How many people there are in the middle of whom it is killed; `WUTSD_TEST_PEOPLE` says how many more.
fn people() -> usize {
    let given = std::env::var("WUTSD_TEST_PEOPLE").ok();
    given.map_or(230, |people| people.parse().expect("a number"))
}

#[tokio::test]
async fn a_kill_between_two_parts_loses_nobody_and_nobody_reads_it_twice() {
    let people = people();
    let part = (people / 5).to_string();
    let parts = ("STATUS__CHUNK", part.as_str());
    let mut crowd = Crowd::open_with(people, &[SOON, parts]).await;
    crowd.hold_after(2).await;
    let posted = crowd.user.api.post_status("goes on").await.expect(202);
    let id = posted["message_id"].clone();
    let two_parts = 2 * (people / 5);
    crowd
        .until(&id, "two parts have left", |known| {
            known["sent_to"] == two_parts
        })
        .await;
    crowd.world.restart("KILL").await;
    crowd.world.control.clear_faults().await;
    let known = crowd.until_state(&id, "sent").await;
    assert_eq!(known["sent_to"], people);
    crowd.is_read_once(&id).await;
}

#[tokio::test]
async fn a_part_whose_ack_is_lost_with_the_daemon_leaves_again_and_is_read_once() {
    let mut crowd = Crowd::open_with(120, &[SOON]).await;
    let jid = crowd.world.device_jid(&crowd.phone).await;
    let silence = json!({ "jid": jid, "fault": "ack_silence", "times": 1 });
    crowd.world.control.fault(silence).await;
    let posted = crowd.user.api.post_status("goes on").await.expect(202);
    let id = posted["message_id"].clone();
    crowd.world.control.wait_for_fault("ack_silence").await;
    crowd.world.restart("KILL").await;
    let known = crowd.until_state(&id, "sent").await;
    assert_eq!(known["sent_to"], 120);
    crowd.is_read_once(&id).await;
}

#[tokio::test]
async fn a_connection_that_is_lost_between_two_parts_is_answered_with_202_and_the_next_one_goes_on()
{
    let crowd = Crowd::open(120).await;
    crowd.hold_after(1).await;
    let posting = tokio::spawn({
        let api = crowd.user.api.clone();
        async move { api.post_status("goes on").await }
    });
    until("one part has left", async || {
        (crowd.readers_of_any().await == 50).then_some(())
    })
    .await;
    let jid = crowd.world.device_jid(&crowd.phone).await;
    let drop = json!({ "jid": jid, "fault": "drop" });
    crowd.world.control.fault(drop).await;
    let posted = posting.await.expect("an answer").expect(202);
    crowd.world.control.clear_faults().await;
    let known = crowd.until_state(&posted["message_id"], "sent").await;
    assert_eq!(known["sent_to"], 120);
    crowd.is_read_once(&posted["message_id"]).await;
}

#[tokio::test]
async fn two_statuses_do_not_overtake_each_other_and_no_more_wait_than_may() {
    let crowd = Crowd::open_with(120, &[SOON, ("STATUS__WAITING", "1")]).await;
    crowd.hold_after(1).await;
    let first = crowd.user.api.post_status("first").await.expect(202);
    let second = crowd.user.api.post_status("second").await.expect(202);
    let third = crowd.user.api.post_status("third").await;
    assert_eq!(third.status, 429, "{}", third.text);
    assert_eq!(crowd.readers(&second["message_id"]).await, 0);
    crowd.world.control.clear_faults().await;
    crowd.is_read_once(&second["message_id"]).await;
    for contact in &crowd.contacts {
        let inbox = crowd.world.control.inbox(contact).await;
        let ids: Vec<_> = inbox.iter().map(|message| &message["id"]).collect();
        assert_eq!(ids, [&first["message_id"], &second["message_id"]]);
    }
}

#[tokio::test]
async fn nobody_overtakes_a_status_whose_audience_has_to_be_found_out() {
    let crowd = Crowd::open(1).await;
    let control = &crowd.world.control;
    let ada = &crowd.contacts[0];
    let stranger = control.account("Stranger").await;
    let late = json!({ "jid": "*", "fault": "iq_late", "xmlns": "usync", "ms": 2000 });
    control.fault(late).await;
    let post = |text: &str, list: Value| {
        let body = json!({ "text": text, "audience": { "type": "whitelist", "list": list } });
        let api = crowd.user.api.clone();
        async move { api.post("/status/text", body).await.expect(200) }
    };
    let first = tokio::spawn(post("first", json!([ada, stranger])));
    control.wait_for_fault("iq_late").await;
    let second = post("second", json!([ada])).await;
    let first = first.await.expect("an answer");
    control.wait_for_message(ada, &second["message_id"]).await;
    let inbox = control.inbox(ada).await;
    let ids: Vec<_> = inbox.iter().map(|message| &message["id"]).collect();
    assert_eq!(ids, [&first["message_id"], &second["message_id"]]);
}

#[tokio::test]
async fn a_refusal_ends_a_status_or_passes_some_people_over_as_its_code_means() {
    let crowd = Crowd::open(120).await;
    let jid = crowd.world.device_jid(&crowd.phone).await;
    for (error, state, sent_to) in [(463, "sent", 70), (479, "failed", 0)] {
        let fault = json!({ "jid": jid, "fault": "ack_error", "error": error, "times": 1 });
        crowd.world.control.fault(fault).await;
        let answer = crowd.user.api.post_status("hi").await;
        let status = if state == "sent" { 200 } else { 502 };
        assert_eq!(answer.status, status, "{}", answer.text);
        let id = answer.body["message_id"].clone();
        let known = crowd.until_state(&id, state).await;
        assert_eq!(known["sent_to"], sent_to, "{known}");
        assert_eq!(known["failure"], format!("refused by WhatsApp ({error})"));
        assert_eq!(crowd.readers(&id).await, sent_to);
    }
}
