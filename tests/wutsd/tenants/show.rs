//! GET /global/tenants/{id}

use reqwest::Method;

use super::NOBODY;
use crate::support::World;

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
