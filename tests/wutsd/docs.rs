//! GET /openapi.json, GET /docs

use serde_json::{Value, to_value};

use crate::support::{World, contract};

#[tokio::test]
async fn the_document_is_served_to_anybody() {
    let world = World::start().await;
    let served = world.api.get("/openapi.json").await.expect(200);
    let made = to_value(wutsd::http::document()).expect("JSON");
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
    let document = to_value(wutsd::http::document()).expect("JSON");
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            assert!(
                operation["summary"].is_string() && operation["tags"][0].is_string(),
                "{method} {path}"
            );
        }
    }
    for operation in contract::operations() {
        let example = operation.body.as_ref().map(|(example, _)| example);
        assert!(example.is_none_or(Value::is_object), "{}", operation.name);
    }
}
