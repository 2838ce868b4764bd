//! Every kind of message that somebody can send, as it is told.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::lifecycle::everything;
use super::{Scene, told_of};
use crate::support::Receiver;

/// The friend's phone sends it, and this is what is told.
async fn told(scene: &Scene, receiver: &Receiver, saying: Value) -> Value {
    let control = &scene.world.control;
    let id = control.says(&scene.friend, saying).await;
    told_of(receiver, "message.received", &id).await
}

fn file(content: &[u8]) -> Value {
    json!({ "data_base64": BASE64_STANDARD.encode(content) })
}

#[tokio::test]
async fn what_stands_for_itself_is_told_with_its_content() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    scene.listen(&receiver).await;
    let card = |name: &str| json!({ "name": name, "phone": "15550009999" });
    let choices = json!([{ "id": "yes", "text": "Yes" }, { "id": "no", "text": "No" }]);
    let table = [
        (
            json!({ "type": "text", "text": "hello" }),
            "text",
            "hello",
            json!({}),
        ),
        (
            json!({ "type": "contact", "contact": card("Grace") }),
            "contact",
            "Grace",
            json!({ "/details/display_name": "Grace" }),
        ),
        (
            json!({ "type": "contacts", "contacts": [card("Grace"), card("Alan")] }),
            "contacts",
            "2 contacts",
            json!({ "/details/contacts/1/display_name": "Alan" }),
        ),
        (
            json!({ "type": "location", "latitude": -23.5, "longitude": -46.6, "name": "MASP" }),
            "location",
            "MASP",
            json!({ "/details/degrees_latitude": -23.5, "/details/degrees_longitude": -46.6 }),
        ),
        (
            json!({ "type": "live_location", "latitude": 1.5, "longitude": 2.5, "caption": "coming", "sequence_number": 7 }),
            "live_location",
            "coming",
            json!({ "/details/degrees_latitude": 1.5, "/details/sequence_number": 7 }),
        ),
        (
            json!({ "type": "poll", "question": "Lunch?", "options": ["Yes", "No"] }),
            "poll",
            "Lunch?",
            json!({ "/details/options/1/option_name": "No", "/details/selectable_options_count": 1 }),
        ),
        (
            json!({ "type": "list", "body": "When?", "button": "Choose", "rows": choices }),
            "list",
            "When?",
            json!({ "/details/button_text": "Choose", "/details/sections/0/rows/1/row_id": "no" }),
        ),
        (
            json!({ "type": "buttons", "body": "Well?", "buttons": choices }),
            "buttons",
            "Well?",
            json!({ "/details/buttons/0/button_id": "yes", "/details/buttons/0/button_text/display_text": "Yes" }),
        ),
        (
            json!({ "type": "template", "body": "Well?", "buttons": choices }),
            "template",
            "Well?",
            json!({ "/details/hydrated_template/hydrated_buttons/1/quick_reply_button/id": "no" }),
        ),
        (
            json!({ "type": "interactive", "body": "Well?", "buttons": choices }),
            "interactive",
            "Well?",
            json!({ "/details/native_flow_message/buttons/0/name": "quick_reply" }),
        ),
    ];
    for (content, kind, text, details) in table {
        let data = told(
            &scene,
            &receiver,
            json!({ "to": scene.phone, "content": content }),
        )
        .await;
        assert_eq!(
            (&data["message_type"], &data["content"]),
            (&json!(kind), &json!(text)),
            "{data}"
        );
        assert_eq!(
            data["sender_pn"],
            format!("{}@s.whatsapp.net", scene.friend)
        );
        for (place, value) in details.as_object().expect("an object") {
            assert_eq!(data.pointer(place), Some(value), "{place}: {data}");
        }
    }
}

#[tokio::test]
async fn files_are_told_with_what_is_needed_to_fetch_them() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    scene.listen(&receiver).await;
    let bytes = vec![7; 3000];
    let table = [
        (
            json!({ "type": "image", "caption": "look" }),
            json!("look"),
            json!({ "mimetype": "image/jpeg" }),
        ),
        (
            json!({ "type": "video", "caption": "look", "seconds": 9, "gif": true }),
            json!("look"),
            json!({ "mimetype": "video/mp4", "seconds": 9, "gif": true }),
        ),
        (
            json!({ "type": "video_note", "seconds": 3 }),
            Value::Null,
            json!({ "seconds": 3 }),
        ),
        (
            json!({ "type": "audio", "seconds": 4, "voice": true }),
            Value::Null,
            json!({ "mimetype": "audio/ogg; codecs=opus", "seconds": 4, "voice": true }),
        ),
        (
            json!({ "type": "document", "file_name": "a.pdf", "caption": "read" }),
            json!("read"),
            json!({ "file_name": "a.pdf", "title": "a.pdf" }),
        ),
        (
            json!({ "type": "sticker", "animated": true }),
            Value::Null,
            json!({ "mimetype": "image/webp", "animated": true }),
        ),
    ];
    for (mut content, caption, expected) in table {
        content["file"] = file(&bytes);
        let kind = content["type"].clone();
        let data = told(
            &scene,
            &receiver,
            json!({ "to": scene.phone, "content": content }),
        )
        .await;
        assert_eq!(
            (&data["message_type"], &data["content"]),
            (&kind, &caption),
            "{data}"
        );
        let media = &data["media"];
        assert_eq!(
            (&media["type"], &media["size"]),
            (&kind, &json!(bytes.len())),
            "{data}"
        );
        for key in ["media_key", "direct_path", "encrypted_sha256", "sha256"] {
            assert!(media[key].is_string(), "{key}: {data}");
        }
        for (name, value) in expected.as_object().expect("an object") {
            assert_eq!(media[name], *value, "{name}: {data}");
        }
    }
    let once = json!({ "type": "image", "file": file(&bytes) });
    let once =
        json!({ "to": scene.phone, "content": once, "view_once": true, "expiration": 86400 });
    let data = told(&scene, &receiver, once).await;
    assert_eq!(
        (&data["view_once"], &data["message_type"]),
        (&json!(true), &json!("image")),
        "{data}"
    );
    assert_eq!(data["ephemeral_seconds"], 86400, "{data}");
}

#[tokio::test]
async fn what_is_about_a_message_names_it() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    scene.listen(&receiver).await;
    let control = &scene.world.control;
    let sent = json!({ "number": scene.friend, "text": "Is it raining?" });
    let sent = scene.user.api.post("/send/text", sent).await.expect(200);
    let asked = sent["message_id"].clone();
    control.wait_for_message(&scene.friend, &asked).await;

    let reply = json!({ "content": { "type": "text", "text": "No" }, "quoted": asked });
    let data = told(&scene, &receiver, reply).await;
    let own = format!("{}@s.whatsapp.net", scene.phone);
    let context = &data["context"];
    assert_eq!(
        (&data["content"], &context["quoted_message_id"]),
        (&json!("No"), &asked),
        "{data}"
    );
    assert_eq!(
        (&context["quoted_content"], &context["quoted_participant"]),
        (&json!("Is it raining?"), &json!(own))
    );
    let own_lid = control.lid(&scene.phone).await;
    assert_eq!(
        (
            &context["quoted_participant_pn"],
            &context["quoted_participant_lid"]
        ),
        (&json!(own), &json!(own_lid)),
        "{data}"
    );

    for emoji in ["👍", ""] {
        let reaction =
            json!({ "content": { "type": "reaction", "message": asked, "emoji": emoji } });
        let data = told(&scene, &receiver, reaction).await;
        assert_eq!(
            (&data["message_type"], &data["content"]),
            (&json!("reaction"), &json!(emoji)),
            "{data}"
        );
        let target = &data["details"]["target"];
        assert_eq!(
            (&target["message_id"], &target["is_from_me"]),
            (&asked, &json!(true)),
            "{data}"
        );
        assert_eq!(target["chat"], data["chat"], "{data}");
    }

    let text = json!({ "type": "text", "text": "tea" });
    let text = control
        .says(&scene.friend, json!({ "to": scene.phone, "content": text }))
        .await;
    let edit = json!({ "content": { "type": "edit", "message": text, "text": "green tea" } });
    let data = told(&scene, &receiver, edit).await;
    assert_eq!(
        (&data["message_type"], &data["content"]),
        (&json!("edit"), &json!("green tea")),
        "{data}"
    );
    assert_eq!(data["details"]["target"]["message_id"], text);
    assert_eq!(data["details"]["target"]["is_from_me"], false, "{data}");
    let revoke = json!({ "content": { "type": "revoke", "message": text } });
    let data = told(&scene, &receiver, revoke).await;
    assert_eq!(data["message_type"], "revoke");
    assert_eq!(data["details"]["target"]["message_id"], text);

    let poll = json!({ "to": scene.friend, "question": "Lunch?", "options": [{ "option_name": "Yes" }, { "option_name": "No" }] });
    let poll = scene.user.api.post("/send/poll", poll).await.expect(200)["message_id"].clone();
    control.wait_for_message(&scene.friend, &poll).await;
    let vote = json!({ "content": { "type": "vote", "message": poll, "options": ["No"] } });
    let data = told(&scene, &receiver, vote).await;
    assert_eq!(data["message_type"], "poll_vote", "{data}");
    let target = &data["details"]["target"];
    assert_eq!(
        (&target["message_id"], &target["is_from_me"]),
        (&poll, &json!(true)),
        "{data}"
    );
    assert_eq!(data["details"]["question"], "Lunch?");
    assert_eq!(data["details"]["selected_options"], json!(["No"]));
    let another = json!({ "content": { "type": "vote", "message": poll, "options": [] } });
    let data = told(&scene, &receiver, another).await;
    assert_eq!(data["details"]["selected_options"], json!([]), "{data}");
}

#[tokio::test]
async fn what_is_said_of_a_status_names_it() {
    let scene = Scene::start().await;
    let control = &scene.world.control;
    control.add_contact(&scene.phone, &scene.friend).await;
    control.add_contact(&scene.friend, &scene.phone).await;
    scene
        .user
        .api
        .post_nothing("/appstate/sync")
        .await
        .expect(200);
    let receiver = Receiver::start().await;
    scene.listen(&receiver).await;
    let own = scene.user.api.post_status("we are open").await.expect(200);
    let own = &own["message_id"];
    control.wait_for_message(&scene.friend, own).await;

    let answer = json!({ "quoted": own, "content": { "type": "text", "text": "until when?" } });
    let data = told(&scene, &receiver, answer).await;
    let friend = format!("{}@s.whatsapp.net", scene.friend);
    assert_eq!(
        (&data["content"], &data["chat_pn"]),
        (&json!("until when?"), &json!(friend))
    );
    let context = &data["context"];
    assert_eq!(
        (
            &context["quoted_message_id"],
            &context["quoted_chat"],
            &context["quoted_content"]
        ),
        (own, &json!("status@broadcast"), &json!("we are open")),
        "{data}"
    );

    let like = json!({ "content": { "type": "reaction", "message": own, "emoji": "💚" } });
    let data = told(&scene, &receiver, like).await;
    assert_eq!(
        (&data["message_type"], &data["content"], &data["sender_pn"]),
        (&json!("reaction"), &json!("💚"), &json!(friend)),
        "{data}"
    );
    let target = &data["details"]["target"];
    assert_eq!(
        (
            &target["message_id"],
            &target["chat"],
            &target["is_from_me"]
        ),
        (own, &json!("status@broadcast"), &json!(true)),
        "{data}"
    );
}

#[tokio::test]
async fn a_status_that_mentions_this_account_is_named() {
    let (scene, receiver) = everything().await;
    let (friend, number) = scene.world.paired_user().await;
    let status = json!({ "text": "thanks", "mentions": [scene.phone] });
    let posted = friend.api.post("/status/text", status).await.expect(200);
    let id = posted["message_id"].as_str().expect("an id");
    let data = told_of(&receiver, "message.received", &json!(format!("{id}00"))).await;
    assert_eq!(data["message_type"], "status_mention", "{data}");
    let target = &data["details"]["target"];
    assert_eq!(
        (
            &target["message_id"],
            &target["chat"],
            &target["is_from_me"]
        ),
        (&json!(id), &json!("status@broadcast"), &json!(false)),
        "{data}"
    );
    assert_eq!(target["participant_pn"], format!("{number}@s.whatsapp.net"));
}

#[tokio::test]
async fn answers_to_buttons_and_lists_name_what_was_chosen() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    scene.listen(&receiver).await;
    let control = &scene.world.control;
    let ask = async |path: &str, body: Value| {
        let sent = scene.user.api.post(path, body).await.expect(200);
        control
            .wait_for_message(&scene.friend, &sent["message_id"])
            .await;
        sent["message_id"].clone()
    };
    let buttons = json!({ "to": scene.friend, "message": "Well?", "buttons": [{ "id": "yes", "display_text": "Yes" }] });
    let row = json!({ "id": "yes", "title": "Yes", "description": "of course" });
    let list = json!({ "to": scene.friend, "body": "Well?", "button_text": "Choose", "sections": [{ "rows": [row] }] });
    for (asked, kind, chosen) in [
        (
            ask("/send/buttons", buttons).await,
            "interactive_response",
            json!({ "/details/name": "quick_reply", "/details/params/id": "yes" }),
        ),
        (
            ask("/send/interactive", list).await,
            "list_response",
            json!({ "/details/single_select_reply/selected_row_id": "yes", "/details/description": "of course" }),
        ),
        // One's own phone has older kinds to answer, too.
        (
            say_to_own_friend(&scene, "buttons").await,
            "buttons_response",
            json!({ "/details/selected_button_id": "yes" }),
        ),
        (
            say_to_own_friend(&scene, "template").await,
            "template_button_reply",
            json!({ "/details/selected_id": "yes" }),
        ),
    ] {
        let answer = json!({ "content": { "type": "answer", "message": asked, "id": "yes" } });
        let data = told(&scene, &receiver, answer).await;
        assert_eq!(
            (&data["message_type"], &data["content"]),
            (&json!(kind), &json!("Yes")),
            "{data}"
        );
        let question = &data["context"];
        assert_eq!(question["quoted_message_id"], asked, "{data}");
        assert!(question["quoted_type"].is_string(), "{data}");
        assert!(question["quoted_content"].is_string(), "{data}");
        for (place, value) in chosen.as_object().expect("an object") {
            assert_eq!(data.pointer(place), Some(value), "{place}: {data}");
        }
    }
}

/// The account's own phone asks the friend, who has the question; its id.
async fn say_to_own_friend(scene: &Scene, kind: &str) -> Value {
    let control = &scene.world.control;
    let content =
        json!({ "type": kind, "body": "Well?", "buttons": [{ "id": "yes", "text": "Yes" }] });
    let asked = control
        .says(
            &scene.phone,
            json!({ "to": scene.friend, "content": content }),
        )
        .await;
    control.wait_for_message(&scene.friend, &asked).await;
    asked
}

#[tokio::test]
async fn in_a_group_people_go_by_the_names_of_the_group_and_admins_take_back_what_others_wrote() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    scene.listen(&receiver).await;
    let control = &scene.world.control;
    let members = [&scene.friend, &scene.phone];
    let lid = control.lid(&scene.phone).await;
    let by_number = |phone: &str| format!("{phone}@s.whatsapp.net");
    for (group, own, friend) in [
        (
            control.group(&members).await,
            lid,
            control.lid(&scene.friend).await,
        ),
        (
            control.group_by_number(&members).await,
            by_number(&scene.phone),
            by_number(&scene.friend),
        ),
    ] {
        let name = own.split('@').next().expect("a name");
        let text = json!({ "type": "text", "text": format!("@{name} and all, look") });
        let text =
            json!({ "to": group, "content": text, "mentions": [scene.phone], "mention_all": true });
        let data = told(&scene, &receiver, text).await;
        assert_eq!(
            (&data["is_group"], &data["to"]),
            (&json!(true), &json!(group)),
            "{data}"
        );
        let context = &data["context"];
        assert_eq!(
            (&context["mentioned"], &context["everybody"]),
            (&json!([own]), &json!(true)),
            "{data}"
        );
        let own_names =
            json!({ "pn": by_number(&scene.phone), "lid": control.lid(&scene.phone).await });
        assert_eq!(context["mentioned_people"], json!([own_names]), "{data}");

        let sent = json!({ "number": group, "text": "mine" });
        let sent = scene.user.api.post("/send/text", sent).await.expect(200);
        control
            .wait_for_message(&scene.friend, &sent["message_id"])
            .await;
        let revoke = json!({ "content": { "type": "revoke", "message": sent["message_id"] } });
        let data = told(&scene, &receiver, revoke).await;
        let target = &data["details"]["target"];
        assert_eq!(
            (&data["message_type"], &target["message_id"]),
            (&json!("revoke"), &sent["message_id"]),
            "{data}"
        );
        assert_eq!(
            (&target["is_from_me"], &target["participant"]),
            (&json!(true), &json!(own)),
            "{data}"
        );
        assert_eq!(
            (&target["participant_pn"], &target["participant_lid"]),
            (&own_names["pn"], &own_names["lid"]),
            "{data}"
        );
        let text = json!({ "type": "text", "text": "theirs" });
        let theirs = control
            .says(&scene.friend, json!({ "to": group, "content": text }))
            .await;
        let reaction =
            json!({ "content": { "type": "reaction", "message": theirs, "emoji": "👍" } });
        let data = told(&scene, &receiver, reaction).await;
        let target = &data["details"]["target"];
        assert_eq!(
            (
                &target["is_from_me"],
                &target["participant"],
                &target["chat"]
            ),
            (&json!(false), &json!(friend), &json!(group)),
            "{data}"
        );
        assert_eq!(
            (&target["participant_pn"], &target["participant_lid"]),
            (
                &json!(by_number(&scene.friend)),
                &json!(control.lid(&scene.friend).await)
            ),
            "{data}"
        );
    }
}
