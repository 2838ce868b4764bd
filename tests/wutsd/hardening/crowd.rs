//! Callers who come in crowds: what they take, others do not lack.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::{answer, head, send};
use crate::support::{Api, PATIENCE, User, World, until};

const HEALTHZ: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

/// A connection that is at work: its body does not come.
async fn busy(world: &World, user: &User) -> TcpStream {
    let text = head(user, "POST /devices", "Content-Length: 100\r\n");
    send(world, text.as_bytes()).await
}

/// A daemon with a listener for health, and that.
async fn start_watched(setting: (&'static str, &'static str)) -> (World, Api) {
    let settings = [setting, ("HTTP__HEALTH_LISTEN", "127.0.0.1:0")];
    let world = World::start_with(&settings).await;
    let line = world.daemon.log_line("health listens").await;
    let address = line["address"].as_str().expect("an address");
    let health = Api::new(&format!("http://{address}"));
    (world, health)
}

/// So many connections, all at work.
async fn crowd(count: usize, world: &World, user: &User, health: &Api) -> Vec<TcpStream> {
    let mut crowd = Vec::new();
    for number in 1..=count {
        crowd.push(busy(world, user).await);
        // One resting connection would make room for the next.
        wait_for_requests(health, number + 1).await;
    }
    crowd
}

/// Waits until so many requests are worked on, this question among them.
async fn wait_for_requests(api: &Api, count: usize) {
    let line = format!("http_requests_in_progress {count}");
    api.wait_for_metric(&line).await;
}

/// Whether nothing has come on a connection yet.
fn is_silent(connection: &TcpStream) -> bool {
    let nothing = connection.try_read(&mut [0]);
    nothing.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

#[tokio::test]
async fn health_and_metrics_can_be_reached_while_the_api_is_full() {
    let (world, health) = start_watched(("HTTP__CONNECTIONS", "4")).await;
    let user = world.user().await;
    let crowd = crowd(4, &world, &user, &health).await;
    let mut waiting = send(&world, HEALTHZ).await;
    assert_eq!(health.get("/healthz").await.expect(200)["status"], "ok");
    assert_eq!(health.get("/readyz").await.expect(200)["status"], "ok");
    let metrics = health.get("/metrics").await;
    assert!(metrics.text.contains("wutsd_build_info"));
    assert!(is_silent(&waiting), "the API was not full");
    drop(crowd);
    assert_eq!(answer(&mut waiting).await.0, 200);

    // Nothing else is there.
    let undocumented = Api::undocumented(health.base());
    let other = undocumented.as_user(&user.token).get("/devices").await;
    assert_eq!(other.text_error(), (404, "there is no GET /devices"));
}

#[tokio::test]
async fn connections_that_rest_keep_nobody_out() {
    let world = World::start_with(&[("HTTP__CONNECTIONS", "16")]).await;
    let mut crowd = Vec::new();
    for _ in 0..100 {
        let mut connection = send(&world, HEALTHZ).await;
        assert_eq!(answer(&mut connection).await.0, 200);
        crowd.push(connection);
    }
    // The first have made room.
    for connection in &mut crowd[..80] {
        let closed = timeout(PATIENCE, connection.read(&mut [0])).await;
        assert!(matches!(closed, Ok(Ok(0) | Err(_))), "{closed:?}");
    }
}

/// A connection from another address of this machine.
async fn connect_from(address: &str, world: &World) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    let from = format!("{address}:0").parse().expect("an address");
    socket.bind(from).expect("an address of this machine");
    let to = world.api.connect().await.peer_addr().expect("an address");
    socket.connect(to).await.expect("a connection")
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_others_do_not_notice() {
    let (world, health) = start_watched(("HTTP__CONNECTIONS_PER_PEER", "3")).await;
    let user = world.user().await;
    let crowd = crowd(3, &world, &user, &health).await;
    // All of its connections are at work: another is closed.
    let mut closed = send(&world, HEALTHZ).await;
    let read = timeout(PATIENCE, closed.read(&mut [0])).await;
    assert!(matches!(read, Ok(Ok(0) | Err(_))), "{read:?}");
    let mut other = connect_from("127.0.0.2", &world).await;
    other.write_all(HEALTHZ).await.expect("sent");
    assert_eq!(answer(&mut other).await.0, 200);
    drop(crowd);
    until("room for the first again", async || {
        let mut again = world.api.connect().await;
        let sent = again.write_all(HEALTHZ).await;
        let read = timeout(PATIENCE, again.read(&mut [0])).await;
        (sent.is_ok() && matches!(read, Ok(Ok(1)))).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_old_connection_is_closed_after_its_answer() {
    for (age, expected) in [("0.001", "close"), ("300", "")] {
        let world = World::start_with(&[("HTTP__CONNECTION_AGE", age)]).await;
        let user = world.user().await;
        let mut connection = world.api.connect().await;
        // The token is looked up before this is answered.
        let text = head(&user, "GET /devices", "");
        connection.write_all(text.as_bytes()).await.expect("sent");
        let mut text = vec![0; 4096];
        let read = timeout(PATIENCE, connection.read(&mut text)).await;
        let read = read.expect("in time").expect("an answer");
        let text = String::from_utf8_lossy(&text[..read]).to_ascii_lowercase();
        let header = text
            .lines()
            .find_map(|line| line.strip_prefix("connection: "));
        assert_eq!(header.unwrap_or(""), expected, "{text}");
        let body = json!({ "name": "another" });
        user.api.post("/devices", body).await.expect(201);
    }
}
