//! GET /qr

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::support::World;

fn code(body: &Value) -> &str {
    body.pointer("/data/qr_code")
        .and_then(Value::as_str)
        .expect("a code")
}

#[tokio::test]
async fn a_scanned_code_pairs_the_device() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;

    let qr = user.api.get("/qr").await.expect(200);
    assert_eq!(qr["data"]["cached"], false);
    let ttl = qr["data"]["ttl"].as_i64().expect("seconds");
    assert!((1..=60).contains(&ttl), "{ttl}");
    chrono::DateTime::parse_from_rfc3339(qr["data"]["expires_at"].as_str().expect("a time"))
        .expect("RFC 3339");
    user.api.wait_for_phase("pairing").await;

    world.control.scan(code(&qr), &phone).await.expect(200);
    let status = user.api.wait_for_phase("connected").await;
    assert_eq!(status["connected"], true);
    assert_eq!(status["is_logged_in"], true);
    assert_eq!(status["jid"], format!("{phone}@s.whatsapp.net"));
    assert_eq!(status["jid_pn"], status["jid"]);
    assert_eq!(status["jid_lid"], world.control.lid(&phone).await);
    assert_eq!(status["phone_number"], phone.as_str());

    let again = user.api.get("/qr").await;
    assert_eq!(again.text_error(), (400, "already connected"));
}

#[tokio::test]
async fn the_picture_is_a_png_that_shows_the_code() {
    let world = World::start().await;
    let user = world.user().await;
    let qr = user.api.get("/qr").await.expect(200);
    let image = qr["data"]["image"].as_str().expect("an image");
    let png = image
        .strip_prefix("data:image/png;base64,")
        .expect("a data URL");
    let png = BASE64_STANDARD.decode(png).expect("base64");
    let decoder = png::Decoder::new(std::io::Cursor::new(png));
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("its size")];
    let frame = reader.next_frame(&mut pixels).expect("a picture");
    let side = frame.width as usize;
    let mut picture =
        rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * side + x]);
    let (_, shown) = picture
        .detect_grids()
        .remove(0)
        .decode()
        .expect("a code that can be read");
    assert_eq!(shown, code(&qr));
}

#[tokio::test]
async fn a_code_is_shown_again_while_it_is_good_and_anew_on_request() {
    let world = World::start().await;
    let user = world.user().await;
    let first = user.api.get("/qr").await.expect(200);
    let second = user.api.get("/qr?reuse_cache=true").await.expect(200);
    assert_eq!(code(&second), code(&first));
    assert_eq!(second["data"]["cached"], true);
    for anew in ["refresh=true", "force_new=1", "cached=false"] {
        let fresh = user.api.get(&format!("/qr?{anew}")).await.expect(200);
        assert_ne!(code(&fresh), code(&first), "{anew}");
        assert_eq!(fresh["data"]["cached"], false, "{anew}");
    }
    let wrong = user.api.get("/qr?refresh=perhaps").await;
    assert_eq!(
        wrong.text_error(),
        (400, "refresh must be true or false, not \"perhaps\"")
    );
}

#[tokio::test]
async fn a_whatsapp_that_says_nothing_is_a_timeout_and_one_that_is_gone_a_failure() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
    let url = format!("ws://{}/ws/chat", silent.local_addr().expect("its address"));
    let settings = [
        ("WHATSAPP__PAIRING_TIMEOUT", "1"),
        ("WHATSAPP__URL", url.as_str()),
    ];
    let world = World::start_with(&settings).await;
    let user = world.user().await;
    let late = user.api.get("/qr").await;
    assert_eq!(late.text_error(), (408, "timeout waiting for QR code"));

    let world = World::start_with(&[("WHATSAPP__URL", "ws://127.0.0.1:1/ws/chat")]).await;
    let user = world.user().await;
    let failed = user.api.get("/qr").await;
    assert_eq!(failed.text_error(), (500, "failed to initialize device"));
}

#[tokio::test]
async fn a_token_is_needed_and_the_device_must_be_ones_own() {
    let world = World::start().await;
    assert_eq!(
        world.api.get("/qr").await.text_error(),
        (401, "unauthorized")
    );
    let user = world.user().await;
    for id in ["nonsense", "00000000-0000-4000-8000-000000000000"] {
        let answer = user.api.get(&format!("/qr?device_id={id}")).await;
        assert_eq!(answer.text_error(), (404, "device not found"));
    }
}
