//! The passkey of a simulated account: what its owner's browser answers with it, and what the server makes of the answer.

mod assertion;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::assertion::WrongAssertion;
use self::assertion::{Assertion, VERIFIED};
use super::keys::{self, Key32, base64_bytes};

/// The relying party of WhatsApp's passkeys.
pub const RP_ID: &str = "whatsapp.com";
/// Where WhatsApp's own client asks for them.
pub const ORIGIN: &str = "https://web.whatsapp.com";
/// Seconds for the answer, as the live server gives them.
pub const TIMEOUT: u64 = 600;

/// A key on P-256 that an account's owner has, and how it is asked for when a device is linked.
#[derive(Clone, Serialize, Deserialize)]
pub struct Passkey {
    #[serde(with = "base64_bytes")]
    credential: Vec<u8>,
    #[serde(with = "base64_bytes")]
    user: Vec<u8>,
    /// PKCS #8.
    #[serde(with = "base64_bytes")]
    key: Vec<u8>,
    pub terms: Terms,
}

/// How it is asked for.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// Seconds until it is too late.
    pub timeout: u64,
    /// The companion is told that it is asked, and has to ask for what.
    pub withheld: bool,
    /// The phone does nothing after a good answer, as happens.
    pub silent: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            timeout: TIMEOUT,
            withheld: false,
            silent: false,
        }
    }
}

impl Passkey {
    /// The owner makes one.
    pub fn create(terms: Terms) -> Self {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random);
        let key = key.expect("the system gives random bytes");
        Self {
            credential: keys::random::<32>().to_vec(),
            user: keys::random::<16>().to_vec(),
            key: key.as_ref().to_vec(),
            terms,
        }
    }

    /// What the server wants of a browser: `PublicKeyCredentialRequestOptions` in their JSON form.
    pub fn request(&self, challenge: &Key32) -> Value {
        json!({
            "challenge": encode(challenge),
            "timeout": self.terms.timeout * 1000,
            "rpId": RP_ID,
            "allowCredentials": [{ "type": "public-key", "id": encode(&self.credential) }],
            "userVerification": "required",
            "extensions": { "uvm": true },
        })
    }

    /// What a browser that shows a page of `origin` gives for these options, after its user has agreed: a
    /// `PublicKeyCredential` in its JSON form. `None`: the options have no challenge.
    pub fn get(&self, options: &Value, origin: &str) -> Option<Value> {
        let challenge = options["challenge"].as_str()?;
        let rp_id = options["rpId"].as_str().unwrap_or(RP_ID);
        let client_data = json!({
            "type": "webauthn.get",
            "challenge": challenge,
            "origin": origin,
            "crossOrigin": false,
        });
        let client_data = client_data.to_string().into_bytes();
        let mut authenticator_data = keys::sha256(rp_id.as_bytes()).to_vec();
        authenticator_data.push(VERIFIED);
        // Passkeys that are synced between devices do not count.
        authenticator_data.extend([0; 4]);
        let signed = [&authenticator_data[..], &keys::sha256(&client_data)].concat();
        let signature = self.key_pair().sign(&SystemRandom::new(), &signed);
        let signature = signature.expect("the system gives random bytes");
        let id = encode(&self.credential);
        Some(json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(&client_data),
                "authenticatorData": encode(&authenticator_data),
                "signature": encode(signature.as_ref()),
                "userHandle": encode(&self.user),
            },
        }))
    }

    /// Whether this is an answer to that challenge by this passkey. `credential`: as the stanza names it.
    pub fn check(
        &self,
        credential: &[u8],
        assertion: &[u8],
        challenge: &Key32,
    ) -> Result<(), WrongAssertion> {
        let assertion = Assertion::read(assertion)?;
        if credential != self.credential || assertion.credential != self.credential {
            return Err(WrongAssertion("another credential"));
        }
        if assertion
            .user
            .as_ref()
            .is_some_and(|user| *user != self.user)
        {
            return Err(WrongAssertion("another user"));
        }
        assertion.check(challenge)?;
        let key = UnparsedPublicKey::new(
            &ECDSA_P256_SHA256_ASN1,
            self.key_pair().public_key().as_ref().to_vec(),
        );
        let verified = key.verify(&assertion.signed(), &assertion.signature);
        verified.map_err(|_| WrongAssertion("the signature is wrong"))
    }

    fn key_pair(&self) -> EcdsaKeyPair {
        let random = SystemRandom::new();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.key, &random)
            .expect("it was made here")
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: Key32 = [7; 32];

    fn check(passkey: &Passkey, given: &Value) -> Result<(), WrongAssertion> {
        let text = given.to_string();
        passkey.check(&passkey.credential, text.as_bytes(), &CHALLENGE)
    }

    #[test]
    fn an_answer_is_good_for_its_challenge_its_page_and_its_passkey_only() {
        let passkey = Passkey::create(Terms::default());
        let good = passkey.get(&passkey.request(&CHALLENGE), ORIGIN).unwrap();
        assert_eq!(check(&passkey, &good), Ok(()));

        let other = passkey.get(&passkey.request(&[8; 32]), ORIGIN).unwrap();
        assert_eq!(
            check(&passkey, &other),
            Err(WrongAssertion("another challenge"))
        );
        for origin in [
            "https://example.com",
            "https://notwhatsapp.com",
            "http://web.whatsapp.com",
        ] {
            let page = passkey.get(&passkey.request(&CHALLENGE), origin).unwrap();
            assert_eq!(
                check(&passkey, &page),
                Err(WrongAssertion("another origin")),
                "{origin}"
            );
        }
        let stranger = Passkey::create(Terms::default());
        let theirs = stranger.get(&stranger.request(&CHALLENGE), ORIGIN).unwrap();
        assert_eq!(
            check(&passkey, &theirs),
            Err(WrongAssertion("another credential"))
        );
        let mut forged = good.clone();
        forged["response"]["signature"] = theirs["response"]["signature"].clone();
        assert_eq!(
            check(&passkey, &forged),
            Err(WrongAssertion("the signature is wrong"))
        );
    }
}
