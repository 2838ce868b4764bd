//! The simulator under test and its control API.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use whatsapp_rust::Jid;
use wutsd::sandbox::{Options, Simulator};

use super::{Backend, PATIENCE, TestClient};

pub struct World {
    pub simulator: Simulator,
    http: reqwest::Client,
}

impl World {
    pub async fn start() -> Self {
        Self::start_on(None).await
    }

    pub async fn start_on(data: Option<PathBuf>) -> Self {
        // Every test runs this; only the first one finds no provider installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let logs = tracing_subscriber::EnvFilter::from_default_env();
        let _ = tracing_subscriber::fmt()
            .with_env_filter(logs)
            .with_test_writer()
            .try_init();
        let listen = "127.0.0.1:0".parse().unwrap();
        let simulator = Simulator::start(Options { listen, data }).await.unwrap();
        Self {
            simulator,
            http: reqwest::Client::new(),
        }
    }

    pub fn ws(&self) -> &str {
        &self.simulator.addresses().ws
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}{path}", self.simulator.addresses().control);
        let mut request = self.http.request(method.parse().unwrap(), url);
        if !body.is_null() {
            request = request.body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.bytes().await.unwrap();
        (
            status,
            serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        )
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call("GET", path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call("POST", path, body).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    /// A new account; returns its phone number.
    pub async fn account(&self, name: &str) -> String {
        let account = self.post("/accounts", json!({ "name": name })).await;
        account["phone"].as_str().unwrap().to_owned()
    }

    pub async fn lid(&self, phone: &str) -> Jid {
        let accounts = self.get("/accounts").await["accounts"].clone();
        let mut accounts = accounts.as_array().unwrap().iter();
        let account = accounts.find(|account| account["phone"] == phone).unwrap();
        account["lid"].as_str().unwrap().parse().unwrap()
    }

    pub async fn fault(&self, fault: Value) {
        self.post("/faults", fault).await;
    }

    /// Waits for a message with this text in a phone's inbox.
    pub async fn received(&self, phone: &str, text: &str) -> Value {
        let path = format!("/accounts/{phone}/inbox");
        self.eventually(&format!("{text:?} at {phone}"), &path, |inbox| {
            let messages = inbox["messages"].as_array()?;
            messages
                .iter()
                .find(|message| message["text"] == text)
                .cloned()
        })
        .await
    }

    /// Waits for a message with this id in a phone's inbox.
    pub async fn received_by_id(&self, phone: &str, id: &str) -> Value {
        let path = format!("/accounts/{phone}/inbox?id={id}");
        let first = |inbox: &Value| inbox["messages"].as_array()?.first().cloned();
        self.eventually(&format!("{id} at {phone}"), &path, first)
            .await
    }

    /// Waits until every device has gone.
    pub async fn nobody_connected(&self) {
        self.eventually("no connection", "/state", |state| {
            (state["connections"] == json!([])).then_some(())
        })
        .await;
    }

    /// Waits until a fault, by its place in the list, has acted so often.
    pub async fn hits(&self, fault: usize, times: u64) {
        self.eventually("hit", "/faults", |faults| {
            (faults["faults"][fault]["hits"] == times).then_some(())
        })
        .await;
    }

    /// Reads `path` until `pick` finds what it looks for.
    pub async fn eventually<T>(
        &self,
        what: &str,
        path: &str,
        pick: impl Fn(&Value) -> Option<T>,
    ) -> T {
        let start = Instant::now();
        loop {
            let body = self.get(path).await;
            if let Some(found) = pick(&body) {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "no {what}: {body}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A device of `phone`, paired by QR and connected, with its JID.
    pub async fn paired(&self, phone: &str) -> (TestClient, Backend, String) {
        let backend = Backend::default();
        let client = TestClient::start(self.ws(), &backend).await;
        let qr = client.qr().await;
        let linked = self
            .post("/scan", json!({ "qr": qr, "account": phone }))
            .await;
        assert_eq!(linked["phone"], phone);
        client.connected().await;
        (client, backend, linked["jid"].as_str().unwrap().to_owned())
    }
}
