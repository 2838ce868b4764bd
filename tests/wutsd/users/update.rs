//! PUT /users/{id}

use serde_json::json;
use tokio::time::timeout;

use crate::support::{PATIENCE, World};

#[tokio::test]
async fn a_user_is_updated_and_what_is_absent_stays() {
    let world = World::start().await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let path = format!("/users/{}", ada.user_id);
    let steps = [
        (json!({ "role": "manager" }), "manager", true),
        (json!({ "active": false }), "manager", false),
        (json!({}), "manager", false),
        (json!({ "active": true, "role": "user" }), "user", true),
        (json!({ "active": true, "role": null }), "user", true),
    ];
    for (body, role, active) in steps {
        let updated = admin.api.put(&path, body).await.expect(200);
        let expected = json!({ "success": true, "message": "User updated successfully" });
        assert_eq!(updated, expected);
        let data = admin.api.get(&path).await.expect(200)["data"].clone();
        assert_eq!(
            (&data["role"], &data["active"]),
            (&json!(role), &json!(active))
        );
    }
}

#[tokio::test]
async fn a_deactivated_users_token_stops_working_at_once_and_works_again_afterwards() {
    let world = World::start().await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let path = format!("/users/{}", ada.user_id);
    for _ in 0..2 {
        ada.api.get("/devices").await.expect(200);
        let body = json!({ "active": false });
        admin.api.put(&path, body).await.expect(200);
        let refused = ada.api.get("/devices").await;
        assert_eq!(refused.text_error(), (401, "Invalid token"));
        let body = json!({ "active": true });
        admin.api.put(&path, body).await.expect(200);
    }
    ada.api.get("/devices").await.expect(200);
}

#[tokio::test]
async fn no_request_that_begins_after_a_deactivation_passes_however_many_were_under_way() {
    let world = World::start_with(&[("HTTP__WORKERS", "2")]).await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let path = format!("/users/{}", ada.user_id);
    for _ in 0..10 {
        let crowd = (0..8).map(|_| {
            let api = ada.api.clone();
            // Without a pause and until the first refusal, so that lookups and the change meet.
            let asks = async move { while api.get("/devices").await.status != 401 {} };
            tokio::spawn(timeout(PATIENCE, asks))
        });
        let crowd: Vec<_> = crowd.collect();
        let asleep = admin.api.put(&path, json!({ "active": false })).await;
        asleep.expect(200);
        assert_eq!(ada.api.get("/devices").await.status, 401);
        for one in crowd {
            one.await.expect("no panic").expect("refused in the end");
        }
        assert_eq!(ada.api.get("/devices").await.status, 401);
        let awake = admin.api.put(&path, json!({ "active": true })).await;
        awake.expect(200);
    }
}
