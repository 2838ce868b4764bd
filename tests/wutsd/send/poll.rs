//! POST /send/poll

use serde_json::json;

use super::Chat;

const PATH: &str = "/send/poll";

#[tokio::test]
async fn a_poll_shows_its_question_and_its_options() {
    let chat = Chat::open().await;
    let body = json!({
        "to": chat.ada,
        "question": "Lunch?",
        "options": [{ "option_name": "Yes" }, { "option_name": "No" }]
    });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(sent["message"], "Poll sent successfully");
    assert_eq!(
        (&sent["options_count"], &sent["multiple_choice"]),
        (&json!(2), &json!(false))
    );
    let poll = &read["message"]["poll_creation_message_v3"];
    assert_eq!(poll["name"], "Lunch?");
    assert_eq!(
        poll["options"],
        json!([{ "option_name": "Yes" }, { "option_name": "No" }])
    );
    assert_eq!(poll["selectable_options_count"], 1);
    // Without it nobody could vote.
    assert!(
        read["message"]["message_context_info"]["message_secret"].is_string(),
        "{read}"
    );

    let mut several = body.clone();
    several["allow_multiple_answers"] = json!(true);
    let (sent, read) = chat.send(PATH, several).await;
    assert_eq!(sent["multiple_choice"], true);
    assert_eq!(read["message"]["poll_creation_message"]["name"], "Lunch?");

    let option = |name: &str| json!({ "option_name": name });
    let too_many: Vec<_> = (0..13).map(|number| option(&number.to_string())).collect();
    let count = "Poll must have between 2 and 12 options";
    let table = [
        (json!([]), count),
        (json!([option("Yes")]), count),
        (json!(too_many), count),
        (
            json!([option("Yes"), option("Yes")]),
            "options must differ: a vote for one would count for the other",
        ),
        (
            json!([option("Yes"), option(" ")]),
            "options[1].option_name cannot be empty",
        ),
        (
            json!([option("Yes"), option(&"é".repeat(101))]),
            "options[1].option_name must not be longer than 100 characters",
        ),
    ];
    for (options, text) in table {
        let mut wrong = body.clone();
        wrong["options"] = options;
        let answer = chat.post(PATH, wrong).await;
        assert_eq!(
            (answer.status, &answer.body),
            (400, &json!({ "error": text }))
        );
    }
    let mut longest = body.clone();
    longest["question"] = json!("é".repeat(255));
    longest["options"][0]["option_name"] = json!("é".repeat(100));
    chat.send(PATH, longest.clone()).await;
    longest["question"] = json!("é".repeat(256));
    let answer = chat.post(PATH, longest).await;
    let text = "question must not be longer than 255 characters";
    assert_eq!(
        (answer.status, &answer.body),
        (400, &json!({ "error": text }))
    );
    chat.refuses_as_documented(PATH, &body, "Failed to send poll")
        .await;
}
