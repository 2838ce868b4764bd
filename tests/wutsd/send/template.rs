//! POST /send/template

use serde_json::{Value, json};

use super::{Chat, DOT};

const PATH: &str = "/send/template";

#[tokio::test]
async fn a_template_is_shown_with_its_header_and_its_buttons() {
    let chat = Chat::open().await;
    let body = json!({
        "number": chat.ada,
        "header": { "type": "text", "text": "Order 1234" },
        "body": "It is on its way.",
        "footer": "Thank you!",
        "buttons": [
            { "type": "url", "text": "Where is it?", "url": "https://example.com/1234" },
            { "type": "call", "text": "Call us", "phone_number": "5511888888888" },
            { "type": "quick_reply", "text": "Fine", "id": "fine" }
        ]
    });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    chat.is_documented(&sent);
    let shown = &read["message"]["interactive_message"];
    assert_eq!(shown["header"]["title"], "Order 1234");
    assert_eq!(shown["body"]["text"], "It is on its way.");
    assert_eq!(shown["footer"]["text"], "Thank you!");
    let buttons = shown["native_flow_message"]["buttons"].as_array();
    let buttons = buttons.unwrap_or_else(|| panic!("{read}")).iter();
    let buttons: Vec<(&str, Value)> = buttons
        .map(|button| {
            let parameters = button["button_params_json"].as_str().expect("a text");
            let parameters = serde_json::from_str(parameters).expect("JSON");
            (button["name"].as_str().expect("a name"), parameters)
        })
        .collect();
    let (url, page) = ("https://example.com/1234", "Where is it?");
    assert_eq!(
        buttons,
        [
            (
                "cta_url",
                json!({ "display_text": page, "url": url, "merchant_url": url })
            ),
            (
                "cta_call",
                json!({ "display_text": "Call us", "phone_number": "+5511888888888" })
            ),
            (
                "quick_reply",
                json!({ "display_text": "Fine", "id": "fine" })
            ),
        ]
    );
    assert_eq!(read["stanza"]["parts"][0]["tag"], "biz", "{read}");

    let image = json!({ "type": "image", "image": DOT });
    let pictured = json!({ "number": chat.ada, "header": image, "body": "Look", "delay": 1 });
    let (_, read) = chat.send(PATH, pictured).await;
    let header = &read["message"]["interactive_message"]["header"];
    assert_eq!(header["has_media_attachment"], true);
    let image = &header["image_message"];
    assert_eq!(image["mimetype"], "image/jpeg");
    assert!(
        image["media_key"].is_string() && image["direct_path"].is_string(),
        "{read}"
    );
}

#[tokio::test]
async fn what_no_phone_could_show_is_refused_with_its_field() {
    let chat = Chat::open().await;
    let quick = json!({ "type": "quick_reply", "text": "Yes", "id": "1" });
    let with = |field: &str, value: Value| {
        let mut body = json!({ "number": chat.ada, "body": "Hello" });
        body[field] = value;
        body
    };
    let table = [
        (
            json!({ "number": chat.ada }),
            "body",
            "body cannot be empty",
        ),
        (with("body", json!("  ")), "body", "body cannot be empty"),
        (
            with("header", json!({ "type": "text" })),
            "header.text",
            "text is required",
        ),
        (
            with("header", json!({ "type": "image" })),
            "header.image",
            "either header.image or header.image_url must be provided",
        ),
        (
            with(
                "header",
                json!({ "type": "image", "image": "JVBERi0xLjc=" }),
            ),
            "header.image",
            "",
        ),
        (
            with("header", json!({ "type": "video" })),
            "header.type",
            "",
        ),
        (
            with("buttons", json!([quick, quick])),
            "buttons",
            "buttons must have ids that differ, and \"1\" is there twice",
        ),
        (
            with("buttons", json!(vec![&quick; 4])),
            "buttons",
            "buttons must not hold more than 3 buttons",
        ),
        (
            with("buttons", json!([{ "type": "quick_reply", "text": "Yes" }])),
            "buttons[0].id",
            "id is required",
        ),
        (
            with(
                "buttons",
                json!([{ "type": "url", "text": "Yes", "url": "javascript:alert(1)" }]),
            ),
            "buttons[0].url",
            "buttons[0].url must be the address of a page: https://…",
        ),
        (
            with("buttons", json!([{ "type": "call", "text": "Yes" }])),
            "buttons[0].phone_number",
            "phone_number is required",
        ),
        (with("delay", json!(61)), "delay", ""),
        (with("number", json!("x")), "number", ""),
    ];
    for (body, field, text) in table {
        chat.refuses_field(PATH, body, field, text).await;
    }
    let right = with("footer", json!("Bye"));
    chat.refuses_in_the_standard_form(
        PATH,
        &right,
        "unauthorized",
        "failed to acquire WhatsApp device",
        "failed to send template message",
    )
    .await;
}

#[tokio::test]
async fn what_is_too_long_to_be_shown_is_refused_with_its_field() {
    let chat = Chat::open().await;
    let right = json!({
        "number": chat.ada,
        "header": { "type": "text", "text": "é".repeat(60) },
        "body": "é".repeat(1024),
        "footer": "é".repeat(60),
        "buttons": [{ "type": "quick_reply", "text": "é".repeat(25), "id": "é".repeat(256) }]
    });
    chat.send(PATH, right.clone()).await;
    for (place, field, longest) in [
        ("/header/text", "header.text", 60),
        ("/body", "body", 1024),
        ("/footer", "footer", 60),
        ("/buttons/0/text", "buttons[0].text", 25),
        ("/buttons/0/id", "buttons[0].id", 256),
    ] {
        let mut wrong = right.clone();
        *wrong.pointer_mut(place).expect(place) = json!("é".repeat(longest + 1));
        let text = format!("{field} must not be longer than {longest} characters");
        chat.refuses_field(PATH, wrong, field, &text).await;
    }
}
