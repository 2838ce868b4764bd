//! POST /send/sticker

use serde_json::json;

use super::{Chat, PRIVATE, base64, file, sha256, site};

const PATH: &str = "/send/sticker";

#[tokio::test]
async fn a_sticker_arrives_as_it_is_and_moves_if_its_bytes_do() {
    let chat = Chat::open_with(&[PRIVATE]).await;
    for (name, animated, sides) in [
        ("transparent.webp", false, [24, 24]),
        ("animated.webp", true, [32, 16]),
        ("lossy.webp", false, [32, 16]),
    ] {
        let sticker = file(name);
        let url = site("image/webp", sticker.clone()).await;
        for source in [
            json!({ "sticker": base64(&sticker), "is_animated": !animated }),
            json!({ "sticker_url": url }),
        ] {
            let mut body = source;
            body["to"] = json!(chat.ada);
            let (sent, read) = chat.send(PATH, body).await;
            assert_eq!(sent["message"], "Sticker sent successfully");
            assert_eq!(sent["is_animated"], animated, "{name}");
            assert_eq!(read["kind"], "sticker");
            let media = &read["media"];
            assert_eq!(media["sha256"], sha256(&sticker), "{name}");
            assert_eq!(media["mimetype"], "image/webp");
            let told = json!([media["width"], media["height"]]);
            assert_eq!(told, json!(sides), "{name}");
            let content = &read["message"]["sticker_message"];
            assert_eq!(content["is_animated"], animated, "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_no_sticker_is_refused_by_name() {
    let chat = Chat::open().await;
    let webp = file("transparent.webp");
    let mut large = webp.clone();
    // A part that nobody knows, which everybody skips.
    large.extend_from_slice(b"JUNK");
    large.extend_from_slice(&512_000_u32.to_le_bytes());
    large.resize(large.len() + 512_000, 0);
    let table = [
        (json!({}), "either sticker or sticker_url must be provided"),
        (
            json!({ "sticker": base64(&webp), "sticker_url": "http://x" }),
            "only one of sticker and sticker_url may be provided",
        ),
        (
            json!({ "sticker": base64(&file("transparent.png")) }),
            "the sticker is PNG, not WebP: send a WebP picture",
        ),
        (
            json!({ "sticker": base64(b"words") }),
            "the sticker is of an unknown kind, not WebP",
        ),
        (
            json!({ "sticker": base64(&large) }),
            "the sticker is too large: it has ",
        ),
        (
            json!({ "sticker": base64(&webp[..webp.len() - 9]) }),
            "the sticker cannot be read: it was cut off",
        ),
        (
            json!({ "sticker_url": "http://127.0.0.1/" }),
            "sticker_url this address is not on the public Internet",
        ),
    ];
    for (mut body, words) in table {
        body["to"] = json!(chat.ada);
        let answer = chat.post(PATH, body).await;
        assert_eq!(answer.status, 400, "{words}: {}", answer.text);
        let said = answer.body["error"].as_str().unwrap_or_default();
        assert!(said.starts_with(words), "{}", answer.text);
    }
    assert!(chat.world.control.inbox(&chat.ada).await.is_empty());
}

#[tokio::test]
async fn each_way_to_fail_has_its_answer() {
    let chat = Chat::open().await;
    let sticker = base64(&file("transparent.webp"));
    let body = json!({ "to": chat.ada, "sticker": sticker });
    let fault = json!({ "jid": "*", "fault": "media_status", "status": 500 });
    chat.world.control.fault(fault).await;
    let answer = chat.post(PATH, body.clone()).await;
    let words = answer.body["error"].as_str().unwrap_or_default();
    let expected = "failed to upload media to whatsapp: refused by WhatsApp";
    assert_eq!(answer.status, 500, "{}", answer.text);
    assert!(words.starts_with(expected), "{}", answer.text);
    chat.world.control.clear_faults().await;
    chat.refuses_as_documented(PATH, &body, "Failed to send sticker")
        .await;
}
