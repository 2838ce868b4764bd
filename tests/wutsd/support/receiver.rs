//! Somebody's server that takes webhooks, well or badly.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::contract;
use super::process::PATIENCE;

/// What the daemon needs to be told so that it delivers to this machine, without TLS, and does not wait long.
pub const LOCAL: [(&str, &str); 4] = [
    ("WEBHOOKS__ALLOW_HTTP", "true"),
    ("WEBHOOKS__ALLOW_PRIVATE_ADDRESSES", "true"),
    ("WEBHOOKS__BACKOFF_FIRST", "0.02"),
    ("WEBHOOKS__BACKOFF_LONGEST", "0.2"),
];

/// How a request is answered.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// With this status, and more head lines.
    Answer(u16, &'static str),
    /// With 200 after this long.
    Slow(Duration),
    /// Never.
    Silence,
    /// The head of a 200, and then the connection is cut.
    Cut,
    /// The connection is closed instead.
    HangUp,
}

pub const WELL: Behaviour = Behaviour::Answer(200, "");

type Judge = Arc<dyn Fn(&Received) -> Behaviour + Send + Sync>;

/// One request, in full.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HashMap<String, String>,
    pub raw: Vec<u8>,
    pub body: Value,
    /// How many came before it.
    pub index: usize,
    pub at: Instant,
}

impl Received {
    pub fn event(&self) -> &str {
        self.body["event"].as_str().expect("an event")
    }

    pub fn content(&self) -> &str {
        self.body["data"]["content"].as_str().unwrap_or_default()
    }
}

pub struct Receiver {
    pub address: SocketAddr,
    received: watch::Sender<Vec<Received>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// One that takes everything.
    pub async fn start() -> Self {
        Self::judging(|_| WELL).await
    }

    pub async fn judging(judge: impl Fn(&Received) -> Behaviour + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().expect("an address"), judge).await
    }

    /// At an address where another one was before.
    pub async fn at(
        address: SocketAddr,
        judge: impl Fn(&Received) -> Behaviour + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.expect("a socket");
        let address = listener.local_addr().expect("its address");
        let received = watch::Sender::new(Vec::new());
        let task = tokio::spawn(accept(listener, received.clone(), Arc::new(judge)));
        Self {
            address,
            received,
            task,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// All requests so far.
    pub fn all(&self) -> Vec<Received> {
        self.received.borrow().clone()
    }

    /// The texts of all requests so far.
    pub fn contents(&self) -> Vec<String> {
        let all = self.all();
        all.iter().map(|one| one.content().to_owned()).collect()
    }

    /// Waits until there are so many requests, and returns them.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        self.until(&format!("{count} requests"), |all| all.len() >= count)
            .await
    }

    /// Waits for a request with this event.
    pub async fn wait_for_event(&self, event: &str) -> Received {
        let has = |all: &[Received]| all.iter().any(|one| one.event() == event);
        let all = self.until(event, has).await;
        let found = all.into_iter().find(|one| one.event() == event);
        found.expect("it was there")
    }

    pub async fn until(&self, what: &str, fact: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let mut received = self.received.subscribe();
        let wait = received.wait_for(|all| fact(all));
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(Ok(all)) => all.clone(),
            _ => panic!("never {what}: {:?}", self.all()),
        }
    }

    /// Nobody listens there any more.
    pub async fn stop(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

/// Whatever a test was told is held against the API's document.
impl Drop for Receiver {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let received = self.received.borrow();
            received
                .iter()
                .for_each(|one| contract::check_event(&one.body));
        }
    }
}

async fn accept(listener: TcpListener, received: watch::Sender<Vec<Received>>, judge: Judge) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        connections.spawn(serve(socket, received.clone(), judge.clone()));
    }
}

async fn serve(
    socket: TcpStream,
    received: watch::Sender<Vec<Received>>,
    judge: Judge,
) -> Option<()> {
    let mut stream = BufReader::new(socket);
    loop {
        let mut request = read(&mut stream).await?;
        let mut judged = None;
        received.send_modify(|all| {
            request.index = all.len();
            judged = Some(judge(&request));
            all.push(request);
        });
        match judged? {
            Behaviour::Answer(status, head) => answer(&mut stream, status, head).await?,
            Behaviour::Slow(time) => {
                tokio::time::sleep(time).await;
                answer(&mut stream, 200, "").await?;
            }
            Behaviour::Silence => std::future::pending().await,
            Behaviour::Cut => {
                let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nto be cont";
                stream.write_all(head).await.ok()?;
                return None;
            }
            Behaviour::HangUp => return None,
        }
    }
}

async fn answer(stream: &mut BufReader<TcpStream>, status: u16, head: &str) -> Option<()> {
    let answer = format!("HTTP/1.1 {status} Whatever\r\n{head}Content-Length: 2\r\n\r\nok");
    stream.write_all(answer.as_bytes()).await.ok()
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut headers = HashMap::new();
    let mut first = true;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ")
            && !std::mem::take(&mut first)
        {
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        first = false;
    }
    let length = headers.get("content-length")?.parse().ok()?;
    let mut raw = vec![0; length];
    stream.read_exact(&mut raw).await.ok()?;
    let body = serde_json::from_slice(&raw).expect("JSON");
    Some(Received {
        headers,
        raw,
        body,
        index: 0,
        at: Instant::now(),
    })
}
