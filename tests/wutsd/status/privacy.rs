//! PUT /status/privacy

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::support::{User, World, until_ok};

/// A connected user with three contacts.
struct Cast {
    world: World,
    user: User,
    phone: String,
    contacts: [String; 3],
}

impl Cast {
    async fn start() -> Self {
        let world = World::start().await;
        let user = world.user().await;
        let phone = world.control.account("Owner").await;
        let contacts = [
            world.control.contact_of(&phone, "Ada").await,
            world.control.contact_of(&phone, "Grace").await,
            world.control.contact_of(&phone, "Edsger").await,
        ];
        world.pair(&user, &phone).await;
        Self {
            world,
            user,
            phone,
            contacts,
        }
    }

    async fn admit(&self, rule: Value) -> Value {
        self.user.api.put("/status/privacy", rule).await.expect(200)
    }

    /// Posts a status and says which contacts have decrypted it.
    async fn readers(&self, text: &str) -> [bool; 3] {
        let posted = self.user.api.post_status(text).await.expect(200);
        self.everybody_is_up_to_date(&posted["message_id"]).await;
        let mut readers = [false; 3];
        for (reader, contact) in readers.iter_mut().zip(&self.contacts) {
            let inbox = self.world.control.inbox(contact).await;
            *reader = inbox.iter().any(|message| message["text"] == text);
        }
        readers
    }

    /// The simulated WhatsApp hands a message to everybody before it hands out the next.
    async fn everybody_is_up_to_date(&self, id: &Value) {
        self.world.control.wait_for_message(&self.phone, id).await;
        for contact in &self.contacts {
            let sent = self
                .world
                .control
                .send_text(&self.phone, contact, "are you there?")
                .await;
            self.world.control.wait_for_message(contact, &sent).await;
        }
    }
}

#[tokio::test]
async fn the_rule_decides_who_can_read_every_later_status() {
    let cast = Cast::start().await;
    let [ada, grace, _] = &cast.contacts;
    let jid = |phone: &str| format!("{phone}@s.whatsapp.net");
    assert_eq!(cast.readers("1").await, [true, true, true]);

    let body = cast
        .admit(json!({ "type": "blacklist", "list": [jid(ada)] }))
        .await;
    let expected = json!({ "success": true, "type": "blacklist", "count": 1, "list": [jid(ada)] });
    assert_eq!(body, expected);
    assert_eq!(cast.readers("2").await, [false, true, true]);

    let lid = cast.world.control.lid(grace).await;
    let body = cast
        .admit(json!({ "type": "whitelist", "list": [format!("+{ada}"), lid, ada] }))
        .await;
    assert_eq!(body["list"], json!([jid(ada), lid]));
    assert_eq!(body["count"], 2);
    assert_eq!(cast.readers("3").await, [true, true, false]);

    let body = cast
        .admit(json!({ "type": "contacts", "list": [jid(ada)] }))
        .await;
    assert_eq!(
        body,
        json!({ "success": true, "type": "contacts", "count": 0, "list": [] })
    );
    assert_eq!(cast.readers("4").await, [true, true, true]);
}

#[tokio::test]
async fn who_is_excluded_cannot_read_a_later_status_even_when_it_gets_there() {
    let cast = Cast::start().await;
    let [ada, ..] = &cast.contacts;
    assert_eq!(cast.readers("1").await, [true, true, true]);
    // A server that is not to be trusted.
    let jid = format!("{ada}@s.whatsapp.net");
    let overhear = json!({ "jid": jid, "fault": "overhear" });
    cast.world.control.fault(overhear).await;
    cast.admit(json!({ "type": "blacklist", "list": [ada] }))
        .await;
    let unread = cast.world.control.counter("undecryptable").await;
    assert_eq!(cast.readers("2").await, [false, true, true]);
    let later = cast.world.control.counter("undecryptable").await;
    assert!(later > unread, "it did not get there");
    // Ada's phone has asked for it again. Whatever came of that has come before this.
    assert_eq!(cast.readers("3").await, [false, true, true]);
    let inbox = cast.world.control.inbox(ada).await;
    assert!(
        inbox.iter().all(|message| message["text"] != "2"),
        "{inbox:?}"
    );
}

#[tokio::test]
async fn a_rule_that_was_made_on_the_phone_decides_from_then_on() {
    let cast = Cast::start().await;
    let [ada, grace, _] = &cast.contacts;
    cast.admit(json!({ "type": "blacklist", "list": [ada] }))
        .await;
    assert_eq!(cast.readers("1").await, [false, true, true]);
    let only = |users: Value| json!({ "type": "whitelist", "users": users });
    cast.world
        .control
        .change_status_privacy(&cast.phone, only(json!([ada, grace])))
        .await;
    assert_eq!(cast.readers("2").await, [true, true, false]);
    cast.world
        .control
        .change_status_privacy(&cast.phone, only(json!([grace])))
        .await;
    assert_eq!(cast.readers("3").await, [false, true, false]);
}

#[tokio::test]
async fn the_rule_survives_a_restart() {
    let mut cast = Cast::start().await;
    let excluded = cast.contacts[0].clone();
    cast.admit(json!({ "type": "blacklist", "list": [excluded] }))
        .await;
    cast.world.restart("KILL").await;
    cast.user.api = cast.world.again(&cast.user);
    cast.user.api.wait_for_phase("connected").await;
    assert_eq!(cast.readers("after").await, [false, true, true]);
}

#[tokio::test]
async fn who_is_not_on_whatsapp_keeps_a_status_from_nobody() {
    let cast = Cast::start().await;
    let [ada, ..] = &cast.contacts;
    let nobody = "19995550000";
    let body = cast
        .admit(json!({ "type": "whitelist", "list": [nobody, "999@lid"] }))
        .await;
    assert_eq!(
        body["list"],
        json!(["19995550000@s.whatsapp.net", "999@lid"])
    );
    assert_eq!(cast.readers("1").await, [false, false, false]);
    cast.admit(json!({ "type": "whitelist", "list": [nobody, ada] }))
        .await;
    assert_eq!(cast.readers("2").await, [true, false, false]);
    cast.admit(json!({ "type": "blacklist", "list": [nobody, ada] }))
        .await;
    assert_eq!(cast.readers("3").await, [false, true, true]);

    // A landline in the address book.
    cast.world.control.add_contact(&cast.phone, nobody).await;
    cast.user.api.wait_for_contact(nobody).await;
    cast.admit(json!({ "type": "contacts" })).await;
    assert_eq!(cast.readers("4").await, [true, true, true]);
    // Once there is somebody, they get it too.
    let late = json!({ "phone": nobody });
    cast.world.control.account_with(late).await;
    let posted = cast.user.api.post_status("5").await.expect(200);
    cast.world
        .control
        .wait_for_message(nobody, &posted["message_id"])
        .await;
}

#[tokio::test]
async fn an_address_book_of_nobody_but_a_landline_is_an_empty_audience() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    world.control.add_contact(&phone, "19995550000").await;
    world.pair(&user, &phone).await;
    let posted = user
        .api
        .post_status("to whom it may concern")
        .await
        .expect(200);
    world
        .control
        .wait_for_message(&phone, &posted["message_id"])
        .await;
}

#[tokio::test]
async fn a_list_takes_people_in_every_notation() {
    let cast = Cast::start().await;
    let [ada, grace, edsger] = &cast.contacts;
    let list = json!([
        format!("{ada}@c.us"),
        format!("\u{202a}+{}\u{a0}{}\u{202c}", &grace[..4], &grace[4..]),
        format!("{ada}:3@s.whatsapp.net"),
    ]);
    let body = cast
        .admit(json!({ "type": "whitelist", "list": list }))
        .await;
    let jid = |phone: &str| format!("{phone}@s.whatsapp.net");
    assert_eq!(body["list"], json!([jid(ada), jid(grace)]));
    assert_eq!(cast.readers("1").await, [true, true, false]);
    cast.admit(json!({ "type": "blacklist", "list": [format!("https://wa.me/{edsger}")] }))
        .await;
    assert_eq!(cast.readers("2").await, [true, true, false]);
}

#[tokio::test]
async fn what_cannot_be_a_rule_is_refused() {
    let world = World::start().await;
    let user = world.user().await;
    let table = [
        (
            json!({ "type": "whitelist" }),
            "list cannot be empty for whitelist",
        ),
        (
            json!({ "type": "blacklist", "list": [] }),
            "list cannot be empty for blacklist",
        ),
        (
            json!({ "type": "whitelist", "list": ["x@g.us"] }),
            "list: \"x@g.us\" is neither",
        ),
        (
            json!({ "type": "friends" }),
            "type must be one of `contacts`, `whitelist`, `blacklist`, not `friends`",
        ),
        (json!({}), "type is required"),
        (
            json!({ "type": "contacts", "list": "all" }),
            "list must be a list, not \"all\"",
        ),
    ];
    for (body, expected) in table {
        let answer = user.api.put("/status/privacy", body).await;
        let (status, code, message) = answer.object_error();
        assert_eq!((status, code), (400, "invalid_request"));
        assert!(message.starts_with(expected), "{message}");
    }
}

#[tokio::test]
async fn each_way_to_fail_has_its_answer() {
    let world = World::start_with(&[("WHATSAPP__QUERY_TIMEOUT", "1")]).await;
    let rule = json!({ "type": "contacts" });
    let put = |user: &User| {
        let (api, rule) = (user.api.clone(), rule.clone());
        async move { api.put("/status/privacy", rule).await }
    };
    let nobody = world.user().await;
    let expected = (500, "device_error", "failed to resolve user device");
    assert_eq!(put(&nobody).await.object_error(), expected);

    let (user, _) = world.paired_user().await;
    // A status waits for the app state of the new connection, whose queries the faults below do not mean.
    user.api.post_status("first").await.expect(200);
    let fault = |fault: Value| world.control.fault(fault);
    let namespace = "w:sync:app:state";
    fault(json!({ "jid": "*", "fault": "iq_error", "xmlns": namespace, "code": 500, "times": 1 }))
        .await;
    let expected = (
        502,
        "privacy_update_failed",
        "failed to update status privacy",
    );
    assert_eq!(put(&user).await.object_error(), expected);

    fault(json!({ "jid": "*", "fault": "iq_silence", "xmlns": namespace, "times": 1 })).await;
    let expected = (504, "privacy_update_timeout", "info query timed out");
    assert_eq!(put(&user).await.object_error(), expected);

    user.api.post_nothing("/disconnect").await.expect(200);
    let expected = (
        503,
        "device_disconnected",
        "whatsapp session is not connected",
    );
    assert_eq!(put(&user).await.object_error(), expected);
}

#[tokio::test]
async fn what_whatsapp_said_a_moment_ago_is_believed_until_there_is_news() {
    let cast = Cast::start().await;
    let control = &cast.world.control;
    let asked = json!({ "jid": "*", "fault": "iq_late", "xmlns": "status", "ms": 0 });
    control.fault(asked).await;
    let count = AtomicU32::new(0);
    let next = || count.fetch_add(1, Ordering::Relaxed).to_string();
    // The news of the pairing have to be old.
    until_ok("one is posted without a question", async || {
        let before = control.hits("iq_late").await;
        cast.user.api.post_status(&next()).await.expect(200);
        match control.hits("iq_late").await - before {
            0 => Ok(()),
            asked => Err(asked),
        }
    })
    .await;
    let [ada, _, _] = &cast.contacts;
    let rule = json!({ "type": "whitelist", "users": [ada] });
    control.change_status_privacy(&cast.phone, rule).await;
    assert_eq!(cast.readers(&next()).await, [true, false, false]);
}
