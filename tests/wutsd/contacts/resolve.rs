//! POST /contacts/resolve

use serde_json::{Value, json};

use super::People;

#[tokio::test]
async fn only_who_is_in_the_group_is_resolved() {
    let people = People::start().await;
    let (api, ada) = (&people.user.api, &people.ada);
    let grace = people.world.control.account("Grace").await;
    let group = people.world.control.group(&[&people.phone, ada]).await;
    let body = json!({ "jids": [grace, ada], "group_jid": group });
    let body = api.post("/contacts/resolve", body).await.expect(200);
    assert_eq!(
        (&body["count"], &body["items"][0]["input"]),
        (&json!(1), &json!(ada))
    );

    let foreign = people.world.control.group(&[&grace, ada]).await;
    for unknown in [foreign.as_str(), "120363000000000000@g.us"] {
        let body = json!({ "jids": [ada], "group_jid": unknown });
        let answer = api.post("/contacts/resolve", body).await;
        assert_eq!(answer.text_error(), (404, "group not found"), "{unknown}");
    }
    let body = json!({ "jids": [ada], "group_jid": people.ada_jid() });
    let answer = api.post("/contacts/resolve", body).await;
    assert_eq!(answer.body["validation"][0]["field"], "group_jid");
}

#[tokio::test]
async fn numbers_and_lids_are_resolved_to_each_other() {
    let people = People::start().await;
    let (ada, jid, lid) = (&people.ada, people.ada_jid(), &people.ada_lid);
    let body = json!({ "jids": [ada, lid, "19995550000"] });
    let body = people
        .user
        .api
        .post("/contacts/resolve", body)
        .await
        .expect(200);
    assert_eq!(body["count"], 3);
    for (item, (input, input_jid)) in [(0, (ada, &jid)), (1, (lid, lid))] {
        let item = &body["items"][item];
        assert_eq!(
            (&item["input"], &item["input_jid"]),
            (&json!(input), &json!(input_jid))
        );
        assert_eq!(
            (&item["resolved_jid"], &item["jid"]),
            (&json!(jid), &json!(jid))
        );
        assert_eq!(
            (&item["phone_number"], &item["lid_jid"]),
            (&json!(ada), &json!(lid))
        );
        assert_eq!(item["full_name"], "Ada Lovelace");
    }
    assert_eq!(body["items"][2]["lid_jid"], Value::Null);
}
