//! Sets a sandbox up for a newcomer: a tenant, a paired device and some contacts, all through the public interfaces.
//!
//! Once. What a later start finds in the folder is its user's, however it stands.

mod caller;

use std::error::Error;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wutsd::private_file;
use wutsd::sandbox::Addresses;

use self::caller::{Caller, text};

const CONTACTS: [(&str, &str); 3] = [
    ("15550000101", "Ada"),
    ("15550000102", "Grace"),
    ("15550000103", "Edsger"),
];
const PHONE: (&str, &str) = ("15550000100", "Sandbox");
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
    /// The account's own JID; absent while the device is not paired.
    jid: Option<String>,
    /// Why the device is not connected, and what to do, for a person.
    #[serde(skip)]
    trouble: Option<String>,
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

/// The notes as they are kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    notes: Notes,
    /// Whether the sandbox was ever as it was promised.
    #[serde(default = "before_it_was_noted")]
    finished: bool,
}

fn before_it_was_noted() -> bool {
    true
}

/// Brings a new sandbox into the state that it promises, and shows a used one as it is.
pub async fn set_up(
    folder: &Path,
    api: SocketAddr,
    whatsapp: &Addresses,
) -> Result<Welcome, WelcomeError> {
    let notes_file = folder.join("sandbox.json");
    let master_token = fs::read_to_string(folder.join("wutsd/master-token"))?
        .trim()
        .to_owned();
    let caller = Caller::new(format!("http://{api}"))?;
    let mut kept = match kept(&notes_file)? {
        Some(kept) => kept,
        None => {
            let notes = prepare(&caller, &master_token, &whatsapp.control).await?;
            let finished = false;
            let kept = Kept { notes, finished };
            keep(&notes_file, &kept)?;
            kept
        }
    };
    let status = match kept.finished {
        true => caller.find(&kept.notes, &whatsapp.control).await,
        false => {
            let status = caller.finish(&kept.notes, &whatsapp.control).await?;
            kept.finished = true;
            keep(&notes_file, &kept)?;
            Ok(status)
        }
    };
    Ok(Welcome {
        api: caller.api,
        master_token,
        jid: status.as_ref().ok().and_then(jid),
        trouble: trouble(&status),
        notes: kept.notes,
    })
}

fn jid(status: &Value) -> Option<String> {
    Some(status.pointer("/data/jid")?.as_str()?.to_owned())
}

/// What a person must know of a device that is not connected.
fn trouble(status: &Result<Value, WelcomeError>) -> Option<String> {
    let status = match status {
        Ok(status) if status.pointer("/data/connected") == Some(&Value::Bool(true)) => return None,
        Ok(status) => status,
        Err(_) => return Some("the device cannot be asked for: its user is gone".to_owned()),
    };
    let said = |pointer| status.pointer(pointer).and_then(Value::as_str);
    let phase = said("/data/phase").unwrap_or("unknown");
    Some(match said("/data/action_required") {
        Some(action) => format!("{phase}: {action}"),
        None => phase.to_owned(),
    })
}

async fn prepare(
    caller: &Caller,
    master_token: &str,
    control: &str,
) -> Result<Notes, WelcomeError> {
    let account = |(phone, name)| json!({ "phone": phone, "name": name });
    let accounts = format!("{control}/accounts");
    // An earlier start may have come this far.
    let there = caller
        .get("list the accounts", &accounts, "")
        .await?
        .to_string();
    for person in CONTACTS.into_iter().chain([PHONE]) {
        if there.contains(&format!("\"phone\":\"{}\"", person.0)) {
            continue;
        }
        caller
            .post("create an account", &accounts, None, account(person))
            .await?;
    }
    let contacts = format!("{accounts}/{}/contacts", PHONE.0);
    for contact in CONTACTS {
        caller
            .post("add a contact", &contacts, None, account(contact))
            .await?;
        // They have each other's statuses.
        let theirs = format!("{accounts}/{}/contacts", contact.0);
        caller
            .post("add a contact", &theirs, None, account(PHONE))
            .await?;
    }
    let registered = match caller.register(master_token, "Sandbox").await {
        Ok(registered) => registered,
        // Or further: whoever it was for was never told the token.
        Err(_) => {
            let name = format!("Sandbox {}", uuid::Uuid::new_v4());
            caller.register(master_token, &name).await?
        }
    };
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

/// What an earlier start has kept. One that was cut short may have left an empty file.
fn kept(path: &Path) -> io::Result<Option<Kept>> {
    match fs::read(path) {
        Ok(notes) if notes.trim_ascii().is_empty() => Ok(None),
        Ok(notes) => Ok(Some(serde_json::from_slice(&notes)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// They hold a token: for the owner only.
fn keep(path: &Path, kept: &Kept) -> io::Result<()> {
    private_file::replace(path, &serde_json::to_vec_pretty(kept)?)
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
        let trouble = self.trouble.iter();
        let trouble: String = trouble
            .map(|trouble| format!("\n  Not connected    {trouble}"))
            .collect();
        format!(
            r#"
wutsd is ready, with a simulated WhatsApp behind it. Ctrl-C stops both.

  Console          {api}/console   (log in with the token)
  API              {api}
  Token            {token}
  Paired phone     {phone}, with {count} contacts{trouble}
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
