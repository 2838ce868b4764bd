//! POST /communities

use serde_json::{Value, json};

use super::{Town, blames, outcome};
use crate::support::World;

#[tokio::test]
async fn a_community_comes_with_its_groups_and_each_of_its_people_is_answered_for() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let (ada, ben) = (
        world.control.account("Ada").await,
        world.control.account("Ben").await,
    );
    let shy = world.control.account("Cleo").await;
    let nobody = json!({ "name": "groupadd", "value": "none" });
    world.control.change_privacy(&shy, nobody).await;
    let ben_lid = world.control.lid(&ben).await;
    let ben_lid = format!("{}@lid", ben_lid.trim_end_matches("@lid"));
    let body = json!({
        "name": "Our town",
        "description": "Everybody is here",
        "participants": [format!("{ada}@s.whatsapp.net"), ben_lid, shy, "19995550000"]
    });
    let made = user.api.post("/communities", body).await.expect(201);
    let community = &made["community"];
    assert_eq!(community["name"], "Our town");
    assert_eq!(community["topic"], "Everybody is here");
    assert_eq!(made["description_error"], Value::Null);
    for (person, lid) in [(&ada, None), (&ben, Some(&ben_lid))] {
        let told = outcome(&made, person);
        assert_eq!(told["status"], "ok", "{made}");
        assert!(lid.is_none_or(|lid| told["lid"] == **lid), "{made}");
        assert_eq!(told["jid"], told["lid"], "{made}");
    }
    let told = outcome(&made, &shy);
    assert_eq!(
        (&told["status"], &told["code"]),
        (&json!("refused"), &json!(403))
    );
    let told = outcome(&made, "19995550000");
    assert_eq!(
        (&told["status"], &told["code"]),
        (&json!("refused"), &json!(404))
    );
    assert_eq!(told["error"], "is not on WhatsApp");
    assert_eq!(made["refused"], 2);
    assert_eq!(community["members_count"], 3);
    for (at, members) in [(0, 3), (1, 1)] {
        assert_eq!(community["groups"][at]["members_count"], members, "{made}");
    }

    // Where they are, on the server.
    let groups = world.control.groups().await;
    let find = |key: &str| {
        let group = groups.iter().find(|group| group["jid"] == community[key]);
        group.unwrap_or_else(|| panic!("no {key} of {community}"))
    };
    let mut everybody = [&phone, &ada, &ben];
    everybody.sort();
    for (key, people) in [
        ("jid", &everybody[..]),
        ("announcement_jid", &everybody[..]),
        ("general_jid", &[&phone][..]),
    ] {
        assert_eq!(find(key)["participants"], json!(people), "{key}");
        assert_eq!(find(key)["admins"], json!([phone]), "{key}");
    }
    assert_eq!(find("announcement_jid")["community"], community["jid"]);
    assert_eq!(community["groups"].as_array().expect("groups").len(), 2);
}

#[tokio::test]
async fn its_admin_announces_and_everybody_else_reads() {
    let town = Town::start().await;
    town.announces(&town.jid("announcement_jid"), &town.ada)
        .await;
    // Nobody writes in the community itself.
    let body = json!({ "number": town.jid("jid"), "text": "To whom?" });
    let answer = town.user.api.post("/send/text", body).await;
    assert_eq!(answer.status, 502, "{}", answer.text);
}

#[tokio::test]
async fn there_is_a_community_whatever_becomes_of_the_rest() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    let refused =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:mex", "code": 500, "times": 1 });
    world.control.fault(refused).await;
    let body = json!({ "name": "Our town", "participants": [ada] });
    let made = user.api.post("/communities", body).await.expect(201);
    let community = &made["community"];
    let told = outcome(&made, &ada);
    assert_eq!(told["status"], "refused", "{made}");
    let error = told["error"].as_str().unwrap_or_default();
    assert!(error.starts_with("was not added: "), "{made}");
    assert_eq!(made["refused"], 1, "{made}");
    // What was not told is told when it is asked for again, and she can be added.
    assert!(community["announcement_jid"].is_string(), "{made}");
    let jid = community["jid"].as_str().expect("a JID");
    let body = json!({ "participants": [ada] });
    let path = format!("/communities/{jid}/participants");
    let added = user.api.post(&path, body).await.expect(200);
    assert_eq!(outcome(&added, &ada)["status"], "ok");
}

#[tokio::test]
async fn nonsense_is_refused_and_so_is_what_whatsapp_refuses() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let ada = world.control.account("Ada").await;
    let ada_lid = world.control.lid(&ada).await;
    let ada_lid = format!("{}@lid", ada_lid.trim_end_matches("@lid"));
    let right = json!({ "name": "Our town", "participants": [] });
    let with = |field: &str, value: Value| {
        let mut body = right.clone();
        body[field] = value;
        body
    };
    for (body, field) in [
        (with("name", json!(" ")), "name"),
        (with("name", Value::Null), "name"),
        (with("name", json!("x".repeat(101))), "name"),
        (with("description", json!("x".repeat(2049))), "description"),
        (with("participants", json!(["nonsense"])), "participants"),
        (
            with("participants", json!(["120363021234567890@g.us"])),
            "participants",
        ),
        (with("participants", json!([ada, ada])), "participants"),
        (with("participants", json!([ada, ada_lid])), "participants"),
        (with("participants", json!([phone])), "participants"),
    ] {
        blames(&user.api.post("/communities", body).await, field);
    }
    assert!(world.control.groups().await.is_empty());
    let refused =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:g2", "code": 406, "times": 1 });
    world.control.fault(refused).await;
    let answer = user.api.post("/communities", right.clone()).await;
    assert_eq!(answer.text_error(), (502, "failed to create community"));
    let nobody = world.api.as_user("nobody");
    let answer = nobody.post("/communities", right.clone()).await;
    assert_eq!(answer.text_error(), (401, "Invalid token"));
    user.api.post_nothing("/disconnect").await.expect(200);
    let answer = user.api.post("/communities", right).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
