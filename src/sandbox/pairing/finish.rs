//! pair-success and the companion's signature, which ends a pairing by either way.

use std::time::{Duration, Instant};

use buffa::Message;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::{
    ADVDeviceIdentity, ADVEncryptionType, ADVSignedDeviceIdentity, ADVSignedDeviceIdentityHMAC,
};

use super::qr;
use crate::sandbox::account::Account;
use crate::sandbox::address::{Address, Form};
use crate::sandbox::after::After;
use crate::sandbox::companion::{Companion, Registered};
use crate::sandbox::edit::Edit;
use crate::sandbox::keys::{self, Key32};
use crate::sandbox::registration::Offer;
use crate::sandbox::registration::outcome::{Linked, Outcome, PairingError, Waiter};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// What is signed is told apart by two bytes in front of it.
const ACCOUNT_SIGNATURE: &[u8] = &[6, 0];
const DEVICE_SIGNATURE: &[u8] = &[6, 1];

/// A companion that has not signed by now may be offered the account again.
const PATIENCE: Duration = Duration::from_secs(20);

impl World {
    /// Offers an account to a companion. The one who waits is told how it ended, whenever it does.
    pub fn offer(&mut self, id: u64, phone: &str, adv_secret: &Key32, waiter: Waiter) {
        let made = self.make_offer(id, phone, adv_secret);
        let registration = self.registrations.get_mut(&id);
        match (made, registration.and_then(|r| r.offer.as_mut())) {
            (Ok(()), Some(offer)) => offer.waiter = Some(waiter),
            (Ok(()), None) => drop(waiter),
            (Err(reason), _) => {
                let _ = waiter.send(Err(reason));
            }
        }
    }

    /// Builds the companion's device identity, signs it with the account's key and sends it.
    fn make_offer(&mut self, id: u64, phone: &str, adv_secret: &Key32) -> Result<(), PairingError> {
        let registration = self.registrations.get(&id).ok_or(PairingError::Gone)?;
        let offered = registration.offer.as_ref();
        if offered.is_some_and(|offer| offer.made.elapsed() < PATIENCE) {
            return Err(PairingError::Busy);
        }
        let identity = registration.data.identity;
        let unknown = || PairingError::UnknownAccount(phone.to_owned());
        let Edit {
            account, journal, ..
        } = self.edit(phone).ok_or_else(unknown)?;
        let (device, key_index) = account.next_device().ok_or(PairingError::TooManyDevices)?;
        account.save(journal);
        let signed = device_identity(account, key_index, &identity);
        let request = stanza::new_id();
        let success = pair_success(account, device, seal(adv_secret, &signed));
        let registration = self.registrations.get_mut(&id).ok_or(PairingError::Gone)?;
        registration
            .link
            .send(stanza::request(&request, "md", success));
        registration.offer = Some(Offer {
            request,
            address: Address::new(phone, device),
            key_index,
            signed,
            waiter: None,
            made: Instant::now(),
        });
        Ok(())
    }

    /// The companion answers pair-device (nothing to do) or pair-success.
    pub fn pairing_answer(&mut self, id: u64, node: &Node) {
        let Some(registration) = self.registrations.get_mut(&id) else {
            return;
        };
        let answered = stanza::id(node);
        let offer = registration
            .offer
            .take_if(|offer| offer.request == answered);
        let Some(mut offer) = offer else { return };
        let waiter = offer.waiter.take();
        let outcome = self.paired(id, offer, node);
        if let Err(reason) = &outcome {
            tracing::info!(%reason, "a pairing failed");
        }
        if let Some(waiter) = waiter {
            let _ = waiter.send(outcome);
        }
    }

    fn paired(&mut self, id: u64, offer: Offer, node: &Node) -> Outcome {
        if let Some(error) = stanza::child(node, "error") {
            let code = stanza::attr(error, "code").unwrap_or_default();
            let text = stanza::attr(error, "text").unwrap_or_default();
            return Err(PairingError::Refused(format!("{code} {text}")));
        }
        let Some(registration) = self.registrations.get(&id) else {
            return Err(PairingError::Gone);
        };
        let (link, data) = (registration.link.clone(), registration.data.clone());
        let noise_static = registration.noise_static;
        let signed = match signed_identity(node, &offer, &data.identity) {
            Ok(signed) => signed,
            Err(reason) => {
                // The real server's last word here is unknown; clients take 401 as "pair again".
                link.finish(stanza::stream_error(401));
                return Err(reason);
            }
        };
        let registered = Registered::paired(
            offer.address.device,
            offer.key_index,
            data.registration_id,
            noise_static,
            data.identity,
            data.signed_key,
            signed.encode_to_vec(),
            data.platform,
        );
        self.link_device(&offer.address, registered);
        self.registrations.remove(&id);
        link.finish(stanza::stream_error(515));
        Ok(Linked::Device(offer.address))
    }

    fn link_device(&mut self, address: &Address, registered: Registered) {
        let Some(Edit {
            account, journal, ..
        }) = self.edit(&address.phone)
        else {
            return;
        };
        let companion = Companion::new(registered);
        companion.save(address, journal);
        account.companions.insert(address.device, companion);
        self.count(|seen| seen.pairings += 1);
        self.then(After::Announced {
            device: address.clone(),
        });
    }
}

/// Who the companion is, signed by the account; its own signature is still missing.
fn device_identity(account: &Account, key_index: u32, identity: &Key32) -> ADVSignedDeviceIdentity {
    let details = details(account.profile.raw_id, key_index);
    let signer = account.phone.peer.identity().private_key();
    let signature = keys::sign(signer, &[ACCOUNT_SIGNATURE, &details, identity]);
    ADVSignedDeviceIdentity {
        details: Some(details),
        account_signature_key: Some(account.identity().to_vec()),
        account_signature: Some(signature.to_vec()),
        device_signature: None,
    }
}

/// The identity in a box that proves where it comes from: only the phone has read the companion's secret.
fn seal(adv_secret: &Key32, signed: &ADVSignedDeviceIdentity) -> Vec<u8> {
    let encoded = signed.encode_to_vec();
    ADVSignedDeviceIdentityHMAC {
        hmac: Some(qr::seal(adv_secret, &encoded).to_vec()),
        details: Some(encoded),
        account_type: None,
    }
    .encode_to_vec()
}

fn pair_success(account: &Account, device: u16, sealed: Vec<u8>) -> Node {
    let names = NodeBuilder::new("device")
        .attr("jid", account.device_jid(device, Form::Pn))
        .attr("lid", account.device_jid(device, Form::Lid));
    NodeBuilder::new("pair-success")
        .children([
            stanza::leaf("device-identity", sealed),
            NodeBuilder::new("platform").attr("name", "android").build(),
            names.build(),
        ])
        .build()
}

fn details(raw_id: u32, key_index: u32) -> Vec<u8> {
    ADVDeviceIdentity {
        raw_id: Some(raw_id),
        timestamp: Some(stanza::now()),
        key_index: Some(key_index),
        account_type: Some(ADVEncryptionType::E2EE),
        device_type: Some(ADVEncryptionType::E2EE),
    }
    .encode_to_vec()
}

/// Checks the companion's part of the identity and returns the whole.
fn signed_identity(
    node: &Node,
    offer: &Offer,
    identity: &Key32,
) -> Result<ADVSignedDeviceIdentity, PairingError> {
    use PairingError::Unverified;
    let sign = stanza::child(node, "pair-device-sign").ok_or(Unverified("no pair-device-sign"))?;
    let inner = stanza::child(sign, "device-identity").ok_or(Unverified("no device identity"))?;
    let index = stanza::attr(inner, "key-index").and_then(|index| index.parse::<u32>().ok());
    if index != Some(offer.key_index) {
        return Err(Unverified("another key index"));
    }
    let answer = stanza::bytes(inner)
        .and_then(|bytes| ADVSignedDeviceIdentity::decode_from_slice(bytes).ok())
        .ok_or(Unverified("the device identity is malformed"))?;
    if answer.details != offer.signed.details
        || answer.account_signature != offer.signed.account_signature
    {
        return Err(Unverified("the device identity was changed"));
    }
    let device_signature = answer
        .device_signature
        .ok_or(Unverified("no device signature"))?;
    let signed = &offer.signed;
    let details = signed.details.as_deref().unwrap_or_default();
    let account_key = signed.account_signature_key.as_deref().unwrap_or_default();
    let covered = [DEVICE_SIGNATURE, details, identity.as_slice(), account_key];
    if !keys::verify(identity, &covered, &device_signature) {
        return Err(Unverified("the device signature is wrong"));
    }
    Ok(ADVSignedDeviceIdentity {
        device_signature: Some(device_signature),
        ..signed.clone()
    })
}
