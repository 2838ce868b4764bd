//! /console/sandbox/… — the simulated phones, in `wutsd sandbox` alone: what a person would do with them, from the console.
//!
//! Whoever is logged in may do it: the phones are toys, and everybody who reaches them has their control API as well.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{self, Bytes, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use reqwest::Client;
use url::Url;

use super::session;
use crate::contract::operation::{Envelope, Operation};
use crate::failure::{Failure, Invalid};
use crate::http::auth::MasterOrCaller;
use crate::http::envelope::with_status;
use crate::http::{Api, envelope, routes};

const OPERATION: Operation = Operation::new("sandbox", Envelope::Data);
const NO_PHONES: Failure = Failure::NotFound("there are no simulated phones");
/// Bytes: a text to be said.
const LARGEST: usize = 64 * 1024;
const LIMIT: Duration = Duration::from_secs(30);

/// Where the simulated phones are.
pub struct Phones {
    http: Client,
    control: Url,
}

impl Phones {
    /// At this control API. `None`: no client could be made for it.
    pub fn at(control: Url) -> Option<Self> {
        // The HTTP client wants a TLS provider even where it only speaks plain HTTP. An error means: set already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().no_proxy().timeout(LIMIT).build().ok()?;
        Some(Self { http, control })
    }

    /// What the phones answer: HTTP's status, and JSON.
    async fn ask(&self, path: &str, body: Option<Bytes>) -> Result<(u16, Bytes), Failure> {
        let address = format!("{}/{path}", self.control.as_str().trim_end_matches('/'));
        let asked = match body {
            None => self.http.get(address),
            Some(body) => self.http.post(address).body(body),
        };
        let failed = |error| Failure::internal("the simulated phones did not answer", &error);
        let answer = asked.send().await.map_err(failed)?;
        let status = answer.status().as_u16();
        Ok((status, answer.bytes().await.map_err(failed)?))
    }
}

pub fn configure(app: &mut ServiceConfig) {
    let look = |path: &'static str| {
        web::route().to(move |request: HttpRequest, api: Data<Api>| async move {
            answer(looked(&request, &api, path).await)
        })
    };
    let touch = |path: &'static str| {
        web::route().to(
            move |request: HttpRequest, payload: Payload, api: Data<Api>| async move {
                answer(touched(&request, payload, &api, path).await)
            },
        )
    };
    let get =
        |address: &'static str, path| routes::aside(&[address], vec![(Method::GET, look(path))]);
    let post =
        |address: &'static str, path| routes::aside(&[address], vec![(Method::POST, touch(path))]);
    app.service(get("/console/sandbox/phones", "accounts"))
        .service(get("/console/sandbox/phones/{phone}/inbox", "inbox"))
        .service(post("/console/sandbox/scan", "scan"))
        .service(post("/console/sandbox/code", "code"))
        .service(post("/console/sandbox/inbound", "inbound"));
}

async fn admitted<'a>(request: &HttpRequest, api: &'a Api) -> Result<&'a Phones, Failure> {
    let token = session::token(request, api).await?;
    let who = MasterOrCaller::with(api, token).await?;
    who.ok_or(Failure::Unauthorized)?;
    let phones = api
        .console
        .as_ref()
        .and_then(|console| console.phones.as_ref());
    phones.ok_or(NO_PHONES)
}

async fn looked(request: &HttpRequest, api: &Api, path: &str) -> Result<(u16, Bytes), Failure> {
    let phones = admitted(request, api).await?;
    let path = match request.match_info().get("phone") {
        None => path.to_owned(),
        Some(phone) if phone.bytes().all(|digit| digit.is_ascii_digit()) => {
            format!("accounts/{phone}/{path}")
        }
        Some(_) => return Err(Invalid::field("phone", "phone must be digits").into()),
    };
    phones.ask(&path, None).await
}

async fn touched(
    request: &HttpRequest,
    payload: Payload,
    api: &Api,
    path: &str,
) -> Result<(u16, Bytes), Failure> {
    let phones = admitted(request, api).await?;
    match payload.to_bytes_limited(LARGEST).await {
        Ok(Ok(body)) => phones.ask(path, Some(body)).await,
        Ok(Err(_)) => Err(Failure::told(408, "the body did not come".to_owned())),
        Err(_) => Err(Failure::told(413, "the body is too large".to_owned())),
    }
}

fn answer(result: Result<(u16, Bytes), Failure>) -> HttpResponse {
    match result {
        Ok((status, body)) => with_status(status)
            .content_type("application/json")
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(body),
        Err(failure) => envelope::refuse(&OPERATION, &failure),
    }
}
