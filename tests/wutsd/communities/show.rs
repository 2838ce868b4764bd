//! GET /communities/{jid}

use serde_json::{Value, json};

use super::Town;

/// What is shown of a group.
fn part<'a>(community: &'a Value, jid: &str) -> &'a Value {
    let groups = community["groups"].as_array().expect("groups");
    let group = groups.iter().find(|group| group["jid"] == jid);
    group.unwrap_or_else(|| panic!("no {jid} in {community}"))
}

#[tokio::test]
async fn a_community_is_shown_with_its_groups() {
    let mut town = Town::start().await;
    let choir = town.world.control.group(&[&town.ada, &town.phone]).await;
    let band = town.world.control.group(&[&town.phone]).await;
    let community = town.jid("jid");
    for (group, linked) in [(&band, true), (&choir, false)] {
        let body = json!({ "group_jid": group });
        let answer = town.user.api.post(&town.path("groups"), body).await;
        assert_eq!(answer.status == 200, linked, "{}", answer.text);
    }
    town.world.restart("TERM").await;
    town.user.api = town.world.again(&town.user);
    town.user.api.wait_for_phase("connected").await;
    let path = format!("/communities/{community}");
    let shown = town.user.api.get(&path).await.expect(200);
    let shown = &shown["community"];
    for key in [
        "jid",
        "name",
        "announcement_jid",
        "general_jid",
        "created_at",
        "owner",
    ] {
        assert_eq!(shown[key], town.community[key], "{key}");
    }
    assert_eq!(shown["groups"].as_array().expect("groups").len(), 3);
    let (announcements, general) = (town.jid("announcement_jid"), town.jid("general_jid"));
    for (jid, members, is_announcement, is_general) in [
        (&announcements, 2, true, false),
        (&general, 1, false, true),
        (&band, 1, false, false),
    ] {
        let group = part(shown, jid);
        assert_eq!(group["members_count"], members, "{group}");
        assert_eq!(group["is_announcement"], is_announcement, "{group}");
        assert_eq!(group["is_general"], is_general, "{group}");
    }
    assert_eq!(part(shown, &band)["name"], "A group");
}

#[tokio::test]
async fn one_of_others_and_a_group_that_is_none_are_refused() {
    let town = Town::start().await;
    let others = town.world.control.community(&[&town.ada]).await;
    let others = others["jid"].as_str().expect("a JID");
    for jid in [others, "120363000000000000@g.us"] {
        let answer = town.user.api.get(&format!("/communities/{jid}")).await;
        assert_eq!(answer.text_error(), (404, "community not found"), "{jid}");
    }
    let group = town.world.control.group(&[&town.phone]).await;
    for jid in [group, town.jid("announcement_jid")] {
        let answer = town.user.api.get(&format!("/communities/{jid}")).await;
        let expected = (400, "jid is of a group that is no community");
        assert_eq!(answer.text_error(), expected, "{jid}");
    }
    let answer = town.user.api.get("/communities/nonsense").await;
    assert_eq!(answer.body["validation"][0]["field"], "jid");
    town.user.api.post_nothing("/disconnect").await.expect(200);
    let path = format!("/communities/{}", town.jid("jid"));
    let answer = town.user.api.get(&path).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
