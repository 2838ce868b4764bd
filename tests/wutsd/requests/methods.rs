//! Methods, slashes, and pages on other origins.

use reqwest::Method;
use serde_json::json;

use crate::support::{World, contract};

#[tokio::test]
async fn another_method_is_refused_with_those_that_there_are() {
    let world = World::start().await;
    let user = world.user().await;
    let answer = user.api.request(Method::PATCH, "/contacts", None).await;
    assert_eq!(
        answer.text_error(),
        (405, "there is no PATCH /contacts: use GET, HEAD, OPTIONS")
    );
    assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
    assert_eq!(answer.body["error_code"], "METHOD_NOT_ALLOWED");
    let options = user.api.request(Method::OPTIONS, "/webhook", None).await;
    assert_eq!(
        (options.status, options.header("allow")),
        (204, "POST, GET, DELETE, HEAD, OPTIONS")
    );
    let ryze = world.api.with_header("token", &user.token);
    let answer = ryze.request(Method::PUT, "/api/instance/new", None).await;
    assert_eq!(
        answer.message_error(),
        (405, "there is no PUT /api/instance/new: use POST, OPTIONS")
    );
    let options = world
        .api
        .request(Method::OPTIONS, "/api/instance/new", None)
        .await;
    assert_eq!(
        (options.status, options.header("allow")),
        (204, "POST, OPTIONS")
    );
}

#[tokio::test]
async fn head_is_answered_wherever_get_is() {
    let world = World::start().await;
    let user = world.user().await;
    for path in ["/openapi.json", "/openapi.json/"] {
        let head = user.api.request(Method::HEAD, path, None).await;
        assert_eq!((head.status, &*head.text), (200, ""), "{path}");
        let other = user.api.request(Method::POST, path, None).await;
        assert_eq!(
            (other.status, other.header("allow")),
            (405, "GET, HEAD, OPTIONS")
        );
    }
    for operation in contract::operations() {
        if operation.method != "GET" || operation.path.contains('{') {
            continue;
        }
        let get = user.api.get(&operation.path).await;
        let head = user.api.request(Method::HEAD, &operation.path, None).await;
        assert_eq!(head.status, get.status, "{}", operation.path);
        assert_eq!(head.text, "", "{}", operation.path);
    }
}

#[tokio::test]
async fn a_trailing_or_a_doubled_slash_means_the_same_path() {
    let world = World::start().await;
    let user = world.user().await;
    for path in ["/devices/", "//devices", "//devices//"] {
        user.api.get(path).await.expect(200);
    }
    let ryze = world.api.with_header("token", &user.token);
    for path in ["/api/instance/list/", "//api//instance/list"] {
        ryze.get(path).await.expect(200);
    }
    user.api
        .post("/devices/?x=1", json!({ "name": "x" }))
        .await
        .expect(201);
}

#[tokio::test]
async fn pages_of_the_origins_that_the_configuration_lists_may_use_the_api() {
    const APP: &str = "https://app.example.com";
    let settings = [(
        "HTTP__CORS_ORIGINS",
        "https://app.example.com, http://localhost:3000",
    )];
    let world = World::start_with(&settings).await;
    let user = world.user().await;
    let allowed = "access-control-allow-origin";
    for (origin, expected) in [
        (APP, APP),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://evil.example", ""),
    ] {
        let answer = user.api.with_header("Origin", origin).get("/devices").await;
        assert_eq!(answer.header(allowed), expected, "{origin}");
        let preflight = world
            .api
            .with_header("Origin", origin)
            .with_header("Access-Control-Request-Method", "POST")
            .with_header(
                "Access-Control-Request-Headers",
                "content-type, authorization, token",
            )
            .request(Method::OPTIONS, "/api/instance/new", None)
            .await;
        assert_eq!(preflight.header(allowed), expected, "{origin}");
        assert_eq!(preflight.status == 200, !expected.is_empty(), "{origin}");
    }
    let closed = World::start().await;
    let answer = closed.api.with_header("Origin", APP).get("/healthz").await;
    assert_eq!(answer.header(allowed), "");
}
