//! POST /status/text

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn a_status_is_decrypted_by_the_phones_of_all_contacts_and_of_nobody_else() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let ada = world.control.contact_of(&phone, "Ada").await;
    let grace = world.control.contact_of(&phone, "Grace").await;
    let stranger = world.control.account("Stranger").await;

    // Contacts that come while the device is connected reach it by app state, which takes a moment.
    let (mut first, mut posts) = (Value::Null, 0);
    while world.control.inbox(&grace).await.is_empty() && posts < 100 {
        first = user.api.post_status("We are open").await.expect(200);
        posts += 1;
    }
    assert_eq!(first["success"], true);
    assert_eq!(first["status_type"], "text");
    assert!(
        first["message_id"]
            .as_str()
            .expect("an id")
            .starts_with("3EB0"),
        "{first}"
    );
    let timestamp = first["timestamp"].as_str().expect("a time");
    chrono::DateTime::parse_from_rfc3339(timestamp).expect("RFC 3339 with an offset");

    let second = user.api.post_status("We are closed ✨").await.expect(200);
    for contact in [&ada, &grace] {
        let message = world
            .control
            .wait_for_message(contact, &second["message_id"])
            .await;
        assert_eq!(message["text"], "We are closed ✨");
        assert_eq!(message["chat"], "status@broadcast");
        assert_eq!(message["from"], format!("{phone}@s.whatsapp.net"));
        assert_eq!(message["kind"], "text");
    }
    assert!(world.control.inbox(&stranger).await.is_empty());
}

#[tokio::test]
async fn contacts_known_before_pairing_get_the_first_status() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let contacts = [
        world.control.contact_of(&phone, "Ada").await,
        world.control.contact_of(&phone, "Grace").await,
    ];
    world.pair(&user, &phone).await;
    let posted = user.api.post_status("first").await.expect(200);
    for contact in &contacts {
        world
            .control
            .wait_for_message(contact, &posted["message_id"])
            .await;
    }
}

#[tokio::test]
async fn an_account_without_contacts_may_post_too() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let posted = user.api.post_status("talking to myself").await.expect(200);
    world
        .control
        .wait_for_message(&phone, &posted["message_id"])
        .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_is_refused_with_the_name_of_the_field() {
    let world = World::start_with(&[("HTTP__BODY_LIMIT", "1000")]).await;
    let user = world.user().await;
    let big = format!(r#"{{"text":"{}"}}"#, "x".repeat(1000));
    let deep = format!(r#"{{"text":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
    let table: &[(&str, &[u8], &str)] = &[
        (
            "application/json",
            br#"{"text":""}"#,
            "text cannot be empty",
        ),
        (
            "application/json",
            br#"{"text":" \n\t "}"#,
            "text cannot be empty",
        ),
        ("application/json", b"{}", "text cannot be empty"),
        (
            "application/json",
            br#"{"text":null}"#,
            "text cannot be empty",
        ),
        (
            "application/json",
            br#"{"text":5}"#,
            "text must be a string, not 5",
        ),
        ("application/json", b"{\"text\":", "malformed JSON"),
        ("application/json", b"", "text cannot be empty"),
        (
            "application/json",
            b"{\"text\":\"\xff\"}",
            "the body is not UTF-8",
        ),
        (
            "application/json",
            big.as_bytes(),
            "the body is larger than the limit of 1000 bytes",
        ),
        (
            "application/json",
            deep.as_bytes(),
            "malformed JSON: recursion limit exceeded",
        ),
        (
            "text/plain",
            br#"{"text":"a"}"#,
            "Content-Type must be application/json",
        ),
        (
            "application/x-www-form-urlencoded",
            br#"{"text":"a"}"#,
            "Content-Type must be",
        ),
    ];
    for (content_type, body, expected) in table {
        let answer = user
            .api
            .post_raw("/status/text", content_type, body.to_vec())
            .await;
        let (status, code, message) = answer.object_error();
        assert_eq!((status, code), (400, "invalid_request"), "{}", answer.text);
        assert!(
            message.starts_with(expected),
            "{message:?} should begin with {expected:?}"
        );
    }
}

#[tokio::test]
async fn without_a_valid_token_nothing_is_posted() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let strangers = [
        "",
        "nonsense",
        "00000000-0000-4000-8000-000000000000",
        world.master_token.as_str(),
    ];
    for token in strangers {
        let answer = world.api.as_user(token).post_status("hi").await;
        assert_eq!(answer.text_error(), (401, "Invalid token"));
        assert_eq!(answer.body["error_code"], "UNAUTHORIZED");
        let time = answer.body["timestamp"].as_str().expect("a time");
        assert!(time.ends_with('Z'), "{time}");
    }
    user.api.post_status("hi").await.expect(200);
}

#[tokio::test]
async fn a_user_without_a_device_is_told_so() {
    let world = World::start().await;
    let user = world.user().await;
    let answer = user.api.post_status("hi").await;
    let expected = (500, "device_error", "failed to resolve user device");
    assert_eq!(answer.object_error(), expected);
}

#[tokio::test]
async fn a_device_that_is_not_connected_is_said_to_be_disconnected() {
    let world = World::start().await;
    let expected = (
        503,
        "device_disconnected",
        "whatsapp session is not connected",
    );

    let unpaired = world.user().await;
    unpaired
        .api
        .post("/devices", json!({ "name": "not paired" }))
        .await
        .expect(201);
    assert_eq!(
        unpaired.api.post_status("hi").await.object_error(),
        expected
    );

    let (stopped, _) = world.paired_user().await;
    stopped.api.post_nothing("/disconnect").await.expect(200);
    assert_eq!(stopped.api.post_status("hi").await.object_error(), expected);
    stopped.api.post_nothing("/connect").await.expect(200);
    stopped.api.post_status("hi").await.expect(200);
}

#[tokio::test]
async fn a_nack_is_answered_with_status_failed() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    world
        .control
        .fault(json!({ "jid": jid, "fault": "ack_error", "error": 479, "times": 1 }))
        .await;
    let answer = user.api.post_status("hi").await;
    let expected = (502, "status_failed", "failed to send status broadcast");
    assert_eq!(answer.object_error(), expected);
    user.api.post_status("hi").await.expect(200);
}

#[tokio::test]
async fn an_ack_that_does_not_come_is_answered_with_status_timeout_and_the_message_id() {
    let world = World::start_with(&[("WHATSAPP__COMMAND_TIMEOUT", "2")]).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    world
        .control
        .fault(json!({ "jid": jid, "fault": "ack_silence", "times": 1 }))
        .await;
    let answer = user.api.post_status("hi").await;
    let expected = (504, "status_timeout", "context deadline exceeded");
    assert_eq!(answer.object_error(), expected);
    // "Unknown" is the truth: the message did arrive.
    world
        .control
        .wait_for_message(&phone, &answer.body["message_id"])
        .await;
    user.api.post_status("hi").await.expect(200);
}

#[tokio::test]
async fn a_query_that_is_not_answered_is_answered_with_status_timeout() {
    let world = World::start_with(&[("WHATSAPP__QUERY_TIMEOUT", "1")]).await;
    let (user, _) = world.paired_user().await;
    let fault = json!({ "jid": "*", "fault": "iq_silence", "xmlns": "status", "times": 1 });
    world.control.fault(fault).await;
    let answer = user.api.post_status("hi").await;
    let expected = (504, "status_timeout", "context deadline exceeded");
    assert_eq!(answer.object_error(), expected);
    user.api.post_status("hi").await.expect(200);
}

#[tokio::test]
async fn a_connection_that_dies_under_a_command_is_answered_with_device_disconnected() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    world
        .control
        .fault(json!({ "jid": jid, "fault": "ack_silence", "times": 1 }))
        .await;
    let posting = tokio::spawn({
        let api = user.api.clone();
        async move { api.post_status("hi").await }
    });
    // From then on the server has the message and keeps its ack to itself.
    world.control.wait_for_fault("ack_silence").await;
    world
        .control
        .fault(json!({ "jid": jid, "fault": "drop" }))
        .await;
    let answer = posting.await.expect("an answer");
    let expected = (
        503,
        "device_disconnected",
        "whatsapp session is not connected",
    );
    assert_eq!(answer.object_error(), expected);
}

#[tokio::test]
async fn a_text_stands_on_a_colour_and_in_letters_of_the_callers_choice() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let ada = world.control.contact_of(&phone, "Ada").await;
    world.pair(&user, &phone).await;
    for (look, argb, font) in [
        (json!({}), 0xFF1E_6E4F_u32, "SYSTEM"),
        (
            json!({ "background_color": "#102030", "font": "calistoga" }),
            0xFF10_2030,
            "CALISTOGA_REGULAR",
        ),
        (
            json!({ "background_color": "FFFFFF", "font": "serif" }),
            0xFFFF_FFFF,
            "SYSTEM_TEXT",
        ),
    ] {
        let mut body = look;
        body["text"] = json!("We are open");
        let posted = user.api.post("/status/text", body).await.expect(200);
        let read = world
            .control
            .wait_for_message(&ada, &posted["message_id"])
            .await;
        let text = &read["message"]["extended_text_message"];
        assert_eq!(
            (&text["background_argb"], &text["font"]),
            (&json!(argb), &json!(font)),
            "{read}"
        );
    }
    for (field, value, text) in [
        (
            "background_color",
            json!("green"),
            "background_color must be a colour like #1E6E4F",
        ),
        ("font", json!("comic"), "font must be one of `system`"),
    ] {
        let body = json!({ "text": "We are open", field: value });
        let answer = user.api.post("/status/text", body).await.expect(400);
        let said = answer["error"]["message"].as_str().expect("words");
        assert!(said.starts_with(text), "{answer}");
    }
}

#[tokio::test]
async fn a_page_to_which_the_text_leads_is_shown_as_the_request_says() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let ada = world.control.contact_of(&phone, "Ada").await;
    world.pair(&user, &phone).await;
    let picture = image::DynamicImage::new_rgb8(640, 480);
    let mut file = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut file, image::ImageFormat::Png)
        .expect("a PNG");
    let status = json!({
        "text": "We have moved: https://example.com/shop?x=1",
        "link_preview": {
            "url": "https://example.com/shop?x=1", "title": "Our shop", "description": "Open on Sundays",
            "thumbnail": BASE64_STANDARD.encode(file.into_inner()),
        },
    });
    let posted = user.api.post("/status/text", status).await.expect(200);
    let seen = world
        .control
        .wait_for_message(&ada, &posted["message_id"])
        .await;
    let text = &seen["message"]["extended_text_message"];
    assert_eq!(text["matched_text"], "https://example.com/shop?x=1");
    assert_eq!(
        (&text["title"], &text["description"]),
        (&json!("Our shop"), &json!("Open on Sundays"))
    );
    let shown = text["jpeg_thumbnail"].as_str().expect("a thumbnail");
    let shown = BASE64_STANDARD.decode(shown).expect("base64");
    assert!(shown.starts_with(&[0xFF, 0xD8]), "it is no JPEG");

    let table = [
        (
            json!({ "url": "https://example.org", "title": "?" }),
            "link_preview.url",
        ),
        (json!({ "url": "moved" }), "title"),
        (json!({ "url": "moved", "title": " " }), "title"),
        (
            json!({ "url": "moved", "title": "T", "thumbnail": "?" }),
            "link_preview.thumbnail",
        ),
        (
            json!({ "url": "moved", "title": "T", "thumbnail_url": "ftp://x" }),
            "link_preview.thumbnail_url",
        ),
    ];
    for (preview, field) in table {
        let status = json!({ "text": "We have moved", "link_preview": preview });
        let answer = user.api.post("/status/text", status).await;
        assert_eq!(answer.status, 400, "{field}: {}", answer.text);
        assert!(answer.text.contains(field), "{field}: {}", answer.text);
    }
}

#[tokio::test]
async fn whoever_is_mentioned_is_told_and_gets_it_whatever_the_privacy_says() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let ada = world.control.contact_of(&phone, "Ada").await;
    let stranger = world.control.account("Stranger").await;
    world.pair(&user, &phone).await;
    let status = json!({ "text": "Thank you!", "mentions": [stranger, stranger] });
    let posted = user.api.post("/status/text", status).await.expect(200);
    let id = &posted["message_id"];
    for reader in [&ada, &stranger] {
        let seen = world.control.wait_for_message(reader, id).await;
        let context = &seen["message"]["extended_text_message"]["context_info"];
        let lid = world.control.lid(&stranger).await;
        assert_eq!(context["mentioned_jid"], json!([lid]), "{seen}");
    }
    let told = json!(format!("{}00", id.as_str().expect("an id")));
    let seen = world.control.wait_for_message(&stranger, &told).await;
    assert_eq!(seen["kind"], "status_mention", "{seen}");
    assert_eq!(seen["chat"], format!("{phone}@s.whatsapp.net"));
    let key = seen
        .pointer("/message/status_mention_message/message/protocol_message/key")
        .expect("which status");
    assert_eq!(
        (&key["id"], &key["remote_jid"]),
        (id, &json!("status@broadcast"))
    );

    let block = json!({ "number": stranger });
    user.api.post("/contacts/block", block).await.expect(200);
    let six: Vec<String> = (0..6).map(|n| format!("1555000990{n}")).collect();
    let table = [
        (json!([stranger]), "is blocked"),
        (
            json!(["15559999999"]),
            "mentions: 15559999999@s.whatsapp.net is not on WhatsApp",
        ),
        (json!(six), "mentions must not hold more than 5 people"),
        (json!([phone]), "is this account itself"),
        (json!(["?"]), "mentions"),
    ];
    for (mentions, problem) in table {
        let status = json!({ "text": "Thank you!", "mentions": mentions });
        let answer = user.api.post("/status/text", status).await;
        assert_eq!(answer.status, 400, "{problem}: {}", answer.text);
        assert!(answer.text.contains(problem), "{}", answer.text);
    }
}
