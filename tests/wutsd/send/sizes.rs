//! How large files and pictures may be, wherever a request brings them.

use serde_json::{Value, json};

use super::{Chat, base64, file};

const LIMIT: usize = 20_000;

/// A file with nothing at its end, so that it has so many bytes.
fn padded(name: &str, bytes: usize) -> String {
    let mut padded = file(name);
    padded.resize(bytes, 0);
    base64(&padded)
}

#[tokio::test]
async fn a_file_may_have_as_many_bytes_as_the_limit_and_not_one_more() {
    let limit = LIMIT.to_string();
    let chat = Chat::open_with(&[("MEDIA__LIMIT", &limit)]).await;
    let (to, number) = (&chat.ada, &chat.ada);
    let with = |bytes: usize| {
        let picture = || padded("baseline.jpg", bytes);
        [
            (
                "/send/document",
                "document",
                json!({ "number": number, "document": padded("document.pdf", bytes) }),
            ),
            (
                "/send/image",
                "image",
                json!({ "number": number, "image": picture() }),
            ),
            ("/status/media", "data", json!({ "data": picture() })),
            (
                "/profile/picture",
                "image_base64",
                json!({ "image_base64": picture() }),
            ),
            (
                "/send/location",
                "thumbnail",
                json!({ "to": to, "latitude": 1, "longitude": 1, "thumbnail": picture() }),
            ),
            (
                "/send/template",
                "header.image",
                json!({ "number": number, "body": "Look", "header": { "type": "image", "image": picture() } }),
            ),
            (
                "/send/product",
                "product.product_image",
                json!({ "number": number, "product": { "product_id": "1", "title": "Tea", "product_image": picture() } }),
            ),
            (
                "/send/video",
                "video",
                json!({ "number": number, "video": padded("video.mp4", bytes) }),
            ),
            (
                "/send/audio",
                "audio",
                json!({ "number": number, "audio": padded("voice.ogg", bytes) }),
            ),
            (
                "/send/sticker",
                "sticker",
                json!({ "to": to, "sticker": padded("transparent.webp", bytes) }),
            ),
        ]
    };
    // Some have nothing at their end that a decoder would pass over.
    for (path, _, body) in with(LIMIT).into_iter().take(7) {
        chat.post(path, body).await.expect(200);
    }
    for (path, field, body) in with(LIMIT + 1) {
        let answer = chat.post(path, body).await;
        let too_large =
            format!("{field} is too large: it has 20001 bytes, the limit is 20000 bytes");
        assert_eq!(answer.status, 400, "{path}: {}", answer.text);
        assert!(answer.text.contains(&too_large), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_picture_that_is_too_large_to_be_looked_at_is_refused() {
    let chat = Chat::open().await;
    let mut picture = file("baseline.jpg");
    let frame = picture.windows(2).position(|bytes| bytes == b"\xff\xc0");
    let frame = frame.expect("a frame");
    for side in [frame + 5, frame + 7] {
        picture[side..side + 2].copy_from_slice(&60_000_u16.to_be_bytes());
    }
    let huge = base64(&picture);
    for (path, body) in [
        ("/send/image", json!({ "number": chat.ada, "image": huge })),
        ("/status/media", json!({ "data": huge })),
        (
            "/send/template",
            json!({ "number": chat.ada, "body": "Look", "header": { "type": "image", "image": huge } }),
        ),
        (
            "/send/product",
            json!({ "number": chat.ada, "product": { "product_id": "1", "title": "Tea", "product_image": huge } }),
        ),
        ("/profile/picture", json!({ "image_base64": huge })),
        (
            "/send/location",
            json!({ "to": chat.ada, "latitude": 1, "longitude": 1, "thumbnail": huge }),
        ),
    ] {
        let answer = chat.post(path, body).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text);
        let words = "is too large: 60000 × 60000 pixels need ";
        assert!(answer.text.contains(words), "{path}: {}", answer.text);
    }
    assert!(chat.world.control.inbox(&chat.ada).await.is_empty());
}

#[tokio::test]
async fn who_has_mistaken_a_field_is_told_which_one_is_right() {
    let chat = Chat::open().await;
    let url = "https://example.com/file";
    for (path, field, also) in [
        ("/send/image", "image", json!({})),
        ("/send/video", "video", json!({})),
        ("/send/audio", "audio", json!({})),
        (
            "/send/document",
            "document",
            json!({ "file_name": "a.pdf" }),
        ),
        ("/send/sticker", "sticker", json!({})),
        (
            "/send/location",
            "thumbnail",
            json!({ "latitude": 1, "longitude": 1 }),
        ),
        (
            "/send/document",
            "thumbnail",
            json!({ "document": "R29vZA==" }),
        ),
    ] {
        let mut body: Value = also;
        body["to"] = json!(chat.ada);
        body["number"] = json!(chat.ada);
        body[field] = json!(url);
        let answer = chat.post(path, body).await;
        let words = format!("{field} is a URL, and not base64: use {field}_url for it");
        assert_eq!(answer.status, 400, "{path}: {}", answer.text);
        assert!(answer.text.contains(&words), "{path}: {}", answer.text);
    }
    for (number, words) in [
        ("", "number is required"),
        (" ", "number is required"),
        (
            "120363021234567890",
            "number: \"120363021234567890\" is neither a phone number nor a user JID such as 5511999999999@s.whatsapp.net: \
             it looks like the id of a group: a group's JID ends in @g.us",
        ),
        (
            "5511999999999-1612345678",
            "number: \"5511999999999-1612345678\" is neither a phone number nor a user JID such as \
             5511999999999@s.whatsapp.net: it looks like the id of a group: a group's JID ends in @g.us",
        ),
    ] {
        let body = json!({ "number": number, "text": "hello" });
        chat.refuses_field("/send/text", body, "number", words)
            .await;
    }
    let place = json!({ "to": "120363021234567890", "latitude": 1, "longitude": 1 });
    let answer = chat.post("/send/location", place).await;
    let group = "Invalid recipient JID: a group's JID ends in @g.us";
    assert_eq!(answer.body, json!({ "error": group }));
    let everybody = vec![chat.ada.as_str(); 1025];
    let body = json!({ "number": chat.ada, "text": "hello", "mentioned": everybody });
    let many = "mentioned must not name more than 1024 people";
    chat.refuses_field("/send/text", body, "mentioned", many)
        .await;
    for name in ["video.webm", "video.avi", "video.mkv"] {
        let body = json!({ "number": chat.ada, "video": base64(&file(name)) });
        let answer = chat.post("/send/video", body).await;
        assert_eq!(answer.status, 400, "{name}: {}", answer.text);
        assert!(
            answer.text.contains("set convertToMP4 to true"),
            "{}",
            answer.text
        );
    }
    assert!(chat.world.control.inbox(&chat.ada).await.is_empty());
}
