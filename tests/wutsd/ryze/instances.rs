//! POST /api/instance/new, GET /api/instance/list, GET /api/instance/connect/{instance},
//! POST /api/instance/reconnect/{instance}, DELETE /api/instance/logout/{instance}, DELETE /api/instance/delete/{instance}

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::{account, instance, pair, wait_for_state};
use crate::support::World;

const NEW: &str = "/api/instance/new";
const LIST: &str = "/api/instance/list";
const CHOSEN: &str = "chosen-token-1234567890";

fn names(list: &Value) -> Vec<&str> {
    let instances = list["instances"].as_array().expect("instances");
    let names = instances.iter().map(|instance| &instance["name"]);
    names.map(|name| name.as_str().expect("a name")).collect()
}

#[tokio::test]
async fn a_new_instance_is_disconnected_and_shows_its_token_once() {
    let world = World::start().await;
    let user = world.user().await;
    let account = account(&world, &user);
    let created = account.post(NEW, json!({ "name": "my instance" })).await;
    let created = created.expect(201);
    let token = created["instance"]["token"].as_str().expect("a token");
    assert_eq!(created["data"], json!({ "token": token }));
    assert_eq!(created["success"], true);
    let list = account.get(LIST).await.expect(200);
    assert_eq!(list["message"], "1 Instance found");
    let off = json!({ "enabled": false });
    let expected = json!([{
        "name": "my instance",
        "connection": {
            "state": "disconnected", "numberJid": null, "presenceStatus": null, "displayStatus": "Disconnected",
        },
        "profile": { "name": null, "pictureUrl": null, "isBusiness": null, "businessName": null },
        "webhook": off, "websocket": off, "chatwoot": off,
    }]);
    assert_eq!(list["instances"], expected);
    // The other API knows it too, and neither shows the token again.
    let devices = user.api.get("/devices").await.expect(200);
    assert_eq!(devices["devices"][0]["name"], "my instance");
    assert!(!list.to_string().contains(token) && !devices.to_string().contains(token));
    assert!(!world.daemon.errors().join("\n").contains(token));
}

#[tokio::test]
async fn names_and_chosen_tokens_are_unique_and_checked() {
    let world = World::start().await;
    let (user, stranger) = (world.user().await, world.user().await);
    let (api, other) = (account(&world, &user), account(&world, &stranger));
    let body = json!({ "name": "sales", "token": CHOSEN });
    api.post(NEW, body.clone()).await.expect(201);
    let own = world.api.with_header("token", CHOSEN).get(LIST).await;
    assert_eq!(names(&own.expect(200)), ["sales"]);

    let taken = (409, "Instance name already exists");
    let again = api.post(NEW, json!({ "name": "sales" })).await;
    assert_eq!(again.message_error(), taken);
    let taken = (409, "Instance token already exists");
    for token in [CHOSEN, &user.token, &stranger.token, &world.master_token] {
        let body = json!({ "name": "support", "token": token });
        for api in [&api, &other] {
            assert_eq!(api.post(NEW, body.clone()).await.message_error(), taken);
        }
    }
    other
        .post(NEW, json!({ "name": "sales" }))
        .await
        .expect(201);
    assert_eq!(names(&api.get(LIST).await.expect(200)), ["sales"]);

    let name = "name must have 1 to 100 characters, none of them a slash, a comma or a control character, \
                and no space at its ends";
    let token = "token must have 16 to 128 visible ASCII characters, at least 8 of them different";
    let table = [
        (json!({ "name": "" }), name),
        (json!({ "name": " x" }), name),
        (json!({ "name": "a/b" }), name),
        (json!({ "name": "a,b" }), name),
        (json!({ "name": "x".repeat(101) }), name),
        (json!({ "name": "x", "token": "short" }), token),
        (
            json!({ "name": "x", "token": "aaaaaaaaaaaaaaaaaaaa" }),
            token,
        ),
        (json!({}), name),
        (
            json!({ "name": 5 }),
            "Invalid request body: name must be a string, not 5",
        ),
    ];
    // Twenty in a minute: another account asks.
    let third = world.user().await;
    for (body, text) in table {
        let answer = account(&world, &third).post(NEW, body).await;
        assert_eq!(answer.message_error(), (400, text));
    }
}

#[tokio::test]
async fn nobody_takes_the_token_of_a_user_who_is_not_active_at_present() {
    let mut world = World::start().await;
    let (admin, stranger) = (world.user().await, world.user().await);
    let ada = world.member(&admin, "user").await;
    let set = async |active: bool| {
        let path = format!("/users/{}", ada.user_id);
        let body = json!({ "active": active });
        admin.api.put(&path, body).await.expect(200);
    };
    set(false).await;
    let body = json!({ "name": "x", "token": ada.token });
    for user in [&stranger, &admin] {
        let answer = account(&world, user).post(NEW, body.clone()).await;
        let taken = (409, "Instance token already exists");
        assert_eq!(answer.message_error(), taken);
        let list = account(&world, user).get(LIST).await.expect(200);
        assert_eq!(list["instances"], json!([]), "nothing is left of it");
    }
    set(true).await;
    ada.api.get("/devices").await.expect(200);
    world.restart("KILL").await;
    world.again(&ada).get("/devices").await.expect(200);
    // Nor that of an instance whose owner is not active.
    let api = account(&world, &ada);
    let own = json!({ "name": "own", "token": CHOSEN });
    api.post(NEW, own).await.expect(201);
    let admin = world.again(&admin);
    let path = format!("/users/{}", ada.user_id);
    admin
        .put(&path, json!({ "active": false }))
        .await
        .expect(200);
    let body = json!({ "name": "y", "token": CHOSEN });
    let answer = account(&world, &stranger).post(NEW, body).await;
    assert_eq!(answer.status, 409, "{}", answer.text);
}

#[tokio::test]
async fn of_two_instances_with_one_name_that_are_made_at_once_one_is_made() {
    let world = World::start_with(&[("HTTP__WORKERS", "2")]).await;
    let user = world.user().await;
    let api = account(&world, &user);
    for name in ["one", "two", "three"] {
        let make = || api.post(NEW, json!({ "name": name }));
        let (first, second, third) = tokio::join!(make(), make(), make());
        let mut statuses = [first.status, second.status, third.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409]);
    }
    let list = api.get(LIST).await.expect(200);
    assert_eq!(list["message"], "3 Instances found");
}

#[tokio::test]
async fn the_list_can_be_filtered_by_an_account_only() {
    let world = World::start().await;
    let user = world.user().await;
    let api = account(&world, &user);
    let empty = api.get(LIST).await.expect(200);
    assert_eq!(empty["message"], "0 Instances found");
    let sales = instance(&world, &user, "sales").await;
    instance(&world, &user, "support").await;
    let table: [(&str, &[&str]); 5] = [
        ("", &["sales", "support"]),
        ("?instanceName=", &["sales", "support"]),
        ("?instanceName=support", &["support"]),
        ("?instanceName=support,sales,none", &["sales", "support"]),
        ("?instanceName=none,neither", &[]),
    ];
    for (query, expected) in table {
        let list = api.get(&format!("{LIST}{query}")).await.expect(200);
        assert_eq!(names(&list), expected, "{query}");
    }
    let none = api.get("/api/instance/list?instanceName=none").await;
    assert_eq!(none.message_error(), (404, "Instance not found"));
    for query in ["", "?instanceName=support", "?instanceName=none"] {
        let list = sales.get(&format!("{LIST}{query}")).await.expect(200);
        assert_eq!(names(&list), ["sales"], "{query}");
        assert_eq!(list["message"], "1 Instance found");
    }
}

#[tokio::test]
async fn an_instance_is_connected_by_scanning_its_code() {
    let world = World::start().await;
    let user = world.user().await;
    let api = instance(&world, &user, "sales").await;
    let shown = api.get("/api/instance/connect/sales").await.expect(200);
    assert_eq!(shown["message"], "QR code generated");
    assert_eq!(shown["status"], "qr");
    let picture = shown["qrCodeBase64"].as_str().expect("a picture");
    let picture = picture.strip_prefix("data:image/png;base64,");
    let picture = BASE64_STANDARD.decode(picture.expect("a data URL"));
    assert!(picture.expect("base64").starts_with(b"\x89PNG"));
    wait_for_state(&api, "connecting").await;

    let phone = pair(&world, &api, "sales").await;
    let connected = wait_for_state(&api, "connected").await;
    assert_eq!(connected["connection"]["displayStatus"], "Connected");
    let jid = format!("{phone}@s.whatsapp.net");
    assert_eq!(connected["connection"]["numberJid"], jid);
    let again = api.get("/api/instance/connect/sales").await;
    let expected = (400, "Instance is already connected to WhatsApp");
    assert_eq!(again.message_error(), expected);
}

#[tokio::test]
async fn an_instance_is_connected_by_typing_its_code() {
    let world = World::start().await;
    let user = world.user().await;
    let api = instance(&world, &user, "sales").await;
    let phone = world.control.account("Owner").await;
    let path = format!("/api/instance/connect/sales?number={phone}");
    let first = api.get(&path).await.expect(200);
    assert_eq!(first["message"], "Pairing code generated");
    let second = api.get(&path).await.expect(200);
    // Asking again must not make the one worthless that somebody is typing.
    assert_eq!(first["pairingCode"], second["pairingCode"]);
    let code = second["pairingCode"].as_str().expect("a code");
    assert_eq!(code.len(), 8);
    world.control.type_code(&phone, code).await.expect(200);
    wait_for_state(&api, "connected").await;

    let wrong = api.get("/api/instance/connect/sales?number=12").await;
    let expected = (400, "invalid phone number format");
    assert_eq!(wrong.message_error(), expected);
}

#[tokio::test]
async fn an_instance_is_reconnected_with_its_session_and_not_without() {
    let world = World::start().await;
    let user = world.user().await;
    let api = instance(&world, &user, "sales").await;
    let path = "/api/instance/reconnect/sales";
    let expected = (400, "Instance has no saved session — call /connect first");
    assert_eq!(api.post_nothing(path).await.message_error(), expected);

    pair(&world, &api, "sales").await;
    user.api.post_nothing("/disconnect").await.expect(200);
    wait_for_state(&api, "disconnected").await;
    let anew = api.get("/api/instance/connect/sales").await;
    let expected = "Instance has a saved session — call /reconnect, or /logout first";
    assert_eq!(anew.message_error(), (400, expected));
    // The body is ignored.
    for _ in 0..2 {
        let begun = api.post_raw(path, "text/plain", "anything").await;
        let message = "Reconnect initiated";
        let expected = json!({ "success": true, "message": message, "status": "connecting" });
        assert_eq!(begun.expect(200), expected);
        wait_for_state(&api, "connected").await;
    }
}

#[tokio::test]
async fn logging_out_unlinks_the_device_and_keeps_the_instance() {
    let world = World::start().await;
    let user = world.user().await;
    let api = instance(&world, &user, "sales").await;
    let phone = pair(&world, &api, "sales").await;
    let path = "/api/instance/logout/sales";
    user.api.post_nothing("/disconnect").await.expect(200);
    let offline = api.delete(path).await;
    let expected = (400, "Instance is not connected to WhatsApp");
    assert_eq!(offline.message_error(), expected);
    user.api.post_nothing("/connect").await.expect(200);
    for _ in 0..2 {
        let out = api.delete(path).await.expect(200);
        let expected = json!({
            "success": true, "message": "Instance logged out", "instance": { "status": "loggedout" },
        });
        assert_eq!(out, expected);
    }
    assert!(world.control.devices(&phone).await.is_empty());
    wait_for_state(&api, "loggedout").await;
    pair(&world, &api, "sales").await;
}

#[tokio::test]
async fn a_whatsapp_that_refuses_to_unlink_fails_the_logout_and_not_the_deletion() {
    let world = World::start_with(&[("WHATSAPP__QUERY_TIMEOUT", "1")]).await;
    let user = world.user().await;
    let api = instance(&world, &user, "sales").await;
    pair(&world, &api, "sales").await;
    let silence = json!({ "jid": "*", "fault": "iq_silence", "xmlns": "md" });
    world.control.fault(silence).await;
    let out = api.delete("/api/instance/logout/sales").await;
    assert_eq!(out.message_error(), (500, "Failed to logout instance"));
    wait_for_state(&api, "connected").await;
    let path = "/api/instance/delete/sales";
    account(&world, &user).delete(path).await.expect(200);
}

#[tokio::test]
async fn a_deleted_instance_is_gone_with_its_session_and_its_token() {
    let mut world = World::start().await;
    let user = world.user().await;
    let api = instance(&world, &user, "sales").await;
    let kept = instance(&world, &user, "support").await;
    let phone = pair(&world, &api, "sales").await;
    let path = "/api/instance/delete/sales";
    assert_eq!(
        api.delete(path).await.message_error(),
        (401, "Invalid token")
    );

    let deleted = account(&world, &user).delete(path).await.expect(200);
    let expected = json!({
        "success": true, "message": "Instance deleted", "instance": { "status": "deleted" },
    });
    assert_eq!(deleted, expected);
    assert!(world.control.devices(&phone).await.is_empty());
    assert_eq!(api.get(LIST).await.message_error(), (401, "Invalid token"));
    assert_eq!(names(&kept.get(LIST).await.expect(200)), ["support"]);
    let again = account(&world, &user).delete(path).await;
    assert_eq!(again.message_error(), (404, "Instance not found"));

    world.restart("TERM").await;
    let list = account(&world, &user).get(LIST).await.expect(200);
    assert_eq!(names(&list), ["support"]);
    instance(&world, &user, "sales").await;
}

#[tokio::test]
async fn tokens_survive_a_restart_and_end_with_their_user() {
    let mut world = World::start().await;
    let admin = world.user().await;
    let member = world.member(&admin, "user").await;
    let body = json!({ "name": "sales", "token": CHOSEN });
    account(&world, &member).post(NEW, body).await.expect(201);
    world.restart("KILL").await;
    let path = format!("/users/{}", member.user_id);
    let steps = [(false, 401), (true, 200)];
    for (active, status) in steps {
        let list = world.api.with_header("token", CHOSEN).get(LIST).await;
        assert_eq!(list.status, if active { 401 } else { 200 });
        let change = json!({ "active": active });
        world.again(&admin).put(&path, change).await.expect(200);
        let list = world.api.with_header("token", CHOSEN).get(LIST).await;
        assert_eq!(list.status, status);
    }
    world.again(&admin).delete(&path).await.expect(200);
    let list = world.api.with_header("token", CHOSEN).get(LIST).await;
    assert_eq!(list.message_error(), (401, "Invalid token"));
}

#[tokio::test]
async fn the_number_of_an_instance_is_taken_in_every_notation() {
    let world = World::start().await;
    let user = world.user().await;
    let api = instance(&world, &user, "sales").await;
    let phone = world.control.account("Owner").await;
    let ways = [
        format!("+{phone}"),
        format!("%2B{}%C2%A0{}", &phone[..4], &phone[4..]),
        format!("{phone}%40c.us"),
        format!("tel%3A%2B{phone}"),
    ];
    for way in ways {
        let path = format!("/api/instance/connect/sales?number={way}");
        let shown = api.get(&path).await.expect(200);
        assert_eq!(shown["message"], "Pairing code generated", "{way}");
    }
    for wrong in ["%2B44%20(0)20%207946%200958", "123456789012345%40lid"] {
        let path = format!("/api/instance/connect/sales?number={wrong}");
        let expected = (400, "invalid phone number format");
        assert_eq!(api.get(&path).await.message_error(), expected, "{wrong}");
    }
}
