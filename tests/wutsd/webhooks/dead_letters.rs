//! How an event becomes a dead letter, whose that is, and how long it is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::Scene;
use crate::support::{Behaviour, Receiver, WELL};

/// A receiver that refuses until it is told not to.
async fn fussy() -> (Receiver, Arc<AtomicBool>) {
    let mended = Arc::new(AtomicBool::new(false));
    let mood = mended.clone();
    let judge = move |_: &_| match mood.load(Ordering::SeqCst) {
        true => WELL,
        false => Behaviour::Answer(400, ""),
    };
    (Receiver::judging(judge).await, mended)
}

/// Three dead letters, and a receiver that is mended now.
pub(super) async fn three() -> (Scene, Receiver, Vec<Value>) {
    let scene = Scene::start().await;
    let (receiver, mended) = fussy().await;
    scene
        .configure(&receiver, json!({ "retry_attempts": 1 }))
        .await;
    for text in ["1", "2", "3"] {
        scene.write(text).await;
    }
    let letters = scene.wait_for_dead_letters(3).await;
    assert_eq!(receiver.contents(), ["1", "1", "2", "2", "3", "3"]);
    mended.store(true, Ordering::SeqCst);
    (scene, receiver, letters)
}

#[tokio::test]
async fn nobody_sees_or_touches_the_dead_letters_of_somebody_else() {
    let (scene, receiver, letters) = three().await;
    let (stranger, _) = scene.world.paired_user().await;
    let colleague = scene.world.member(&scene.user, "admin").await;
    colleague
        .api
        .post("/devices", json!({ "name": "x" }))
        .await
        .expect(201);
    let device = scene.user.api.get("/devices").await.expect(200)["devices"][0]["id"].clone();
    let device = device.as_str().expect("an id");
    let id = letters[0]["id"].as_str().expect("an id");
    for api in [&stranger.api, &colleague.api] {
        let own = api.get("/webhook/deliveries").await.expect(200);
        assert_eq!(own["deliveries"], json!([]));
        let replay = api
            .post_nothing(&format!("/webhook/deliveries/{id}/replay"))
            .await;
        assert_eq!(replay.text_error().0, 404);
        let delete = api.delete(&format!("/webhook/deliveries/{id}")).await;
        assert_eq!(delete.text_error().0, 404);
        let foreign = api
            .get(&format!("/webhook/deliveries?device_id={device}"))
            .await;
        assert_eq!(foreign.text_error(), (404, "device not found"));
        assert_eq!(
            api.delete("/webhook/deliveries").await.expect(200)["deleted"],
            0
        );
    }
    assert_eq!(scene.dead_letters().await, letters);
    assert_eq!(receiver.all().len(), 6);
}

#[tokio::test]
async fn an_event_that_waits_for_too_long_becomes_a_dead_letter() {
    let bounds = [("WEBHOOKS__KEEP_WAITING", "0.001")];
    let mut scene = Scene::start_with(&bounds).await;
    let receiver = Receiver::start().await;
    scene.listen(&receiver).await;
    receiver.stop().await;
    scene.write("1").await;
    scene.wait_until_waiting(1).await;
    // The outbox is looked after at the start, and then once in a while.
    scene.restart().await;
    let letter = scene.wait_for_dead_letter().await;
    assert_eq!(letter["state"], "dead");
}

#[tokio::test]
async fn a_full_outbox_loses_its_oldest_dead_letters_first() {
    let (mut scene, _receiver, letters) = three().await;
    let sizes = [("WEBHOOKS__LIMIT_PER_DEVICE", "2000")];
    scene.world.add_settings(&sizes);
    scene.restart().await;
    let rest = scene.wait_for_dead_letters_below(3).await;
    assert_eq!(rest.last(), letters.last());
    assert!(!rest.contains(&letters[0]));
}
