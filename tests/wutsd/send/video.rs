//! POST /send/video

use serde_json::{Value, json};

use super::standin::StandIn;
use super::{Chat, PRIVATE, base64, file, sha256, site};

const PATH: &str = "/send/video";

#[tokio::test]
async fn an_mp4_arrives_as_it_is_with_all_that_is_said_of_it() {
    let chat = Chat::open_with(&[PRIVATE]).await;
    let video = file("video.mp4");
    let url = site("video/mp4", video.clone()).await;
    let body = json!({
        "number": chat.ada,
        "video_url": url,
        "caption": format!("A tour, @{}", chat.ada),
        "thumbnail": base64(&file("baseline.jpg")),
        "mentioned": [chat.ada],
        "quoted": { "key": { "id": "3EB0ABCDEF" }, "message": { "conversation": "Show me" } }
    });
    let (sent, read) = chat.send(PATH, body).await;
    assert_eq!(read["kind"], "video");
    assert_eq!(read["caption"], format!("A tour, @{}", chat.ada));
    assert_eq!(read["envelope"], Value::Null);
    let media = &read["media"];
    assert_eq!(media["sha256"], sha256(&video));
    assert_eq!(media["mimetype"], "video/mp4");
    let told = json!([media["width"], media["height"], media["seconds"]]);
    assert_eq!(told, json!([64, 32, 3]));
    assert!(media["thumbnail"].as_u64() > Some(0), "{read}");
    let context = &read["message"]["video_message"]["context_info"];
    assert_eq!(context["stanza_id"], "3EB0ABCDEF");
    let ada = format!("{}@s.whatsapp.net", chat.ada);
    assert_eq!(context["mentioned_jid"], json!([ada]));
    let metadata = &sent["metadata"];
    let expected = json!({
        "video_size_bytes": video.len(),
        "video_format": "video/mp4",
        "video_duration_seconds": 3,
        "was_converted": false,
        "has_custom_thumbnail": true,
        "async_processing": false
    });
    for (field, value) in expected.as_object().expect("fields") {
        assert_eq!(&metadata[field], value, "{field}");
    }
    assert!(metadata["upload_time_ms"].is_u64(), "{metadata}");
    assert_eq!(metadata["sent_at"], sent["timestamp"]);
    assert_eq!(
        (&sent["status"], &sent["chat_jid"]),
        (&json!("sent"), &json!(ada))
    );
}

#[tokio::test]
async fn what_a_phone_plays_is_sent_and_can_be_seen_once() {
    let chat = Chat::open().await;
    let table = [
        ("rotated.mp4", "video/mp4", json!([32, 64, 3])),
        ("fragmented.mp4", "video/mp4", json!([64, 32, 3])),
        ("video.3gp", "video/3gpp", json!([176, 144, 2])),
        ("video.mov", "video/quicktime", json!([64, 32, 3])),
    ];
    for (name, mime_type, expected) in table {
        let video = base64(&file(name));
        let body = json!({ "number": chat.ada, "video": video, "viewOnce": true });
        let (sent, read) = chat.send(PATH, body).await;
        let media = &read["media"];
        let told = json!([media["width"], media["height"], media["seconds"]]);
        assert_eq!(told, expected, "{name}");
        assert_eq!(media["mimetype"], mime_type);
        assert_eq!(sent["metadata"]["video_format"], mime_type);
        assert_eq!(read["envelope"], "view_once_message");
        assert_eq!(read["message"]["video_message"]["view_once"], true);
        // Nobody has drawn one.
        assert_eq!(media["thumbnail"].as_u64().unwrap_or(0), 0, "{name}");
    }
    let video = base64(&file("video.mp4"));
    let body = json!({ "number": chat.ada, "video": video, "seconds": 12 });
    let (sent, read) = chat.send(PATH, body).await;
    assert_eq!(read["media"]["seconds"], 12);
    assert_eq!(sent["metadata"]["video_duration_seconds"], 12);
}

#[tokio::test]
async fn another_video_is_converted_and_drawn_where_that_can_be_done() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/media");
    let converter = StandIn::new(&format!(
        "case \"$*\" in
            *file:made) cat '{corpus}/video.mp4' > made;;
            *image2pipe*) cat '{corpus}/baseline.jpg';;
            *) exit 3;;
        esac"
    ));
    let chat = Chat::open_with(&[converter.setting()]).await;
    let made = file("video.mp4");
    for name in ["video.mkv", "video.webm", "video.avi", "video.mov"] {
        let video = base64(&file(name));
        let body = json!({ "number": chat.ada, "video": video, "convertToMP4": true });
        let (sent, read) = chat.send(PATH, body).await;
        assert_eq!(read["media"]["sha256"], sha256(&made), "{name}");
        assert_eq!(read["media"]["mimetype"], "video/mp4");
        assert!(read["media"]["thumbnail"].as_u64() > Some(0), "{name}");
        let metadata = &sent["metadata"];
        assert_eq!(metadata["was_converted"], true, "{name}");
        assert_eq!(metadata["has_custom_thumbnail"], false);
        assert_eq!(metadata["video_size_bytes"], made.len());
    }
    // What is MP4 is not made MP4, and nothing is drawn where nothing is wished.
    let before = converter.told();
    let body = json!({
        "number": chat.ada, "video": base64(&made), "convertToMP4": true, "generateThumbnail": false
    });
    let (sent, read) = chat.send(PATH, body).await;
    assert_eq!(sent["metadata"]["was_converted"], false);
    assert_eq!(read["media"]["thumbnail"].as_u64().unwrap_or(0), 0);
    assert_eq!(converter.told(), before);
}

#[tokio::test]
async fn a_video_that_nothing_can_be_drawn_of_is_sent_without() {
    let converter = StandIn::new("exit 1");
    let chat = Chat::open_with(&[converter.setting()]).await;
    let body = json!({ "number": chat.ada, "video": base64(&file("video.mp4")) });
    let (_, read) = chat.send(PATH, body).await;
    assert_eq!(read["media"]["thumbnail"].as_u64().unwrap_or(0), 0);
    assert!(converter.told().contains("image2pipe"));
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_the_name_of_the_field() {
    let chat = Chat::open().await;
    let video = file("video.mp4");
    let with = |field: &str, value: Value| {
        let mut body = json!({ "video": base64(&video) });
        body[field] = value;
        body
    };
    let table = [
        (
            json!({}),
            "video",
            "either video or video_url must be provided",
        ),
        (
            with("video_url", json!("http://x")),
            "video_url",
            "only one of video and video_url may be provided",
        ),
        (
            json!({ "video": base64(&video[..video.len() - 9]) }),
            "video",
            "the media is MP4 (video/mp4) without",
        ),
        (
            json!({ "video": base64(&file("sound.mp4")) }),
            "video",
            "the media is MP4 (video/mp4) without a video track",
        ),
        (
            json!({ "video": base64(&file("video.mkv")) }),
            "video",
            "the media is MKV (Matroska) (video/x-matroska), which phones do not show",
        ),
        (
            json!({ "video": base64(&file("video.mkv")), "convertToMP4": true }),
            "video",
            "video would have to be converted from MKV (Matroska) to MP4, for which this server needs ffmpeg",
        ),
        (
            json!({ "video": base64(&file("exif.png")), "convertToMP4": true }),
            "video",
            "the media is image/png, not video",
        ),
        (
            json!({ "video_url": "http://127.0.0.1/" }),
            "video_url",
            "video_url this address is not on the public Internet",
        ),
        (
            with("thumbnail", json!(base64(&video))),
            "thumbnail",
            "thumbnail must be a JPEG, PNG or WebP picture",
        ),
        (with("seconds", json!(-1)), "seconds", "seconds"),
        (
            with("caption", json!("x".repeat(1025))),
            "caption",
            "caption must not be longer than 1024 characters",
        ),
        (
            with("number", json!("5511900000000")),
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
    let body = json!({ "number": chat.ada, "video": base64(&file("video.mp4")) });
    chat.fails_as_documented(PATH, &body, "failed to send video")
        .await;
}
