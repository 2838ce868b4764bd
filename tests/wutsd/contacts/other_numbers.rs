//! People whom WhatsApp knows by another number than the one that is dialled.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::People;

/// By which number WhatsApp knows somebody, and what is dialled: countries that changed their numbers, either way round,
/// and anybody else of whom WhatsApp says so.
const NUMBERS: [(&str, &str); 4] = [
    ("556184567890", "5561984567890"),
    ("525512345678", "5215512345678"),
    ("5491123456789", "541123456789"),
    ("22901234567", "2290101234567"),
];

/// A connected user, and somebody of each of these countries.
async fn start() -> People {
    let people = People::start().await;
    for (known, dialled) in NUMBERS {
        let also = json!({ "phone": known, "also": [dialled] });
        people.world.control.account_with(also).await;
    }
    people
}

fn jid(number: &str) -> String {
    format!("{number}@s.whatsapp.net")
}

#[tokio::test]
async fn they_are_on_whatsapp_by_either_number() {
    let people = start().await;
    let dialled = NUMBERS.iter().map(|(_, dialled)| jid(dialled));
    let known = NUMBERS.iter().map(|(known, _)| (*known).to_owned());
    let nobody = ["5561900000000".to_owned()];
    let numbers: Vec<String> = dialled.chain(known).chain(nobody).collect();
    let body = json!({ "numbers": numbers });
    let answer = people.user.api.post("/contact/check", body).await;
    let mut expected = json!({ "5561900000000": false });
    for (known, dialled) in NUMBERS {
        (expected[known], expected[dialled]) = (true.into(), true.into());
    }
    assert_eq!(answer.expect(200)["data"], expected);
}

#[tokio::test]
async fn they_are_blocked_unblocked_and_resolved_by_either_number() {
    let people = start().await;
    let api = &people.user.api;
    for (known, dialled) in NUMBERS {
        let lid = people.world.control.lid(known).await;
        // Also once the first answer is kept.
        for number in [dialled, dialled, known] {
            let name = json!({ "number": number });
            let blocked =
                api.post("/contacts/block", name.clone()).await.expect(200)["data"].clone();
            assert_eq!(
                (&blocked["jid"], &blocked["count"]),
                (&json!(jid(known)), &json!(1))
            );
            let items = people.blocklist().await["items"].clone();
            assert_eq!(items[0]["jid"], jid(known));
            assert_eq!(items[0]["phone_number"], known);
            assert_eq!(items.as_array().map(Vec::len), Some(1));
            let unblocked = api.post("/contacts/unblock", name).await.expect(200);
            assert_eq!(unblocked["data"]["count"], 0);
        }
        let body = json!({ "jids": [dialled] });
        let resolved = api.post("/contacts/resolve", body).await.expect(200);
        let item = &resolved["items"][0];
        assert_eq!(
            (&item["input"], &item["input_jid"]),
            (&json!(dialled), &json!(jid(dialled)))
        );
        assert_eq!(
            (&item["resolved_jid"], &item["lid_jid"]),
            (&json!(jid(known)), &json!(lid))
        );
        assert_eq!(item["phone_number"], known);
    }
}

#[tokio::test]
async fn what_they_show_is_seen_by_either_number() {
    let people = start().await;
    let picture = BASE64_STANDARD.encode(b"\xff\xd8\xff a small picture");
    for (known, dialled) in NUMBERS {
        let profile = json!({ "about": known, "picture": picture });
        people.world.control.change_profile(known, profile).await;
        for number in [dialled, known] {
            let path = format!("/contacts/profile?number={number}");
            let shown = people.user.api.get(&path).await.expect(200)["data"].clone();
            assert_eq!(shown["jid"], jid(known));
            assert_eq!(shown["user_info"]["Status"], known);
            let path = format!("/contacts/profile-picture?jid={}", jid(number));
            let picture = people.user.api.get(&path).await.expect(200)["data"].clone();
            assert_eq!(picture["jid"], jid(known));
            assert_eq!(picture["id"], shown["user_info"]["PictureID"]);
        }
    }
}

#[tokio::test]
async fn a_status_is_for_them_and_kept_from_them_by_either_number() {
    let people = start().await;
    let (api, control) = (&people.user.api, &people.world.control);
    let admit = async |kind: &str, list: Vec<String>| {
        let rule = json!({ "type": kind, "list": list });
        api.put("/status/privacy", rule).await.expect(200)
    };
    let dialled = || NUMBERS.iter().map(|(_, dialled)| (*dialled).to_owned());
    let rule = admit("whitelist", dialled().collect()).await;
    // The phone, which takes the rule over, knows them by these.
    let known: Vec<String> = NUMBERS.iter().map(|(known, _)| jid(known)).collect();
    assert_eq!(rule["list"], json!(known));
    for text in ["first", "second"] {
        let posted = api.post_status(text).await.expect(200);
        for (known, _) in NUMBERS {
            control.wait_for_message(known, &posted["message_id"]).await;
        }
    }
    // Contacts of the phone, under the number that its owner dials.
    for (known, dialled) in NUMBERS {
        control.add_contact(&people.phone, dialled).await;
        control.add_contact(&people.phone, known).await;
    }
    for (known, dialled) in NUMBERS {
        api.wait_for_contact(known).await;
        api.wait_for_contact(dialled).await;
    }
    let [first, others @ ..] = NUMBERS;
    admit("blacklist", vec![first.1.to_owned()]).await;
    let posted = api.post_status("not for the first").await.expect(200);
    for (known, _) in others {
        control.wait_for_message(known, &posted["message_id"]).await;
    }
    control
        .wait_for_message(&people.phone, &posted["message_id"])
        .await;
    let sent = control
        .send_text(&people.phone, first.0, "are you there?")
        .await;
    control.wait_for_message(first.0, &sent).await;
    let texts: Vec<Value> = control
        .inbox(first.0)
        .await
        .iter()
        .map(|message| message["text"].clone())
        .collect();
    assert_eq!(texts, ["first", "second", "are you there?"]);
}
