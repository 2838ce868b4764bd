//! PATCH /groups/{jid}

use reqwest::Method;
use serde_json::{Value, json};

use super::{Groups, statuses};

impl Groups {
    async fn update(&self, jid: &str, body: Value) -> Value {
        let path = format!("/groups/{jid}");
        let updated = self.request(Method::PATCH, &path, Some(&body)).await;
        updated.expect(200)["group"].clone()
    }
}

#[tokio::test]
async fn a_group_is_renamed_described_and_ruled_and_phones_see_it() {
    let groups = Groups::start().await;
    let jid = groups.made(&[&groups.ada]).await;
    let all = json!({
        "name": "Support", "topic": "Ask here ☎", "announcement": true, "locked": true,
        "join_approval": true, "member_add_mode": "admin"
    });
    let group = groups.update(&jid, all).await;
    assert_eq!(
        (&group["name"], &group["topic"]),
        (&json!("Support"), &json!("Ask here ☎"))
    );
    for rule in ["is_announce", "is_locked", "join_approval"] {
        assert_eq!(group[rule], true, "{group}");
    }
    assert_eq!(group["member_add_mode"], "admin");
    assert_eq!(group.get("participants"), None);
    let there = groups.at_server(&jid).await;
    assert_eq!(there["subject"], "Support");
    assert_eq!(there["description"], "Ask here ☎");
    let rules = json!({
        "announcement": true, "locked": true, "admins_add": true, "members_invite": false,
        "approval": true, "ephemeral": 0
    });
    assert_eq!(there["rules"], rules);

    // The description is replaced, whoever wrote it, by either name of the field, and goes.
    for (body, topic) in [
        (json!({ "description": "Two" }), "Two"),
        (json!({ "topic": "Three", "description": "Three" }), "Three"),
        (json!({ "topic": "" }), ""),
    ] {
        assert_eq!(groups.update(&jid, body).await["topic"], topic);
    }
    assert_eq!(groups.at_server(&jid).await["description"], Value::Null);
    let none = json!({
        "announcement": false, "locked": false, "join_approval": false, "member_add_mode": "all"
    });
    let group = groups.update(&jid, none).await;
    for rule in ["is_announce", "is_locked", "join_approval"] {
        assert_eq!(group[rule], false, "{group}");
    }
    assert_eq!(
        (&group["member_add_mode"], &group["name"]),
        (&json!("all"), &json!("Support"))
    );
}

#[tokio::test]
async fn what_was_changed_before_a_refusal_is_told() {
    let groups = Groups::start().await;
    // Everybody names an unlocked group, and only its admins rule it.
    let jid = groups.of_others().await;
    let body =
        json!({ "name": "Mine", "topic": "All of us", "locked": true, "announcement": true });
    let path = format!("/groups/{jid}");
    let answer = groups.request(Method::PATCH, &path, Some(&body)).await;
    let text = "only an admin of the group can do that: changed: name, topic; not changed: locked; not tried: announcement";
    assert_eq!(answer.text_error(), (403, text));
    let there = groups.at_server(&jid).await;
    assert_eq!(
        (&there["subject"], &there["description"]),
        (&json!("Mine"), &json!("All of us"))
    );
    assert_eq!(there["rules"]["announcement"], false);
    let body = json!({ "announcement": true });
    let answer = groups.request(Method::PATCH, &path, Some(&body)).await;
    assert_eq!(
        answer.text_error(),
        (403, "only an admin of the group can do that")
    );
}

#[tokio::test]
async fn what_groups_cannot_be_is_refused_with_the_field() {
    let groups = Groups::start().await;
    let jid = groups.made(&[&groups.ada]).await;
    let table = [
        (json!({}), "name", "name, topic, "),
        (json!({ "name": "" }), "name", "name, topic, "),
        (json!({ "name": "  " }), "name", "name cannot be empty"),
        (
            json!({ "name": "x".repeat(101) }),
            "name",
            "name must not be longer than 100",
        ),
        (
            json!({ "topic": "x".repeat(2049) }),
            "topic",
            "topic must not be longer than 2048",
        ),
        (
            json!({ "description": "x".repeat(2049) }),
            "description",
            "description must not be",
        ),
        (
            json!({ "topic": "one", "description": "two" }),
            "description",
            "description and topic",
        ),
        (
            json!({ "announcement": "yes" }),
            "announcement",
            "announcement must be",
        ),
        (
            json!({ "member_add_mode": "nobody" }),
            "member_add_mode",
            "member_add_mode must be",
        ),
    ];
    groups
        .refuses(Method::PATCH, &format!("/groups/{jid}"), &table)
        .await;
    assert_eq!(groups.at_server(&jid).await["subject"], "Sales");
    let right = json!({ "name": "x" });
    groups
        .refuses_as_documented(Method::PATCH, "", Some(&right), "failed to update group")
        .await;
}

#[tokio::test]
async fn an_at_sign_is_a_letter_like_any_other() {
    let groups = Groups::start().await;
    let api = &groups.user.api;
    let body = json!({ "name": "Team @ HQ", "participants": [groups.ada] });
    let made = api.post("/groups", body).await.expect(201);
    assert_eq!(made.get("not_set"), None, "{made}");
    assert_eq!(statuses(&made), ["ok"]);
    let jid = made["group"]["jid"].as_str().expect("a JID");
    assert_eq!(groups.at_server(jid).await["subject"], "Team @ HQ");
    for (name, topic) in [
        ("Ada@Home", "info@acme.com"),
        ("@g.us", "@lid"),
        ("1@s.whatsapp.net", "@"),
    ] {
        let change = json!({ "name": name, "topic": topic });
        let group = groups.update(jid, change).await;
        // The simulator has no way to write an @ into a name.
        let shown = name.replace('@', "\u{ff20}");
        assert_eq!(
            (&group["name"], &group["topic"]),
            (&json!(shown), &json!(topic))
        );
        let there = groups.at_server(jid).await;
        assert_eq!(
            (&there["subject"], &there["description"]),
            (&json!(name), &json!(topic))
        );
    }
    let body = json!({ "name": "Town @ home", "description": "mail info@acme.com" });
    let made = api.post("/communities", body).await.expect(201);
    let community = &made["community"];
    assert_eq!(community["topic"], "mail info@acme.com", "{made}");
    let there = groups.at_server(community["jid"].as_str().expect("a JID"));
    assert_eq!(there.await["subject"], "Town @ home");
    let body = json!({ "code": "a@b", "group_jid": jid, "inviter_jid": groups.ada, "expiration": 4_000_000_000_u32 });
    let refused = api.post("/groups/join", body).await.expect(400);
    assert_eq!(refused["validation"][0]["field"], "code");
    let body = json!({ "chat_jid": groups.ada });
    let refused = api.post("/messages/a@b/read", body).await.expect(400);
    assert_eq!(refused["validation"][0]["field"], "message_ids");
    assert_eq!(groups.user.status().await["connected"], true);
}

#[tokio::test]
async fn what_ends_without_a_word_may_have_happened_and_says_so() {
    let settings = [("WHATSAPP__QUERY_TIMEOUT", "1")];
    let groups = Groups::start_with(&settings).await;
    let jid = groups.made(&[&groups.ada]).await;
    let fault = json!({ "jid": "*", "fault": "iq_silence", "xmlns": "w:g2", "times": 1 });
    groups.world.control.fault(fault).await;
    let path = format!("/groups/{jid}");
    let body = json!({ "locked": true });
    let answer = groups.request(Method::PATCH, &path, Some(&body)).await;
    assert_eq!(answer.status, 504, "{}", answer.text);
    let said = answer.body["error"].as_str().expect("words");
    assert!(said.ends_with("perhaps changed: locked"), "{said}");
    let fault = json!({ "jid": "*", "fault": "iq_silence", "xmlns": "w:g2", "times": 1 });
    groups.world.control.fault(fault).await;
    let answer = groups
        .user
        .api
        .post(
            "/groups",
            json!({ "name": "Perhaps", "participants": [groups.ada] }),
        )
        .await;
    assert_eq!(answer.status, 504, "{}", answer.text);
    let said = answer.body["error"].as_str().expect("words");
    assert!(
        said.ends_with("it may have happened all the same"),
        "{said}"
    );
}
