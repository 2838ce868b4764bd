//! SIGKILL at random moments under load: what was answered is there, and no message key is used twice.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::app_state::wait_for_contact;
use crate::support::{Api, User, World};

const KILLS: usize = 50;
const DEVICES: usize = 4;
const POSTERS: usize = 2;
/// Names a seed, to go through the same moments again.
const SEED: &str = "WUTSD_TEST_SEED";

struct Poster {
    user: User,
    contact: String,
}

/// What one caller was promised.
#[derive(Default)]
struct Promised {
    messages: Vec<Value>,
    devices: Vec<Value>,
}

/// Posts until the daemon is gone; keeps what it said it had done.
async fn load(api: Api) -> Promised {
    let mut promised = Promised::default();
    loop {
        let body = json!({ "text": "still here?" });
        let Some(answer) = api.try_post("/status/text", body).await else {
            return promised;
        };
        if answer.status == 200 {
            promised.messages.push(answer.body["message_id"].clone());
        }
        let device = json!({ "name": "another" });
        match api.try_post("/devices", device).await {
            // The first device stands for the user, however many there are.
            Some(answer) if answer.status == 201 => {
                promised.devices.push(answer.body["device"]["id"].clone());
            }
            Some(_) => {}
            None => return promised,
        }
    }
}

/// Everything that was promised before the kill is there after it.
async fn check(world: &World, poster: &Poster, promised: Vec<Promised>) -> usize {
    let api = world.again(&poster.user);
    let listed = api.get("/devices").await.expect(200);
    let listed = listed["devices"].as_array().expect("devices");
    let listed: HashSet<&str> = listed.iter().filter_map(|d| d["id"].as_str()).collect();
    let inbox = world.control.inbox(&poster.contact).await;
    let read: HashSet<&str> = inbox.iter().filter_map(|m| m["id"].as_str()).collect();
    let mut kept = 0;
    for promise in &promised {
        for device in &promise.devices {
            assert!(listed.contains(device.as_str().expect("an id")), "{device}");
        }
        for message in &promise.messages {
            let id = message.as_str().expect("an id");
            if !read.contains(id) {
                // Still on its way to the phone.
                world
                    .control
                    .wait_for_message(&poster.contact, message)
                    .await;
            }
        }
        kept += promise.devices.len() + promise.messages.len();
    }
    kept
}

fn seed() -> u64 {
    let given = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(rand::random)
}

#[tokio::test]
async fn fifty_kills_lose_nothing_that_was_answered_and_reuse_no_message_key() {
    let seed = seed();
    eprintln!("{SEED}={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut world = World::start().await;
    let mut posters = Vec::new();
    for _ in 0..DEVICES {
        let (user, phone) = world.paired_user().await;
        let contact = world.control.contact_of(&phone, "Ada").await;
        // Before the device knows of her she gets no status.
        wait_for_contact(&user.api, "Ada").await;
        posters.push(Poster { user, contact });
    }
    let mut kept = 0;
    for _ in 0..KILLS {
        let loads = posters.iter().map(|poster| {
            let api = world.again(&poster.user);
            join_all((0..POSTERS).map(move |_| load(api.clone())))
        });
        let moment = Duration::from_millis(random.random_range(10..600));
        let load = join_all(loads);
        let kill = async {
            tokio::time::sleep(moment).await;
            world.daemon.stop("KILL").await;
        };
        let (promised, ()) = tokio::join!(load, kill);
        world.start_again(&[]).await;
        for (poster, promised) in posters.iter().zip(promised) {
            let api = world.again(&poster.user);
            api.wait_for_status("connected").await;
            kept += check(&world, poster, promised).await;
        }
    }
    assert!(kept > KILLS, "only {kept} answers were given in all");
    eprintln!("{kept} promises were kept over {KILLS} kills");
    assert_eq!(world.control.counter("message_keys_reused").await, 0);
}

fn copy(from: &Path, to: &Path) {
    for file in ["wutsd.db", "wutsd.db-wal"] {
        // Without a log there is none to keep.
        let _ = std::fs::remove_file(to.join(file));
        let _ = std::fs::copy(from.join(file), to.join(file));
    }
}

#[tokio::test]
async fn the_simulated_whatsapp_can_tell_when_a_message_key_is_used_twice() {
    let mut world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let contact = world.control.contact_of(&phone, "Ada").await;
    // Otherwise she may get her first key only after the copy was made, and another one each time.
    wait_for_contact(&user.api, "Ada").await;
    user.api.post_status("a first one").await.expect(200);
    let backup = tempfile::TempDir::new().expect("a folder");
    world.daemon.stop("TERM").await;
    copy(world.data.path(), backup.path());
    for reused in [false, true] {
        // What nobody may do: the second daemon starts from where the first one did.
        copy(backup.path(), world.data.path());
        world.start_again(&[]).await;
        let api = world.again(&user);
        api.wait_for_status("connected").await;
        let posted = api.post_status("under the same key").await.expect(200);
        if reused {
            while world.control.counter("message_keys_reused").await == 0 {
                tokio::task::yield_now().await;
            }
        } else {
            let id = &posted["message_id"];
            world.control.wait_for_message(&contact, id).await;
            assert_eq!(world.control.counter("message_keys_reused").await, 0);
        }
        world.daemon.stop("TERM").await;
    }
}
