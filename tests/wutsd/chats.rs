//! What is done with whole chats.

mod archive;
mod disappearing;
mod list;
mod mute;
mod pin;
mod typing;

use serde_json::{Value, json};

use crate::support::{LOCAL, Receiver, User, World, until_ok};

/// Two people with a device each, and what the second one's is told.
pub struct Two {
    pub world: World,
    pub user: User,
    /// The number of its account.
    pub phone: String,
    pub ada: User,
    pub ada_phone: String,
    pub told: Receiver,
}

impl Two {
    /// `events`: of which the second one's webhook is told.
    pub async fn start(events: Value) -> Self {
        let world = World::start_with(&LOCAL).await;
        let (user, phone) = world.paired_user().await;
        let (ada, ada_phone) = world.paired_user().await;
        let told = Receiver::start().await;
        listen(&ada, &told, events).await;
        Self {
            world,
            user,
            phone,
            ada,
            ada_phone,
            told,
        }
    }

    /// The first one's chat with the second.
    pub fn chat(&self) -> String {
        format!("{}@s.whatsapp.net", self.ada_phone)
    }
}

/// Lets these events of the user's device go to the receiver.
pub async fn listen(user: &User, receiver: &Receiver, events: Value) {
    let body = json!({ "webhook_url": receiver.url(), "enabled_events": events });
    user.api.post("/webhook", body).await.expect(200);
}

/// Waits until the receiver is told of this event with such data, so often.
pub async fn wait_for(
    receiver: &Receiver,
    event: &str,
    count: usize,
    fits: impl Fn(&Value) -> bool,
) {
    let fact = |all: &[crate::support::Received]| {
        let all = all.iter().filter(|one| one.event() == event);
        all.filter(|one| fits(&one.body["data"])).count() >= count
    };
    receiver.until(event, fact).await;
}

/// A user with a connected device, and Ada, who is in the address book.
pub struct Chats {
    pub world: World,
    pub user: User,
    /// The number of its account.
    pub phone: String,
    pub ada: String,
}

impl Chats {
    pub async fn start() -> Self {
        let world = World::start().await;
        let user = world.user().await;
        let phone = world.control.account("Owner").await;
        let ada = world.control.contact_of(&phone, "Ada Lovelace").await;
        world.pair(&user, &phone).await;
        Self {
            world,
            user,
            phone,
            ada,
        }
    }

    /// The chat with Ada.
    pub fn chat(&self) -> String {
        format!("{}@s.whatsapp.net", self.ada)
    }

    /// An endpoint about it.
    pub fn path(&self, what: &str) -> String {
        format!("/chats/{}/{what}", self.chat())
    }

    /// What an endpoint about it answers: by which names the chat goes, and this.
    pub async fn answer(&self, mut fields: Value) -> Value {
        fields["success"] = json!(true);
        fields["chat_jid"] = json!(self.chat());
        fields["chat_pn"] = json!(self.chat());
        fields["chat_lid"] = json!(self.world.control.lid(&self.ada).await);
        fields
    }

    pub async fn list(&self) -> Vec<Value> {
        let list = self.user.api.get("/chats").await.expect(200);
        let chats = list["chats"].as_array().expect("chats").clone();
        assert_eq!(list["count"], chats.len());
        chats
    }

    /// How a chat is listed; null where it is not.
    pub async fn listed(&self, jid: &str) -> Value {
        let mut chats = self.list().await.into_iter();
        let chat = chats.find(|chat| chat["jid"] == jid);
        chat.unwrap_or_default()
    }

    /// Waits until a chat is listed so.
    pub async fn wait_until(&self, jid: &str, fact: impl Fn(&Value) -> bool) -> Value {
        until_ok("such a chat", async || {
            let listed = self.listed(jid).await;
            let right = listed.is_object() && fact(&listed);
            if right { Ok(listed) } else { Err(listed) }
        })
        .await
    }

    /// Waits until a chat is not listed any more.
    pub async fn wait_until_gone(&self, jid: &str) {
        until_ok("no such chat", async || {
            let listed = self.listed(jid).await;
            if listed.is_null() {
                Ok(())
            } else {
                Err(listed)
            }
        })
        .await;
    }

    /// How the chat with Ada stands on the phone.
    pub async fn on_phone(&self) -> Value {
        self.world.control.chat(&self.phone, &self.chat()).await
    }

    /// The phone's owner does something with a chat.
    pub async fn on_the_phone(&self, change: Value) {
        self.world.control.change_chat(&self.phone, change).await;
    }

    /// Sends somebody a text; its id.
    pub async fn say(&self, to: &str, text: &str) -> Value {
        let body = json!({ "number": to, "text": text });
        self.user.api.post("/send/text", body).await.expect(200)["message_id"].clone()
    }

    /// The daemon ends without a word and starts again.
    pub async fn restart(&mut self) {
        self.world.restart("KILL").await;
        self.user.api = self.world.again(&self.user);
        self.user.api.wait_for_phase("connected").await;
    }
}

/// What an endpoint about a chat refuses: `wrong`, as bodies with the field at fault, and what WhatsApp does not take.
async fn refuses(what: &str, right: Value, wrong: &[(Value, &str)], failed: &str) {
    let chats = Chats::start().await;
    let (api, path) = (&chats.user.api, chats.path(what));
    for (body, field) in wrong {
        let answer = api.post(&path, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        assert_eq!(
            answer.body["validation"][0]["field"], *field,
            "{}",
            answer.text
        );
    }
    for nobody in ["nonsense", "19995550000"] {
        let answer = api
            .post(&format!("/chats/{nobody}/{what}"), right.clone())
            .await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert_eq!(
            answer.body["validation"][0]["field"], "jid",
            "{}",
            answer.text
        );
    }
    let others = chats.world.control.group(&[&chats.ada]).await;
    let answer = api
        .post(&format!("/chats/{others}/{what}"), right.clone())
        .await;
    assert_eq!(answer.text_error(), (404, "group not found"));
    let refused = json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:sync:app:state", "code": 500, "times": 1 });
    chats.world.control.fault(refused).await;
    let answer = api.post(&path, right.clone()).await;
    assert_eq!(answer.text_error(), (502, failed));
    assert!(chats.on_phone().await.is_null());
    let nobody = chats.world.api.as_user("nobody");
    let answer = nobody.post(&path, right.clone()).await;
    assert_eq!(answer.text_error(), (401, "Invalid token"));
    api.post_nothing("/disconnect").await.expect(200);
    let answer = api.post(&path, right).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
