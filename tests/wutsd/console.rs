//! The console: what it serves, who may ask it, and how it works in a browser.

mod devices;
mod events;
mod fleet;
mod page;
mod pairing;
mod people;
mod pictures;
mod sandbox;
mod session;

use serde_json::json;

use crate::support::{Answer, Api, World};

/// The console's own page, logged in with a token.
struct Page {
    /// What only the console has.
    console: Api,
    /// The API, by the same cookie.
    api: Api,
    /// As the browser sends it back.
    cookie: String,
}

/// Whoever asks as the console's own page does.
fn own_page(world: &World) -> Api {
    Api::undocumented(world.api.base()).with_header("X-Wutsd-Console", "1")
}

async fn log_in(world: &World, token: &str) -> Answer {
    let body = json!({ "token": token });
    own_page(world).post("/console/session", body).await
}

impl Page {
    async fn of(world: &World, token: &str) -> Self {
        let begun = log_in(world, token).await;
        assert_eq!(begun.status, 200, "{}", begun.text);
        let cookie = begun.header("set-cookie").split(';').next();
        let cookie = cookie.expect("a cookie").to_owned();
        Self {
            console: own_page(world).with_header("Cookie", &cookie),
            api: world
                .api
                .with_header("X-Wutsd-Console", "1")
                .with_header("Cookie", &cookie),
            cookie,
        }
    }

    /// Who is logged in.
    async fn who(&self) -> serde_json::Value {
        let session = self.console.get("/console/session").await;
        session.expect(200)["data"].clone()
    }
}
