//! SIGKILL at random moments under load: what was answered is there, what was written to a device is told, and no message
//! key is used twice.

use std::collections::HashSet;
use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::app_state::wait_for_contact;
use crate::support::{Api, Control, LOCAL, Received, Receiver, User, World};

const KILLS: usize = 50;
const DEVICES: usize = 4;
const POSTERS: usize = 2;
const BETWEEN_MESSAGES: Duration = Duration::from_millis(10);
/// Names a seed, to go through the same moments again.
const SEED: &str = "WUTSD_TEST_SEED";

struct Poster {
    user: User,
    phone: String,
    contact: String,
}

/// What one caller was promised.
#[derive(Default)]
struct Promised {
    messages: Vec<Value>,
    devices: Vec<Value>,
}

/// Posts until the daemon is gone; keeps what it said it had done, and tells of every answer.
async fn load(api: Api, answered: &Notify) -> Promised {
    let mut promised = Promised::default();
    loop {
        let body = json!({ "text": "still here?" });
        let Some(answer) = api.try_post("/status/text", body).await else {
            return promised;
        };
        answered.notify_one();
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

/// The contact writes to the device until the daemon is gone, and after that too.
async fn write(control: &Control, poster: &Poster, written: &mut HashSet<String>) -> Infallible {
    loop {
        let id = control.send_text(&poster.contact, &poster.phone, "are you there?");
        written.insert(id.await.as_str().expect("an id").to_owned());
        tokio::time::sleep(BETWEEN_MESSAGES).await;
    }
}

/// Tells where inbound messages are to be told.
async fn listen(poster: &Poster, receiver: &Receiver) {
    let webhook = json!({ "webhook_url": receiver.url(), "enabled_events": ["message.received"] });
    poster.user.api.post("/webhook", webhook).await.expect(200);
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
    let mut world = World::start_with(&LOCAL).await;
    let mut posters = Vec::new();
    for _ in 0..DEVICES {
        let (user, phone) = world.paired_user().await;
        let contact = world.control.contact_of(&phone, "Ada").await;
        // Before the device knows of her she gets no status.
        wait_for_contact(&user.api, "Ada").await;
        posters.push(Poster {
            user,
            phone,
            contact,
        });
    }
    let receiver = Receiver::start().await;
    listen(&posters[0], &receiver).await;
    let mut written = HashSet::new();
    let mut kept = 0;
    for kill in 0..KILLS {
        let answered = &Notify::new();
        let loads = posters.iter().map(|poster| {
            let api = world.again(&poster.user);
            join_all((0..POSTERS).map(move |_| load(api.clone(), answered)))
        });
        let moment = Duration::from_millis(random.random_range(10..600));
        let load = join_all(loads);
        let (daemon, control) = (&mut world.daemon, &world.control);
        let moment = async {
            // A busy machine answers nothing in so short a time: every other kill is after an answer.
            if kill % 2 == 0 {
                answered.notified().await;
            }
            tokio::time::sleep(moment).await;
        };
        let kill = async {
            tokio::select! {
                () = moment => {}
                never = write(control, &posters[0], &mut written) => match never {},
            }
            daemon.stop("KILL").await;
        };
        let (promised, ()) = tokio::join!(load, kill);
        world.start_again(&[]).await;
        for (poster, promised) in posters.iter().zip(promised) {
            let api = world.again(&poster.user);
            api.wait_for_phase("connected").await;
            kept += check(&world, poster, promised).await;
        }
    }
    assert!(kept >= KILLS / 2, "only {kept} answers were given in all");
    eprintln!("{kept} promises were kept over {KILLS} kills");
    assert_eq!(world.control.counter("message_keys_reused").await, 0);
    let told = |told: &[Received]| {
        let ids = told
            .iter()
            .filter_map(|told| told.body["data"]["message_id"].as_str());
        let ids: HashSet<&str> = ids.collect();
        written.iter().all(|id| ids.contains(id.as_str()))
    };
    receiver.until("every message that was written", told).await;
    assert!(
        written.len() > KILLS,
        "only {} messages were written",
        written.len()
    );
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
        api.wait_for_phase("connected").await;
        let posted = api.post_status("under the same key").await.expect(200);
        if reused {
            world
                .control
                .wait_for_counter("message_keys_reused", 1)
                .await;
        } else {
            let id = &posted["message_id"];
            world.control.wait_for_message(&contact, id).await;
            assert_eq!(world.control.counter("message_keys_reused").await, 0);
        }
        world.daemon.stop("TERM").await;
    }
}
