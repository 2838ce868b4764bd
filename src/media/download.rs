//! Fetches media from a URL that a caller gave: bounded in size and time, and only from where it may.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use super::address::{NotAllowed, Rule};
use crate::config;
use crate::failure::{Failure, Invalid};
use crate::memory::{Held, Permit};

/// A site that sends a client on more often than this does not mean to answer.
const MOST_REDIRECTS: usize = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Many sites refuse whoever does not say who it is.
const USER_AGENT: &str = concat!("wutsd/", env!("CARGO_PKG_VERSION"));

/// The HTTP client of all downloads.
pub struct Downloader {
    client: Client,
    rule: Rule,
    /// Bytes.
    limit: usize,
    timeout: Duration,
    video_timeout: Duration,
}

/// What is to be fetched.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Where the request names it.
    pub field: &'static str,
    pub url: &'a str,
    /// It may be a video, which takes longer.
    pub video: bool,
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
            .user_agent(USER_AGENT)
            .gzip(true)
            .deflate(true)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(follow(rule))
            .dns_resolver(Arc::new(rule))
            .build()?;
        Ok(Self {
            client,
            rule,
            limit: config.limit,
            timeout: config.download_timeout,
            video_timeout: config.video_download_timeout,
        })
    }

    /// Refuses a file that a request brings where it is larger than one that is fetched may be.
    pub fn admit(&self, field: &'static str, bytes: usize) -> Result<(), Failure> {
        match bytes > self.limit {
            true => Err(self.too_large(field, &format!("has {bytes} bytes"))),
            false => Ok(()),
        }
    }

    /// The body behind the URL, counted by `permit`. Every failure is the caller's, whom it tells what is wrong with the
    /// URL; unless there is no room for it.
    pub async fn fetch(&self, wanted: Wanted<'_>, permit: Permit) -> Result<Downloaded, Failure> {
        let refused = |problem: String| refused(wanted.field, problem);
        let url = Url::parse(wanted.url);
        let url = url.map_err(|error| refused(format!("is not a URL: {error}")))?;
        check(self.rule, &url).map_err(|problem| refused(problem.to_string()))?;
        let timeout = match wanted.video {
            true => self.video_timeout,
            false => self.timeout,
        };
        let request = self.client.get(url).timeout(timeout);
        let response = request.send().await.map_err(|error| refused(why(&error)))?;
        if !response.status().is_success() {
            return Err(refused(format!("answered {}", response.status())).into());
        }
        // What was decoded on the way has none any more.
        if let Some(encoding) = header(&response, CONTENT_ENCODING)
            && !encoding.eq_ignore_ascii_case("identity")
        {
            let problem = "answered with a Content-Encoding other than gzip and deflate";
            return Err(refused(problem.to_owned()).into());
        }
        let content_type = header(&response, CONTENT_TYPE).map(str::to_owned);
        let bytes = self.read(wanted.field, response, &permit).await?;
        Ok(Downloaded {
            bytes: Held::new(bytes, permit),
            content_type,
        })
    }

    async fn read(
        &self,
        field: &'static str,
        response: Response,
        permit: &Permit,
    ) -> Result<Vec<u8>, Failure> {
        let announced = response.content_length();
        if let Some(length) = announced
            && length > self.limit as u64
        {
            return Err(self.too_large(field, &format!("has {length} bytes")));
        }
        // Memory that nothing is written to is not taken; growing step by step would take twice as much in between.
        let most = announced.map_or(self.limit, |length| length as usize);
        let mut body = Vec::with_capacity(most);
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| refused(field, why(&error)))?;
            if body.len() + chunk.len() > self.limit {
                return Err(self.too_large(field, "has more"));
            }
            permit.grow(chunk.len())?;
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// `what`: how large it is.
    fn too_large(&self, field: &'static str, what: &str) -> Failure {
        let limit = self.limit;
        let problem = format!("is too large: it {what}, the limit is {limit} bytes");
        refused(field, problem).into()
    }
}

/// What a site answered.
pub struct Downloaded {
    pub bytes: Held<Vec<u8>>,
    /// What the site calls it.
    pub content_type: Option<String>,
}

fn header(response: &Response, name: HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

fn refused(field: &'static str, problem: String) -> Invalid {
    Invalid::media(format!("{field} {problem}")).at(field)
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
