//! The RyzeAPI: /api/profile/… and /api/instance/…

mod instances;
mod isolation;
mod message_state;
mod privacy;
mod rates;
mod spellings;
mod status;

use serde_json::{Value, json};

use crate::support::{Api, User, World};

/// The account's view: its token in the header `token`.
fn account(world: &World, user: &User) -> Api {
    world.api.with_header("token", &user.token)
}

/// A new instance; the view of its own token.
async fn instance(world: &World, user: &User, name: &str) -> Api {
    let body = json!({ "name": name });
    let created = account(world, user).post("/api/instance/new", body).await;
    let created = created.expect(201);
    let token = created["instance"]["token"].as_str().expect("a token");
    world.api.with_header("token", token)
}

/// Pairs an instance with a new account by its QR code; the account's phone number.
async fn pair(world: &World, api: &Api, name: &str) -> String {
    let phone = world.control.account("Owner").await;
    let path = format!("/api/instance/connect/{name}");
    let shown = api.get(&path).await.expect(200);
    let code = shown["qrCode"].as_str().expect("a code");
    world.control.scan(code, &phone).await.expect(200);
    wait_for_state(api, "connected").await;
    phone
}

/// Waits until the list has the instance that the token fits in this state.
async fn wait_for_state(api: &Api, state: &str) -> Value {
    // Slowly enough for the hundred requests of a minute.
    let pause = std::time::Duration::from_millis(250);
    for _ in 0..60 {
        let list = api.get("/api/instance/list").await.expect(200);
        let instance = list["instances"][0].clone();
        if instance["connection"]["state"] == state {
            return instance;
        }
        tokio::time::sleep(pause).await;
    }
    panic!("never {state}");
}
