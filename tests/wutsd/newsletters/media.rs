//! POST /newsletters/{jid}/media

use serde_json::{Value, json};

use super::Desk;
use crate::chats::{listen, wait_for};
use crate::send::{DOT, PRIVATE, base64, file, sha256, site};
use crate::support::{LOCAL, Receiver};

/// What Ada's phone has of a post.
async fn posted(desk: &Desk, jid: &str, body: Value) -> (Value, Value) {
    let path = format!("/newsletters/{jid}/media");
    let sent = desk.user.api.post(&path, body.clone()).await.expect(200);
    assert_eq!(
        (&sent["newsletter"], &sent["status_type"]),
        (&json!(jid), &body["media_type"])
    );
    assert!(sent["server_id"].is_u64(), "{sent}");
    let read = desk
        .world
        .control
        .wait_for_message(&desk.ada, &sent["message_id"])
        .await;
    assert_eq!(read["stanza"]["type"], "media");
    assert_eq!(read["stanza"]["mediatype"], body["media_type"]);
    (sent, read)
}

#[tokio::test]
async fn whoever_follows_can_fetch_pictures_videos_and_documents_without_a_key() {
    let desk = Desk::open_with(&[&LOCAL[..], &[PRIVATE]].concat()).await;
    let told = Receiver::start().await;
    let (grace, _) = desk.world.paired_user().await;
    listen(&grace, &told, json!(["message.received"])).await;
    let jid = desk.own().await;
    grace
        .api
        .post(&format!("/newsletters/{jid}/subscribe"), json!({}))
        .await
        .expect(200);

    let picture = file("baseline.jpg");
    let body = json!({ "media_type": "image", "media": base64(&picture), "caption": "Today" });
    let (sent, read) = posted(&desk, &jid, body).await;
    assert_eq!(
        (&read["kind"], &read["caption"]),
        (&json!("image"), &json!("Today"))
    );
    let media = &read["media"];
    assert_eq!(
        (&media["sha256"], &media["size"], &media["mimetype"]),
        (
            &json!(sha256(&picture)),
            &json!(picture.len()),
            &json!("image/jpeg")
        )
    );
    assert!(
        media["thumbnail"].is_u64() && media["width"].is_u64(),
        "{read}"
    );
    let image = &read["message"]["image_message"];
    assert!(
        image["media_key"].is_null() && image["file_enc_sha256"].is_null(),
        "{image}"
    );
    wait_for(&told, "message.received", 1, |data| {
        data["message_id"] == sent["message_id"]
            && data["message_type"] == "image"
            && data["content"] == "Today"
    })
    .await;

    // A picture of another format is made one that phones show.
    let (_, read) = posted(&desk, &jid, json!({ "media_type": "image", "media": DOT })).await;
    assert_eq!(read["media"]["mimetype"], "image/jpeg");
    assert!(read["media"]["sha256"].is_string(), "{read}");

    let video = file("video.mp4");
    let address = site("video/mp4", video.clone()).await;
    let body = json!({ "media_type": "video", "media_url": address, "caption": "A tour" });
    let (_, read) = posted(&desk, &jid, body).await;
    assert_eq!(
        (&read["kind"], &read["media"]["sha256"]),
        (&json!("video"), &json!(sha256(&video)))
    );
    assert!(read["media"]["seconds"].is_u64(), "{read}");

    let body = json!({ "media_type": "document", "media": base64(b"%PDF-1.7 x"), "caption": "Read it", "file_name": "list.pdf", "mime_type": "application/pdf" });
    let (_, read) = posted(&desk, &jid, body).await;
    assert_eq!(
        (
            &read["media"]["mimetype"],
            &read["media"]["sha256"],
            &read["caption"]
        ),
        (
            &json!("application/pdf"),
            &json!(sha256(b"%PDF-1.7 x")),
            &json!("Read it")
        )
    );
    assert_eq!(read["message"]["document_message"]["file_name"], "list.pdf");
}

#[tokio::test]
async fn nothing_is_uploaded_for_what_cannot_be_posted_in_and_nonsense_is_refused() {
    let desk = Desk::open().await;
    let others = desk.world.control.channel(&desk.ada, &[&desk.phone]).await;
    let right = json!({ "media_type": "image", "media": DOT });
    let uploads = desk.world.control.counter("uploads").await;
    let answer = desk
        .user
        .api
        .post(&format!("/newsletters/{others}/media"), right.clone())
        .await;
    let refused = (403, "only an admin of the newsletter may do that");
    assert_eq!(answer.text_error(), refused);
    assert_eq!(desk.world.control.counter("uploads").await, uploads);
    let jid = desk.own().await;
    let path = format!("/newsletters/{jid}/media");
    let text = base64(b"Good morning");
    let wrong = [
        (json!({ "media": DOT }), "media_type"),
        (
            json!({ "media_type": "sticker", "media": DOT }),
            "media_type",
        ),
        (json!({ "media_type": "image" }), "media"),
        (json!({ "media_type": "image", "media": "%%%" }), "media"),
        (json!({ "media_type": "image", "media": text }), "media"),
        (json!({ "media_type": "video", "media": DOT }), "media"),
        (
            json!({ "media_type": "image", "media": DOT, "media_url": "https://example.com/a.jpg" }),
            "media_url",
        ),
        (
            json!({ "media_type": "image", "media": DOT, "caption": "c".repeat(1025) }),
            "caption",
        ),
        (
            json!({ "media_type": "document", "media": text, "mime_type": "x" }),
            "mime_type",
        ),
    ];
    for (body, field) in wrong {
        let answer = desk.user.api.post(&path, body.clone()).await;
        assert_eq!(answer.status, 400, "{field}: {}", answer.text);
        assert_eq!(
            answer.body["validation"][0]["field"], field,
            "{}",
            answer.text
        );
    }
    // A media host that fails, or that wants other credentials once.
    let fault = json!({ "jid": "*", "fault": "media_status", "status": 500 });
    desk.world.control.fault(fault).await;
    let answer = desk.user.api.post(&path, right.clone()).await;
    assert_eq!(
        answer.text_error(),
        (502, "failed to upload media to whatsapp")
    );
    desk.world.control.clear_faults().await;
    let fault = json!({ "jid": "*", "fault": "media_status", "status": 401, "times": 1 });
    desk.world.control.fault(fault).await;
    posted(&desk, &jid, right.clone()).await;
    desk.refuses("media", right, "failed to send newsletter media")
        .await;
}

#[tokio::test]
async fn more_than_32_mib_are_refused_before_they_are_uploaded() {
    let desk = Desk::open_with(&[&LOCAL[..], &[PRIVATE]].concat()).await;
    let jid = desk.own().await;
    let address = site("application/zip", vec![7; 32 * 1024 * 1024 + 1]).await;
    let body = json!({ "media_type": "document", "media_url": address });
    let answer = desk
        .user
        .api
        .post(&format!("/newsletters/{jid}/media"), body)
        .await;
    let wrong = "media_url must not be larger than 33554432 bytes";
    assert_eq!(answer.text_error(), (400, wrong));
    assert_eq!(desk.world.control.counter("uploads").await, 0);
}
