//! One attempt to deliver one event.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};

use super::schedule::Fault;
use super::settings::{Reach, headers};
use super::{Webhook, signature};
use crate::media::address::NotAllowed;
use crate::store::outbox::Waiting;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const USER_AGENT: &str = concat!("wutsd/", env!("CARGO_PKG_VERSION"));
/// What is read of an answer, so that the connection can be used again. Nobody looks at it.
const ANSWER: usize = 16 * 1024;
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Delivered,
    /// 410: the receiver never wants anything again.
    Gone,
    Failed {
        fault: Fault,
        /// In words for the owner, who sees it beside the event.
        problem: String,
        retry_after: Option<Duration>,
    },
}

impl Outcome {
    /// All of `name`.
    pub const NAMES: [&str; 4] = ["delivered", "gone", "rejected", "unavailable"];

    /// As the metrics name it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Gone => "gone",
            Self::Failed {
                fault: Fault::Event,
                ..
            } => "rejected",
            Self::Failed {
                fault: Fault::Receiver,
                ..
            } => "unavailable",
        }
    }
}

/// The HTTP client of all deliveries.
pub struct Courier {
    client: Client,
    reach: Reach,
}

impl Courier {
    /// Redirects are not followed: an event goes where its owner said, or nowhere.
    pub fn new(reach: Reach, tls: rustls::ClientConfig) -> reqwest::Result<Self> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .user_agent(USER_AGENT)
            // Nothing of what a receiver answers is kept.
            .no_gzip()
            .no_deflate()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(Policy::none())
            .dns_resolver(std::sync::Arc::new(reach.addresses))
            .build()?;
        Ok(Self { client, reach })
    }

    /// Sends one event to its webhook, within the webhook's timeout.
    pub async fn deliver(&self, webhook: &Webhook, event: &Waiting) -> Outcome {
        // The configuration may have become stricter since the webhook was written.
        if let Some(problem) = self.reach.forbids(&webhook.url) {
            return failed(Fault::Event, format!("the webhook's URL {problem}"));
        }
        let body = match &webhook.private.secret {
            Some(secret) => signature::sign_body(secret, &event.body),
            None => event.body.to_vec(),
        };
        let request = self
            .client
            .post(webhook.url.clone())
            .headers(headers_of(webhook, event, &body))
            .timeout(webhook.timeout)
            .body(body);
        match request.send().await {
            Ok(response) => judge(response).await,
            Err(error) => failed(fault_of(&error), why(&error)),
        }
    }
}

fn headers_of(webhook: &Webhook, event: &Waiting, body: &[u8]) -> HeaderMap {
    // They were checked when they came in.
    let mut headers = headers(&webhook.private.headers).unwrap_or_default();
    let now = Utc::now();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(TIMESTAMP, HeaderValue::from(now.timestamp()));
    if let Ok(id) = HeaderValue::from_str(&event.id) {
        headers.insert(ID, id);
    }
    let secrets = webhook.private.secrets(now);
    let signatures = signature::header(secrets, &event.id, now.timestamp(), body);
    if let Ok(signatures) = HeaderValue::from_str(&signatures)
        && !signatures.is_empty()
    {
        headers.insert(SIGNATURE, signatures);
    }
    headers
}

/// The status decides; whatever becomes of the rest of the answer, it was given.
async fn judge(response: Response) -> Outcome {
    let status = response.status();
    let retry_after = retry_after(response.headers(), Utc::now());
    // Too slow or too much: the connection is closed, and the next event gets a new one.
    let _ = tokio::time::timeout(ANSWER_TIMEOUT, drain(response)).await;
    if status.is_success() {
        return Outcome::Delivered;
    }
    if status == StatusCode::GONE {
        return Outcome::Gone;
    }
    Outcome::Failed {
        fault: fault_of_status(status),
        problem: format!("the receiver answered {status}"),
        retry_after,
    }
}

async fn drain(mut response: Response) {
    let mut read = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
        if read > ANSWER {
            return;
        }
    }
}

/// These say "not now"; all others are about the event.
fn fault_of_status(status: StatusCode) -> Fault {
    match status.as_u16() {
        408 | 429 | 502 | 503 | 504 => Fault::Receiver,
        _ => Fault::Event,
    }
}

fn failed(fault: Fault, problem: String) -> Outcome {
    Outcome::Failed {
        fault,
        problem,
        retry_after: None,
    }
}

fn fault_of(error: &reqwest::Error) -> Fault {
    if is_forbidden(error) || error.is_builder() {
        return Fault::Event;
    }
    Fault::Receiver
}

fn is_forbidden(error: &reqwest::Error) -> bool {
    let first = std::error::Error::source(error);
    let mut causes = std::iter::successors(first, |cause| cause.source());
    causes.any(|cause| cause.is::<NotAllowed>())
}

/// The library's own texts tell more about our side than about the receiver, and may hold its URL.
fn why(error: &reqwest::Error) -> String {
    let problem = if is_forbidden(error) {
        return NotAllowed.to_string();
    } else if error.is_timeout() {
        "the receiver did not answer in time"
    } else if error.is_connect() {
        "the receiver cannot be reached"
    } else {
        "the receiver closed the connection without an answer"
    };
    problem.to_owned()
}

/// Seconds, or a date.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    (date.with_timezone(&Utc) - now).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_may_name_seconds_or_a_date() {
        let now = DateTime::parse_from_rfc3339("2026-11-20T08:00:00Z").unwrap();
        let parse = |text: &'static str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]);
            retry_after(&headers, now.with_timezone(&Utc)).map(|delay| delay.as_secs())
        };
        assert_eq!(parse("120"), Some(120));
        assert_eq!(parse("Fri, 20 Nov 2026 08:01:30 GMT"), Some(90));
        assert_eq!(parse("Fri, 20 Nov 2026 07:00:00 GMT"), None);
        assert_eq!(parse("soon"), None);
    }
}
