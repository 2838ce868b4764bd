//! Signatures: the documented one inside the body, and those of Standard Webhooks in the headers.
//!
//! The body ends with `,"signature":"sha256=<hex>"}`. What is signed is the body without that member: the same bytes up to
//! it, and the closing brace. The headers sign `<webhook-id>.<webhook-timestamp>.<body as sent>`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How the secrets begin that Standard Webhooks gives out; what follows is base64.
const PREFIX: &str = "whsec_";

/// Whether a secret can be used. One that begins like those of Standard Webhooks must be one.
pub fn is_usable(secret: &str) -> bool {
    let encoded = secret.strip_prefix(PREFIX);
    encoded.is_none_or(|encoded| {
        BASE64_STANDARD
            .decode(encoded)
            .is_ok_and(|key| !key.is_empty())
    })
}

/// The body with the documented signature. `envelope` is a JSON object that is not empty.
pub fn sign_body(secret: &str, envelope: &[u8]) -> Vec<u8> {
    let signature = hex::encode(hmac(secret.as_bytes(), &[envelope]));
    let open = envelope.strip_suffix(b"}").unwrap_or(envelope);
    let member = format!(",\"signature\":\"sha256={signature}\"}}");
    [open, member.as_bytes()].concat()
}

/// The value of `webhook-signature`: a signature per secret, so that a receiver may know the old one or the new one.
pub fn header<'a>(
    secrets: impl IntoIterator<Item = &'a str>,
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> String {
    let head = format!("{id}.{timestamp}.");
    let signatures = secrets.into_iter().map(|secret| {
        let signature = hmac(&key(secret), &[head.as_bytes(), body]);
        format!("v1,{}", BASE64_STANDARD.encode(signature))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

/// The key that Standard Webhooks means by a secret; of any other text, its bytes.
fn key(secret: &str) -> Vec<u8> {
    let encoded = secret.strip_prefix(PREFIX);
    let decoded = encoded.and_then(|encoded| BASE64_STANDARD.decode(encoded).ok());
    decoded.unwrap_or_else(|| secret.as_bytes().to_vec())
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_signed_as_it_says() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = br#"{"test": 2432232314}"#;
        let header = header(
            [secret],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            body,
        );
        assert_eq!(header, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_signed_in_the_body_is_the_body_without_its_signature() {
        let signed = sign_body("Jefe", br#"{"a":1}"#);
        let text = String::from_utf8(signed).unwrap();
        let (before, member) = text.split_once(",\"signature\":\"sha256=").unwrap();
        let signature = member.strip_suffix("\"}").unwrap();
        let expected = hmac(b"Jefe", &[before.as_bytes(), b"}"]);
        assert_eq!(signature, hex::encode(expected));
        assert_eq!(before, r#"{"a":1"#);
    }

    #[test]
    fn a_secret_that_claims_to_be_base64_must_be() {
        for (secret, usable) in [
            ("anything at all", true),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true),
            ("whsec_", false),
            ("whsec_not base64", false),
        ] {
            assert_eq!(is_usable(secret), usable, "{secret}");
        }
    }
}
