//! POST /send/document

use serde_json::{Value, json};

use super::{Chat, PRIVATE, base64, file, sha256, site};

const PATH: &str = "/send/document";

#[tokio::test]
async fn a_file_behind_a_url_arrives_under_its_name_with_its_caption() {
    let chat = Chat::open_with(&[PRIVATE]).await;
    let document = file("document.pdf");
    let url = site("application/octet-stream", document.clone()).await;
    let body = json!({
        "number": chat.ada,
        "document_url": url,
        "file_name": "invoice-1234.pdf",
        "mime_type": "application/pdf",
        "caption": "Your invoice",
        "thumbnail_url": site("image/png", file("transparent.png")).await,
        "quoted": { "key": { "id": "3EB0ABCDEF" }, "message": { "conversation": "And the invoice?" } }
    });
    let (sent, read) = chat.send(PATH, body).await;
    assert_eq!(read["kind"], "document");
    assert_eq!(read["envelope"], "document_with_caption_message");
    assert_eq!(read["caption"], "Your invoice");
    let media = &read["media"];
    assert_eq!(media["sha256"], sha256(&document));
    assert_eq!(media["size"], document.len());
    assert_eq!(media["mimetype"], "application/pdf");
    assert!(media["thumbnail"].as_u64() > Some(0), "{read}");
    let content = &read["message"]["document_message"];
    assert_eq!(content["file_name"], "invoice-1234.pdf");
    assert_eq!(content["title"], "invoice-1234.pdf");
    let quoted = &content["context_info"]["quoted_message"];
    assert_eq!(quoted["conversation"], "And the invoice?");
    let metadata = &sent["metadata"];
    assert_eq!(metadata["document_size_bytes"], document.len());
    assert_eq!(metadata["mime_type"], "application/pdf");
    assert_eq!(metadata["file_name"], "invoice-1234.pdf");
    assert_eq!(metadata["sent_at"], sent["timestamp"]);
    assert!(metadata["processing_time_ms"].is_u64(), "{metadata}");
    let ada = format!("{}@s.whatsapp.net", chat.ada);
    assert_eq!(sent["chat_jid"], ada);
    assert_eq!(sent["status"], "sent");
}

#[tokio::test]
async fn what_nobody_has_named_is_called_after_its_bytes() {
    let chat = Chat::open_with(&[PRIVATE]).await;
    let zip = b"PK\x03\x04\x14\0\0\0 and so on".to_vec();
    let table = [
        (file("document.pdf"), "application/pdf", "document.pdf"),
        (file("exif-1.jpg"), "image/jpeg", "document.jpg"),
        (file("video.mp4"), "video/mp4", "document.mp4"),
        (zip, "application/zip", "document.zip"),
        (b"Good morning\n".to_vec(), "text/plain", "document.txt"),
        (vec![1, 2, 3, 0xff], "application/octet-stream", "document"),
    ];
    for (document, mime_type, file_name) in table {
        let body = json!({ "number": chat.ada, "document": base64(&document) });
        let (sent, read) = chat.send(PATH, body).await;
        let content = &read["message"]["document_message"];
        assert_eq!(content["mimetype"], mime_type);
        assert_eq!(content["file_name"], file_name);
        assert_eq!(sent["metadata"]["mime_type"], mime_type);
        assert_eq!(sent["metadata"]["file_name"], file_name);
        assert_eq!(read["media"]["sha256"], sha256(&document), "{file_name}");
        // Without a caption it comes as it is.
        assert_eq!(read["envelope"], Value::Null);
        assert_eq!(read["caption"], Value::Null);
    }
    let url = site("text/csv; charset=utf-8", b"a,b\n1,2\n".to_vec()).await;
    let body = json!({ "number": chat.ada, "document_url": url, "file_name": "prices.csv" });
    let (sent, _) = chat.send(PATH, body).await;
    let served = "text/csv; charset=utf-8";
    assert_eq!(sent["metadata"]["mime_type"], served);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_the_name_of_the_field() {
    let chat = Chat::open_with(&[PRIVATE]).await;
    let pdf = base64(&file("document.pdf"));
    let nothing = site("application/pdf", Vec::new()).await;
    let with = |field: &str, value: Value| {
        let mut body = json!({ "document": pdf });
        body[field] = value;
        body
    };
    let (name, named) = ("file_name", "file_name must be the name of a file");
    let table = [
        (
            json!({}),
            "document",
            "either document or document_url must be provided",
        ),
        (
            with("document_url", json!("http://x")),
            "document_url",
            "only one of document and document_url may be provided",
        ),
        (
            json!({ "document_url": nothing }),
            name,
            "file_name is required with document_url",
        ),
        (
            json!({ "document_url": nothing, "file_name": "a.pdf" }),
            "document_url",
            "document_url is empty",
        ),
        (
            json!({ "document": "data:application/pdf;base64," }),
            "document",
            "document is empty",
        ),
        (
            json!({ "document": "?" }),
            "document",
            "document is not base64",
        ),
        (with(name, json!("../../a")), name, named),
        (with(name, json!("a\nb")), name, named),
        (with(name, json!("x".repeat(256))), name, named),
        (
            with("mime_type", json!("pdf")),
            "mime_type",
            "mime_type must be a media type",
        ),
        (
            with("thumbnail", json!(pdf)),
            "thumbnail",
            "thumbnail must be a JPEG, PNG or WebP picture",
        ),
        (
            with("thumbnail", json!("http://x")),
            "thumbnail",
            "thumbnail is a URL, and not base64: use thumbnail_url for it",
        ),
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
    let body = json!({ "number": chat.ada, "document": base64(&file("document.pdf")) });
    chat.fails_as_documented(PATH, &body, "failed to send document")
        .await;
}
