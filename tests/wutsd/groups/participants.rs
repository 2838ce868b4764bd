//! POST /groups/{jid}/participants, DELETE /groups/{jid}/participants

use reqwest::Method;
use serde_json::{Value, json};

use super::{Groups, statuses};

/// The code of each person, 0 for none.
fn codes(answer: &Value) -> Vec<u64> {
    let people = answer["participants"].as_array().expect("people").iter();
    people
        .map(|person| person["code"].as_u64().unwrap_or(0))
        .collect()
}

impl Groups {
    async fn change(&self, method: Method, jid: &str, body: Value) -> Value {
        let path = format!("/groups/{jid}/participants");
        self.request(method, &path, Some(&body)).await.expect(200)
    }

    /// The account leads the group, and so do these.
    async fn led_by(&self, jid: &str, others: &[&String]) {
        let admins = self.at_server(jid).await["admins"].clone();
        let mut expected: Vec<&String> = others.to_vec();
        expected.push(&self.phone);
        expected.sort();
        assert_eq!(admins, json!(expected));
    }
}

#[tokio::test]
async fn people_are_added_promoted_demoted_and_removed_by_any_name_and_each_is_answered_for() {
    let groups = Groups::start().await;
    let control = &groups.world.control;
    let cleo = control.account("Cleo").await;
    for jid in [groups.made(&[&groups.ada]).await, groups.by_number().await] {
        let lid = control.lid(&groups.bob).await;
        let cleo_jid = format!("{cleo}@s.whatsapp.net");
        let body = json!({ "participants": [groups.ada, lid, cleo_jid, "19995550000"] });
        let added = groups.change(Method::POST, &jid, body).await;
        assert_eq!(statuses(&added), ["refused", "ok", "ok", "refused"]);
        assert_eq!(
            (codes(&added), &added["refused"]),
            (vec![409, 0, 0, 404], &json!(2))
        );
        assert_eq!(added["participants"][0]["error"], "is in the group already");
        assert_eq!(added["participants"][3]["error"], "is not on WhatsApp");
        let (bob, who) = (&added["participants"][1], &groups.bob);
        assert_eq!(
            (&bob["phone_number"], &bob["lid"]),
            (&json!(who), &json!(lid))
        );
        let promote = json!({ "participants": [groups.ada, groups.bob], "action": "promote" });
        let promoted = groups.change(Method::POST, &jid, promote).await;
        assert_eq!(statuses(&promoted), ["ok", "ok"]);
        groups.led_by(&jid, &[&groups.ada, &groups.bob]).await;
        let demote = json!({ "participants": [lid, "19995550000"], "action": "demote" });
        for method in [Method::DELETE, Method::POST] {
            let demoted = groups.change(method, &jid, demote.clone()).await;
            assert_eq!(statuses(&demoted), ["ok", "refused"]);
            assert_eq!(codes(&demoted), [0, 404]);
        }
        groups.led_by(&jid, &[&groups.ada]).await;
        let remove = json!({ "participants": [groups.bob, groups.ada] });
        let removed = groups.change(Method::DELETE, &jid, remove.clone()).await;
        assert_eq!(statuses(&removed), ["ok", "ok"]);
        let removed = groups.change(Method::DELETE, &jid, remove).await;
        assert_eq!(codes(&removed), [404, 404]);
        assert_eq!(removed["participants"][0]["error"], "is not in the group");
        let mut left = [&groups.phone, &cleo];
        left.sort();
        assert_eq!(groups.at_server(&jid).await["participants"], json!(left));
    }
}

#[tokio::test]
async fn who_cannot_be_added_is_invited_by_private_message_where_that_is_asked_for() {
    let groups = Groups::start().await;
    let control = &groups.world.control;
    let jid = groups.made(&[&groups.ada]).await;
    groups.hide(&groups.bob).await;
    let body = json!({ "participants": [groups.bob] });
    let added = groups.change(Method::POST, &jid, body).await;
    assert_eq!(
        (statuses(&added), codes(&added)),
        (vec!["refused"], vec![403])
    );
    assert_eq!(added["participants"][0]["invite"].get("message_id"), None);
    assert!(control.inbox(&groups.bob).await.is_empty());

    let body = json!({ "participants": [groups.bob, "19995550000"], "invite": true });
    let invited = groups.change(Method::POST, &jid, body).await;
    assert_eq!(statuses(&invited), ["invited", "refused"]);
    let invite = &invited["participants"][0]["invite"];
    let read = control
        .wait_for_message(&groups.bob, &invite["message_id"])
        .await;
    assert_eq!(read["chat"], format!("{}@s.whatsapp.net", groups.phone));
    let message = &read["message"]["group_invite_message"];
    assert_eq!(message["group_jid"], jid);
    assert_eq!(message["group_name"], "Sales");
    assert_eq!(message["invite_code"], invite["code"]);
    assert!(
        message["invite_expiration"]
            .as_i64()
            .is_some_and(|at| at > 1_700_000_000)
    );
    let accept = json!({ "do": "accept", "message": read["id"] });
    control.acts(&groups.bob, accept).await;
    let inside = groups.at_server(&jid).await["participants"].clone();
    assert!(
        inside
            .as_array()
            .expect("people")
            .contains(&json!(groups.bob))
    );

    // An invitation that cannot be sent is said to be none.
    let cleo = control.account("Cleo").await;
    groups.hide(&cleo).await;
    let fault = json!({ "jid": "*", "fault": "ack_error", "error": 463, "times": 1 });
    control.fault(fault).await;
    let body = json!({ "participants": [cleo], "invite": true });
    let refused = groups.change(Method::POST, &jid, body).await;
    assert_eq!(statuses(&refused), ["refused"]);
    let error = refused["participants"][0]["error"]
        .as_str()
        .expect("a text");
    assert!(
        error.contains("it was not sent: refused by WhatsApp (463)"),
        "{error}"
    );
}

#[tokio::test]
async fn what_only_admins_may_is_refused_to_others_and_so_is_what_is_no_list_of_people() {
    let groups = Groups::start().await;
    let others = groups.of_others().await;
    let path = format!("/groups/{others}/participants");
    let body = json!({ "participants": [groups.bob] });
    let answer = groups.request(Method::DELETE, &path, Some(&body)).await;
    let text = "only an admin of the group can do that";
    assert_eq!(answer.text_error(), (403, text));
    // Who made the group stays.
    let control = &groups.world.control;
    let promote = json!({ "do": "promote", "group": others, "people": [groups.phone] });
    control.acts(&groups.ada, promote).await;
    let body = json!({ "participants": [groups.ada] });
    let removed = groups.change(Method::DELETE, &others, body).await;
    assert_eq!(codes(&removed), [403]);

    let own = groups.made(&[&groups.ada]).await;
    let path = format!("/groups/{own}/participants");
    let many: Vec<String> = (0..1024).map(|n| format!("1999{n:07}")).collect();
    let lid = control.lid(&groups.ada).await;
    let ada = &groups.ada;
    let table = [
        (
            json!({}),
            "participants",
            "participants must name at least one person",
        ),
        (
            json!({ "participants": [] }),
            "participants",
            "participants must name",
        ),
        (
            json!({ "participants": many }),
            "participants",
            "participants must not hold more",
        ),
        (
            json!({ "participants": ["nonsense"] }),
            "participants",
            "participants",
        ),
        (
            json!({ "participants": [own] }),
            "participants",
            "participants",
        ),
        (
            json!({ "participants": [ada, lid] }),
            "participants",
            "participants: ",
        ),
        (
            json!({ "participants": [groups.phone] }),
            "participants",
            "participants: ",
        ),
        (
            json!({ "participants": [ada], "action": "ban" }),
            "action",
            "action must be",
        ),
    ];
    groups.refuses(Method::POST, &path, &table).await;
    groups.refuses(Method::DELETE, &path, &table).await;
    let invite = json!({ "participants": [ada], "action": "promote", "invite": true });
    let wrong = [(invite, "invite", "invite: ")];
    groups.refuses(Method::POST, &path, &wrong).await;
    let add = json!({ "participants": [ada], "action": "add" });
    let wrong = [(add, "action", "action must be `remove` or `demote` here")];
    groups.refuses(Method::DELETE, &path, &wrong).await;
    let right = json!({ "participants": [ada] });
    let failed = "failed to update group participants";
    groups
        .refuses_as_documented(Method::POST, "/participants", Some(&right), failed)
        .await;
}
