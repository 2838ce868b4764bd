//! POST /communities/{jid}/groups, DELETE /communities/{jid}/groups

use reqwest::Method;
use serde_json::{Value, json};

use super::{Town, blames};
use crate::support::Answer;

impl Town {
    async fn link(&self, method: Method, body: Value) -> Answer {
        let path = self.path("groups");
        self.user.api.request(method, &path, Some(body)).await
    }

    /// The community that a group belongs to.
    async fn parent(&self, group: &str) -> Value {
        self.on_server(group).await["community"].clone()
    }
}

#[tokio::test]
async fn a_group_comes_with_its_people_and_goes() {
    let town = Town::start().await;
    let ben = town.world.control.account("Ben").await;
    let group = town
        .world
        .control
        .group(&[&town.phone, &town.ada, &ben])
        .await;
    let one = json!({ "group_jid": group });
    let linked = town.link(Method::POST, one.clone()).await.expect(200);
    let expected = json!({
        "success": true,
        "jid": town.jid("jid"),
        "action": "link",
        "groups": [{ "group_jid": group, "status": "ok" }],
        "refused": 0
    });
    assert_eq!(linked, expected);
    assert_eq!(town.parent(&group).await, town.community["jid"]);
    assert_eq!(town.belongs(&ben).await, (true, false));
    town.announces(&town.jid("announcement_jid"), &ben).await;

    let again = town.link(Method::POST, one.clone()).await;
    let belongs = (409, "the group belongs to a community already");
    assert_eq!(again.text_error(), belongs);
    let unlinked = town.link(Method::DELETE, one.clone()).await.expect(200);
    assert_eq!(unlinked["action"], "unlink");
    assert_eq!(town.parent(&group).await, Value::Null);
    assert_eq!(town.belongs(&ben).await, (true, false));
    let again = town.link(Method::DELETE, one).await;
    let not_linked = (404, "the group does not belong to this community");
    assert_eq!(again.text_error(), not_linked);

    // Those who were in it alone can be sent away with it.
    let several = json!({ "group_jids": [group], "remove_orphaned_members": true });
    town.link(Method::POST, several.clone()).await.expect(200);
    town.link(Method::DELETE, several).await.expect(200);
    assert_eq!(town.belongs(&ben).await, (false, false));
}

#[tokio::test]
async fn each_of_several_is_answered_for_and_one_alone_is_refused() {
    let town = Town::start().await;
    let control = &town.world.control;
    let fine = control.group(&[&town.phone]).await;
    let adas = control.group(&[&town.ada, &town.phone]).await;
    let nobodys = "120363000000000000@g.us".to_owned();
    let other = json!({ "name": "Another town" });
    let other = town.user.api.post("/communities", other).await.expect(201);
    let other = other["community"]["jid"]
        .as_str()
        .expect("a JID")
        .to_owned();
    let (general, announcements) = (town.jid("general_jid"), town.jid("announcement_jid"));
    let wrong = [
        (&adas, 401, (403, "this account is no admin of the group")),
        (&nobodys, 404, (404, "group not found")),
        (
            &general,
            409,
            (409, "the group belongs to a community already"),
        ),
        (&other, 400, (409, "the group is itself a community")),
    ];
    for (group, _, refusal) in &wrong {
        let answer = town.link(Method::POST, json!({ "group_jid": group })).await;
        assert_eq!(answer.text_error(), *refusal, "{group}");
    }
    let mut all: Vec<&String> = wrong.iter().map(|(group, ..)| *group).collect();
    all.push(&fine);
    let answer = town
        .link(Method::POST, json!({ "group_jids": all }))
        .await
        .expect(200);
    assert_eq!(answer["refused"], wrong.len());
    for (at, (group, code, (_, error))) in wrong.iter().enumerate() {
        let told = json!({ "group_jid": group, "status": "refused", "code": code, "error": error });
        assert_eq!(answer["groups"][at], told);
    }
    assert_eq!(answer["groups"][wrong.len()]["status"], "ok");
    assert_eq!(town.parent(&fine).await, town.community["jid"]);
    assert_eq!(town.parent(&adas).await, Value::Null);

    let fixed = "the group comes with the community, and stays in it";
    for group in [&general, &announcements] {
        let answer = town
            .link(Method::DELETE, json!({ "group_jid": group }))
            .await;
        assert_eq!(answer.text_error(), (409, fixed));
    }
    let several = json!({ "group_jids": [adas, fine] });
    let answer = town.link(Method::DELETE, several).await.expect(200);
    assert_eq!(
        (&answer["refused"], &answer["groups"][0]["code"]),
        (&json!(1), &json!(404))
    );
    assert_eq!(town.parent(&fine).await, Value::Null);
}

#[tokio::test]
async fn in_a_community_of_others_and_in_a_group_nothing_is_linked() {
    let town = Town::start().await;
    let control = &town.world.control;
    let group = control.group(&[&town.phone]).await;
    let led_by_ada = control.community(&[&town.ada, &town.phone]).await;
    let others = control.community(&[&town.ada]).await;
    let alone = control.group(&[&town.phone]).await;
    let jid = |community: &Value| community["jid"].as_str().expect("a JID").to_owned();
    for (community, expected) in [
        (
            jid(&led_by_ada),
            (403, "only an admin of the community can do that"),
        ),
        (jid(&others), (404, "community not found")),
        (alone, (400, "jid is of a group that is no community")),
    ] {
        let path = format!("/communities/{community}/groups");
        for method in [Method::POST, Method::DELETE] {
            let body = json!({ "group_jid": group });
            let answer = town.user.api.request(method, &path, Some(body)).await;
            assert_eq!(answer.text_error(), expected, "{community}");
        }
    }
    assert_eq!(town.parent(&group).await, Value::Null);
}

#[tokio::test]
async fn nonsense_is_refused_and_so_is_what_whatsapp_refuses() {
    let town = Town::start().await;
    let group = "120363000000000000@g.us";
    let too_many = (0..101).map(|number| format!("1203630000000{number:05}@g.us"));
    let too_many: Vec<String> = too_many.collect();
    for (body, field) in [
        (json!({}), "group_jid"),
        (json!({ "group_jid": "nonsense" }), "group_jid"),
        (json!({ "group_jid": town.jid("jid") }), "group_jid"),
        (
            json!({ "group_jid": group, "group_jids": [group] }),
            "group_jids",
        ),
        (json!({ "group_jids": [] }), "group_jids"),
        (json!({ "group_jids": [group, group] }), "group_jids"),
        (json!({ "group_jids": too_many }), "group_jids"),
    ] {
        for method in [Method::POST, Method::DELETE] {
            blames(&town.link(method, body.clone()).await, field);
        }
    }
    let right = json!({ "group_jid": group });
    for (method, failed) in [
        (Method::POST, "failed to link group"),
        (Method::DELETE, "failed to unlink group"),
    ] {
        let refused =
            json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:g2", "code": 500, "times": 1 });
        town.world.control.fault(refused).await;
        let answer = town.link(method, right.clone()).await;
        assert_eq!(answer.text_error(), (502, failed));
    }
    town.user.api.post_nothing("/disconnect").await.expect(200);
    for method in [Method::POST, Method::DELETE] {
        let answer = town.link(method, right.clone()).await;
        assert_eq!(
            answer.text_error(),
            (503, "WhatsApp session is not connected")
        );
    }
}
