//! GET /tenants

use serde_json::json;

use crate::support::World;

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
