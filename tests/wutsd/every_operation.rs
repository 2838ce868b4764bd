//! Every operation of the API's document, by every kind of caller.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::contract::{self, Operation};
use crate::support::{Answer, Api, User, World};

/// What of this world a request can be about.
pub struct Things {
    pub user: String,
    pub tenant: String,
    pub device: String,
    /// The device's name.
    pub instance: String,
    /// An event that could not be delivered.
    pub delivery: String,
    /// Of a link by which a device is paired.
    pub secret: String,
}

impl Things {
    /// Nobody's.
    pub fn unknown() -> Self {
        let id = || Uuid::new_v4().to_string();
        Self {
            user: id(),
            tenant: id(),
            device: id(),
            instance: id(),
            delivery: id(),
            secret: id(),
        }
    }

    /// The one that this parameter of a path names. What this world has none of is as the document shows it.
    fn in_path<'a>(&'a self, operation: &'a Operation, parameter: &str) -> &'a str {
        let room = operation.path.split('/').nth(1).unwrap_or_default();
        let shown = operation.in_path.get(parameter);
        match (room, parameter) {
            ("users", "id") => &self.user,
            ("global", "id") => &self.tenant,
            ("devices", "deviceID") => &self.device,
            ("pair", "secret") => &self.secret,
            ("webhook", "id") => &self.delivery,
            ("messages", _) => "3EB0C431D17A2B6E9F0C",
            ("api", "instance") => &self.instance,
            _ => match shown.and_then(Option::as_ref) {
                Some(value) => value,
                None => panic!("{}: no example of {{{parameter}}}", operation.name),
            },
        }
    }
}

/// The operation as its document shows it, about these things.
pub async fn call(operation: &Operation, api: &Api, things: &Things) -> Answer {
    let method = Method::from_bytes(operation.method.as_bytes()).expect("a method");
    let mut path = String::new();
    for part in operation.path.split('/').skip(1) {
        let parameter = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'));
        let part = parameter.map_or(part, |name| things.in_path(operation, name));
        path.extend(["/", part]);
    }
    if operation.query.iter().any(|name| name == "device_id") {
        path = format!("{path}?device_id={}", things.device);
    }
    let body = operation.body.as_ref().map(|(example, fields)| {
        let mut body = example.clone();
        if fields.iter().any(|field| field == "device_id") {
            body["device_id"] = json!(things.device);
        }
        body
    });
    api.request(method, &path, body).await
}

fn is_about_something(operation: &Operation) -> bool {
    let in_body = operation.body.iter().flat_map(|(_, fields)| fields);
    let mut names = in_body.chain(&operation.query);
    operation.path.contains('{') || names.any(|name| name == "device_id")
}

/// The secret in a link of a new device of this user.
async fn link(user: &User) -> String {
    let made = user.api.post("/devices", json!({ "name": "linked" })).await;
    let device = made.expect(201)["device"]["id"].clone();
    let links = format!("/devices/{}/pairing-links", device.as_str().expect("an id"));
    let made = user.api.post_nothing(&links).await.expect(201);
    let url = made["url"].as_str().expect("a URL");
    url.rsplit('/').next().expect("a secret").to_owned()
}

/// Without what differs from answer to answer.
fn essence(answer: &Answer) -> (u16, Value) {
    let mut body = answer.body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("timestamp");
    }
    (answer.status, body)
}

#[tokio::test]
async fn without_the_right_token_every_operation_is_refused() {
    let world = World::start().await;
    let user = world.user().await;
    let master = world.api.as_user(&world.master_token);
    let bad = world.api.as_user(&Uuid::new_v4().to_string());
    let things = Things::unknown();
    for operation in contract::operations() {
        let name = &operation.name;
        let (wrong, right) = match operation.token.as_deref() {
            None => (vec![], &world.api),
            Some("masterToken") => (vec![&world.api, &bad, &user.api], &master),
            // Whoever runs the daemon may look at any user.
            Some(_) if name == "getUserById" => (vec![&world.api, &bad], &user.api),
            Some(_) => (vec![&world.api, &bad, &master], &user.api),
        };
        for api in wrong {
            assert_eq!(call(&operation, api, &things).await.status, 401, "{name}");
        }
        assert_ne!(call(&operation, right, &things).await.status, 401, "{name}");
    }
}

#[tokio::test]
async fn what_belongs_to_another_tenant_answers_like_nothing_at_all() {
    let world = World::start().await;
    let (owner, phone) = world.paired_user().await;
    let device = owner.api.get("/devices").await.expect(200)["devices"][0].clone();
    let name = |value: &Value| value.as_str().expect("text").to_owned();
    let theirs = Things {
        user: owner.user_id.clone(),
        tenant: owner.tenant_id.clone(),
        device: name(&device["id"]),
        instance: name(&device["name"]),
        ..Things::unknown()
    };
    let admin = world.user().await;
    let manager = world.member(&admin, "manager").await;
    let plain = world.member(&admin, "user").await;
    let callers = [&admin.api, &manager.api, &plain.api];
    let operations = contract::operations();
    for operation in operations
        .iter()
        .filter(|operation| is_about_something(operation))
    {
        for api in callers {
            let (found, unknown) = (Things::unknown(), &operation.name);
            let nothing = essence(&call(operation, api, &found).await);
            let something = essence(&call(operation, api, &theirs).await);
            assert_eq!(something, nothing, "{unknown}");
        }
    }
    // And nothing has become of it.
    let status = owner.status().await;
    assert_eq!(
        (&status["connected"], &status["phone_number"]),
        (&json!(true), &json!(phone))
    );
    owner
        .api
        .get(&format!("/users/{}", theirs.user))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_body_that_makes_no_sense_is_refused_by_every_operation_that_takes_one() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let master = world.api.as_user(&world.master_token);
    let secret = link(&user).await;
    for operation in contract::operations() {
        let Some((example, fields)) = &operation.body else {
            continue;
        };
        let api = match operation.token.as_deref() {
            Some("masterToken") => &master,
            _ => &user.api,
        };
        let mut wrong = example.clone();
        wrong[&fields[0]] = json!([{ "deep": [[[]]] }]);
        for (body, expected) in [(wrong, fields[0].as_str())] {
            let strange = Operation {
                query: Vec::new(),
                body: Some((body, Vec::new())),
                ..operation.clone()
            };
            let things = Things {
                user: user.user_id.clone(),
                instance: "WhatsApp".into(),
                secret: secret.clone(),
                ..Things::unknown()
            };
            let answer = call(&strange, api, &things).await;
            assert_eq!(answer.status, 400, "{}: {}", operation.name, answer.text);
            // The contract's own words for it.
            let nobody = expected == "to" && answer.text.contains("Invalid recipient JID");
            assert!(
                nobody || answer.text.contains(expected),
                "{}: {}",
                operation.name,
                answer.text
            );
        }
    }
}
