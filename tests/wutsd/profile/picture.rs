//! POST /profile/picture

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::support::World;

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
