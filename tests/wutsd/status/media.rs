//! POST /status/media

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{User, World};

pub const PRIVATE: (&str, &str) = ("MEDIA__ALLOW_PRIVATE_ADDRESSES", "true");

/// A small picture that can be opened.
fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 2);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&[0, 255, 255, 0]).expect("pixels");
    writer.finish().expect("a picture");
    bytes
}

/// One box of an MP4 file.
fn boxed(kind: &str, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let length = u32::try_from(content.len() + 8)
        .expect("small")
        .to_be_bytes();
    [&length[..], kind.as_bytes(), &content].concat()
}

/// The head of a video of 320 by 240 pixels that lasts 7 seconds, and next to no pictures.
fn mp4() -> Vec<u8> {
    let number = |number: u32| number.to_be_bytes().to_vec();
    let none = |count| vec![0_u8; count];
    // Version and flags, two dates; then ticks per second, ticks.
    let times = [none(12), number(1000), number(7000)].concat();
    let movie = boxed("mvhd", &[&times, &none(80)]);
    let sides = [number(320 << 16), number(240 << 16)].concat();
    let track = [none(12), number(1), none(4), number(7000), none(16)].concat();
    let matrix = [none(36)].concat();
    let track = boxed("tkhd", &[&track, &matrix, &sides]);
    let media = boxed("mdhd", &[&times, &none(4)]);
    let handler = boxed("hdlr", &[&none(8), b"vide", &none(12), b"\0"]);
    let tables = boxed("stbl", &[&boxed("stsd", &[&none(8)])]);
    let media = boxed("mdia", &[&media, &handler, &boxed("minf", &[&tables])]);
    let track = boxed("trak", &[&track, &media]);
    let kind = boxed("ftyp", &[b"mp42", &none(4), b"mp42isom"]);
    [
        kind,
        boxed("moov", &[&movie, &track]),
        boxed("mdat", &[b"pictures"]),
    ]
    .concat()
}

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// A real file, as people have them.
pub fn file(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/media");
    std::fs::read(format!("{folder}/{name}")).expect(name)
}

/// A user whose device is connected, and a contact.
pub async fn start(settings: &[(&str, &str)]) -> (World, User, String) {
    let world = World::start_with(settings).await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let contact = world.control.contact_of(&phone, "Ada").await;
    world.pair(&user, &phone).await;
    (world, user, contact)
}

async fn post(user: &User, body: Value) -> crate::support::Answer {
    user.api.post("/status/media", body).await
}

/// Answers every request with these bytes after this head; its address.
async fn site(head: &'static str, body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            let length = body.len();
            let head =
                format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            let _ = socket.write_all(head.as_bytes()).await;
            let _ = socket.write_all(&body).await;
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_picture_in_base64_is_what_the_contacts_phone_decrypts() {
    let (world, user, ada) = start(&[]).await;
    let picture = png();
    let body = json!({ "data": base64(&picture), "caption": "Flash sale", "view_once": false });
    let posted = post(&user, body).await.expect(200);
    assert_eq!(posted["status_type"], "image");
    assert_eq!(posted["mime_type"], "image/png");
    let message = world
        .control
        .wait_for_message(&ada, &posted["message_id"])
        .await;
    assert_eq!(message["kind"], "image");
    assert_eq!(message["caption"], "Flash sale");
    assert_eq!(message["chat"], "status@broadcast");
    assert_eq!(message["media"]["mimetype"], "image/png");
    assert_eq!(message["media"]["size"], picture.len());
    assert_eq!(
        message["media"]["sha256"],
        hex::encode(Sha256::digest(&picture))
    );
    let told = (&message["media"]["width"], &message["media"]["height"]);
    assert_eq!(told, (&json!(2), &json!(2)));
    assert!(
        message["media"]["thumbnail"].as_u64() > Some(0),
        "{message}"
    );
}

#[tokio::test]
async fn a_video_behind_a_url_is_fetched_and_posted() {
    let (world, user, ada) = start(&[PRIVATE]).await;
    let url = format!("{}/promo.mp4", site("200 OK", mp4()).await);
    let body = json!({ "media_type": "video", "mime_type": "video/mp4", "url": url });
    let posted = post(&user, body).await.expect(200);
    assert_eq!(posted["status_type"], "video");
    assert_eq!(posted["mime_type"], "video/mp4");
    let message = world
        .control
        .wait_for_message(&ada, &posted["message_id"])
        .await;
    assert_eq!(message["kind"], "video");
    let media = &message["media"];
    assert_eq!(media["sha256"], hex::encode(Sha256::digest(mp4())));
    let told = (&media["width"], &media["height"], &media["seconds"]);
    assert_eq!(told, (&json!(320), &json!(240), &json!(7)));
}

#[tokio::test]
async fn what_is_announced_is_what_is_seen() {
    let (world, user, ada) = start(&[]).await;
    let table = [
        ("exif-1.jpg", "image/jpeg", json!([32, 16, null])),
        ("exif-6.jpg", "image/jpeg", json!([16, 32, null])),
        ("exif.webp", "image/webp", json!([16, 32, null])),
        ("video.mp4", "video/mp4", json!([64, 32, 3])),
        ("rotated.mp4", "video/mp4", json!([32, 64, 3])),
        ("fragmented.mp4", "video/mp4", json!([64, 32, 3])),
        ("video.3gp", "video/3gpp", json!([176, 144, 2])),
    ];
    for (name, mime_type, expected) in table {
        let posted = post(&user, json!({ "data": base64(&file(name)) })).await;
        let posted = posted.expect(200);
        assert_eq!(posted["mime_type"], mime_type, "{name}");
        let message = world
            .control
            .wait_for_message(&ada, &posted["message_id"])
            .await;
        let media = &message["media"];
        let told = json!([media["width"], media["height"], media["seconds"]]);
        assert_eq!(told, expected, "{name}");
        assert_eq!(media["mimetype"], mime_type);
        let thumbnail = media["thumbnail"].as_u64() > Some(0);
        assert_eq!(thumbnail, mime_type.starts_with("image"), "{name}");
    }
}

#[tokio::test]
async fn what_phones_do_not_show_is_refused_by_name() {
    let (_world, user, _) = start(&[]).await;
    let table = [
        ("picture.gif", "GIF (image/gif)"),
        ("picture.heic", "HEIC (image/heic)"),
        ("picture.avif", "AVIF (image/avif)"),
        ("picture.tiff", "TIFF (image/tiff)"),
        ("picture.bmp", "BMP (image/bmp)"),
        ("picture.svg", "SVG (image/svg+xml)"),
        ("video.avi", "AVI (video/x-msvideo)"),
        ("video.mkv", "MKV (Matroska) (video/x-matroska)"),
        ("video.webm", "WebM (video/webm)"),
        ("document.pdf", "PDF (application/pdf)"),
        ("sound.mp4", "MP4 (video/mp4) without a video track"),
        ("no-index.mp4", "MP4 (video/mp4) without its index (moov)"),
    ];
    for (name, expected) in table {
        let body = json!({ "data": base64(&file(name)), "mime_type": "video/mp4" });
        let answer = post(&user, body).await;
        let (status, code, message) = answer.object_error();
        assert_eq!((status, code), (400, "invalid_media"), "{name}");
        let expected = format!("the media is {expected}");
        assert!(message.starts_with(&expected), "{message}");
        assert!(message.contains("send "), "{message}");
    }
}

#[tokio::test]
async fn what_was_cut_off_is_refused_with_what_to_do() {
    let (_world, user, _) = start(&[]).await;
    let png = png();
    let cut = |bytes: &[u8], by: usize| bytes[..bytes.len() - by].to_vec();
    let video = mp4();
    let nothing: &[u8] = &[0; 8];
    let pixels = png
        .windows(4)
        .position(|name| name == b"IHDR")
        .expect("a header")
        + 4;
    let mut no_sides = png.clone();
    no_sides[pixels..pixels + 8].copy_from_slice(nothing);
    let table = [
        cut(&png, png.len() - 8),
        cut(&png, png.len() - 41),
        no_sides,
        b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec(),
        cut(&video, 3),
        cut(&video, 16),
    ];
    for (number, bytes) in table.iter().enumerate() {
        let answer = post(&user, json!({ "data": base64(bytes) })).await;
        let (status, code, message) = answer.object_error();
        assert_eq!((status, code), (400, "invalid_media"), "{number}");
        assert!(message.contains("send all of it"), "{number}: {message}");
    }
}

/// Its header says more than a decoder may take, and nobody knows whether phones could show it.
#[tokio::test]
async fn a_picture_that_is_too_large_to_be_read_is_refused() {
    let (_world, user, _) = start(&[]).await;
    let mut picture = file("progressive.jpg");
    let frame = picture.windows(2).position(|marker| marker == b"\xff\xc2");
    let frame = frame.expect("a frame");
    picture[frame + 5..frame + 9].copy_from_slice(&[0x3f, 0xac, 0x3f, 0xac]);
    let answer = post(&user, json!({ "data": base64(&picture) })).await;
    let (status, code, message) = answer.object_error();
    assert_eq!((status, code), (400, "invalid_media"), "{message}");
    let words = "the picture is too large: 16300 × 16300 pixels need ";
    assert!(message.starts_with(words), "{message}");
}

#[tokio::test]
async fn media_that_cannot_be_used_is_refused_in_words() {
    let (_world, user, _) = start(&[PRIVATE, ("MEDIA__LIMIT", "5000")]).await;
    let missing = site("404 Not Found", Vec::new()).await;
    let large = site("200 OK", vec![1; 5001]).await;
    let page = site("200 OK", b"<!DOCTYPE html><html></html>".to_vec()).await;
    let elsewhere = site("302 Found\r\nLocation: ftp://127.0.0.1/", Vec::new()).await;
    let table = [
        (json!({}), "either data or url must be provided"),
        (
            json!({ "data": "aGk=", "url": "http://x" }),
            "only one of data and url may be provided",
        ),
        (json!({ "data": "not base64!" }), "data is not base64: "),
        (json!({ "data": "" }), "either data or url must be provided"),
        (
            json!({ "data": base64(b"words") }),
            "the media is of an unknown kind, not an image or a video",
        ),
        (
            json!({ "data": base64(&png()), "media_type": "video" }),
            "the media is image/png, not video",
        ),
        (json!({ "url": "no url" }), "url is not a URL: "),
        (
            json!({ "url": "file:///etc/passwd" }),
            "url must begin with http:// or https://",
        ),
        (
            json!({ "url": "http://127.0.0.1:1/" }),
            "url cannot be reached",
        ),
        (json!({ "url": missing }), "url answered 404 Not Found"),
        (
            json!({ "url": large }),
            "url is too large: it has 5001 bytes, the limit is 5000 bytes",
        ),
        (
            json!({ "url": page }),
            "the media is HTML (text/html), which phones do not show: send a picture",
        ),
        (
            json!({ "url": elsewhere }),
            "url must begin with http:// or https://",
        ),
    ];
    for (body, expected) in table {
        let answer = post(&user, body.clone()).await;
        let (status, code, message) = answer.object_error();
        assert_eq!(
            (status, code),
            (400, "invalid_media"),
            "{body}: {}",
            answer.text
        );
        assert!(message.starts_with(expected), "{body}: {message}");
    }
    let answer = post(&user, json!({ "media_type": "song" })).await;
    let expected = "media_type must be `image` or `video`, not `song`";
    assert_eq!(answer.object_error(), (400, "invalid_request", expected));
}

#[tokio::test]
async fn a_url_may_not_lead_to_where_only_this_machine_can_go() {
    let (_world, user, _) = start(&[]).await;
    let secret = site("200 OK", png()).await;
    let port = secret.rsplit(':').next().expect("a port").to_owned();
    let urls = [
        secret,
        format!("http://localhost:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://0x7f.1:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://10.0.0.1/".to_owned(),
    ];
    for url in urls {
        let answer = post(&user, json!({ "url": url })).await;
        let expected = (
            400,
            "invalid_media",
            "url this address is not on the public Internet",
        );
        assert_eq!(answer.object_error(), expected, "{url}");
    }
}

#[tokio::test]
async fn each_way_to_fail_has_its_answer() {
    let (world, user, _) = start(&[("MEDIA__COMMAND_TIMEOUT", "3")]).await;
    let body = json!({ "data": base64(&png()) });
    let nobody = world.user().await;
    let expected = (500, "device_error", "failed to resolve user device");
    assert_eq!(post(&nobody, body.clone()).await.object_error(), expected);

    let fault = |fault: Value| world.control.fault(fault);
    fault(json!({ "jid": "*", "fault": "media_status", "status": 500 })).await;
    let expected = (502, "upload_failed", "failed to upload media to whatsapp");
    assert_eq!(post(&user, body.clone()).await.object_error(), expected);
    world.control.clear_faults().await;

    fault(json!({ "jid": "*", "fault": "media_silence" })).await;
    let expected = (504, "upload_timeout", "context deadline exceeded");
    assert_eq!(post(&user, body.clone()).await.object_error(), expected);
    world.control.clear_faults().await;

    fault(json!({ "jid": "*", "fault": "ack_error", "error": 479, "times": 1 })).await;
    let expected = (502, "status_failed", "failed to send status broadcast");
    assert_eq!(post(&user, body.clone()).await.object_error(), expected);

    user.api.post_nothing("/disconnect").await.expect(200);
    let expected = (
        503,
        "device_disconnected",
        "whatsapp session is not connected",
    );
    assert_eq!(post(&user, body.clone()).await.object_error(), expected);
    let answer = post(
        &User {
            api: world.api.clone(),
            ..user
        },
        body,
    )
    .await;
    assert_eq!(answer.text_error(), (401, "Invalid token"));
}
