//! The passkey check of a link: the browser's answer, a code that both sides show, and the companion's keys under a secret
//! that only the phone shares.
//!
//! Which codes the live server refuses an answer with is unknown, and so is its last word on an attempt that is over: here
//! they are those of the codes to type (400, 403), and a connection that is closed.

use std::time::Duration;

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use buffa::{Enumeration, Message};
use tokio::sync::oneshot;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::{
    CompanionEphemeralIdentity, EncryptedPairingRequest, PairingRequest, PrimaryEphemeralIdentity,
    ProloguePayload,
};

use super::code::ALPHABET;
use crate::sandbox::after::After;
use crate::sandbox::iq::{BAD_REQUEST, Refusal, Reply};
use crate::sandbox::keys::{self, Key32};
use crate::sandbox::passkey::Passkey;
use crate::sandbox::registration::Registration;
use crate::sandbox::registration::passkey::{Answered, Check, Stage};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// The phone's answer comes over its own connection. Clients need that moment: they take the server's answer in first.
const PHONE: Duration = Duration::from_millis(500);
/// Whoever answers at the last moment is still heard: the server gives up after the time that it has told.
const GRACE: Duration = Duration::from_secs(3);

/// Nothing of this was asked for, or no longer.
const FORBIDDEN: Refusal = (403, "forbidden");

impl World {
    /// Whether linking a device to this account is checked by its passkey.
    pub fn has_passkey(&self, phone: &str) -> bool {
        self.passkey(phone).is_some()
    }

    fn passkey(&self, phone: &str) -> Option<&Passkey> {
        self.accounts.get(phone)?.profile.passkey.as_ref()
    }

    /// The phone wants to link this companion: the server asks for the account's passkey first.
    pub fn ask_for_passkey(&mut self, id: u64, phone: &str) {
        let Some(passkey) = self.passkey(phone) else {
            return;
        };
        let patience = Duration::from_secs(passkey.terms.timeout);
        let check = Check::new(phone, patience);
        let options = passkey.request(&check.challenge).to_string();
        let asked = NodeBuilder::new("notification")
            .attr("from", stanza::server())
            .attr("type", "passkey_prologue_request")
            .attr("id", stanza::new_id())
            .attr("t", stanza::now());
        let asked = match passkey.terms.withheld {
            true => asked,
            false => asked.children([stanza::leaf("passkey_request_options", options)]),
        };
        let Some(registration) = self.registrations.get_mut(&id) else {
            return;
        };
        registration.link.send(asked.build());
        let challenge = check.challenge;
        registration.check = Some(check);
        let late = After::PasskeyLate {
            registration: id,
            challenge,
        };
        self.later(patience + GRACE, late);
    }

    /// The time for the answer is over.
    pub fn passkey_is_late(&mut self, id: u64, challenge: &Key32) {
        let check = self.registrations.get(&id).and_then(|r| r.check.as_ref());
        let waits =
            |check: &Check| check.challenge == *challenge && matches!(check.stage, Stage::Asked);
        if check.is_some_and(waits) {
            self.give_link_up(id);
        }
    }

    /// The phone does not link this companion.
    pub fn give_link_up(&mut self, id: u64) {
        if let Some(registration) = self.registrations.remove(&id) {
            registration.link.close();
        }
    }

    /// The companion whose link to this account is being checked; the latest, if there are several.
    pub fn checked_link(&self, phone: &str) -> Option<(u64, &Check)> {
        let checks = self
            .registrations
            .iter()
            .filter_map(|(id, registration)| Some((*id, registration.check.as_ref()?)));
        checks
            .filter(|(_, check)| check.phone == phone)
            .max_by_key(|(_, check)| check.since)
    }

    /// What a companion says in the course of the check.
    pub fn passkey_step(&mut self, id: u64, iq: &Node) -> Reply {
        let step = stanza::children(iq).first().ok_or(BAD_REQUEST)?;
        match &*step.tag {
            "passkey_request_options" => self.passkey_options(id),
            "ref" => self.passkey_reference(id),
            "passkey_prologue" => self.passkey_prologue(id, step),
            "companion_nonce" => self.companion_nonce(id, step),
            "encrypted_pairing_request" => self.pairing_request(id, step),
            _ => Err(BAD_REQUEST),
        }
    }

    /// Nothing more is taken, and once the companion has read the refusal it is left.
    fn end_check(&mut self, id: u64, refusal: Refusal) -> Reply {
        self.check_of(id)?.stage = Stage::Ended;
        self.later(PHONE, After::LinkGivenUp { registration: id });
        Err(refusal)
    }

    fn check_of(&mut self, id: u64) -> Result<&mut Check, Refusal> {
        let registration = self.registrations.get_mut(&id);
        registration
            .and_then(|registration| registration.check.as_mut())
            .ok_or(FORBIDDEN)
    }

    fn passkey_options(&mut self, id: u64) -> Reply {
        let check = self.check_of(id)?;
        let (phone, challenge) = (check.phone.clone(), check.challenge);
        let passkey = self.passkey(&phone).ok_or(FORBIDDEN)?;
        let options = passkey.request(&challenge).to_string();
        Ok(vec![stanza::leaf("passkey_request_options", options)])
    }

    fn passkey_reference(&mut self, id: u64) -> Reply {
        let check = self.check_of(id)?;
        let reference = format!("4@{}", hex::encode(keys::random::<24>()));
        check.reference = Some(reference.clone());
        Ok(vec![stanza::leaf("ref", reference)])
    }

    /// The browser's answer, and the companion's half of the agreement that follows. One answer is all it gets.
    fn passkey_prologue(&mut self, id: u64, prologue: &Node) -> Reply {
        let check = self.check_of(id)?;
        if !matches!(check.stage, Stage::Asked) || check.since.elapsed() > check.patience + GRACE {
            return Err(FORBIDDEN);
        }
        let (phone, challenge) = (check.phone.clone(), check.challenge);
        let answered = answered(prologue, check.reference.as_deref()).ok_or(BAD_REQUEST)?;
        let credential = stanza::child_bytes(prologue, "credential_id").ok_or(BAD_REQUEST)?;
        let assertion = stanza::child_bytes(prologue, "webauthn_assertion").ok_or(BAD_REQUEST)?;
        let passkey = self.passkey(&phone).ok_or(FORBIDDEN)?.clone();
        if let Err(reason) = passkey.check(credential, assertion, &challenge) {
            tracing::info!(%reason, "an answer with a passkey is refused");
            return self.end_check(id, FORBIDDEN);
        }
        let shown = PrimaryEphemeralIdentity {
            public_key: Some(keys::public32(&answered.own.public_key).to_vec()),
            nonce: Some(answered.nonce.to_vec()),
        };
        self.check_of(id)?.stage = Stage::Answered(Box::new(answered));
        if !passkey.terms.silent {
            let shown = stanza::leaf("primary_ephemeral_identity", shown.encode_to_vec());
            let link = self.registrations.get(&id).ok_or(FORBIDDEN)?.link.clone();
            let continued = stanza::notification(stanza::server(), "crsc_continuation", shown);
            let answer = After::Answered {
                link,
                answer: continued,
            };
            self.later(PHONE, answer);
        }
        Ok(Vec::new())
    }

    /// The nonce to which the companion had bound itself: now both can show the code.
    fn companion_nonce(&mut self, id: u64, nonce: &Node) -> Reply {
        let check = self.check_of(id)?;
        let Stage::Answered(answered) = &check.stage else {
            return Err(FORBIDDEN);
        };
        let nonce = stanza::bytes(nonce).and_then(|bytes| Key32::try_from(bytes).ok());
        let compared =
            nonce.and_then(|nonce| compared(answered, &nonce, check.reference.as_deref()));
        match compared {
            Some(stage) => {
                check.stage = stage;
                Ok(Vec::new())
            }
            None => self.end_check(id, BAD_REQUEST),
        }
    }

    /// The companion's keys. It hears that they were taken before it hears pair-success.
    fn pairing_request(&mut self, id: u64, sealed: &Node) -> Reply {
        let registration = self.registrations.get_mut(&id).ok_or(FORBIDDEN)?;
        let check = registration.check.as_ref().ok_or(FORBIDDEN)?;
        let Stage::Compared { key, .. } = &check.stage else {
            return Err(FORBIDDEN);
        };
        let opened = stanza::bytes(sealed).and_then(|sealed| opened(key, sealed));
        let secret = opened.and_then(|request| adv_secret(&request, registration));
        let Some(adv_secret) = secret else {
            return self.end_check(id, BAD_REQUEST);
        };
        let phone = check.phone.clone();
        if let Some(check) = &mut registration.check {
            check.stage = Stage::Linking;
        }
        // Nobody waits: whoever scanned was told that this comes.
        let (waiter, _) = oneshot::channel();
        let offered = After::Offered {
            registration: id,
            phone,
            adv_secret,
            waiter,
        };
        self.later(PHONE, offered);
        Ok(Vec::new())
    }
}

/// What the companion binds itself to. `None`: it is malformed, or of another attempt.
fn answered(prologue: &Node, reference: Option<&str>) -> Option<Answered> {
    let payload = stanza::child_bytes(prologue, "prologue_payload")?;
    let payload = ProloguePayload::decode_from_slice(payload).ok()?;
    let identity = payload.companion_ephemeral_identity?;
    let read = CompanionEphemeralIdentity::decode_from_slice(&identity).ok()?;
    if read.r#ref.as_deref() != Some(reference?) {
        return None;
    }
    Some(Answered {
        companion: read.public_key?.try_into().ok()?,
        platform: read.device_type?.to_i32(),
        commitment: payload.commitment.hash.clone()?.try_into().ok()?,
        identity,
        own: keys::generate(),
        nonce: keys::random(),
    })
}

/// The code that the phone shows now. `None`: this is not the nonce that was promised.
fn compared(answered: &Answered, nonce: &Key32, reference: Option<&str>) -> Option<Stage> {
    let promised = keys::sha256(&[&answered.identity[..], nonce].concat());
    if promised != answered.commitment {
        return None;
    }
    let shared = keys::agree(&answered.own.private_key, &answered.companion)?;
    let (platform, reference) = (answered.platform, reference?);
    let salt = format!("Companion Pairing {platform} with ref {reference}");
    let key = keys::hkdf(
        &shared,
        Some(salt.as_bytes()),
        b"Pairing Information Encryption Key",
    );
    let own = keys::public32(&answered.own.public_key);
    let code = code(nonce, &own, &answered.nonce);
    Some(Stage::Compared { code, key })
}

/// Eight characters, a dash after the fourth.
fn code(companion_nonce: &Key32, phone_key: &Key32, phone_nonce: &Key32) -> String {
    let digest = keys::sha256(&[&companion_nonce[..], phone_key].concat());
    let bytes = phone_nonce.iter().zip(digest).take(5);
    let bits = bytes.fold(0u64, |bits, (own, theirs)| {
        bits << 8 | u64::from(own ^ theirs)
    });
    let sign = |place: u32| {
        let index = usize::try_from(bits >> (5 * place) & 31).expect("less than 32");
        char::from(ALPHABET.as_bytes()[index])
    };
    let (first, second) = ((4..8).rev(), (0..4).rev());
    let dashed = first.map(sign).chain(['-']).chain(second.map(sign));
    dashed.collect()
}

fn opened(key: &Key32, sealed: &[u8]) -> Option<PairingRequest> {
    let sealed = EncryptedPairingRequest::decode_from_slice(sealed).ok()?;
    let iv: [u8; 12] = sealed.iv?.try_into().ok()?;
    let plain = Aes256Gcm::new(key.into())
        .decrypt(&Nonce::from(iv), sealed.encrypted_payload?.as_slice())
        .ok()?;
    PairingRequest::decode_from_slice(&plain).ok()
}

/// The companion's new secret. `None`: its keys are not those with which it has come.
fn adv_secret(request: &PairingRequest, registration: &Registration) -> Option<Key32> {
    let noise = request.companion_public_key.as_deref()?;
    let identity = request.companion_identity_key.as_deref()?;
    if noise != registration.noise_static || identity != registration.data.identity {
        return None;
    }
    request.adv_secret.as_deref()?.try_into().ok()
}
