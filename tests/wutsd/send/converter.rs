//! The program that converts: what it may take, and what becomes of it.

use reqwest::Method;
use serde_json::json;

use super::standin::StandIn;
use super::{Chat, base64, file};
use crate::support::until;

async fn post(chat: &Chat) -> crate::support::Answer {
    let sound = base64(&file("sound.mp3"));
    let body = json!({ "number": chat.ada, "audio": sound, "ptt": true });
    chat.post("/send/audio", body).await
}

/// Nothing of it is left.
async fn is_gone(program: &StandIn) {
    let folder = program.cwd().expect("it was run");
    until("its end", async || {
        (!program.runs() && !folder.exists()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn each_way_in_which_it_fails_is_told_in_words() {
    let begin = "audio cannot be converted from audio/mpeg to Opus: ";
    let table = [
        (
            "echo 'file:given: what is this?' >&2; exit 1",
            "it is damaged, or of a kind that ffmpeg does not know",
        ),
        (
            "kill -9 $$",
            "it is damaged, or of a kind that ffmpeg does not know",
        ),
        ("exec sleep 600", "it takes longer than 1 seconds"),
        ("exec cat /dev/zero", "it makes more than 5000 bytes of it"),
        // What it says is read however much it says.
        ("head -c 1000000 /dev/zero >&2; exit 1", "it is damaged"),
    ];
    for (script, words) in table {
        let program = StandIn::new(script);
        let settings = [
            program.setting(),
            ("MEDIA__FFMPEG_TIMEOUT", "1"),
            ("MEDIA__LIMIT", "5000"),
        ];
        let chat = Chat::open_with(&settings).await;
        let answer = post(&chat).await;
        assert_eq!(answer.status, 400, "{script}: {}", answer.text);
        let said = answer.body["error"].as_str().unwrap_or_default();
        assert!(
            said.starts_with(&format!("{begin}{words}")),
            "{script}: {said}"
        );
        assert!(!said.contains("given"), "{said}");
        assert_eq!(answer.body["validation"][0]["field"], "audio");
        is_gone(&program).await;
    }
}

#[tokio::test]
async fn what_is_not_sound_although_it_says_so_is_refused() {
    let program = StandIn::new("true");
    let chat = Chat::open_with(&[program.setting()]).await;
    let answer = post(&chat).await;
    assert_eq!(answer.text_error(), (400, "audio has no sound in it"));
}

#[tokio::test]
async fn one_that_is_not_there_is_told_with_what_to_do() {
    let chat = Chat::open_with(&[("MEDIA__FFMPEG", "/nowhere/ffmpeg")]).await;
    let answer = post(&chat).await;
    let expected = "audio would have to be converted from audio/mpeg to Opus, and the program that the server's \
        media.ffmpeg names cannot be run: send Opus in Ogg (audio/ogg; codecs=opus), or have ffmpeg installed there";
    assert_eq!(answer.text_error(), (400, expected));
}

#[tokio::test]
async fn it_is_killed_when_nobody_waits_for_it_any_more() {
    let program = StandIn::new("exec sleep 600");
    let chat = Chat::open_with(&[program.setting()]).await;
    let body = json!({ "number": chat.ada, "audio": base64(&file("sound.mp3")) }).to_string();
    let api = &chat.user.api;
    let asked = api.begin(Method::POST, "/send/audio", &body).await;
    until("its beginning", async || program.runs().then_some(())).await;
    drop(asked);
    is_gone(&program).await;
}

#[tokio::test]
async fn it_sees_no_environment_and_its_folder_is_nobody_elses() {
    let program = StandIn::new("env > $HERE/env; stat -c %a . > $HERE/mode; cat \"$VOICE\"");
    let chat = Chat::open_with(&[program.setting()]).await;
    post(&chat).await.expect(200);
    let read = |name: &str| std::fs::read_to_string(program.file(name)).expect(name);
    assert!(!read("env").contains("WUTSD"), "{}", read("env"));
    assert_eq!(read("mode").trim(), "700");
    is_gone(&program).await;
}

#[tokio::test]
async fn no_more_run_at_a_time_than_the_configuration_says() {
    let program = StandIn::new(
        "mkdir $HERE/busy || exit 7
        sleep 0.05
        rmdir $HERE/busy
        exec cat \"$VOICE\"",
    );
    let settings = [program.setting(), ("MEDIA__FFMPEG_PROCESSES", "1")];
    let chat = Chat::open_with(&settings).await;
    for answer in futures::future::join_all((0..4).map(|_| post(&chat))).await {
        answer.expect(200);
    }
    // Each once to convert it, and once to listen to it.
    assert_eq!(program.told().lines().count(), 8);
}
