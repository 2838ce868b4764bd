//! POST /send/location

use serde_json::{Value, json};

use super::{Chat, PRIVATE, base64, file, site};

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

#[tokio::test]
async fn a_place_has_a_small_picture_which_the_request_brings_or_names() {
    let chat = Chat::open_with(&[PRIVATE]).await;
    let with = |fields: Value| {
        let mut body = json!({ "to": chat.ada, "latitude": -23.5614, "longitude": -46.6559 });
        for (name, value) in fields.as_object().expect("fields") {
            body[name] = value.clone();
        }
        body
    };
    let map = file("transparent.png");
    let url = site("image/png", map.clone()).await;
    let mut drawn = Vec::new();
    for fields in [
        json!({ "thumbnail": base64(&map) }),
        json!({ "thumbnail": format!("data:image/png;base64,{}", base64(&map)) }),
        json!({ "thumbnail_url": url }),
    ] {
        let (_, read) = chat.send(PATH, with(fields)).await;
        let thumbnail = &read["message"]["location_message"]["jpeg_thumbnail"];
        let thumbnail = thumbnail.as_str().unwrap_or_else(|| panic!("{read}"));
        // The first bytes of every JPEG.
        assert!(thumbnail.starts_with("/9j/"), "{thumbnail}");
        drawn.push(thumbnail.to_owned());
    }
    drawn.dedup();
    assert_eq!(drawn.len(), 1);
    for (fields, words) in [
        (
            json!({ "thumbnail": base64(&map), "thumbnail_url": url }),
            "only one of thumbnail and thumbnail_url may be provided",
        ),
        (json!({ "thumbnail": "?" }), "thumbnail is not base64"),
        (
            json!({ "thumbnail": base64(b"no picture") }),
            "thumbnail must be a JPEG, PNG or WebP picture",
        ),
        (
            json!({ "thumbnail_url": "http://127.0.0.1:1/" }),
            "thumbnail_url cannot be reached",
        ),
        (
            json!({ "name": "n".repeat(1001) }),
            "name must not be longer than 1000 characters",
        ),
        (
            json!({ "address": "a".repeat(1001) }),
            "address must not be longer than 1000 characters",
        ),
        (
            json!({ "comment": "c".repeat(1025) }),
            "comment must not be longer than 1024 characters",
        ),
    ] {
        let answer = chat.post(PATH, with(fields)).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        let said = answer.body["error"].as_str().unwrap_or_default();
        assert!(said.starts_with(words), "{words}: {}", answer.text);
    }
}
