//! The client's bytes as frames: WebSocket messages are one stream, cut anywhere.

use actix_ws::{AggregatedMessage, AggregatedMessageStream, MessageStream, Session};
use bytes::BytesMut;
use tokio::sync::watch;
use wacore_binary::consts::WA_CONN_HEADER;
use wacore_noise::HandshakeError;
use wacore_noise::framing::FrameDecoder;

use crate::sandbox::noise::NoiseError;

/// A frame cannot be longer than its three-byte length says.
const FRAME: usize = 1 << 24;
/// What a client may send before it is known.
const HANDSHAKE_FRAME: usize = 64 * 1024;
/// Magic of the part that some clients put before the intro, to be routed to a certain edge.
const EDGE: [u8; 4] = [b'E', b'D', 0, 1];

/// Why nothing more comes from this client.
#[derive(Debug, thiserror::Error)]
pub enum Closed {
    #[error("the client closed the connection")]
    Ended,
    #[error("the WebSocket failed")]
    WebSocket(#[source] actix_ws::ProtocolError),
    #[error("the connection was cut")]
    Cut,
    #[error("the connection is to be reset")]
    Reset,
    #[error("the handshake is spoilt on request")]
    Faulty,
    #[error("the server stops")]
    Shutdown,
    #[error("the client was silent for too long")]
    Silent,
    #[error("the client's bytes are malformed")]
    Malformed,
    #[error("a frame is too large")]
    TooLarge,
    #[error("a frame does not decrypt")]
    Undecryptable,
    #[error("the handshake failed")]
    Handshake(#[from] NoiseError),
}

impl From<HandshakeError> for Closed {
    fn from(error: HandshakeError) -> Self {
        Self::Handshake(error.into())
    }
}

/// What comes over one WebSocket, cut into frames.
pub struct Frames {
    stream: AggregatedMessageStream,
    session: Session,
    shutdown: watch::Receiver<bool>,
    decoder: FrameDecoder,
    limit: usize,
    /// Whether pings are to stay without an answer now.
    hushed: Box<dyn Fn() -> bool>,
}

impl Frames {
    pub fn new(stream: MessageStream, session: Session, shutdown: watch::Receiver<bool>) -> Self {
        let stream = stream
            .max_frame_size(FRAME + 3)
            .aggregate_continuations()
            .max_continuation_size(FRAME + 3);
        Self {
            stream,
            session,
            shutdown,
            decoder: FrameDecoder::new(),
            limit: HANDSHAKE_FRAME,
            hushed: Box::new(|| false),
        }
    }

    /// A server that is deaf to its client does not answer the WebSocket's own pings either.
    pub fn hush_when(&mut self, hushed: impl Fn() -> bool + 'static) {
        self.hushed = Box::new(hushed);
    }

    /// The handshake is done: frames may be as large as the protocol allows.
    pub fn established(&mut self) {
        self.limit = FRAME + FRAME;
    }

    /// Takes the intro, with the routing part before it or without.
    pub async fn intro(&mut self) -> Result<(), Closed> {
        let mut bytes = Vec::new();
        loop {
            match strip_intro(&bytes) {
                Intro::Complete(length) => {
                    self.decoder.feed(&bytes[length..]);
                    return Ok(());
                }
                Intro::Partial => {}
                Intro::Wrong => return Err(Closed::Malformed),
            }
            bytes.extend_from_slice(&self.read().await?);
            if bytes.len() > self.limit {
                return Err(Closed::TooLarge);
            }
        }
    }

    /// The next frame, which is not read before something has happened. Dropping this loses nothing.
    pub async fn next_after(
        &mut self,
        ready: impl Future<Output = ()>,
    ) -> Result<BytesMut, Closed> {
        tokio::select! {
            () = ready => {}
            _ = self.shutdown.wait_for(|stop| *stop) => return Err(Closed::Shutdown),
        }
        self.next().await
    }

    /// The next frame, or why there is none any more.
    pub async fn next(&mut self) -> Result<BytesMut, Closed> {
        loop {
            if let Some(frame) = self.decoder.decode_frame() {
                return Ok(frame);
            }
            let bytes = self.read().await?;
            if self.decoder.buffered_len() + bytes.len() > self.limit {
                return Err(Closed::TooLarge);
            }
            self.decoder.feed(&bytes);
        }
    }

    /// Reads without looking until the client has gone.
    pub async fn ended(&mut self) {
        while self.read().await.is_ok() {}
    }

    async fn read(&mut self) -> Result<bytes::Bytes, Closed> {
        loop {
            let message = tokio::select! {
                message = self.stream.recv() => message,
                _ = self.shutdown.wait_for(|stop| *stop) => return Err(Closed::Shutdown),
            };
            match message {
                Some(Ok(AggregatedMessage::Binary(bytes))) => return Ok(bytes),
                Some(Ok(AggregatedMessage::Ping(_))) if (self.hushed)() => {}
                Some(Ok(AggregatedMessage::Ping(payload))) => {
                    self.session
                        .pong(&payload)
                        .await
                        .map_err(|_| Closed::Ended)?;
                }
                Some(Ok(AggregatedMessage::Pong(_))) => {}
                Some(Ok(AggregatedMessage::Text(_))) => return Err(Closed::Malformed),
                Some(Ok(AggregatedMessage::Close(_))) | None => return Err(Closed::Ended),
                Some(Err(error)) => return Err(Closed::WebSocket(error)),
            }
        }
    }
}

enum Intro {
    /// Its length; what follows is the first frame.
    Complete(usize),
    Partial,
    Wrong,
}

fn strip_intro(bytes: &[u8]) -> Intro {
    let mut start = 0;
    if bytes.starts_with(&EDGE) {
        let Some([high, middle, low]) = bytes.get(4..7) else {
            return Intro::Partial;
        };
        start = 7 + (usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low));
    }
    let Some(rest) = bytes.get(start..) else {
        return Intro::Partial;
    };
    if rest.starts_with(&WA_CONN_HEADER) {
        return Intro::Complete(start + WA_CONN_HEADER.len());
    }
    let expected = if start == 0 && EDGE.starts_with(rest) {
        &EDGE
    } else {
        &WA_CONN_HEADER
    };
    if expected.starts_with(rest) {
        Intro::Partial
    } else {
        Intro::Wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_intro(bytes: &[u8]) -> Option<usize> {
        match strip_intro(bytes) {
            Intro::Complete(length) => Some(length),
            _ => None,
        }
    }

    #[test]
    fn the_intro_is_found_with_and_without_a_routing_part() {
        assert_eq!(after_intro(b"WA\x06\x03rest"), Some(4));
        assert_eq!(after_intro(b"ED\x00\x01\x00\x00\x02xyWA\x06\x03"), Some(13));
    }

    #[test]
    fn an_intro_may_arrive_in_any_pieces_and_nothing_else_may_come_first() {
        let whole = b"ED\x00\x01\x00\x00\x02xyWA\x06\x03";
        for length in 0..whole.len() {
            assert!(
                matches!(strip_intro(&whole[..length]), Intro::Partial),
                "{length} bytes"
            );
        }
        assert!(matches!(strip_intro(b"GET "), Intro::Wrong));
        assert!(matches!(strip_intro(b"WA\x06\x02"), Intro::Wrong));
    }
}
