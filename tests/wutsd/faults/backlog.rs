//! What waits at WhatsApp while the device is away comes, however long that takes and however often it is cut.

use serde_json::json;

use crate::support::{World, until, until_ok};

/// More than two batches of the simulated WhatsApp.
const MESSAGES: usize = 200;
/// The library's minute is over in less than two seconds.
const HASTE: (&str, &str) = ("WUTSD_LIBRARY_HASTE", "40");

/// A device that is down, and so much waits for it; the account's number.
async fn away(world: &mut World) -> String {
    let (_, phone) = world.paired_user().await;
    let contact = world.control.contact_of(&phone, "Ada").await;
    world.daemon.stop("TERM").await;
    for _ in 0..MESSAGES {
        world
            .control
            .send_text(&contact, &phone, "are you there?")
            .await;
    }
    assert!(world.control.queued(&phone).await >= MESSAGES as u64);
    phone
}

async fn all_comes(world: &World, phone: &str) {
    until_ok("nothing waits any more", async || {
        match world.control.queued(phone).await {
            0 => Ok(()),
            left => Err(left),
        }
    })
    .await;
}

#[tokio::test]
async fn a_catch_up_that_takes_longer_than_the_library_waits_is_finished() {
    let mut world = World::start().await;
    let phone = away(&mut world).await;
    let slow = json!({ "jid": "*", "fault": "slow_backlog", "ms": 1000 });
    world.control.fault(slow).await;
    world.start_again(&[HASTE]).await;
    all_comes(&world, &phone).await;
    let told = "what waited at WhatsApp takes long: the rest is asked for";
    world.daemon.log_line(told).await;
    assert!(world.control.is_connected(&phone).await);
}

#[tokio::test]
async fn a_catch_up_that_is_cut_is_finished_by_the_next_life() {
    let mut world = World::start().await;
    let phone = away(&mut world).await;
    let slow = json!({ "jid": "*", "fault": "slow_backlog", "ms": 5000 });
    world.control.fault(slow).await;
    world.start_again(&[]).await;
    // Before that the daemon may not have read how much waits.
    until("the first batch has come", async || {
        (world.control.queued(&phone).await < MESSAGES as u64).then_some(())
    })
    .await;
    let drop = json!({ "jid": "*", "fault": "drop" });
    world.control.fault(drop).await;
    world.control.clear_faults().await;
    let told = "not all that waited at WhatsApp has come: the next connection asks for it again";
    world.daemon.log_line(told).await;
    all_comes(&world, &phone).await;
}
