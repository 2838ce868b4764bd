//! POST /send/audio

use serde_json::{Value, json};

use super::standin::StandIn;
use super::{Chat, PRIVATE, base64, file, sha256, site};

const PATH: &str = "/send/audio";

#[tokio::test]
async fn opus_arrives_as_it_is_with_its_duration() {
    let chat = Chat::open_with(&[PRIVATE]).await;
    let sound = file("voice.ogg");
    let url = site("audio/ogg", sound.clone()).await;
    let quoted = json!({ "key": { "id": "3EB0ABCDEF" }, "message": { "conversation": "Say it" } });
    let table = [
        (json!({ "audio": base64(&sound), "ptt": true }), true, "ptt"),
        (json!({ "audio_url": url }), false, "audio"),
    ];
    for (mut body, voice, name) in table {
        body["number"] = json!(chat.ada);
        body["quoted"] = quoted.clone();
        let (sent, read) = chat.send(PATH, body).await;
        assert_eq!(read["kind"], "audio", "{name}");
        let media = &read["media"];
        assert_eq!(media["sha256"], sha256(&sound), "{name}");
        assert_eq!(media["mimetype"], "audio/ogg; codecs=opus");
        assert_eq!(media["seconds"], 2, "{name}");
        let content = &read["message"]["audio_message"];
        assert_eq!(content["ptt"], voice, "{name}");
        assert_eq!(content["context_info"]["stanza_id"], "3EB0ABCDEF");
        // Nobody has listened to it.
        assert_eq!(content["waveform"], Value::Null);
        let metadata = &sent["metadata"];
        let expected = json!({
            "audio_size_bytes": sound.len(),
            "audio_format": "audio/ogg; codecs=opus",
            "audio_duration_seconds": 2,
            "conversion_time_ms": 0,
            "ptt_enabled": voice,
            "conversion_applied": false,
            "original_format": "audio/ogg; codecs=opus",
            "waveform_generated": false,
            "async_processing": false
        });
        for (field, value) in expected.as_object().expect("fields") {
            assert_eq!(&metadata[field], value, "{name}: {field}");
        }
        assert_eq!(metadata["sent_at"], sent["timestamp"]);
        assert_eq!(sent["status"], "sent");
        assert_eq!(sent["chat_jid"], format!("{}@s.whatsapp.net", chat.ada));
    }
}

#[tokio::test]
async fn what_can_be_heard_once_comes_in_its_envelope() {
    let chat = Chat::open().await;
    let sound = base64(&file("voice.ogg"));
    let body = json!({ "number": chat.ada, "audio": sound, "ptt": true, "viewOnce": true });
    let (_, read) = chat.send(PATH, body).await;
    assert_eq!(read["envelope"], "view_once_message");
    assert_eq!(read["message"]["audio_message"]["view_once"], true);
}

#[tokio::test]
async fn other_sound_is_converted_and_a_voice_message_has_its_bars() {
    // Half of it loud, half of it quiet; and what it is converted to.
    let converter = StandIn::new(
        "case \"$*\" in
            *s16le*) awk 'BEGIN { for (i = 0; i < 8000; i++) printf \"%s\", (i < 4000 ? \"\\177\\177\" : \"\\001\\001\") }';;
            *libopus*) cat \"$VOICE\";;
            *) exit 3;;
        esac",
    );
    let chat = Chat::open_with(&[PRIVATE, converter.setting()]).await;
    let made = file("voice.ogg");
    for (name, original) in [
        ("sound.m4a", "audio/mp4"),
        ("sound.mp3", "audio/mpeg"),
        ("sound.wav", "audio/wav"),
        ("sound.mp4", "video/mp4"),
    ] {
        let body = json!({ "number": chat.ada, "audio": base64(&file(name)), "ptt": true });
        let (sent, read) = chat.send(PATH, body).await;
        assert_eq!(read["media"]["sha256"], sha256(&made), "{name}");
        let bars = &read["message"]["audio_message"]["waveform"];
        let bars = base64::Engine::decode(
            &base64::prelude::BASE64_STANDARD,
            bars.as_str().expect("bars"),
        );
        let bars = bars.expect("base64");
        assert_eq!(bars.len(), 64);
        assert_eq!((bars[0], bars[31], bars[33], bars[63]), (100, 100, 1, 1));
        let metadata = &sent["metadata"];
        assert_eq!(metadata["original_format"], original, "{name}");
        assert_eq!(metadata["conversion_applied"], true, "{name}");
        assert_eq!(metadata["waveform_generated"], true, "{name}");
        assert_eq!(metadata["audio_size_bytes"], made.len(), "{name}");
    }
    let told = converter.told();
    assert!(told.contains("-protocol_whitelist file,pipe"), "{told}");
    assert!(told.contains("-ac 1 -b:a 32k"), "{told}");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_the_name_of_the_field() {
    let chat = Chat::open().await;
    let sound = file("voice.ogg");
    let cut = &sound[..sound.len() - 7];
    let with = |field: &str, value: Value| {
        let mut body = json!({ "audio": base64(&sound) });
        body[field] = value;
        body
    };
    let table = [
        (
            json!({}),
            "audio",
            "either audio or audio_url must be provided",
        ),
        (
            with("audio_url", json!("http://x")),
            "audio_url",
            "only one of audio and audio_url may be provided",
        ),
        (
            json!({ "audio": "data:audio/ogg;base64," }),
            "audio",
            "audio is empty",
        ),
        (
            json!({ "audio": base64(cut) }),
            "audio",
            "audio was cut off: send all of it",
        ),
        (
            json!({ "audio": base64(&file("sound.mp3")) }),
            "audio",
            "audio would have to be converted from audio/mpeg to Opus, for which this server needs ffmpeg: \
             send Opus in Ogg (audio/ogg; codecs=opus), or have the server's media.ffmpeg set",
        ),
        (
            json!({ "audio": base64(b"nobody knows") }),
            "audio",
            "audio would have to be converted from an unknown format to Opus",
        ),
        (
            json!({ "audio": base64(&file("document.pdf")) }),
            "audio",
            "the media is PDF (application/pdf), not sound",
        ),
        (
            json!({ "audio": base64(&file("exif.png")) }),
            "audio",
            "the media is PNG (image/png), not sound",
        ),
        (
            json!({ "audio_url": "http://127.0.0.1/" }),
            "audio_url",
            "audio_url this address is not on the public Internet",
        ),
        (with("ptt", json!("yes")), "ptt", "ptt"),
        (with("delay", json!(61)), "delay", "delay"),
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
    let body = json!({ "number": chat.ada, "audio": base64(&file("voice.ogg")) });
    chat.fails_as_documented(PATH, &body, "failed to send audio")
        .await;
}
