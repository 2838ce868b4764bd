//! What makes no sense is refused with a reason and leaves no trace.

use super::{answer, send};
use crate::support::{User, World};

async fn leaves_no_trace(world: &World, user: &User) {
    user.api.get("/devices").await.expect(200);
    let logged = world.daemon.errors().join("\n");
    let loud = logged.contains("ERROR") || logged.contains("WARN");
    assert!(!loud, "{logged}");
}

/// A body whose `text` is 50,000 levels deep.
fn deep(open: &str, close: &str) -> Vec<u8> {
    let (open, close) = (open.repeat(50_000), close.repeat(50_000));
    format!("{{\"text\":{open}1{close}}}").into_bytes()
}

#[tokio::test]
async fn a_body_that_is_mad_is_refused_with_a_reason() {
    let world = World::start().await;
    let user = world.user().await;
    let many = (0..50_000).map(|number| format!("\"{number}\":{number}"));
    let many = format!("{{{}}}", many.collect::<Vec<_>>().join(","));
    let table: [(Vec<u8>, &str); 9] = [
        (deep("[", "]"), "malformed JSON: recursion limit exceeded"),
        (
            deep("{\"a\":", "}"),
            "malformed JSON: recursion limit exceeded",
        ),
        ("[".repeat(100_000).into(), "the body is an array"),
        (many.into(), "text cannot be empty"),
        (b"{\"text\":\"\xff\xfe\"}".into(), "the body is not UTF-8"),
        (b"{\"text\":\"\\ud800\"}".into(), "malformed JSON: "),
        (
            b"{\"text\":\"a\",\"text\":\"b\"}".into(),
            "duplicate field `text`",
        ),
        (b"\0".into(), "malformed JSON: "),
        (
            b"{\"text\":1e999999}".into(),
            "malformed JSON: number out of range",
        ),
    ];
    for (body, expected) in table {
        let answer = user
            .api
            .post_raw("/status/text", "application/json", body)
            .await;
        let (status, code, message) = answer.object_error();
        assert_eq!((status, code), (400, "invalid_request"), "{expected}");
        assert!(message.starts_with(expected), "{message}");
    }
    leaves_no_trace(&world, &user).await;
}

#[tokio::test]
async fn a_deep_body_is_refused_where_parameters_may_come_in_the_query_too() {
    let world = World::start().await;
    let user = world.user().await;
    // Where parameters may also come in the query, the body is read before it is known what is in it.
    let deepest = deep("[", "]");
    let refused = user
        .api
        .post_raw("/contacts/block", "application/json", deepest)
        .await;
    let (status, message) = refused.text_error();
    assert_eq!(status, 400);
    assert!(
        message.starts_with("malformed JSON: recursion limit exceeded"),
        "{message}"
    );
    leaves_no_trace(&world, &user).await;
}

#[tokio::test]
async fn a_path_or_a_query_that_is_mad_is_refused() {
    let world = World::start().await;
    let user = world.user().await;
    for path in ["/devices/%FF", "/devices/%00", "/devices/..%2f..%2fetc"] {
        let answer = user.api.delete(path).await;
        assert_eq!(answer.text_error(), (404, "device not found"));
    }
    for path in [
        "/users/%FF",
        "/status?device_id=%FF",
        "/qr?device_id=%ED%A0%80",
    ] {
        let answer = user.api.get(path).await;
        assert!((200..500).contains(&answer.status), "{path}");
        assert!(answer.body["success"].is_boolean(), "{}", answer.text);
    }
    leaves_no_trace(&world, &user).await;
}

#[tokio::test]
async fn a_head_that_is_mad_is_refused() {
    let world = World::start().await;
    let user = world.user().await;
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(200_000));
    let crowded = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(200));
    let heads: [(&[u8], u16); 5] = [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
        ),
        (long.as_bytes(), 431),
        (crowded.as_bytes(), 431),
    ];
    for (head, expected) in heads {
        let mut connection = send(&world, head).await;
        let (status, _) = answer(&mut connection).await;
        let begin = head[..30.min(head.len())].escape_ascii();
        assert_eq!(status, expected, "{begin}");
    }
    leaves_no_trace(&world, &user).await;
}
