//! POST /send/buttons-response

use serde_json::{Value, json};

use super::Chat;
use crate::support::until_ok;

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

/// Ada asks, in one of WhatsApp's forms; the question's id, once it is known here.
pub async fn asked(chat: &Chat, kind: &str) -> Value {
    let control = &chat.world.control;
    let buttons = json!([{ "id": "no", "text": "No" }, { "id": "yes", "text": "Yes" }]);
    let content = json!({ "type": kind, "body": "Do you confirm?", "buttons": buttons });
    let saying = json!({ "to": chat.phone, "content": content });
    let id = control.says(&chat.ada, saying).await;
    until_ok("the question is here", async || {
        match control.queued(&chat.phone).await {
            0 => Ok(()),
            some => Err(some),
        }
    })
    .await;
    id
}

#[tokio::test]
async fn a_question_that_is_known_is_answered_in_its_own_form_and_shown_as_it_was() {
    let chat = Chat::open().await;
    let answer = async |kind: &str| {
        let id = asked(&chat, kind).await;
        let quoted = json!({ "message_id": id, "participant": chat.ada, "body": "something else" });
        let body = json!({
            "to": chat.ada,
            "selected_button_id": "yes",
            "selected_display_text": "Yes",
            "quoted": quoted
        });
        (id, chat.send(PATH, body).await.1)
    };

    let (id, read) = answer("interactive").await;
    assert_eq!(read["kind"], "interactive_response", "{read}");
    let pressed = &read["message"]["interactive_response_message"];
    assert_eq!(pressed["body"]["text"], "Yes");
    let reply = &pressed["native_flow_response_message"];
    assert_eq!(reply["name"], "quick_reply");
    let params = reply["params_json"].as_str().expect("JSON in a text");
    let params: Value = serde_json::from_str(params).expect("JSON");
    assert_eq!(params, json!({ "id": "yes" }));
    let question = &pressed["context_info"];
    assert_eq!(question["stanza_id"], id);
    let shown = &question["quoted_message"]["interactive_message"];
    assert_eq!(shown["body"]["text"], "Do you confirm?", "{read}");
    assert_eq!(
        read["stanza"],
        json!({ "type": "media", "mediatype": "native_flow_response" })
    );

    let (_, read) = answer("buttons").await;
    let pressed = &read["message"]["buttons_response_message"];
    assert_eq!(pressed["selected_button_id"], "yes", "{read}");
    let shown = &pressed["context_info"]["quoted_message"]["buttons_message"];
    assert_eq!(shown["content_text"], "Do you confirm?", "{read}");

    let (_, read) = answer("template").await;
    let pressed = &read["message"]["template_button_reply_message"];
    assert_eq!(pressed["selected_id"], "yes", "{read}");
    assert_eq!(pressed["selected_display_text"], "Yes");
    let shown = &pressed["context_info"]["quoted_message"]["template_message"];
    assert!(shown.is_object(), "{read}");
}

#[tokio::test]
async fn a_question_that_is_known_is_answered_with_what_it_has_to_choose_from() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    let choices = json!([{ "id": "yes", "text": "Yes" }, { "id": "no", "text": "No" }]);
    for (content, path, field, text) in [
        (
            json!({ "type": "interactive", "body": "Well?", "buttons": choices }),
            PATH,
            "selected_button_id",
            "selected_button_id is no button of the quoted message, which has yes, no",
        ),
        (
            json!({ "type": "list", "body": "Well?", "button": "Choose", "rows": choices }),
            PATH,
            "selected_button_id",
            "selected_button_id: the quoted message has no buttons to choose from",
        ),
        (
            json!({ "type": "list", "body": "Well?", "button": "Choose", "rows": choices }),
            "/send/list-response",
            "selected_row_id",
            "selected_row_id is no row of the quoted message, which has yes, no",
        ),
        (
            json!({ "type": "text", "text": "Well?" }),
            "/send/list-response",
            "selected_row_id",
            "selected_row_id: the quoted message has no rows to choose from",
        ),
    ] {
        let asked = json!({ "to": chat.phone, "content": content });
        let asked = control.says(&chat.ada, asked).await;
        until_ok("nothing is queued", async || {
            match control.queued(&chat.phone).await {
                0 => Ok(()),
                some => Err(some),
            }
        })
        .await;
        let mut body = json!({
            "to": chat.ada, "selected_display_text": "Perhaps", "title": "Perhaps",
            "quoted": { "message_id": asked, "participant": chat.ada }
        });
        body[field] = json!("perhaps");
        let answer = chat.post(path, body).await;
        assert_eq!(
            (answer.status, answer.body["error"].as_str()),
            (400, Some(text)),
            "{}",
            answer.text
        );
    }
}
