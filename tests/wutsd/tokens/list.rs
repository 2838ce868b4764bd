//! GET /tokens

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn tokens_are_listed_to_whom_they_stand_for_and_to_who_has_charge() {
    let world = World::start().await;
    let admin = world.user().await;
    let user = world.member(&admin, "user").await;
    let body = json!({ "name": "till", "scopes": ["send", "read"] });
    let made = user.api.post("/tokens", body).await.expect(201);
    let path = format!("/tokens?user_id={}", user.user_id);
    for listed in [user.api.get("/tokens").await, admin.api.get(&path).await] {
        let listed = listed.expect(200);
        assert_eq!(listed["tokens"][0]["id"], made["id"]);
        assert_eq!(listed["tokens"][0]["scopes"], json!(["read", "send"]));
        assert!(
            !listed
                .to_string()
                .contains(made["token"].as_str().expect("a token"))
        );
    }
    let own = admin.api.get("/tokens").await.expect(200);
    assert_eq!(own["tokens"], json!([]));
    world.user().await.api.get(&path).await.expect(404);
}
