//! Defects and floods stay where they happen.

use futures::StreamExt;
use serde_json::{Value, json};

use super::Neighbour;
use crate::support::{User, World};

async fn device_id(user: &User) -> String {
    let status = user.status().await;
    status["device_id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_panic_in_a_command_is_its_callers_and_nobody_elses() {
    let world = World::start().await;
    let neighbour = Neighbour::of(&world).await;
    let (user, _) = world.paired_user().await;
    world.panic_at(&device_id(&user).await, "command");
    let answer = user.api.post_status("unlucky").await;
    assert_eq!(
        answer.object_error(),
        (500, "internal_error", "internal error")
    );
    // The device itself lives on.
    user.api.post_status("lucky").await.expect(200);
    assert_eq!(user.status().await["last_exit"], "restart_required");
    neighbour.is_untouched(&world).await;
}

#[tokio::test]
async fn a_panic_in_a_devices_work_is_that_devices_restart() {
    let world = World::start_with(&[
        ("SUPERVISION__SHARDS", "1"),
        ("SUPERVISION__QUARANTINE_FAILURES", "100"),
    ])
    .await;
    let neighbour = Neighbour::of(&world).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let device = device_id(&user).await;
    for (panics, place) in (1..).zip(["event", "task", "start"]) {
        world.panic_at(&device, place);
        match place {
            // What the phone adds reaches the event handler.
            "event" => drop(world.control.contact_of(&phone, "Ada").await),
            // The others are hit in the next life.
            _ => {
                let drop = json!({ "jid": jid, "fault": "drop" });
                world.control.fault(drop).await;
            }
        }
        let exits = format!("device_exits_total{{reason=\"panicked\"}} {panics}");
        world.api.wait_for_metric(&exits).await;
        assert!(world.was_hit(&device, place));
        let back =
            |status: &Value| status["phase"] == "connected" && status["last_exit"] == "panicked";
        user.api.wait_for("back", back).await;
        user.api.post_status("back").await.expect(200);
    }
    neighbour.is_untouched(&world).await;
}

#[tokio::test]
async fn a_device_that_panics_at_every_start_is_quarantined_and_tells_so() {
    let world = World::start_with(&[
        ("SUPERVISION__SHARDS", "1"),
        ("SUPERVISION__QUARANTINE_FAILURES", "3"),
    ])
    .await;
    let neighbour = Neighbour::of(&world).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let device = device_id(&user).await;
    world.panic_at(&device, "start");
    world
        .control
        .fault(json!({ "jid": jid, "fault": "drop" }))
        .await;
    let quarantined = async {
        user.api.wait_for_phase("quarantined").await;
    };
    let again_and_again = async {
        loop {
            world.panic_at(&device, "start");
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = quarantined => {}
        () = again_and_again => {}
    }
    let status = user.status().await;
    assert_eq!(status["last_exit"], "panicked");
    let told = status["action_required"].as_str().expect("a sentence");
    assert!(told.contains("a defect"), "{told}");
    neighbour.is_untouched(&world).await;
}

#[tokio::test]
async fn a_device_that_is_flooded_does_not_starve_its_neighbours() {
    const FLOOD: usize = 1000;
    // The worst case: both on the same thread.
    let world = World::start_with(&[("SUPERVISION__SHARDS", "1")]).await;
    let neighbour = Neighbour::of(&world).await;
    let (_flooded, phone) = world.paired_user().await;
    let stranger = world.control.contact_of(&phone, "Stranger").await;
    let before = world.control.counter("receipts").await;
    let flood = async {
        let message = |number: usize| {
            let (world, stranger, phone) = (&world, &stranger, &phone);
            async move {
                let text = format!("message {number}");
                world.control.send_text(stranger, phone, &text).await;
            }
        };
        let messages = futures::stream::iter((0..FLOOD).map(message));
        messages.buffer_unordered(16).collect::<Vec<()>>().await;
    };
    let posts = async {
        let mut during = 0;
        loop {
            let answer = neighbour.user.api.post_status("in between").await;
            answer.expect(200);
            during += 1;
            tokio::task::yield_now().await;
            if world.control.counter("receipts").await - before >= FLOOD as u64 {
                return during;
            }
        }
    };
    let ((), during) = tokio::join!(flood, posts);
    // The quiet device's posts were answered between the messages of the other, not after them all.
    assert!(during >= 3, "{during} posts during {FLOOD} messages");
    neighbour.is_untouched(&world).await;
}
