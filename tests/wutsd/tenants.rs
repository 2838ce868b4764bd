//! GET /tenants, GET and DELETE /global/tenants/{id}

mod register;

use reqwest::Method;
use serde_json::json;

use crate::support::World;

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn tenants_are_listed_and_shown() {
    let world = World::start().await;
    let master = world.master();
    let empty = master.get("/tenants").await.expect(200);
    assert_eq!(empty, json!({ "success": true, "tenants": [] }));
    let (one, other) = (world.user().await, world.user().await);
    let body = master.get("/tenants").await.expect(200);
    let tenants = body["tenants"].as_array().expect("tenants");
    assert_eq!(tenants.len(), 2);
    for user in [&one, &other] {
        let listed = tenants
            .iter()
            .find(|tenant| tenant["id"] == user.tenant_id.as_str());
        let listed = listed.expect("listed");
        let mut fields: Vec<_> = listed.as_object().expect("a tenant").keys().collect();
        fields.sort();
        assert_eq!(fields, ["created_at", "id", "name", "updated_at"]);
        let path = format!("/global/tenants/{}", user.tenant_id);
        let shown = master.get(&path).await.expect(200);
        assert_eq!(shown, json!({ "success": true, "data": listed }));
    }
}

#[tokio::test]
async fn only_the_master_token_reaches_tenants() {
    let world = World::start().await;
    let admin = world.user().await;
    let stranger = world.user().await;
    let manager = world.member(&admin, "manager").await;
    let plain = world.member(&admin, "user").await;
    let path = format!("/global/tenants/{}", admin.tenant_id);
    let operations = [
        (Method::GET, "/tenants", "invalid master token"),
        (Method::GET, path.as_str(), "master token required"),
        (Method::DELETE, path.as_str(), "invalid master token"),
        (Method::POST, "/register", "invalid master token"),
    ];
    let nobody = world.api.as_user(NOBODY);
    let callers = [
        &world.api,
        &nobody,
        &stranger.api,
        &plain.api,
        &manager.api,
        &admin.api,
    ];
    for api in callers {
        for (method, path, text) in &operations {
            let answer = api.request(method.clone(), path, None).await;
            assert_eq!(answer.text_error(), (401, *text), "{path}");
            assert_eq!(answer.body, json!({ "success": false, "error": text }));
        }
    }
    world.master().get(&path).await.expect(200);
}

#[tokio::test]
async fn a_tenant_is_asked_for_by_its_id() {
    let world = World::start().await;
    let user = world.user().await;
    let table = [
        ("", 400, "tenant ID is required"),
        ("%20", 400, "tenant ID is required"),
        ("17", 400, "tenant ID must be a UUID"),
        ("%FF", 400, "tenant ID must be a UUID"),
        (NOBODY, 404, "tenant not found"),
        (&user.user_id, 404, "tenant not found"),
    ];
    for (id, status, text) in table {
        let path = format!("/global/tenants/{id}");
        for method in [Method::GET, Method::DELETE] {
            let answer = world.master().request(method, &path, None).await;
            assert_eq!(answer.text_error(), (status, text), "{path}");
        }
    }
}

#[tokio::test]
async fn a_deleted_tenant_goes_with_its_users_tokens_and_devices() {
    let world = World::start().await;
    let (admin, phone) = world.paired_user().await;
    let ada = world.member(&admin, "user").await;
    let adas_phone = world.control.account("Ada").await;
    world.pair(&ada, &adas_phone).await;
    let (other, others_phone) = world.paired_user().await;
    let path = format!("/global/tenants/{}", admin.tenant_id);
    let shown = world.master().get(&path).await.expect(200);
    let name = shown["data"]["name"].as_str().expect("a name");

    let body = world.master().delete(&path).await.expect(200);
    let text = "Tenant and all related data permanently deleted";
    assert_eq!(
        (&body["success"], &body["message"]),
        (&json!(true), &json!(text))
    );
    let data = &body["data"];
    assert_eq!(data["tenant_id"], admin.tenant_id.as_str());
    assert_eq!(data["tenant_name"], name);
    assert!(
        data["deleted_at"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z'))
    );

    for user in [&admin, &ada] {
        let refused = user.api.get("/devices").await;
        assert_eq!(refused.text_error(), (401, "Invalid token"));
        let gone = world
            .master()
            .get(&format!("/users/{}", user.user_id))
            .await;
        assert_eq!(gone.text_error(), (404, "user not found"));
    }
    for phone in [&phone, &adas_phone] {
        assert!(!world.control.is_connected(phone).await);
    }
    let again = world.master().delete(&path).await;
    assert_eq!(again.text_error(), (404, "tenant not found"));
    let record = world
        .daemon
        .log_line("tenant and all its data permanently deleted")
        .await;
    assert_eq!(record["level"], "ERROR");
    assert!(!record.to_string().contains(name), "{record}");

    // The others go on, and the name is free again.
    assert!(world.control.is_connected(&others_phone).await);
    other.api.post_status("still here").await.expect(200);
    let body =
        json!({ "tenant_name": name, "email": "new@example.com", "password": "long enough" });
    world.master().post("/register", body).await.expect(201);
}

#[tokio::test]
async fn what_was_deleted_stays_deleted_over_a_restart() {
    let mut world = World::start().await;
    let (admin, phone) = world.paired_user().await;
    let path = format!("/global/tenants/{}", admin.tenant_id);
    world.master().delete(&path).await.expect(200);
    world.restart("KILL").await;
    let tenants = world.master().get("/tenants").await.expect(200);
    assert_eq!(tenants["tenants"], json!([]));
    assert_eq!(world.again(&admin).get("/devices").await.status, 401);
    assert!(!world.control.is_connected(&phone).await);
}
