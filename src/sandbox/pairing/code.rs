//! Pairing by code: the phone's owner types eight characters, and both sides prove they know them.

use std::time::Instant;

use aes::Aes256;
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use ctr::cipher::{KeyIvInit, StreamCipher};
use sha2::Sha256;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};
use wacore_libsignal::protocol::KeyPair;

use crate::sandbox::account::is_phone;
use crate::sandbox::after::After;
use crate::sandbox::iq::{BAD_REQUEST, Reply};
use crate::sandbox::keys::{self, Key32};
use crate::sandbox::registration::code::{CodeState, Typed, Wrapped};
use crate::sandbox::registration::outcome::{Linked, PairingError, Waiter};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

const ROUNDS: u32 = 131_072;
/// The signs of codes that people compare or type.
pub const ALPHABET: &str = "123456789ABCDEFGHJKLMNPQRSTVWXYZ";

/// The slow part of typing a code, done outside the world's lock.
pub struct TypedCode {
    ephemeral: KeyPair,
    companion_ephemeral: Key32,
    wrapped: Wrapped,
}

impl TypedCode {
    /// Opens the companion's ephemeral key with the code and seals the phone's. Takes some 100 ms.
    pub fn derive(code: &str, companion: &Wrapped) -> Self {
        let mut companion_ephemeral: Key32 =
            companion[48..].try_into().expect("the range has 32 bytes");
        apply(
            code,
            &companion[..32],
            &companion[32..48],
            &mut companion_ephemeral,
        );
        let ephemeral = keys::generate();
        let mut wrapped: Wrapped = [0; 80];
        wrapped[..48].copy_from_slice(&keys::random::<48>());
        let mut sealed = keys::public32(&ephemeral.public_key);
        apply(code, &wrapped[..32], &wrapped[32..48], &mut sealed);
        wrapped[48..].copy_from_slice(&sealed);
        Self {
            ephemeral,
            companion_ephemeral,
            wrapped,
        }
    }
}

/// AES-256-CTR under a key stretched from the code; the same call seals and opens.
fn apply(code: &str, salt: &[u8], iv: &[u8], key: &mut Key32) {
    let stretched = pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(code.as_bytes(), salt, ROUNDS);
    let iv: [u8; 16] = iv.try_into().expect("the range has 16 bytes");
    ctr::Ctr128BE::<Aes256>::new(&stretched.into(), &iv.into()).apply_keystream(key);
}

/// The eight characters without dash and spaces, or `None` when no code looks like this.
pub fn normalize(code: &str) -> Option<String> {
    let code: String = code.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let code = code.to_ascii_uppercase();
    (code.len() == 8 && code.chars().all(|c| ALPHABET.contains(c))).then_some(code)
}

impl World {
    pub fn link_code_step(&mut self, id: u64, step: &Node) -> Reply {
        match stanza::attr(step, "stage").as_deref() {
            Some("companion_hello") => self.companion_hello(id, step),
            Some("companion_finish") => self.companion_finish(id, step),
            _ => Err(BAD_REQUEST),
        }
    }

    /// A companion shows a code and asks for the phone that will be told it. The number need not
    /// have an account yet: one is set up when the code is typed, as for a scan without account.
    fn companion_hello(&mut self, id: u64, step: &Node) -> Reply {
        let jid: Jid = stanza::jid(step, "jid").ok_or(BAD_REQUEST)?;
        let phone = jid.user.to_string();
        if !is_phone(&phone) {
            return Err(BAD_REQUEST);
        }
        let wrapped =
            stanza::child_bytes(step, "link_code_pairing_wrapped_companion_ephemeral_pub");
        let wrapped = wrapped
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(BAD_REQUEST)?;
        let noise = stanza::child_key(step, "companion_server_auth_key_pub").ok_or(BAD_REQUEST)?;
        let registration = self.registrations.get_mut(&id).ok_or(BAD_REQUEST)?;
        if noise != registration.noise_static {
            return Err(BAD_REQUEST);
        }
        let reference = keys::random::<32>().to_vec();
        registration.code = Some(CodeState {
            phone,
            reference: reference.clone(),
            wrapped,
            since: Instant::now(),
            tries: 0,
            typed: None,
        });
        Ok(vec![
            NodeBuilder::new("link_code_companion_reg")
                .attr("stage", "companion_hello")
                .children([stanza::leaf("link_code_pairing_ref", reference)])
                .build(),
        ])
    }

    /// The companion that shows a code for `phone`, and what it sealed with that code.
    pub fn code_expected(&self, phone: &str) -> Result<(u64, Wrapped), PairingError> {
        let newest = self
            .registrations
            .iter()
            .filter_map(|(id, registration)| Some((*id, registration.code.as_ref()?)))
            .filter(|(_, code)| code.phone == phone && code.is_valid())
            .max_by_key(|(_, code)| code.since);
        let (id, code) = newest.ok_or(PairingError::NoCodeExpected)?;
        Ok((id, code.wrapped))
    }

    /// The phone has typed a code: it shows the companion its own sealed key.
    pub fn code_typed(
        &mut self,
        id: u64,
        phone: &str,
        derived: TypedCode,
        waiter: Waiter,
    ) -> Result<(), PairingError> {
        let registration = self.registrations.get(&id).ok_or(PairingError::Gone)?;
        if registration.code.is_none() {
            return Err(PairingError::Gone);
        }
        if !self.accounts.contains_key(phone) {
            self.create_account(Some(phone), None)
                .map_err(|_| PairingError::NoCodeExpected)?;
        }
        let account = self
            .accounts
            .get(phone)
            .ok_or(PairingError::NoCodeExpected)?;
        let identity = account.identity();
        let registration = self.registrations.get_mut(&id).ok_or(PairingError::Gone)?;
        let code = registration.code.as_mut().ok_or(PairingError::Gone)?;
        code.tries += 1;
        let hello = NodeBuilder::new("link_code_companion_reg")
            .attr("stage", "primary_hello")
            .children([
                stanza::leaf(
                    "link_code_pairing_wrapped_primary_ephemeral_pub",
                    derived.wrapped,
                ),
                stanza::leaf("primary_identity_pub", identity),
                stanza::leaf("link_code_pairing_ref", code.reference.clone()),
            ])
            .build();
        code.typed = Some(Typed {
            ephemeral: derived.ephemeral,
            companion_ephemeral: derived.companion_ephemeral,
            waiter,
        });
        let link = registration.link.clone();
        link.send(stanza::notification(
            stanza::server(),
            "link_code_companion_reg",
            hello,
        ));
        Ok(())
    }

    fn companion_finish(&mut self, id: u64, step: &Node) -> Reply {
        let bundle =
            stanza::child_bytes(step, "link_code_pairing_wrapped_key_bundle").ok_or(BAD_REQUEST)?;
        let identity = stanza::child_key(step, "companion_identity_public").ok_or(BAD_REQUEST)?;
        let reference = stanza::child_bytes(step, "link_code_pairing_ref").ok_or(BAD_REQUEST)?;
        let registration = self.registrations.get_mut(&id).ok_or(BAD_REQUEST)?;
        let expected = registration.data.identity;
        let code = registration.code.as_mut().ok_or(BAD_REQUEST)?;
        if code.reference != reference || identity != expected {
            return Err(BAD_REQUEST);
        }
        let typed = code.typed.take().ok_or(BAD_REQUEST)?;
        let phone = code.phone.clone();
        let account = self.accounts.get(&phone).ok_or(BAD_REQUEST)?;
        match adv_secret(&typed, bundle, &expected, &account.phone.peer) {
            // The server has only passed the bundle on: that the phone cannot open it is no
            // business of the companion, which waits for a pair-success that never comes.
            None => {
                let _ = typed.waiter.send(Err(PairingError::WrongCode));
            }
            Some(_) if account.profile.passkey.is_some() => {
                let _ = typed.waiter.send(Ok(Linked::Checked(phone.clone())));
                self.then(After::PasskeyAsked {
                    registration: id,
                    phone,
                });
            }
            // The companion hears that its bundle was taken before it hears pair-success.
            Some(adv_secret) => self.then(After::Offered {
                registration: id,
                phone,
                adv_secret,
                waiter: typed.waiter,
            }),
        }
        Ok(Vec::new())
    }
}

/// The secret both sides now share; `None` when the companion used another code.
fn adv_secret(
    typed: &Typed,
    bundle: &[u8],
    companion_identity: &Key32,
    peer: &crate::sandbox::phone::Peer,
) -> Option<Key32> {
    let (salt, rest) = bundle.split_at_checked(32)?;
    let (iv, sealed) = rest.split_at_checked(12)?;
    let shared = keys::agree(&typed.ephemeral.private_key, &typed.companion_ephemeral)?;
    let key: Key32 = keys::hkdf(
        &shared,
        Some(salt),
        b"link_code_pairing_key_bundle_encryption_key",
    );
    let iv: [u8; 12] = iv.try_into().ok()?;
    let plain = Aes256Gcm::new(&key.into())
        .decrypt(&Nonce::from(iv), sealed)
        .ok()?;
    let (identities, random) = plain.split_at_checked(64)?;
    let expected = [*companion_identity, peer.identity_public()].concat();
    if identities != expected || random.len() != 32 {
        return None;
    }
    let identity_shared = keys::agree(peer.identity().private_key(), companion_identity)?;
    let secret = [shared.as_slice(), &identity_shared, random].concat();
    Some(keys::hkdf(&secret, None, b"adv_secret"))
}
