//! GET /status/{message_id}/views

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Crowd;
use crate::chats::listen;
use crate::support::receiver::Received;
use crate::support::{LOCAL, Receiver, until_ok};

/// More than WhatsApp tells of one by one: the others come in a list.
const PEOPLE: usize = 12;

impl Crowd {
    async fn views(&self, id: &Value, query: &str) -> Value {
        let id = id.as_str().expect("an id");
        let path = format!("/status/{id}/views{query}");
        let api = self.world.again(&self.user);
        api.get(&path).await.expect(200)
    }

    async fn until_counts(&self, id: &Value, delivered: usize, viewed: usize) -> Value {
        let counts = json!({ "delivered": delivered, "viewed": viewed });
        until_ok("so many have seen it", async || {
            let views = self.views(id, "").await;
            match views["counts"] == counts {
                true => Ok(views),
                false => Err(views["counts"].to_string()),
            }
        })
        .await
    }
}

#[tokio::test]
async fn everybody_who_has_seen_a_status_is_named_and_told_of_once() {
    let mut crowd = Crowd::open_with(PEOPLE, &LOCAL).await;
    let receiver = Receiver::start().await;
    listen(&crowd.user, &receiver, json!(["status.viewed"])).await;
    let posted = crowd.user.api.post_status("We are open").await.expect(200);
    let id = &posted["message_id"];
    crowd.until_counts(id, PEOPLE, 0).await;
    let (looks, does_not) = crowd.contacts.split_at(PEOPLE - 2);
    for phone in looks {
        crowd.world.control.attends(phone, "read", &[id]).await;
        // Twice is once.
        crowd.world.control.attends(phone, "read", &[id]).await;
    }
    let views = crowd.until_counts(id, PEOPLE, looks.len()).await;
    assert_eq!(views["message_id"], *id);
    assert_eq!(views["next"], Value::Null);
    let views = views["views"].as_array().expect("views");
    for phone in &crowd.contacts {
        let pn = format!("{phone}@s.whatsapp.net");
        let view = views.iter().find(|view| view["pn"] == pn);
        let view = view.unwrap_or_else(|| panic!("{phone} is not among {views:?}"));
        assert_eq!(view["lid"], crowd.world.control.lid(phone).await);
        assert!(view["name"].is_string(), "{view}");
        assert!(view["delivered_at"].is_string(), "{view}");
        assert_eq!(
            view["viewed_at"].is_string(),
            looks.contains(phone),
            "{view}"
        );
    }
    let told = receiver.wait_for(looks.len()).await;
    let told: BTreeSet<String> = told
        .iter()
        .map(|one| one.body["data"].clone())
        .inspect(|data| assert_eq!(data["message_id"], *id, "{data}"))
        .map(|data| data["viewer_pn"].as_str().expect("a number").to_owned())
        .collect();
    let expected = looks.iter().map(|phone| format!("{phone}@s.whatsapp.net"));
    assert_eq!(told, expected.collect());

    // Page by page, in one order, also after a restart.
    crowd.world.restart("KILL").await;
    let mut seen = BTreeSet::new();
    let mut query = "?limit=5&viewed=true".to_owned();
    loop {
        let page = crowd.views(id, &query).await;
        for view in page["views"].as_array().expect("views") {
            let pn = view["pn"].as_str().expect("a number");
            assert!(seen.insert(pn.to_owned()), "{pn} twice");
        }
        let Some(next) = page["next"].as_i64() else {
            break;
        };
        query = format!("?limit=5&viewed=true&after={next}");
    }
    assert_eq!(seen.len(), looks.len());
    assert!(
        does_not
            .iter()
            .all(|phone| !seen.contains(&format!("{phone}@s.whatsapp.net")))
    );
    assert_eq!(receiver.all().len(), looks.len(), "told once");
}

#[tokio::test]
async fn whoever_it_did_not_go_to_has_not_seen_it_whatever_they_say() {
    let crowd = Crowd::open_with(2, &LOCAL).await;
    let receiver = Receiver::start().await;
    let events = json!(["status.viewed", "message.read", "message.delivered"]);
    listen(&crowd.user, &receiver, events).await;
    let control = &crowd.world.control;
    let eve = control.account("Eve").await;
    let posted = crowd.user.api.post_status("for friends").await.expect(200);
    let id = &posted["message_id"];
    crowd.until_counts(id, 2, 0).await;
    control.claims_to_have_seen(&eve, &crowd.phone, id).await;
    // What comes after it has been heard tells that it was heard.
    control.attends(&crowd.contacts[0], "read", &[id]).await;
    let views = crowd.until_counts(id, 2, 1).await;
    assert!(!views.to_string().contains(&eve), "{views}");
    let seen = |one: &Received| one.event() == "status.viewed";
    let all = receiver
        .until("it is told", |all| all.iter().any(seen))
        .await;
    let names_eve = |one: &&Received| one.body.to_string().contains(&eve);
    assert_eq!(all.iter().filter(names_eve).count(), 0, "{all:?}");
}

#[tokio::test]
async fn of_what_is_no_status_of_the_caller_nothing_is_shown() {
    let crowd = Crowd::open(1).await;
    let posted = crowd.user.api.post_status("hi").await.expect(200);
    let id = posted["message_id"].as_str().expect("an id");
    let stranger = crowd.world.user().await;
    for (api, path) in [
        (&stranger.api, format!("/status/{id}/views")),
        (&crowd.user.api, "/status/3EB0NOBODY/views".to_owned()),
    ] {
        let answer = api.get(&path).await;
        assert_eq!(answer.object_error(), (404, "not_found", "no such status"));
    }
    for query in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "after=x",
        "viewed=perhaps",
    ] {
        let answer = crowd
            .user
            .api
            .get(&format!("/status/{id}/views?{query}"))
            .await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        let field = query.split('=').next().expect("a name");
        assert!(answer.text.contains(field), "{query}: {}", answer.text);
    }
}
