//! POST /calls/reject

use serde_json::{Value, json};

use crate::chats::{listen, wait_for};
use crate::support::{LOCAL, Receiver, World, until_ok};

const PATH: &str = "/calls/reject";

#[tokio::test]
async fn a_call_ends_for_the_caller_and_for_every_other_device_that_rings() {
    let world = World::start_with(&LOCAL).await;
    let (user, phone) = world.paired_user().await;
    let second = world.user().await;
    world.pair(&second, &phone).await;
    let ada = world.control.account("Ada").await;
    let (first_hears, second_hears) = (Receiver::start().await, Receiver::start().await);
    let events = json!(["call.offer", "call.reject", "call.terminate"]);
    listen(&user, &first_hears, events.clone()).await;
    listen(&second, &second_hears, events).await;

    for from in [
        ada.clone(),
        format!("{ada}@s.whatsapp.net"),
        world.control.lid(&ada).await,
    ] {
        let id = world.control.calls(&ada, &phone).await;
        let rings = |data: &Value| data["call_id"] == id && data["from_lid"].is_string();
        wait_for(&first_hears, "call.offer", 1, rings).await;
        wait_for(&second_hears, "call.offer", 1, rings).await;
        let body = json!({ "call_id": id, "from": from });
        let answer = user.api.post(PATH, body).await.expect(200);
        assert_eq!(answer, json!({ "success": true }));
        until_ok("the caller knows", async || {
            let call = world.control.call(&ada, &id).await;
            match call["state"] == "rejected" && call["by"]["phone"] == phone {
                true => Ok(()),
                false => Err(call),
            }
        })
        .await;
        let elsewhere = |data: &Value| {
            data["call_id"] == id && data["details"]["reason"] == "rejected_elsewhere"
        };
        wait_for(&second_hears, "call.terminate", 1, elsewhere).await;
        wait_for(&second_hears, "call.reject", 1, |data| {
            data["call_id"] == id
        })
        .await;
    }
}

#[tokio::test]
async fn whoever_calls_may_hang_up_first_and_the_phone_may_answer() {
    let world = World::start_with(&LOCAL).await;
    let (user, phone) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    let hears = Receiver::start().await;
    listen(
        &user,
        &hears,
        json!(["call.offer", "call.accept", "call.terminate"]),
    )
    .await;

    let missed = world.control.calls(&ada, &phone).await;
    wait_for(&hears, "call.offer", 1, |data| data["call_id"] == missed).await;
    world.control.touches_call(&ada, &missed, "give_up").await;
    let timed_out =
        |data: &Value| data["call_id"] == missed && data["details"]["reason"] == "timeout";
    wait_for(&hears, "call.terminate", 1, timed_out).await;
    // Too late, and no harm done.
    let body = json!({ "call_id": missed, "from": ada });
    user.api.post(PATH, body).await.expect(200);
    assert_eq!(world.control.call(&ada, &missed).await["state"], "ended");

    let taken = world.control.calls(&ada, &phone).await;
    wait_for(&hears, "call.offer", 1, |data| data["call_id"] == taken).await;
    world.control.touches_call(&phone, &taken, "accept").await;
    wait_for(&hears, "call.accept", 1, |data| data["call_id"] == taken).await;
    let elsewhere = |data: &Value| {
        data["call_id"] == taken && data["details"]["reason"] == "accepted_elsewhere"
    };
    wait_for(&hears, "call.terminate", 1, elsewhere).await;
}

#[tokio::test]
async fn what_names_no_call_is_refused_and_nothing_rings_without_a_connection() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    for (body, field, text) in [
        (json!({}), "call_id", "call_id cannot be empty"),
        (
            json!({ "call_id": " ", "from": "15550000101" }),
            "call_id",
            "call_id cannot be empty",
        ),
        (json!({ "call_id": "ABC" }), "from", "from is required"),
        (json!({ "call_id": "ABC", "from": "x" }), "from", ""),
    ] {
        let answer = user.api.post(PATH, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        let flaw = &answer.body["validation"][0];
        assert_eq!(flaw["field"], field, "{}", answer.text);
        assert!(
            text.is_empty() || flaw["message"] == text,
            "{}",
            answer.text
        );
    }
    let body = json!({ "call_id": "ABC", "from": "15550000101" });
    let nobody = world.api.as_user("nobody").post(PATH, body.clone()).await;
    assert_eq!(nobody.status, 401);
    user.api.post_nothing("/disconnect").await.expect(200);
    let answer = user.api.post(PATH, body).await;
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert_eq!(answer.body["error_code"], "DEVICE_NOT_READY");
}
