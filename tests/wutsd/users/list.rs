//! GET /users

use serde_json::Value;

use crate::support::World;

#[tokio::test]
async fn the_users_of_the_own_tenant_are_listed_without_their_tokens() {
    let world = World::start().await;
    let (admin, other) = (world.user().await, world.user().await);
    let ada = world.member(&admin, "user").await;
    world.member(&other, "user").await;
    let body = admin.api.get("/users").await.expect(200);
    let users = body["users"].as_array().expect("users");
    let mut ids: Vec<_> = users
        .iter()
        .filter_map(|user| user["id"].as_str())
        .collect();
    let mut expected = vec![admin.user_id.as_str(), ada.user_id.as_str()];
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(ids, expected);
    for user in users {
        assert_eq!(user["tenant_id"], admin.tenant_id.as_str());
        assert_eq!(user["token"], Value::Null);
        assert!(
            user["updated_at"]
                .as_str()
                .is_some_and(|at| at.ends_with('Z'))
        );
    }
}
