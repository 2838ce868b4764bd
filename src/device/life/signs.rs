//! What may end a life without an event of the library.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use whatsapp_rust::{Client, NodeFilter};

use crate::device::exit::ExitReason;
use crate::store::{RecordBackend, StoreError};

/// What is waited for.
pub struct Signs {
    /// WhatsApp sent a stream error that means an end.
    stream_error: BoxFuture<'static, ExitReason>,
    /// The first write of this life that failed.
    fenced: BoxFuture<'static, StoreError>,
    /// The library's loop has returned.
    ended: Ended,
}

/// How a life ends without an event of the library.
pub enum Sign {
    /// WhatsApp has said why.
    Told(ExitReason),
    /// A write has failed.
    Fenced(StoreError),
    /// Nobody has said why.
    Silent(RunEnded),
}

/// The end of the library's loop, for all who wait for it.
pub type Ended = Shared<BoxFuture<'static, RunEnded>>;

/// How the library's loop returned.
#[derive(Clone, Debug)]
pub struct RunEnded {
    /// A defect.
    pub panicked: bool,
    /// Why the socket could not be opened, if that was it.
    pub dial_failure: Option<String>,
}

impl Signs {
    /// To be called before the loop runs, so that no stream error is missed; `run` begins it.
    pub fn before(
        client: &Client,
        records: Arc<RecordBackend>,
        run: impl FnOnce() -> Ended,
    ) -> Self {
        Self {
            stream_error: stream_error(client),
            fenced: async move { records.fenced().await }.boxed(),
            ended: run(),
        }
    }

    /// The end of the loop.
    pub fn ended(&self) -> Ended {
        self.ended.clone()
    }

    /// Waits for the first of them. A loop that has returned is the last to count: it says least about why.
    pub async fn first(self) -> Sign {
        tokio::select! {
            biased;
            reason = self.stream_error => Sign::Told(reason),
            error = self.fenced => Sign::Fenced(error),
            ended = self.ended => Sign::Silent(ended),
        }
    }
}

/// Waits for a `<stream:error>` that means an end: 515, 429 and 503 reach the application in no other way.
fn stream_error(client: &Client) -> BoxFuture<'static, ExitReason> {
    let error = client.wait_for_node(NodeFilter::tag("stream:error"));
    let reason = async {
        let node = error.await.ok();
        let code = node.and_then(|node| Some(node.get_attr("code")?.as_str().into_owned()));
        match code.as_deref() {
            Some("515") => ExitReason::RestartRequired,
            Some("429") => ExitReason::RateLimited,
            Some("500" | "503") => ExitReason::ServerUnavailable,
            // 401, 409 and 516 have events of their own.
            _ => std::future::pending().await,
        }
    };
    reason.boxed()
}
