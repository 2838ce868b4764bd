//! POST /send/buttons-response

use serde_json::{Value, json};

use super::Chat;

const PATH: &str = "/send/buttons-response";

#[tokio::test]
async fn an_answer_names_its_button_and_its_question() {
    let chat = Chat::open().await;
    let body = json!({
        "to": chat.ada,
        "selected_button_id": "yes",
        "selected_display_text": "Yes",
        "quoted": { "message_id": "3EB0ABCDEF", "participant": chat.ada, "body": "Do you confirm?" }
    });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(sent["message"], "Buttons response sent successfully");
    let answer = &read["message"]["buttons_response_message"];
    assert_eq!(answer["selected_button_id"], "yes");
    assert_eq!(answer["selected_display_text"], "Yes");
    assert_eq!(answer["type"], "DISPLAY_TEXT");
    let question = &answer["context_info"];
    assert_eq!(question["stanza_id"], "3EB0ABCDEF");
    assert_eq!(
        question["participant"],
        format!("{}@s.whatsapp.net", chat.ada)
    );
    assert_eq!(
        question["quoted_message"]["buttons_message"]["content_text"],
        "Do you confirm?"
    );
    assert_eq!(
        read["stanza"],
        json!({ "type": "media", "mediatype": "buttons_response" })
    );
    refuses_a_question_of_nobody(&chat, PATH, &body).await;
    for field in ["selected_button_id", "selected_display_text"] {
        let mut wrong = body.clone();
        wrong[field] = json!(" ");
        let answer = chat.post(PATH, wrong).await;
        let text = format!("{field} cannot be empty");
        assert_eq!(
            (answer.status, &answer.body),
            (400, &json!({ "error": text }))
        );
    }
    chat.refuses_as_documented(PATH, &body, "Failed to send buttons response")
        .await;
}

/// In the contract's words, also for whoever answers a list.
pub async fn refuses_a_question_of_nobody(chat: &Chat, path: &str, right: &Value) {
    let with = |quoted: Value| {
        let mut body = right.clone();
        body["quoted"] = quoted;
        body
    };
    let nobody = "invalid quoted participant JID: empty input";
    for (quoted, text) in [
        (Value::Null, nobody),
        (json!({}), nobody),
        (json!({ "message_id": "3EB0ABCDEF" }), nobody),
        (
            json!({ "message_id": "3EB0ABCDEF", "participant": "" }),
            nobody,
        ),
        (
            json!({ "message_id": "3EB0ABCDEF", "participant": "x" }),
            "invalid quoted participant JID: invalid number",
        ),
        (
            json!({ "participant": chat.ada }),
            "quoted.message_id is required",
        ),
    ] {
        let answer = chat.post(path, with(quoted)).await;
        assert_eq!(
            (answer.status, &answer.body),
            (400, &json!({ "error": text }))
        );
    }
}
