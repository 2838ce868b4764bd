//! POST /register

use serde_json::{Value, json};

use crate::support::World;

fn tenant(name: &str, email: &str) -> Value {
    json!({ "tenant_name": name, "email": email, "password": "long enough", "role": "admin" })
}

#[tokio::test]
async fn the_master_token_registers_a_tenant_whose_first_user_is_its_admin() {
    let world = World::start().await;
    let master = world.api.as_user(&world.master_token);
    let mut wanted = tenant("Acme", "Owner@Example.com");
    wanted["role"] = json!("user");
    wanted["webhook_url"] = json!("https://example.com/hook");
    let body = master.post("/register", wanted).await.expect(201);
    assert_eq!(body["success"], true);
    assert_eq!(body["tenant"]["name"], "Acme");
    assert_eq!(body["user"]["tenant_id"], body["tenant"]["id"]);
    assert_eq!(body["user"]["email"], "owner@example.com");
    assert_eq!(body["user"]["role"], "admin");
    assert_eq!(body["user"]["active"], true);
    assert_eq!(body["user"]["token"], body["token"]);
    assert_eq!(body["webhook_configured"], true);
    assert_eq!(body["webhook_url"], "https://example.com/hook");
    let token: uuid::Uuid = body["token"]
        .as_str()
        .expect("a token")
        .parse()
        .expect("a UUID");
    assert_eq!(token.get_version_num(), 4);
    world
        .api
        .as_user(&token.to_string())
        .get("/devices")
        .await
        .expect(200);
}

#[tokio::test]
async fn only_the_master_token_may() {
    let world = World::start().await;
    let user = world.user().await;
    for api in [&world.api, &user.api, &world.api.as_user("nonsense")] {
        let answer = api.post("/register", tenant("Acme", "a@example.com")).await;
        assert_eq!(answer.text_error(), (401, "invalid master token"));
    }
}

#[tokio::test]
async fn names_and_addresses_are_taken_once() {
    let world = World::start().await;
    let master = world.api.as_user(&world.master_token);
    master
        .post("/register", tenant("Acme", "a@example.com"))
        .await
        .expect(201);
    let same_name = master
        .post("/register", tenant("Acme", "b@example.com"))
        .await;
    let text = "tenant already exists - please contact your administrator to create an account";
    assert_eq!(same_name.text_error(), (400, text));
    let same_email = master
        .post("/register", tenant("Other", "A@example.com"))
        .await;
    assert_eq!(same_email.text_error(), (400, "email is already in use"));
    // Both or neither: the name of the refused tenant is still free.
    master
        .post("/register", tenant("Other", "c@example.com"))
        .await
        .expect(201);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let world = World::start().await;
    let master = world.api.as_user(&world.master_token);
    let table = [
        (
            "tenant_name",
            json!(" "),
            "tenant_name must be between 1 and 200 characters",
        ),
        ("email", json!("nobody"), "email must be an e-mail address"),
        (
            "password",
            json!("short"),
            "password must have at least 8 characters",
        ),
        ("role", json!("king"), "role must be admin, manager or user"),
        (
            "webhook_url",
            json!("http://example.com"),
            "webhook_url must be an https:// URL",
        ),
    ];
    for (field, value, expected) in table {
        let mut body = tenant("Acme", "a@example.com");
        body[field] = value;
        let answer = master.post("/register", body).await;
        let (status, message) = answer.text_error();
        assert_eq!(status, 400);
        assert!(message.starts_with(expected), "{message}");
    }
}
