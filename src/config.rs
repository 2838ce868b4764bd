//! Configuration: compiled-in defaults, then a file, then the environment; validated as a whole.
//!
//! What this module hands out is valid: nothing later has to check a value again.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ::config::{Environment, File, FileFormat};
use serde::{Deserialize, Deserializer};
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
}

/// The HTTP API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Port 0 takes any free port.
    pub listen: SocketAddr,
    /// Threads that serve HTTP.
    #[serde(deserialize_with = "count_or_cores")]
    pub workers: NonZeroUsize,
    /// A listener of its own for health and metrics; `None`: only at `listen`.
    #[serde(deserialize_with = "address_if_any")]
    pub health_listen: Option<SocketAddr>,
    /// Connections at the same time, shared out to the workers.
    pub connections: NonZeroUsize,
    /// Connections of one address at the same time; `None`: as many as there may be.
    #[serde(deserialize_with = "count_if_any")]
    pub connections_per_peer: Option<NonZeroUsize>,
    /// An answer on a connection that is older is its last one.
    #[serde(deserialize_with = "seconds")]
    pub connection_age: Duration,
    /// Bytes.
    pub body_limit: usize,
    /// Longest time to receive one request's headers.
    #[serde(deserialize_with = "seconds")]
    pub header_timeout: Duration,
    /// Longest time to receive one request's body.
    #[serde(deserialize_with = "seconds")]
    pub body_timeout: Duration,
    /// Longest time from a request's headers to its answer, whatever it waits for.
    #[serde(deserialize_with = "seconds")]
    pub request_timeout: Duration,
    /// How long the daemon may take to stop.
    #[serde(deserialize_with = "seconds")]
    pub shutdown_grace: Duration,
    /// Each as a browser sends it: `https://app.example.com`.
    #[serde(deserialize_with = "words")]
    pub cors_origins: Vec<String>,
    #[serde(deserialize_with = "unknown_fields")]
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
    #[serde(deserialize_with = "path_if_any")]
    pub master_token_file: Option<PathBuf>,
}

/// The store.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// `None`: systemd's credential, or a generated one.
    #[serde(deserialize_with = "path_if_any")]
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
    #[serde(deserialize_with = "seconds")]
    pub connect_timeout: Duration,
    /// Longest time for one stanza and its answer.
    #[serde(deserialize_with = "seconds")]
    pub query_timeout: Duration,
    /// Longest time from the arrival of a command to its answer.
    #[serde(deserialize_with = "seconds")]
    pub command_timeout: Duration,
    /// How long WhatsApp's pairing codes are waited for.
    #[serde(deserialize_with = "seconds")]
    pub pairing_timeout: Duration,
    /// Silence after which WhatsApp is asked whether it is still there.
    #[serde(deserialize_with = "seconds")]
    pub probe_after: Duration,
    /// How long that answer may take; then the device connects anew.
    #[serde(deserialize_with = "seconds")]
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
    #[serde(deserialize_with = "count_or_cores")]
    pub shards: NonZeroUsize,
    /// Connects started per second, for all devices together; more than 0.
    pub connects_per_second: f64,
    /// Handshakes under way at the same time.
    pub simultaneous_connects: NonZeroUsize,
    /// First delay before a device that lost its connection tries again.
    #[serde(deserialize_with = "seconds")]
    pub backoff_first: Duration,
    /// Longest such delay, however often it fails.
    #[serde(deserialize_with = "seconds")]
    pub backoff_longest: Duration,
    /// A connection that held this long makes the next delay `backoff_first` again.
    #[serde(deserialize_with = "seconds")]
    pub stable_after: Duration,
    /// So many failures of one device within `quarantine_window` put it into quarantine.
    pub quarantine_failures: NonZeroUsize,
    /// How long a failure counts for a quarantine.
    #[serde(deserialize_with = "seconds")]
    pub quarantine_window: Duration,
    /// How long a quarantine lasts.
    #[serde(deserialize_with = "seconds")]
    pub quarantine_delay: Duration,
    /// The breaker trips when more than this part of all devices end alike; more than 0, at most 1.
    pub breaker_share: f64,
    /// It trips for no fewer devices than this.
    pub breaker_devices: NonZeroUsize,
    /// How long an exit counts for the breaker.
    #[serde(deserialize_with = "seconds")]
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
    #[serde(deserialize_with = "seconds")]
    pub download_timeout: Duration,
    /// The same for a command with media.
    #[serde(deserialize_with = "seconds")]
    pub command_timeout: Duration,
    /// Whether a URL may lead to loopback and private addresses.
    pub allow_private_addresses: bool,
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
    #[serde(deserialize_with = "seconds")]
    pub backoff_first: Duration,
    /// Longest such pause.
    #[serde(deserialize_with = "seconds")]
    pub backoff_longest: Duration,
    /// Deliveries under way to one receiver at the same time.
    pub simultaneous_per_receiver: NonZeroUsize,
    /// An event that waits for longer becomes a dead letter.
    #[serde(deserialize_with = "seconds")]
    pub keep_waiting: Duration,
    /// A dead letter that is older is deleted.
    #[serde(deserialize_with = "seconds")]
    pub keep_dead: Duration,
    /// Bytes.
    pub limit_per_device: u64,
    /// How long after a change of secret the old one signs too.
    #[serde(deserialize_with = "seconds")]
    pub secret_overlap: Duration,
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

    fn validate(&self) -> Result<(), ConfigError> {
        if self.data_dir.as_os_str().is_empty() {
            return Err(invalid("data_dir", "must name a folder"));
        }
        if self.media.limit == 0 {
            return Err(invalid("media.limit", "must be at least 1 byte"));
        }
        self.validate_http()?;
        self.validate_memory()?;
        if !is_filter(&self.log.level) {
            let problem = format!(
                "\"{}\" is not a level such as info or debug",
                self.log.level
            );
            return Err(invalid("log.level", problem));
        }
        self.validate_whatsapp()?;
        self.validate_webhooks()?;
        self.validate_supervision()
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

    fn validate_http(&self) -> Result<(), ConfigError> {
        let http = &self.http;
        if http.health_listen == Some(http.listen) && http.listen.port() != 0 {
            let problem = "must be another address than http.listen, or empty";
            return Err(invalid("http.health_listen", problem));
        }
        if http.body_limit == 0 {
            return Err(invalid("http.body_limit", "must be at least 1 byte"));
        }
        for origin in &http.cors_origins {
            let parsed = Url::parse(origin).ok();
            let is_origin = |url: Url| {
                let of_the_web = ["http", "https"].contains(&url.scheme());
                of_the_web && url.origin().ascii_serialization() == *origin
            };
            if !parsed.is_some_and(is_origin) {
                let problem = format!("{origin:?} is no origin such as https://app.example.com");
                return Err(invalid("http.cors_origins", problem));
            }
        }
        let longest = http.body_timeout + self.media.command_timeout;
        if http.request_timeout <= longest {
            let problem = format!(
                "must be more than http.body_timeout and media.command_timeout together, which are {} seconds",
                longest.as_secs_f64()
            );
            return Err(invalid("http.request_timeout", problem));
        }
        Ok(())
    }

    fn validate_memory(&self) -> Result<(), ConfigError> {
        // A body, its text, and the same unescaped.
        let largest = self.large_body_limit().saturating_mul(3);
        let least = crate::memory::Memory::limit_for(largest, self.small_request());
        if self.memory.limit < least {
            let problem = format!(
                "must be at least {least} bytes: one request with media of media.limit takes {largest}, and nobody may \
                 hold more than what is then still free"
            );
            return Err(invalid("memory.limit", problem));
        }
        Ok(())
    }

    fn validate_whatsapp(&self) -> Result<(), ConfigError> {
        let whatsapp = &self.whatsapp;
        if whatsapp.device_os.trim().is_empty() {
            return Err(invalid("whatsapp.device_os", "must not be blank"));
        }
        if cfg!(feature = "sandbox") && !whatsapp.is_loopback() {
            let problem = format!(
                "{} is not a loopback address, and this build has the feature `sandbox`, which does not check \
                 WhatsApp's keys; use a simulated WhatsApp on 127.0.0.1 or build without that feature",
                whatsapp.url
            );
            return Err(invalid("whatsapp.url", problem));
        }
        match whatsapp.url.scheme() {
            "wss" => Ok(()),
            "ws" if whatsapp.is_loopback() => Ok(()),
            "ws" => Err(invalid(
                "whatsapp.url",
                "ws:// is allowed for loopback only; use wss://",
            )),
            other => Err(invalid(
                "whatsapp.url",
                format!("must start with wss://, not with {other}://"),
            )),
        }
    }

    fn validate_webhooks(&self) -> Result<(), ConfigError> {
        let webhooks = &self.webhooks;
        if webhooks.backoff_longest < webhooks.backoff_first {
            let problem = "must not be less than webhooks.backoff_first";
            return Err(invalid("webhooks.backoff_longest", problem));
        }
        if webhooks.limit_per_device == 0 {
            return Err(invalid(
                "webhooks.limit_per_device",
                "must be at least 1 byte",
            ));
        }
        Ok(())
    }

    fn validate_supervision(&self) -> Result<(), ConfigError> {
        let supervision = &self.supervision;
        let rate = supervision.connects_per_second;
        if !(rate.is_finite() && rate > 0.0) {
            return Err(invalid(
                "supervision.connects_per_second",
                "must be more than 0",
            ));
        }
        if !(supervision.breaker_share > 0.0 && supervision.breaker_share <= 1.0) {
            return Err(invalid(
                "supervision.breaker_share",
                "must be more than 0 and at most 1",
            ));
        }
        if supervision.backoff_longest < supervision.backoff_first {
            let problem = "must not be less than supervision.backoff_first";
            return Err(invalid("supervision.backoff_longest", problem));
        }
        Ok(())
    }
}

/// A tracing filter. The library takes any single word for the name of a module, also a misspelt level.
fn is_filter(text: &str) -> bool {
    let is_level = |word: &str| {
        word.parse::<tracing_subscriber::filter::LevelFilter>()
            .is_ok()
    };
    let plain = |part: &&str| !part.contains(['=', '[']);
    text.parse::<tracing_subscriber::EnvFilter>().is_ok()
        && text.split(',').map(str::trim).filter(plain).all(is_level)
}

fn invalid(key: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError::Invalid {
        key,
        problem: problem.into(),
    }
}

/// A positive number of seconds, at most a year.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    const YEAR: f64 = 365.0 * 86_400.0;
    let seconds = f64::deserialize(deserializer)?;
    if seconds > 0.0 && seconds <= YEAR {
        return Ok(Duration::from_secs_f64(seconds));
    }
    let problem = format!("{seconds} is not a number of seconds between 0 and a year");
    Err(serde::de::Error::custom(problem))
}

/// Words with commas between, as an environment variable can hold them.
fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let words = text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty());
    Ok(words.map(str::to_owned).collect())
}

/// One of a few words; they are named where another stands.
fn unknown_fields<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UnknownFields, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "ignore" => Ok(UnknownFields::Ignore),
        "refuse" => Ok(UnknownFields::Refuse),
        other => {
            let problem = format!("{other:?} is neither \"ignore\" nor \"refuse\"");
            Err(serde::de::Error::custom(problem))
        }
    }
}

/// A count in which 0 stands for one per core.
fn count_or_cores<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroUsize, D::Error> {
    let count = usize::deserialize(deserializer)?;
    let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Ok(NonZeroUsize::new(count).unwrap_or_else(cores))
}

/// A count in which 0 stands for none.
fn count_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NonZeroUsize>, D::Error> {
    usize::deserialize(deserializer).map(NonZeroUsize::new)
}

fn address_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |_| {
        let problem = format!("{text:?} is no address with a port such as 127.0.0.1:9090");
        serde::de::Error::custom(problem)
    };
    text.parse().map(Some).map_err(wrong)
}

fn path_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(deserializer)?;
    Ok(if path.as_os_str().is_empty() {
        None
    } else {
        Some(path)
    })
}
