//! GET /openapi.json and /docs — the contract, made from the URL table and from the types that the endpoints really use.

pub mod about;
mod answers;

use std::collections::HashSet;
use std::sync::LazyLock;

use actix_web::http::{Method, header};
use actix_web::{HttpResponse, web};
use bytes::Bytes;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi,
    OpenApiBuilder, PathsBuilder, ServerBuilder, Tag,
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use self::about::About;
use super::endpoint::{Needs, Token};
use super::table::{Area, Entry};
use crate::webhooks::payload::{self, Payload};
use crate::{device, supervision};

/// Where the document is.
pub const ADDRESS: &str = "/openapi.json";
const DESCRIPTION: &str = "Keeps many WhatsApp linked devices alive and lets programs use them. \
     Every request carries `Authorization: Bearer <token>`; the token says who calls, and with that which tenant. \
     `device_id`, in the query or in the body, names one of the caller's devices; without it the oldest paired one is \
     meant, or else the oldest. `null`, and `\"\"` for an optional field, mean absent; fields that nobody reads are named in \
     the answer's header `X-Ignored-Fields`.";

/// The page that shows the document. Neither needs a token: they say nothing that the source does not.
pub fn configure(app: &mut web::ServiceConfig) {
    // The validator would be somebody else's server.
    let page = Config::from(ADDRESS).validator_url("none");
    app.service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(page));
}

fn serialized(document: OpenApi) -> Bytes {
    let text = document.to_json();
    text.expect("a document of strings and maps is JSON").into()
}

/// GET /openapi.json
pub async fn show() -> HttpResponse {
    /// Made when somebody asks for it: most daemons are never asked.
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| serialized(super::document()));
    HttpResponse::Ok()
        .insert_header(header::ContentType::json())
        .body(DOCUMENT.clone())
}

/// The whole contract.
pub fn document(areas: Vec<Area>) -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new().schemas_from_iter(answers::schemas());
    let mut tags = Vec::new();
    for (area, endpoints) in areas {
        tags.push(Tag::new(area));
        for endpoint in endpoints {
            let about = (endpoint.about)(endpoint.id, &endpoint.method);
            components = components.schemas_from_iter(about.schemas.clone());
            let item = utoipa::openapi::PathItem::new(
                method(&endpoint),
                operation(area, &endpoint, about),
            );
            paths = paths.path(endpoint.paths[0], item);
        }
    }
    let payloads = payloads();
    components = components.schemas_from_iter(payload::schemas(&payloads));
    for token in [Token::User, Token::Master, Token::Ryze] {
        components = components.security_scheme(token.scheme(), scheme(token));
    }
    let document = OpenApiBuilder::new()
        .info(info())
        // Relative: whoever reads the document has found the server.
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .tags(Some(tags))
        .paths(paths)
        .webhooks(Some(payload::webhooks(&payloads)))
        .components(Some(components.build()))
        .build();
    without_what_nothing_refers_to(document)
}

/// Types that stand inside of others are described there, and generators of clients would make something of them all the
/// same.
fn without_what_nothing_refers_to(mut document: OpenApi) -> OpenApi {
    loop {
        let text = document.to_json().unwrap_or_default();
        let Some(components) = &mut document.components else {
            return document;
        };
        let before = components.schemas.len();
        // One look at the text for all of them: there are hundreds.
        let references = text.split("\"#/components/schemas/").skip(1);
        let named: HashSet<&str> = references
            .filter_map(|rest| rest.split('"').next())
            .collect();
        components
            .schemas
            .retain(|name, _| named.contains(name.as_str()));
        if components.schemas.len() == before {
            return document;
        }
    }
}

/// All that webhooks are told.
fn payloads() -> Vec<Payload> {
    let mut payloads = device::report::payloads();
    payloads.extend(supervision::report::payloads());
    payloads
}

fn info() -> InfoBuilder {
    InfoBuilder::new()
        .title(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(
            LicenseBuilder::new()
                .name(env!("CARGO_PKG_LICENSE"))
                .identifier(Some(env!("CARGO_PKG_LICENSE")))
                .build(),
        ))
}

fn scheme(token: Token) -> SecurityScheme {
    if token == Token::Ryze {
        let header = ApiKeyValue::with_description("token", token.meaning());
        return SecurityScheme::ApiKey(ApiKey::Header(header));
    }
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
    SecurityScheme::Http(scheme.description(Some(token.meaning())).build())
}

fn operation(area: &str, endpoint: &Entry, about: About) -> OperationBuilder {
    // What a token that was given away must be good for; the others have no scopes.
    let given = about.needs.map(Needs::name);
    let needs = |token: &Token| given.filter(|_| *token == Token::User);
    let tokens = about.tokens.iter();
    let securities = tokens.map(|token| SecurityRequirement::new(token.scheme(), needs(token)));
    let mut operation = OperationBuilder::new()
        .tag(area)
        .operation_id(Some(endpoint.id))
        .summary(Some(about.summary))
        .responses(answers::responses(&about))
        .securities(Some(securities));
    for parameter in about.params {
        operation = operation.parameter(parameter);
    }
    if let Some(body) = about.body {
        let content = ContentBuilder::new().schema(Some(body.schema)).build();
        let body = RequestBodyBuilder::new()
            .required(Some(body.required))
            .content("application/json", content);
        operation = operation.request_body(Some(body.build()));
    }
    operation
}

fn method(endpoint: &Entry) -> HttpMethod {
    match endpoint.method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::to_value;

    use super::*;

    fn schemas(endpoint: Entry) -> about::Schemas {
        (endpoint.about)(endpoint.id, &endpoint.method).schemas
    }

    #[test]
    fn no_two_types_share_a_name() {
        let mut known = BTreeMap::new();
        let endpoints = crate::http::routes::areas()
            .into_iter()
            .flat_map(|(_, lines)| lines);
        let answered = endpoints.flat_map(schemas);
        for (name, schema) in answered.chain(payload::schemas(&payloads())) {
            let schema = to_value(&schema).expect("JSON");
            let before = known.entry(name.clone()).or_insert_with(|| schema.clone());
            assert_eq!(*before, schema, "two types are called {name}");
        }
    }

    #[test]
    fn no_two_endpoints_share_a_name_and_every_reference_is_resolved() {
        let document = to_value(crate::http::document()).expect("JSON");
        let text = document.to_string();
        for reference in text.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().expect("a name");
            assert!(
                document["components"]["schemas"][name].is_object(),
                "{name} is missing"
            );
        }
        for name in document["components"]["schemas"]
            .as_object()
            .expect("schemas")
            .keys()
        {
            let reference = format!("\"#/components/schemas/{name}\"");
            assert!(text.contains(&reference), "nothing refers to {name}");
        }
        let endpoints: Vec<Entry> = crate::http::routes::areas()
            .into_iter()
            .flat_map(|(_, lines)| lines)
            .collect();
        let names: BTreeSet<&str> = endpoints.iter().map(|endpoint| endpoint.id).collect();
        assert_eq!(names.len(), endpoints.len());
    }
}
