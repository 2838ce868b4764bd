//! POST /users/{id}/promote

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_promotion_names_the_old_and_the_new_role() {
    let world = World::start().await;
    let admin = world.user().await;
    let ada = world.member(&admin, "user").await;
    let path = format!("/users/{}/promote", ada.user_id);
    for (old, new) in [
        ("user", "manager"),
        ("manager", "admin"),
        ("admin", "admin"),
    ] {
        let body = json!({ "new_role": new });
        let promoted = admin.api.post(&path, body).await.expect(200);
        let expected = json!({
            "success": true,
            "message": "User role updated successfully",
            "data": { "user_id": ada.user_id, "old_role": old, "new_role": new },
        });
        assert_eq!(promoted, expected);
    }
    // The new role counts from the next request on.
    ada.api.get("/users").await.expect(200);
}
