//! POST /groups

use reqwest::Method;
use serde_json::{Value, json};

use super::{Groups, phones, sorted, statuses};

const PATH: &str = "/groups";

#[tokio::test]
async fn a_group_is_made_with_its_options_and_everybody_is_in_it() {
    let groups = Groups::start().await;
    let control = &groups.world.control;
    let lid = control.lid(&groups.bob).await;
    let options = json!({ "announcement": true, "locked": true, "join_approval": true });
    let body = json!({ "name": "Sales ☕", "participants": [groups.ada, lid], "options": options });
    let made = groups.user.api.post(PATH, body).await.expect(201);
    assert_eq!(made["success"], true);
    let group = &made["group"];
    assert_eq!(group["name"], "Sales ☕");
    for option in ["is_announce", "is_locked", "join_approval"] {
        assert_eq!(group[option], true, "{group}");
    }
    assert_eq!(group["members_count"], 3);
    assert_eq!(
        phones(group),
        sorted(&[&groups.phone, &groups.ada, &groups.bob])
    );
    assert_eq!(statuses(&made), ["ok", "ok"]);
    assert_eq!(made["participants"][1]["lid"], lid);
    assert_eq!(made["participants"][1]["phone_number"], groups.bob);
    assert_eq!(made.get("not_set"), None);
    let own = format!("{}@s.whatsapp.net", groups.phone);
    assert_eq!(
        (&group["owner"], &group["owner_pn"]),
        (&json!(own), &json!(own))
    );
    assert_eq!(group["owner_lid"], control.lid(&groups.phone).await);

    let jid = group["jid"].as_str().expect("a JID");
    let rules = groups.at_server(jid).await["rules"].clone();
    for rule in ["announcement", "locked", "approval"] {
        assert_eq!(rules[rule], true, "{rules}");
    }
    // What is written there is read on the phones of those who are in it.
    let body = json!({ "number": jid, "text": "welcome" });
    let sent = groups.user.api.post("/send/text", body).await.expect(200);
    for phone in [&groups.ada, &groups.bob] {
        let read = control.wait_for_message(phone, &sent["message_id"]).await;
        assert_eq!(
            (&read["text"], &read["chat"]),
            (&json!("welcome"), &json!(jid))
        );
    }
}

#[tokio::test]
async fn who_cannot_be_added_is_named_and_is_invited_where_that_is_asked_for() {
    let groups = Groups::start().await;
    let control = &groups.world.control;
    let (cleo, dave) = (control.account("Cleo").await, control.account("Dave").await);
    groups.hide(&groups.bob).await;
    groups.hide(&cleo).await;
    let block = json!({ "jid": groups.phone });
    control.change_blocklist(&dave, block).await;
    let people = json!([groups.ada, groups.bob, dave, "19995550000"]);
    let body = json!({ "name": "Sales", "participants": people });
    let made = groups.user.api.post(PATH, body).await.expect(201);
    assert_eq!(statuses(&made), ["ok", "refused", "refused", "refused"]);
    let codes = made["participants"].as_array().expect("people").iter();
    let codes: Vec<&Value> = codes.map(|person| &person["code"]).collect();
    assert_eq!(codes, [&Value::Null, &json!(403), &json!(401), &json!(404)]);
    assert_eq!(made["participants"][3]["error"], "is not on WhatsApp");
    assert_eq!(
        phones(&made["group"]),
        sorted(&[&groups.phone, &groups.ada])
    );
    assert!(control.inbox(&groups.bob).await.is_empty());

    let body = json!({ "name": "Sales", "participants": [cleo], "invite": true });
    let made = groups.user.api.post(PATH, body).await.expect(201);
    assert_eq!(statuses(&made), ["invited"]);
    let invite = &made["participants"][0]["invite"];
    let read = control.wait_for_message(&cleo, &invite["message_id"]).await;
    let read = &read["message"]["group_invite_message"];
    assert_eq!(read["group_jid"], made["group"]["jid"]);
    assert_eq!(read["invite_code"], invite["code"]);
}

#[tokio::test]
async fn whatsapp_is_left_alone_for_as_long_as_it_asks() {
    let groups = Groups::start().await;
    let control = &groups.world.control;
    let fault =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:g2", "code": 429, "times": 1 });
    let body = json!({ "name": "Sales", "participants": [groups.ada] });
    groups.user.api.post(PATH, body.clone()).await.expect(201);
    control.fault(fault).await;
    let answer = groups.user.api.post(PATH, body).await;
    assert_eq!(answer.status, 429, "{}", answer.text);
    assert!(!answer.header("retry-after").is_empty());
}

#[tokio::test]
async fn what_cannot_be_a_group_is_refused_with_the_field() {
    let groups = Groups::start().await;
    let lid = groups.world.control.lid(&groups.ada).await;
    let ada = &groups.ada;
    let long = "x".repeat(101);
    let many: Vec<String> = (0..1024).map(|n| format!("1999{n:07}")).collect();
    let parent = json!({ "community": true, "parent_jid": super::NOWHERE });
    let table = [
        (
            json!({ "participants": [ada] }),
            "name",
            "name cannot be empty",
        ),
        (
            json!({ "name": " ", "participants": [ada] }),
            "name",
            "name cannot be empty",
        ),
        (
            json!({ "name": long, "participants": [ada] }),
            "name",
            "name must not be longer than 100",
        ),
        (
            json!({ "name": "x" }),
            "participants",
            "participants must name at least one person",
        ),
        (
            json!({ "name": "x", "participants": [] }),
            "participants",
            "participants must name",
        ),
        (
            json!({ "name": "x", "participants": many }),
            "participants",
            "participants must not hold more than 1023",
        ),
        (
            json!({ "name": "x", "participants": ["nobody"] }),
            "participants",
            "participants",
        ),
        (
            json!({ "name": "x", "participants": [super::NOWHERE] }),
            "participants",
            "participants",
        ),
        (
            json!({ "name": "x", "participants": ["1@newsletter"] }),
            "participants",
            "participants",
        ),
        (
            json!({ "name": "x", "participants": [ada, format!("+{ada}")] }),
            "participants",
            "participants: ",
        ),
        // The same person by another name.
        (
            json!({ "name": "x", "participants": [ada, lid] }),
            "participants",
            "participants: ",
        ),
        (
            json!({ "name": "x", "participants": [groups.phone] }),
            "participants",
            "participants: ",
        ),
        (
            json!({ "name": "x", "participants": [], "options": parent }),
            "options.parent_jid",
            "options.parent_jid",
        ),
        (
            json!({ "name": "x", "participants": [ada], "options": { "parent_jid": "x" } }),
            "options.parent_jid",
            "options.parent_jid",
        ),
        (
            json!({ "name": "x", "participants": [ada], "options": { "community": true } }),
            "participants",
            "participants: a community",
        ),
    ];
    groups.refuses(Method::POST, PATH, &table).await;
    let all = groups.user.api.get(PATH).await.expect(200);
    assert_eq!(all["count"], 0, "{all}");
    let fault =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:g2", "code": 406, "times": 1 });
    groups.world.control.fault(fault).await;
    let right = json!({ "name": "x", "participants": [ada] });
    let answer = groups.user.api.post(PATH, right.clone()).await;
    assert_eq!(answer.text_error(), (502, "failed to create group"));
    groups
        .user
        .api
        .post_nothing("/disconnect")
        .await
        .expect(200);
    let answer = groups.user.api.post(PATH, right).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}

#[tokio::test]
async fn a_community_and_a_group_in_it_are_made_and_only_the_group_has_people_of_its_own() {
    let groups = Groups::start().await;
    let options = json!({ "community": true });
    let body = json!({ "name": "Town", "participants": [], "options": options });
    let made = groups.user.api.post(PATH, body).await.expect(201);
    assert_eq!(made["group"]["is_community"], true, "{made}");
    let town = made["group"]["jid"].as_str().expect("a JID");
    let options = json!({ "parent_jid": town });
    let body = json!({ "name": "Street", "participants": [groups.ada], "options": options });
    let made = groups.user.api.post(PATH, body).await.expect(201);
    assert_eq!(made["group"]["parent_jid"], town, "{made}");
    assert_eq!(statuses(&made), ["ok"]);
    let table = [(
        json!({ "participants": [groups.bob] }),
        "jid",
        "jid is a community's",
    )];
    let path = format!("/groups/{town}/participants");
    groups.refuses(Method::POST, &path, &table).await;
    groups.refuses(Method::DELETE, &path, &table).await;
}

#[tokio::test]
async fn under_one_key_a_group_is_made_once_and_nobody_guesses_about_one_that_may_be_there() {
    let settings = [("WHATSAPP__QUERY_TIMEOUT", "1")];
    let groups = Groups::start_with(&settings).await;
    let body = json!({ "name": "Once", "participants": [groups.ada] });
    let api = groups.user.api.with_header("Idempotency-Key", "g1");
    let made = api.post(PATH, body.clone()).await;
    let again = api.post(PATH, body.clone()).await;
    assert_eq!((made.status, &made.body), (201, &again.body));
    assert_eq!(again.header("idempotency-replayed"), "true");

    let api = groups.user.api.with_header("Idempotency-Key", "g2");
    let fault = json!({ "jid": "*", "fault": "iq_silence", "xmlns": "w:g2", "times": 1 });
    groups.world.control.fault(fault).await;
    let unheard = api.post(PATH, body.clone()).await;
    assert_eq!(unheard.status, 504, "{}", unheard.text);
    let perhaps = api.post(PATH, body.clone()).await;
    assert_eq!(perhaps.status, 409, "{}", perhaps.text);
    assert!(
        perhaps.text.contains("look whether it is there"),
        "{}",
        perhaps.text
    );

    // What was refused is not there, and may be asked for again.
    let api = groups.user.api.with_header("Idempotency-Key", "g3");
    let fault =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:g2", "code": 406, "times": 1 });
    groups.world.control.fault(fault).await;
    let refused = api.post(PATH, body.clone()).await;
    assert!(
        refused.status >= 400 && refused.status != 504,
        "{}",
        refused.text
    );
    let made = api.post(PATH, body).await;
    assert_eq!(made.status, 201, "{}", made.text);
}
