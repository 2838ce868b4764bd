//! Media that is given by its address: what the site answers decides.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::media::{PRIVATE, file, start};
use crate::support::{Answer, User, until};

/// A site that answers with these fields and bytes, and what it was asked.
struct Site {
    url: String,
    asked: watch::Receiver<String>,
}

impl Site {
    async fn start(fields: &'static str, body: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let url = format!("http://{}/", listener.local_addr().expect("its address"));
        let (tell, asked) = watch::channel(String::new());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = vec![0; 8192];
                let length = socket.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..length]).to_lowercase();
                tell.send_replace(request);
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 200 OK\r\n{fields}Content-Length: {length}\r\nConnection: close\r\n\r\n"
                );
                let _ = socket.write_all(head.as_bytes()).await;
                let _ = socket.write_all(&body).await;
            }
        });
        Self { url, asked }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

async fn post(user: &User, url: &str, media_type: Option<&str>) -> Answer {
    let body = json!({ "url": url, "media_type": media_type });
    user.api.post("/status/media", body).await
}

#[tokio::test]
async fn what_is_no_media_is_refused_whatever_the_request_calls_it() {
    let (_world, user, _) = start(&[PRIVATE]).await;
    let json = br#"{"error":"link expired"}"#.to_vec();
    let page = b"<!DOCTYPE html><html><body>Sign in</body></html>".to_vec();
    let error = b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>".to_vec();
    let words = b"not found, sorry".to_vec();
    let table = [
        (
            "Content-Type: application/json\r\n",
            json.clone(),
            "the media is JSON (application/json)",
        ),
        (
            "Content-Type: image/jpeg\r\n",
            json.clone(),
            "the media is JSON (application/json)",
        ),
        ("", json, "the media is JSON (application/json)"),
        (
            "Content-Type: text/html\r\n",
            page,
            "the media is HTML (text/html)",
        ),
        (
            "Content-Type: application/xml\r\n",
            error,
            "the media is XML (text/xml)",
        ),
        (
            "Content-Type: text/plain; charset=utf-8\r\n",
            words.clone(),
            "the media is of an unknown kind, served as text/plain, not image",
        ),
        ("", words, "the media is of an unknown kind, not image"),
        (
            "Content-Type: image/jpeg\r\n",
            Vec::new(),
            "the media is empty",
        ),
    ];
    for (fields, body, expected) in table {
        let site = Site::start(fields, body).await;
        let answer = post(&user, &site.url, Some("image")).await;
        let (status, code, message) = answer.object_error();
        assert_eq!(
            (status, code),
            (400, "invalid_media"),
            "{expected}: {}",
            answer.text
        );
        assert!(message.starts_with(expected), "{message}");
    }
    // What is media is taken, whatever its server calls it.
    let site = Site::start("Content-Type: text/plain\r\n", file("baseline.jpg")).await;
    let posted = post(&user, &site.url, None).await.expect(200);
    assert_eq!(posted["mime_type"], "image/jpeg");
}

#[tokio::test]
async fn sites_are_told_who_asks_and_may_compress_what_they_answer() {
    let (_world, user, _) = start(&[PRIVATE, ("MEDIA__LIMIT", "20000")]).await;
    let picture = file("picture.bmp").repeat(20);
    let picture = [&file("baseline.jpg")[..], &picture].concat();
    for (fields, body) in [
        (
            "Content-Encoding: gzip\r\nContent-Type: image/jpeg\r\n",
            gzip(&picture),
        ),
        ("Content-Encoding: deflate\r\n", zlib(&picture)),
        ("Content-Encoding: identity\r\n", picture.clone()),
    ] {
        let site = Site::start(fields, body).await;
        post(&user, &site.url, None).await.expect(200);
        let asked = site.asked.borrow().clone();
        let version = env!("CARGO_PKG_VERSION");
        assert!(
            asked.contains(&format!("user-agent: wutsd/{version}\r\n")),
            "{asked}"
        );
        let accepted = asked
            .lines()
            .find(|line| line.starts_with("accept-encoding:"));
        let accepted = accepted.expect("accept-encoding");
        assert!(
            accepted.contains("gzip") && accepted.contains("deflate"),
            "{accepted}"
        );
    }
    let site = Site::start("Content-Encoding: br\r\n", picture).await;
    let answer = post(&user, &site.url, None).await;
    let expected = "url answered with a Content-Encoding other than gzip and deflate";
    assert_eq!(answer.object_error(), (400, "invalid_media", expected));
}

#[tokio::test]
async fn what_is_compressed_counts_as_what_it_is() {
    // First, since it takes long enough for connections to be closed.
    let zeros = vec![0; 5_000_000];
    let (bomb, raw) = (gzip(&zeros), zlib(&zeros));
    let (_world, user, _) = start(&[PRIVATE, ("MEDIA__LIMIT", "20000")]).await;
    assert!(bomb.len() < 20_000);
    let table = [
        (
            "Content-Encoding: gzip\r\n",
            bomb,
            "url is too large: it has more, the limit is 20000 bytes",
        ),
        (
            "",
            vec![7; 20_001],
            "url is too large: it has 20001 bytes, the limit is 20000 bytes",
        ),
        ("Content-Encoding: gzip\r\n", raw, "url could not be read"),
    ];
    for (fields, body, expected) in table {
        let site = Site::start(fields, body).await;
        let answer = post(&user, &site.url, None).await;
        assert_eq!(answer.object_error(), (400, "invalid_media", expected));
    }
}

/// Sends all but the last byte of a file, and that when it is told to.
async fn hesitating(file: Vec<u8>, go: watch::Receiver<bool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let url = format!("http://{}/", listener.local_addr().expect("its address"));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (file, mut go) = (file.clone(), go.clone());
            tokio::spawn(async move {
                let _ = socket.read(&mut [0; 8192]).await;
                let (last, first) = file.split_last().expect("bytes");
                let length = file.len();
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
                let _ = socket.write_all(head.as_bytes()).await;
                let _ = socket.write_all(first).await;
                let _ = go.wait_for(|go| *go).await;
                let _ = socket.write_all(&[*last]).await;
            });
        }
    });
    url
}

#[tokio::test]
async fn downloads_share_the_bounded_memory_and_are_refused_beyond_it() {
    const SIZE: usize = 100_000;
    const AT_ONCE: usize = 10;
    // 875,000 bytes for what is large, of which one user alone gets half: four downloads.
    let settings = [
        PRIVATE,
        ("HTTP__BODY_LIMIT", "1000"),
        ("MEDIA__LIMIT", "100000"),
        ("MEMORY__LIMIT", "1000000"),
    ];
    let (world, user, _) = start(&settings).await;
    let other = world.user().await;
    let (go, told) = watch::channel(false);
    // A video: nothing else is held for it.
    let mut video = file("video.mp4");
    video.resize(SIZE, 0);
    let url = hesitating(video, told).await;
    let posts: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (api, body) = (user.api.clone(), json!({ "url": url }));
            tokio::spawn(async move { api.post("/status/media", body).await })
        })
        .collect();
    let waiting = until("each is refused or has all but a byte", async || {
        let metrics = world.api.get("/metrics").await.text;
        let line = "wutsd_memory_held_bytes{size=\"large\"} ";
        let held = metrics.lines().find_map(|found| found.strip_prefix(line))?;
        let held: usize = held.parse().ok()?;
        assert!(held <= 437_500, "{held}");
        let refused = posts.iter().filter(|post| post.is_finished()).count();
        let waiting = held / (SIZE - 1);
        (held.is_multiple_of(SIZE - 1) && waiting + refused == AT_ONCE).then_some(waiting)
    });
    let waiting = waiting.await;
    assert!((1..=4).contains(&waiting), "{waiting}");
    other
        .api
        .post("/devices", json!({ "name": "small" }))
        .await
        .expect(201);

    go.send_replace(true);
    let (mut posted, mut refused) = (0, 0);
    for post in posts {
        let answer = tokio::time::timeout(Duration::from_secs(60), post).await;
        let answer = answer.expect("an answer").expect("no panic");
        match answer.status {
            200 => posted += 1,
            _ => {
                assert_eq!(answer.status, 429, "{}", answer.text);
                assert_eq!(answer.header("Retry-After"), "1");
                refused += 1;
            }
        }
    }
    // What is here is encrypted beside itself, for which there may be no room.
    assert!((1..=waiting).contains(&posted), "{posted}");
    assert_eq!(posted + refused, AT_ONCE);
    for size in ["small", "large"] {
        let nothing = format!("memory_held_bytes{{size=\"{size}\"}} 0");
        world.api.wait_for_metric(&nothing).await;
    }
}
