//! HTTP for the protocol library: media, and WhatsApp's version page.

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use reqwest::header::{CONTENT_TYPE, ORIGIN, REFERER};
use wacore::net::{HttpClient, HttpRequest, HttpResponse};

use crate::device::job::HELD;

/// Largest body that is taken into memory, in bytes.
const LARGEST_BODY: usize = 64 * 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(120);

/// The library's way to the media hosts, shared by all devices.
pub struct Fetcher {
    client: reqwest::Client,
    /// A simulated WhatsApp serves its media without TLS, while the library knows https only.
    plain: bool,
}

impl Fetcher {
    /// `plain`: speak http where the library says https, for a WhatsApp on loopback without TLS.
    pub fn new(tls: rustls::ClientConfig, plain: bool) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .timeout(TIMEOUT)
            .no_gzip()
            .no_deflate()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client, plain })
    }

    /// Posts bytes as they are; the status of the answer, and what it says.
    pub async fn post(
        &self,
        url: String,
        origin: &str,
        body: Bytes,
    ) -> anyhow::Result<(u16, Bytes)> {
        let posted = self
            .client
            .post(self.url(url))
            .header(ORIGIN, origin)
            .header(REFERER, format!("{origin}/"))
            .header(CONTENT_TYPE, "application/octet-stream")
            .body(body);
        let response = posted.send().await?;
        let status = response.status().as_u16();
        Ok((status, limited_body(response).await?))
    }

    fn url(&self, url: String) -> String {
        match url.strip_prefix("https://") {
            Some(rest) if self.plain => format!("http://{rest}"),
            _ => url,
        }
    }
}

#[async_trait]
impl HttpClient for Fetcher {
    async fn execute(&self, request: HttpRequest) -> anyhow::Result<HttpResponse> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes())?;
        let mut outgoing = self.client.request(method, self.url(request.url));
        for (name, value) in request.headers {
            outgoing = outgoing.header(name, value);
        }
        if let Some(body) = request.body {
            outgoing = outgoing.body(body);
        }
        let response = outgoing.send().await?;
        let status_code = response.status().as_u16();
        let body = limited_body(response).await?;
        Ok(HttpResponse {
            status_code,
            body: body.into(),
        })
    }
}

async fn limited_body(response: reqwest::Response) -> anyhow::Result<Bytes> {
    let mut stream = response.bytes_stream();
    let mut body = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        anyhow::ensure!(
            body.len() + chunk.len() <= LARGEST_BODY,
            "answer larger than {LARGEST_BODY} bytes"
        );
        // For whom it is fetched, if somebody has asked for it.
        if let Ok(room) = HELD.try_with(|held| held.grow(chunk.len())) {
            room?;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
