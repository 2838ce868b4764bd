//! POST /send/text/mentions

use serde_json::{Value, json};

use super::{Chat, DOT};

const PATH: &str = "/send/text/mentions";

/// Of a JID, or all of it.
fn user(jid: &str) -> &str {
    jid.split('@').next().expect("a name")
}

#[tokio::test]
async fn members_read_the_names_that_their_group_has_for_who_is_mentioned() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    let (ada, grace) = (chat.ada.clone(), control.account("Grace").await);
    let members = [&chat.phone, &ada, &grace];
    let by_lid = (
        control.group(&members).await,
        control.lid(&ada).await,
        control.lid(&grace).await,
    );
    let by_number = (
        control.group_by_number(&members).await,
        format!("{ada}@s.whatsapp.net"),
        format!("{grace}@s.whatsapp.net"),
    );
    let lid_of_ada = by_lid.1.clone();
    for (group, ada_there, grace_there) in [by_lid, by_number] {
        // By number, by LID and, the text having the name, without a place.
        for (name, position) in [
            (json!({ "jid": ada, "position": [4, 8] }), 8),
            (json!({ "jid": lid_of_ada, "position": [4, 8] }), 8),
            (json!({ "jid": ada, "name": "Ada" }), 8),
        ] {
            let body = json!({
                "number": group,
                "text": "Olá @Ada & Grace, todos às 10! 👍",
                "mentions": {
                    "mentionAll": true,
                    "mentionAllPosition": [18, 23],
                    "silent": false,
                    "specificUsers": [name, { "jid": grace, "name": "Grace", "position": [position + 3, 16] }]
                },
                "typingDuration": 1
            });
            let sent = chat.post(PATH, body).await.expect(200);
            assert_eq!(
                (&sent["success"], &sent["status"]),
                (&json!(true), &json!("sent"))
            );
            assert_eq!(sent["chat_jid"], json!(group));
            let metadata = &sent["metadata"];
            assert_eq!(metadata["presence_sent"], true);
            assert_eq!(metadata["presence_duration_seconds"], 1);
            assert_eq!(metadata["mentions_processed"], 3);
            assert_eq!(metadata["mention_all_applied"], true);
            assert_eq!(metadata["specific_mentions"], 2);
            assert_eq!(metadata["silent_mentions"], false);
            assert_eq!(metadata["group_participants"], 3);
            assert_eq!(metadata["sent_at"], sent["timestamp"]);
            for reader in [&ada, &grace] {
                let read = control.wait_for_message(reader, &sent["message_id"]).await;
                let text = format!(
                    "Olá @{} & @{}, @todos às 10! 👍",
                    user(&ada_there),
                    user(&grace_there)
                );
                assert_eq!(read["text"], text);
                assert_eq!(read["chat"], json!(group));
                let context = &read["message"]["extended_text_message"]["context_info"];
                assert_eq!(context["mentioned_jid"], json!([ada_there, grace_there]));
                assert_eq!(context["non_jid_mentions"], 1);
            }
        }
    }
}

#[tokio::test]
async fn who_is_mentioned_silently_is_not_in_the_text() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    let group = control.group(&[&chat.phone, &chat.ada]).await;
    let silent =
        json!({ "silent": true, "specificUsers": [{ "jid": chat.ada, "position": [0, 3] }] });
    let body = json!({ "number": group, "text": "You know", "mentions": silent });
    let sent = chat.post(PATH, body).await.expect(200);
    let metadata = &sent["metadata"];
    assert_eq!(metadata["silent_mentions"], true);
    assert_eq!(metadata["mention_all_applied"], false);
    assert_eq!(
        (
            &metadata["mentions_processed"],
            &metadata["specific_mentions"]
        ),
        (&json!(1), &json!(1))
    );
    let read = control
        .wait_for_message(&chat.ada, &sent["message_id"])
        .await;
    assert_eq!(read["text"], "You know");
    let context = &read["message"]["extended_text_message"]["context_info"];
    assert_eq!(
        context["mentioned_jid"],
        json!([control.lid(&chat.ada).await])
    );
    assert!(context["non_jid_mentions"].is_null(), "{read}");
}

#[tokio::test]
async fn a_mention_that_cannot_be_placed_is_refused_with_its_field() {
    let chat = Chat::open().await;
    let group = chat.world.control.group(&[&chat.phone, &chat.ada]).await;
    let right = json!({
        "number": group,
        "text": "Hello Ada",
        "mentions": { "mentionAll": true, "specificUsers": [{ "jid": chat.ada, "position": [6, 9] }] }
    });
    let with = |path: &str, value: Value| {
        let mut body = right.clone();
        *body.pointer_mut(path).expect(path) = value;
        body
    };
    let people = "mentions.specificUsers";
    let too_many = vec![json!({ "jid": chat.ada }); 1025];
    let table = [
        (
            with("/number", json!(chat.ada)),
            "number",
            "number must be the JID of a group, like 120363021234567890@g.us",
        ),
        (with("/number", json!("")), "number", ""),
        (
            with("/text", json!("  ")),
            "text",
            "text is required and must be between 1 and 4096 characters",
        ),
        (
            with("/mentions", json!({})),
            "mentions",
            "mentions must have mentionAll or specificUsers",
        ),
        (
            with("/mentions/specificUsers", json!(too_many)),
            people,
            "mentions.specificUsers must not name more than 1024 people",
        ),
        (
            with("/mentions/specificUsers/0/jid", json!("x")),
            "mentions.specificUsers[0].jid",
            "",
        ),
        (
            with("/mentions/specificUsers/0/position", json!([6, 10])),
            "mentions.specificUsers[0].position",
            "mentions.specificUsers[0].position ends after the text, which has 9 characters",
        ),
        (
            with("/mentions/specificUsers/0/position", json!([9, 6])),
            "mentions.specificUsers[0].position",
            "mentions.specificUsers[0].position must be [start, end], with the end after the start",
        ),
        (
            with(
                "/mentions",
                json!({ "mentionAll": true, "mentionAllPosition": [0, 7], "specificUsers": right["mentions"]["specificUsers"] }),
            ),
            "mentions.specificUsers[0].position",
            "mentions.specificUsers[0].position overlaps the place of another mention",
        ),
    ];
    for (body, field, text) in table {
        let answer = chat.post(PATH, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        let flaw = &answer.body["validation"][0];
        assert_eq!(flaw["field"], field, "{body}: {}", answer.text);
        assert!(
            text.is_empty() || flaw["message"] == text,
            "{body}: {}",
            answer.text
        );
    }
    let elsewhere = with("/number", json!("120363000000000000@g.us"));
    let answer = chat.post(PATH, elsewhere).await;
    assert_eq!(answer.text_error(), (404, "group not found"));
    let unauthorized = chat
        .world
        .api
        .as_user("nobody")
        .post(PATH, right.clone())
        .await;
    assert_eq!(unauthorized.text_error(), (401, "Invalid token"));
    chat.user.api.post_nothing("/disconnect").await.expect(200);
    let answer = chat.post(PATH, right).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}

#[tokio::test]
async fn whoever_is_not_in_the_group_cannot_be_mentioned_in_it() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    let bob = control.account("Bob").await;
    let members = [&chat.phone, &chat.ada];
    for group in [
        control.group(&members).await,
        control.group_by_number(&members).await,
    ] {
        for stranger in [bob.clone(), control.lid(&bob).await, "999@lid".to_owned()] {
            let mentions =
                |person: Value| json!({ "specificUsers": [{ "jid": chat.ada }, person] });
            let placed = json!({ "jid": stranger, "position": [0, 3] });
            let mut silently = mentions(json!({ "jid": stranger }));
            silently["silent"] = json!(true);
            for mentions in [
                mentions(placed),
                mentions(json!({ "jid": stranger })),
                silently,
            ] {
                let body = json!({ "number": group, "text": "Bob", "mentions": mentions });
                let answer = chat.post(PATH, body).await;
                assert_eq!(answer.status, 400, "{}", answer.text);
                let flaw = &answer.body["validation"][0];
                assert_eq!(flaw["field"], "mentions.specificUsers", "{}", answer.text);
                let said = flaw["message"].as_str().expect("words");
                assert!(said.contains(user(&stranger)), "{said}");
                assert!(said.ends_with(" is not in the group"), "{said}");
            }
            let body = json!({ "number": group, "text": "Bob", "mentioned": [stranger] });
            let text = format!("mentioned: {} is not in the group", jid(&stranger));
            chat.refuses_field("/send/text", body, "mentioned", &text)
                .await;
            let body =
                json!({ "number": group, "image": DOT, "caption": "Bob", "mentioned": [stranger] });
            chat.refuses_field("/send/image", body, "mentioned", &text)
                .await;
        }
        // Who has joined since is found, and counts once.
        let joins = json!({ "add": [bob] });
        control.change_group(&group, joins).await;
        let body = json!({ "number": group, "text": "Bob", "mentioned": [bob, bob, chat.ada] });
        let (sent, _) = chat.send("/send/text", body).await;
        assert_eq!(sent["metadata"]["mentions_processed"], 2, "{sent}");
    }
}

/// As a refusal names somebody.
fn jid(person: &str) -> String {
    match person.contains('@') {
        true => person.to_owned(),
        false => format!("{person}@s.whatsapp.net"),
    }
}

#[tokio::test]
async fn a_text_that_the_groups_own_names_make_too_long_is_refused() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    let group = control.group(&[&chat.phone, &chat.ada]).await;
    let lid = control.lid(&chat.ada).await;
    assert!(user(&lid).len() > chat.ada.len(), "{lid}");
    let grows = user(&lid).len() - chat.ada.len();
    let text = |length: usize| {
        let name = format!("@{} ", chat.ada);
        format!("{name}{}", "é".repeat(length - name.chars().count()))
    };
    let fits = json!({ "number": group, "text": text(4096 - grows), "mentioned": [chat.ada] });
    let (_, read) = chat.send("/send/text", fits).await;
    assert_eq!(read["text"].as_str().expect("a text").chars().count(), 4096);
    let words = "once it has the names that the chat has for who is mentioned";
    for (path, body, field, longest) in [
        (
            "/send/text",
            json!({ "number": group, "text": text(4096), "mentioned": [chat.ada] }),
            "text",
            4096,
        ),
        (
            PATH,
            json!({ "number": group, "text": text(4096), "mentions": { "specificUsers": [{ "jid": chat.ada }] } }),
            "text",
            4096,
        ),
        (
            "/send/image",
            json!({ "number": group, "image": DOT, "caption": text(1024), "mentioned": [chat.ada] }),
            "caption",
            1024,
        ),
    ] {
        let problem = format!("{field} is longer than {longest} characters {words}");
        chat.refuses_field(path, body, field, &problem).await;
    }
}
