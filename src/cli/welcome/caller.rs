//! Calls the daemon and the simulated WhatsApp as anybody would.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use url::Url;

use super::{Notes, Problem, WelcomeError};

/// Every step ends within this time, or the sandbox gives up.
const STEP_TIMEOUT: Duration = Duration::from_secs(60);
const STEP_PAUSE: Duration = Duration::from_millis(50);
/// A device that was there before may never connect again, and that is no reason not to start.
const RETURN_TIMEOUT: Duration = Duration::from_secs(15);

/// Whether a webhook was pointed at the simulated side by an earlier start, where it listened at another port.
fn is_former(url: &str, ours: &str) -> bool {
    let (Ok(url), Ok(ours)) = (Url::parse(url), Url::parse(ours)) else {
        return false;
    };
    url.port() != ours.port() && (url.host(), url.path()) == (ours.host(), ours.path())
}

/// Calls both APIs as anybody would.
pub struct Caller {
    http: Client,
    /// Where the daemon answers.
    pub api: String,
}

impl Caller {
    /// Of the daemon that answers here.
    pub fn new(api: String) -> Result<Self, WelcomeError> {
        let http = client()?;
        Ok(Self { http, api })
    }

    /// A tenant of this name, with its first user.
    pub async fn register(&self, master_token: &str, name: &str) -> Result<Value, WelcomeError> {
        let tenant = json!({
            "tenant_name": name,
            "email": format!("{}@example.com", name.to_lowercase().replace(' ', "-")),
            "password": uuid::Uuid::new_v4().to_string(),
            "role": "admin",
        });
        let url = format!("{}/register", self.api);
        self.post("register a tenant", &url, Some(master_token), tenant)
            .await
    }

    /// Points the webhook here, pairs the device unless it is, and waits for the connection.
    pub async fn finish(&self, notes: &Notes, control: &str) -> Result<Value, WelcomeError> {
        let url = format!("{}/webhook/events", self.api);
        let catalog = self.get("ask for the events", &url, &notes.token).await?;
        let webhook = json!({
            "webhook_url": format!("{control}/webhooks"),
            "enabled_events": catalog["events"],
        });
        self.write_webhook(notes, webhook).await?;
        let status = self.status(notes).await?;
        if status.pointer("/data/is_logged_in") != Some(&Value::Bool(true)) {
            self.pair(notes, control).await?;
        }
        let late = |_| failed("wait for the connection", "it did not come");
        tokio::time::timeout(STEP_TIMEOUT, self.settled(notes, |_| true))
            .await
            .map_err(late)?
    }

    /// The device as it stands: one that is on its way back is waited for.
    pub async fn find(&self, notes: &Notes, control: &str) -> Result<Value, WelcomeError> {
        self.follow_webhook(notes, control).await?;
        let on_its_way = |status: &Value| {
            let phase = status.pointer("/data/phase").and_then(Value::as_str);
            matches!(phase, Some("connecting" | "waiting" | "closing"))
        };
        let settled = self.settled(notes, on_its_way);
        match tokio::time::timeout(RETURN_TIMEOUT, settled).await {
            Ok(status) => status,
            Err(_) => self.status(notes).await,
        }
    }

    /// Waits for the connection while this holds.
    async fn settled(
        &self,
        notes: &Notes,
        worth_waiting: impl Fn(&Value) -> bool,
    ) -> Result<Value, WelcomeError> {
        loop {
            let status = self.status(notes).await?;
            let connected = status.pointer("/data/connected") == Some(&Value::Bool(true));
            if connected || !worth_waiting(&status) {
                return Ok(status);
            }
            tokio::time::sleep(STEP_PAUSE).await;
        }
    }

    /// The simulated side may listen elsewhere than at the last start. Any other webhook is its user's own.
    async fn follow_webhook(&self, notes: &Notes, control: &str) -> Result<(), WelcomeError> {
        let url = format!("{}/webhook?device_id={}", self.api, notes.device_id);
        // Deleted, with its device or without.
        let Ok(mut found) = self.get("look at the webhook", &url, &notes.token).await else {
            return Ok(());
        };
        let webhook = found["webhook"].take();
        let ours = format!("{control}/webhooks");
        if !is_former(text(&webhook, "/webhook_url").as_str(), &ours) {
            return Ok(());
        }
        let mut moved = json!({ "webhook_url": ours });
        for key in [
            "enabled_events",
            "enabled",
            "retry_attempts",
            "timeout",
            "headers",
        ] {
            moved[key] = webhook[key].clone();
        }
        self.write_webhook(notes, moved).await
    }

    async fn write_webhook(&self, notes: &Notes, webhook: Value) -> Result<(), WelcomeError> {
        let url = format!("{}/webhook?device_id={}", self.api, notes.device_id);
        let configured = self.post("configure a webhook", &url, Some(&notes.token), webhook);
        configured.await.map(drop)
    }

    async fn pair(&self, notes: &Notes, control: &str) -> Result<(), WelcomeError> {
        let url = format!("{}/qr?device_id={}", self.api, notes.device_id);
        let qr = self.get("ask for a QR code", &url, &notes.token).await?;
        let scan = json!({ "qr": text(&qr, "/data/qr_code"), "account": notes.phone });
        self.post("scan the QR code", &format!("{control}/scan"), None, scan)
            .await
            .map(drop)
    }

    async fn status(&self, notes: &Notes) -> Result<Value, WelcomeError> {
        let url = format!("{}/status?device_id={}", self.api, notes.device_id);
        self.get("ask for the status", &url, &notes.token).await
    }

    /// What this URL answers.
    pub async fn get(
        &self,
        step: &'static str,
        url: &str,
        token: &str,
    ) -> Result<Value, WelcomeError> {
        send(step, self.http.request(Method::GET, url).bearer_auth(token)).await
    }

    /// What this URL answers to this body.
    pub async fn post(
        &self,
        step: &'static str,
        url: &str,
        token: Option<&str>,
        body: Value,
    ) -> Result<Value, WelcomeError> {
        let mut request = self.http.request(Method::POST, url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        send(
            step,
            request
                .header("Content-Type", "application/json")
                .body(body.to_string()),
        )
        .await
    }
}

fn client() -> Result<Client, WelcomeError> {
    // The HTTP client wants a TLS provider even where it only speaks plain HTTP. An error means: set already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let built = Client::builder().no_proxy().timeout(STEP_TIMEOUT).build();
    built.map_err(|error| failed("build an HTTP client", error))
}

async fn send(step: &'static str, request: RequestBuilder) -> Result<Value, WelcomeError> {
    let response = request.send().await.map_err(|error| failed(step, error))?;
    let status = response.status();
    let body = response
        .bytes()
        .await
        .map_err(|error| failed(step, error))?;
    if !status.is_success() {
        let problem = format!("{status}: {}", String::from_utf8_lossy(&body));
        return Err(failed(step, problem));
    }
    serde_json::from_slice(&body).map_err(|error| failed(step, error))
}

fn failed(step: &'static str, problem: impl Into<Problem>) -> WelcomeError {
    WelcomeError::Step {
        step,
        problem: problem.into(),
    }
}

/// A text in an answer; empty where there is none.
pub fn text(body: &Value, pointer: &str) -> String {
    body.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
