//! Fetches media from a URL that a caller gave: bounded in size and time, and only from where it may.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use super::address::{NotAllowed, Rule};
use crate::config;
use crate::failure::Invalid;

/// A site that sends a client on more often than this does not mean to answer.
const MOST_REDIRECTS: usize = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The HTTP client of all downloads.
pub struct Downloader {
    client: Client,
    rule: Rule,
    /// Bytes.
    limit: usize,
}

impl Downloader {
    /// Fails only when TLS cannot be set up.
    pub fn new(config: &config::Media, tls: rustls::ClientConfig) -> reqwest::Result<Self> {
        let rule = Rule {
            private: config.allow_private_addresses,
        };
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(config.download_timeout)
            .redirect(follow(rule))
            .dns_resolver(Arc::new(rule))
            .build()?;
        Ok(Self {
            client,
            rule,
            limit: config.limit,
        })
    }

    /// The body behind the URL. Every failure is the caller's: it names what is wrong with the URL.
    pub async fn fetch(&self, url: &str) -> Result<Vec<u8>, Invalid> {
        let url = Url::parse(url).map_err(|error| refused(format!("is not a URL: {error}")))?;
        check(self.rule, &url).map_err(|problem| refused(problem.to_string()))?;
        let response = self
            .client
            .get(url)
            .send()
            .await
            .map_err(|error| refused(why(&error)))?;
        if !response.status().is_success() {
            return Err(refused(format!("answered {}", response.status())));
        }
        self.read(response).await
    }

    async fn read(&self, response: Response) -> Result<Vec<u8>, Invalid> {
        let too_large = || refused(format!("has more than {} bytes", self.limit));
        if response
            .content_length()
            .is_some_and(|length| length > self.limit as u64)
        {
            return Err(too_large());
        }
        let mut body = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| refused(why(&error)))?;
            if body.len() + chunk.len() > self.limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

fn refused(problem: impl std::fmt::Display) -> Invalid {
    Invalid::media(format!("url {problem}"))
}

/// In words for the caller; the library's own texts tell more about our side than about the URL.
fn why(error: &reqwest::Error) -> String {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<NotAllowed>() || cause.is::<NotFollowed>() {
            return cause.to_string();
        }
        source = cause.source();
    }
    let problem = if error.is_timeout() {
        "did not answer in time"
    } else if error.is_connect() {
        "cannot be reached"
    } else {
        "could not be read"
    };
    problem.to_owned()
}

#[derive(Debug, thiserror::Error)]
enum NotFollowed {
    #[error("sends the client on too often")]
    TooOften,
    #[error("must begin with http:// or https://")]
    Scheme,
    #[error(transparent)]
    Address(#[from] NotAllowed),
}

/// Addresses that stand in the URL itself; names are checked when they are resolved.
fn check(rule: Rule, url: &Url) -> Result<(), NotFollowed> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(NotFollowed::Scheme);
    }
    match rule.allows_host(url) {
        true => Ok(()),
        false => Err(NotAllowed.into()),
    }
}

fn follow(rule: Rule) -> Policy {
    Policy::custom(move |attempt| {
        if attempt.previous().len() > MOST_REDIRECTS {
            return attempt.error(NotFollowed::TooOften);
        }
        match check(rule, attempt.url()) {
            Ok(()) => attempt.follow(),
            Err(problem) => attempt.error(problem),
        }
    })
}
