//! What is known of the people around an account.

mod block;
mod blocklist;
mod check;
mod list;
mod picture;
mod profile;
mod resolve;

use serde_json::Value;

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
