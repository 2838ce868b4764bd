//! Media over plain HTTP: uploads with a token, downloads by `direct_path`.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_RANGES, CONTENT_RANGE, RANGE};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::BytesMut;
use futures::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};

use super::address::Address;
use super::faults::MediaFault;
use super::keys;
use super::media::Found;
use super::shared::Shared;
use super::world::World;

/// WhatsApp takes documents of 2 GB; a simulator in memory takes less.
const UPLOAD: usize = 100 * 1024 * 1024;
/// A request that a fault leaves without an answer is held for so long.
const SILENCE: Duration = Duration::from_secs(300);

type Data = web::Data<Arc<Shared>>;

/// Uploads, downloads and profile pictures.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/mms/{kind}/{token}", web::post().to(upload))
        .route("/mms/{kind}/{token}", web::delete().to(remove_uploaded))
        .route("/newsletter/{kind}/{token}", web::post().to(upload_plain))
        .route("/m1/{path:.*}", web::get().to(download))
        .route("/m1/{path:.*}", web::head().to(download))
        .route("/v/{path:.*}", web::get().to(download))
        .route("/v/{path:.*}", web::head().to(download))
        .route("/v/{path:.*}", web::delete().to(remove))
        .route("/pp/{id}", web::get().to(picture));
}

#[derive(Deserialize)]
struct Parameters {
    auth: Option<String>,
    /// Asks how much of the file is here already.
    resume: Option<String>,
    /// Where this part of the file begins.
    file_offset: Option<usize>,
}

impl Parameters {
    fn bearer(&self, world: &World) -> Option<Address> {
        world.media_bearer(self.auth.as_deref()?)
    }
}

/// Lets a fault answer, or nobody.
async fn faulty(shared: &Data, parameters: &Parameters) -> Option<HttpResponse> {
    let fault = shared.with(|world| {
        let device = parameters.bearer(world);
        world.faults.media(device.as_ref())
    })?;
    Some(match fault {
        MediaFault::Silence => {
            tokio::time::sleep(SILENCE).await;
            HttpResponse::GatewayTimeout().force_close().finish()
        }
        MediaFault::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            // What is left of a body that nobody reads ends with the connection.
            HttpResponse::build(status).force_close().finish()
        }
    })
}

async fn upload(
    shared: Data,
    path: web::Path<(String, String)>,
    parameters: web::Query<Parameters>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    if let Some(answer) = faulty(&shared, &parameters).await {
        return answer;
    }
    let (_, file_token) = path.into_inner();
    // Some clients pad this token, others do not.
    let file_token = file_token.trim_end_matches('=').to_owned();
    if shared.with(|world| parameters.bearer(world)).is_none() {
        return HttpResponse::Unauthorized().force_close().finish();
    }
    let host = request.connection_info().host().to_owned();
    if parameters.resume.is_some() {
        return HttpResponse::Ok().json(shared.with(|world| resume(world, &file_token, &host)));
    }
    let offset = parameters.file_offset.unwrap_or(0);
    let Some(earlier) = shared.with(|world| world.media_mut().take_partial(&file_token, offset))
    else {
        return HttpResponse::RangeNotSatisfiable().force_close().finish();
    };
    let (file, end) = collect(earlier, body).await;
    match end {
        End::Complete => {}
        End::TooLarge => return HttpResponse::PayloadTooLarge().force_close().finish(),
        End::Interrupted => {
            shared.with(|world| world.media_mut().keep_partial(&file_token, file));
            return HttpResponse::BadRequest().finish();
        }
    }
    let file = file.freeze();
    if file_token != BASE64_URL_SAFE_NO_PAD.encode(keys::sha256(&file)) {
        return HttpResponse::BadRequest().finish();
    }
    let direct_path = shared.with(|world| {
        world.count(|seen| seen.uploads += 1);
        world.keep_file(file)
    });
    HttpResponse::Ok().json(uploaded(&host, &direct_path, &file_token))
}

/// What is posted in a channel is not encrypted; its kind, by the name of the address.
const PLAIN_KINDS: [&str; 10] = [
    "image",
    "video",
    "gif",
    "audio",
    "ptt",
    "ptv",
    "document",
    "sticker",
    "sticker-pack",
    "thumbnail-link",
];

async fn upload_plain(
    shared: Data,
    path: web::Path<(String, String)>,
    parameters: web::Query<Parameters>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    if let Some(answer) = faulty(&shared, &parameters).await {
        return answer;
    }
    let (kind, token) = path.into_inner();
    let kind = kind.strip_prefix("newsletter-").unwrap_or_default();
    if !PLAIN_KINDS.contains(&kind) {
        return HttpResponse::NotFound().force_close().finish();
    }
    if shared.with(|world| parameters.bearer(world)).is_none() {
        return HttpResponse::Unauthorized().force_close().finish();
    }
    let file = match collect(BytesMut::new(), body).await {
        (file, End::Complete) => file.freeze(),
        (_, End::TooLarge) => return HttpResponse::PayloadTooLarge().force_close().finish(),
        (_, End::Interrupted) => return HttpResponse::BadRequest().finish(),
    };
    let token = token.trim_end_matches('=');
    if token != BASE64_URL_SAFE_NO_PAD.encode(keys::sha256(&file)) {
        return HttpResponse::BadRequest().finish();
    }
    let direct_path = shared.with(|world| {
        world.count(|seen| seen.uploads += 1);
        world.keep_plain_file(file)
    });
    let host = request.connection_info().host().to_owned();
    HttpResponse::Ok().json(uploaded(&host, &direct_path, token))
}

fn uploaded(host: &str, direct_path: &str, handle: &str) -> Value {
    json!({
        "url": format!("https://{host}{direct_path}"),
        "direct_path": direct_path,
        "handle": handle,
        "object_id": handle,
    })
}

/// Where an upload goes on: after what is here of it, or not at all.
fn resume(world: &mut World, file_token: &str, host: &str) -> Value {
    match present(world, file_token) {
        Some(direct_path) => {
            let mut answer = uploaded(host, &direct_path, file_token);
            answer["resume"] = json!("complete");
            answer
        }
        None => json!({ "resume": world.media().partial(file_token).to_string() }),
    }
}

/// The `direct_path` of the file that a token names, if the file is here.
fn present(world: &World, file_token: &str) -> Option<String> {
    let hash = BASE64_URL_SAFE_NO_PAD.decode(file_token).ok()?;
    world.media().direct_path(&hash)
}

enum End {
    Complete,
    Interrupted,
    TooLarge,
}

/// Reads a body behind what came earlier.
async fn collect(earlier: BytesMut, mut body: web::Payload) -> (BytesMut, End) {
    let mut file = earlier;
    while let Some(chunk) = body.next().await {
        let Ok(chunk) = chunk else {
            return (file, End::Interrupted);
        };
        if file.len() + chunk.len() > UPLOAD {
            return (file, End::TooLarge);
        }
        file.extend_from_slice(&chunk);
    }
    (file, End::Complete)
}

async fn download(
    shared: Data,
    parameters: web::Query<Parameters>,
    request: HttpRequest,
) -> HttpResponse {
    if let Some(answer) = faulty(&shared, &parameters).await {
        return answer;
    }
    // Most clients download without a token; a wrong one is refused all the same.
    let wrong = |world: &World| parameters.auth.is_some() && parameters.bearer(world).is_none();
    if shared.with(|world| wrong(world)) {
        return HttpResponse::Forbidden().finish();
    }
    let found = shared.with(|world| {
        world.count(|seen| seen.downloads += 1);
        world.media().find(request.path())
    });
    let file = match found {
        Found::File(file) => file,
        Found::Expired => return HttpResponse::Gone().finish(),
        Found::Unknown => return HttpResponse::NotFound().finish(),
    };
    let asked = request
        .headers()
        .get(RANGE)
        .and_then(|value| value.to_str().ok());
    let Some(asked) = asked else {
        return HttpResponse::Ok()
            .content_type("application/octet-stream")
            .insert_header((ACCEPT_RANGES, "bytes"))
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

/// Some clients delete a history file once they have read it, by its path or by its token.
async fn remove(shared: Data, request: HttpRequest) -> HttpResponse {
    removed(shared.with(|world| world.remove_file(request.path())))
}

async fn remove_uploaded(
    shared: Data,
    path: web::Path<(String, String)>,
    parameters: web::Query<Parameters>,
) -> HttpResponse {
    let file_token = path.1.trim_end_matches('=');
    if shared.with(|world| parameters.bearer(world)).is_none() {
        return HttpResponse::Unauthorized().finish();
    }
    removed(shared.with(|world| {
        let path = present(world, file_token);
        path.is_some_and(|path| world.remove_file(&path))
    }))
}

fn removed(found: bool) -> HttpResponse {
    match found {
        true => HttpResponse::Ok().finish(),
        false => HttpResponse::NotFound().finish(),
    }
}

/// A profile picture; its id is enough to see it, as it is in the real addresses.
async fn picture(shared: Data, id: web::Path<String>) -> HttpResponse {
    let picture = shared.with(|world| {
        let of_people = world.accounts.values().map(|a| &a.profile.picture);
        let of_groups = world.groups().map(|group| &group.picture);
        let of_channels = world.channels().iter().map(|channel| &channel.picture);
        let mut all = of_people.chain(of_groups).chain(of_channels).flatten();
        all.find(|picture| picture.id == *id).cloned()
    });
    match picture {
        Some(picture) => HttpResponse::Ok()
            .content_type(picture.mime())
            .body(picture.image),
        None => HttpResponse::NotFound().finish(),
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
