//! The socket of one life: dials it, pumps its bytes, and remembers why it could not be opened.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream};
use url::Url;
use wacore::net::{
    DisconnectReason, Transport, TransportEvent, TransportFactory, WHATSAPP_WEB_ORIGIN,
};
use whatsapp_rust::async_channel;

use super::keepalive::LastHeard;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Events that may wait for the library before the socket is no longer read.
const PENDING_EVENTS: usize = 16;
/// Every device has one; WhatsApp's frames are mostly smaller, larger ones grow it for a moment.
const READ_BUFFER: usize = 4 * 1024;
/// WhatsApp's frames carry a 24-bit length.
const LARGEST_MESSAGE: usize = 16 * 1024 * 1024;
/// A peer that does not take our close frame is left without it.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Opens the socket of one life.
pub struct Dialer {
    url: Url,
    tls: Arc<rustls::ClientConfig>,
    heard: LastHeard,
    failure: Arc<Mutex<Option<String>>>,
}

/// Why the socket could not be opened: the library only logs it.
#[derive(Clone, Default)]
pub struct DialFailure(Arc<Mutex<Option<String>>>);

impl DialFailure {
    /// The last one, and only once.
    pub fn take(&self) -> Option<String> {
        self.0.lock().take()
    }
}

impl Dialer {
    /// `heard` is told whenever something arrives or leaves.
    pub fn new(url: Url, tls: Arc<rustls::ClientConfig>, heard: LastHeard) -> (Self, DialFailure) {
        let failure = DialFailure::default();
        (
            Self {
                url,
                tls,
                heard,
                failure: failure.0.clone(),
            },
            failure,
        )
    }

    async fn dial(&self) -> Result<Socket, SocketError> {
        let mut request = self.url.as_str().into_client_request()?;
        let origin = HeaderValue::from_static(WHATSAPP_WEB_ORIGIN);
        request.headers_mut().insert("Origin", origin);
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(LARGEST_MESSAGE))
            .max_frame_size(Some(LARGEST_MESSAGE));
        let tls = Connector::Rustls(self.tls.clone());
        let (socket, _) = tokio_tungstenite::connect_async_tls_with_config(
            request,
            Some(config),
            true,
            Some(tls),
        )
        .await?;
        Ok(socket)
    }
}

#[async_trait]
impl TransportFactory for Dialer {
    async fn create_transport(
        &self,
    ) -> anyhow::Result<(Arc<dyn Transport>, async_channel::Receiver<TransportEvent>)> {
        let socket = self.dial().await.inspect_err(|error| {
            *self.failure.lock() = Some(error.to_string());
        })?;
        let (sink, stream) = socket.split();
        let (events, receiver) = async_channel::bounded(PENDING_EVENTS);
        let heard = self.heard.clone();
        let pump = tokio::spawn(pump(stream, events, heard.clone())).abort_handle();
        let sink = tokio::sync::Mutex::new(sink);
        Ok((Arc::new(OpenSocket { sink, pump, heard }), receiver))
    }
}

/// An open socket; dropping it closes it.
struct OpenSocket {
    sink: tokio::sync::Mutex<SplitSink<Socket, Message>>,
    pump: AbortHandle,
    heard: LastHeard,
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

#[async_trait]
impl Transport for OpenSocket {
    async fn send(&self, data: Bytes) -> anyhow::Result<()> {
        self.heard.sent();
        self.sink
            .lock()
            .await
            .send(Message::Binary(data))
            .await
            .map_err(Into::into)
    }

    async fn disconnect(&self) {
        let close = async { self.sink.lock().await.close().await };
        // Whatever becomes of the close frame, nothing is read from this socket any more.
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, close).await;
        self.pump.abort();
    }
}

async fn pump(
    mut stream: SplitStream<Socket>,
    events: async_channel::Sender<TransportEvent>,
    heard: LastHeard,
) {
    if events.send(TransportEvent::Connected).await.is_err() {
        return;
    }
    let reason = loop {
        let event = match stream.next().await {
            Some(Ok(Message::Binary(data))) => {
                heard.note();
                TransportEvent::DataReceived(data)
            }
            Some(Ok(Message::Close(frame))) => break closed(frame),
            // Pings are answered by the WebSocket layer; WhatsApp sends no text.
            Some(Ok(_)) => continue,
            Some(Err(error)) => break DisconnectReason::ReadError(error.to_string()),
            None => break DisconnectReason::StreamEnded,
        };
        if events.send(event).await.is_err() {
            return;
        }
    };
    // The library may have left already.
    let _ = events.send(TransportEvent::Disconnected(reason)).await;
}

fn closed(frame: Option<tokio_tungstenite::tungstenite::protocol::CloseFrame>) -> DisconnectReason {
    let (code, reason) = frame.map_or((None, String::new()), |f| {
        (Some(f.code.into()), f.reason.to_string())
    });
    DisconnectReason::ServerClose { code, reason }
}
