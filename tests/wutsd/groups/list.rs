//! GET /groups

use serde_json::json;

use super::{Groups, phones, sorted};

#[tokio::test]
async fn all_groups_of_the_account_are_listed_by_name_and_their_people_on_request() {
    let groups = Groups::start().await;
    let none = groups.user.api.get("/groups").await.expect(200);
    assert_eq!((&none["groups"], &none["count"]), (&json!([]), &json!(0)));
    let own = groups.made(&[&groups.ada]).await;
    let others = groups.of_others().await;
    let old = groups.by_number().await;
    groups
        .world
        .control
        .group(&[&groups.ada, &groups.bob])
        .await;
    let listed = groups.user.api.get("/groups").await.expect(200);
    assert_eq!(listed["count"], 3);
    let list = listed["groups"].as_array().expect("groups");
    let names: Vec<_> = list.iter().map(|group| &group["name"]).collect();
    assert_eq!(names, ["A group", "A group", "Sales"]);
    assert_eq!(list[2]["jid"], own);
    for group in list {
        assert!(
            [&own, &others, &old]
                .iter()
                .any(|jid| group["jid"] == **jid),
            "{group}"
        );
        assert_eq!(group.get("participants"), None, "{group}");
    }
    let listed = groups
        .user
        .api
        .get("/groups?participants=true")
        .await
        .expect(200);
    let list = listed["groups"].as_array().expect("groups");
    let found = list
        .iter()
        .find(|group| group["jid"] == others)
        .expect("the group");
    assert_eq!(
        phones(found),
        sorted(&[&groups.ada, &groups.bob, &groups.phone])
    );

    let fault =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:g2", "code": 500, "times": 1 });
    groups.world.control.fault(fault).await;
    let answer = groups.user.api.get("/groups").await;
    assert_eq!(answer.text_error(), (502, "failed to list groups"));
    groups
        .user
        .api
        .post_nothing("/disconnect")
        .await
        .expect(200);
    let answer = groups.user.api.get("/groups").await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
