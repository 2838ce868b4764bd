//! GET /users/{id}

use crate::support::World;

#[tokio::test]
async fn a_user_is_shown_in_data_and_without_token() {
    let world = World::start().await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let path = format!("/users/{}", ada.user_id);
    let shown = admin.api.get(&path).await.expect(200);
    let fields = [
        "active",
        "created_at",
        "email",
        "id",
        "role",
        "tenant_id",
        "updated_at",
    ];
    let mut found: Vec<_> = shown["data"].as_object().expect("data").keys().collect();
    found.sort();
    assert_eq!(found, fields);
    assert_eq!(shown["data"]["id"], ada.user_id.as_str());
    // Ada herself and the operator of the platform see the same.
    assert_eq!(ada.api.get(&path).await.expect(200), shown);
    assert_eq!(world.master().get(&path).await.expect(200), shown);
}
