//! What the owner of a device may say about its webhook: checked before anything is stored.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Deserializer, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::catalog::{self, EventName};
use super::signature;
use crate::failure::Invalid;
use crate::media::address::Rule;
use crate::store::webhooks::Content;

const DEFAULT_RETRIES: u32 = 3;
const MOST_RETRIES: u32 = 20;
/// Seconds.
const DEFAULT_TIMEOUT: u32 = 30;
const LONGEST_TIMEOUT: u32 = 60;
/// More is a mistake, or somebody fills the disk.
const LONGEST_URL: usize = 2048;
const LONGEST_SECRET: usize = 256;
const MOST_HEADERS: usize = 20;
const LONGEST_HEADER: usize = 4096;

/// Headers that the delivery itself needs to be right.
const OURS: [&str; 13] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
/// So do all that begin like this.
const STANDARD: &str = "webhook-";

/// The body of `POST /webhook`.
#[derive(Deserialize, ToSchema)]
#[schema(
    example = json!({
        "webhook_url": "https://app.example.com/webhook",
        "enabled_events": ["message.received", "device.disconnected"],
        "retry_attempts": 3,
        "timeout": 30,
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "headers": {"X-Api-Key": "my-key"}
    })
)]
pub struct Wanted {
    /// An `https://` URL.
    pub webhook_url: String,
    /// At least one name of the catalog.
    pub enabled_events: Vec<String>,
    /// Absent: yes.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// Attempts after the first; absent: 3.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 20)]
    pub retry_attempts: Option<u32>,
    /// Seconds for one attempt; absent: 30.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 60)]
    pub timeout: Option<u32>,
    /// Signs deliveries. Absent: as before; empty: no signature any more.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub secret: Secret,
    /// Extra headers on deliveries.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// What is to become of the secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Secret {
    /// It is not mentioned.
    #[default]
    AsBefore,
    /// Empty: nothing is signed. The only optional text that means something when it is empty.
    Change(String),
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::Change)
    }
}

/// What nobody but the receiver may read.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Private {
    #[serde(default)]
    pub secret: Option<String>,
    /// The secret before, and until when deliveries are signed with it too.
    #[serde(default)]
    pub previous: Option<(String, DateTime<Utc>)>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// Nothing of it belongs into a log.
impl std::fmt::Debug for Private {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Private").finish_non_exhaustive()
    }
}

impl Private {
    /// The secrets that deliveries are signed with, the present one first.
    pub fn secrets(&self, now: DateTime<Utc>) -> impl Iterator<Item = &str> {
        let previous = self.previous.as_ref().filter(|(_, until)| now < *until);
        let previous = previous.map(|(secret, _)| secret.as_str());
        // Without a present one nothing is signed: that is what its owner asked for.
        let present = self.secret.as_deref();
        present
            .into_iter()
            .chain(previous.filter(move |_| present.is_some()))
    }

    /// With another secret, or none. The old one stays good for a while, so that receivers can change over.
    fn rotate(&mut self, secret: Secret, overlap: Duration, now: DateTime<Utc>) {
        let Secret::Change(secret) = secret else {
            return;
        };
        if self.secret.as_ref() == Some(&secret) {
            return;
        }
        let new = Some(secret).filter(|secret| !secret.is_empty());
        let old = std::mem::replace(&mut self.secret, new);
        self.previous = old.map(|old| (old, now + overlap));
    }
}

/// Where a webhook may lead.
#[derive(Clone, Copy)]
pub struct Reach {
    /// `http://` besides `https://`.
    pub plain: bool,
    pub addresses: Rule,
}

impl Reach {
    /// The one rule for URLs that somebody gives us, wherever they come in.
    pub fn check(self, field: &'static str, text: &str) -> Result<Url, Invalid> {
        let refused = |problem: &str| Invalid::field(field, format!("{field} {problem}"));
        if text.len() > LONGEST_URL {
            return Err(refused("is longer than 2048 bytes"));
        }
        // The parser leaves them out, so that what is shown would not be where events go.
        if text.contains(|letter: char| letter.is_control() || letter.is_whitespace()) {
            return Err(refused("must not contain spaces or control characters"));
        }
        let Ok(url) = Url::parse(text) else {
            return Err(refused(self.schemes()));
        };
        if has_password(&url) {
            return Err(refused("must not contain a password: use headers"));
        }
        match self.forbids(&url) {
            None => Ok(url),
            Some(problem) => Err(refused(problem)),
        }
    }

    /// Why nothing is sent to a URL, be it that the configuration has become stricter since it was given.
    pub fn forbids(self, url: &Url) -> Option<&'static str> {
        if !(url.scheme() == "https" || self.plain && url.scheme() == "http") {
            return Some(self.schemes());
        }
        let allowed = self.addresses.allows_host(url);
        (!allowed).then_some("leads to an address that is not on the public Internet")
    }

    fn schemes(self) -> &'static str {
        match self.plain {
            true => "must be an https:// or http:// URL",
            false => "must be an https:// URL",
        }
    }
}

/// Before the host, where every log and every screen would show it.
pub fn has_password(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

impl Wanted {
    /// Checks everything; `before` is what the webhook kept to itself until now.
    pub fn check(
        self,
        reach: Reach,
        before: Private,
        overlap: Duration,
    ) -> Result<Content<Private>, Invalid> {
        reach.check("webhook_url", &self.webhook_url)?;
        let events = events(&self.enabled_events)?;
        let retry_attempts = within(
            "retry_attempts",
            self.retry_attempts.unwrap_or(DEFAULT_RETRIES),
            0,
            MOST_RETRIES,
        )?;
        let timeout = self.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let timeout = within("timeout", timeout, 1, LONGEST_TIMEOUT)?;
        check_secret(&self.secret)?;
        headers(&self.headers)?;
        let mut private = Private {
            headers: self.headers,
            ..before
        };
        private.rotate(self.secret, overlap, Utc::now());
        Ok(Content {
            url: self.webhook_url,
            events: catalog::written(&events),
            enabled: self.enabled.unwrap_or(true),
            retry_attempts,
            timeout,
            private,
        })
    }
}

/// For a device whose user has named nothing but a URL: all events, and otherwise the defaults.
pub fn all_events() -> Content<Private> {
    Content {
        url: String::new(),
        events: catalog::written(EventName::ALL),
        enabled: true,
        retry_attempts: DEFAULT_RETRIES,
        timeout: DEFAULT_TIMEOUT,
        private: Private::default(),
    }
}

fn events(names: &[String]) -> Result<Vec<EventName>, Invalid> {
    let refused = |problem| Invalid::field("enabled_events", problem);
    if names.is_empty() {
        return Err(refused(
            "enabled_events must name at least one event".to_owned(),
        ));
    }
    let parse = |name: &String| {
        let unknown = || refused(format!("enabled_events: there is no event {name:?}"));
        EventName::parse(name).ok_or_else(unknown)
    };
    let mut events = Vec::with_capacity(names.len());
    for name in names {
        let event = parse(name)?;
        if !events.contains(&event) {
            events.push(event);
        }
    }
    Ok(events)
}

fn within(field: &'static str, value: u32, least: u32, most: u32) -> Result<u32, Invalid> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    let problem = format!("{field} must be between {least} and {most}");
    Err(Invalid::field(field, problem))
}

fn check_secret(secret: &Secret) -> Result<(), Invalid> {
    let Secret::Change(secret) = secret else {
        return Ok(());
    };
    let refused = |problem: &str| Err(Invalid::field("secret", format!("secret {problem}")));
    if secret.len() > LONGEST_SECRET {
        return refused("is longer than 256 bytes");
    }
    if !signature::is_usable(secret) {
        return refused("begins with whsec_, but base64 does not follow");
    }
    Ok(())
}

/// The extra headers of a delivery.
pub fn headers(named: &BTreeMap<String, String>) -> Result<HeaderMap, Invalid> {
    let refused = |problem: String| Invalid::field("headers", problem);
    if named.len() > MOST_HEADERS {
        let problem = format!("headers: there may be {MOST_HEADERS} at most");
        return Err(refused(problem));
    }
    let mut headers = HeaderMap::with_capacity(named.len());
    for (name, value) in named {
        let Ok(parsed) = name.parse::<HeaderName>() else {
            return Err(refused(format!(
                "headers: {name:?} cannot be the name of a header"
            )));
        };
        if OURS.contains(&parsed.as_str()) || parsed.as_str().starts_with(STANDARD) {
            return Err(refused(format!("headers: {name} is set by wutsd itself")));
        }
        let valid = HeaderValue::from_str(value).ok();
        let Some(mut value) = valid.filter(|value| value.len() <= LONGEST_HEADER) else {
            return Err(refused(format!(
                "headers: the value of {name} cannot be sent"
            )));
        };
        value.set_sensitive(true);
        headers.insert(parsed, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const PUBLIC: Reach = Reach {
        plain: false,
        addresses: Rule { private: false },
    };

    fn check(change: Value) -> Result<Content<Private>, String> {
        let mut body = json!({
            "webhook_url": "https://example.com/hook",
            "enabled_events": ["message.received"],
        });
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        let wanted: Wanted = serde_json::from_value(body).unwrap();
        let checked = wanted.check(PUBLIC, Private::default(), Duration::from_secs(60));
        checked.map_err(|invalid| {
            format!("{}: {}", invalid.field.unwrap_or_default(), invalid.message)
        })
    }

    #[test]
    fn what_is_wrong_is_said_with_the_name_of_the_field() {
        let table = [
            (
                json!({ "webhook_url": "example.com" }),
                "webhook_url: webhook_url must be an https:// URL",
            ),
            (
                json!({ "webhook_url": "http://example.com" }),
                "webhook_url: webhook_url must be an https:// URL",
            ),
            (
                json!({ "webhook_url": "ftp://example.com" }),
                "webhook_url: webhook_url must be an https:// URL",
            ),
            (
                json!({ "webhook_url": "https://ada:secret@example.com" }),
                "webhook_url: webhook_url must not contain a password: use headers",
            ),
            (
                json!({ "webhook_url": "https://169.254.169.254/" }),
                "webhook_url: webhook_url leads to an address that is not on the public Internet",
            ),
            (
                json!({ "webhook_url": "https://[::1]/" }),
                "webhook_url: webhook_url leads to an address that is not on the public Internet",
            ),
            (
                json!({ "enabled_events": [] }),
                "enabled_events: enabled_events must name at least one event",
            ),
            (
                json!({ "enabled_events": ["message.received", "message.eaten"] }),
                "enabled_events: enabled_events: there is no event \"message.eaten\"",
            ),
            (
                json!({ "retry_attempts": 21 }),
                "retry_attempts: retry_attempts must be between 0 and 20",
            ),
            (
                json!({ "timeout": 0 }),
                "timeout: timeout must be between 1 and 60",
            ),
            (
                json!({ "secret": "x".repeat(257) }),
                "secret: secret is longer than 256 bytes",
            ),
            (
                json!({ "secret": "whsec_?" }),
                "secret: secret begins with whsec_, but base64 does not follow",
            ),
            (
                json!({ "headers": { "a b": "c" } }),
                "headers: headers: \"a b\" cannot be the name of a header",
            ),
            (
                json!({ "headers": { "Host": "c" } }),
                "headers: headers: Host is set by wutsd itself",
            ),
            (
                json!({ "headers": { "Webhook-Id": "c" } }),
                "headers: headers: Webhook-Id is set by wutsd itself",
            ),
            (
                json!({ "headers": { "x": "a\r\nb: c" } }),
                "headers: headers: the value of x cannot be sent",
            ),
        ];
        for (change, expected) in table {
            assert_eq!(
                check(change.clone()).expect_err("it is wrong"),
                expected,
                "{change}"
            );
        }
    }

    #[test]
    fn what_is_left_out_has_its_documented_default() {
        let content = check(json!({})).unwrap();
        assert!(content.enabled);
        assert_eq!((content.retry_attempts, content.timeout), (3, 30));
        assert_eq!(content.private.secret, None);
    }

    #[test]
    fn the_old_secret_signs_along_for_a_while_and_an_empty_one_ends_signing() {
        let (now, hour) = (Utc::now(), Duration::from_secs(3600));
        let mut private = Private::default();
        private.rotate(Secret::Change("first".into()), hour, now);
        private.rotate(Secret::AsBefore, hour, now);
        private.rotate(Secret::Change("first".into()), hour, now);
        assert_eq!(private.secrets(now).collect::<Vec<_>>(), ["first"]);
        private.rotate(Secret::Change("second".into()), hour, now);
        assert_eq!(
            private.secrets(now).collect::<Vec<_>>(),
            ["second", "first"]
        );
        assert_eq!(private.secrets(now + hour).collect::<Vec<_>>(), ["second"]);
        private.rotate(Secret::Change(String::new()), hour, now);
        assert_eq!(private.secrets(now).count(), 0);
    }
}
