//! Callers who are slow, greedy or mad, over raw sockets: they are refused or cut off, and nobody else notices.

mod crowd;
mod memory;
mod nonsense;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::support::{PATIENCE, User, World};

const IMPATIENT: [(&str, &str); 3] = [
    ("HTTP__HEADER_TIMEOUT", "1"),
    ("HTTP__BODY_TIMEOUT", "1"),
    ("HTTP__KEEP_ALIVE", "1"),
];
/// Between two drops of a trickle.
const DROP: Duration = Duration::from_millis(100);

/// The next answer on this connection: its status and its body.
async fn answer(connection: &mut TcpStream) -> (u16, Value) {
    let mut head = Vec::new();
    let read = async {
        while !head.ends_with(b"\r\n\r\n") {
            head.push(connection.read_u8().await.expect("an answer"));
        }
        let text = String::from_utf8(head).expect("text").to_ascii_lowercase();
        let length = text.split("content-length: ").nth(1).unwrap_or("0");
        let length = length.lines().next().expect("a line").parse();
        let mut body = vec![0; length.expect("a number")];
        connection.read_exact(&mut body).await.expect("a body");
        let status = text.split(' ').nth(1).expect("a status").parse();
        let body = serde_json::from_slice(&body).unwrap_or_default();
        (status.expect("a number"), body)
    };
    timeout(PATIENCE, read).await.expect("an answer")
}

/// Sends the same again and again, a little at a time, until the other end has closed the connection.
async fn trickle_until_closed(connection: &mut TcpStream, drop: &[u8]) {
    let trickle = async {
        loop {
            let mut byte = [0];
            let sent = connection.write_all(drop).await;
            match timeout(DROP, connection.read(&mut byte)).await {
                Err(_) if sent.is_ok() => {}
                Ok(Ok(read)) if read > 0 => {}
                _ => return,
            }
        }
    };
    timeout(PATIENCE, trickle).await.expect("it is closed");
}

fn head(user: &User, request: &str, fields: &str) -> String {
    let token = &user.token;
    format!("{request} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n{fields}\r\n")
}

async fn send(world: &World, text: &[u8]) -> TcpStream {
    let mut connection = world.api.connect().await;
    connection.write_all(text).await.expect("sent");
    connection
}

#[tokio::test]
async fn a_head_that_trickles_in_is_cut_off_the_first_and_any_later_one() {
    let world = World::start_with(&IMPATIENT).await;
    let mut first = send(&world, b"GET /healthz HTTP/1.1\r\nX: ").await;
    for _ in 0..5 {
        first.write_all(b"x").await.expect("sent");
        sleep(DROP).await;
    }
    assert_eq!(answer(&mut first).await.0, 408);
    trickle_until_closed(&mut first, b"x").await;
    trickle_until_closed(&mut world.api.connect().await, b"").await;

    let whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut later = send(&world, whole).await;
    for _ in 0..3 {
        assert_eq!(answer(&mut later).await.0, 200);
        later.write_all(whole).await.expect("sent");
    }
    answer(&mut later).await;
    later
        .write_all(b"GET /healthz HTTP/1.1\r\nX: ")
        .await
        .expect("sent");
    trickle_until_closed(&mut later, b"x").await;
}

/// Other HTTP clients keep a connection for up to 90 s: one that is closed earlier here may be closed under their request.
#[tokio::test]
async fn a_connection_may_rest_for_as_long_as_configured() {
    let [world, other] = [("HTTP__KEEP_ALIVE", "1"), ("HTTP__HEADER_TIMEOUT", "1")];
    let (world, other) = (
        World::start_with(&[world]).await,
        World::start_with(&[other]).await,
    );
    let whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut patient = send(&other, whole).await;
    assert_eq!(answer(&mut patient).await.0, 200);
    // This takes seconds, of which the other notices nothing.
    for _ in 0..5 {
        let mut impatient = send(&world, whole).await;
        assert_eq!(answer(&mut impatient).await.0, 200);
        let closed = timeout(PATIENCE, impatient.read(&mut [0])).await;
        assert!(matches!(closed, Ok(Ok(0))), "{closed:?}");
    }
    patient.write_all(whole).await.expect("sent");
    assert_eq!(answer(&mut patient).await.0, 200);
}

#[tokio::test]
async fn a_body_that_trickles_in_is_refused_in_time() {
    let world = World::start_with(&IMPATIENT).await;
    let user = world.user().await;
    for fields in ["Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n"] {
        let mut slow = send(&world, head(&user, "POST /status/text", fields).as_bytes()).await;
        let drop: &[u8] = if fields.starts_with('T') {
            b"1\r\nx\r\n"
        } else {
            b"x"
        };
        for _ in 0..15 {
            slow.write_all(drop).await.expect("sent");
            sleep(DROP).await;
        }
        let (status, body) = answer(&mut slow).await;
        assert_eq!(status, 400);
        assert_eq!(body["error"]["message"], "the body did not arrive in time");
        trickle_until_closed(&mut slow, drop).await;
    }
}

#[tokio::test]
async fn a_body_that_nobody_reads_holds_no_connection() {
    let world = World::start_with(&IMPATIENT).await;
    let user = world.user().await;
    let table = [
        ("POST /status/text", "Transfer-Encoding: chunked\r\n", 401),
        ("DELETE /devices/x", "Transfer-Encoding: chunked\r\n", 404),
        ("GET /healthz", "Transfer-Encoding: chunked\r\n", 200),
        ("DELETE /devices/x", "Content-Length: 100000\r\n", 404),
    ];
    for (request, fields, expected) in table {
        let mut text = head(&user, request, fields);
        if expected == 401 {
            text = text.replace(&user.token, "wrong");
        }
        let mut connection = send(&world, text.as_bytes()).await;
        let drop = b"1\r\nx\r\n";
        connection.write_all(drop).await.expect("sent");
        assert_eq!(answer(&mut connection).await.0, expected, "{request}");
        trickle_until_closed(&mut connection, drop).await;
    }
}

#[tokio::test]
async fn who_takes_no_answers_is_cut_off() {
    let world = World::start_with(&IMPATIENT).await;
    let mut connection = world.api.connect().await;
    let ask = async {
        let request = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
        // As long as anything goes in, and then until the connection is gone.
        while connection.write_all(request).await.is_ok() {}
    };
    timeout(PATIENCE, ask).await.expect("it is closed");
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_there() {
    let world = World::start_with(&[("HTTP__BODY_LIMIT", "1000"), ("MEDIA__LIMIT", "3000")]).await;
    let user = world.user().await;
    let refused = async |request: &str, fields: &str, body: &[u8], limit: usize| {
        let text = head(&user, request, fields);
        let mut connection = send(&world, &[text.as_bytes(), body].concat()).await;
        let (status, body) = answer(&mut connection).await;
        assert_eq!(status, 400);
        let text = format!("the body is larger than the limit of {limit} bytes");
        assert_eq!(body["error"]["message"], text);
    };
    let chunk = format!("3e9\r\n{}\r\n", "x".repeat(1001));
    let chunked = "Transfer-Encoding: chunked\r\n";
    refused("POST /status/text", "Content-Length: 1001\r\n", b"", 1000).await;
    refused("POST /status/text", chunked, chunk.as_bytes(), 1000).await;
    // Media may be larger.
    refused("POST /status/media", "Content-Length: 5001\r\n", b"", 5000).await;
    let chunks = chunk.repeat(5);
    refused("POST /status/media", chunked, chunks.as_bytes(), 5000).await;
    let fits = json!({ "data": "A".repeat(4000), "mime_type": "image/png" });
    let answer = user.api.post("/status/media", fits).await;
    assert!(!answer.text.contains("larger"), "{}", answer.text);
}

#[tokio::test]
async fn bodies_share_a_bounded_memory_and_one_users_never_take_what_others_need() {
    // 5,000 bytes for small requests and 35,000 for large ones; one user alone gets half of each.
    let settings = [
        ("HTTP__BODY_LIMIT", "1000"),
        ("MEDIA__LIMIT", "3000"),
        ("MEMORY__LIMIT", "40000"),
    ];
    let world = World::start_with(&settings).await;
    let (user, other) = (world.user().await, world.user().await);
    let large = json!({ "data": "x".repeat(4900) });
    let begun = head(&user, "POST /status/media", "Content-Length: 5000\r\n") + &"x".repeat(4900);
    let mut slow = Vec::new();
    for _ in 0..2 {
        slow.push(send(&world, begun.as_bytes()).await);
    }
    let held = "memory_held_bytes{size=\"large\"} 9800";
    world.api.wait_for_metric(held).await;
    let refused = user.api.post("/status/media", large.clone()).await;
    assert_eq!(refused.status, 429, "{}", refused.text);
    assert_eq!(refused.header("Retry-After"), "1");
    let name = |length: usize| json!({ "name": "x".repeat(length) });
    user.api.post("/devices", name(100)).await.expect(201);
    other.api.post("/devices", name(100)).await.expect(201);
    let served = other.api.post("/status/media", large.clone()).await;
    assert_eq!(served.object_error().1, "invalid_media");

    // The same with small ones.
    let begun = head(&user, "POST /devices", "Content-Length: 1000\r\n") + &"x".repeat(900);
    slow.push(send(&world, begun.as_bytes()).await);
    let held = "memory_held_bytes{size=\"small\"} 900";
    world.api.wait_for_metric(held).await;
    user.api.post("/devices", name(900)).await.expect(429);
    other.api.post("/devices", name(100)).await.expect(201);

    drop(slow);
    for size in ["small", "large"] {
        let nothing = format!("memory_held_bytes{{size=\"{size}\"}} 0");
        world.api.wait_for_metric(&nothing).await;
    }
    let served = user.api.post("/status/media", large).await;
    assert_eq!(served.object_error().1, "invalid_media");
}

#[tokio::test]
async fn more_connections_than_allowed_wait_until_others_are_closed() {
    let settings = [IMPATIENT[0], ("HTTP__CONNECTIONS", "2")];
    let world = World::start_with(&settings).await;
    let mut idle = Vec::new();
    for _ in 0..8 {
        idle.push(world.api.connect().await);
    }
    world.api.get("/healthz").await.expect(200);
    for mut connection in idle {
        trickle_until_closed(&mut connection, b"").await;
    }
}

#[tokio::test]
async fn good_callers_are_served_while_bad_ones_are_at_it() {
    let world = World::start_with(&IMPATIENT).await;
    let (user, phone) = (world.user().await, world.control.account("Owner").await);
    let contact = world.control.contact_of(&phone, "Ada").await;
    world.pair(&user, &phone).await;
    let mut bad = Vec::new();
    for number in 0..200 {
        let body = head(&user, "POST /status/text", "Content-Length: 1000\r\n");
        let text = ["GET /healthz HTTP/1.1\r\nX: ", &body, "\0\0\0"][number % 3];
        bad.push(send(&world, text.as_bytes()).await);
    }
    let trickle = async {
        loop {
            for connection in &mut bad {
                let _ = connection.write_all(b"x").await;
            }
            sleep(DROP).await;
        }
    };
    let good = async {
        for number in 0..20 {
            let posted = user.api.post_status(&number.to_string()).await;
            let id = posted.expect(200)["message_id"].clone();
            world.control.wait_for_message(&contact, &id).await;
        }
    };
    tokio::select! {
        () = trickle => {}
        () = good => {}
    }
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own_and_the_log_has_it_too() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let answers = [
        user.api.get("/status").await,
        world.api.get("/status").await,
        user.api.get("/nowhere").await,
        user.api.post("/status/text", json!({})).await,
        world.api.get("/api/instance/list").await,
        world.api.get("/healthz").await,
    ];
    let mut ids: Vec<_> = answers
        .iter()
        .map(|answer| answer.header("X-Request-Id"))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), answers.len());
    assert!(
        ids.iter().all(|id| uuid::Uuid::parse_str(id).is_ok()),
        "{ids:?}"
    );

    user.api.post_nothing("/disconnect").await.expect(200);
    let failed = user.api.post_status("to nobody").await;
    assert_eq!(failed.status, 503);
    let record = world.daemon.log_line("a command failed").await;
    assert_eq!(
        record["spans"][0]["request.id"],
        failed.header("X-Request-Id")
    );
}

#[tokio::test]
async fn a_request_that_waits_for_too_long_is_answered_all_the_same() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
    let url = format!("ws://{}/ws/chat", silent.local_addr().expect("its address"));
    let settings = [
        ("HTTP__BODY_TIMEOUT", "0.2"),
        ("MEDIA__COMMAND_TIMEOUT", "0.2"),
        ("HTTP__REQUEST_TIMEOUT", "0.5"),
        ("WHATSAPP__URL", url.as_str()),
    ];
    // A user is made with time enough: that hashes a password.
    let mut world = World::start().await;
    let user = world.user().await;
    world.add_settings(&settings);
    world.restart("TERM").await;
    let mut connection = send(&world, head(&user, "GET /qr", "").as_bytes()).await;
    let (status, body) = answer(&mut connection).await;
    assert_eq!(status, 504);
    assert_eq!(body["error"], "the request took too long");
}
