//! POST /send/list-response

use serde_json::json;

use super::Chat;
use super::buttons_response::{asked, refuses_a_question_of_nobody};

const PATH: &str = "/send/list-response";

#[tokio::test]
async fn an_answer_names_its_row_and_its_question() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    let body = json!({
        "to": chat.ada,
        "selected_row_id": "mon-am",
        "title": "Morning",
        "description": "8 to 12",
        "quoted": { "message_id": "3EB0ABCDEF", "participant": chat.ada, "body": "When may we come?" }
    });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(sent["message"], "List response sent successfully");
    let answer = &read["message"]["list_response_message"];
    assert_eq!(answer["title"], "Morning");
    assert_eq!(answer["description"], "8 to 12");
    assert_eq!(answer["list_type"], "SINGLE_SELECT");
    assert_eq!(answer["single_select_reply"]["selected_row_id"], "mon-am");
    assert_eq!(answer["context_info"]["stanza_id"], "3EB0ABCDEF");
    assert_eq!(
        answer["context_info"]["quoted_message"]["list_message"]["description"],
        "When may we come?"
    );
    assert_eq!(
        read["stanza"],
        json!({ "type": "media", "mediatype": "list_response" })
    );

    // In a group by LID the question's author goes by LID.
    let group = control.group(&[&chat.phone, &chat.ada]).await;
    let mut there = body.clone();
    there["to"] = json!(group);
    let (_, read) = chat.send(PATH, there).await;
    assert_eq!(
        read["message"]["list_response_message"]["context_info"]["participant"],
        json!(control.lid(&chat.ada).await)
    );

    refuses_a_question_of_nobody(&chat, PATH, &body).await;
    chat.refuses_as_documented(PATH, &body, "Failed to send list response")
        .await;
}

#[tokio::test]
async fn a_list_that_is_known_is_shown_as_it_was_and_one_of_todays_form_is_answered_in_that() {
    let chat = Chat::open().await;
    let answer = async |id: &serde_json::Value| {
        let quoted = json!({ "message_id": id, "participant": chat.ada });
        let body = json!({
            "to": chat.ada,
            "selected_row_id": "yes",
            "title": "Yes",
            "description": "of course",
            "quoted": quoted
        });
        chat.send(PATH, body).await.1
    };
    let rows = json!([{ "id": "yes", "text": "Yes" }]);
    let list = json!({ "type": "list", "body": "Well?", "button": "Choose", "rows": rows });
    let list = json!({ "to": chat.phone, "content": list });
    let id = chat.world.control.says(&chat.ada, list).await;
    // What came in before a question is here when the question is.
    let flow = asked(&chat, "interactive").await;
    let read = answer(&id).await;
    let chosen = &read["message"]["list_response_message"];
    let shown = &chosen["context_info"]["quoted_message"]["list_message"];
    assert_eq!(shown["description"], "Well?", "{read}");

    let read = answer(&flow).await;
    let chosen = &read["message"]["interactive_response_message"];
    let params = &chosen["native_flow_response_message"]["params_json"];
    let params: serde_json::Value =
        serde_json::from_str(params.as_str().expect("a text")).expect("JSON");
    assert_eq!(params, json!({ "id": "yes", "description": "of course" }));
    assert_eq!(chosen["body"]["text"], "Yes");
}
