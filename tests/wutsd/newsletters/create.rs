//! POST /newsletters

use serde_json::{Value, json};

use super::Desk;
use crate::send::DOT;

#[tokio::test]
async fn a_newsletter_is_made_and_others_find_it() {
    let desk = Desk::open().await;
    // The account has not made any before.
    desk.world.control.withdraw_terms(&desk.phone).await;
    let body = json!({ "name": "Shop news", "description": "What is new", "picture": DOT });
    let made = desk.user.api.post("/newsletters", body).await.expect(201);
    assert_eq!(made["success"], true);
    let newsletter = &made["newsletter"];
    let jid = newsletter["id"].as_str().expect("a JID");
    assert!(jid.ends_with("@newsletter"), "{made}");
    assert_eq!(newsletter["state"], json!({ "type": "active" }));
    let thread = &newsletter["thread_metadata"];
    assert_eq!(
        (&thread["name"]["text"], &thread["description"]["text"]),
        (&json!("Shop news"), &json!("What is new"))
    );
    assert_eq!(
        (&thread["subscribers_count"], &thread["verification"]),
        (&json!(1), &json!("unverified"))
    );
    assert!(thread["invite"].is_string(), "{made}");
    assert!(
        thread["picture"]["direct_path"]
            .as_str()
            .is_some_and(|path| !path.is_empty()),
        "{made}"
    );
    assert_eq!(
        newsletter["viewer_metadata"],
        json!({ "mute": "off", "role": "owner" })
    );
    let known = desk.world.control.channel_state(jid).await;
    assert_eq!(
        (&known["name"], &known["owner"], &known["has_picture"]),
        (&json!("Shop news"), &json!(desk.phone), &json!(true))
    );
    // Somebody else's device sees the same, and is a guest there.
    let (other, _) = desk.world.paired_user().await;
    let seen = other
        .api
        .get(&format!("/newsletters/{jid}"))
        .await
        .expect(200);
    assert_eq!(seen["newsletter"]["thread_metadata"], *thread);
    assert_eq!(seen["newsletter"]["viewer_metadata"]["role"], "guest");
}

#[tokio::test]
async fn a_name_is_enough_and_nonsense_is_refused() {
    let desk = Desk::open().await;
    let made = desk
        .user
        .api
        .post("/newsletters", json!({ "name": "Only a name" }))
        .await
        .expect(201);
    let thread = &made["newsletter"]["thread_metadata"];
    assert_eq!(
        (&thread["picture"], &thread["description"]["text"]),
        (&Value::Null, &json!(""))
    );
    let wrong = [
        (json!({}), "name"),
        (json!({ "name": " " }), "name"),
        (json!({ "name": "n".repeat(101) }), "name"),
        (
            json!({ "name": "n", "description": "d".repeat(2049) }),
            "description",
        ),
        (json!({ "name": "n", "picture": "%%%" }), "picture"),
        (
            json!({ "name": "n", "picture": "R29vZCBtb3JuaW5n" }),
            "picture",
        ),
    ];
    for (body, field) in wrong {
        let answer = desk.user.api.post("/newsletters", body).await;
        assert_eq!(answer.status, 400, "{field}: {}", answer.text);
        assert_eq!(
            answer.body["validation"][0]["field"], field,
            "{}",
            answer.text
        );
    }
    let body = json!({ "name": "News" });
    let nobody = desk.world.api.as_user("nobody");
    let answer = nobody.post("/newsletters", body.clone()).await;
    assert_eq!(answer.text_error(), (401, "Invalid token"));
    let fault = json!({ "jid": "*", "fault": "iq_error", "xmlns": "tos", "code": 500, "times": 1 });
    desk.world.control.fault(fault).await;
    let answer = desk.user.api.post("/newsletters", body.clone()).await;
    assert_eq!(answer.text_error(), (502, "failed to create newsletter"));
    desk.user.api.post_nothing("/disconnect").await.expect(200);
    let answer = desk.user.api.post("/newsletters", body).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
