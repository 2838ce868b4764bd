//! What is posted under /status.

mod again;
mod audience;
mod audio;
mod delete;
mod downloads;
mod media;
mod parts;
mod privacy;
mod show;
mod text;
mod views;

use serde_json::{Value, json};

use crate::support::{Settings, User, World, until_ok};

/// People in a part.
const PART: &str = "50";
/// The shortest pauses and parts that tests have.
const SMALL: [(&str, &str); 3] = [
    ("STATUS__CHUNK", PART),
    ("STATUS__BACKOFF_FIRST", "0.2"),
    ("STATUS__BACKOFF_LONGEST", "0.5"),
];

/// Somebody with so many contacts that a status leaves in parts.
struct Crowd {
    world: World,
    user: User,
    phone: String,
    contacts: Vec<String>,
}

impl Crowd {
    async fn open(count: usize) -> Self {
        Self::open_with(count, &[]).await
    }

    async fn open_with(count: usize, settings: Settings<'_>) -> Self {
        let settings = [&SMALL[..], settings].concat();
        let world = World::start_with(&settings).await;
        let user = world.user().await;
        let phone = world.control.account("Owner").await;
        let contacts = world.control.contacts_of(&phone, count).await;
        world.pair(&user, &phone).await;
        Self {
            world,
            user,
            phone,
            contacts,
        }
    }

    /// From now on WhatsApp takes so many parts and refuses others.
    async fn hold_after(&self, parts: u32) {
        let jid = format!("{}@s.whatsapp.net", self.phone);
        let fault = json!({ "jid": jid, "fault": "status_paced", "most": parts, "ms": 3_600_000 });
        self.world.control.fault(fault).await;
    }

    /// How far a status is, once that is so.
    async fn until(&self, id: &Value, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let api = self.world.again(&self.user);
        let path = format!("/status/{}", id.as_str().expect("an id"));
        until_ok(what, async || {
            let known = api.get(&path).await;
            match known.status == 200 && is(&known.body) {
                true => Ok(known.body),
                false => Err(known.text),
            }
        })
        .await
    }

    async fn until_state(&self, id: &Value, state: &str) -> Value {
        self.until(id, state, |known| known["state"] == state).await
    }

    /// Everybody has read it, and has had it shown once.
    async fn is_read_once(&self, id: &Value) {
        for contact in &self.contacts {
            until_ok("everybody has read it once", async || {
                match self.world.control.read(contact, id).await {
                    1 => Ok(()),
                    times => Err(format!("{contact} has read it {times} times")),
                }
            })
            .await;
        }
    }

    /// So many have read it.
    async fn is_read_by(&self, id: &Value, count: usize) {
        until_ok("so many have read it", async || {
            match self.readers(id).await {
                readers if readers == count => Ok(()),
                readers => Err(format!("{readers} have read it")),
            }
        })
        .await;
    }

    /// How many have anything.
    async fn readers_of_any(&self) -> usize {
        let mut readers = 0;
        for contact in &self.contacts {
            readers += self.world.control.inbox(contact).await.len().min(1);
        }
        readers
    }

    /// How many have it.
    async fn readers(&self, id: &Value) -> usize {
        let mut readers = 0;
        for contact in &self.contacts {
            readers += self.world.control.read(contact, id).await.min(1);
        }
        readers
    }
}
