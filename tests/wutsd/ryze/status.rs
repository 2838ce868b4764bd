//! POST /api/message/status/{instance}

use serde_json::{Value, json};

use super::{instance, wait_for_state};
use crate::send::{PRIVATE, file, sha256, site};
use crate::support::{Api, World};

const PATH: &str = "/api/message/status/sales";

/// A world with a connected instance named `sales`, and Ada, who is a contact of its account.
async fn start() -> (World, Api, String) {
    let world = World::start_with(&[PRIVATE]).await;
    let user = world.user().await;
    let api = instance(&world, &user, "sales").await;
    let phone = world.control.account("Owner").await;
    let ada = world.control.contact_of(&phone, "Ada").await;
    let shown = api.get("/api/instance/connect/sales").await.expect(200);
    let code = shown["qrCode"].as_str().expect("a code");
    world.control.scan(code, &phone).await.expect(200);
    wait_for_state(&api, "connected").await;
    (world, api, ada)
}

#[tokio::test]
async fn every_type_of_status_reaches_the_contacts() {
    let (world, api, ada) = start().await;
    let (picture, sound) = (file("baseline.jpg"), file("voice.ogg"));
    let (picture_url, sound_url) = (
        site("image/jpeg", picture.clone()).await,
        site("audio/ogg", sound.clone()).await,
    );
    let text = json!({ "type": "text", "message": "Open until 6pm", "backgroundColor": "#102030", "font": "serif" });
    let image = json!({ "type": "image", "message": "Today", "mediaUrl": picture_url, "mimeType": "image/jpeg" });
    let audio =
        json!({ "type": "audio", "mediaUrl": sound_url, "duration": 2, "waveform": [1, 2] });
    for (body, kind) in [(text, "text"), (image, "image"), (audio, "audio")] {
        let sent = api.post(PATH, body).await.expect(200);
        assert_eq!(sent["message"], "Status sent successfully");
        assert_eq!(sent["status"], "sent");
        let data = &sent["data"];
        assert_eq!(data["messageType"], kind);
        assert_eq!(data["chat"], json!({ "jid": "status@broadcast" }));
        let read = world
            .control
            .wait_for_message(&ada, &data["messageId"])
            .await;
        assert_eq!(read["kind"], kind, "{read}");
        let message = &read["message"];
        match kind {
            "text" => {
                assert_eq!(read["text"], "Open until 6pm");
                let text = &message["extended_text_message"];
                assert_eq!(text["background_argb"], 0xFF10_2030_u32);
                assert_eq!(text["font"], "SYSTEM_TEXT");
            }
            "image" => {
                assert_eq!(read["caption"], "Today");
                assert!(read["media"]["size"].as_u64() > Some(0), "{read}");
            }
            _ => {
                assert_eq!(read["media"]["sha256"], sha256(&sound));
                assert_eq!(message["audio_message"]["ptt"], true);
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_posted_is_refused_in_the_words_of_this_api() {
    let (_world, api, _) = start().await;
    let wrong = "Invalid request body: ";
    for (body, words) in [
        (json!({}), "type is required"),
        (json!({ "type": "sticker" }), "type must be"),
        (json!({ "type": "text" }), "message is required for a text"),
        (
            json!({ "type": "text", "message": " " }),
            "message is required for a text",
        ),
        (
            json!({ "type": "image" }),
            "mediaUrl is required for what is no text",
        ),
        (json!({ "type": "audio", "mediaUrl": "nowhere" }), ""),
        (
            json!({ "type": "text", "message": "x", "font": "comic" }),
            "font must be",
        ),
    ] {
        let answer = api.post(PATH, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        let said = answer.body["error"]["message"].as_str().expect("words");
        let said = said.strip_prefix(wrong).unwrap_or(said);
        assert!(said.starts_with(words), "{body}: {said}");
        assert_eq!(answer.body["error"].as_object().map(|e| e.len()), Some(1));
    }
    let nobody: Value = api
        .post(
            "/api/message/status/other",
            json!({ "type": "text", "message": "x" }),
        )
        .await
        .expect(403);
    assert_eq!(nobody["success"], false);
}
