//! POST /groups/{jid}/picture, DELETE /groups/{jid}/picture

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use serde_json::json;

use super::Groups;

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
async fn the_group_shows_a_square_jpeg_until_it_is_taken_away() {
    let groups = Groups::start().await;
    let jid = groups.made(&[&groups.ada]).await;
    let path = format!("/groups/{jid}/picture");
    let body = json!({ "image_base64": png(90, 60) });
    let set = groups.user.api.post(&path, body).await.expect(200);
    let show = format!("/contacts/profile-picture?jid={jid}&preview=false");
    let shown = groups.user.api.get(&show).await.expect(200)["data"].clone();
    assert_eq!(shown["id"], set["picture_id"]);
    let url = shown["url"].as_str().expect("an address");
    let file = reqwest::get(url).await.expect("an answer");
    let jpeg = file.bytes().await.expect("a picture");
    let format = image::guess_format(&jpeg).expect("a format");
    assert_eq!(format, image::ImageFormat::Jpeg);
    let picture = image::load_from_memory(&jpeg).expect("a picture");
    assert_eq!((picture.width(), picture.height()), (60, 60));
    for _ in 0..2 {
        let removed = groups.user.api.delete(&path).await.expect(200);
        assert_eq!(removed, json!({ "success": true }));
        assert_eq!(groups.at_server(&jid).await["has_picture"], false);
    }
}

#[tokio::test]
async fn what_is_no_picture_and_who_may_not_are_refused() {
    let groups = Groups::start().await;
    let jid = groups.made(&[&groups.ada]).await;
    let path = format!("/groups/{jid}/picture");
    let text = BASE64_STANDARD.encode("no picture");
    let table = [
        (json!({}), "image_base64", "image_base64 is required"),
        (
            json!({ "image_base64": "" }),
            "image_base64",
            "image_base64 is required",
        ),
        (json!({ "image_base64": "%%%" }), "image_base64", ""),
        (json!({ "image_base64": text }), "image_base64", ""),
    ];
    groups.refuses(Method::POST, &path, &table).await;
    let others = groups.locked_by_others().await;
    let right = json!({ "image_base64": png(8, 8) });
    let path = format!("/groups/{others}/picture");
    for (method, body) in [(Method::POST, Some(&right)), (Method::DELETE, None)] {
        let answer = groups.request(method, &path, body).await;
        let text = "only an admin of the group can do that";
        assert_eq!(answer.text_error(), (403, text));
    }
    let failed = "failed to set group picture";
    groups
        .refuses_as_documented(Method::POST, "/picture", Some(&right), failed)
        .await;
}
