//! POST /send/location

use serde_json::json;

use super::Chat;

const PATH: &str = "/send/location";

#[tokio::test]
async fn a_place_is_shown_with_all_that_is_said_of_it() {
    let chat = Chat::open().await;
    let body = json!({
        "to": chat.ada,
        "latitude": -23.5614,
        "longitude": -46.6559,
        "name": "MASP",
        "address": "Av. Paulista, 1578",
        "url": "https://masp.org.br",
        "comment": "at the entrance"
    });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(sent["message"], "Location sent successfully");
    let expected = json!({
        "degrees_latitude": -23.5614,
        "degrees_longitude": -46.6559,
        "name": "MASP",
        "address": "Av. Paulista, 1578",
        "url": "https://masp.org.br",
        "comment": "at the entrance"
    });
    assert_eq!(read["message"]["location_message"], expected);
    for (field, value) in [
        ("latitude", json!(90.1)),
        ("longitude", json!(-181)),
        ("latitude", json!("north")),
    ] {
        let mut wrong = body.clone();
        wrong[field] = value;
        let answer = chat.post(PATH, wrong).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(
            answer.body["error"]
                .as_str()
                .expect("words")
                .starts_with(field),
            "{}",
            answer.text
        );
    }
    chat.refuses_as_documented(PATH, &body, "Failed to send location")
        .await;
}
