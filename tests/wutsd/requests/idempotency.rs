//! `Idempotency-Key`: what was asked for twice is done once, whatever happens in between.

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde_json::{Value, json};

use crate::support::{Answer, User, World};

const PATH: &str = "/send/text";
const KEY: &str = "Idempotency-Key";

async fn send(user: &User, key: &str, to: &str, text: &str) -> Answer {
    let api = user.api.with_header(KEY, key);
    api.post(PATH, json!({ "number": to, "text": text })).await
}

async fn texts(world: &World, phone: &str) -> Vec<Value> {
    let inbox = world.control.inbox(phone).await;
    inbox
        .iter()
        .map(|message| message["text"].clone())
        .collect()
}

#[tokio::test]
async fn the_same_key_gives_the_first_answer_and_another_request_is_refused() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let (other, _) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    let first = send(&user, "k1", &ada, "once").await;
    let second = send(&user, "k1", &ada, "once").await;
    assert_eq!((first.status, &first.body), (200, &second.body));
    assert_eq!(first.header("idempotency-replayed"), "");
    assert_eq!(second.header("idempotency-replayed"), "true");
    let different = send(&user, "k1", &ada, "twice").await;
    let text = "this Idempotency-Key was used for another request: a new request needs a new key";
    assert_eq!(different.text_error(), (422, text));
    // Somebody else's key is another key, even if it is called the same.
    let of_other = send(&other, "k1", &ada, "from somebody else")
        .await
        .expect(200);
    world
        .control
        .wait_for_message(&ada, &of_other["message_id"])
        .await;
    assert_eq!(texts(&world, &ada).await, ["once", "from somebody else"]);
    for wrong in ["", &"k".repeat(256)] {
        let answer = send(&user, wrong, &ada, "no key").await;
        let text = "Idempotency-Key must be 1 to 255 visible ASCII characters";
        assert_eq!(answer.text_error(), (400, text));
    }
}

#[tokio::test]
async fn what_is_still_under_way_is_not_done_at_the_same_time() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    let api = user.api.with_header(KEY, "k1");
    let body = json!({ "number": ada, "text": "slow", "delay": 3 });
    let slow = api.post(PATH, body.clone());
    let again = async {
        // Until it has come in, the key is free; whoever comes first is the one.
        api.wait_for_metric("commands_in_progress 1").await;
        api.post(PATH, body.clone()).await
    };
    let (slow, again) = futures::join!(slow, again);
    let text =
        "a request with this Idempotency-Key is still under way: ask again when it has ended";
    assert_eq!(again.text_error(), (409, text));
    assert_eq!(slow.status, 200, "{}", slow.text);
    assert_eq!(api.post(PATH, body).await.body, slow.body);
    assert_eq!(texts(&world, &ada).await, ["slow"]);
}

#[tokio::test]
async fn a_send_of_unknown_end_is_sent_again_under_its_id_and_shown_once() {
    let mut world = World::start_with(&[("WHATSAPP__COMMAND_TIMEOUT", "2")]).await;
    let (user, _) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    let silence = json!({ "jid": "*", "fault": "ack_silence" });
    world.control.fault(silence.clone()).await;
    let unknown = send(&user, "k1", &ada, "hello").await;
    assert_eq!(unknown.status, 504, "{}", unknown.text);
    let id = unknown.body["message_id"].clone();
    world.control.wait_for_message(&ada, &id).await;
    world.control.clear_faults().await;
    let settled = send(&user, "k1", &ada, "hello").await.expect(200);
    assert_eq!(settled["message_id"], id);

    // The same over the end of the daemon.
    world.control.fault(silence).await;
    let lost = send(&user, "k2", &ada, "goodbye").await;
    assert_eq!(lost.status, 504, "{}", lost.text);
    world.restart("KILL").await;
    world.control.clear_faults().await;
    let user = User {
        api: world.again(&user),
        ..user
    };
    user.api.wait_for_phase("connected").await;
    let settled = send(&user, "k2", &ada, "goodbye").await.expect(200);
    assert_eq!(settled["message_id"], lost.body["message_id"]);
    assert_eq!(texts(&world, &ada).await, ["hello", "goodbye"]);
}

#[tokio::test]
async fn whoever_asks_again_after_a_kill_has_everything_sent_and_nothing_twice() {
    const TEXTS: usize = 30;
    let mut world = World::start().await;
    let (user, _) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    let body = |n: usize| json!({ "number": ada, "text": format!("text {n}") });
    for round in 0..2 {
        let api = world.again(&user);
        let mut under_way: FuturesUnordered<_> = (0..TEXTS)
            .map(|n| {
                let api = api.with_header(KEY, &format!("{round}.{n}"));
                let body = body(round * TEXTS + n);
                async move { api.try_post(PATH, body).await }
            })
            .collect();
        // Some are sent, some are on their way, and some have not begun.
        for _ in 0..3 {
            under_way.next().await;
        }
        world.daemon.stop("KILL").await;
        drop(under_way);
        world.start_again(&[]).await;
        let api = world.again(&user);
        api.wait_for_phase("connected").await;
        for n in 0..TEXTS {
            let api = api.with_header(KEY, &format!("{round}.{n}"));
            let sent = api.post(PATH, body(round * TEXTS + n)).await.expect(200);
            world
                .control
                .wait_for_message(&ada, &sent["message_id"])
                .await;
        }
    }
    let mut texts: Vec<String> = texts(&world, &ada)
        .await
        .iter()
        .map(Value::to_string)
        .collect();
    texts.sort();
    let mut expected: Vec<String> = (0..2 * TEXTS).map(|n| format!("\"text {n}\"")).collect();
    expected.sort();
    assert_eq!(texts, expected);
}

#[tokio::test]
async fn a_key_stands_once_and_has_no_blanks() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    let body = json!({ "number": ada, "text": "hello" });
    let two = user.api.with_header(KEY, "k1").with_header(KEY, "k2");
    let answer = two.post(PATH, body).await;
    let text = "there must be one Idempotency-Key, and no more";
    assert_eq!(answer.text_error(), (400, text));
    let answer = send(&user, "two words", &ada, "hello").await;
    let text = "Idempotency-Key must be 1 to 255 visible ASCII characters";
    assert_eq!(answer.text_error(), (400, text));
    assert!(texts(&world, &ada).await.is_empty());
}

#[tokio::test]
async fn a_request_that_was_refused_frees_its_key() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    send(&user, "k1", "5511900000000", "nobody is there")
        .await
        .expect(400);
    send(&user, "k1", &ada, "mended").await.expect(200);
    let fault = json!({ "jid": "*", "fault": "ack_error", "error": 479, "times": 1 });
    world.control.fault(fault).await;
    let refused = send(&user, "k2", &ada, "refused").await.expect(502);
    let sent = send(&user, "k2", &ada, "in other words").await.expect(200);
    assert_ne!(sent["message_id"], refused["message_id"]);
    world
        .control
        .wait_for_message(&ada, &sent["message_id"])
        .await;
    assert_eq!(texts(&world, &ada).await, ["mended", "in other words"]);
}

#[tokio::test]
async fn a_status_is_posted_once_under_a_key() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let api = user.api.with_header(KEY, "k1");
    let body = json!({ "text": "open today" });
    let first = api.post("/status/text", body.clone()).await;
    let again = api.post("/status/text", body).await;
    assert_eq!((first.status, &first.body), (200, &again.body));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
    let api = user.api.with_header(KEY, "k2");
    let body = json!({ "media_type": "image", "data": dot });
    let picture = api.post("/status/media", body.clone()).await;
    let again = api.post("/status/media", body).await;
    assert_eq!((picture.status, &picture.body), (200, &again.body));
    let id = &picture.body["message_id"];
    world.control.wait_for_message(&phone, id).await;
    assert_eq!(world.control.inbox(&phone).await.len(), 2);
}
