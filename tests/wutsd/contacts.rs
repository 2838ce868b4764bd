//! GET /contacts, /contacts/blocklist, /contacts/profile, /contacts/profile-picture; POST /contacts/block, /contacts/unblock, /contacts/resolve, /contact/check

use serde_json::{Value, json};

use crate::support::{User, World};

/// A connected user and somebody with a LID.
struct People {
    world: World,
    user: User,
    phone: String,
    ada: String,
    ada_lid: String,
}

impl People {
    async fn start() -> Self {
        let world = World::start().await;
        let user = world.user().await;
        let phone = world.control.account("Owner").await;
        let ada = world.control.contact_of(&phone, "Ada Lovelace").await;
        let ada_lid = world.control.lid(&ada).await;
        world.pair(&user, &phone).await;
        Self {
            world,
            user,
            phone,
            ada,
            ada_lid,
        }
    }

    fn ada_jid(&self) -> String {
        format!("{}@s.whatsapp.net", self.ada)
    }

    async fn blocklist(&self) -> Value {
        self.user.api.get("/contacts/blocklist").await.expect(200)["data"].clone()
    }
}

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
        assert_eq!(list["items"], json!([{ "jid": jid, "phone_number": ada }]));
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
    let table = [
        (json!({}), "jid or number is required"),
        (
            json!({ "jid": "120363000000000000@g.us" }),
            "jid: \"120363000000000000@g.us\" is neither",
        ),
        (json!({ "number": "123" }), "number: \"123\" is neither"),
        (
            json!({ "number": 5 }),
            "number: invalid type: integer `5`, expected a string",
        ),
        (json!({ "who": "me" }), "unknown field `who`"),
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
    for path in [
        "/contacts/block",
        "/contacts/unblock",
        "/contacts/resolve",
        "/contact/check",
    ] {
        let answer = people.world.api.post(path, json!({})).await;
        assert_eq!(answer.text_error(), (401, "Invalid token"), "{path}");
    }
    api.post_nothing("/disconnect").await.expect(200);
    let answer = api.get("/contacts").await;
    assert_eq!(
        answer.text_error(),
        (503, "whatsapp session is not connected")
    );
    assert_eq!(answer.body["error_code"], "DEVICE_NOT_READY");
}

#[tokio::test]
async fn numbers_are_checked_under_their_cleaned_form() {
    let people = People::start().await;
    let (ada, owner) = (&people.ada, &people.phone);
    let numbers = json!([
        format!("+{ada}"),
        ada,
        owner,
        "19995550000",
        "123",
        "no number"
    ]);
    let answer = people
        .user
        .api
        .post("/contact/check", json!({ "numbers": numbers }))
        .await;
    let expected = json!({
        ada: true, owner: true, "19995550000": false, "123": false, "nonumber": false,
    });
    assert_eq!(answer.expect(200)["data"], expected);
    let many: Vec<String> = (0..1001).map(|i| format!("1555{i:07}")).collect();
    for numbers in [json!([]), json!(many)] {
        let answer = people
            .user
            .api
            .post("/contact/check", json!({ "numbers": numbers }))
            .await;
        assert_eq!(
            answer.text_error(),
            (400, "numbers must hold between 1 and 1000 numbers")
        );
        assert_eq!(answer.body["validation"][0]["field"], "numbers");
    }
}

#[tokio::test]
async fn the_address_book_is_listed() {
    let people = People::start().await;
    let body = people.user.api.get("/contacts").await.expect(200);
    assert_eq!(body["count"], 1);
    assert_eq!(body["contacts"][0]["jid"], people.ada_jid());
    assert_eq!(body["contacts"][0]["full_name"], "Ada Lovelace");
}

#[tokio::test]
async fn what_the_phone_blocks_is_on_the_list() {
    let people = People::start().await;
    let (api, ada) = (&people.user.api, &people.ada);
    let items = async || api.get("/contacts/blocklist").await.expect(200)["data"]["items"].clone();
    assert_eq!(items().await, json!([]));
    let block = |action: &str| json!({ "jid": ada, "action": action });
    people
        .world
        .control
        .change_blocklist(&people.phone, block("block"))
        .await;
    assert_eq!(
        items().await,
        json!([{ "jid": people.ada_jid(), "phone_number": ada }])
    );
    people
        .world
        .control
        .change_blocklist(&people.phone, block("unblock"))
        .await;
    assert_eq!(items().await, json!([]));
}

#[tokio::test]
async fn a_contact_who_has_written_is_listed_with_its_own_name() {
    let people = People::start().await;
    let (api, ada) = (&people.user.api, &people.ada);
    let profile = json!({ "name": "Countess of Lovelace" });
    people.world.control.change_profile(ada, profile).await;
    people
        .world
        .control
        .send_text(ada, &people.phone, "hello")
        .await;
    let named = || async {
        let contact = api.get("/contacts").await.expect(200)["contacts"][0].clone();
        contact["push_name"].is_string().then_some(contact)
    };
    let contact = api.poll("a push name", named).await;
    let expected = (&json!("Ada Lovelace"), &json!("Countess of Lovelace"));
    assert_eq!((&contact["full_name"], &contact["push_name"]), expected);
    let body = json!({ "jids": [people.ada_lid] });
    let resolved = api.post("/contacts/resolve", body).await.expect(200);
    assert_eq!(resolved["items"][0]["push_name"], "Countess of Lovelace");
}

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

#[tokio::test]
async fn a_profile_shows_about_text_picture_and_devices() {
    let people = People::start().await;
    let (ada, jid) = (&people.ada, people.ada_jid());
    let picture = base64(b"\xff\xd8\xff a small picture");
    let profile = json!({ "about": "Notes on the engine", "picture": picture });
    people.world.control.change_profile(ada, profile).await;

    let path = format!("/contacts/profile?number=%2B{ada}");
    let data = people.user.api.get(&path).await.expect(200)["data"].clone();
    assert_eq!(data["jid"], jid);
    assert_eq!(data["user_info"]["Status"], "Notes on the engine");
    assert_eq!(data["user_info"]["Devices"], json!([jid]));
    assert_eq!(data["user_info"]["VerifiedName"], Value::Null);
    assert_eq!(data["business_profile"], Value::Null);
    let id = data["user_info"]["PictureID"]
        .as_str()
        .expect("an id")
        .to_owned();

    let path = format!("/contacts/profile-picture?jid={jid}&preview=false");
    let found = people.user.api.get(&path).await.expect(200)["data"].clone();
    assert_eq!(
        (&found["jid"], &found["type"]),
        (&json!(jid), &json!("image"))
    );
    assert_eq!(found["id"], id.as_str());
    let url = found["url"]
        .as_str()
        .expect("an address")
        .replace("https://", "http://");
    let fetched = reqwest::get(url)
        .await
        .expect("an answer")
        .bytes()
        .await
        .expect("a body");
    assert_eq!(&fetched[..], b"\xff\xd8\xff a small picture");

    let path = format!("/contacts/profile-picture?jid={jid}&existing_id={id}");
    let same = people.user.api.get(&path).await.expect(200)["data"].clone();
    assert_eq!(
        (&same["url"], &same["unchanged"]),
        (&Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn who_has_no_picture_is_not_found_and_nobody_is_refused() {
    let people = People::start().await;
    let path = format!("/contacts/profile-picture?number={}", people.ada);
    let answer = people.user.api.get(&path).await;
    assert_eq!(answer.text_error(), (404, "profile picture not found"));
    for path in ["/contacts/profile", "/contacts/profile-picture"] {
        let answer = people.user.api.get(path).await;
        assert_eq!(answer.text_error(), (400, "jid or number is required"));
        assert_eq!(answer.body["validation"][0]["field"], "jid");
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.encode(bytes)
}
