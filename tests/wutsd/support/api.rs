//! The HTTP API as a caller sees it.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{PATIENCE, contract, until_ok};

#[derive(Clone)]
pub struct Api {
    http: Client,
    base: String,
    token: Option<String>,
    headers: Vec<(&'static str, String)>,
    /// Whether answers are held against the API's document.
    documented: bool,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Answer {
    /// The body, if the status is the expected one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// Status, code and message of the object envelope.
    pub fn object_error(&self) -> (u16, &str, &str) {
        let text = |pointer| {
            self.body
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        assert_eq!(self.body["success"], false, "{}", self.text);
        (self.status, text("/error/code"), text("/error/message"))
    }

    /// Status and text of the RyzeAPI's envelope, which holds nothing else.
    pub fn message_error(&self) -> (u16, &str) {
        let message = self.body.pointer("/error/message").and_then(Value::as_str);
        let message = message.unwrap_or_default();
        let expected = json!({ "success": false, "error": { "message": message } });
        assert_eq!(self.body, expected, "{}", self.text);
        (self.status, message)
    }

    /// A header of the answer; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("text"))
    }

    /// Status and text of the envelopes whose `error` is a text.
    pub fn text_error(&self) -> (u16, &str) {
        assert_eq!(self.body["success"], false, "{}", self.text);
        (self.status, self.body["error"].as_str().unwrap_or_default())
    }
}

impl Api {
    pub fn new(base: &str) -> Self {
        // The HTTP client wants a TLS provider even where it only speaks plain HTTP.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        Self {
            http,
            base: base.to_owned(),
            token: None,
            headers: Vec::new(),
            documented: true,
        }
    }

    /// Where it is, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// An API that is not the daemon's.
    pub fn undocumented(base: &str) -> Self {
        Self {
            documented: false,
            ..Self::new(base)
        }
    }

    pub fn as_user(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same with one more header in each request.
    pub fn with_header(&self, name: &'static str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.push((name, value.to_owned()));
        other
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(
            Method::POST,
            path,
            Some(("application/json", body.to_string().into())),
        )
        .await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.request(Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path, None).await
    }

    /// Any method, with a JSON body or none.
    pub async fn request(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| ("application/json", body.to_string().into()));
        self.send(method, path, body).await
    }

    pub async fn post_nothing(&self, path: &str) -> Answer {
        self.send(Method::POST, path, None).await
    }

    /// Any method, with a body of this type or of none.
    pub async fn request_raw(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: &str,
    ) -> Answer {
        let content_type = content_type.unwrap_or_default();
        self.send(method, path, Some((content_type, body.to_owned().into())))
            .await
    }

    pub async fn post_raw(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        self.send(Method::POST, path, Some((content_type, body.into())))
            .await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, reqwest::Body)>,
    ) -> Answer {
        let answer = self.attempt(method, path, body).await;
        answer.expect("an answer")
    }

    /// Sends a request. Fails when there was no answer, or not all of it.
    async fn attempt(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, reqwest::Body)>,
    ) -> reqwest::Result<Answer> {
        let mut request = self
            .http
            .request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some((content_type, body)) = body {
            request = request.body(body);
            if !content_type.is_empty() {
                request = request.header("Content-Type", content_type);
            }
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        if self.documented {
            contract::check(method.as_str(), path, status, &text);
        }
        Ok(Answer {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        })
    }

    /// Posts JSON to a daemon that may end at any moment.
    pub async fn try_post(&self, path: &str, body: Value) -> Option<Answer> {
        let body = ("application/json", body.to_string().into());
        self.attempt(Method::POST, path, Some(body)).await.ok()
    }

    fn host(&self) -> &str {
        self.base.strip_prefix("http://").expect("plain HTTP")
    }

    /// A connection on which nothing has been sent.
    pub async fn connect(&self) -> TcpStream {
        let connected = TcpStream::connect(self.host()).await;
        connected.expect("a connection")
    }

    /// Sends a request on a connection of its own and returns that, without waiting for an answer. Dropping it is
    /// noticed at the other end at once.
    pub async fn begin(&self, method: Method, path: &str, body: &str) -> TcpStream {
        let host = self.host();
        let mut connection = self.connect().await;
        connection.set_zero_linger().expect("a socket");
        let token = self.token.as_deref().unwrap_or_default();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        connection
            .write_all(request.as_bytes())
            .await
            .expect("sent");
        connection
    }

    /// Posts a text status.
    pub async fn post_status(&self, text: &str) -> Answer {
        self.post("/status/text", serde_json::json!({ "text": text }))
            .await
    }

    /// Waits until somebody whom the phone has put into its address book is in ours.
    pub async fn wait_for_contact(&self, number: &str) {
        let jid = format!("{number}@s.whatsapp.net");
        let known = async || {
            let book = self.get("/contacts").await.expect(200);
            let contacts = book["contacts"].as_array().expect("contacts").clone();
            let known = contacts.iter().any(|contact| contact["jid"] == *jid);
            if known { Ok(()) } else { Err(contacts.len()) }
        };
        until_ok(&jid, known).await;
    }

    /// The data of `GET /status`.
    pub async fn status(&self) -> Value {
        self.get("/status").await.expect(200)["data"].clone()
    }

    /// Asks until the answer has this status.
    pub async fn wait_for_answer(&self, path: &str, status: u16) -> Answer {
        until_ok(&format!("{status} of {path}"), async || {
            let answer = self.get(path).await;
            let right = answer.status == status;
            if right { Ok(answer) } else { Err(answer.text) }
        })
        .await
    }

    /// Waits until the metrics have this series with this value.
    pub async fn wait_for_metric(&self, line: &str) {
        let wanted = format!("wutsd_{line}");
        self.wait_for_line_of_metrics(line, |found| found == wanted)
            .await;
    }

    /// Waits until the metrics have such a line.
    pub async fn wait_for_line(&self, fact: impl Fn(&str) -> bool) {
        self.wait_for_line_of_metrics("such a line", fact).await;
    }

    async fn wait_for_line_of_metrics(&self, what: &str, fact: impl Fn(&str) -> bool) {
        until_ok(what, async || {
            let metrics = self.get("/metrics").await.text;
            let there = metrics.lines().any(&fact);
            if there { Ok(()) } else { Err(metrics) }
        })
        .await;
    }

    /// Waits until `GET /status` names this state, and returns its data.
    pub async fn wait_for_phase(&self, wanted: &str) -> Value {
        self.wait_for(wanted, |status| status["phase"] == wanted)
            .await
    }

    /// Waits until `GET /status` satisfies `fact`.
    pub async fn wait_for(&self, what: &str, fact: impl Fn(&Value) -> bool) -> Value {
        until_ok(what, async || {
            let status = self.status().await;
            if fact(&status) {
                Ok(status)
            } else {
                Err(status)
            }
        })
        .await
    }
}
