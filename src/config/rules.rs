//! What a configuration may not be: one place for all rules.

use std::path::Path;

use url::Url;

use super::{Config, ConfigError};

/// A person has five devices at most, and the keys for one take 450 bytes.
const LARGEST_CHUNK: usize = 5000;

impl Config {
    /// The first rule that it breaks.
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.data_dir.as_os_str().is_empty() {
            return Err(invalid("data_dir", "must name a folder"));
        }
        self.validate_media()?;
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
        self.validate_status()?;
        self.validate_supervision()
    }

    fn validate_media(&self) -> Result<(), ConfigError> {
        let media = &self.media;
        if media.limit == 0 {
            return Err(invalid("media.limit", "must be at least 1 byte"));
        }
        if media.job_timeout < media.answer_after {
            let problem = "must not be less than media.answer_after";
            return Err(invalid("media.job_timeout", problem));
        }
        if media.ffmpeg.as_deref().is_some_and(Path::is_relative) {
            let problem = "must be a whole path, such as /usr/bin/ffmpeg, or empty";
            return Err(invalid("media.ffmpeg", problem));
        }
        Ok(())
    }

    fn validate_status(&self) -> Result<(), ConfigError> {
        let status = &self.status;
        // What leaves and what is answered to it stays below WhatsApp's 16 MiB, however many devices people have.
        if status.chunk.get() > LARGEST_CHUNK {
            let problem = format!("must not be more than {LARGEST_CHUNK}");
            return Err(invalid("status.chunk", problem));
        }
        if status.backoff_first.is_zero() {
            return Err(invalid("status.backoff_first", "must be more than 0"));
        }
        if status.backoff_longest < status.backoff_first {
            let problem = "must not be less than status.backoff_first";
            return Err(invalid("status.backoff_longest", problem));
        }
        Ok(())
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
