//! POST /send/contacts

use serde_json::json;

use super::Chat;

const PATH: &str = "/send/contacts";

#[tokio::test]
async fn several_cards_come_as_one_message() {
    let chat = Chat::open().await;
    let body = json!({
        "to": chat.ada,
        "contacts": [
            { "display_name": "Grace", "phone": "5511777777777" },
            { "display_name": "Alan", "phone": "5511666666666" }
        ]
    });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(sent["message"], "Contacts sent successfully");
    assert_eq!(sent["contact_count"], 2);
    let cards = &read["message"]["contacts_array_message"]["contacts"];
    assert_eq!(cards[0]["display_name"], "Grace");
    assert!(
        cards[1]["vcard"]
            .as_str()
            .expect("a card")
            .contains("waid=5511666666666"),
        "{cards}"
    );

    let answer = chat
        .post(PATH, json!({ "to": chat.ada, "contacts": [] }))
        .await;
    let none = "Key: 'SendContactsRequest.Contacts' Error:Field validation for 'Contacts' failed on the 'min' tag";
    assert_eq!(
        (answer.status, &answer.body),
        (400, &json!({ "error": none }))
    );
    let many = vec![json!({ "display_name": "Grace", "phone": "5511777777777" }); 101];
    let answer = chat
        .post(PATH, json!({ "to": chat.ada, "contacts": many }))
        .await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    chat.refuses_as_documented(PATH, &body, "Failed to send contacts")
        .await;
}
