//! Who calls: somebody with the token of a user, whoever has the master token, either, or anybody.

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};

use super::Api;
use super::console::session;
use super::endpoint::{Admitted, Token};
use crate::accounts::tokens::{TokenHash, hash};
use crate::failure::Failure;
use crate::memory::Holder;
use crate::store::accounts::{Caller, Grant};

/// The user whose token the request carries.
impl Admitted for Caller {
    const TOKENS: &'static [Token] = &[Token::User];

    async fn admit(request: &HttpRequest, api: &Api) -> Result<Self, Failure> {
        let token = presented(request, api).await?;
        caller(api, token).await?.ok_or(Failure::Unauthorized)
    }

    fn holder(&self) -> Holder {
        Some(self.user)
    }

    fn grant(&self) -> Option<Grant> {
        self.grant
    }
}

/// Whoever runs the daemon.
pub struct Master;

impl Admitted for Master {
    const TOKENS: &'static [Token] = &[Token::Master];

    async fn admit(request: &HttpRequest, api: &Api) -> Result<Self, Failure> {
        match api.master.matches(&presented(request, api).await?) {
            true => Ok(Self),
            false => Err(Failure::Unauthorized),
        }
    }

    fn holder(&self) -> Holder {
        None
    }

    fn grant(&self) -> Option<Grant> {
        None
    }
}

/// Whoever runs the daemon, or else a user.
pub enum MasterOrCaller {
    Master,
    Caller(Caller),
}

impl MasterOrCaller {
    /// Whose token has this hash.
    pub async fn with(api: &Api, token: TokenHash) -> Result<Option<Self>, Failure> {
        if api.master.matches(&token) {
            return Ok(Some(Self::Master));
        }
        Ok(caller(api, token).await?.map(Self::Caller))
    }
}

impl Admitted for MasterOrCaller {
    const TOKENS: &'static [Token] = &[Token::User, Token::Master];

    async fn admit(request: &HttpRequest, api: &Api) -> Result<Self, Failure> {
        let token = presented(request, api).await?;
        Self::with(api, token).await?.ok_or(Failure::Unauthorized)
    }

    fn holder(&self) -> Holder {
        match self {
            Self::Master => None,
            Self::Caller(caller) => caller.holder(),
        }
    }

    fn grant(&self) -> Option<Grant> {
        match self {
            Self::Master => None,
            Self::Caller(caller) => caller.grant,
        }
    }
}

/// Everybody, without a token.
pub struct Anybody;

impl Admitted for Anybody {
    const TOKENS: &'static [Token] = &[];

    async fn admit(_: &HttpRequest, _: &Api) -> Result<Self, Failure> {
        Ok(Self)
    }

    fn holder(&self) -> Holder {
        None
    }

    fn grant(&self) -> Option<Grant> {
        None
    }
}

/// The user whose token has this hash.
async fn caller(api: &Api, token: TokenHash) -> Result<Option<Caller>, Failure> {
    let caller = api.tokens.caller(token).await;
    caller.map_err(|error| Failure::of_store("a token was not looked up", &error))
}

/// Hash of the token that the request carries, or that somebody has shown to the console who now asks through its page.
async fn presented(request: &HttpRequest, api: &Api) -> Result<TokenHash, Failure> {
    match request.headers().contains_key(AUTHORIZATION) {
        true => bearer(request.headers())
            .map(hash)
            .ok_or(Failure::Unauthorized),
        false => session::token(request, api).await,
    }
}

/// `Authorization: Bearer <token>`, the scheme in any case; a bare token is accepted too.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?.trim();
    let token = match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) => return None,
        None => value,
    };
    (!token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn tokens_are_read_with_and_without_their_scheme() {
        let table = [
            ("Bearer abc", Some("abc")),
            ("bEARER  abc ", Some("abc")),
            ("abc", Some("abc")),
            ("Basic abc", None),
            ("Bearer ", Some("Bearer")),
            ("", None),
        ];
        for (value, expected) in table {
            let request = TestRequest::get()
                .insert_header((AUTHORIZATION, value))
                .to_http_request();
            assert_eq!(bearer(request.headers()), expected, "{value:?}");
        }
    }
}
