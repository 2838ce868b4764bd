//! What is posted under /send.

mod audio;
mod buttons;
mod buttons_response;
mod catalog;
mod contact;
mod contacts;
mod converter;
mod document;
mod ffmpeg;
mod image;
mod interactive;
mod jobs;
mod list_response;
mod live_location;
mod location;
mod order;
mod poll;
mod product;
mod reaction;
mod refusals;
mod restricted;
mod sizes;
mod standin;
mod sticker;
mod template;
mod text;
mod text_mentions;
mod unheard;
mod video;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Answer, User, World};

/// A picture.
pub const DOT: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

/// URLs may lead to this machine.
pub const PRIVATE: (&str, &str) = ("MEDIA__ALLOW_PRIVATE_ADDRESSES", "true");

pub fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A real file, as people have them.
pub fn file(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/media");
    std::fs::read(format!("{folder}/{name}")).expect(name)
}

/// Answers every request with this file, called by this type; its address.
pub async fn site(content_type: &'static str, body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            answer(socket, content_type, &body).await;
        }
    });
    format!("http://{address}/file")
}

/// Answers one request with this file.
async fn answer(mut socket: TcpStream, content_type: &str, body: &[u8]) {
    let _ = socket.read(&mut [0; 4096]).await;
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let _ = socket.write_all(head.as_bytes()).await;
    let _ = socket.write_all(body).await;
}

/// A user with a paired device, and somebody to write to.
pub struct Chat {
    pub world: World,
    pub user: User,
    /// The account's own number.
    pub phone: String,
    pub ada: String,
}

impl Chat {
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    pub async fn open_with(settings: &[(&str, &str)]) -> Self {
        Self::open_in(World::start_with(settings).await).await
    }

    pub async fn open_in(world: World) -> Self {
        let (user, phone) = world.paired_user().await;
        let ada = world.control.account("Ada").await;
        Self {
            world,
            user,
            phone,
            ada,
        }
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.user.api.post(path, body).await
    }

    /// Sends it, and returns the answer and what Ada's phone has decrypted.
    pub async fn send(&self, path: &str, body: Value) -> (Value, Value) {
        let sent = self.post(path, body).await.expect(200);
        assert_eq!(sent["success"], true, "{sent}");
        let read = self
            .world
            .control
            .wait_for_message(&self.ada, &sent["message_id"]);
        (sent.clone(), read.await)
    }

    /// What every endpoint that says `number` answers.
    fn is_documented(&self, sent: &Value) {
        assert_eq!(sent["status"], "sent");
        assert_eq!(sent["chat_jid"], format!("{}@s.whatsapp.net", self.ada));
        let metadata = &sent["metadata"];
        assert!(
            metadata["device_id"].is_string() && metadata["user_id"].is_string(),
            "{sent}"
        );
        assert!(metadata["processing_time_ms"].is_u64(), "{sent}");
        assert_eq!(metadata["sent_at"], sent["timestamp"]);
    }

    /// A refusal of one field in the standard form; an empty `text` is any.
    async fn refuses_field(&self, path: &str, body: Value, field: &str, text: &str) {
        let answer = self.post(path, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        assert_eq!(answer.body["error_code"], "VALIDATION_ERROR");
        let flaw = &answer.body["validation"][0];
        assert_eq!(flaw["field"], field, "{body}: {}", answer.text);
        let same = text.is_empty() || flaw["message"] == text;
        assert!(same, "{body}: {}", answer.text);
    }

    /// What else an endpoint that says `number` refuses.
    async fn refuses_in_the_standard_form(
        &self,
        path: &str,
        right: &Value,
        unauthorized: &str,
        no_device: &str,
        failed: &str,
    ) {
        let nobody = self.world.api.as_user("nobody");
        let answer = nobody.post(path, right.clone()).await;
        assert_eq!(answer.text_error(), (401, unauthorized));
        let without_device = self.world.user().await;
        let answer = without_device.api.post(path, right.clone()).await;
        assert_eq!(answer.text_error(), (500, no_device));
        assert_eq!(answer.body["error_code"], "DEVICE_ERROR");
        let fault = json!({ "jid": "*", "fault": "ack_error", "error": 479, "times": 1 });
        self.world.control.fault(fault).await;
        let answer = self.post(path, right.clone()).await;
        let refused = "refused by WhatsApp (479): a field of the message is wrong";
        let said = format!("{failed}: {refused}");
        assert_eq!(answer.text_error(), (502, said.as_str()));
        assert!(answer.body["message_id"].is_string(), "{}", answer.text);
        self.user.api.post_nothing("/disconnect").await.expect(200);
        let answer = self.post(path, right.clone()).await;
        let text = "WhatsApp session is not connected";
        assert_eq!(answer.text_error(), (503, text));
    }

    /// What it refuses, as `(fields beside a number, the field at fault, words at the beginning)`.
    async fn refuses(&self, path: &str, table: &[(Value, &str, &str)]) {
        for (fields, field, words) in table {
            let mut body = fields.clone();
            if body["number"].is_null() {
                body["number"] = json!(self.ada);
            }
            let answer = self.post(path, body).await;
            assert_eq!(answer.status, 400, "{field} {words}: {}", answer.text);
            assert_eq!(answer.body["error_code"], "VALIDATION_ERROR");
            let fault = &answer.body["validation"][0];
            let named = fault["field"].as_str().unwrap_or_default();
            assert!(named.starts_with(field), "{words}: {}", answer.text);
            let said = answer.body["error"].as_str().unwrap_or_default();
            assert!(said.starts_with(words), "{words}: {}", answer.text);
        }
    }

    /// How the endpoints that say `number` fail for what is right. `failed`: their words for a refusal.
    async fn fails_as_documented(&self, path: &str, right: &Value, failed: &str) {
        let nobody = self.world.api.as_user("nobody");
        let answer = nobody.post(path, right.clone()).await;
        assert_eq!(answer.text_error(), (401, "Invalid token"));
        let newcomer = self.world.user().await;
        let answer = newcomer.api.post(path, right.clone()).await;
        let no_device = (500, "failed to resolve user device");
        assert_eq!(answer.text_error(), no_device);
        let hint = answer.body["hint"].as_str().unwrap_or_default();
        assert!(hint.contains("pair one first"), "{}", answer.text);
        let fault = |fault: Value| self.world.control.fault(fault);
        fault(json!({ "jid": "*", "fault": "ack_error", "error": 479, "times": 1 })).await;
        let answer = self.post(path, right.clone()).await;
        let refused = "refused by WhatsApp (479): a field of the message is wrong";
        let said = format!("{failed}: {refused}");
        assert_eq!(answer.text_error(), (502, said.as_str()));
        assert_eq!(answer.body["error_code"], "UPSTREAM_ERROR");
        fault(json!({ "jid": "*", "fault": "media_status", "status": 500 })).await;
        let answer = self.post(path, right.clone()).await;
        let expected = (502, "failed to upload media to whatsapp");
        assert_eq!(answer.text_error(), expected);
        self.world.control.clear_faults().await;
        self.user.api.post_nothing("/disconnect").await.expect(200);
        let answer = self.post(path, right.clone()).await;
        let gone = (503, "WhatsApp session is not connected");
        assert_eq!(answer.text_error(), gone);
    }

    /// What every endpoint that says `to` refuses, in the contract's words.
    async fn refuses_as_documented(&self, path: &str, right: &Value, failed: &str) {
        self.refuses_in_older_words(path, right, failed, "empty input")
            .await;
    }

    /// `nobody`: what is said where nobody is named.
    pub async fn refuses_in_older_words(
        &self,
        path: &str,
        right: &Value,
        failed: &str,
        nobody: &str,
    ) {
        let with = |name: &str, value: Value| {
            let mut body = right.clone();
            body[name] = value;
            body
        };
        let prefix = "Invalid recipient JID: ";
        for (to, text) in [
            (json!(""), nobody),
            (Value::Null, nobody),
            (json!("x"), "invalid number"),
        ] {
            let answer = self.post(path, with("to", to)).await;
            assert_eq!(
                (answer.status, &answer.body),
                (400, &json!({ "error": format!("{prefix}{text}") }))
            );
        }
        let unauthorized = self
            .world
            .api
            .as_user("nobody")
            .post(path, right.clone())
            .await;
        assert_eq!(
            (unauthorized.status, &unauthorized.body),
            (401, &json!({ "error": "unauthorized" }))
        );
        let fault = json!({ "jid": "*", "fault": "ack_error", "error": 479, "times": 1 });
        self.world.control.fault(fault).await;
        let answer = self.post(path, right.clone()).await;
        let meaning = "a field of the message is wrong";
        let text = format!("{failed}: refused by WhatsApp (479): {meaning}");
        assert_eq!((answer.status, &answer.body["error"]), (500, &json!(text)));
        assert!(answer.body["message_id"].is_string(), "{}", answer.text);
        self.user.api.post_nothing("/disconnect").await.expect(200);
        let answer = self.post(path, right.clone()).await;
        assert_eq!(
            (answer.status, &answer.body),
            (400, &json!({ "error": "WhatsApp not connected" }))
        );
    }
}
