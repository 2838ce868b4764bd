//! A real protocol client on a small WebSocket transport, with its events as a stream.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::{Error, Message};
use wacore::net::{
    DisconnectReason, HttpClient, HttpRequest, HttpResponse, Transport, TransportEvent,
    TransportFactory,
};
use wacore::runtime::{AbortHandle, Runtime};
use wacore::store::InMemoryBackend;
use wacore_binary::Node;
use whatsapp_rust::client::RawNodeLease;
use whatsapp_rust::store::persistence_manager::PersistenceManager;
use whatsapp_rust::types::events::{ChannelEventHandler, Event};
use whatsapp_rust::{Client, anyhow, async_channel, async_trait, bytes};

use super::PATIENCE;

/// The files and keys of one device, which outlive its clients.
pub type Backend = Arc<InMemoryBackend>;

pub struct TestClient {
    pub client: Arc<Client>,
    events: async_channel::Receiver<Arc<Event>>,
    run: JoinHandle<()>,
    ends: async_channel::Receiver<String>,
    pings: async_channel::Sender<()>,
    pongs: async_channel::Receiver<()>,
    _raw: RawNodeLease,
}

impl TestClient {
    pub async fn start(ws: &str, backend: &Backend) -> Self {
        Self::start_in_pieces(ws, backend, usize::MAX).await
    }

    /// A client whose bytes arrive in WebSocket messages of at most `piece` bytes.
    pub async fn start_in_pieces(ws: &str, backend: &Backend, piece: usize) -> Self {
        let manager = PersistenceManager::new(backend.clone()).await.unwrap();
        let (ended, ends) = async_channel::unbounded();
        let (pings, to_ping) = async_channel::unbounded();
        let (ponged, pongs) = async_channel::unbounded();
        let client = Client::builder()
            .with_runtime(OnTokio)
            .with_persistence_manager(Arc::new(manager))
            .with_transport_factory(Dial {
                url: ws.to_owned(),
                piece,
                ended,
                to_ping,
                ponged,
            })
            .with_http_client(PlainHttp::default())
            .with_version_override((2, 3000, 1_030_000_000))
            .with_wanted_pre_key_count(30)
            // Otherwise the keys of a session live only as long as the client.
            .with_background_saver_interval(Duration::from_millis(200))
            .build()
            .await
            .unwrap()
            .into_client();
        let (handler, events) = ChannelEventHandler::new();
        let raw = client.acquire_raw_node_forwarding();
        let subscription = client.subscribe_handler(handler);
        let runner = client.clone();
        let run = tokio::spawn(async move {
            let _subscription = subscription;
            runner.run().await;
        });
        Self {
            client,
            events,
            run,
            ends,
            pings,
            pongs,
            _raw: raw,
        }
    }

    /// How the next of its sockets ends: in order, or with which error.
    pub async fn socket_ended(&self) -> String {
        let end = tokio::time::timeout(PATIENCE, self.ends.recv()).await;
        end.expect("a socket ends").expect("the client lives")
    }

    /// Whether a ping of the WebSocket itself is answered within this time.
    pub async fn pong(&self, within: Duration) -> bool {
        self.pings.send(()).await.unwrap();
        tokio::time::timeout(within, self.pongs.recv())
            .await
            .is_ok()
    }

    /// The first stanza from the wire that `pick` takes, whatever the client makes of it.
    pub async fn stanza<T>(&self, what: &str, pick: impl Fn(&Node) -> Option<T>) -> T {
        self.event(what, |event| match event {
            Event::RawNode(node) => pick(&node.to_owned_node()),
            _ => None,
        })
        .await
    }

    /// The first event that `pick` takes; earlier ones are passed over.
    pub async fn event<T>(&self, what: &str, pick: impl Fn(&Event) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.events.recv().await.expect("the client ended");
                if let Some(picked) = pick(&event) {
                    return picked;
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("no {what} within {PATIENCE:?}"))
    }

    pub async fn connected(&self) {
        self.event("connected", |event| {
            matches!(event, Event::Connected(_)).then_some(())
        })
        .await;
    }

    pub async fn qr(&self) -> String {
        self.event("QR code", |event| match event {
            Event::PairingQrCode(qr) => Some(qr.code.clone()),
            _ => None,
        })
        .await
    }

    /// The server's word on a message: its error, if it has one.
    pub async fn ack(&self, id: &str) -> Option<String> {
        self.event("ack", |event| match event {
            Event::ServerAck(ack) if ack.id == id => Some(ack.error.clone()),
            _ => None,
        })
        .await
    }

    pub async fn stop(self) {
        self.client.disconnect().await;
        let _ = tokio::time::timeout(PATIENCE, self.run).await;
    }
}

struct Dial {
    url: String,
    piece: usize,
    ended: async_channel::Sender<String>,
    to_ping: async_channel::Receiver<()>,
    ponged: async_channel::Sender<()>,
}

#[async_trait]
impl TransportFactory for Dial {
    async fn create_transport(
        &self,
    ) -> anyhow::Result<(Arc<dyn Transport>, async_channel::Receiver<TransportEvent>)> {
        let (socket, _) = tokio_tungstenite::connect_async(&self.url).await?;
        let (mut sink, mut stream) = socket.split();
        let (events, received) = async_channel::bounded(1024);
        let (outgoing, queue) = async_channel::bounded::<bytes::Bytes>(1024);
        let piece = self.piece;
        let how_it_ended = self.ended.clone();
        let (to_ping, ponged) = (self.to_ping.clone(), self.ponged.clone());
        tokio::spawn(async move {
            loop {
                let mut data = tokio::select! {
                    data = queue.recv() => match data {
                        Ok(data) => data,
                        Err(_) => break,
                    },
                    Ok(()) = to_ping.recv() => {
                        let _ = sink.send(Message::Ping(bytes::Bytes::new())).await;
                        continue;
                    }
                };
                while !data.is_empty() {
                    let first = data.split_to(piece.min(data.len()));
                    if sink.send(Message::Binary(first)).await.is_err() {
                        return;
                    }
                }
            }
            let _ = sink.close().await;
        });
        tokio::spawn(async move {
            let _ = events.send(TransportEvent::Connected).await;
            let how = loop {
                match stream.next().await {
                    Some(Ok(Message::Binary(data))) => {
                        let event = TransportEvent::DataReceived(data);
                        if events.send(event).await.is_err() {
                            return;
                        }
                    }
                    Some(Ok(Message::Pong(_))) => drop(ponged.send(()).await),
                    Some(Ok(_)) => {}
                    Some(Err(Error::Io(error))) => break format!("{:?}", error.kind()),
                    Some(Err(error)) => break error.to_string(),
                    None => break "in order".to_owned(),
                }
            };
            let _ = how_it_ended.send(how).await;
            let ended = TransportEvent::Disconnected(DisconnectReason::StreamEnded);
            let _ = events.send(ended).await;
        });
        Ok((Arc::new(Socket(outgoing)), received))
    }
}

struct Socket(async_channel::Sender<bytes::Bytes>);

#[async_trait]
impl Transport for Socket {
    async fn send(&self, data: bytes::Bytes) -> anyhow::Result<()> {
        Ok(self.0.send(data).await?)
    }

    async fn disconnect(&self) {
        self.0.close();
    }
}

/// The library writes `https://` in front of every media host; the simulator speaks plain HTTP.
#[derive(Default)]
struct PlainHttp(reqwest::Client);

#[async_trait]
impl HttpClient for PlainHttp {
    async fn execute(&self, request: HttpRequest) -> anyhow::Result<HttpResponse> {
        let url = request.url.replacen("https://", "http://", 1);
        let mut builder = self.0.request(request.method.parse()?, url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let response = builder.send().await?;
        let status_code = response.status().as_u16();
        Ok(HttpResponse {
            status_code,
            body: response.bytes().await?.to_vec(),
        })
    }
}

/// Runs the library's tasks on the test's thread.
struct OnTokio;

#[async_trait]
impl Runtime for OnTokio {
    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) -> AbortHandle {
        let task = tokio::spawn(future);
        AbortHandle::new(move || task.abort())
    }

    fn spawn_detached(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(future);
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn spawn_blocking(
        &self,
        work: Box<dyn FnOnce() + Send>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async {
            let _ = tokio::task::spawn_blocking(work).await;
        })
    }

    fn yield_now(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        Some(Box::pin(tokio::task::yield_now()))
    }
}
