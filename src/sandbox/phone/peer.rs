//! A phone as a Signal peer: its identity, its sessions, and the calls that encrypt and decrypt.

use futures::FutureExt;
use wacore_libsignal::protocol::{
    CiphertextMessage, DeviceId, GenericSignedPreKey, IdentityKey, IdentityKeyPair, PreKeyBundle,
    PreKeyRecord, PreKeySignalMessage, ProtocolAddress, PublicKey, SenderKeyDistributionMessage,
    SenderKeyName, SignalMessage, SignalProtocolError, SignedPreKeyRecord, Timestamp, UsePQRatchet,
    create_sender_key_distribution_message, group_decrypt, group_encrypt, message_decrypt,
    message_encrypt, process_prekey_bundle, process_sender_key_distribution_message,
};

use super::bundle::Bundle;
use super::stores::{Identities, Names, PreKeys, SenderKeys, Sessions, SignedPreKey, Tracked};
use crate::sandbox::address::{Address, Form};
use crate::sandbox::keys::{self, Key32};

pub type Result<T> = std::result::Result<T, SignalProtocolError>;

const SIGNED_PRE_KEY: u32 = 1;
/// One-time keys handed out and not used yet; the oldest is forgotten beyond this.
const OUTSTANDING_PRE_KEYS: usize = 1000;

/// A ciphertext: with the beginning of a session in it, or within one.
pub enum Sealed {
    PreKey(Vec<u8>),
    Message(Vec<u8>),
}

/// All Signal state of one phone.
pub struct Peer {
    pub sessions: Sessions,
    pub names: Tracked<String, Names>,
    pub identities: Identities,
    pub pre_keys: PreKeys,
    pub signed: SignedPreKey,
    pub sender_keys: SenderKeys,
    /// The last one-time key id handed out.
    pub last_pre_key: u32,
}

impl Peer {
    pub fn generate() -> Self {
        let own = IdentityKeyPair::generate(&mut rand::rng());
        let signed = keys::generate();
        let public = signed.public_key.serialize();
        let signature = keys::sign(own.private_key(), &[&public]);
        let record = SignedPreKeyRecord::new(
            SIGNED_PRE_KEY.into(),
            Timestamp::from_epoch_millis(0),
            &signed,
            &signature,
        );
        // Registration ids have 14 bits and are never 0.
        let registration_id = 1 + u32::try_from(keys::random_below(0x3ffe)).unwrap_or_default();
        Self::restore(own, registration_id, record)
    }

    pub fn restore(own: IdentityKeyPair, registration_id: u32, signed: SignedPreKeyRecord) -> Self {
        Self {
            sessions: Sessions::default(),
            names: Tracked::default(),
            identities: Identities {
                own,
                registration_id,
                peers: Default::default(),
            },
            pre_keys: PreKeys::default(),
            signed: SignedPreKey(signed),
            sender_keys: SenderKeys::default(),
            // Ids start anywhere: a restart must not give a used one to another key.
            last_pre_key: u32::from_be_bytes(keys::random()) % 0x00ff_ffff,
        }
    }

    pub fn identity(&self) -> &IdentityKeyPair {
        &self.identities.own
    }

    pub fn identity_public(&self) -> Key32 {
        keys::public32(self.identity().public_key())
    }

    /// A fresh bundle with a one-time key made on the spot: an idle phone costs nothing.
    pub fn bundle(&mut self) -> Result<Bundle> {
        self.last_pre_key = self.last_pre_key % 0x00ff_ffff + 1;
        let id = self.last_pre_key;
        let pair = keys::generate();
        let public = keys::public32(&pair.public_key);
        self.pre_keys.0.put(id, PreKeyRecord::new(id.into(), &pair));
        if self.pre_keys.0.map.len() > OUTSTANDING_PRE_KEYS
            && let Some(oldest) = self.pre_keys.0.map.keys().min().copied()
        {
            self.pre_keys.0.remove(&oldest);
        }
        Ok(Bundle {
            registration_id: self.identities.registration_id,
            identity: self.identity_public(),
            signed_id: SIGNED_PRE_KEY,
            signed_key: keys::public32(&self.signed.0.public_key()?),
            signature: self.signed.0.signature()?,
            one_time: Some((id, public)),
        })
    }

    /// Starts a new session from a published bundle; the signature of the signed pre-key is checked.
    pub fn install(&mut self, device: &Address, form: Form, bundle: &Bundle) -> Result<()> {
        let one_time = match bundle.one_time {
            Some((id, key)) => Some((id.into(), PublicKey::from_djb_public_key_bytes(&key)?)),
            None => None,
        };
        let bundle = PreKeyBundle::new(
            bundle.registration_id,
            DeviceId::new(0),
            one_time,
            bundle.signed_id.into(),
            PublicKey::from_djb_public_key_bytes(&bundle.signed_key)?,
            bundle.signature.clone(),
            IdentityKey::new(PublicKey::from_djb_public_key_bytes(&bundle.identity)?),
        )?;
        let form = self.home(device, form);
        ready(process_prekey_bundle(
            &device.protocol_address(form),
            &mut self.sessions,
            &mut self.identities,
            &bundle,
            &mut rand::rng(),
            UsePQRatchet::No,
        ))?;
        self.began(device, form);
        Ok(())
    }

    /// Encrypts over the session that this name of the device stands for.
    pub fn encrypt(&mut self, device: &Address, form: Form, plaintext: &[u8]) -> Result<Sealed> {
        let address = device.protocol_address(self.home(device, form));
        let message = ready(message_encrypt(
            plaintext,
            &address,
            &mut self.sessions,
            &mut self.identities,
        ))?;
        match message {
            CiphertextMessage::PreKeySignalMessage(m) => {
                Ok(Sealed::PreKey(m.serialized().to_vec()))
            }
            other => Ok(Sealed::Message(other.serialize().to_vec())),
        }
    }

    /// Reads a message that may begin a session.
    pub fn decrypt_pre_key(
        &mut self,
        device: &Address,
        form: Form,
        sealed: &[u8],
    ) -> Result<Vec<u8>> {
        let message = PreKeySignalMessage::try_from(sealed)?;
        let (version, key) = (message.message_version(), message.base_key().serialize());
        let begun = |form| self.has_begun(device, form, version.into(), &key);
        let form = self.home(device, form);
        // A device to which both names are one may repeat a beginning under the other name. It must
        // not begin here a second time.
        let begins = !begun(form) && !begun(form.other());
        if !begins && !begun(form) {
            self.found_same(device, form.other())?;
        }
        let message = CiphertextMessage::PreKeySignalMessage(message);
        let plain = self.decrypt(device, form, &message, begins)?;
        if begins {
            self.began(device, form);
        }
        Ok(plain)
    }

    /// Reads a message within a session.
    pub fn decrypt_message(
        &mut self,
        device: &Address,
        form: Form,
        sealed: &[u8],
    ) -> Result<Vec<u8>> {
        let message = CiphertextMessage::SignalMessage(SignalMessage::try_from(sealed)?);
        self.decrypt(device, form, &message, false)
    }

    /// Reads with the session of the name that the sender bears, or else with that of its other name.
    fn decrypt(
        &mut self,
        device: &Address,
        form: Form,
        message: &CiphertextMessage,
        begins: bool,
    ) -> Result<Vec<u8>> {
        let form = self.home(device, form);
        let plain = self.decrypt_as(&device.protocol_address(form), message, begins);
        plain.or_else(|error| {
            let other = device.protocol_address(form.other());
            let plain = self.decrypt_as(&other, message, begins);
            // That a key was used before says more than that a session is not there.
            let plain = plain.map_err(|other| match other {
                SignalProtocolError::DuplicatedMessage(..) => other,
                _ => error,
            })?;
            self.found_same(device, form.other())?;
            Ok(plain)
        })
    }

    fn decrypt_as(
        &mut self,
        address: &ProtocolAddress,
        message: &CiphertextMessage,
        begins: bool,
    ) -> Result<Vec<u8>> {
        let newest = self.newest(address).filter(|_| !begins);
        let decrypted = ready(message_decrypt(
            message,
            address,
            &mut self.sessions,
            &mut self.identities,
            &mut self.pre_keys,
            &self.signed,
            &mut rand::rng(),
            UsePQRatchet::No,
        ))?;
        if let Some(newest) = newest {
            self.keep_newest(address, newest)?;
        }
        // The library leaves the used one-time key to the caller; session and key are saved together.
        if let Some(used) = decrypted.consumed_prekey_id {
            self.pre_keys.0.remove(&used.into());
        }
        Ok(decrypted.plaintext)
    }

    /// Reads a group message with the sender's key.
    pub fn decrypt_group(
        &mut self,
        group: &str,
        sender: &Address,
        sealed: &[u8],
    ) -> Result<Vec<u8>> {
        let name = sender_key_name(group, sender);
        ready(group_decrypt(sealed, &mut self.sender_keys, &name))
    }

    /// Seals once for everybody in a group; also returns the key that its devices need.
    pub fn encrypt_group(
        &mut self,
        group: &str,
        own: &Address,
        plaintext: &[u8],
    ) -> Result<(Vec<u8>, Vec<u8>)> {
        let name = sender_key_name(group, own);
        let key = ready(create_sender_key_distribution_message(
            &name,
            &mut self.sender_keys,
            &mut rand::rng(),
        ))?;
        let sealed = ready(group_encrypt(
            &mut self.sender_keys,
            &name,
            plaintext,
            &mut rand::rng(),
        ))?;
        Ok((key.serialized().to_vec(), sealed.serialized().to_vec()))
    }

    /// Takes the key with which `sender` writes to a group from now on.
    pub fn learn_sender_key(&mut self, group: &str, sender: &Address, bytes: &[u8]) -> Result<()> {
        let distribution = SenderKeyDistributionMessage::try_from(bytes)?;
        let name = sender_key_name(group, sender);
        ready(process_sender_key_distribution_message(
            &name,
            &distribution,
            &mut self.sender_keys,
        ))
    }

    /// Whatever `sender` writes to a group cannot be read until its key comes again.
    pub fn forget_sender_key(&mut self, group: &str, sender: &Address) {
        let name = sender_key_name(group, sender);
        self.sender_keys.0.remove(&name.cache_key().to_owned());
    }
}

fn sender_key_name(group: &str, sender: &Address) -> SenderKeyName {
    SenderKeyName::from_parts(group, &sender.to_string())
}

/// Runs a library future to its end: over stores in memory it never has to wait.
fn ready<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    future.now_or_never().unwrap_or_else(|| {
        Err(SignalProtocolError::InvalidState(
            "phone",
            "a store in memory had to wait".to_owned(),
        ))
    })
}
