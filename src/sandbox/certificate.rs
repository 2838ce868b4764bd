//! The server's long-lived keys and the Noise certificate chain under its own root.

use std::cell::RefCell;

use buffa::{Message, MessageField};
use serde::{Deserialize, Serialize};
use wacore_libsignal::protocol::{KeyPair, PrivateKey};
use waproto::whatsapp::CertChain;
use waproto::whatsapp::cert_chain::{NoiseCertificate, noise_certificate::Details};

use super::keys::{self, Key32};

const DAY: u64 = 24 * 60 * 60;

/// Private keys as they are kept between starts.
#[derive(Serialize, Deserialize)]
pub struct StoredServerKeys {
    #[serde(with = "keys::base64_bytes")]
    root: Key32,
    #[serde(with = "keys::base64_bytes")]
    intermediate: Key32,
    #[serde(with = "keys::base64_bytes")]
    noise: Key32,
}

/// Who the server is: clients cache its Noise static key, so it outlives a restart.
pub struct ServerKeys {
    root: KeyPair,
    intermediate: KeyPair,
    noise: KeyPair,
    /// The chain of a day, counted from 1970: every handshake of thousands carries it.
    cached: RefCell<Option<(u64, Vec<u8>)>>,
}

impl ServerKeys {
    pub fn generate() -> Self {
        Self {
            root: keys::generate(),
            intermediate: keys::generate(),
            noise: keys::generate(),
            cached: RefCell::default(),
        }
    }

    /// `None` when a stored key is not an X25519 private key.
    pub fn restore(stored: &StoredServerKeys) -> Option<Self> {
        let pair = |bytes: &Key32| KeyPair::try_from(PrivateKey::deserialize(bytes).ok()?).ok();
        Some(Self {
            root: pair(&stored.root)?,
            intermediate: pair(&stored.intermediate)?,
            noise: pair(&stored.noise)?,
            cached: RefCell::default(),
        })
    }

    pub fn stored(&self) -> StoredServerKeys {
        StoredServerKeys {
            root: *self.root.private_key.serialize(),
            intermediate: *self.intermediate.private_key.serialize(),
            noise: *self.noise.private_key.serialize(),
        }
    }

    pub fn root_public_key(&self) -> Key32 {
        keys::public32(&self.root.public_key)
    }

    pub fn noise(&self) -> &KeyPair {
        &self.noise
    }

    /// The chain that serverHello carries, made anew each day.
    pub fn chain(&self, now: u64) -> Vec<u8> {
        let day = now / DAY;
        let mut cached = self.cached.borrow_mut();
        match &*cached {
            Some((made, chain)) if *made == day => chain.clone(),
            _ => {
                let chain = self.make_chain(now);
                *cached = Some((day, chain.clone()));
                chain
            }
        }
    }

    /// Valid from yesterday, because clocks differ, for a year.
    fn make_chain(&self, now: u64) -> Vec<u8> {
        let validity = (now.saturating_sub(DAY), now + 365 * DAY);
        let intermediate = certificate(1, 0, &self.intermediate, &self.root, validity);
        let leaf = certificate(2, 1, &self.noise, &self.intermediate, validity);
        CertChain {
            leaf: MessageField::some(leaf),
            intermediate: MessageField::some(intermediate),
        }
        .encode_to_vec()
    }
}

fn certificate(
    serial: u32,
    issuer_serial: u32,
    subject: &KeyPair,
    issuer: &KeyPair,
    (not_before, not_after): (u64, u64),
) -> NoiseCertificate {
    let details = Details {
        serial: Some(serial),
        issuer_serial: Some(issuer_serial),
        key: Some(keys::public32(&subject.public_key).to_vec()),
        not_before: Some(not_before),
        not_after: Some(not_after),
    }
    .encode_to_vec();
    let signature = keys::sign(&issuer.private_key, &[&details]).to_vec();
    NoiseCertificate {
        details: Some(details),
        signature: Some(signature),
    }
}
