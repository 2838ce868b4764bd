//! Tenants, which only whoever runs the daemon can make, see and delete.

mod delete;
mod list;
mod register;
mod show;

use reqwest::Method;
use serde_json::json;

use crate::support::World;

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

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
