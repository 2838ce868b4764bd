//! Media over plain HTTP: uploads with a token, downloads by `direct_path`.

use std::sync::Arc;

use actix_web::http::header::{CONTENT_RANGE, RANGE};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::json;

use super::keys::{self, Key32};
use super::world::Shared;

/// WhatsApp takes documents of 2 GB; a simulator in memory takes less.
const UPLOAD: usize = 100 * 1024 * 1024;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/mms/{kind}/{token}", web::post().to(upload))
        .route("/v/{path:.*}", web::get().to(download))
        .route("/v/{path:.*}", web::head().to(download))
        .route("/v/{path:.*}", web::delete().to(remove));
}

/// What `media_conn` gives an account: it proves later that this server let the account upload.
pub fn token(secret: &Key32, phone: &str) -> String {
    let mac = keys::hmac_sha256(secret, &[phone.as_bytes()]);
    format!("{phone}.{}", hex::encode(&mac[..16]))
}

fn is_token(secret: &Key32, auth: &str) -> bool {
    let phone = auth.split('.').next().unwrap_or_default();
    auth == token(secret, phone)
}

#[derive(Deserialize)]
struct Authorization {
    #[serde(default)]
    auth: String,
    /// Asks how much of the file is here already.
    resume: Option<String>,
}

async fn upload(
    shared: web::Data<Arc<Shared>>,
    path: web::Path<(String, String)>,
    query: web::Query<Authorization>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let (_, file_token) = path.into_inner();
    if !shared.with(|world| is_token(&world.media_secret, &query.auth)) {
        return HttpResponse::Unauthorized().finish();
    }
    if query.resume.is_some() {
        // Nothing is kept of an interrupted upload: it starts again from the beginning.
        return HttpResponse::Ok().json(json!({ "resume": "0" }));
    }
    let Some(file) = collect(body).await else {
        return HttpResponse::PayloadTooLarge().finish();
    };
    // Some clients pad this token, others do not.
    let expected = BASE64_URL_SAFE_NO_PAD.encode(keys::sha256(&file));
    if file_token.trim_end_matches('=') != expected {
        return HttpResponse::BadRequest().finish();
    }
    let direct_path = shared.with(|world| {
        world.counters.uploads += 1;
        world.media.put(&mut world.journal, file)
    });
    let host = request.connection_info().host().to_owned();
    HttpResponse::Ok().json(json!({
        "url": format!("https://{host}{direct_path}"),
        "direct_path": direct_path,
        "handle": expected,
        "object_id": expected,
    }))
}

async fn collect(mut body: web::Payload) -> Option<Bytes> {
    let mut file = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.ok()?;
        if file.len() + chunk.len() > UPLOAD {
            return None;
        }
        file.extend_from_slice(&chunk);
    }
    Some(file.freeze())
}

async fn download(shared: web::Data<Arc<Shared>>, request: HttpRequest) -> HttpResponse {
    let file = shared.with(|world| {
        world.counters.downloads += 1;
        world.media.get(request.path())
    });
    let Some(file) = file else {
        return HttpResponse::NotFound().finish();
    };
    let asked = request
        .headers()
        .get(RANGE)
        .and_then(|value| value.to_str().ok());
    let Some(asked) = asked else {
        return HttpResponse::Ok()
            .content_type("application/octet-stream")
            .body(file);
    };
    match range(asked, file.len()) {
        Some((start, end)) => HttpResponse::PartialContent()
            .content_type("application/octet-stream")
            .insert_header((CONTENT_RANGE, format!("bytes {start}-{end}/{}", file.len())))
            .body(file.slice(start..=end)),
        None => HttpResponse::RangeNotSatisfiable()
            .insert_header((CONTENT_RANGE, format!("bytes */{}", file.len())))
            .finish(),
    }
}

/// First and last byte of `bytes=a-b`, `bytes=a-` or `bytes=-n`.
fn range(header: &str, length: usize) -> Option<(usize, usize)> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let end = length.checked_sub(1)?;
    let (start, end) = match (first, last) {
        ("", count) => (length.saturating_sub(count.parse().ok()?), end),
        (first, "") => (first.parse().ok()?, end),
        (first, last) => (first.parse().ok()?, end.min(last.parse().ok()?)),
    };
    (start <= end).then_some((start, end))
}

/// Some clients delete a history file once they have read it.
async fn remove(shared: web::Data<Arc<Shared>>, request: HttpRequest) -> HttpResponse {
    match shared.with(|world| world.media.remove(&mut world.journal, request.path())) {
        true => HttpResponse::Ok().finish(),
        false => HttpResponse::NotFound().finish(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_file_and_refused_beyond_it() {
        assert_eq!(range("bytes=0-3", 10), Some((0, 3)));
        assert_eq!(range("bytes=4-", 10), Some((4, 9)));
        assert_eq!(range("bytes=-3", 10), Some((7, 9)));
        assert_eq!(range("bytes=8-99", 10), Some((8, 9)));
        assert_eq!(range("bytes=10-", 10), None);
        assert_eq!(range("items=0-3", 10), None);
        assert_eq!(range("bytes=0-", 0), None);
    }
}
