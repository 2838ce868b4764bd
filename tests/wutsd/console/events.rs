//! GET /console/events — devices that are told as they change: to those who may see them, and to nobody else.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Page, own_page};
use crate::support::{Behaviour, LOCAL, PATIENCE, Receiver, World};

/// One who follows.
struct Stream {
    response: reqwest::Response,
    buffer: String,
    devices: BTreeMap<String, Value>,
    /// Of the last event that had one.
    id: String,
    /// Names of all events, in their order.
    events: Vec<String>,
}

async fn ask(world: &World, cookie: &str, last: Option<&str>) -> reqwest::Response {
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let address = format!("{}/console/events", world.api.base());
    let mut request = http.get(address).header("Cookie", cookie);
    if let Some(last) = last {
        request = request.header("Last-Event-ID", last);
    }
    request.send().await.expect("an answer")
}

impl Stream {
    async fn open(world: &World, page: &Page, last: Option<&str>) -> Self {
        let response = ask(world, &page.cookie, last).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            buffer: String::new(),
            devices: BTreeMap::new(),
            id: String::new(),
            events: Vec::new(),
        }
    }

    /// The next event; `None`: the stream has ended.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.buffer = rest;
                if let Some(event) = self.take(&block) {
                    return Some(event);
                }
                continue;
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("something comes").ok()??;
            self.buffer.push_str(&String::from_utf8_lossy(&chunk));
        }
    }

    fn take(&mut self, block: &str) -> Option<(String, Value)> {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
        if let Some(id) = field("id: ") {
            self.id = id.to_owned();
        }
        let event = field("event: ")?.to_owned();
        let data: Value = serde_json::from_str(field("data: ")?).expect("JSON");
        if event == "devices" {
            for device in data["devices"].as_array().expect("devices") {
                let id = device["id"].as_str().expect("an id").to_owned();
                self.devices.insert(id, device.clone());
            }
        }
        if event == "gone" {
            for id in data["devices"].as_array().expect("ids") {
                self.devices.remove(id.as_str().expect("an id"));
            }
        }
        self.events.push(event.clone());
        Some((event, data))
    }

    async fn until(&mut self, what: &str, fact: impl Fn(&Self) -> bool) {
        while !fact(self) {
            let event = self.next().await;
            assert!(event.is_some(), "it ended before {what}");
        }
    }

    async fn ready(&mut self) {
        self.until("ready", |stream| {
            stream.events.last().is_some_and(|event| event == "ready")
        })
        .await;
    }

    fn phases(&self) -> Vec<&str> {
        let phases = self.devices.values().map(|device| device["phase"].as_str());
        phases.map(Option::unwrap_or_default).collect()
    }
}

#[tokio::test]
async fn a_device_is_told_as_it_is_and_as_it_changes() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let page = Page::of(&world, &user.token).await;
    let mut stream = Stream::open(&world, &page, None).await;
    stream.ready().await;
    let device = stream.devices.values().next().expect("a device").clone();
    assert_eq!(device["phase"], "connected");
    assert_eq!(device["phone"], *phone);
    assert_eq!(device["user_id"], *user.user_id);
    assert!(
        device["since"].is_string() && device["name"].is_string(),
        "{device}"
    );
    let path = format!(
        "/disconnect?device_id={}",
        device["id"].as_str().expect("an id")
    );
    user.api.post_nothing(&path).await.expect(200);
    stream
        .until("disconnected", |stream| stream.phases() == ["disconnected"])
        .await;
    let device = stream.devices.values().next().expect("a device");
    assert_eq!(device["last_exit"], "disconnected");
    let made = user
        .api
        .post("/devices", json!({ "name": "next" }))
        .await
        .expect(201);
    let id = made["device"]["id"].as_str().expect("an id");
    stream
        .until("a new one", |stream| stream.devices.contains_key(id))
        .await;
    assert_eq!(stream.devices[id]["action"], "pair");
}

#[tokio::test]
async fn whoever_comes_back_is_told_what_has_changed_and_not_everything() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    user.api
        .post("/devices", json!({ "name": "idle" }))
        .await
        .expect(201);
    let page = Page::of(&world, &user.token).await;
    let mut stream = Stream::open(&world, &page, None).await;
    stream.ready().await;
    assert_eq!(stream.devices.len(), 2);
    let id = stream.id.clone();
    drop(stream);
    let own = user.api.get("/devices").await.expect(200);
    let device = own["devices"][0]["id"].as_str().expect("an id").to_owned();
    user.api
        .post_nothing(&format!("/disconnect?device_id={device}"))
        .await
        .expect(200);
    let mut again = Stream::open(&world, &page, Some(&id)).await;
    again.ready().await;
    assert!(
        !again.events.contains(&"snapshot".to_owned()),
        "{:?}",
        again.events
    );
    assert_eq!(again.devices.keys().collect::<Vec<_>>(), [&device]);
    for nonsense in ["", "x", "0-0", "18446744073709551616"] {
        let mut anew = Stream::open(&world, &page, Some(nonsense)).await;
        anew.ready().await;
        assert_eq!(anew.devices.len(), 2, "{nonsense:?}");
    }
}

#[tokio::test]
async fn nobody_is_told_of_the_devices_of_another_tenant_but_the_master_is() {
    let world = World::start().await;
    let (ada, _) = world.paired_user().await;
    let ben = world.user().await;
    ben.api
        .post("/devices", json!({ "name": "ben's" }))
        .await
        .expect(201);
    let colleague = world.member(&ben, "admin").await;
    let pages = [
        Page::of(&world, &ben.token).await,
        Page::of(&world, &colleague.token).await,
        Page::of(&world, &world.master_token).await,
    ];
    let mut streams = Vec::new();
    for page in &pages {
        let mut stream = Stream::open(&world, page, None).await;
        stream.ready().await;
        streams.push(stream);
    }
    ada.api.post_nothing("/disconnect").await.expect(200);
    let last = ben
        .api
        .post("/devices", json!({ "name": "last" }))
        .await
        .expect(201);
    let last = last["device"]["id"].as_str().expect("an id");
    for stream in [0, 2] {
        streams[stream]
            .until("the last", |stream| stream.devices.contains_key(last))
            .await;
    }
    assert_eq!(streams[0].devices.len(), 2);
    assert_eq!(
        streams[1].devices.len(),
        0,
        "a colleague's are a colleague's"
    );
    assert_eq!(streams[2].devices.len(), 3);
    let names: Vec<_> = streams[2]
        .devices
        .values()
        .map(|device| &device["tenant"])
        .collect();
    assert!(names.iter().all(|name| name.is_string()), "{names:?}");
    let told: Vec<&str> = streams[0]
        .devices
        .values()
        .filter_map(|device| device["user_id"].as_str())
        .collect();
    assert!(told.iter().all(|user| *user == ben.user_id), "{told:?}");
}

#[tokio::test]
async fn without_a_session_nothing_is_told_and_a_stream_ends_with_its_session() {
    let world = World::start().await;
    let admin = world.user().await;
    let member = world.member(&admin, "user").await;
    assert_eq!(ask(&world, "wutsd_console=x", None).await.status(), 401);
    let (leaving, stopped) = (
        Page::of(&world, &member.token).await,
        Page::of(&world, &member.token).await,
    );
    let mut left = Stream::open(&world, &leaving, None).await;
    let mut other = Stream::open(&world, &stopped, None).await;
    left.ready().await;
    other.ready().await;
    leaving.console.delete("/console/session").await.expect(200);
    while left.next().await.is_some() {}
    // A token that ends is noticed at the latest at the next sign of life, or when there would be something to tell.
    let path = format!("/users/{}", member.user_id);
    member
        .api
        .post("/devices", json!({ "name": "x" }))
        .await
        .expect(201);
    other
        .until("a device", |stream| stream.devices.len() == 1)
        .await;
    admin
        .api
        .put(&path, json!({ "active": false }))
        .await
        .expect(200);
    while other.next().await.is_some() {}
}

#[tokio::test]
async fn one_user_has_only_so_many_streams() {
    let world = World::start().await;
    let user = world.user().await;
    let page = Page::of(&world, &user.token).await;
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(Stream::open(&world, &page, None).await);
    }
    assert_eq!(ask(&world, &page.cookie, None).await.status(), 429);
    let other = world.user().await;
    let other = Page::of(&world, &other.token).await;
    Stream::open(&world, &other, None).await.ready().await;
    drop(open);
}

#[tokio::test]
async fn a_stream_does_not_hold_up_the_end_of_the_daemon() {
    let mut world = World::start().await;
    let user = world.user().await;
    let page = Page::of(&world, &user.token).await;
    let mut stream = Stream::open(&world, &page, None).await;
    stream.ready().await;
    let stopped = timeout(Duration::from_secs(3), world.daemon.stop("TERM")).await;
    assert!(stopped.expect("at once").success());
    while stream.next().await.is_some() {}
    assert!(
        world
            .daemon
            .errors()
            .iter()
            .all(|line| !line.contains("still under way"))
    );
}

#[tokio::test]
async fn other_pages_and_methods_are_refused() {
    let world = World::start().await;
    let user = world.user().await;
    let page = Page::of(&world, &user.token).await;
    let foreign = own_page(&world)
        .with_header("Cookie", &page.cookie)
        .with_header("Sec-Fetch-Site", "cross-site");
    assert_eq!(foreign.get("/console/events").await.status, 401);
    let posted = page.console.post_nothing("/console/events").await;
    assert_eq!(posted.status, 405);
}

#[tokio::test]
async fn what_waits_for_its_webhook_is_told_with_its_age() {
    let world = World::start_with(&LOCAL).await;
    let (user, phone) = world.paired_user().await;
    let friend = world.control.contact_of(&phone, "Ada").await;
    let receiver = Receiver::judging(|_: &_| Behaviour::Answer(503, "")).await;
    let body = json!({ "webhook_url": receiver.url(), "enabled_events": ["message.received"] });
    user.api.post("/webhook", body).await.expect(200);
    world.control.send_text(&friend, &phone, "hello").await;
    receiver.wait_for(1).await;
    let page = Page::of(&world, &user.token).await;
    let mut stream = Stream::open(&world, &page, None).await;
    let waiting = loop {
        let (event, data) = stream.next().await.expect("an event");
        if event == "waiting" {
            break data;
        }
    };
    let device = user.status().await["device_id"].clone();
    let since = &waiting["devices"][device.as_str().expect("an id")];
    assert!(since.is_string(), "{waiting}");
    stream.ready().await;
    let device = stream.devices.values().next().expect("a device");
    assert_eq!(device["webhook"], true);
}

#[tokio::test]
async fn a_token_for_one_device_is_told_of_that_one_and_one_that_may_not_read_of_none() {
    let world = World::start().await;
    let user = world.user().await;
    let mut ids = Vec::new();
    for name in ["mine", "not mine"] {
        let made = user.api.post("/devices", json!({ "name": name })).await;
        ids.push(made.expect(201)["device"]["id"].clone());
    }
    let given = async |scope: &str| {
        let body = json!({ "name": "x", "scopes": [scope], "device_id": ids[0] });
        let given = user.api.post("/tokens", body).await.expect(201);
        given["token"].as_str().expect("a token").to_owned()
    };
    let page = Page::of(&world, &given("read").await).await;
    assert_eq!(page.who().await["scopes"], json!(["read"]));
    let mut stream = Stream::open(&world, &page, None).await;
    stream.ready().await;
    let seen: Vec<&String> = stream.devices.keys().collect();
    assert_eq!(json!(seen), json!([ids[0]]));
    for id in &ids {
        let path = format!("/devices/{}", id.as_str().expect("an id"));
        let body = Some(json!({ "name": "renamed" }));
        user.api
            .request(reqwest::Method::PATCH, &path, body)
            .await
            .expect(200);
    }
    stream
        .until("renamed", |stream| {
            stream
                .devices
                .values()
                .all(|device| device["name"] == "renamed")
        })
        .await;
    assert_eq!(stream.devices.len(), 1);
    let deaf = Page::of(&world, &given("send").await).await;
    assert_eq!(ask(&world, &deaf.cookie, None).await.status(), 403);
}
