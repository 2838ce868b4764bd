//! Communities: made, shown, with people and groups that come and go.

mod create;
mod links;
mod participants;
mod show;

use serde_json::{Value, json};

use crate::support::{Answer, User, World};

/// A user with a connected device, and its community, in which Ada is.
pub struct Town {
    pub world: World,
    pub user: User,
    /// The number of its account.
    pub phone: String,
    pub ada: String,
    /// As the answer to its creation shows it.
    pub community: Value,
}

impl Town {
    pub async fn start() -> Self {
        let world = World::start().await;
        let (user, phone) = world.paired_user().await;
        let ada = world.control.account("Ada").await;
        let body = json!({ "name": "Our town", "participants": [ada] });
        let made = user.api.post("/communities", body).await.expect(201);
        assert_eq!(made["refused"], 0, "{made}");
        Self {
            world,
            user,
            phone,
            ada,
            community: made["community"].clone(),
        }
    }

    /// Of the community, or of one of its groups: `jid`, `announcement_jid`, `general_jid`.
    pub fn jid(&self, of: &str) -> String {
        self.community[of].as_str().expect("a JID").to_owned()
    }

    /// An endpoint about it.
    pub fn path(&self, what: &str) -> String {
        format!("/communities/{}/{what}", self.jid("jid"))
    }

    /// What the server has of a group; null where there is none.
    pub async fn on_server(&self, jid: &str) -> Value {
        let mut groups = self.world.control.groups().await.into_iter();
        groups.find(|group| group["jid"] == jid).unwrap_or_default()
    }

    /// Whether somebody is in a group, and leads it.
    pub async fn stands(&self, jid: &str, phone: &str) -> (bool, bool) {
        let group = self.on_server(jid).await;
        let on = |list: &str| {
            let list = group[list].as_array().expect("a list");
            list.iter().any(|one| one == phone)
        };
        (on("participants"), on("admins"))
    }

    /// The same of the community and its announcement group, which has to be the same.
    pub async fn belongs(&self, phone: &str) -> (bool, bool) {
        let stands = self.stands(&self.jid("jid"), phone).await;
        let announcements = self.jid("announcement_jid");
        assert_eq!(self.stands(&announcements, phone).await, stands);
        stands
    }

    pub async fn lid(&self, phone: &str) -> String {
        format!(
            "{}@lid",
            self.world.control.lid(phone).await.trim_end_matches("@lid")
        )
    }

    /// Somebody of a community writes into one of its groups, and it arrives at this number's phone.
    pub async fn announces(&self, group: &str, to: &str) {
        let body = json!({ "number": group, "text": "Good morning" });
        let sent = self.user.api.post("/send/text", body).await.expect(200);
        let message = self.world.control.wait_for_message(to, &sent["message_id"]);
        assert_eq!(message.await["text"], "Good morning");
    }
}

/// What became of one person, in an answer.
pub fn outcome<'a>(answer: &'a Value, phone: &str) -> &'a Value {
    let people = answer["participants"].as_array().expect("participants");
    let one = people.iter().find(|one| one["phone_number"] == phone);
    one.unwrap_or_else(|| panic!("nothing about {phone}: {answer}"))
}

/// The answer blames this field.
pub fn blames(answer: &Answer, field: &str) {
    assert_eq!(answer.status, 400, "{}", answer.text);
    let blamed = &answer.body["validation"][0]["field"];
    assert_eq!(blamed, field, "{}", answer.text);
}
