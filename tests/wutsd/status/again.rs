//! Contacts that could not read a status ask for it once more.

use serde_json::Value;

use crate::support::{World, until_ok};

/// How many ask at the same moment.
const CONTACTS: usize = 200;
/// How many statuses they ask for. More than these few take minutes: `WUTSD_TEST_ROUNDS` says how many.
const ROUNDS: usize = 2;

fn rounds() -> usize {
    let given = std::env::var("WUTSD_TEST_ROUNDS").ok();
    given.map_or(ROUNDS, |rounds| rounds.parse().expect("a number"))
}

/// Waits until everybody has read a status so often.
async fn read_by_all(world: &World, contacts: &[String], id: &Value, times: usize) {
    for contact in contacts {
        until_ok("everybody has read it", async || {
            let read = world.control.read(contact, id).await;
            match read == times {
                true => Ok(()),
                false => Err(format!("{contact} has read it {read} times of {times}")),
            }
        })
        .await;
    }
}

#[tokio::test]
async fn everybody_who_asks_for_a_status_again_gets_it_in_this_life_and_in_the_next() {
    let mut world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let contacts = world.control.contacts_of(&phone, CONTACTS).await;
    world.pair(&user, &phone).await;
    let device = world.device_jid(&phone).await;
    let asked = CONTACTS as u64;

    let mut posted = Vec::new();
    for _ in 0..rounds() {
        let status = user.api.post_status("once more, please").await.expect(200);
        let id = status["message_id"].clone();
        read_by_all(&world, &contacts, &id, 1).await;
        assert_eq!(world.control.ask_again(&device, &id).await, asked);
        read_by_all(&world, &contacts, &id, 2).await;
        posted.push(id);
    }

    world.restart("TERM").await;
    world.again(&user).wait_for_phase("connected").await;
    for id in &posted {
        assert_eq!(world.control.ask_again(&device, id).await, asked);
        read_by_all(&world, &contacts, id, 3).await;
    }
}

#[tokio::test]
async fn who_is_no_longer_meant_gets_no_status_by_asking_for_it_again() {
    let mut world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let contacts = world.control.contacts_of(&phone, 2).await;
    world.pair(&user, &phone).await;
    let device = world.device_jid(&phone).await;
    let first = user.api.post_status("to both").await.expect(200);
    let first = &first["message_id"];
    read_by_all(&world, &contacts, first, 1).await;
    let rule = serde_json::json!({ "type": "blacklist", "users": [contacts[1]] });
    world.control.change_status_privacy(&phone, rule).await;

    let second = until_ok("the phone's rule has come", async || {
        let posted = user.api.post_status("to one").await.expect(200);
        let id = posted["message_id"].clone();
        world.control.wait_for_message(&contacts[0], &id).await;
        match world.control.read(&contacts[1], &id).await {
            0 => Ok(id),
            _ => Err("both have read it"),
        }
    })
    .await;
    for life in 0..2 {
        let times = 2 + life;
        for id in [first, &second] {
            world.control.ask_again(&device, id).await;
            read_by_all(&world, &contacts[..1], id, times).await;
        }
        // It asked before the last answer came; what it would get would be here.
        read_by_all(&world, &contacts[1..], first, 1).await;
        world.restart("TERM").await;
        world.again(&user).wait_for_phase("connected").await;
    }
}
