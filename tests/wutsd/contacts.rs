//! What is known of the people around an account.

mod block;
mod blocklist;
mod check;
mod limited;
mod list;
mod other_numbers;
mod picture;
mod profile;
mod resolve;

use serde_json::{Value, json};

use crate::support::{User, World};

/// A connected user and somebody with a LID.
struct People {
    world: World,
    user: User,
    phone: String,
    ada: String,
    ada_lid: String,
}

impl People {
    async fn start() -> Self {
        let world = World::start().await;
        let user = world.user().await;
        let phone = world.control.account("Owner").await;
        let ada = world.control.contact_of(&phone, "Ada Lovelace").await;
        let ada_lid = world.control.lid(&ada).await;
        world.pair(&user, &phone).await;
        Self {
            world,
            user,
            phone,
            ada,
            ada_lid,
        }
    }

    fn ada_jid(&self) -> String {
        format!("{}@s.whatsapp.net", self.ada)
    }

    async fn blocklist(&self) -> Value {
        self.user.api.get("/contacts/blocklist").await.expect(200)["data"].clone()
    }
}

#[tokio::test]
async fn without_a_token_or_a_connection_nothing_is_known_of_anybody() {
    let people = People::start().await;
    let api = &people.user.api;
    for path in [
        "/contacts/block",
        "/contacts/unblock",
        "/contacts/resolve",
        "/contact/check",
    ] {
        let answer = people.world.api.post(path, json!({})).await;
        assert_eq!(answer.text_error(), (401, "Invalid token"), "{path}");
    }
    api.post_nothing("/disconnect").await.expect(200);
    let answer = api.get("/contacts").await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
    assert_eq!(answer.body["error_code"], "DEVICE_NOT_READY");
}
