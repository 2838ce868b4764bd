//! POST /communities/{jid}/participants, DELETE /communities/{jid}/participants

use reqwest::Method;
use serde_json::{Value, json};

use super::{Town, blames, outcome};

impl Town {
    /// What is answered when something is done with people.
    async fn people(&self, method: Method, body: Value) -> crate::support::Answer {
        let path = self.path("participants");
        self.user.api.request(method, &path, Some(body)).await
    }
}

#[tokio::test]
async fn people_come_lead_and_go_and_nobody_is_said_to_who_does_not() {
    let town = Town::start().await;
    let control = &town.world.control;
    let (ben, shy) = (control.account("Ben").await, control.account("Cleo").await);
    let nobody = json!({ "name": "groupadd", "value": "none" });
    control.change_privacy(&shy, nobody).await;
    let ben_lid = town.lid(&ben).await;
    let people = json!([ben_lid, town.ada, shy, "19995550000"]);
    let added = town
        .people(Method::POST, json!({ "participants": people }))
        .await
        .expect(200);
    assert_eq!(
        (&added["jid"], &added["action"]),
        (&json!(town.jid("jid")), &json!("add"))
    );
    let told = outcome(&added, &ben);
    assert_eq!(
        (&told["status"], &told["lid"]),
        (&json!("ok"), &json!(ben_lid))
    );
    for (person, code) in [
        (&town.ada, 409),
        (&shy, 403),
        (&"19995550000".to_owned(), 404),
    ] {
        let told = outcome(&added, person);
        let expected = (&json!("refused"), &json!(code));
        assert_eq!((&told["status"], &told["code"]), expected, "{added}");
        assert!(told["error"].is_string(), "{added}");
    }
    assert_eq!(added["refused"], 3);
    assert_eq!(town.belongs(&ben).await, (true, false));
    assert_eq!(town.belongs(&shy).await, (false, false));
    town.announces(&town.jid("announcement_jid"), &ben).await;

    let promote = json!({ "participants": [ben, shy], "action": "promote" });
    let led = town.people(Method::POST, promote).await.expect(200);
    assert_eq!(led["action"], "promote");
    assert_eq!(outcome(&led, &ben)["status"], "ok");
    assert_eq!(outcome(&led, &shy)["code"], 404);
    assert_eq!(town.belongs(&ben).await, (true, true));
    let demote = json!({ "participants": [ben], "action": "demote" });
    for method in [Method::POST, Method::DELETE] {
        let done = town.people(method, demote.clone()).await.expect(200);
        assert_eq!(done["action"], "demote");
        assert_eq!(town.belongs(&ben).await, (true, false));
    }

    // He goes from every group of the community.
    let group = control.group(&[&town.phone, &ben]).await;
    let link = json!({ "link": [group] });
    control.change_community(&town.jid("jid"), link).await;
    let gone = json!({ "participants": [format!("{ben}@s.whatsapp.net"), shy] });
    let gone = town.people(Method::DELETE, gone).await.expect(200);
    assert_eq!(gone["action"], "remove");
    assert_eq!(outcome(&gone, &ben)["status"], "ok");
    assert_eq!(outcome(&gone, &shy)["code"], 404);
    assert_eq!(town.belongs(&ben).await, (false, false));
    assert_eq!(town.stands(&group, &ben).await, (false, false));
}

#[tokio::test]
async fn in_a_community_of_others_nothing_is_done() {
    let town = Town::start().await;
    let control = &town.world.control;
    let (ada, ben) = (&town.ada, control.account("Ben").await);
    let led_by_ada = control.community(&[ada, &town.phone, &ben]).await;
    let others = control.community(&[ada]).await;
    let group = control.group(&[&town.phone, &ben]).await;
    let jid = |community: &Value| community["jid"].as_str().expect("a JID").to_owned();
    let not_admin = "only an admin of the community can do that";
    let nothing = "community not found";
    let cleo = control.account("Cleo").await;
    for (community, expected) in [
        (jid(&led_by_ada), (403, not_admin)),
        (jid(&others), (404, nothing)),
        ("120363000000000000@g.us".to_owned(), (404, nothing)),
        (group, (400, "jid is of a group that is no community")),
    ] {
        let path = format!("/communities/{community}/participants");
        for (method, person, action) in [
            (Method::POST, &ben, "promote"),
            (Method::POST, &ben, "demote"),
            (Method::DELETE, &ben, "remove"),
        ] {
            let body = json!({ "participants": [person], "action": action });
            let answer = town.user.api.request(method, &path, Some(body)).await;
            assert_eq!(answer.text_error(), expected, "{action} in {community}");
        }
    }
    // Who may not add anybody does not seem to have.
    let path = format!("/communities/{}/participants", jid(&led_by_ada));
    let body = json!({ "participants": [cleo] });
    let answer = town.user.api.post(&path, body).await;
    let is_in = town.stands(&jid(&led_by_ada), &cleo).await.0;
    assert_eq!(answer.status == 200, is_in, "{}", answer.text);
    assert_eq!(town.stands(&jid(&led_by_ada), &ben).await, (true, false));
}

#[tokio::test]
async fn nonsense_is_refused_and_so_is_what_whatsapp_refuses() {
    let town = Town::start().await;
    let ada_lid = town.lid(&town.ada).await;
    for (body, field) in [
        (json!({}), "participants"),
        (json!({ "participants": [] }), "participants"),
        (json!({ "participants": ["nonsense"] }), "participants"),
        (
            json!({ "participants": [town.ada, ada_lid] }),
            "participants",
        ),
        (json!({ "participants": [town.phone] }), "participants"),
        (
            json!({ "participants": vec!["15550001000"; 1024] }),
            "participants",
        ),
        (
            json!({ "participants": [town.ada], "action": "greet" }),
            "action",
        ),
    ] {
        for method in [Method::POST, Method::DELETE] {
            blames(&town.people(method, body.clone()).await, field);
        }
    }
    let add = json!({ "participants": [town.ada], "action": "add" });
    blames(&town.people(Method::DELETE, add).await, "action");
    assert_eq!(town.belongs(&town.ada).await, (true, false));
    let right = json!({ "participants": [town.ada] });
    let refused =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:mex", "code": 500, "times": 1 });
    town.world.control.fault(refused).await;
    let answer = town.people(Method::POST, right.clone()).await;
    assert_eq!(
        answer.text_error(),
        (502, "failed to update community participants")
    );
    town.user.api.post_nothing("/disconnect").await.expect(200);
    for method in [Method::POST, Method::DELETE] {
        let answer = town.people(method, right.clone()).await;
        assert_eq!(
            answer.text_error(),
            (503, "WhatsApp session is not connected")
        );
    }
}
