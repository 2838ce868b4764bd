//! Who calls: the bearer token of a user, or the master token.

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};

use super::Api;
use crate::failure::Failure;
use crate::store::accounts::Caller;

impl Api {
    /// The user whose token the request carries.
    pub async fn caller(&self, request: &HttpRequest) -> Result<Caller, Failure> {
        let token = bearer(request).ok_or(Failure::Unauthorized)?;
        let caller = self.tokens.caller(token).await;
        caller
            .map_err(|error| Failure::of_store("a token could not be looked up", &error))?
            .ok_or(Failure::Unauthorized)
    }

    /// Admits the master token only.
    pub fn master(&self, request: &HttpRequest) -> Result<(), Failure> {
        let token = bearer(request).ok_or(Failure::Unauthorized)?;
        if self.master.matches(token) {
            Ok(())
        } else {
            Err(Failure::Unauthorized)
        }
    }
}

/// `Authorization: Bearer <token>`, the scheme in any case; a bare token is accepted too.
fn bearer(request: &HttpRequest) -> Option<&str> {
    bearer_in(request.headers())
}

/// The same in headers alone.
pub(super) fn bearer_in(headers: &HeaderMap) -> Option<&str> {
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
            assert_eq!(bearer(&request), expected, "{value:?}");
        }
    }
}
