//! Links for customers: whoever has one pairs one device, and sees nothing else.
//!
//! The secret in a link is the only thing that its page needs. It is in the path and nowhere in a log, whose lines have no paths.

pub mod by_link;
pub mod code;
pub mod create;
pub mod delete;
pub mod list;
pub mod passkey;
pub mod passkey_confirm;
pub mod state;

use actix_web::HttpRequest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::Api;
use super::devices::follow;
use super::endpoint::{Admitted, Token};
use crate::accounts::tokens::{TokenHash, hash};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::{Failure, Invalid};
use crate::ids::UserId;
use crate::memory::Holder;
use crate::store::accounts::{Caller, Grant};
use crate::store::pairing_links::PairingLink;
use crate::supervision::view::Watch;

const OPERATION: Operation = Operation::new("pairing_link", Envelope::Flat);
/// The `{secret}` of the path.
const SECRET: Param = Param::path("secret");
/// Whatever is wrong with it.
const UNKNOWN: Failure = Failure::NotFound(
    "this link is not good any more: it was used, taken back or has ended, or there never was one",
);

/// A new secret, and what is stored of it.
fn generate() -> (String, TokenHash) {
    let secret: [u8; 32] = rand::random();
    let secret = BASE64_URL_SAFE_NO_PAD.encode(secret);
    let hash = hash(&secret);
    (secret, hash)
}

/// Follows the link's device; one that was just deleted has no links.
async fn followed(api: &Api, link: &PairingLink) -> Result<Watch, Failure> {
    let watch = follow(api, link.device).await;
    watch.map_err(|failure| match failure {
        Failure::NotFound(_) => UNKNOWN,
        other => other,
    })
}

/// Whoever has a link.
pub struct Customer {
    pub link: PairingLink,
    user: UserId,
}

impl Admitted for Customer {
    const TOKENS: &'static [Token] = &[];

    fn refusals() -> Vec<Failure> {
        vec![UNKNOWN]
    }

    async fn admit(request: &HttpRequest, api: &Api) -> Result<Self, Failure> {
        let secret = request.match_info().get("secret").unwrap_or_default();
        let found = api.store.find_pairing_link(&hash(secret)).await;
        let found =
            found.map_err(|error| Failure::of_store("a link could not be looked up", &error))?;
        let (link, user) = found.ok_or(UNKNOWN)?;
        Ok(Self { link, user })
    }

    fn holder(&self) -> Holder {
        Some(self.user)
    }

    fn grant(&self) -> Option<Grant> {
        None
    }
}

/// A user, and under which address the daemon is reached.
pub struct CallerHere {
    caller: Caller,
    /// Without a slash at its end.
    base: String,
}

impl Admitted for CallerHere {
    const TOKENS: &'static [Token] = Caller::TOKENS;

    async fn admit(request: &HttpRequest, api: &Api) -> Result<Self, Failure> {
        let caller = Caller::admit(request, api).await?;
        let base = match &api.public_url {
            Some(configured) => configured.clone(),
            None => asked_at(request)?,
        };
        Ok(Self { caller, base })
    }

    fn holder(&self) -> Holder {
        self.caller.holder()
    }

    fn grant(&self) -> Option<Grant> {
        self.caller.grant
    }
}

/// As the caller, or the proxy before us, has called this daemon.
fn asked_at(request: &HttpRequest) -> Result<String, Invalid> {
    let connection = request.connection_info();
    let base = format!("{}://{}", connection.scheme(), connection.host());
    let url = url::Url::parse(&base).ok();
    let url = url.filter(|url| ["http", "https"].contains(&url.scheme()));
    let origin = url.map(|url| url.origin().ascii_serialization());
    origin.ok_or_else(|| Invalid::field("Host", "Host must be a name or an address"))
}
