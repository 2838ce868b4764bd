//! POST /paircode

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_typed_code_pairs_the_device() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let contact = world.control.contact_of(&phone, "Ada").await;

    let answer = user
        .api
        .post("/paircode", json!({ "phone": format!("+{phone}") }))
        .await;
    let data = answer.expect(200)["data"].clone();
    let code = data["code"].as_str().expect("a code");
    assert_eq!((code.len(), code.find('-')), (9, Some(4)), "{code}");
    assert_eq!(data["phone"], phone.as_str());
    assert_eq!(data["cached"], false);
    assert!(
        data["instructions"]
            .as_str()
            .expect("instructions")
            .contains("WhatsApp")
    );
    let expires_in = data["expires_in"].as_i64().expect("seconds");
    assert!((1..=180).contains(&expires_in), "{expires_in}");

    world.control.type_code(&phone, code).await.expect(200);
    let status = user.api.wait_for_phase("connected").await;
    assert_eq!(status["phone_number"], phone.as_str());

    let posted = user.api.post_status("paired by code").await.expect(200);
    world
        .control
        .wait_for_message(&contact, &posted["message_id"])
        .await;

    let again = user.api.post("/paircode", json!({ "phone": phone })).await;
    assert_eq!(again.text_error(), (400, "already connected"));
}

#[tokio::test]
async fn a_code_is_given_again_while_it_is_good_and_anew_on_request() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let want =
        |body: serde_json::Value| async { user.api.post("/paircode", body).await.expect(200) };
    let first = want(json!({ "phone": phone })).await;
    let second = want(json!({ "phone": phone, "reuse_cache": true })).await;
    assert_eq!(second["data"]["code"], first["data"]["code"]);
    assert_eq!(second["data"]["cached"], true);
    let third = want(json!({ "phone": phone, "reuse_cache": false })).await;
    assert_ne!(third["data"]["code"], first["data"]["code"]);
}

#[tokio::test]
async fn a_wrong_code_pairs_nothing() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    user.api
        .post("/paircode", json!({ "phone": phone }))
        .await
        .expect(200);
    let refused = world.control.type_code(&phone, "ABCD-1234").await;
    assert!((400..500).contains(&refused.status), "{}", refused.text);
    assert!(world.control.devices(&phone).await.is_empty());
    assert_eq!(user.status().await["is_logged_in"], false);
}

#[tokio::test]
async fn the_number_is_taken_in_every_notation() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let ways = [
        phone.clone(),
        format!("{phone}@c.us"),
        format!("tel:+{phone}"),
        format!("\u{202a}00{}\u{a0}{}\u{202c}", &phone[..4], &phone[4..]),
    ];
    for way in ways {
        let answer = user.api.post("/paircode", json!({ "phone": way })).await;
        assert_eq!(
            answer.expect(200)["data"]["phone"],
            phone.as_str(),
            "{way:?}"
        );
    }
}

#[tokio::test]
async fn what_is_no_phone_number_is_refused() {
    let world = World::start().await;
    let user = world.user().await;
    for phone in [
        "",
        "12345",
        "not a number",
        "0123456789",
        "1234567890123456",
        "+44 (0)20 7946 0958",
        "123456789012345@lid",
        "120363021234567890@g.us",
    ] {
        let answer = user.api.post("/paircode", json!({ "phone": phone })).await;
        assert_eq!(
            answer.text_error(),
            (400, "invalid phone number format"),
            "{phone:?}"
        );
    }
    assert_eq!(
        world.api.post_nothing("/paircode").await.text_error(),
        (401, "unauthorized")
    );
}
