//! SIGTERM: what is under way is answered, and nothing of it is lost.

use futures::future::join_all;
use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn commands_under_way_finish_before_the_daemon_does() {
    let mut world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let contact = world.control.contact_of(&phone, "Ada").await;
    let jid = world.device_jid(&phone).await;
    user.api.post_status("warm").await.expect(200);
    let late = json!({ "jid": jid, "fault": "iq_late", "xmlns": "blocklist", "ms": 1500 });
    world.control.fault(late).await;
    let api = &user.api;
    // For an audience of its own WhatsApp is always asked who is blocked.
    let body = json!({ "text": "just in time", "audience": { "type": "contacts" } });
    let post = |_| api.post("/status/text", body.clone());
    let posts = async { join_all((0..4).map(post)).await };
    let stop = async {
        world.control.wait_for_fault("iq_late").await;
        world.daemon.stop("TERM").await
    };
    let (answers, status) = tokio::join!(posts, stop);
    assert!(status.success(), "{status}");
    for answer in answers {
        let posted = answer.expect(200);
        let id = &posted["message_id"];
        world.control.wait_for_message(&contact, id).await;
    }
}

#[tokio::test]
async fn commands_that_cannot_finish_are_answered_all_the_same() {
    let mut world = World::start_with(&[("HTTP__SHUTDOWN_GRACE", "3")]).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let silence = json!({ "jid": jid, "fault": "ack_silence" });
    world.control.fault(silence).await;
    let (answer, status) = {
        let post = user.api.post_status("never acknowledged");
        let stop = async {
            world.control.wait_for_fault("ack_silence").await;
            world.daemon.stop("TERM").await
        };
        tokio::join!(post, stop)
    };
    // Long before its own deadline of 30 seconds.
    assert_eq!(answer.object_error().1, "device_disconnected");
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn a_server_that_says_no_goodbye_does_not_hold_the_daemon_up() {
    let mut world = World::start_with(&[("HTTP__SHUTDOWN_GRACE", "3")]).await;
    for _ in 0..3 {
        world.paired_user().await;
    }
    world.simulator.signal("STOP").await;
    let status = world.daemon.stop("TERM").await;
    world.simulator.signal("CONT").await;
    assert!(status.success(), "{status}");
}
