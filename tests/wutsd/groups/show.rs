//! GET /groups/{jid}

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_group_is_shown_with_whoever_is_in_it() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let other = world.control.account("Ada").await;
    let jid = world.control.group(&[&phone, &other]).await;
    for path in [jid.clone(), jid.replace('@', "%40")] {
        let shown = user.api.get(&format!("/groups/{path}")).await.expect(200);
        let group = &shown["group"];
        assert_eq!(group["jid"], json!(jid));
        assert_eq!(
            (&group["name"], &group["members_count"]),
            (&json!("A group"), &json!(2))
        );
        let participants = group["participants"].as_array().expect("participants");
        let phones: Vec<_> = participants
            .iter()
            .map(|who| &who["phone_number"])
            .collect();
        assert!(
            phones.contains(&&json!(phone)) && phones.contains(&&json!(other)),
            "{group}"
        );
        assert!(
            group["created_at"]
                .as_str()
                .is_some_and(|at| at.ends_with('Z')),
            "{group}"
        );
    }
}

#[tokio::test]
async fn a_group_of_others_and_one_that_is_none_are_refused() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let (ada, bob) = (
        world.control.account("Ada").await,
        world.control.account("Bob").await,
    );
    let foreign = world.control.group(&[&ada, &bob]).await;
    for jid in [&foreign, "120363000000000000@g.us"] {
        let answer = user.api.get(&format!("/groups/{jid}")).await;
        assert_eq!(answer.text_error(), (404, "group not found"), "{jid}");
    }
    for jid in ["nonsense", "5511999999999@s.whatsapp.net", "%FF"] {
        let answer = user.api.get(&format!("/groups/{jid}")).await;
        let expected = "jid must be the JID of a group, like 120363021234567890@g.us";
        assert_eq!(answer.text_error(), (400, expected), "{jid}");
        assert_eq!(answer.body["validation"][0]["field"], "jid");
    }
    user.api.post_nothing("/disconnect").await.expect(200);
    let answer = user.api.get(&format!("/groups/{foreign}")).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
