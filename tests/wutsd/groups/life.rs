//! One group through its whole life: two users' devices and plain phones, and a restart of the daemon in its middle.

use reqwest::Method;
use serde_json::{Value, json};

use super::{phones, sorted, statuses};
use crate::chats::{listen, wait_for};
use crate::support::{LOCAL, Receiver, User, World, until_ok};

/// Everybody who ever comes into the group.
struct Life {
    world: World,
    /// Makes it.
    user: User,
    phone: String,
    told: Receiver,
    /// Is taken into it.
    guest: User,
    guest_phone: String,
    guest_told: Receiver,
    /// Plain phones.
    ada: String,
    bob: String,
    cleo: String,
    group: String,
}

impl Life {
    async fn begin() -> Self {
        let world = World::start_with(&LOCAL).await;
        let (user, phone) = world.paired_user().await;
        let (guest, guest_phone) = world.paired_user().await;
        let (told, guest_told) = (Receiver::start().await, Receiver::start().await);
        let events = json!(["group.info", "group.joined", "message.received"]);
        listen(&user, &told, events.clone()).await;
        listen(&guest, &guest_told, events).await;
        let ada = world.control.account("Ada").await;
        let bob = world.control.account("Bob").await;
        let cleo = world.control.account("Cleo").await;
        let body = json!({ "name": "Garden", "participants": [guest_phone, ada] });
        let made = user.api.post("/groups", body).await.expect(201);
        assert_eq!(statuses(&made), ["ok", "ok"]);
        let group = made["group"]["jid"].as_str().expect("a JID").to_owned();
        Self {
            world,
            user,
            phone,
            told,
            guest,
            guest_phone,
            guest_told,
            ada,
            bob,
            cleo,
            group,
        }
    }

    fn path(&self, what: &str) -> String {
        format!("/groups/{}{what}", self.group)
    }

    async fn shown(&self, to: &User) -> Value {
        to.api.get(&self.path("")).await.expect(200)["group"].clone()
    }

    /// One of the two writes: the phones read it, and the other one's webhook is told.
    async fn writes(&self, from: &User, told: &Receiver, text: &str, phones: &[&String]) {
        let body = json!({ "number": self.group, "text": text });
        let sent = from.api.post("/send/text", body).await.expect(200);
        for phone in phones {
            let control = &self.world.control;
            let read = control.wait_for_message(phone, &sent["message_id"]).await;
            assert_eq!(
                (&read["text"], &read["chat"]),
                (&json!(text), &json!(self.group))
            );
        }
        wait_for(told, "message.received", 1, |data| data["content"] == text).await;
    }

    /// Waits until the user is told of this, done by somebody to somebody; empty: nobody's name is told, or nobody is meant.
    async fn hears(&self, told: &Receiver, action: &str, by: &str, to: &str) {
        let control = &self.world.control;
        let by = match by {
            "" => [Value::Null, Value::Null],
            by => [
                json!(format!("{by}@s.whatsapp.net")),
                json!(control.lid(by).await),
            ],
        };
        let people = match to {
            "" => json!([]),
            to => json!([{ "pn": format!("{to}@s.whatsapp.net"), "lid": control.lid(to).await }]),
        };
        wait_for(told, "group.info", 1, |data| {
            let done = data["action"] == action && data["group"] == self.group;
            done && data["by_pn"] == by[0]
                && data["by_lid"] == by[1]
                && data["participants"] == people
        })
        .await;
    }

    async fn restart(&mut self) {
        self.world.restart("KILL").await;
        self.user.api = self.world.again(&self.user);
        self.guest.api = self.world.again(&self.guest);
        for user in [&self.user, &self.guest] {
            user.api.wait_for_phase("connected").await;
        }
    }
}

#[tokio::test]
async fn from_its_first_day_to_its_last() {
    let mut life = Life::begin().await;
    let control = &life.world.control;
    let joined = life.guest_told.wait_for_event("group.joined").await;
    assert_eq!(joined.body["data"]["group"], life.group);
    assert_eq!(joined.body["data"]["subject"], "Garden");
    let list = life.guest.api.get("/groups").await.expect(200);
    assert_eq!(
        (&list["count"], &list["groups"][0]["jid"]),
        (&json!(1), &json!(life.group))
    );
    life.writes(&life.user, &life.guest_told, "welcome", &[&life.ada])
        .await;
    life.writes(&life.guest, &life.told, "thank you", &[&life.ada])
        .await;

    // The guest leads it too, and gives it another name.
    let promote = json!({ "participants": [life.guest_phone], "action": "promote" });
    let promoted = life
        .user
        .api
        .post(&life.path("/participants"), promote)
        .await
        .expect(200);
    assert_eq!(statuses(&promoted), ["ok"]);
    life.hears(&life.guest_told, "promote", &life.phone, &life.guest_phone)
        .await;
    let rename = json!({ "name": "Orchard", "topic": "Apples" });
    let renamed = life
        .guest
        .api
        .request(Method::PATCH, &life.path(""), Some(rename))
        .await;
    assert_eq!(renamed.expect(200)["group"]["name"], "Orchard");
    life.hears(&life.told, "subject", &life.guest_phone, "")
        .await;
    life.hears(&life.told, "description", &life.guest_phone, "")
        .await;
    let is_apples = |data: &Value| data["description"] == "Apples";
    wait_for(&life.told, "group.info", 1, is_apples).await;

    // Ada goes, and Bob comes by the link that the guest hands out.
    control
        .acts(&life.ada, json!({ "do": "leave", "group": life.group }))
        .await;
    life.hears(&life.told, "remove", &life.ada, &life.ada).await;
    let link = life.guest.api.get(&life.path("/invite")).await.expect(200);
    let link = link["invite_link"].as_str().expect("a link").to_owned();
    let code = link.rsplit('/').next().expect("a code");
    control
        .acts(&life.bob, json!({ "do": "join", "code": code }))
        .await;
    life.hears(&life.guest_told, "add", &life.bob, &life.bob)
        .await;
    life.writes(&life.user, &life.guest_told, "hello Bob", &[&life.bob])
        .await;
    assert!(
        control
            .inbox(&life.ada)
            .await
            .iter()
            .all(|read| read["text"] != "hello Bob")
    );

    life.restart().await;
    let control = &life.world.control;
    let inside = sorted(&[&life.phone, &life.guest_phone, &life.bob]);
    for user in [&life.user, &life.guest] {
        let shown = life.shown(user).await;
        assert_eq!(
            (&shown["name"], &shown["topic"]),
            (&json!("Orchard"), &json!("Apples"))
        );
        assert_eq!(phones(&shown), inside);
    }
    life.writes(&life.user, &life.guest_told, "back again", &[&life.bob])
        .await;
    life.writes(&life.guest, &life.told, "me too", &[&life.bob])
        .await;

    // From now on admins decide: Cleo asks, and the guest lets her in.
    let approval = json!({ "join_approval": true, "member_add_mode": "admin" });
    let set = life
        .user
        .api
        .request(Method::PATCH, &life.path(""), Some(approval))
        .await;
    set.expect(200);
    life.hears(
        &life.guest_told,
        "membership_approval_mode",
        &life.phone,
        "",
    )
    .await;
    let code = link.rsplit('/').next().expect("a code");
    control
        .acts(&life.cleo, json!({ "do": "join", "code": code }))
        .await;
    life.hears(
        &life.guest_told,
        "created_membership_requests",
        &life.cleo,
        &life.cleo,
    )
    .await;
    let body = json!({ "action": "approve", "participants": [life.cleo] });
    let approved = life
        .guest
        .api
        .post(&life.path("/requests"), body)
        .await
        .expect(200);
    assert_eq!(statuses(&approved), ["ok"]);
    life.hears(&life.told, "add", &life.guest_phone, &life.cleo)
        .await;
    life.writes(
        &life.user,
        &life.guest_told,
        "hello Cleo",
        &[&life.bob, &life.cleo],
    )
    .await;

    // Messages disappear, and the link is another one.
    let body = json!({ "duration_seconds": 86_400 });
    life.guest
        .api
        .put(&life.path("/ephemeral"), body)
        .await
        .expect(200);
    let timer = |data: &Value| data["duration_seconds"] == 86_400;
    wait_for(&life.told, "group.info", 1, timer).await;
    let reset = life
        .user
        .api
        .post_nothing(&life.path("/invite/reset"))
        .await
        .expect(200);
    let new = reset["invite_link"].as_str().expect("a link");
    let code = new.rsplit('/').next().expect("a code").to_owned();
    wait_for(&life.guest_told, "group.info", 1, |data| {
        data["invite_code"] == code
    })
    .await;

    // The guest has to go, and neither writes nor reads any more.
    let body = json!({ "participants": [life.guest_phone] });
    let path = life.path("/participants");
    let removed = life.user.api.request(Method::DELETE, &path, Some(body));
    assert_eq!(statuses(&removed.await.expect(200)), ["ok"]);
    life.hears(&life.guest_told, "remove", &life.phone, &life.guest_phone)
        .await;
    let answer = life.guest.api.get(&life.path("")).await;
    assert_eq!(answer.text_error(), (404, "group not found"));
    let answer = life
        .guest
        .api
        .post("/groups/join", json!({ "link": link }))
        .await;
    assert_eq!(answer.text_error(), (410, "the invite link was reset"));
    let body = json!({ "number": life.group, "text": "among us" });
    let sent = life.user.api.post("/send/text", body).await.expect(200);
    for phone in [&life.bob, &life.cleo] {
        control.wait_for_message(phone, &sent["message_id"]).await;
    }

    // The user goes as well: somebody else leads it, and the last one turns off the light.
    life.user.api.delete(&life.path("/leave")).await.expect(200);
    for phone in [&life.cleo, &life.bob] {
        control
            .acts(phone, json!({ "do": "leave", "group": life.group }))
            .await;
    }
    until_ok("no such group", async || {
        let group = control.group_at_server(&life.group).await;
        if group.is_null() { Ok(()) } else { Err(group) }
    })
    .await;
    let secret = |told: &crate::support::Received| told.body["data"]["content"] == "among us";
    assert!(
        !life
            .guest_told
            .until("anything", |_| true)
            .await
            .iter()
            .any(secret)
    );
}
