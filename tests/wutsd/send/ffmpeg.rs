//! The real ffmpeg, where there is one: `cargo test --features sandbox --test wutsd -- --ignored send::ffmpeg`.

use serde_json::json;

use super::{Chat, base64, file};

const FFMPEG: (&str, &str) = ("MEDIA__FFMPEG", "/usr/bin/ffmpeg");

#[tokio::test]
#[ignore = "needs /usr/bin/ffmpeg"]
async fn sound_of_all_kinds_becomes_a_voice_message() {
    let chat = Chat::open_with(&[FFMPEG]).await;
    for (name, seconds) in [
        ("sound.m4a", 3),
        ("sound.mp3", 1),
        ("sound.wav", 1),
        ("sound.mp4", 3),
    ] {
        for voice in [true, false] {
            let sound = base64(&file(name));
            let body = json!({ "number": chat.ada, "audio": sound, "ptt": voice });
            let (sent, read) = chat.send("/send/audio", body).await;
            assert_eq!(read["media"]["mimetype"], "audio/ogg; codecs=opus");
            assert_eq!(read["media"]["seconds"], seconds, "{name}");
            let metadata = &sent["metadata"];
            assert_eq!(metadata["conversion_applied"], true, "{name}");
            assert_eq!(metadata["waveform_generated"], voice, "{name}");
        }
    }
    // Loud for its first half, silent for its second.
    let sound = base64(&file("voice.ogg"));
    let body = json!({ "number": chat.ada, "audio": sound, "ptt": true });
    let (sent, read) = chat.send("/send/audio", body).await;
    assert_eq!(sent["metadata"]["conversion_applied"], false);
    let bars = &read["message"]["audio_message"]["waveform"];
    let bars = bars.as_str().expect("bars");
    let bars = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, bars).expect("base64");
    assert_eq!(bars.len(), 64);
    assert!(bars[10] > 60 && bars[60] < 10, "{bars:?}");
}

#[tokio::test]
#[ignore = "needs /usr/bin/ffmpeg"]
async fn videos_of_all_kinds_become_mp4_with_a_thumbnail() {
    let chat = Chat::open_with(&[FFMPEG]).await;
    for name in [
        "video.mkv",
        "video.webm",
        "video.avi",
        "video.flv",
        "video.ts",
        "video.mov",
        "video.3gp",
    ] {
        let video = base64(&file(name));
        let body = json!({ "number": chat.ada, "video": video, "convertToMP4": true });
        let (sent, read) = chat.send("/send/video", body).await;
        let (media, metadata) = (&read["media"], &sent["metadata"]);
        assert_eq!(media["mimetype"], "video/mp4", "{name}");
        assert_eq!(metadata["was_converted"], true, "{name}");
        let sides = json!([media["width"], media["height"]]);
        let expected = match name {
            "video.3gp" => json!([176, 144]),
            _ => json!([64, 32]),
        };
        assert_eq!(sides, expected, "{name}");
        assert!(media["seconds"].as_u64() > Some(0), "{name}");
        assert!(media["thumbnail"].as_u64() > Some(0), "{name}");
    }
}

#[tokio::test]
#[ignore = "needs /usr/bin/ffmpeg"]
async fn a_file_that_names_others_is_not_followed() {
    let chat = Chat::open_with(&[FFMPEG]).await;
    let list = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n";
    let concat = b"ffconcat version 1.0\nfile /etc/passwd\n";
    for hostile in [&list[..], concat] {
        let body = json!({ "number": chat.ada, "audio": base64(hostile) });
        let answer = chat.post("/send/audio", body).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
}
