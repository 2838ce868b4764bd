//! POST /send/contact

use serde_json::json;

use super::Chat;

const PATH: &str = "/send/contact";

#[tokio::test]
async fn a_card_is_shown_with_a_button_to_write() {
    let chat = Chat::open().await;
    let body = json!({
        "to": chat.ada,
        "contact": {
            "display_name": "Grace; Hopper",
            "phone": "+55 11 77777-7777",
            "first_name": "Grace",
            "last_name": "Hopper",
            "company": "Navy, US",
            "email": "grace@example.com"
        }
    });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(sent["message"], "Contact sent successfully");
    assert!(sent["timestamp"].is_string(), "{sent}");
    let card = &read["message"]["contact_message"];
    assert_eq!(card["display_name"], "Grace; Hopper");
    let vcard = card["vcard"].as_str().expect("a card");
    for line in [
        "N:Hopper;Grace;;;",
        "FN:Grace\\; Hopper",
        "ORG:Navy\\, US;",
        "TEL;type=CELL;type=VOICE;waid=5511777777777:+5511777777777",
    ] {
        assert!(vcard.lines().any(|found| found == line), "{line}: {vcard}");
    }
    for field in ["display_name", "phone"] {
        let mut wrong = body.clone();
        wrong["contact"][field] = json!("");
        let answer = chat.post(PATH, wrong).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(answer.text.contains(field), "{}", answer.text);
    }
    let mut wrong = body.clone();
    wrong["contact"]["company"] = json!("é".repeat(257));
    let answer = chat.post(PATH, wrong).await;
    let text = "contact.company must not be longer than 256 characters";
    assert_eq!(
        (answer.status, &answer.body),
        (400, &json!({ "error": text }))
    );
    chat.refuses_as_documented(PATH, &body, "Failed to send contact")
        .await;
}
