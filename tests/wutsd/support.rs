//! A world for one test: a simulated WhatsApp and a daemon, each in its own process.

pub mod api;
pub mod browser;
pub mod contract;
pub mod control;
pub mod process;
pub mod receiver;

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

pub use self::api::{Answer, Api};
pub use self::browser::Browser;
pub use self::control::Control;
pub use self::process::{PATIENCE, Process};
pub use self::receiver::{Behaviour, LOCAL, Received, Receiver, WELL};

/// Between two questions of `until`.
const PAUSE: Duration = Duration::from_millis(20);

/// Settings of the daemon that a test changes, as `SECTION__KEY` and value.
pub type Settings<'a> = &'a [(&'a str, &'a str)];

pub struct World {
    pub api: Api,
    pub control: Control,
    pub master_token: String,
    pub daemon: Process,
    pub data: TempDir,
    whatsapp: String,
    /// What the daemon was started with, and is again.
    settings: Vec<(String, String)>,
    pub simulator: Process,
}

/// Somebody with a token.
pub struct User {
    pub api: Api,
    pub token: String,
    pub user_id: String,
    pub tenant_id: String,
}

impl User {
    /// The data of `GET /status`.
    pub async fn status(&self) -> Value {
        self.api.status().await
    }
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(settings: Settings<'_>) -> Self {
        let simulator = Process::start(&["simulate", "--listen", "127.0.0.1:0", "--json"], &[]);
        let addresses = simulator.first_line_of_output().await;
        let addresses: Value = serde_json::from_str(&addresses).expect("one line of JSON");
        let whatsapp = addresses["ws"].as_str().expect("ws").to_owned();
        let control = Control::new(addresses["control"].as_str().expect("control"));
        let data = TempDir::new().expect("a temporary folder");
        let (daemon, api) = serve(data.path(), &whatsapp, settings).await;
        let master_token = std::fs::read_to_string(data.path().join("master-token"));
        let master_token = master_token.expect("the master token").trim().to_owned();
        Self {
            api,
            control,
            master_token,
            daemon,
            data,
            whatsapp,
            settings: owned(settings),
            simulator,
        }
    }

    /// Stops the daemon with this signal and starts it again on the same data.
    pub async fn restart(&mut self, signal: &str) {
        self.daemon.stop(signal).await;
        self.start_again(&[]).await;
    }

    /// Makes all messages that are kept so many seconds older.
    pub fn age_messages(&self, seconds: i64) {
        let database = rusqlite::Connection::open(self.data.path().join("wutsd.db"));
        let aged = database
            .expect("the database")
            .execute("UPDATE message SET at = at - ?1", [seconds]);
        assert!(aged.expect("a change") > 0);
    }

    /// The id of the message that was kept last.
    pub fn newest_message(&self) -> String {
        let database = rusqlite::Connection::open(self.data.path().join("wutsd.db"));
        let newest = "SELECT id FROM message ORDER BY number DESC LIMIT 1";
        let id = database
            .expect("the database")
            .query_row(newest, [], |row| row.get(0));
        id.expect("a message")
    }

    /// Starts the daemon again on the same data, after it has ended.
    pub async fn start_again(&mut self, settings: Settings<'_>) {
        self.add_settings(settings);
        let settings: Vec<(&str, &str)> = self
            .settings
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        let (daemon, api) = serve(self.data.path(), &self.whatsapp, &settings).await;
        (self.daemon, self.api) = (daemon, api);
    }

    /// From the next start on.
    pub fn add_settings(&mut self, settings: Settings<'_>) {
        self.settings.extend(owned(settings));
    }

    /// Makes the daemon panic once, at this point of the life of this device.
    pub fn panic_at(&self, device: &str, point: &str) {
        let request = self.data.path().join(format!("{device}.{point}"));
        std::fs::write(request, "").expect("a file");
    }

    /// Keeps the thread of this device busy, from this point of its life on and until `release`.
    pub fn hang(&self, device: &str, point: &str) {
        let request = self.data.path().join(format!("{device}.{point}"));
        std::fs::write(request, "hang").expect("a file");
    }

    pub fn release(&self, device: &str, point: &str) {
        let request = self.data.path().join(format!("{device}.{point}"));
        std::fs::remove_file(request).expect("the file");
    }

    /// Whether a panic that was asked for has happened.
    pub fn was_hit(&self, device: &str, point: &str) -> bool {
        !self.data.path().join(format!("{device}.{point}")).exists()
    }

    /// Another daemon on the same data, which must refuse.
    pub fn second_daemon(&self) -> Process {
        Process::start(
            &["serve"],
            &environment(self.data.path(), &self.whatsapp, &[]),
        )
    }

    /// A new tenant and its admin.
    pub async fn user(&self) -> User {
        let body = json!({
            "tenant_name": format!("tenant {}", uuid::Uuid::new_v4()),
            "email": format!("{}@example.com", uuid::Uuid::new_v4()),
            "password": "correct horse battery staple",
            "role": "admin",
        });
        let answer = self
            .api
            .as_user(&self.master_token)
            .post("/register", body)
            .await;
        let body = answer.expect(201);
        let text = |pointer| {
            body.pointer(pointer)
                .and_then(Value::as_str)
                .expect(pointer)
                .to_owned()
        };
        let token = text("/token");
        let api = self.api.as_user(&token);
        User {
            api,
            token,
            user_id: text("/user/id"),
            tenant_id: text("/tenant/id"),
        }
    }

    /// The master token's view of the API.
    pub fn master(&self) -> Api {
        self.api.as_user(&self.master_token)
    }

    /// A new user with this role, in the tenant of an admin.
    pub async fn member(&self, admin: &User, role: &str) -> User {
        let body = json!({
            "email": format!("{}@example.com", uuid::Uuid::new_v4()),
            "password": "correct horse battery staple",
            "role": role,
        });
        let created = admin.api.post("/users", body).await.expect(201);
        let text = |key| created["user"][key].as_str().expect(key).to_owned();
        let token = text("token");
        User {
            api: self.api.as_user(&token),
            token,
            user_id: text("id"),
            tenant_id: text("tenant_id"),
        }
    }

    /// The same user after a restart of the daemon, which listens elsewhere.
    pub fn again(&self, user: &User) -> Api {
        self.api.as_user(&user.token)
    }

    /// A user with a device that is paired with a new account, and the account's phone number.
    pub async fn paired_user(&self) -> (User, String) {
        let user = self.user().await;
        let phone = self.control.account("Owner").await;
        self.pair(&user, &phone).await;
        (user, phone)
    }

    /// The JID of the one linked device of this account.
    pub async fn device_jid(&self, phone: &str) -> String {
        let mut devices = self.control.devices(phone).await;
        assert_eq!(devices.len(), 1, "{devices:?}");
        devices.remove(0)
    }

    /// Pairs the user's device with this account by QR code.
    pub async fn pair(&self, user: &User, phone: &str) {
        let qr = user.api.get("/qr").await.expect(200);
        let code = qr
            .pointer("/data/qr_code")
            .and_then(Value::as_str)
            .expect("a code");
        self.control.scan(code, phone).await.expect(200);
        user.api.wait_for_phase("connected").await;
    }
}

/// Asks again and again until there is something; panics with `what` if there never is.
pub async fn until<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    until_ok(what, async || ask().await.ok_or("nothing")).await
}

/// The same for an answer that can be wrong: the last one is shown if there never is a right one.
pub async fn until_ok<T, W: Display>(what: &str, ask: impl AsyncFn() -> Result<T, W>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(wrong) => assert!(Instant::now() < deadline, "never {what}, but {wrong}"),
        }
        sleep(PAUSE).await;
    }
}

fn owned(settings: Settings<'_>) -> Vec<(String, String)> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    settings.iter().map(owned).collect()
}

async fn serve(data: &Path, whatsapp: &str, settings: Settings<'_>) -> (Process, Api) {
    let daemon = Process::start(&["serve"], &environment(data, whatsapp, settings));
    let line = daemon.log_line("API listens").await;
    let address = line["address"].as_str().expect("an address");
    (daemon, Api::new(&format!("http://{address}")))
}

/// What systemd sets keeps its name, and so does what only tests set.
fn variable(key: &str) -> String {
    match key {
        "NOTIFY_SOCKET" | "WATCHDOG_USEC" | "CREDENTIALS_DIRECTORY" => key.to_owned(),
        "WUTSD_LIBRARY_HASTE" | "WUTSD_FAILPOINTS" => key.to_owned(),
        key => format!("WUTSD__{key}"),
    }
}

fn environment(data: &Path, whatsapp: &str, settings: Settings<'_>) -> Vec<(String, String)> {
    let mut environment: Vec<(String, String)> = [
        ("DATA_DIR", data.to_str().expect("UTF-8")),
        ("HTTP__LISTEN", "127.0.0.1:0"),
        ("HTTP__WORKERS", "1"),
        ("LOG__FORMAT", "json"),
        ("SUPERVISION__BACKOFF_FIRST", "0.1"),
        ("WHATSAPP__URL", whatsapp),
    ]
    .iter()
    .map(|(key, value)| (format!("WUTSD__{key}"), (*value).to_owned()))
    .collect();
    let folder = data.to_string_lossy().into_owned();
    environment.push(("WUTSD_FAILPOINTS".to_owned(), folder));
    environment.extend(
        settings
            .iter()
            .map(|(key, value)| (variable(key), (*value).to_owned())),
    );
    environment
}
