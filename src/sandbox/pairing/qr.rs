//! Scanning: the text behind a QR code, compared with the companion that shows it.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::sandbox::keys::{self, Key32};
use crate::sandbox::registration::Registration;
use crate::sandbox::registration::outcome::{Linked, PairingError, Waiter};
use crate::sandbox::world::World;

/// The fields of a QR code.
pub struct Scanned {
    reference: String,
    noise_static: Key32,
    identity: Key32,
    adv_secret: Key32,
}

impl Scanned {
    /// Accepts the text with or without its URL, and with four or five fields.
    pub fn parse(text: &str) -> Result<Self, PairingError> {
        let fields = text.trim().rsplit('#').next().unwrap_or_default();
        let fields: Vec<&str> = fields.split(',').collect();
        let [reference, noise, identity, secret, ..] = fields.as_slice() else {
            return Err(PairingError::NotAQr("it has fewer than four fields"));
        };
        if fields.len() > 5 || reference.is_empty() {
            return Err(PairingError::NotAQr("it does not have four or five fields"));
        }
        let key =
            |text: &str| -> Option<Key32> { BASE64_STANDARD.decode(text).ok()?.try_into().ok() };
        let malformed = PairingError::NotAQr("a key is not 32 bytes in base64");
        match (key(noise), key(identity), key(secret)) {
            (Some(noise_static), Some(identity), Some(adv_secret)) => Ok(Self {
                reference: (*reference).to_owned(),
                noise_static,
                identity,
                adv_secret,
            }),
            _ => Err(malformed),
        }
    }
}

impl World {
    /// The phone of `account` scans. Absent account: somebody new installs WhatsApp first.
    pub fn scan(
        &mut self,
        scanned: &Scanned,
        account: Option<&str>,
        waiter: Waiter,
    ) -> Result<(), PairingError> {
        let found = self
            .registrations
            .iter()
            .find(|(_, r)| r.shows(&scanned.reference));
        let (id, registration) = found.ok_or(PairingError::UnknownReference)?;
        let id = *id;
        compare(scanned, registration)?;
        let phone = match account {
            Some(phone) if self.accounts.contains_key(phone) => phone.to_owned(),
            Some(phone) => return Err(PairingError::UnknownAccount(phone.to_owned())),
            None => self
                .create_account(None, None)
                .expect("a generated number is free and well formed"),
        };
        if self.has_passkey(&phone) {
            self.ask_for_passkey(id, &phone);
            let _ = waiter.send(Ok(Linked::Checked(phone)));
            return Ok(());
        }
        self.offer(id, &phone, &scanned.adv_secret, waiter);
        Ok(())
    }
}

fn compare(scanned: &Scanned, registration: &Registration) -> Result<(), PairingError> {
    // Both keys came over the Noise channel as well: a code made for another companion is caught here.
    if scanned.noise_static != registration.noise_static {
        return Err(PairingError::Mismatch("another Noise key"));
    }
    if scanned.identity != registration.data.identity {
        return Err(PairingError::Mismatch("another identity key"));
    }
    Ok(())
}

/// HMAC of the box that carries the device identity, keyed by the secret in the code.
pub fn seal(adv_secret: &Key32, signed: &[u8]) -> [u8; 32] {
    keys::hmac_sha256(adv_secret, &[signed])
}
