//! POST /send/list-response

use serde_json::json;

use super::Chat;
use super::buttons_response::refuses_a_question_of_nobody;

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
