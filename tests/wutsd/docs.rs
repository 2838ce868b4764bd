//! GET /openapi.json and /docs.

use serde_json::{Value, to_value};

use crate::support::World;

#[tokio::test]
async fn the_document_is_served_to_anybody() {
    let world = World::start().await;
    let served = world.api.get("/openapi.json").await.expect(200);
    let made = to_value(wutsd::http::openapi::document()).expect("JSON");
    assert_eq!(served, made);
    assert_eq!(
        served["openapi"].as_str().map(|version| &version[..3]),
        Some("3.1")
    );
}

#[tokio::test]
async fn the_page_needs_nothing_from_outside() {
    let world = World::start().await;
    // The redirect is followed.
    let page = world.api.get("/docs").await;
    assert_eq!(page.status, 200, "{}", page.text);
    let sources = page
        .text
        .split(&['"', '\''][..])
        .filter(|text| text.starts_with("./"));
    let mut files = 0;
    for source in sources {
        let file = world.api.get(&format!("/docs/{}", &source[2..])).await;
        assert_eq!(file.status, 200, "{source}");
        files += 1;
    }
    assert!(files > 3, "{}", page.text);
    assert!(
        !page.text.contains("//"),
        "it names another server: {}",
        page.text
    );
    let settings = world.api.get("/docs/swagger-initializer.js").await.text;
    assert!(
        settings.contains("/openapi.json") && settings.contains("\"validatorUrl\": \"none\""),
        "{settings}"
    );
}

#[tokio::test]
async fn every_operation_has_a_summary_an_area_and_the_example_of_its_body() {
    let document = to_value(wutsd::http::openapi::document()).expect("JSON");
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            assert!(
                operation["summary"].is_string() && operation["tags"][0].is_string(),
                "{method} {path}"
            );
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            let schema = named(&document, named(&document, body));
            assert!(
                body.is_null() || schema["example"].is_object(),
                "{method} {path}"
            );
        }
    }
}

/// What a reference stands for.
fn named<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let name = schema["$ref"]
        .as_str()
        .and_then(|name| name.strip_prefix('#'));
    name.and_then(|name| document.pointer(name))
        .unwrap_or(schema)
}
