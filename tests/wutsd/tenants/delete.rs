//! DELETE /global/tenants/{id}

use serde_json::json;

use crate::support::World;

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
