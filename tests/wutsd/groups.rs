//! Groups: made, shaped, joined and left.

mod create;
mod ephemeral;
mod invite;
mod join;
mod leave;
mod life;
mod list;
mod participants;
mod picture;
mod requests;
mod show;
mod update;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, User, World};

/// Where no group is.
const NOWHERE: &str = "120363000000000000@g.us";

/// A user with a connected device, and two people with nothing but a phone.
pub struct Groups {
    pub world: World,
    pub user: User,
    /// The number of its account.
    pub phone: String,
    pub ada: String,
    pub bob: String,
}

impl Groups {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        let world = World::start_with(settings).await;
        let (user, phone) = world.paired_user().await;
        let ada = world.control.account("Ada").await;
        let bob = world.control.account("Bob").await;
        Self {
            world,
            user,
            phone,
            ada,
            bob,
        }
    }

    /// Makes a group with these people through the API; its JID.
    pub async fn made(&self, people: &[&String]) -> String {
        let body = json!({ "name": "Sales", "participants": people });
        let made = self.user.api.post("/groups", body).await.expect(201);
        made["group"]["jid"].as_str().expect("a JID").to_owned()
    }

    /// A group of others in which the account is, too.
    pub async fn of_others(&self) -> String {
        let control = &self.world.control;
        control.group(&[&self.ada, &self.bob, &self.phone]).await
    }

    /// The same of which only its admins change what it shows; the account is none.
    pub async fn locked_by_others(&self) -> String {
        let jid = self.of_others().await;
        let act = |what: &str| json!({ "do": what, "group": jid, "people": [self.phone] });
        let control = &self.world.control;
        control.acts(&self.ada, act("promote")).await;
        let lock = json!({ "locked": true });
        let path = format!("/groups/{jid}");
        self.request(Method::PATCH, &path, Some(&lock))
            .await
            .expect(200);
        control.acts(&self.ada, act("demote")).await;
        jid
    }

    /// A group of the older kind, which the account leads.
    pub async fn by_number(&self) -> String {
        let control = &self.world.control;
        control.group_by_number(&[&self.phone, &self.ada]).await
    }

    pub async fn at_server(&self, jid: &str) -> Value {
        self.world.control.group_at_server(jid).await
    }

    /// Nobody but contacts may add somebody to groups: the account is none.
    pub async fn hide(&self, phone: &str) {
        let rule = json!({ "name": "groupadd", "value": "contacts" });
        self.world.control.change_privacy(phone, rule).await;
    }

    pub async fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.user.api.request(method, path, body.cloned()).await
    }

    /// What all endpoints about one group refuse. `right`: a body that they take; `failed`: the text of what WhatsApp refuses.
    pub async fn refuses_as_documented(
        &self,
        method: Method,
        what: &str,
        right: Option<&Value>,
        failed: &str,
    ) {
        let ask = async |jid: &str| {
            let path = format!("/groups/{jid}{what}");
            self.request(method.clone(), &path, right).await
        };
        let others = self.world.control.group(&[&self.ada, &self.bob]).await;
        for jid in [NOWHERE, &others] {
            assert_eq!(
                ask(jid).await.text_error(),
                (404, "group not found"),
                "{jid}"
            );
        }
        for jid in ["nonsense", "5511999999999", "120363021234567890@newsletter"] {
            let answer = ask(jid).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
            assert_eq!(
                answer.body["validation"][0]["field"], "jid",
                "{}",
                answer.text
            );
        }
        let own = self.world.control.group(&[&self.phone, &self.ada]).await;
        for xmlns in ["w:g2", "w:profile:picture"] {
            let fault = json!({ "jid": "*", "fault": "iq_error", "xmlns": xmlns, "code": 500 });
            self.world.control.fault(fault).await;
        }
        let answer = ask(&own).await;
        let (status, text) = answer.text_error();
        assert_eq!(status, 502, "{}", answer.text);
        assert!(text.starts_with(failed), "{text}");
        self.world.control.clear_faults().await;
        let path = format!("/groups/{own}{what}");
        let nobody = self.world.api.as_user("nobody");
        let answer = nobody.request(method.clone(), &path, right.cloned()).await;
        assert_eq!(answer.text_error(), (401, "Invalid token"));
        self.user.api.post_nothing("/disconnect").await.expect(200);
        let answer = ask(&own).await;
        assert_eq!(
            answer.text_error(),
            (503, "WhatsApp session is not connected")
        );
    }

    /// Bodies that are refused, each with the field at fault and the beginning of what is said of it.
    pub async fn refuses(&self, method: Method, path: &str, wrong: &[(Value, &str, &str)]) {
        for (body, field, said) in wrong {
            let answer = self.request(method.clone(), path, Some(body)).await;
            assert_eq!(answer.status, 400, "{body}: {}", answer.text);
            let invalid = &answer.body["validation"][0];
            assert_eq!(invalid["field"], *field, "{body}: {}", answer.text);
            let message = invalid["message"].as_str().expect("a text");
            assert!(message.starts_with(said), "{body}: {message}");
        }
    }
}

/// The outcome of each person, in order.
pub fn statuses(answer: &Value) -> Vec<&str> {
    let people = answer["participants"].as_array().expect("people").iter();
    people
        .map(|person| person["status"].as_str().expect("a status"))
        .collect()
}

/// The numbers of the people of a group that is shown.
pub fn phones(group: &Value) -> Vec<&str> {
    let people = group["participants"].as_array().expect("people").iter();
    let mut phones: Vec<&str> = people
        .map(|person| person["phone_number"].as_str().expect("a number"))
        .collect();
    phones.sort_unstable();
    phones
}

/// In the order in which [`phones`] has them.
pub fn sorted<'a>(phones: &[&'a String]) -> Vec<&'a str> {
    let mut sorted: Vec<&str> = phones.iter().map(|phone| phone.as_str()).collect();
    sorted.sort_unstable();
    sorted
}
