//! Each fault once, as a client sees it.

use std::time::Duration;

use serde_json::{Value, json};
use wacore::download::MediaType;
use wacore_binary::Node;
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::Event;

use crate::support::{
    Backend, PATIENCE, SILENCE, TestClient, World, arrives, learns, never, post_status, text_from,
};

#[actix_web::test]
async fn drop_closes_the_socket_and_the_device_comes_back() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, _, jid) = world.paired(&phone).await;
    let answer = world
        .post("/faults", json!({ "jid": jid, "fault": "drop" }))
        .await;
    assert_eq!(answer["hits"], 1);
    client.connected().await;
    client.stop().await;
}

#[actix_web::test]
async fn messages_are_refused_or_left_without_an_answer_as_often_as_told() {
    let world = World::start().await;
    let (phone, friend) = (world.account("Ann").await, world.account("Ben").await);
    world
        .post(
            &format!("/accounts/{phone}/contacts"),
            json!({ "phone": friend }),
        )
        .await;
    let (client, _, jid) = world.paired(&phone).await;

    world
        .fault(json!({ "jid": "*", "fault": "ack_silence", "times": 1 }))
        .await;
    let silent = post_status(&client, "silent", &[&friend]).await;
    world.received(&friend, "silent").await;
    // The next message is acknowledged, the silent one never was.
    let heard = post_status(&client, "heard", &[&friend]).await;
    let first = client
        .event("ack", |event| match event {
            Event::ServerAck(ack) if ack.id == silent || ack.id == heard => Some(ack.id.clone()),
            _ => None,
        })
        .await;
    assert_eq!(first, heard);

    world
        .fault(json!({ "jid": jid, "fault": "ack_error", "error": 479, "times": 1 }))
        .await;
    let refused = post_status(&client, "refused", &[&friend]).await;
    assert_eq!(client.ack(&refused).await.as_deref(), Some("479"));

    let listed = world.get("/faults").await;
    assert_eq!(listed["faults"][0]["hits"], 1);
    assert_eq!(listed["faults"][1]["remaining"], 0);
    let (status, _) = world.call("DELETE", "/faults", Value::Null).await;
    assert_eq!(status, 204);
    assert_eq!(world.get("/faults").await["faults"], json!([]));
    client.stop().await;
}

#[actix_web::test]
async fn queries_are_refused_or_left_without_an_answer() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, _, jid) = world.paired(&phone).await;
    client.client.blocking().get_blocklist().await.unwrap();

    let fault = json!({ "jid": jid, "fault": "iq_error", "xmlns": "blocklist", "code": 429, "backoff": 77, "times": 1 });
    world.fault(fault).await;
    let error = client.client.blocking().get_blocklist().await.unwrap_err();
    let error = format!("{error:?}");
    assert!(error.contains("429") && error.contains("77"), "{error}");

    let fault = json!({ "jid": jid, "fault": "iq_silence", "xmlns": "blocklist", "times": 1 });
    world.fault(fault).await;
    never("an answer", client.client.blocking().get_blocklist()).await;
    client.client.blocking().get_blocklist().await.unwrap();
    client.stop().await;
}

#[actix_web::test]
async fn a_muted_device_hears_nothing_more() {
    let world = World::start().await;
    let (phone, friend) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, jid) = world.paired(&phone).await;
    assert!(client.pong(PATIENCE).await);
    world.fault(json!({ "jid": jid, "fault": "mute" })).await;
    assert!(!client.pong(SILENCE).await);
    let sent = client.client.send_text(Jid::pn(friend.as_str()), "x");
    let _ = tokio::time::timeout(SILENCE, sent).await;
    let inbox = world.get(&format!("/accounts/{friend}/inbox")).await;
    assert_eq!(inbox["messages"], json!([]));
    world.call("DELETE", "/faults", Value::Null).await;
    assert!(client.pong(PATIENCE).await);
    client.stop().await;
}

#[actix_web::test]
async fn a_login_is_refused_with_the_reason_it_was_told() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, backend, jid) = world.paired(&phone).await;
    client.stop().await;
    world
        .fault(json!({ "jid": jid, "fault": "login_failure", "reason": 403 }))
        .await;
    let again = TestClient::start(world.ws(), &backend).await;
    again
        .event("refusal", |event| {
            matches!(event, Event::LoggedOut(_)).then_some(())
        })
        .await;
    again.stop().await;
}

#[actix_web::test]
async fn a_stream_error_reaches_the_client_before_the_socket_closes() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, _, jid) = world.paired(&phone).await;
    let fault = json!({ "jid": jid, "fault": "stream_error", "conflict": "replaced" });
    world.fault(fault).await;
    client
        .event("replaced", |event| {
            matches!(event, Event::StreamReplaced(_)).then_some(())
        })
        .await;
    client.stop().await;
}

#[actix_web::test]
async fn a_fault_that_makes_no_sense_is_refused_by_name() {
    let world = World::start().await;
    for (body, word) in [
        (json!({ "jid": "*", "fault": "earthquake" }), "earthquake"),
        (json!({ "jid": "*", "fault": "ack_error" }), "error"),
        (json!({ "jid": "*", "fault": "drop", "speed": 1 }), "speed"),
        (json!({ "jid": "nobody", "fault": "drop" }), "jid"),
    ] {
        let (status, answer) = world.call("POST", "/faults", body).await;
        assert!((400..500).contains(&status));
        assert!(answer["error"].as_str().unwrap().contains(word), "{answer}");
    }
}

#[actix_web::test]
async fn a_reset_ends_the_tcp_connection_with_a_reset() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, _, jid) = world.paired(&phone).await;
    // The one over which it paired.
    client.socket_ended().await;
    let fault = json!({ "jid": jid, "fault": "reset" });
    let answer = world.post("/faults", fault).await;
    assert_eq!(answer["hits"], 1);
    let how = client.socket_ended().await;
    assert_eq!(how, "ConnectionReset");
    client.connected().await;
    client.stop().await;
}

#[actix_web::test]
async fn a_closing_fault_acts_on_later_logins_as_often_as_it_was_told() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, backend, jid) = world.paired(&phone).await;
    client.stop().await;
    world.nobody_connected().await;
    let fault = json!({ "jid": jid, "fault": "stream_error", "conflict": "replaced", "times": 1 });
    world.fault(fault).await;
    let client = TestClient::start(world.ws(), &backend).await;
    client
        .event("replaced", |event| {
            matches!(event, Event::StreamReplaced(_)).then_some(())
        })
        .await;
    client.stop().await;
    let listed = world.get("/faults").await["faults"][0].clone();
    assert_eq!(
        (&listed["hits"], &listed["remaining"]),
        (&json!(1), &json!(0))
    );
    let client = TestClient::start(world.ws(), &backend).await;
    client.connected().await;
    client.stop().await;
}

#[actix_web::test]
async fn a_handshake_gets_garbage_or_nothing_and_works_again_afterwards() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, backend, jid) = world.paired(&phone).await;
    client.stop().await;
    world.nobody_connected().await;
    world
        .fault(json!({ "jid": jid, "fault": "handshake_garbage", "times": 1 }))
        .await;
    world
        .fault(json!({ "jid": "*", "fault": "handshake_silence", "times": 1 }))
        .await;
    // An unpaired client takes the fault for everybody, and its connection stays open.
    let stranger = TestClient::start(world.ws(), &Backend::default()).await;
    world.hits(1, 1).await;
    never("an answer to the silent handshake", stranger.qr()).await;
    stranger.stop().await;
    // The device meets its garbage and comes back.
    let client = TestClient::start(world.ws(), &backend).await;
    client.connected().await;
    world.hits(0, 1).await;
    client.stop().await;
}

#[actix_web::test]
async fn a_ban_says_when_it_ends() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, backend, jid) = world.paired(&phone).await;
    client.stop().await;
    let ban = json!({ "jid": jid, "fault": "login_failure", "reason": 402, "expire": 21_600 });
    world.fault(ban).await;
    let again = TestClient::start(world.ws(), &backend).await;
    let ban = again
        .event("ban", |event| match event {
            Event::TemporaryBan(ban) => Some(ban.expire),
            _ => None,
        })
        .await;
    assert_eq!(ban.num_seconds(), 21_600);
    again.stop().await;
}

#[actix_web::test]
async fn a_qr_code_is_worth_nothing_once_the_companion_had_to_make_another() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let refresh = json!({ "jid": "*", "fault": "companion_reg_refresh", "times": 1 });
    world.fault(refresh).await;
    let client = TestClient::start(world.ws(), &Backend::default()).await;
    let old = client.qr().await;
    world.hits(0, 1).await;
    let new = loop {
        let shown = client.qr().await;
        if shown != old {
            break shown;
        }
    };
    let scan = |qr: String| json!({ "qr": qr, "account": phone });
    let (status, refused) = world.call("POST", "/scan", scan(old)).await;
    assert_eq!(status, 400, "{refused}");
    world.post("/scan", scan(new)).await;
    client.connected().await;
    client.stop().await;
}

#[actix_web::test]
async fn an_unpaired_client_can_be_muted_and_hears_its_answers_after_the_fault_is_gone() {
    let world = World::start().await;
    let client = TestClient::start(world.ws(), &Backend::default()).await;
    client.qr().await;
    let set = world
        .post("/faults", json!({ "jid": "*", "fault": "mute" }))
        .await;
    let options = || whatsapp_rust::pair_code::PairCodeOptions {
        phone_number: "15551230098".to_owned(),
        ..Default::default()
    };
    never("an answer", client.client.pair_with_code(options())).await;
    let path = format!("/faults/{}", set["id"]);
    assert_eq!(world.call("DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(world.call("DELETE", &path, Value::Null).await.0, 404);
    client.client.pair_with_code(options()).await.unwrap();
    client.stop().await;
}

#[actix_web::test]
async fn what_a_muted_device_missed_reaches_it_when_the_fault_is_gone() {
    let world = World::start().await;
    let (phone, friend) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, jid) = world.paired(&phone).await;
    arrives(&world, &client, &phone, &friend, "before").await;
    world.fault(json!({ "jid": jid, "fault": "mute" })).await;
    let inbound = json!({ "to": phone, "from": friend, "text": "muted" });
    world.post("/inbound", inbound).await;
    never("a message to a muted device", text_from(&client)).await;
    world.call("DELETE", "/faults", Value::Null).await;
    assert_eq!(text_from(&client).await, "muted");
    client.stop().await;
}

#[actix_web::test]
async fn a_late_answer_comes_late() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, _, jid) = world.paired(&phone).await;
    let fault =
        json!({ "jid": jid, "fault": "iq_late", "xmlns": "blocklist", "ms": 400, "times": 1 });
    world.fault(fault).await;
    let start = std::time::Instant::now();
    client.client.blocking().get_blocklist().await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(400));
    world.hits(0, 1).await;
    client.stop().await;
}

#[actix_web::test]
async fn a_message_is_delivered_twice_on_request() {
    let world = World::start().await;
    let (phone, friend) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, jid) = world.paired(&phone).await;
    arrives(&world, &client, &phone, &friend, "once").await;
    world
        .fault(json!({ "jid": jid, "fault": "duplicate_delivery", "times": 1 }))
        .await;
    let inbound = json!({ "to": phone, "from": friend, "text": "twice" });
    let id = world.post("/inbound", inbound).await["id"].clone();
    let copy = |node: &Node| {
        let message = node.tag == "message" && node.attrs.get("id")?.as_str() == id.as_str()?;
        message.then_some(())
    };
    client.stanza("first copy", copy).await;
    client.stanza("second copy", copy).await;
    world.hits(0, 1).await;
    client.stop().await;
}

#[actix_web::test]
async fn media_is_refused_or_left_without_an_answer() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, _, jid) = world.paired(&phone).await;
    let upload = || {
        let file = vec![3u8; 2000];
        client
            .client
            .upload(file, MediaType::Image, Default::default())
    };
    upload().await.unwrap();
    world
        .fault(json!({ "jid": jid, "fault": "media_status", "status": 507, "times": 1 }))
        .await;
    let error = upload().await.unwrap_err();
    assert!(format!("{error:?}").contains("507"), "{error:?}");
    world
        .fault(json!({ "jid": jid, "fault": "media_silence", "times": 1 }))
        .await;
    never("an answer", upload()).await;
    upload().await.unwrap();
    world.hits(0, 1).await;
    world.hits(1, 1).await;
    client.stop().await;
}

#[actix_web::test]
async fn a_patch_is_refused_once_as_old_and_then_written() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (first, _, jid) = world.paired(&ann).await;
    let (second, _, _) = world.paired(&ann).await;
    world
        .fault(json!({ "jid": jid, "fault": "appstate_conflict", "times": 1 }))
        .await;
    let chat = Jid::pn(ben.as_str());
    first.client.chat_actions().mute_chat(&chat).await.unwrap();
    second
        .event("mute", |event| {
            matches!(event, Event::MuteUpdate(_)).then_some(())
        })
        .await;
    world.hits(0, 1).await;
    first.stop().await;
    second.stop().await;
}

#[actix_web::test]
async fn a_patch_with_a_bad_mac_is_not_believed() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, jid) = world.paired(&ann).await;
    let path = format!("/accounts/{ann}/contacts");
    world
        .fault(json!({ "jid": jid, "fault": "appstate_bad_mac" }))
        .await;
    world
        .post(&path, json!({ "phone": ben, "name": "Forged" }))
        .await;
    world
        .eventually("bad MAC served", "/faults", |faults| {
            (faults["faults"][0]["hits"].as_u64() >= Some(1)).then_some(())
        })
        .await;
    never("a contact of a forged patch", learns(&client, "Forged")).await;
    world.call("DELETE", "/faults", Value::Null).await;
    world
        .post(&path, json!({ "phone": ben, "name": "Genuine" }))
        .await;
    learns(&client, "Genuine").await;
    client.stop().await;
}

#[actix_web::test]
async fn a_login_can_go_without_the_end_of_its_offline_queue() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, backend, jid) = world.paired(&phone).await;
    client.stop().await;
    world.nobody_connected().await;
    let fault = json!({ "jid": jid, "fault": "no_offline_marker", "times": 1 });
    world.fault(fault).await;
    let client = TestClient::start(world.ws(), &backend).await;
    world.hits(0, 1).await;
    let marker = client.event("offline marker", |event| {
        matches!(event, Event::OfflineSyncCompleted(_)).then_some(())
    });
    never("the marker", marker).await;
    client.stop().await;
}

#[actix_web::test]
async fn a_session_begins_without_a_one_time_key_when_they_are_exhausted() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, jid) = world.paired(&ann).await;
    let keys = |state: &Value| {
        let accounts = state["accounts"].as_array()?.iter();
        let device = accounts.flat_map(|account| account["devices"].as_array().cloned());
        device.flatten().next()?["one_time_keys"].as_u64()
    };
    let before = keys(&world.get("/state").await).unwrap();
    assert!(before > 0);
    world
        .fault(json!({ "jid": jid, "fault": "prekeys_exhausted", "times": 1 }))
        .await;
    arrives(&world, &client, &ann, &ben, "no one-time key").await;
    assert_eq!(keys(&world.get("/state").await), Some(before));
    world.hits(0, 1).await;
    // Towards a phone: the client's first message to Cleo cannot use a one-time key either.
    let cleo = world.account("Cleo").await;
    let to = Jid::pn(cleo.as_str());
    world
        .fault(json!({ "jid": to.to_string(), "fault": "prekeys_exhausted", "times": 1 }))
        .await;
    client.client.send_text(to, "hello Cleo").await.unwrap();
    world.received(&cleo, "hello Cleo").await;
    world.hits(1, 1).await;
    client.stop().await;
}
