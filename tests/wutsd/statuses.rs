//! What others post to their statuses.

mod list;
mod read;

use serde_json::{Value, json};

use crate::support::{User, World, until_ok};

/// A user with a paired device, and a friend in both address books.
pub struct Friends {
    pub world: World,
    pub user: User,
    /// The number of the device's account.
    pub phone: String,
    pub friend: String,
}

impl Friends {
    pub async fn meet() -> Self {
        let world = World::start().await;
        let user = world.user().await;
        let phone = world.control.account("Owner").await;
        let friend = world.control.contact_of(&phone, "Ada").await;
        world.control.add_contact(&friend, &phone).await;
        world.pair(&user, &phone).await;
        Self {
            world,
            user,
            phone,
            friend,
        }
    }

    /// The friend posts it; its id.
    pub async fn posts(&self, status: Value) -> Value {
        self.world.control.posts_status(&self.friend, status).await
    }

    pub async fn list(&self, query: &str) -> Value {
        let path = format!("/statuses{query}");
        self.world.again(&self.user).get(&path).await.expect(200)
    }

    /// The list, once it has so many.
    pub async fn until_there_are(&self, count: usize) -> Vec<Value> {
        until_ok("so many statuses", async || {
            let list = self.list("").await;
            let statuses = list["statuses"].as_array().expect("statuses").clone();
            match statuses.len() == count {
                true => Ok(statuses),
                false => Err(list.to_string()),
            }
        })
        .await
    }
}

pub fn text(text: &str) -> Value {
    json!({ "text": text })
}
