//! GET, POST and DELETE /console/session — who is logged in to the console: a cookie that stands for a token.
//!
//! While it lasts the cookie is as good as the token, so nothing but the console's own page may use it. Three things see to
//! that. It is `HttpOnly` and `SameSite=Strict`. A request that it is to speak for has a header that no page of another origin
//! can send: a browser asks before it sends one, and is never told yes, since `cors.rs` allows that header to nobody, and
//! credentials neither. And where the browser says what kind of page asks, it must be one of this origin.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{
    CACHE_CONTROL, COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE,
};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use tokio::time::{sleep, timeout};
use utoipa::ToSchema;

use super::Console;
use crate::accounts::tokens::{TokenHash, hash};
use crate::contract::operation::{Envelope, Operation};
use crate::failure::{Failure, Invalid};
use crate::http::auth::MasterOrCaller;
use crate::http::{Api, envelope, routes};
use crate::ids::{TenantId, UserId};
use crate::store::accounts::{Role, Scope};
use crate::store::console::ConsoleSession;

const ADDRESS: &str = "/console/session";
const NAME: &str = "wutsd_console";
/// What the console's own page sends with each request.
const OWN_PAGE: HeaderName = HeaderName::from_static("x-wutsd-console");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const OPERATION: Operation = Operation::new("session", Envelope::Data);
const ANOTHER_PAGE: Failure = Failure::documented(403, "sessions are for the console's own page");
/// A token, and room to spare.
const LARGEST: usize = 8 * 1024;
/// A wrong token is answered after this time, and keeps its place among the wrong ones until then.
const WRONG: Duration = Duration::from_secs(1);

pub fn configure(app: &mut ServiceConfig) {
    let routes = vec![
        (Method::GET, web::route().to(show)),
        (Method::POST, web::route().to(begin)),
        (Method::DELETE, web::route().to(end)),
    ];
    app.service(routes::aside(&[ADDRESS], routes));
}

/// Hash of the token that the session stands for to which this request belongs. Whether somebody still has that token is to be
/// asked next.
pub async fn token(request: &HttpRequest, api: &Api) -> Result<TokenHash, Failure> {
    match is_of_own_page(request.headers()) {
        true => Ok(Session::of(request, api).await?.token),
        false => Err(Failure::Unauthorized),
    }
}

fn is_of_own_page(headers: &HeaderMap) -> bool {
    headers.get(OWN_PAGE).is_some_and(|value| value == "1") && is_of_this_origin(headers)
}

/// As far as the browser says so.
pub fn is_of_this_origin(headers: &HeaderMap) -> bool {
    let site = headers.get(FETCH_SITE);
    site.is_none_or(|site| site == "same-origin")
}

/// A session that has not ended.
pub struct Session {
    /// Hash of its secret.
    hash: [u8; 32],
    /// Hash of the token that was shown for it.
    pub token: TokenHash,
    expires_at: DateTime<Utc>,
}

impl Session {
    /// The one whose cookie the request carries.
    pub async fn of(request: &HttpRequest, api: &Api) -> Result<Self, Failure> {
        let secret = cookie(request.headers()).filter(|_| api.console.is_some());
        let hash = hash(secret.ok_or(Failure::Unauthorized)?);
        Self::find(hash, api).await?.ok_or(Failure::Unauthorized)
    }

    async fn find(hash: [u8; 32], api: &Api) -> Result<Option<Self>, Failure> {
        let found = api.store.console_session(&hash).await;
        let found =
            found.map_err(|error| Failure::of_store("a session was not looked up", &error))?;
        Ok(found.map(|found| Self {
            hash,
            token: found.token,
            expires_at: found.expires_at,
        }))
    }

    /// Who is logged in; `None`: it has ended, or nobody has the token any more.
    pub async fn who(&self, api: &Api) -> Result<Option<MasterOrCaller>, Failure> {
        match Self::find(self.hash, api).await? {
            Some(_) => MasterOrCaller::with(api, self.token).await,
            None => Ok(None),
        }
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE);
    let mut cookies = cookies
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    cookies.find_map(|cookie| cookie.trim().strip_prefix(NAME)?.strip_prefix('='))
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsoleSession)]
struct Shown {
    /// `user`; `master`, who is no user; `nobody`, who is to log in.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<TenantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    /// What a token is good for that was given away; absent: for everything that its user may.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<Scope>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    /// Whether there are simulated phones.
    sandbox: bool,
}

impl Shown {
    fn of(who: MasterOrCaller, expires_at: DateTime<Utc>, console: &Console) -> Self {
        let caller = match who {
            MasterOrCaller::Master => None,
            MasterOrCaller::Caller(caller) => Some(caller),
        };
        Self {
            kind: caller.map_or("master", |_| "user"),
            user_id: caller.map(|caller| caller.user),
            tenant_id: caller.map(|caller| caller.tenant),
            role: caller.map(|caller| caller.role),
            scopes: caller
                .and_then(|caller| caller.grant)
                .map(|grant| grant.scopes.list()),
            expires_at: Some(expires_at),
            sandbox: console.has_phones(),
        }
    }

    fn nobody() -> Self {
        Self {
            kind: "nobody",
            user_id: None,
            tenant_id: None,
            role: None,
            scopes: None,
            expires_at: None,
            sandbox: false,
        }
    }
}

impl Console {
    fn has_phones(&self) -> bool {
        #[cfg(feature = "sandbox")]
        return self.phones.is_some();
        #[cfg(not(feature = "sandbox"))]
        return false;
    }

    fn cookie(&self, secret: &str, lasts: Duration) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        let seconds = lasts.as_secs();
        format!("{NAME}={secret}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}")
    }
}

/// GET /console/session
async fn show(request: HttpRequest, api: Data<Api>) -> HttpResponse {
    answer(shown(&request, &api).await, None)
}

async fn shown(request: &HttpRequest, api: &Api) -> Result<Shown, Failure> {
    if !is_of_own_page(request.headers()) {
        return Err(ANOTHER_PAGE);
    }
    let console = api.console.as_ref().ok_or(Failure::Unauthorized)?;
    let session = match Session::of(request, api).await {
        Err(Failure::Unauthorized) => return Ok(Shown::nobody()),
        session => session?,
    };
    let who = session.who(api).await?;
    Ok(who.map_or_else(Shown::nobody, |who| {
        Shown::of(who, session.expires_at, console)
    }))
}

#[derive(Deserialize)]
struct Login {
    token: String,
}

/// POST /console/session
async fn begin(request: HttpRequest, payload: Payload, api: Data<Api>) -> HttpResponse {
    let (shown, cookie) = begun(&request, payload, &api).await.map_or_else(
        |failure| (Err(failure), None),
        |(shown, cookie)| (Ok(shown), Some(cookie)),
    );
    answer(shown, cookie)
}

async fn begun(
    request: &HttpRequest,
    payload: Payload,
    api: &Api,
) -> Result<(Shown, String), Failure> {
    if !is_of_own_page(request.headers()) {
        return Err(ANOTHER_PAGE);
    }
    let console = api.console.as_ref().ok_or(Failure::Unauthorized)?;
    let login = login(payload, api).await?;
    let token = hash(login.token.trim());
    let Some(who) = MasterOrCaller::with(api, token).await? else {
        // Only for who is wrong: nobody else is kept out by them.
        let place = console.logins.try_acquire();
        let _place = place.map_err(|_| Failure::Overloaded)?;
        sleep(WRONG).await;
        return Err(Failure::Unauthorized);
    };
    let expires_at = (Utc::now() + console.session).trunc_subsecs(0);
    let secret = secret()?;
    let session = ConsoleSession { token, expires_at };
    let begun = api.store.begin_console_session(hash(&secret), session);
    begun
        .await
        .map_err(|error| Failure::of_store("a session was not begun", &error))?;
    let cookie = console.cookie(&secret, console.session);
    Ok((Shown::of(who, expires_at, console), cookie))
}

async fn login(payload: Payload, api: &Api) -> Result<Login, Failure> {
    let read = timeout(api.limits.body_timeout, payload.to_bytes_limited(LARGEST)).await;
    let body = match read {
        Ok(Ok(Ok(body))) => body,
        Ok(Err(_)) => return Err(Failure::told(413, "the body is too large".to_owned())),
        Ok(Ok(Err(_))) | Err(_) => {
            return Err(Failure::told(408, "the body did not come".to_owned()));
        }
    };
    let wrong = |_| {
        Invalid::field(
            "token",
            "token is required: a JSON object with a text of this name",
        )
    };
    Ok(serde_json::from_slice(&body).map_err(wrong)?)
}

/// 256 random bits.
fn secret() -> Result<String, Failure> {
    let mut secret = [0; 32];
    let filled = getrandom::fill(&mut secret);
    filled.map_err(|error| Failure::internal("no random bits for a session", &error))?;
    Ok(hex::encode(secret))
}

/// DELETE /console/session
async fn end(request: HttpRequest, api: Data<Api>) -> HttpResponse {
    let ended = ended(&request, &api).await;
    let over = api
        .console
        .as_ref()
        .map(|console| console.cookie("", Duration::ZERO));
    answer(ended, over)
}

#[derive(Serialize, ToSchema)]
#[schema(as = ConsoleSessionEnded)]
struct Ended {
    message: &'static str,
}

/// What has ended already has ended.
async fn ended(request: &HttpRequest, api: &Api) -> Result<Ended, Failure> {
    if !is_of_own_page(request.headers()) {
        return Err(ANOTHER_PAGE);
    }
    if let Some(secret) = cookie(request.headers()) {
        let ended = api.store.end_console_session(&hash(secret)).await;
        ended.map_err(|error| Failure::of_store("a session was not ended", &error))?;
    }
    if let Some(console) = &api.console {
        console.look_again();
    }
    Ok(Ended {
        message: "logged out",
    })
}

fn answer<T: Serialize + ToSchema + Send + 'static>(
    result: Result<T, Failure>,
    cookie: Option<String>,
) -> HttpResponse {
    let mut response = envelope::respond(&OPERATION, result);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        headers.insert(SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let table = [
            ("wutsd_console=abc", Some("abc")),
            ("a=b; wutsd_console=abc; c=d", Some("abc")),
            ("wutsd_console2=abc", None),
            ("xwutsd_console=abc", None),
            ("", None),
        ];
        for (line, expected) in table {
            let request = TestRequest::get()
                .insert_header((COOKIE, line))
                .to_http_request();
            assert_eq!(cookie(request.headers()), expected, "{line:?}");
        }
    }

    #[test]
    fn only_the_own_page_may_use_it() {
        let table = [
            (Some("1"), None, true),
            (Some("1"), Some("same-origin"), true),
            (Some("1"), Some("same-site"), false),
            (Some("1"), Some("cross-site"), false),
            (Some("1"), Some("none"), false),
            (Some("0"), None, false),
            (None, Some("same-origin"), false),
            (None, None, false),
        ];
        for (own, site, expected) in table {
            let mut request = TestRequest::get();
            for (name, value) in [(OWN_PAGE, own), (FETCH_SITE, site)] {
                if let Some(value) = value {
                    request = request.insert_header((name, value));
                }
            }
            let request = request.to_http_request();
            assert_eq!(
                is_of_own_page(request.headers()),
                expected,
                "{own:?} {site:?}"
            );
        }
    }
}
