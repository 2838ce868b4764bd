//! Sets a sandbox up for a newcomer: a tenant, a paired device and some contacts, all through the public interfaces.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use wutsd::sandbox::Addresses;

const CONTACTS: [(&str, &str); 3] = [
    ("15550000101", "Ada"),
    ("15550000102", "Grace"),
    ("15550000103", "Edsger"),
];
const PHONE: (&str, &str) = ("15550000100", "Sandbox");
/// Every step ends within this time, or the sandbox gives up.
const STEP_TIMEOUT: Duration = Duration::from_secs(60);
const STEP_PAUSE: Duration = Duration::from_millis(50);

/// What went wrong in a step: an error, or an answer in words.
type Problem = Box<dyn Error + Send + Sync>;

/// Why the sandbox is not as it was promised.
#[derive(Debug, thiserror::Error)]
pub enum WelcomeError {
    #[error("{step}")]
    Step {
        step: &'static str,
        #[source]
        problem: Problem,
    },
    #[error("cannot keep the sandbox's notes")]
    Notes(#[from] io::Error),
}

/// What a newcomer needs to know.
#[derive(Clone, Debug, Serialize)]
pub struct Welcome {
    pub api: String,
    pub master_token: String,
    #[serde(flatten)]
    notes: Notes,
    /// The account's own JID.
    jid: String,
}

/// What the next start on the same folder must know again: tokens are stored only as hashes.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Notes {
    token: String,
    tenant_id: String,
    user_id: String,
    device_id: String,
    phone: String,
    contacts: Vec<String>,
}

/// Brings the sandbox into the state that it promises; on a used folder that means waiting for the connection.
pub async fn set_up(
    folder: &Path,
    api: SocketAddr,
    whatsapp: &Addresses,
) -> Result<Welcome, WelcomeError> {
    let notes_file = folder.join("sandbox.json");
    let master_token = fs::read_to_string(folder.join("wutsd/master-token"))?
        .trim()
        .to_owned();
    let caller = Caller {
        http: client()?,
        api: format!("http://{api}"),
    };
    let notes = match fs::read(&notes_file) {
        Ok(notes) => serde_json::from_slice(&notes).map_err(io::Error::from)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let notes = prepare(&caller, &master_token, &whatsapp.control).await?;
            keep(&notes_file, &notes)?;
            notes
        }
        Err(error) => return Err(error.into()),
    };
    caller.listen(&notes, &whatsapp.control).await?;
    if !caller.is_paired(&notes.token).await? {
        caller.pair(&notes, &whatsapp.control).await?;
    }
    let jid = caller.wait_until_connected(&notes.token).await?;
    Ok(Welcome {
        api: caller.api,
        master_token,
        notes,
        jid,
    })
}

async fn prepare(
    caller: &Caller,
    master_token: &str,
    control: &str,
) -> Result<Notes, WelcomeError> {
    let account = |(phone, name)| json!({ "phone": phone, "name": name });
    let accounts = format!("{control}/accounts");
    for person in CONTACTS.into_iter().chain([PHONE]) {
        caller
            .post("create an account", &accounts, None, account(person))
            .await?;
    }
    let contacts = format!("{accounts}/{}/contacts", PHONE.0);
    for contact in CONTACTS {
        caller
            .post("add a contact", &contacts, None, account(contact))
            .await?;
    }
    let tenant = json!({
        "tenant_name": "Sandbox",
        "email": "sandbox@example.com",
        "password": uuid::Uuid::new_v4().to_string(),
        "role": "admin",
    });
    let url = format!("{}/register", caller.api);
    let registered = caller
        .post("register a tenant", &url, Some(master_token), tenant)
        .await?;
    let token = text(&registered, "/token");
    let url = format!("{}/devices", caller.api);
    let device = json!({ "name": "Sandbox" });
    let device = caller
        .post("create a device", &url, Some(&token), device)
        .await?;
    Ok(Notes {
        tenant_id: text(&registered, "/tenant/id"),
        user_id: text(&registered, "/user/id"),
        device_id: text(&device, "/device/id"),
        phone: PHONE.0.to_owned(),
        contacts: CONTACTS
            .iter()
            .map(|(phone, _)| (*phone).to_owned())
            .collect(),
        token,
    })
}

/// The notes hold a token: for the owner only.
fn keep(path: &Path, notes: &Notes) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(&serde_json::to_vec_pretty(notes)?)
}

/// Calls both APIs as anybody would.
struct Caller {
    http: Client,
    api: String,
}

impl Caller {
    async fn is_paired(&self, token: &str) -> Result<bool, WelcomeError> {
        let status = self.status(token).await?;
        Ok(status.pointer("/data/is_logged_in") == Some(&Value::Bool(true)))
    }

    /// The simulated side receives all events; its address may be another one than at the last start.
    async fn listen(&self, notes: &Notes, control: &str) -> Result<(), WelcomeError> {
        let url = format!("{}/webhook/events", self.api);
        let catalog = self.get("ask for the events", &url, &notes.token).await?;
        let webhook = json!({
            "webhook_url": format!("{control}/webhooks"),
            "enabled_events": catalog["events"],
        });
        let url = format!("{}/webhook", self.api);
        let configured = self.post("configure a webhook", &url, Some(&notes.token), webhook);
        configured.await.map(drop)
    }

    async fn pair(&self, notes: &Notes, control: &str) -> Result<(), WelcomeError> {
        let qr = self
            .get(
                "ask for a QR code",
                &format!("{}/qr", self.api),
                &notes.token,
            )
            .await?;
        let scan = json!({ "qr": text(&qr, "/data/qr_code"), "account": notes.phone });
        self.post("scan the QR code", &format!("{control}/scan"), None, scan)
            .await
            .map(drop)
    }

    async fn wait_until_connected(&self, token: &str) -> Result<String, WelcomeError> {
        let connected = async {
            loop {
                let status = self.status(token).await?;
                if status.pointer("/data/connected") == Some(&Value::Bool(true)) {
                    return Ok(text(&status, "/data/jid"));
                }
                tokio::time::sleep(STEP_PAUSE).await;
            }
        };
        let late = |_| failed("wait for the connection", "it did not come");
        tokio::time::timeout(STEP_TIMEOUT, connected)
            .await
            .map_err(late)?
    }

    async fn status(&self, token: &str) -> Result<Value, WelcomeError> {
        self.get("ask for the status", &format!("{}/status", self.api), token)
            .await
    }

    async fn get(&self, step: &'static str, url: &str, token: &str) -> Result<Value, WelcomeError> {
        send(step, self.http.request(Method::GET, url).bearer_auth(token)).await
    }

    async fn post(
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

fn text(body: &Value, pointer: &str) -> String {
    body.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

impl Welcome {
    /// For a person who sees this for the first time.
    pub fn text(&self, whatsapp: &Addresses) -> String {
        let Notes {
            token,
            phone,
            contacts,
            device_id,
            ..
        } = &self.notes;
        let (api, control) = (&self.api, &whatsapp.control);
        let reader = contacts.first().map_or("", String::as_str);
        format!(
            r#"
wutsd is ready, with a simulated WhatsApp behind it. Ctrl-C stops both.

  API              {api}
  Token            {token}
  Paired phone     {phone}, with {count} contacts
  WhatsApp         {ws}
  Control API      {control}

Try this in another terminal:

  # 1. Is the device connected?
  curl -s {api}/status -H 'Authorization: Bearer {token}'

  # 2. Post a status to all contacts.
  curl -s -X POST {api}/status/text -H 'Authorization: Bearer {token}' \
    -H 'Content-Type: application/json' -d '{{"text":"Hello from wutsd"}}'

  # 3. Look at what a contact's phone has decrypted.
  curl -s {control}/accounts/{reader}/inbox

  # 4. Let that contact write to the paired phone.
  curl -s -X POST {control}/inbound -d '{{"from":"{reader}","to":"{phone}","text":"Hi wutsd"}}'

  # 5. Look at what the device's webhook was told; it was pointed here.
  curl -s {control}/webhooks

For every other endpoint: {api}/docs in a browser, or the README's table after this line:

  API={api} TOKEN={token} MASTER={master} DEVICE={device_id} CONTROL={control}
"#,
            count = contacts.len(),
            ws = whatsapp.ws,
            master = self.master_token,
        )
    }
}
