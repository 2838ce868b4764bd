//! POST /send/image

use serde_json::{Value, json};

use super::{Chat, PRIVATE, base64, file, sha256, site};

const PATH: &str = "/send/image";

#[tokio::test]
async fn a_jpeg_arrives_as_it_is_with_all_that_is_said_of_it() {
    let chat = Chat::open().await;
    let picture = file("exif-6.jpg");
    let body = json!({
        "number": chat.ada,
        "image": format!("data:image/jpeg;base64,{}", base64(&picture)),
        "caption": format!("Look, @{}", chat.ada),
        "mentioned": [chat.ada],
        "quoted": { "key": { "id": "3EB0ABCDEF" }, "message": { "conversation": "Which one?" } }
    });
    let (sent, read) = chat.send(PATH, body).await;
    assert_eq!(read["kind"], "image");
    assert_eq!(read["caption"], format!("Look, @{}", chat.ada));
    assert_eq!(read["envelope"], Value::Null);
    let media = &read["media"];
    assert_eq!(media["sha256"], sha256(&picture));
    assert_eq!(media["size"], picture.len());
    assert_eq!(media["mimetype"], "image/jpeg");
    assert_eq!(json!([media["width"], media["height"]]), json!([16, 32]));
    assert!(media["thumbnail"].as_u64() > Some(0), "{read}");
    let context = &read["message"]["image_message"]["context_info"];
    assert_eq!(context["stanza_id"], "3EB0ABCDEF");
    assert_eq!(context["quoted_message"]["conversation"], "Which one?");
    let ada = format!("{}@s.whatsapp.net", chat.ada);
    assert_eq!(context["mentioned_jid"], json!([ada]));
    assert_eq!(
        (&sent["status"], &sent["chat_jid"]),
        (&json!("sent"), &json!(ada))
    );
    let metadata = &sent["metadata"];
    assert_eq!(metadata["image_size_bytes"], picture.len());
    assert_eq!(metadata["image_format"], "image/jpeg");
    assert_eq!(metadata["download_time_ms"], 0);
    assert!(metadata["upload_time_ms"].is_u64(), "{metadata}");
    assert!(metadata["processing_time_ms"].is_u64(), "{metadata}");
    assert_eq!(metadata["mentions_processed"], 1);
    assert_eq!(metadata["quoted_message_found"], false);
    assert_eq!(metadata["view_once_enabled"], false);
    assert_eq!(metadata["sent_at"], sent["timestamp"]);
    assert!(metadata["device_id"].is_string() && metadata["user_id"].is_string());
}

#[tokio::test]
async fn a_picture_behind_a_url_reaches_a_group_and_is_seen_once() {
    let chat = Chat::open_with(&[PRIVATE]).await;
    let grace = chat.world.control.account("Grace").await;
    let people = [&chat.phone, &chat.ada, &grace];
    let group = chat.world.control.group(&people).await;
    let picture = file("baseline.jpg");
    let url = site("image/jpeg", picture.clone()).await;
    let body = json!({ "number": group, "image_url": url, "viewOnce": true });
    let (sent, read) = chat.send(PATH, body).await;
    assert_eq!(sent["chat_jid"], json!(group));
    assert_eq!(sent["metadata"]["view_once_enabled"], true);
    let others = chat
        .world
        .control
        .wait_for_message(&grace, &sent["message_id"])
        .await;
    for read in [read, others] {
        assert_eq!(read["envelope"], "view_once_message");
        assert_eq!(read["message"]["image_message"]["view_once"], true);
        assert_eq!(read["media"]["sha256"], sha256(&picture));
        assert_eq!(read["caption"], Value::Null);
    }
}

#[tokio::test]
async fn png_and_webp_are_made_jpeg_as_they_are_seen() {
    let chat = Chat::open().await;
    let table = [
        ("exif.png", [16, 32]),
        ("exif.webp", [16, 32]),
        ("transparent.png", [24, 24]),
        ("sixteen.png", [16, 16]),
        ("lossless.webp", [32, 16]),
        ("animated.webp", [32, 16]),
    ];
    for (name, sides) in table {
        let picture = file(name);
        let body = json!({ "number": chat.ada, "image": base64(&picture) });
        let (sent, read) = chat.send(PATH, body).await;
        let (media, metadata) = (&read["media"], &sent["metadata"]);
        assert_eq!(media["mimetype"], "image/jpeg", "{name}");
        assert_eq!(metadata["image_format"], "image/jpeg", "{name}");
        assert_eq!(metadata["image_size_bytes"], media["size"], "{name}");
        assert_ne!(media["sha256"], sha256(&picture), "{name}");
        let told = json!([media["width"], media["height"]]);
        assert_eq!(told, json!(sides), "{name}");
        assert!(media["thumbnail"].as_u64() > Some(0), "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_the_name_of_the_field() {
    let chat = Chat::open_with(&[PRIVATE]).await;
    let png = base64(&file("transparent.png"));
    let cut = file("transparent.png");
    let cut = base64(&cut[..cut.len() / 2]);
    let page = site("text/html", b"<!DOCTYPE html><html></html>".to_vec()).await;
    let table = [
        (
            json!({}),
            "image",
            "either image or image_url must be provided",
        ),
        (
            json!({ "image": "" }),
            "image",
            "either image or image_url must be provided",
        ),
        (
            json!({ "image": png, "image_url": "http://x" }),
            "image_url",
            "only one of image and image_url may be provided",
        ),
        (
            json!({ "image": "not base64!" }),
            "image",
            "image is not base64",
        ),
        (
            json!({ "image": "data:;base64," }),
            "image",
            "image is empty",
        ),
        (
            json!({ "image": cut }),
            "image",
            "the picture cannot be read",
        ),
        (
            json!({ "image": base64(&file("picture.gif")) }),
            "image",
            "the media is GIF (image/gif)",
        ),
        (
            json!({ "image": base64(&file("video.mp4")) }),
            "image",
            "the media is video/mp4, not image",
        ),
        (
            json!({ "image": base64(b"words") }),
            "image",
            "the media is of an unknown kind, not image",
        ),
        (
            json!({ "image_url": page }),
            "image_url",
            "the media is HTML (text/html)",
        ),
        (
            json!({ "image_url": "http://127.0.0.1:1/" }),
            "image_url",
            "image_url cannot be reached",
        ),
        (
            json!({ "image_url": "ftp://127.0.0.1/" }),
            "image_url",
            "image_url must begin with http:// or https://",
        ),
        (
            json!({ "image": png, "caption": "x".repeat(1025) }),
            "caption",
            "caption must not be longer than 1024 characters",
        ),
        (json!({ "image": png, "delay": 61 }), "delay", "delay"),
        (
            json!({ "image": png, "mentioned": ["x"] }),
            "mentioned",
            "mentioned",
        ),
        (json!({ "image": png, "number": "nobody" }), "number", ""),
        (
            json!({ "image": png, "number": "5511900000000" }),
            "number",
            "5511900000000 is not on WhatsApp",
        ),
    ];
    chat.refuses(PATH, &table).await;
    assert!(chat.world.control.inbox(&chat.ada).await.is_empty());
}

#[tokio::test]
async fn each_way_to_fail_has_its_answer() {
    let chat = Chat::open().await;
    let longest = "é".repeat(1024);
    let picture = base64(&file("baseline.jpg"));
    let body = json!({ "number": chat.ada, "image": picture, "caption": longest });
    let (_, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(read["caption"], longest);
    chat.fails_as_documented(PATH, &body, "failed to send image")
        .await;
}

#[tokio::test]
async fn a_text_that_was_asked_for_later_comes_later() {
    let chat = Chat::open().await;
    let picture = base64(&file("baseline.jpg"));
    let picture = json!({ "number": chat.ada, "image": picture, "delay": 1, "typingDuration": 1 });
    let text = json!({ "number": chat.ada, "text": "and this is the price" });
    let (image, text) = futures::join!(chat.post(PATH, picture), async {
        tokio::task::yield_now().await;
        chat.post("/send/text", text).await
    });
    let (image, text) = (image.expect(200), text.expect(200));
    for sent in [&image, &text] {
        let control = &chat.world.control;
        control
            .wait_for_message(&chat.ada, &sent["message_id"])
            .await;
    }
    let inbox = chat.world.control.inbox(&chat.ada).await;
    let kinds: Vec<&Value> = inbox.iter().map(|message| &message["kind"]).collect();
    assert_eq!(kinds, ["image", "text"]);
}
