//! POST /send/buttons

use serde_json::{Value, json};

use super::Chat;

const PATH: &str = "/send/buttons";

#[tokio::test]
async fn buttons_are_shown_with_their_ids() {
    let chat = Chat::open().await;
    let body = json!({
        "to": chat.ada,
        "message": "Do you confirm your order?",
        "footer": "Answer by ten",
        "buttons": [{ "id": "yes", "display_text": "Yes" }, { "id": "no", "display_text": "No" }]
    });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(sent["message"], "Buttons message sent successfully");
    let shown = &read["message"]["interactive_message"];
    assert_eq!(shown["body"]["text"], "Do you confirm your order?");
    assert_eq!(shown["footer"]["text"], "Answer by ten");
    let buttons = shown["native_flow_message"]["buttons"].as_array();
    let buttons = buttons.unwrap_or_else(|| panic!("{read}")).iter();
    let buttons: Vec<Value> = buttons
        .map(|button| {
            assert_eq!(button["name"], "quick_reply");
            let parameters = button["button_params_json"].as_str().expect("a text");
            serde_json::from_str(parameters).expect("JSON")
        })
        .collect();
    let yes = json!({ "display_text": "Yes", "id": "yes" });
    assert_eq!(buttons, [yes, json!({ "display_text": "No", "id": "no" })]);
    // Phones show none without it.
    assert_eq!(read["stanza"]["parts"][0]["tag"], "biz", "{read}");

    let button = |id: &str| json!({ "id": id, "display_text": "Yes" });
    let count = "Message must have between 1 and 3 buttons";
    let table = [
        (json!([]), count),
        (
            json!([button("1"), button("2"), button("3"), button("4")]),
            count,
        ),
        (
            json!([button("1"), button("1")]),
            "buttons must have ids that differ, and \"1\" is there twice",
        ),
        (json!([button(" ")]), "buttons[0].id cannot be empty"),
        (
            json!([{ "id": "1" }]),
            "buttons[0].display_text is required",
        ),
    ];
    for (buttons, text) in table {
        let mut wrong = body.clone();
        wrong["buttons"] = buttons;
        let answer = chat.post(PATH, wrong).await;
        assert_eq!(
            (answer.status, &answer.body),
            (400, &json!({ "error": text }))
        );
    }
    for (place, value, text) in [
        ("/message", "".to_owned(), "message cannot be empty"),
        (
            "/message",
            "é".repeat(1025),
            "message must not be longer than 1024 characters",
        ),
        (
            "/footer",
            "é".repeat(61),
            "footer must not be longer than 60 characters",
        ),
        (
            "/buttons/0/display_text",
            "é".repeat(26),
            "buttons[0].display_text must not be longer than 25 characters",
        ),
        (
            "/buttons/0/id",
            "é".repeat(257),
            "buttons[0].id must not be longer than 256 characters",
        ),
    ] {
        let mut wrong = body.clone();
        *wrong.pointer_mut(place).expect(place) = json!(value);
        let answer = chat.post(PATH, wrong).await;
        assert_eq!(answer.body, json!({ "error": text }));
    }
    chat.refuses_as_documented(PATH, &body, "Failed to send buttons message")
        .await;
}

#[tokio::test]
async fn a_group_sees_them_too() {
    let chat = Chat::open().await;
    let group = chat.world.control.group(&[&chat.phone, &chat.ada]).await;
    let body = json!({ "to": group, "message": "Lunch?", "buttons": [{ "id": "yes", "display_text": "Yes" }] });
    let (_, read) = chat.send(PATH, body).await;
    assert_eq!(read["chat"], json!(group));
    assert_eq!(
        read["message"]["interactive_message"]["body"]["text"],
        "Lunch?"
    );
}
