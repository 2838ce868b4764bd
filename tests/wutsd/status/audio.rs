//! POST /status/audio

use serde_json::{Value, json};

use crate::send::{DOT, PRIVATE, base64, file, sha256, site};
use crate::support::World;

const PATH: &str = "/status/audio";

#[tokio::test]
async fn a_voice_message_or_a_sound_is_heard_by_the_contacts() {
    let world = World::start_with(&[PRIVATE]).await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let ada = world.control.contact_of(&phone, "Ada").await;
    world.pair(&user, &phone).await;
    let sound = file("voice.ogg");
    let url = site("audio/ogg", sound.clone()).await;
    for (body, voice, argb) in [
        (json!({ "audio": base64(&sound) }), true, 0xFF1E_6E4F_u32),
        (
            json!({ "audio_url": url, "ptt": false, "background_color": "#102030" }),
            false,
            0xFF10_2030,
        ),
    ] {
        let posted = user.api.post(PATH, body).await.expect(200);
        assert_eq!(posted["status_type"], "audio");
        assert_eq!(posted["mime_type"], "audio/ogg; codecs=opus");
        assert_eq!(posted["duration_seconds"], 2);
        let read = world
            .control
            .wait_for_message(&ada, &posted["message_id"])
            .await;
        assert_eq!(read["chat"], "status@broadcast");
        assert_eq!(read["media"]["sha256"], sha256(&sound));
        let content = &read["message"]["audio_message"];
        assert_eq!(content["ptt"], voice, "{read}");
        assert_eq!(content["background_argb"], argb, "{read}");
        assert_eq!(content["seconds"], 2);
    }
}

#[tokio::test]
async fn what_is_no_sound_is_refused_by_name() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let sound = base64(&file("voice.ogg"));
    let url = "https://example.com/a.ogg";
    for (body, code, words) in [
        (json!({}), "invalid_media", "audio"),
        (
            json!({ "audio": sound, "audio_url": url }),
            "invalid_media",
            "audio",
        ),
        (json!({ "audio": "%%%" }), "invalid_media", "audio"),
        (json!({ "audio": DOT }), "invalid_media", ""),
        (
            json!({ "audio": sound, "background_color": "red" }),
            "invalid_request",
            "background_color",
        ),
    ] {
        let answer = user.api.post(PATH, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        let error: &Value = &answer.body["error"];
        assert_eq!(error["code"], code, "{}", answer.text);
        assert!(
            error["message"].as_str().expect("words").contains(words),
            "{error}"
        );
    }
    user.api.post_nothing("/disconnect").await.expect(200);
    let answer = user.api.post(PATH, json!({ "audio": sound })).await;
    assert_eq!(answer.status, 503, "{}", answer.text);
}
