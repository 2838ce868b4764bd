//! POST /send/interactive

use serde_json::json;

use super::Chat;

const PATH: &str = "/send/interactive";

#[tokio::test]
async fn a_list_is_shown_with_its_rows() {
    let chat = Chat::open().await;
    let body = json!({
        "to": chat.ada,
        "title": "Delivery",
        "body": "When may we come?",
        "footer": "On weekdays",
        "button_text": "Choose",
        "sections": [
            { "title": "Monday", "rows": [{ "id": "mon-am", "title": "Morning", "description": "8 to 12" }] },
            { "title": "Tuesday", "rows": [{ "id": "tue-am", "title": "Morning" }, { "id": "tue-pm", "title": "Afternoon" }] }
        ]
    });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(
        sent["message"],
        "Interactive list message sent successfully"
    );
    let list = &read["message"]["list_message"];
    assert_eq!(
        *list,
        json!({
            "title": "Delivery",
            "description": "When may we come?",
            "footer_text": "On weekdays",
            "button_text": "Choose",
            "list_type": "SINGLE_SELECT",
            "sections": [
                { "title": "Monday", "rows": [{ "title": "Morning", "description": "8 to 12", "row_id": "mon-am" }] },
                { "title": "Tuesday", "rows": [
                    { "title": "Morning", "row_id": "tue-am" },
                    { "title": "Afternoon", "row_id": "tue-pm" }
                ] }
            ]
        })
    );
    let list = json!({ "tag": "list", "attrs": { "type": "product_list", "v": "2" } });
    let biz = json!({ "tag": "biz", "attrs": {}, "children": [list] });
    assert_eq!(
        read["stanza"],
        json!({ "type": "media", "mediatype": "list", "parts": [biz] })
    );

    let row = |id: &str| json!({ "id": id, "title": "Morning" });
    let section = json!({ "title": "Monday", "rows": [row("1")] });
    let many: Vec<_> = (0..101).map(|number| row(&number.to_string())).collect();
    let table = [
        ("sections", json!([]), "sections must hold 1 to 10 sections"),
        (
            "sections",
            json!(vec![section; 11]),
            "sections must hold 1 to 10 sections",
        ),
        (
            "sections",
            json!([{ "title": "Monday", "rows": [] }]),
            "sections[0].rows must hold at least one row",
        ),
        (
            "sections",
            json!([{ "rows": [row("1")] }, { "title": "Monday", "rows": [row("2")] }]),
            "sections[0].title is required where there are several sections",
        ),
        (
            "sections",
            json!([{ "title": "Monday", "rows": many }]),
            "sections must not hold more than 100 rows",
        ),
        (
            "sections",
            json!([{ "title": "A", "rows": [row("1")] }, { "title": "B", "rows": [row("1")] }]),
            "sections must have ids that differ, and \"1\" is there twice",
        ),
        (
            "sections",
            json!([{ "title": "é".repeat(25), "rows": [row("1")] }]),
            "sections[0].title must not be longer than 24 characters",
        ),
        (
            "sections",
            json!([{ "rows": [{ "id": "1", "title": "é".repeat(25) }] }]),
            "sections[0].rows[0].title must not be longer than 24 characters",
        ),
        (
            "sections",
            json!([{ "rows": [{ "id": "1", "title": "A", "description": "é".repeat(73) }] }]),
            "sections[0].rows[0].description must not be longer than 72 characters",
        ),
        (
            "body",
            json!("é".repeat(4097)),
            "body must not be longer than 4096 characters",
        ),
        (
            "title",
            json!("é".repeat(61)),
            "title must not be longer than 60 characters",
        ),
        (
            "button_text",
            json!("é".repeat(21)),
            "button_text must not be longer than 20 characters",
        ),
        ("body", json!(""), "body cannot be empty"),
        ("button_text", json!(""), "button_text cannot be empty"),
    ];
    for (field, value, text) in table {
        let mut wrong = body.clone();
        wrong[field] = value;
        let answer = chat.post(PATH, wrong).await;
        assert_eq!(
            (answer.status, &answer.body),
            (400, &json!({ "error": text }))
        );
    }
    chat.refuses_as_documented(PATH, &body, "Failed to send interactive list message")
        .await;
}
