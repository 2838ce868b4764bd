//! A status that goes to others than the stored privacy says, this once.

use serde_json::{Value, json};

use crate::support::{User, World};

async fn post(user: &User, audience: Value) -> Value {
    let body = json!({ "text": "to some", "audience": audience });
    user.api.post("/status/text", body).await.expect(200)["message_id"].clone()
}

#[tokio::test]
async fn a_status_goes_to_whom_its_request_says_and_the_privacy_stays() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let contacts = world.control.contacts_of(&phone, 3).await;
    let stranger = world.control.account("Stranger").await;
    let blocked = world.control.contact_of(&phone, "Blocked").await;
    world
        .control
        .change_blocklist(&phone, json!({ "jid": blocked }))
        .await;
    world.pair(&user, &phone).await;
    let [ada, bob, cem] = <[String; 3]>::try_from(contacts).expect("three");

    // In turn, so that the key goes from few to many and back.
    let everybody = [&ada, &bob, &cem];
    let table: [(Value, &[&String]); 5] = [
        (
            json!({ "type": "whitelist", "list": [stranger, blocked] }),
            &[&stranger],
        ),
        (json!(null), &everybody),
        (
            json!({ "type": "blacklist", "list": [format!("{ada}@s.whatsapp.net")] }),
            &[&bob, &cem],
        ),
        (json!({ "type": "contacts" }), &everybody),
        (json!({ "type": "whitelist", "list": [cem] }), &[&cem]),
    ];
    let mut posted = Vec::new();
    for (audience, readers) in table {
        let id = post(&user, audience).await;
        for reader in readers {
            world.control.wait_for_message(reader, &id).await;
        }
        posted.push((id, readers));
    }
    for (id, readers) in posted {
        for phone in [&ada, &bob, &cem, &stranger, &blocked] {
            let read = world.control.read(phone, &id).await;
            let meant = readers.contains(&phone);
            assert_eq!(read, usize::from(meant), "{phone} of {readers:?}");
        }
    }
}

#[tokio::test]
async fn a_file_goes_to_whom_its_request_says() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let contacts = world.control.contacts_of(&phone, 2).await;
    world.pair(&user, &phone).await;
    let third = world.control.account("Third").await;
    let only = json!({ "type": "whitelist", "list": [contacts[0]] });
    for (path, field, name) in [
        ("/status/media", "data", "baseline.jpg"),
        ("/status/audio", "audio", "voice.ogg"),
    ] {
        let file = crate::send::base64(&crate::send::file(name));
        let body = json!({ field: file, "audience": only, "mentions": [third] });
        let posted = user.api.post(path, body).await.expect(200);
        let id = &posted["message_id"];
        world.control.wait_for_message(&contacts[0], id).await;
        assert_eq!(world.control.read(&contacts[1], id).await, 0, "{path}");
        // Who is mentioned has it, too, and is told.
        world.control.wait_for_message(&third, id).await;
        let told = json!(format!("{}00", id.as_str().expect("an id")));
        world.control.wait_for_message(&third, &told).await;
    }
}

#[tokio::test]
async fn an_audience_of_nobody_is_refused() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let audience = json!({ "type": "whitelist", "list": ["15559999999"] });
    let body = json!({ "text": "hi", "audience": audience });
    let answer = user.api.post("/status/text", body).await;
    let problem = "audience.list: nobody there is on WhatsApp, or all are blocked";
    assert_eq!(answer.object_error(), (400, "invalid_request", problem));
}

#[tokio::test]
async fn an_audience_that_cannot_be_is_refused_with_its_place() {
    let world = World::start().await;
    let user = world.user().await;
    for (audience, field) in [
        (json!({ "type": "whitelist", "list": [] }), "audience"),
        (json!({ "type": "blacklist" }), "audience"),
        (json!({ "type": "friends" }), "audience.type"),
        (
            json!({ "type": "whitelist", "list": ["5511999999999", "5511888888888", "4915112345678", "nobody"] }),
            "audience.list[3]",
        ),
        (
            json!({ "type": "contacts", "list": ["5511999999999"] }),
            "audience.list must be empty",
        ),
        (json!(5), "audience"),
    ] {
        let body = json!({ "text": "hi", "audience": audience });
        let answer = user.api.post("/status/text", body).await;
        let (status, code, message) = answer.object_error();
        assert_eq!((status, code), (400, "invalid_request"), "{}", answer.text);
        assert!(message.starts_with(field), "{message} for {field}");
    }
}

#[tokio::test]
async fn who_may_not_be_written_to_is_mentioned_only_when_the_request_insists() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let contact = world.control.contact_of(&phone, "Ada").await;
    user.api.wait_for_contact(&contact).await;
    let stranger = world.control.account("Stranger").await;
    // By its number alone: the account.
    let locked = json!({ "jid": phone, "fault": "reach_out_locked", "until": 1_900_000_000 });
    world.control.fault(locked).await;
    let restricted = |status: &Value| status["restriction"].is_object();
    user.api.wait_for("a restriction", restricted).await;

    let mentions = |whom: &str| json!({ "text": "look", "mentions": [whom] });
    let before = world.control.counter("messages").await;
    let refused = user.api.post("/status/text", mentions(&stranger)).await;
    assert_eq!(refused.status, 502, "{}", refused.text);
    assert!(refused.text.contains("2030-03-17"), "{}", refused.text);
    assert_eq!(world.control.counter("messages").await, before);

    let mut insisted = mentions(&stranger);
    insisted["force"] = json!(true);
    for body in [mentions(&contact), insisted] {
        user.api.post("/status/text", body).await.expect(200);
    }
}
