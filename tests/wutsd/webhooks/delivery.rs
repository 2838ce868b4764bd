//! How events come, to receivers that do well and to those that do not.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Scene, configure};
use crate::support::{Behaviour, Receiver, WELL, until};

const FLAWED: Behaviour = Behaviour::Answer(500, "");

#[tokio::test]
async fn an_inbound_message_comes_with_everything_that_is_known_of_it() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    scene.listen(&receiver).await;
    let id = scene.write("hello").await;
    let received = receiver.wait_for(1).await.remove(0);
    let body = &received.body;
    assert_eq!(body["event"], "message.received");
    assert_eq!(body["user_id"], scene.user.user_id);
    assert!(body["timestamp"].is_i64() && body["id"].is_string());
    assert_eq!(body.get("signature"), None);
    let data = &body["data"];
    let jid = |phone: &str| json!(format!("{phone}@s.whatsapp.net"));
    assert_eq!(data["message_id"], id);
    assert_eq!(data["from"], jid(&scene.friend));
    assert_eq!(data["to"], jid(&scene.phone));
    assert_eq!(data["content"], "hello");
    assert_eq!(data["message_type"], "text");
    assert_eq!(data["is_from_me"], false);
    assert_eq!(data["sender_pn"], jid(&scene.friend));
    let lid = scene.world.control.lid(&scene.friend).await;
    let lid = lid.split('@').next().map(|lid| format!("{lid}@lid"));
    assert_eq!(data["sender_lid"].as_str(), lid.as_deref());
}

#[tokio::test]
async fn media_comes_described_and_with_what_is_needed_to_fetch_it() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    scene.listen(&receiver).await;
    let file = vec![7; 5000];
    let media = json!({ "type": "image", "caption": "look", "mimetype": "image/jpeg", "data_base64": BASE64_STANDARD.encode(&file) });
    let control = &scene.world.control;
    control.send_media(&scene.friend, &scene.phone, media).await;
    let received = receiver.wait_for(1).await.remove(0);
    let data = &received.body["data"];
    assert_eq!(data["message_type"], "image");
    assert_eq!(data["content"], "look");
    let media = &data["media"];
    assert_eq!(media["mimetype"], "image/jpeg");
    assert_eq!(media["size"], file.len());
    assert_eq!(
        media["sha256"],
        BASE64_STANDARD.encode(Sha256::digest(&file))
    );
    for key in ["media_key", "direct_path", "encrypted_sha256"] {
        assert!(media[key].is_string(), "{key}: {media}");
    }
}

#[tokio::test]
async fn events_stay_in_order_while_one_of_them_is_tried_again() {
    let scene = Scene::start().await;
    let receiver = Receiver::judging(|request| match (request.content(), request.index) {
        ("2", 1 | 2) => FLAWED,
        _ => WELL,
    });
    let receiver = receiver.await;
    scene.listen(&receiver).await;
    for text in ["1", "2", "3", "4", "5"] {
        scene.write(text).await;
    }
    let all = receiver.wait_for(7).await;
    assert_eq!(receiver.contents(), ["1", "2", "2", "2", "3", "4", "5"]);
    let ids: Vec<_> = all
        .iter()
        .map(|one| one.headers["webhook-id"].as_str())
        .collect();
    assert!(ids[1] == ids[2] && ids[2] == ids[3] && ids[3] != ids[4]);
    assert_eq!(all[1].body["id"], ids[1]);
}

#[tokio::test]
async fn what_came_while_the_receiver_was_down_comes_in_order_once_it_is_back() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    let address = receiver.address;
    scene.listen(&receiver).await;
    receiver.stop().await;
    for text in ["1", "2", "3"] {
        scene.write(text).await;
    }
    // More than the attempts that an event has.
    scene
        .wait_for_delivery(|first| first["attempts"].as_i64() > Some(6))
        .await;
    let receiver = Receiver::at(address, |_| WELL).await;
    receiver.wait_for(3).await;
    assert_eq!(receiver.contents(), ["1", "2", "3"]);
    assert_eq!(scene.dead_letters().await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_daemon_that_is_killed_between_commit_and_delivery_delivers_when_it_is_back() {
    let mut scene = Scene::start().await;
    let receiver = Receiver::start().await;
    let address = receiver.address;
    scene.listen(&receiver).await;
    receiver.stop().await;
    for text in ["1", "2"] {
        scene.write(text).await;
    }
    scene.wait_until_waiting(2).await;
    scene.restart().await;
    let receiver = Receiver::at(address, |_| WELL).await;
    receiver.wait_for(2).await;
    scene.write("3").await;
    receiver.wait_for(3).await;
    assert_eq!(receiver.contents(), ["1", "2", "3"]);
}

#[tokio::test]
async fn an_answer_that_is_cut_off_after_its_head_is_an_answer() {
    let scene = Scene::start().await;
    let receiver = Receiver::judging(|request| match request.content() {
        "1" => Behaviour::Cut,
        _ => WELL,
    });
    let receiver = receiver.await;
    scene.listen(&receiver).await;
    for text in ["1", "2"] {
        scene.write(text).await;
    }
    receiver.wait_for(2).await;
    scene.wait_until_waiting(0).await;
    assert_eq!(receiver.contents(), ["1", "2"]);
}

#[tokio::test]
async fn a_connection_that_is_closed_without_an_answer_means_another_attempt() {
    let scene = Scene::start().await;
    let receiver = Receiver::judging(|request| match request.index {
        0 | 1 => Behaviour::HangUp,
        _ => WELL,
    });
    let receiver = receiver.await;
    scene.listen(&receiver).await;
    scene.write("1").await;
    scene.write("2").await;
    receiver.wait_for(4).await;
    assert_eq!(receiver.contents(), ["1", "1", "1", "2"]);
}

#[tokio::test]
async fn a_receiver_that_never_answers_delays_nobody_else() {
    let scene = Scene::start().await;
    let (other, other_phone) = scene.world.paired_user().await;
    let deaf = Receiver::judging(|_| Behaviour::Silence).await;
    let quick = Receiver::start().await;
    scene.configure(&deaf, json!({ "timeout": 60 })).await;
    configure(&other, &quick, json!({})).await;
    scene.write("lost in thought").await;
    deaf.wait_for(1).await;
    let control = &scene.world.control;
    for text in ["1", "2", "3"] {
        control.send_text(&scene.friend, &other_phone, text).await;
    }
    quick.wait_for(3).await;
    assert_eq!(quick.contents(), ["1", "2", "3"]);
    assert_eq!(deaf.all().len(), 1, "its attempt is still under way");
}

#[tokio::test]
async fn an_attempt_ends_with_the_time_that_the_webhook_gives_it() {
    let scene = Scene::start().await;
    let receiver = Receiver::judging(|request| match request.index {
        0 => Behaviour::Silence,
        1 => Behaviour::Slow(Duration::from_millis(300)),
        _ => WELL,
    });
    let receiver = receiver.await;
    scene.configure(&receiver, json!({ "timeout": 1 })).await;
    scene.write("1").await;
    scene.write("2").await;
    receiver.wait_for(3).await;
    assert_eq!(receiver.contents(), ["1", "1", "2"]);
}

#[tokio::test]
async fn a_receiver_that_names_a_time_is_left_alone_until_then() {
    let scene = Scene::start().await;
    let receiver = Receiver::judging(|request| match request.index {
        0 => Behaviour::Answer(503, "Retry-After: 2\r\n"),
        _ => WELL,
    });
    let receiver = receiver.await;
    scene.listen(&receiver).await;
    scene.write("1").await;
    let all = receiver.wait_for(2).await;
    assert!(all[1].at - all[0].at >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let scene = Scene::start().await;
    let elsewhere = Receiver::start().await;
    let to: &'static str = format!("Location: {}\r\n", elsewhere.url()).leak();
    let receiver = Receiver::judging(move |_| Behaviour::Answer(307, to)).await;
    scene
        .configure(&receiver, json!({ "retry_attempts": 0 }))
        .await;
    scene.write("1").await;
    let letter = scene.wait_for_dead_letter().await;
    assert_eq!(
        letter["last_error"],
        "the receiver answered 307 Temporary Redirect"
    );
    assert_eq!(receiver.all().len(), 1);
    assert_eq!(elsewhere.all().len(), 0);
}

#[tokio::test]
async fn a_receiver_that_is_gone_for_good_is_switched_off_until_it_is_written_anew() {
    let scene = Scene::start().await;
    let receiver = Receiver::judging(|_| Behaviour::Answer(410, "")).await;
    scene.listen(&receiver).await;
    scene.write("1").await;
    receiver.wait_for(1).await;
    scene
        .wait_for_webhook(|webhook| webhook["enabled"] == false)
        .await;
    scene.write_to_a_deaf_device("2").await;
    let receiver = Receiver::start().await;
    scene.listen(&receiver).await;
    scene.write("3").await;
    receiver.wait_for(2).await;
    // Nobody listened when the second came.
    assert_eq!(receiver.contents(), ["1", "3"]);
}

#[tokio::test]
async fn custom_headers_go_along_and_a_switched_off_webhook_gets_nothing() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    let headers = json!({ "X-Api-Key": "k1", "Authorization": "Bearer t" });
    scene
        .configure(&receiver, json!({ "headers": headers, "enabled": false }))
        .await;
    scene.write_to_a_deaf_device("1").await;
    scene
        .configure(&receiver, json!({ "headers": headers }))
        .await;
    scene.write("2").await;
    let received = receiver.wait_for(1).await.remove(0);
    assert_eq!(received.content(), "2");
    let header = |name: &str| received.headers[name].as_str();
    assert_eq!(header("x-api-key"), "k1");
    assert_eq!(header("authorization"), "Bearer t");
    assert_eq!(header("content-type"), "application/json");
    assert!(header("user-agent").starts_with("wutsd/"));
    assert!(!received.headers.contains_key("webhook-signature"));
}

#[tokio::test]
async fn the_metrics_tell_what_was_delivered_and_how_it_went() {
    let scene = Scene::start().await;
    let receiver = Receiver::judging(|request| match request.index {
        0 => FLAWED,
        1 => Behaviour::HangUp,
        _ => WELL,
    });
    let receiver = receiver.await;
    scene.listen(&receiver).await;
    scene.write("1").await;
    receiver.wait_for(3).await;
    let api = &scene.world.api;
    for line in [
        "webhook_attempts_total{outcome=\"rejected\"} 1",
        "webhook_attempts_total{outcome=\"unavailable\"} 1",
        "webhook_attempts_total{outcome=\"delivered\"} 1",
        "webhook_delay_seconds_count 1",
        "webhook_waiting_events 0",
        "webhook_dead_letters 0",
    ] {
        api.wait_for_metric(line).await;
    }
}

#[tokio::test]
async fn a_receiver_that_is_down_costs_nobody_an_attempt_however_few_there_are() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    let (address, url) = (receiver.address, receiver.url());
    receiver.stop().await;
    for retries in [0, 1, 2] {
        let down = |_: &_| Behaviour::Answer(503, "");
        let webhook = json!({
            "webhook_url": url,
            "enabled_events": ["message.received"],
            "retry_attempts": retries,
        });
        scene.user.api.post("/webhook", webhook).await.expect(200);
        scene.write("1").await;
        scene.write("2").await;
        // Nobody is there, and then somebody who cannot work yet.
        let tried = |count| move |first: &Value| first["attempts"].as_i64() > Some(count);
        scene.wait_for_delivery(tried(6)).await;
        let waiting = Receiver::at(address, down).await;
        scene.wait_for_delivery(tried(12)).await;
        waiting.stop().await;
        let back = Receiver::at(address, |_| WELL).await;
        back.wait_for(2).await;
        assert_eq!(back.contents(), ["1", "2"], "{retries}");
        assert_eq!(scene.dead_letters().await, [] as [Value; 0], "{retries}");
        back.stop().await;
    }
}

#[tokio::test]
async fn an_event_that_a_receiver_never_survives_does_not_wait_for_ever_while_others_get_through() {
    let scene = Scene::start().await;
    let receiver = Receiver::judging(|request| match request.content() {
        "poison" => Behaviour::HangUp,
        _ => WELL,
    });
    let receiver = receiver.await;
    scene
        .configure(&receiver, json!({ "retry_attempts": 0 }))
        .await;
    let other = scene.world.member(&scene.user, "user").await;
    let phone = scene.world.control.account("Colleague").await;
    scene.world.pair(&other, &phone).await;
    let webhook = json!({ "webhook_url": receiver.url(), "enabled_events": ["message.received"] });
    other.api.post("/webhook", webhook).await.expect(200);
    scene.write("poison").await;
    scene.write("after it").await;
    // Somebody else's events show that the receiver is there.
    let control = &scene.world.control;
    until("a dead letter", async || {
        control.send_text(&scene.friend, &phone, "well").await;
        let letters = scene.dead_letters().await;
        (letters.len() == 1).then_some(())
    })
    .await;
    until("the next event", async || {
        let contents = receiver.contents();
        contents.iter().any(|text| text == "after it").then_some(())
    })
    .await;
}
