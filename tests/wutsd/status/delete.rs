//! DELETE /status/{message_id}

use serde_json::{Value, json};

use super::Crowd;
use crate::support::{Answer, until_ok};

const SOON: (&str, &str) = ("MEDIA__ANSWER_AFTER", "0.3");

async fn delete(crowd: &Crowd, id: &Value) -> Answer {
    let path = format!("/status/{}", id.as_str().expect("an id"));
    crowd.world.again(&crowd.user).delete(&path).await
}

/// Nobody is shown it any more; those to whom it never went were not told of it.
async fn is_gone(crowd: &Crowd, id: &Value, had_it: usize) {
    let mut gone = 0;
    for contact in &crowd.contacts {
        let inbox = until_ok("nobody has it", async || {
            let inbox = crowd.world.control.inbox(contact).await;
            let shown = inbox
                .iter()
                .any(|m| m["id"] == *id && m["kind"] != "deleted");
            match shown {
                true => Err(format!("{contact} is shown it")),
                false => Ok(inbox),
            }
        })
        .await;
        gone += inbox.iter().filter(|m| m["id"] == *id).count();
    }
    assert_eq!(gone, had_it);
}

#[tokio::test]
async fn every_phone_that_has_a_status_drops_it_and_it_is_deleted_once() {
    let crowd = Crowd::open(120).await;
    let kept = crowd.user.api.post_status("stays").await.expect(200);
    let posted = crowd.user.api.post_status("goes").await.expect(200);
    let id = &posted["message_id"];
    crowd.is_read_once(id).await;
    for _ in 0..2 {
        let deleted = delete(&crowd, id).await.expect(200);
        assert_eq!(deleted["success"], true);
        assert_eq!(deleted["message_id"], *id);
        assert_eq!(deleted["state"], "deleted");
    }
    is_gone(&crowd, id, 120).await;
    crowd.until_state(id, "deleted").await;
    crowd.is_read_once(&kept["message_id"]).await;
    let unknown = delete(&crowd, &json!("3EB0NOBODY")).await;
    assert_eq!(unknown.object_error(), (404, "not_found", "no such status"));
}

#[tokio::test]
async fn a_status_to_few_is_dropped_by_their_phones() {
    let crowd = Crowd::open(3).await;
    let posted = crowd.user.api.post_status("goes").await.expect(200);
    crowd.is_read_once(&posted["message_id"]).await;
    delete(&crowd, &posted["message_id"]).await.expect(200);
    is_gone(&crowd, &posted["message_id"], 3).await;
}

#[tokio::test]
async fn one_that_is_being_posted_goes_no_further_and_whoever_has_it_drops_it() {
    let crowd = Crowd::open_with(230, &[SOON]).await;
    crowd.hold_after(2).await;
    let posted = crowd.user.api.post_status("stop").await.expect(202);
    let id = &posted["message_id"];
    crowd
        .until(id, "two parts have left", |known| known["sent_to"] == 100)
        .await;
    crowd.is_read_by(id, 100).await;
    let deleted = delete(&crowd, id).await.expect(202);
    assert_eq!(deleted["state"], "deleting");
    crowd.until_state(id, "deleting").await;
    crowd.world.control.clear_faults().await;
    crowd.until_state(id, "deleted").await;
    is_gone(&crowd, id, 100).await;
}

#[tokio::test]
async fn a_deletion_goes_on_after_a_kill() {
    let mut crowd = Crowd::open_with(120, &[SOON]).await;
    let posted = crowd.user.api.post_status("goes").await;
    let id = posted.body["message_id"].clone();
    crowd.until_state(&id, "sent").await;
    crowd.is_read_once(&id).await;
    crowd.hold_after(1).await;
    delete(&crowd, &id).await.expect(202);
    crowd
        .until(&id, "it waits", |known| known["waiting_until"].is_string())
        .await;
    crowd.world.restart("KILL").await;
    crowd.world.control.clear_faults().await;
    crowd.until_state(&id, "deleted").await;
    is_gone(&crowd, &id, 120).await;
}
