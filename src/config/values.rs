//! How single values are written in a file or an environment variable.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use url::Url;

use super::UnknownFields;

/// A positive number of seconds, at most a year.
pub fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    const YEAR: f64 = 365.0 * 86_400.0;
    let seconds = f64::deserialize(deserializer)?;
    if seconds > 0.0 && seconds <= YEAR {
        return Ok(Duration::from_secs_f64(seconds));
    }
    let problem = format!("{seconds} is not a number of seconds between 0 and a year");
    Err(serde::de::Error::custom(problem))
}

/// Words with commas between, as an environment variable can hold them.
pub fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let words = text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty());
    Ok(words.map(str::to_owned).collect())
}

/// One of a few words; they are named where another stands.
pub fn unknown_fields<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<UnknownFields, D::Error> {
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
pub fn count_or_cores<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<NonZeroUsize, D::Error> {
    let count = usize::deserialize(deserializer)?;
    let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Ok(NonZeroUsize::new(count).unwrap_or_else(cores))
}

/// A count in which 0 stands for none.
pub fn count_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NonZeroUsize>, D::Error> {
    usize::deserialize(deserializer).map(NonZeroUsize::new)
}

pub fn address_if_any<'de, D: Deserializer<'de>>(
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

/// As a browser writes it, without a slash at its end.
pub fn origin_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(&text).ok();
    let url = url.filter(|url| ["http", "https"].contains(&url.scheme()) && url.path() == "/");
    let origin = url.map(|url| url.origin().ascii_serialization());
    let problem = || format!("{text:?} is no address such as https://wuts.example.com");
    origin
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom(problem()))
}

pub fn path_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(deserializer)?;
    Ok(if path.as_os_str().is_empty() {
        None
    } else {
        Some(path)
    })
}
