//! GET /groups/{jid}/requests, POST /groups/{jid}/requests

use reqwest::Method;
use serde_json::{Value, json};

use super::{Groups, statuses};

#[tokio::test]
async fn who_asks_is_listed_and_let_in_or_not() {
    let groups = Groups::start().await;
    let control = &groups.world.control;
    let jid = groups.made(&[&groups.ada]).await;
    let approval = json!({ "join_approval": true });
    let path = format!("/groups/{jid}");
    groups
        .request(Method::PATCH, &path, Some(&approval))
        .await
        .expect(200);
    let path = format!("/groups/{jid}/requests");
    let none = groups.user.api.get(&path).await.expect(200);
    assert_eq!((&none["requests"], &none["count"]), (&json!([]), &json!(0)));
    let link = groups
        .user
        .api
        .get(&format!("/groups/{jid}/invite"))
        .await
        .expect(200);
    let link = link["invite_link"].as_str().expect("a link");
    let code = link.rsplit('/').next().expect("a code");
    let cleo = control.account("Cleo").await;
    for phone in [&groups.bob, &cleo] {
        control
            .acts(phone, json!({ "do": "join", "code": code }))
            .await;
    }
    let listed = groups.user.api.get(&path).await.expect(200);
    assert_eq!(listed["count"], 2);
    let requests = listed["requests"].as_array().expect("requests");
    let of_bob = requests
        .iter()
        .find(|asks| asks["phone_number"] == groups.bob)
        .expect("Bob");
    assert_eq!(of_bob["lid"], control.lid(&groups.bob).await);
    assert_eq!(of_bob["method"], "invite_link");
    assert!(
        of_bob["requested_at"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z'))
    );

    let decide = async |action: &str, people: Value| {
        let body = json!({ "action": action, "participants": people });
        groups.user.api.post(&path, body).await.expect(200)
    };
    let lid = control.lid(&cleo).await;
    let approved = decide("approve", json!([groups.bob, groups.ada])).await;
    assert_eq!(statuses(&approved), ["ok", "refused"]);
    assert_eq!(
        approved["participants"][1]["error"],
        "does not ask to be let in"
    );
    assert_eq!(statuses(&decide("reject", json!([lid])).await), ["ok"]);
    let there = groups.at_server(&jid).await;
    let mut inside = [&groups.phone, &groups.ada, &groups.bob];
    inside.sort();
    assert_eq!(
        (&there["participants"], &there["requests"]),
        (&json!(inside), &json!([]))
    );
}

#[tokio::test]
async fn only_admins_are_told_and_decide() {
    let groups = Groups::start().await;
    let others = groups.of_others().await;
    let path = format!("/groups/{others}/requests");
    let right = json!({ "action": "approve", "participants": [groups.ada] });
    for (method, body) in [(Method::GET, None), (Method::POST, Some(&right))] {
        let answer = groups.request(method, &path, body).await;
        let text = "only an admin of the group can do that";
        assert_eq!(answer.text_error(), (403, text));
    }
    let table = [
        (
            json!({ "participants": [groups.ada] }),
            "action",
            "action is required",
        ),
        (
            json!({ "action": "x", "participants": [groups.ada] }),
            "action",
            "action must be",
        ),
        (
            json!({ "action": "reject" }),
            "participants",
            "participants must name",
        ),
        (
            json!({ "action": "reject", "participants": ["x"] }),
            "participants",
            "participants",
        ),
    ];
    groups.refuses(Method::POST, &path, &table).await;
    let failed = "failed to list group requests";
    groups
        .refuses_as_documented(Method::GET, "/requests", None, failed)
        .await;
}
