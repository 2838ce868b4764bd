//! What a browser has answered, as it is read and checked.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use url::Url;

use super::RP_ID;
use crate::sandbox::keys::{self, Key32};

/// Flags of an authenticator that has seen and verified its user, of a passkey that is synced.
pub const VERIFIED: u8 = 0x1d;
const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WrongAssertion(pub &'static str);

const MALFORMED: WrongAssertion = WrongAssertion("it cannot be read");

/// An answer whose fields are bytes again.
pub struct Assertion {
    pub credential: Vec<u8>,
    pub user: Option<Vec<u8>>,
    pub signature: Vec<u8>,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    id: String,
    raw_id: String,
    r#type: String,
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(rename = "clientDataJSON")]
    client_data_json: String,
    authenticator_data: String,
    signature: String,
    user_handle: Option<String>,
}

#[derive(Deserialize)]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
}

impl Assertion {
    /// Reads the JSON of a `PublicKeyCredential`.
    pub fn read(json: &[u8]) -> Result<Self, WrongAssertion> {
        let written: Written = serde_json::from_slice(json).map_err(|_| MALFORMED)?;
        if written.r#type != "public-key" || written.id != written.raw_id {
            return Err(MALFORMED);
        }
        let response = written.response;
        Ok(Self {
            credential: decode(&written.raw_id)?,
            user: response.user_handle.as_deref().map(decode).transpose()?,
            signature: decode(&response.signature)?,
            client_data: decode(&response.client_data_json)?,
            authenticator_data: decode(&response.authenticator_data)?,
        })
    }

    /// Whether it answers this challenge, on a page of WhatsApp, by an authenticator that has verified its user.
    pub fn check(&self, challenge: &Key32) -> Result<(), WrongAssertion> {
        let client: ClientData =
            serde_json::from_slice(&self.client_data).map_err(|_| MALFORMED)?;
        if client.r#type != "webauthn.get" {
            return Err(WrongAssertion("another ceremony"));
        }
        if decode(&client.challenge)? != challenge {
            return Err(WrongAssertion("another challenge"));
        }
        if !is_of_whatsapp(&client.origin) {
            return Err(WrongAssertion("another origin"));
        }
        let (party, flags) = self
            .authenticator_data
            .split_at_checked(32)
            .ok_or(MALFORMED)?;
        if party != keys::sha256(RP_ID.as_bytes()) {
            return Err(WrongAssertion("another relying party"));
        }
        let flags = flags.first().ok_or(MALFORMED)?;
        let both = USER_PRESENT | USER_VERIFIED;
        match flags & both == both {
            true => Ok(()),
            false => Err(WrongAssertion("the user was not verified")),
        }
    }

    /// What the authenticator has signed.
    pub fn signed(&self) -> Vec<u8> {
        let client_data = keys::sha256(&self.client_data);
        [&self.authenticator_data[..], &client_data].concat()
    }
}

fn is_of_whatsapp(origin: &str) -> bool {
    let Ok(origin) = Url::parse(origin) else {
        return false;
    };
    let host = origin.host_str().unwrap_or_default();
    let below = host.strip_suffix(RP_ID);
    origin.scheme() == "https" && below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn decode(text: &str) -> Result<Vec<u8>, WrongAssertion> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| MALFORMED)
}
