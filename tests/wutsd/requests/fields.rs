//! Fields of a request: absent, empty, unknown, misspelt, and in two places.

use serde_json::{Value, json};

use crate::send::Chat;
use crate::support::World;

/// A PNG of one pixel, as encoders of mail write it.
const WITH_LINE_BREAKS: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+k\r\ncQAAAABJRU5ErkJggg==\n";
const IGNORED: &str = "x-ignored-fields";

#[tokio::test]
async fn null_means_absent_and_so_does_an_empty_text_where_a_field_is_optional() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let contact = world.control.contact_of(&phone, "Contact").await;
    let data = WITH_LINE_BREAKS;
    let absent = [Value::Null, json!("")];
    for no in &absent {
        let table = [
            (
                "POST",
                "/status/media",
                json!({ "data": data, "view_once": no, "url": no, "media_type": no, "mime_type": no, "caption": no }),
            ),
            (
                "PUT",
                "/status/privacy",
                json!({ "type": "contacts", "list": no }),
            ),
            (
                "POST",
                "/appstate/sync",
                json!({ "scopes": no, "full": no }),
            ),
            (
                "POST",
                "/contacts/block",
                json!({ "jid": no, "number": contact }),
            ),
            (
                "POST",
                "/contacts/unblock",
                json!({ "jid": contact, "number": no }),
            ),
            (
                "POST",
                "/contacts/resolve",
                json!({ "jids": [contact], "group_jid": no }),
            ),
            (
                "POST",
                "/webhook",
                json!({
                    "webhook_url": "https://example.com/hook", "enabled_events": ["message.sent"],
                    "headers": no, "enabled": no, "retry_attempts": no, "timeout": no
                }),
            ),
        ];
        for (method, path, body) in table {
            let method = method.parse().expect("a method");
            let answer = user.api.request(method, path, Some(body)).await;
            assert_eq!(answer.status, 200, "{path} with {no}: {}", answer.text);
            assert_eq!(answer.header(IGNORED), "", "{path}");
        }
        let email = format!("{}@example.com", uuid::Uuid::new_v4());
        let new =
            json!({ "email": email, "password": "long enough", "role": no, "webhook_url": no });
        let made = user.api.post("/users", new).await.expect(201);
        assert_eq!(made["user"]["role"], "user");
        assert_eq!(made.get("webhook_configured"), None);
        let path = format!("/users/{}", made["user"]["id"].as_str().expect("an id"));
        user.api
            .put(&path, json!({ "role": no, "active": no }))
            .await
            .expect(200);
    }
    let texts = [
        (
            json!({ "data": "", "url": "" }),
            "either data or url must be provided",
        ),
        (
            json!({ "data": null }),
            "either data or url must be provided",
        ),
        (json!({}), "either data or url must be provided"),
    ];
    for (body, expected) in texts {
        let answer = user.api.post("/status/media", body).await;
        assert_eq!(answer.object_error(), (400, "invalid_media", expected));
    }
    let lists = [
        json!({ "type": "whitelist", "list": null }),
        json!({ "type": "whitelist", "list": "" }),
    ];
    for body in lists {
        let answer = user.api.put("/status/privacy", body).await;
        assert_eq!(
            answer.object_error().2,
            "list cannot be empty for whitelist"
        );
    }
}

#[tokio::test]
async fn base64_may_have_line_breaks_and_the_head_of_a_data_url() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let contact = world.control.contact_of(&phone, "Contact").await;
    world.pair(&user, &phone).await;
    let in_url = format!("data:image/png;base64,{WITH_LINE_BREAKS}");
    for data in [WITH_LINE_BREAKS, &in_url] {
        let body = json!({ "data": data });
        let posted = user.api.post("/status/media", body).await.expect(200);
        let id = &posted["message_id"];
        world.control.wait_for_message(&contact, id).await;
        let picture = json!({ "image_base64": data });
        user.api.post("/profile/picture", picture).await.expect(200);
    }
}

#[tokio::test]
async fn a_field_that_nobody_reads_is_named_in_the_answer() {
    let world = World::start().await;
    let user = world.user().await;
    let created = user
        .api
        .post(
            "/devices?colour=red",
            json!({ "name": "Sales", "nam": "x", "töne": 1 }),
        )
        .await;
    assert_eq!(created.header(IGNORED), "colour, nam, t\\u{f6}ne");
    created.expect(201);
    // What was read can be written back.
    let path = format!("/users/{}", world.member(&user, "user").await.user_id);
    let shown = user.api.get(&path).await.expect(200)["data"].clone();
    user.api.put(&path, shown).await.expect(200);
    // RyzeAPI's own documented settings are taken, and said not to be used.
    let ryze = world.api.with_header("token", &user.token);
    let body = json!({ "name": "one", "autoRejectCalls": true, "settings": { "proxy": null } });
    let made = ryze.post("/api/instance/new", body).await;
    assert_eq!(made.header(IGNORED), "autoRejectCalls, settings");
    made.expect(201);
}

#[tokio::test]
async fn the_configuration_can_have_unknown_fields_refused() {
    let world = World::start_with(&[("HTTP__UNKNOWN_FIELDS", "refuse")]).await;
    let user = world.user().await;
    let table = [
        (
            "/devices",
            json!({ "name": "a", "nam": "b" }),
            "\"nam\" is no field here: there is name",
        ),
        (
            "/devices?nam=b",
            json!({ "name": "a" }),
            "\"nam\" is no parameter here: there is none",
        ),
        (
            "/connect",
            json!({ "name": "a" }),
            "\"name\" is no field here: there is device_id",
        ),
        (
            "/connect?x=1",
            json!({}),
            "\"x\" is no parameter here: there is device_id",
        ),
    ];
    for (path, body, expected) in table {
        let answer = user.api.post(path, body).await;
        assert_eq!(answer.text_error(), (400, expected));
    }
    user.api
        .post("/devices", json!({ "name": "a" }))
        .await
        .expect(201);
    world.api.get("/healthz?now=1").await.expect(200);
}

#[tokio::test]
async fn what_the_path_says_wins_and_another_value_in_the_body_is_named() {
    let world = World::start().await;
    let admin = world.user().await;
    let (ada, bob) = (
        world.member(&admin, "user").await,
        world.member(&admin, "user").await,
    );
    let path = format!("/users/{}", ada.user_id);
    let body = json!({ "id": bob.user_id, "active": false });
    let answer = admin.api.put(&path, body).await;
    assert_eq!((answer.status, answer.header(IGNORED)), (200, "id"));
    ada.api.get("/devices").await.expect(401);
    bob.api.get("/devices").await.expect(200);
    let body = json!({ "id": ada.user_id, "active": true });
    let answer = admin.api.put(&path, body).await;
    assert_eq!((answer.status, answer.header(IGNORED)), (200, ""));
}

#[tokio::test]
async fn the_body_wins_over_the_query_whatever_the_names() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let ann = world.control.contact_of(&phone, "Ann").await;
    let bob = world.control.contact_of(&phone, "Bob").await;
    let path = format!("/contacts/block?jid={ann}@s.whatsapp.net");
    let blocked = user
        .api
        .post(&path, json!({ "number": bob }))
        .await
        .expect(200);
    assert_eq!(blocked["data"]["phone_number"], bob);
    // Where the body names nobody, the query does.
    for body in [json!({ "number": "", "jid": null }), Value::Null] {
        let blocked = user.api.post(&path, body).await.expect(200);
        assert_eq!(blocked["data"]["phone_number"], ann);
    }
}

#[tokio::test]
async fn a_flag_in_a_query_is_a_boolean_in_any_case() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let contact = world.control.contact_of(&phone, "Contact").await;
    let picture = json!({ "picture": WITH_LINE_BREAKS.replace(['\r', '\n'], "") });
    world.control.change_profile(&contact, picture).await;
    for (flag, size) in [
        ("False", "image"),
        ("0", "image"),
        ("TRUE", "preview"),
        ("", "preview"),
    ] {
        let path = format!("/contacts/profile-picture?number={contact}&preview={flag}");
        let shown = user.api.get(&path).await.expect(200);
        assert_eq!(shown["data"]["type"], size, "{flag}");
    }
    let path = format!("/contacts/profile-picture?number={contact}&preview=no");
    let answer = user.api.get(&path).await;
    assert_eq!(
        answer.text_error(),
        (400, "preview must be true or false, not \"no\"")
    );
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_value_but_no_secret_is_repeated() {
    let world = World::start().await;
    let user = world.user().await;
    let answer = user
        .api
        .post("/users", json!({ "password": "long enough" }))
        .await;
    assert_eq!(answer.body["validation"][0]["field"], "email");
    let answer = user
        .api
        .post(
            "/users",
            json!({ "email": "nobody", "password": "long enough" }),
        )
        .await;
    assert_eq!(answer.body["validation"][0]["value"], "nobody");
    let answer = user
        .api
        .post(
            "/users",
            json!({ "email": "a@example.com", "password": "short" }),
        )
        .await;
    assert_eq!(answer.body["validation"][0]["field"], "password");
    assert!(!answer.text.contains("\"short\""), "{}", answer.text);
    let secrets = [
        json!({ "email": "a@example.com", "password": 12345678 }),
        json!({ "email": "a@example.com", "password": "long enough", "webhook_url": "https://u:12345678@example.com/" }),
        json!({ "email": "a@example.com", "password": "long enough", "passwd": "12345678", "role": "king" }),
    ];
    for body in secrets {
        let answer = user.api.post("/users", body).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(!answer.text.contains("12345678"), "{}", answer.text);
    }
}

#[tokio::test]
async fn refusals_begin_with_success_and_have_codes_of_their_own() {
    let world = World::start().await;
    let user = world.user().await;
    let nobody = "/devices/00000000-0000-4000-8000-000000000000";
    let missing = user.api.delete(nobody).await;
    assert!(
        missing.text.starts_with("{\"success\":false,\"error\":"),
        "{}",
        missing.text
    );
    assert_eq!(missing.body["error_code"], "NOT_FOUND");
    let coded = user.api.post_status("").await;
    assert!(
        coded
            .text
            .starts_with("{\"success\":false,\"error\":{\"code\":"),
        "{}",
        coded.text
    );
    let new = json!({ "email": "a@example.com", "password": "long enough" });
    user.api.post("/users", new.clone()).await.expect(201);
    let taken = user.api.post("/users", new).await;
    assert_eq!(
        (taken.status, &taken.body["error_code"]),
        (400, &json!("EMAIL_TAKEN"))
    );
}

#[tokio::test]
async fn a_compressed_body_is_refused_by_name() {
    let world = World::start().await;
    let user = world.user().await;
    let api = user.api.with_header("Content-Encoding", "gzip");
    let answer = api.post("/devices", json!({ "name": "x" })).await;
    let expected = "Content-Encoding is not supported: send the body as it is";
    assert_eq!(answer.text_error(), (400, expected));
}

#[tokio::test]
async fn a_name_that_stands_twice_is_refused_however_deep() {
    let world = World::start().await;
    let user = world.user().await;
    let bodies = [
        r#"{"name":"a","name":"b"}"#,
        r#"{"name":"a","more":[{"name":"a","name":"b"}]}"#,
    ];
    for body in bodies {
        let answer = user
            .api
            .post_raw("/devices", "application/json", body)
            .await;
        assert_eq!(answer.text_error(), (400, "duplicate field `name`"));
        assert_eq!(answer.body["validation"][0]["field"], "name");
    }
}

#[tokio::test]
async fn a_field_in_another_spelling_is_read_and_only_an_object_has_fields() {
    let chat = Chat::open().await;
    // A picture that is to be seen once must not stay because of an underscore.
    let picture = json!({ "number": chat.ada, "image": WITH_LINE_BREAKS, "view_once": true });
    let answer = chat.post("/send/image", picture).await;
    assert_eq!(answer.header(IGNORED), "");
    let sent = answer.expect(200);
    let control = &chat.world.control;
    let read = control
        .wait_for_message(&chat.ada, &sent["message_id"])
        .await;
    assert_eq!(
        read["message"]["image_message"]["view_once"], true,
        "{read}"
    );
    // The right name counts where both are there.
    let both = json!({ "number": chat.ada, "text": "hello", "typingDuration": 0, "typing_duration": 10_000 });
    let answer = chat.post("/send/text", both).await;
    assert_eq!(answer.header(IGNORED), "typing_duration");
    answer.expect(200);
    // Also within an object.
    let card = json!({ "displayName": "Alan", "phone": "5511999999999" });
    chat.send("/send/contact", json!({ "to": chat.ada, "contact": card }))
        .await;

    let lists = [
        (
            "/send/contact",
            json!({ "to": chat.ada, "contact": ["Alan", "5511999999999"] }),
            "contact must be an object, not a list",
        ),
        (
            "/send/poll",
            json!({ "to": chat.ada, "question": "Lunch?", "options": [["Yes"], ["No"]] }),
            "options[0] must be an object, not a list",
        ),
    ];
    for (path, body, text) in lists {
        let answer = chat.post(path, body).await;
        assert_eq!(
            (answer.status, answer.body["error"].as_str()),
            (400, Some(text)),
            "{}",
            answer.text
        );
    }
}
