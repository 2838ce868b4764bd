//! What all lives share: made once, TLS above all, which is the largest piece.

use std::sync::Arc;
use std::time::Duration;

use super::left::Left;
use super::life::blocking::Blocking;
use super::life::clock;
use super::life::fetch::Fetcher;
use super::life::version::Version;
use super::receipts::Receipts;
use super::states::States;
use crate::config::{Config, Status, Whatsapp};
use crate::media::download::Downloader;
use crate::media::ffmpeg::Ffmpeg;
use crate::store::Store;
use crate::store::messages::KeptBounds;
use crate::webhooks::Webhooks;

/// What all lives share.
pub struct Shared {
    /// Where everything is kept.
    pub store: Store,
    /// Where WhatsApp is, and how long it is waited for.
    pub whatsapp: Whatsapp,
    /// For the sockets.
    pub tls: Arc<rustls::ClientConfig>,
    /// The library's way to the media hosts.
    pub fetcher: Arc<Fetcher>,
    /// Which version of WhatsApp Web to claim.
    pub version: Version,
    /// For work that would keep a shard's thread busy.
    pub blocking: Blocking,
    /// For media that callers name by URL.
    pub downloader: Arc<Downloader>,
    /// For media that phones cannot play as it is.
    pub ffmpeg: Ffmpeg,
    /// How long the caller of a video or a sound waits for it.
    pub answer_after: Duration,
    /// So many commands of one device may stand in the line of a chat in which little moves.
    pub sends_per_chat: usize,
    /// Who is told of what happens.
    pub webhooks: Webhooks,
    /// The largest file that is taken into memory, in bytes.
    pub media_limit: usize,
    /// How statuses reach many.
    pub status: Status,
    /// What is kept of messages.
    pub kept: KeptBounds,
    /// How far messages have come.
    pub states: States,
    /// What an earlier run of the daemon has left behind.
    pub left: Left,
    /// What other people's devices say of messages.
    pub receipts: Receipts,
}

/// Why devices cannot be served at all.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// There is no TLS without its provider's versions.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    /// The client for media and the version lookup.
    #[error("the HTTP client cannot be built")]
    Client(#[from] reqwest::Error),
}

impl Shared {
    /// Whether anything is kept of messages.
    pub fn keeps(&self) -> bool {
        self.kept.count > 0
    }

    /// To be called on the runtime whose threads are to do the blocking work.
    pub fn new(config: &Config, store: Store, webhooks: Webhooks) -> Result<Self, ShareError> {
        clock::install();
        let roots = rustls::RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let plain = config.whatsapp.url.scheme() == "ws";
        let fetcher = Arc::new(Fetcher::new(tls.clone(), plain)?);
        let downloader = Downloader::new(&config.media, tls.clone())?;
        let states = States::start(store.clone());
        Ok(Self {
            store,
            whatsapp: config.whatsapp.clone(),
            tls: Arc::new(tls),
            blocking: Blocking::here(),
            version: Version::new(fetcher.clone()),
            fetcher,
            downloader: Arc::new(downloader),
            ffmpeg: Ffmpeg::new(&config.media),
            // Nobody waits for one command with media for longer than for others.
            answer_after: config.media.answer_after.min(config.media.command_timeout),
            sends_per_chat: (config.supervision.commands_per_device.get() / 2).max(1),
            webhooks,
            media_limit: config.media.limit,
            status: config.status.clone(),
            kept: KeptBounds::from(&config.messages),
            states,
            left: Left::default(),
            receipts: Receipts::start(),
        })
    }
}
