//! Configuration: compiled-in defaults, then a file, then the environment; validated as a whole.
//!
//! What this module hands out is valid: nothing later has to check a value again.

mod rules;
mod values;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ::config::{Environment, File, FileFormat};
use serde::Deserialize;
use url::Url;

/// `config/default.toml`: every key, documented, with its default.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration")]
    Read(#[from] ::config::ConfigError),
    #[error("configuration key {key}: {problem}")]
    Invalid { key: &'static str, problem: String },
}

/// All settings. `config/default.toml` documents every key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Holds database, sealing key and generated master token.
    pub data_dir: PathBuf,
    /// The API.
    pub http: Http,
    /// What callers may make the daemon hold.
    pub memory: Memory,
    /// Who may do everything.
    pub auth: Auth,
    /// The page for people.
    pub console: Console,
    /// The database.
    pub store: Store,
    /// The other side.
    pub whatsapp: Whatsapp,
    /// How the fleet is kept connected.
    pub supervision: Supervision,
    /// What is logged, and how.
    pub log: Log,
    /// Pictures and videos.
    pub media: Media,
    /// Deliveries of events.
    pub webhooks: Webhooks,
    /// What is kept of messages.
    pub messages: Messages,
    /// How statuses reach many.
    pub status: Status,
}

/// The HTTP API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Port 0 takes any free port.
    pub listen: SocketAddr,
    /// Threads that serve HTTP.
    #[serde(deserialize_with = "values::count_or_cores")]
    pub workers: NonZeroUsize,
    /// A listener of its own for health and metrics; `None`: only at `listen`.
    #[serde(deserialize_with = "values::address_if_any")]
    pub health_listen: Option<SocketAddr>,
    /// Connections at the same time, shared out to the workers.
    pub connections: NonZeroUsize,
    /// Connections of one address at the same time; `None`: as many as there may be.
    #[serde(deserialize_with = "values::count_if_any")]
    pub connections_per_peer: Option<NonZeroUsize>,
    /// How long a connection may rest between two requests.
    #[serde(deserialize_with = "values::seconds")]
    pub keep_alive: Duration,
    /// An answer on a connection that is older is its last one.
    #[serde(deserialize_with = "values::seconds")]
    pub connection_age: Duration,
    /// Bytes.
    pub body_limit: usize,
    /// Longest time to receive one request's headers.
    #[serde(deserialize_with = "values::seconds")]
    pub header_timeout: Duration,
    /// Longest time to receive one request's body.
    #[serde(deserialize_with = "values::seconds")]
    pub body_timeout: Duration,
    /// Longest time from a request's headers to its answer, whatever it waits for.
    #[serde(deserialize_with = "values::seconds")]
    pub request_timeout: Duration,
    /// How long the daemon may take to stop.
    #[serde(deserialize_with = "values::seconds")]
    pub shutdown_grace: Duration,
    /// Each as a browser sends it: `https://app.example.com`.
    #[serde(deserialize_with = "values::words")]
    pub cors_origins: Vec<String>,
    /// What links begin with; `None`: as their maker has called the daemon.
    #[serde(deserialize_with = "values::origin_if_any")]
    pub public_url: Option<String>,
    #[serde(deserialize_with = "values::unknown_fields")]
    pub unknown_fields: UnknownFields,
}

/// What callers may make the daemon hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// Bytes.
    pub limit: usize,
}

/// What becomes of a field that no endpoint reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownFields {
    /// It is named in the answer's header `X-Ignored-Fields`.
    Ignore,
    Refuse,
}

/// The master token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// `None`: systemd's credential, or a generated one.
    #[serde(deserialize_with = "values::path_if_any")]
    pub master_token_file: Option<PathBuf>,
}

/// The console.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Console {
    /// Whether there is one.
    pub enabled: bool,
    /// How long somebody stays logged in.
    #[serde(deserialize_with = "values::seconds")]
    pub session: Duration,
    /// Where the simulated phones are to be asked, in `wutsd sandbox`.
    #[cfg(feature = "sandbox")]
    #[serde(skip)]
    pub control: Option<Url>,
}

/// The store.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// `None`: systemd's credential, or a generated one.
    #[serde(deserialize_with = "values::path_if_any")]
    pub key_file: Option<PathBuf>,
    /// Threads that read from the database.
    pub readers: NonZeroUsize,
    /// Writes, and reads, that may wait; more are refused.
    pub queue: NonZeroUsize,
}

/// How WhatsApp is reached and how long it may take.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whatsapp {
    /// `wss://`, or `ws://` on this machine.
    pub url: Url,
    /// As phones list the device.
    pub device_os: String,
    /// Longest time from dialling to logged in.
    #[serde(deserialize_with = "values::seconds")]
    pub connect_timeout: Duration,
    /// Longest time for one stanza and its answer.
    #[serde(deserialize_with = "values::seconds")]
    pub query_timeout: Duration,
    /// Longest time from the arrival of a command to its answer.
    #[serde(deserialize_with = "values::seconds")]
    pub command_timeout: Duration,
    /// How long WhatsApp's pairing codes are waited for.
    #[serde(deserialize_with = "values::seconds")]
    pub pairing_timeout: Duration,
    /// Silence after which WhatsApp is asked whether it is still there.
    #[serde(deserialize_with = "values::seconds")]
    pub probe_after: Duration,
    /// How long that answer may take; then the device connects anew.
    #[serde(deserialize_with = "values::seconds")]
    pub probe_timeout: Duration,
}

impl Whatsapp {
    /// Whether the address is on this machine, where a simulated WhatsApp speaks without TLS.
    pub fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            // A name could be made to point elsewhere: only the one that RFC 6761 reserves.
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }
}

/// When devices connect, and how often.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supervision {
    /// Threads that run devices.
    #[serde(deserialize_with = "values::count_or_cores")]
    pub shards: NonZeroUsize,
    /// Connects started per second, for all devices together; more than 0.
    pub connects_per_second: f64,
    /// Handshakes under way at the same time.
    pub simultaneous_connects: NonZeroUsize,
    /// First delay before a device that lost its connection tries again.
    #[serde(deserialize_with = "values::seconds")]
    pub backoff_first: Duration,
    /// Longest such delay, however often it fails.
    #[serde(deserialize_with = "values::seconds")]
    pub backoff_longest: Duration,
    /// A connection that held this long makes the next delay `backoff_first` again.
    #[serde(deserialize_with = "values::seconds")]
    pub stable_after: Duration,
    /// So many failures of one device within `quarantine_window` put it into quarantine.
    pub quarantine_failures: NonZeroUsize,
    /// How long a failure counts for a quarantine.
    #[serde(deserialize_with = "values::seconds")]
    pub quarantine_window: Duration,
    /// How long a quarantine lasts.
    #[serde(deserialize_with = "values::seconds")]
    pub quarantine_delay: Duration,
    /// The breaker trips when more than this part of all devices end alike; more than 0, at most 1.
    pub breaker_share: f64,
    /// It trips for no fewer devices than this.
    pub breaker_devices: NonZeroUsize,
    /// How long an exit counts for the breaker.
    #[serde(deserialize_with = "values::seconds")]
    pub breaker_window: Duration,
    /// Commands that one device works on at the same time; more are refused.
    pub commands_per_device: NonZeroUsize,
}

/// What is sent and where it may come from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// Bytes.
    pub limit: usize,
    /// Longest time to fetch media from a caller's URL.
    #[serde(deserialize_with = "values::seconds")]
    pub download_timeout: Duration,
    /// The same for what may be a video.
    #[serde(deserialize_with = "values::seconds")]
    pub video_download_timeout: Duration,
    /// The same for a command with media.
    #[serde(deserialize_with = "values::seconds")]
    pub command_timeout: Duration,
    /// How long the caller of a video or a sound waits; then it goes on as a job.
    #[serde(deserialize_with = "values::seconds")]
    pub answer_after: Duration,
    /// Longest time that such a job takes, from the request's arrival.
    #[serde(deserialize_with = "values::seconds")]
    pub job_timeout: Duration,
    /// Whether a URL may lead to loopback and private addresses.
    pub allow_private_addresses: bool,
    /// The program that converts sounds and videos; `None`: nothing is converted.
    #[serde(deserialize_with = "values::path_if_any")]
    pub ffmpeg: Option<PathBuf>,
    /// Longest time that it may take for one file.
    #[serde(deserialize_with = "values::seconds")]
    pub ffmpeg_timeout: Duration,
    /// How many of it may run at the same time.
    pub ffmpeg_processes: NonZeroUsize,
}

/// How events are delivered and how long they are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// Whether a receiver may do without TLS.
    pub allow_http: bool,
    /// The same for webhooks.
    pub allow_private_addresses: bool,
    /// First pause after a delivery that failed.
    #[serde(deserialize_with = "values::seconds")]
    pub backoff_first: Duration,
    /// Longest such pause.
    #[serde(deserialize_with = "values::seconds")]
    pub backoff_longest: Duration,
    /// Deliveries under way to one receiver at the same time.
    pub simultaneous_per_receiver: NonZeroUsize,
    /// An event that waits for longer becomes a dead letter.
    #[serde(deserialize_with = "values::seconds")]
    pub keep_waiting: Duration,
    /// A dead letter that is older is deleted.
    #[serde(deserialize_with = "values::seconds")]
    pub keep_dead: Duration,
    /// Bytes.
    pub limit_per_device: u64,
    /// How long after a change of secret the old one signs too.
    #[serde(deserialize_with = "values::seconds")]
    pub secret_overlap: Duration,
}

/// What is kept of messages: to answer what became of them, to fetch their media, to quote, edit and delete them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// An older one is forgotten.
    #[serde(deserialize_with = "values::seconds")]
    pub kept_for: Duration,
    /// Of each device; 0 keeps none.
    pub kept_per_device: u64,
}

/// How statuses reach many.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// A status to more people than these leaves in parts.
    pub chunk: NonZeroUsize,
    /// Statuses of one device that may wait for others; more are refused.
    pub waiting: NonZeroUsize,
    /// First pause where WhatsApp wants to be left alone.
    #[serde(deserialize_with = "values::seconds")]
    pub backoff_first: Duration,
    /// Longest such pause.
    #[serde(deserialize_with = "values::seconds")]
    pub backoff_longest: Duration,
}

/// Logs go to standard error.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// For people or for programs.
    pub format: LogFormat,
    /// A tracing filter.
    pub level: String,
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Human,
    Json,
}

impl Config {
    /// Reads defaults, `file` when given, the environment and `overrides`, and validates the whole.
    pub fn load(file: Option<&Path>, overrides: &[(&str, String)]) -> Result<Self, ConfigError> {
        let mut sources =
            ::config::Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(file) = file {
            sources = sources.add_source(File::from(file).format(FileFormat::Toml));
        }
        let environment = Environment::with_prefix("WUTSD")
            .prefix_separator("__")
            .separator("__");
        sources = sources.add_source(environment);
        for (key, value) in overrides {
            sources = sources.set_override(key, value.as_str())?;
        }
        let config: Self = sources.build()?.try_deserialize()?;
        config.validate()?;
        Ok(config)
    }

    /// The largest body of a command with media, in bytes: base64 is a third larger than what it stands for.
    pub fn large_body_limit(&self) -> usize {
        let media = self.media.limit.div_ceil(3).saturating_mul(4);
        media.saturating_add(self.http.body_limit)
    }

    /// What a request without media takes in memory at most, in bytes: its body, and what is read of it.
    pub fn small_request(&self) -> usize {
        self.http.body_limit.saturating_mul(2)
    }
}
