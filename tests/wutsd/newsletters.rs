//! Newsletters, which people know as channels.

mod create;
mod events;
mod invite;
mod list;
mod media;
mod message;
mod mute;
mod read;
mod show;
mod subscribe;

use serde_json::{Value, json};

use crate::support::{LOCAL, User, World};

/// A newsletter that nobody has made.
const NOBODYS: &str = "120363400000000000@newsletter";

/// A user with a connected device, and Ada, who has a phone.
pub struct Desk {
    pub world: World,
    pub user: User,
    /// The number of its account.
    pub phone: String,
    pub ada: String,
}

impl Desk {
    pub async fn open() -> Self {
        Self::open_with(&LOCAL).await
    }

    pub async fn open_with(settings: &[(&str, &str)]) -> Self {
        let world = World::start_with(settings).await;
        let (user, phone) = world.paired_user().await;
        let ada = world.control.account("Ada").await;
        Self {
            world,
            user,
            phone,
            ada,
        }
    }

    /// A newsletter of the user, which Ada follows on her phone; its JID.
    pub async fn own(&self) -> String {
        let body = json!({ "name": "Shop news", "description": "What is new" });
        let made = self.user.api.post("/newsletters", body).await.expect(201);
        let jid = made["newsletter"]["id"].as_str().expect("a JID").to_owned();
        let follows = json!({ "phone": self.ada, "role": "subscriber" });
        self.world.control.change_follower(&jid, follows).await;
        jid
    }

    /// The newsletter as the user sees it.
    pub async fn seen(&self, jid: &str) -> Value {
        let path = format!("/newsletters/{jid}");
        self.user.api.get(&path).await.expect(200)["newsletter"].clone()
    }

    /// What an endpoint about a newsletter refuses when it is sent what is `right`: other JIDs, other callers, what
    /// WhatsApp does not do, and a device that is not connected. `failed`: its words for the third.
    async fn refuses(&self, what: &str, right: Value, failed: &str) {
        let api = &self.user.api;
        for (jid, status) in [
            ("nonsense", 400),
            ("5511999999999@s.whatsapp.net", 400),
            ("120363021234567890@g.us", 400),
            (NOBODYS, 404),
        ] {
            let answer = api
                .post(&format!("/newsletters/{jid}/{what}"), right.clone())
                .await;
            assert_eq!(answer.status, status, "{jid}: {}", answer.text);
            match status {
                404 => assert_eq!(answer.text_error(), (404, "newsletter not found")),
                _ => assert_eq!(
                    answer.body["validation"][0]["field"], "jid",
                    "{}",
                    answer.text
                ),
            }
        }
        let path = format!("/newsletters/{}/{what}", self.own().await);
        let nobody = self.world.api.as_user("nobody");
        let answer = nobody.post(&path, right.clone()).await;
        assert_eq!(answer.text_error(), (401, "Invalid token"));
        let fault =
            json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:mex", "code": 500, "times": 1 });
        self.world.control.fault(fault).await;
        let answer = api.post(&path, right.clone()).await;
        assert_eq!(answer.text_error(), (502, failed));
        api.post_nothing("/disconnect").await.expect(200);
        let answer = api.post(&path, right).await;
        let gone = "WhatsApp session is not connected";
        assert_eq!(answer.text_error(), (503, gone));
    }
}
