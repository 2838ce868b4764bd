//! GET / and GET /console — the page: files that are part of the program, and need nothing from outside.

use std::sync::LazyLock;

use actix_web::http::Method;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG, HeaderValue, IF_NONE_MATCH, LOCATION,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use crate::http::routes;

/// Everything comes from here, nothing is written into the page itself, and no other page may have it inside.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

/// A file of the page.
struct File {
    path: &'static str,
    kind: &'static str,
    text: &'static str,
}

macro_rules! file {
    ($path:literal, $kind:ident, $name:literal) => {
        File {
            path: $path,
            kind: $kind,
            text: include_str!(concat!("page/", $name)),
        }
    };
}

const FILES: &[File] = &[
    file!("/console", HTML, "index.html"),
    file!("/console/console.css", STYLE, "console.css"),
    file!("/console/icon.svg", PICTURE, "icon.svg"),
    file!("/console/main.js", SCRIPT, "main.js"),
    file!("/console/api.js", SCRIPT, "api.js"),
    file!("/console/dom.js", SCRIPT, "dom.js"),
    file!("/console/live.js", SCRIPT, "live.js"),
    file!("/console/words.js", SCRIPT, "words.js"),
    file!("/console/en.js", SCRIPT, "en.js"),
    file!("/console/pt-br.js", SCRIPT, "pt-br.js"),
    file!("/console/login.js", SCRIPT, "login.js"),
    file!("/console/fleet.js", SCRIPT, "fleet.js"),
    file!("/console/device.js", SCRIPT, "device.js"),
    file!("/console/pair.js", SCRIPT, "pair.js"),
    file!("/console/webhook.js", SCRIPT, "webhook.js"),
    file!("/console/status.js", SCRIPT, "status.js"),
    file!("/console/people.js", SCRIPT, "people.js"),
    file!("/console/phones.js", SCRIPT, "phones.js"),
    file!("/console/history.js", SCRIPT, "history.js"),
    file!("/console/tokens.js", SCRIPT, "tokens.js"),
    // For whoever has a link: one device, one purpose.
    file!("/pair/{secret}", HTML, "link.html"),
    file!("/console/link.js", SCRIPT, "link.js"),
];

/// One for all files: they belong together.
static TAG: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for file in FILES {
        digest.update(file.text);
    }
    format!("\"{}\"", hex::encode(&digest.finalize()[..12]))
});

pub fn configure(app: &mut ServiceConfig) {
    for file in FILES {
        let show = move |request: HttpRequest| async move { show(&request, file) };
        app.service(routes::aside(
            &[file.path],
            vec![(Method::GET, web::route().to(show))],
        ));
    }
    let lead = || async {
        HttpResponse::Found()
            .insert_header((LOCATION, "console"))
            .finish()
    };
    app.service(routes::aside(
        &["/"],
        vec![(Method::GET, web::route().to(lead))],
    ));
}

fn show(request: &HttpRequest, file: &File) -> HttpResponse {
    // What stands in the page is meant from here.
    if request.path().ends_with('/') {
        return HttpResponse::Found()
            .insert_header((LOCATION, format!("..{}", file.path)))
            .finish();
    }
    let mut response = match has_it(request) {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    response
        .insert_header((ETAG, TAG.as_str()))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "no-referrer"));
    match has_it(request) {
        true => response.finish(),
        false => response.content_type(file.kind).body(file.text),
    }
}

fn has_it(request: &HttpRequest) -> bool {
    let tag = request.headers().get(IF_NONE_MATCH);
    tag.is_some_and(|known: &HeaderValue| known.as_bytes() == TAG.as_bytes())
}
