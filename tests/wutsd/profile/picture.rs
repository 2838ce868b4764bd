//! POST /profile/picture

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::json;

use crate::support::{User, World};

const PATH: &str = "/profile/picture";

fn png(width: u32, height: u32) -> String {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header");
    let pixels = vec![7; (width * height) as usize];
    writer.write_image_data(&pixels).expect("pixels");
    writer.finish().expect("a picture");
    BASE64_STANDARD.encode(bytes)
}

#[tokio::test]
async fn the_picture_is_what_others_see_then_a_square_jpeg() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let posted = user
        .api
        .post(PATH, json!({ "image_base64": png(90, 60) }))
        .await
        .expect(200);
    let shown = user
        .api
        .get(&format!(
            "/contacts/profile-picture?number={phone}&preview=false"
        ))
        .await;
    let shown = shown.expect(200)["data"].clone();
    assert_eq!(shown["id"], posted["picture_id"]);
    let url = shown["url"].as_str().expect("an address");
    let jpeg = reqwest::get(url)
        .await
        .expect("an answer")
        .bytes()
        .await
        .expect("a picture");
    let picture = image::load_from_memory(&jpeg).expect("a picture");
    assert_eq!(
        image::guess_format(&jpeg).expect("a format"),
        image::ImageFormat::Jpeg
    );
    assert_eq!((picture.width(), picture.height()), (60, 60));
}

/// What others see of the picture that was set.
async fn shown(user: &User, phone: &str) -> image::RgbImage {
    let path = format!("/contacts/profile-picture?number={phone}&preview=false");
    let shown = user.api.get(&path).await.expect(200)["data"].clone();
    let url = shown["url"].as_str().expect("an address");
    let answer = reqwest::get(url).await.expect("an answer");
    let jpeg = answer.bytes().await.expect("a picture");
    image::load_from_memory(&jpeg).expect("a picture").to_rgb8()
}

#[tokio::test]
async fn the_picture_is_upright_and_on_white() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/media");
    let set = async |name: &str| {
        let bytes = std::fs::read(format!("{folder}/{name}")).expect(name);
        let body = json!({ "image_base64": BASE64_STANDARD.encode(bytes) });
        user.api.post(PATH, body).await.expect(200);
        shown(&user, &phone).await
    };
    // Stored, it is red on the left and blue on the right; turned by a quarter, red is above.
    let upright = set("exif-6.jpg").await;
    let (side, middle) = (upright.width(), upright.width() / 2);
    assert_eq!((side, upright.height()), (16, 16));
    let [red, _, blue] = upright.get_pixel(middle, 2).0;
    assert!(red > blue, "{:?}", upright.get_pixel(middle, 2));
    let [red, _, blue] = upright.get_pixel(middle, side - 3).0;
    assert!(blue > red);
    let logo = set("transparent.png").await;
    assert!(logo.get_pixel(1, 1).0.iter().all(|light| *light > 230));
    assert!(logo.get_pixel(12, 12).0.iter().all(|light| *light < 60));
}

#[tokio::test]
async fn a_picture_that_is_too_large_is_called_so() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/media");
    let table = [
        ("baseline.jpg", b"\xff\xc0", 12000_u16, 9000_u16, 310),
        ("progressive.jpg", b"\xff\xc2", 16300, 16300, 1521),
    ];
    for (name, marker, width, height, least) in table {
        let mut picture = std::fs::read(format!("{folder}/{name}")).expect(name);
        let frame = picture.windows(2).position(|bytes| bytes == marker);
        let frame = frame.expect("a frame");
        picture[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
        picture[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
        let body = json!({ "image_base64": BASE64_STANDARD.encode(picture) });
        let answer = user.api.post(PATH, body).await;
        let (status, text) = answer.text_error();
        let begin = format!("image_base64 is too large: {width} × {height} pixels need ");
        assert_eq!(status, 400, "{text}");
        let rest = text.strip_prefix(&begin).expect(text);
        let (needed, rest) = rest.split_once(' ').expect("a number");
        assert!(needed.parse::<u32>().expect("a number") >= least, "{text}");
        assert_eq!(rest, "MiB to be read, 256 are allowed");
    }
}

#[tokio::test]
async fn base64_is_taken_however_it_was_written() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let standard = png(9, 9);
    let bytes = BASE64_STANDARD.decode(&standard).expect("base64");
    let lines: Vec<&str> = (0..standard.len())
        .step_by(60)
        .map(|place| &standard[place..standard.len().min(place + 60)])
        .collect();
    let table = [
        lines.join("\r\n"),
        format!(" {}\n", lines.join(" ")),
        BASE64_URL_SAFE_NO_PAD.encode(&bytes),
        standard.trim_end_matches('=').to_owned(),
        format!("data:image/png;base64,{standard}"),
        format!(
            "DATA:image/png;charset=utf-8;name=a%20b.png;base64,\n{}",
            lines.join("\n")
        ),
    ];
    for text in table {
        let picture = json!({ "image_base64": text });
        user.api.post(PATH, picture).await.expect(200);
        let status = json!({ "data": text });
        user.api.post("/status/media", status).await.expect(200);
    }
}

#[tokio::test]
async fn what_is_no_picture_is_refused_with_the_name_of_the_field() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let text = BASE64_STANDARD.encode("no picture");
    let table = [
        (json!({}), "image_base64 is required"),
        (json!({ "image_base64": "" }), "image_base64 is required"),
        (
            json!({ "image_base64": "?" }),
            "image_base64 is not base64: Invalid symbol 63, offset 0.",
        ),
        (
            json!({ "image_base64": text }),
            "image_base64 must be a JPEG, PNG or WebP picture",
        ),
    ];
    for (body, expected) in table {
        let answer = user.api.post(PATH, body).await;
        assert_eq!(answer.text_error(), (400, expected));
        assert_eq!(
            answer.body["validation"][0]["field"].as_str().is_some(),
            !expected.starts_with("missing")
        );
    }
}

#[tokio::test]
async fn each_way_to_fail_has_its_answer() {
    let world = World::start_with(&[("WHATSAPP__QUERY_TIMEOUT", "1")]).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let body = json!({ "image_base64": png(8, 8) });
    let namespace = "w:profile:picture";
    let table = [
        (
            json!({ "jid": jid, "fault": "iq_error", "xmlns": namespace, "code": 406 }),
            502,
            "failed to set profile picture",
        ),
        (
            json!({ "jid": jid, "fault": "iq_silence", "xmlns": namespace }),
            504,
            "context deadline exceeded",
        ),
    ];
    for (fault, status, text) in table {
        world.control.fault(fault).await;
        assert_eq!(
            user.api.post(PATH, body.clone()).await.text_error(),
            (status, text)
        );
        world.control.clear_faults().await;
    }
    user.api.post_nothing("/disconnect").await.expect(200);
    let answer = user.api.post(PATH, body).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
