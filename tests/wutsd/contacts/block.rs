//! POST /contacts/block, POST /contacts/unblock

use serde_json::{Value, json};

use super::People;

#[tokio::test]
async fn somebody_is_blocked_and_unblocked_by_any_name() {
    let people = People::start().await;
    let (api, ada, jid) = (&people.user.api, &people.ada, people.ada_jid());
    let empty = people.blocklist().await;
    assert_eq!((&empty["count"], &empty["items"]), (&json!(0), &json!([])));

    let names = [
        json!({ "jid": jid }),
        json!({ "number": format!("+{ada}") }),
        json!({ "jid": people.ada_lid }),
        json!({ "jid": ada }),
    ];
    for name in names {
        let blocked = api.post("/contacts/block", name.clone()).await.expect(200)["data"].clone();
        assert_eq!(blocked["jid"], jid, "{name}");
        assert_eq!(blocked["phone_number"], ada.as_str());
        assert_eq!(blocked["action"], "block");
        assert_eq!(blocked["blocked"], true);
        assert_eq!(blocked["count"], 1);
        let list = people.blocklist().await;
        let both =
            json!({ "jid": jid, "phone_number": ada, "jid_pn": jid, "jid_lid": people.ada_lid });
        assert_eq!(list["items"], json!([both]));
        assert_eq!(
            (&blocked["jid_pn"], &blocked["jid_lid"]),
            (&both["jid_pn"], &both["jid_lid"])
        );
        assert_eq!(list["dhash"], blocked["dhash"]);

        // Twice is no error.
        api.post("/contacts/block", name.clone()).await.expect(200);
        let unblocked = api.post("/contacts/unblock", name).await.expect(200)["data"].clone();
        assert_eq!(unblocked["action"], "unblock");
        assert_eq!(unblocked["blocked"], false);
        assert_eq!(unblocked["count"], 0);
        assert_ne!(unblocked["dhash"], blocked["dhash"]);
    }
}

#[tokio::test]
async fn the_query_stands_in_for_what_the_body_leaves_out() {
    let people = People::start().await;
    let (api, ada) = (&people.user.api, &people.ada);
    let path = format!("/contacts/block?number={ada}");
    assert_eq!(
        api.post_nothing(&path).await.expect(200)["data"]["blocked"],
        true
    );
    let path = "/contacts/unblock?jid=15550000000%40s.whatsapp.net";
    let body = json!({ "jid": people.ada_jid() });
    assert_eq!(api.post(path, body).await.expect(200)["data"]["count"], 0);
}

#[tokio::test]
async fn a_blocked_contact_sees_no_status_until_it_is_unblocked() {
    let people = People::start().await;
    let (api, control) = (&people.user.api, &people.world.control);
    let name = json!({ "number": people.ada });
    let before = api.post_status("for Ada").await.expect(200);
    control
        .wait_for_message(&people.ada, &before["message_id"])
        .await;

    api.post("/contacts/block", name.clone()).await.expect(200);
    let hidden = api.post_status("not for Ada").await.expect(200);
    // The poster's own phone shows that it was delivered at all.
    control
        .wait_for_message(&people.phone, &hidden["message_id"])
        .await;

    api.post("/contacts/unblock", name).await.expect(200);
    let after = api.post_status("for Ada again").await.expect(200);
    control
        .wait_for_message(&people.ada, &after["message_id"])
        .await;
    let texts: Vec<Value> = control
        .inbox(&people.ada)
        .await
        .iter()
        .map(|message| message["text"].clone())
        .collect();
    assert_eq!(texts, ["for Ada", "for Ada again"]);
}

#[tokio::test]
async fn nobody_and_nonsense_are_refused_with_the_name_of_the_field() {
    let people = People::start().await;
    let api = &people.user.api;
    let own = format!("{}@s.whatsapp.net is this account itself", people.phone);
    let table = [
        (json!({}), "jid or number is required"),
        (
            json!({ "jid": "120363000000000000@g.us" }),
            "jid: \"120363000000000000@g.us\" is neither",
        ),
        (json!({ "number": "123" }), "number: \"123\" is neither"),
        (json!({ "jid": "999@lid" }), "999@lid is not on WhatsApp"),
        (json!({ "number": people.phone }), &own),
        (json!({ "number": 5 }), "number must be a string, not 5"),
        (json!({ "who": "me" }), "jid or number is required"),
        (
            json!({ "number": "19995550000" }),
            "19995550000@s.whatsapp.net is not on WhatsApp",
        ),
    ];
    for (body, expected) in table {
        let answer = api.post("/contacts/block", body).await;
        let (status, text) = answer.text_error();
        assert_eq!(status, 400, "{}", answer.text);
        assert_eq!(answer.body["error_code"], "VALIDATION_ERROR");
        assert!(text.starts_with(expected), "{text}");
    }
}

#[tokio::test]
async fn a_stranger_who_shows_no_number_is_blocked_and_unblocked_by_lid() {
    let people = People::start().await;
    let (api, control) = (&people.user.api, &people.world.control);
    let hidden = json!({ "name": "Stranger", "hidden": true });
    let stranger = control.account_with(hidden).await;
    let lid = control.lid(&stranger).await;
    control.send_text(&stranger, &people.phone, "hello").await;

    let name = json!({ "jid": lid });
    let answer = api.post("/contacts/block", name.clone()).await.expect(200);
    let blocked = &answer["data"];
    assert_eq!(
        (&blocked["jid"], &blocked["count"]),
        (&json!(lid), &json!(1))
    );
    assert_eq!(blocked["phone_number"], Value::Null);
    let items = people.blocklist().await["items"].clone();
    assert_eq!(items, json!([{ "jid": lid, "jid_lid": lid }]));
    // A status goes out all the same.
    api.post_status("for all others").await.expect(200);

    let answer = api.post("/contacts/unblock", name).await.expect(200);
    assert_eq!(answer["data"]["count"], 0);
}

#[tokio::test]
async fn whoever_is_blocked_is_unblocked_by_any_notation() {
    let people = People::start().await;
    let (api, ada) = (&people.user.api, &people.ada);
    let encoded = format!("/contacts/block?number=%2B{}%20{}", &ada[..4], &ada[4..]);
    assert_eq!(
        api.post_nothing(&encoded).await.expect(200)["data"]["count"],
        1
    );
    let path = format!("/contacts/unblock?jid={ada}%40c.us");
    assert_eq!(
        api.post_nothing(&path).await.expect(200)["data"]["count"],
        0
    );
}
