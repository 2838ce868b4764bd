//! Configuration: compiled-in defaults, then a file, then the environment; validated as a whole.
//!
//! What this module hands out is valid: nothing later has to check a value again.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ::config::{Environment, File, FileFormat};
use serde::{Deserialize, Deserializer};
use tokio::sync::Semaphore;
use url::Url;

/// `config/default.toml`: every key, documented, with its default.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration")]
    Read(#[from] ::config::ConfigError),
    #[error("configuration key {key}: {problem}")]
    Invalid { key: &'static str, problem: String },
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub data_dir: PathBuf,
    pub http: Http,
    pub auth: Auth,
    pub store: Store,
    pub whatsapp: Whatsapp,
    pub supervision: Supervision,
    pub log: Log,
    pub media: Media,
    pub webhooks: Webhooks,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    pub listen: SocketAddr,
    #[serde(deserialize_with = "count_or_cores")]
    pub workers: NonZeroUsize,
    pub connections: NonZeroUsize,
    /// Bytes.
    pub body_limit: usize,
    /// Bytes.
    pub bodies_in_memory: usize,
    #[serde(deserialize_with = "seconds")]
    pub header_timeout: Duration,
    #[serde(deserialize_with = "seconds")]
    pub body_timeout: Duration,
    #[serde(deserialize_with = "seconds")]
    pub request_timeout: Duration,
    #[serde(deserialize_with = "seconds")]
    pub shutdown_grace: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    #[serde(deserialize_with = "path_if_any")]
    pub master_token_file: Option<PathBuf>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    #[serde(deserialize_with = "path_if_any")]
    pub key_file: Option<PathBuf>,
    pub readers: NonZeroUsize,
    pub queue: NonZeroUsize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whatsapp {
    pub url: Url,
    pub device_os: String,
    #[serde(deserialize_with = "seconds")]
    pub connect_timeout: Duration,
    #[serde(deserialize_with = "seconds")]
    pub query_timeout: Duration,
    #[serde(deserialize_with = "seconds")]
    pub command_timeout: Duration,
    #[serde(deserialize_with = "seconds")]
    pub pairing_timeout: Duration,
    #[serde(deserialize_with = "seconds")]
    pub probe_after: Duration,
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

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supervision {
    #[serde(deserialize_with = "count_or_cores")]
    pub shards: NonZeroUsize,
    pub connects_per_second: f64,
    pub simultaneous_connects: NonZeroUsize,
    #[serde(deserialize_with = "seconds")]
    pub backoff_first: Duration,
    #[serde(deserialize_with = "seconds")]
    pub backoff_longest: Duration,
    #[serde(deserialize_with = "seconds")]
    pub stable_after: Duration,
    pub quarantine_failures: NonZeroUsize,
    #[serde(deserialize_with = "seconds")]
    pub quarantine_window: Duration,
    #[serde(deserialize_with = "seconds")]
    pub quarantine_delay: Duration,
    pub breaker_share: f64,
    pub breaker_devices: NonZeroUsize,
    #[serde(deserialize_with = "seconds")]
    pub breaker_window: Duration,
    pub commands_per_device: NonZeroUsize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// Bytes.
    pub limit: usize,
    #[serde(deserialize_with = "seconds")]
    pub download_timeout: Duration,
    #[serde(deserialize_with = "seconds")]
    pub command_timeout: Duration,
    pub allow_private_addresses: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    pub allow_http: bool,
    pub allow_private_addresses: bool,
    #[serde(deserialize_with = "seconds")]
    pub backoff_first: Duration,
    #[serde(deserialize_with = "seconds")]
    pub backoff_longest: Duration,
    pub simultaneous_per_receiver: NonZeroUsize,
    #[serde(deserialize_with = "seconds")]
    pub keep_waiting: Duration,
    #[serde(deserialize_with = "seconds")]
    pub keep_dead: Duration,
    /// Bytes.
    pub limit_per_device: u64,
    #[serde(deserialize_with = "seconds")]
    pub secret_overlap: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    pub level: String,
}

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

    fn validate_http(&self) -> Result<(), ConfigError> {
        let http = &self.http;
        if http.body_limit == 0 {
            return Err(invalid("http.body_limit", "must be at least 1 byte"));
        }
        let largest = self.large_body_limit();
        if http.bodies_in_memory < largest {
            let problem = format!(
                "must be at least {largest} bytes: one body with media of media.limit takes that much"
            );
            return Err(invalid("http.bodies_in_memory", problem));
        }
        if http.bodies_in_memory > Semaphore::MAX_PERMITS {
            let problem = format!("must be at most {} bytes", Semaphore::MAX_PERMITS);
            return Err(invalid("http.bodies_in_memory", problem));
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

/// A count in which 0 stands for one per core.
fn count_or_cores<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroUsize, D::Error> {
    let count = usize::deserialize(deserializer)?;
    let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Ok(NonZeroUsize::new(count).unwrap_or_else(cores))
}

fn path_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(deserializer)?;
    Ok(if path.as_os_str().is_empty() {
        None
    } else {
        Some(path)
    })
}
