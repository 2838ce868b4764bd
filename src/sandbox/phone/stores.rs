//! The stores of a phone's Signal peer: plain maps that remember what changed since the last save.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use wacore_libsignal::protocol::{
    Direction, IdentityChange, IdentityKey, IdentityKeyPair, IdentityKeyStore, PreKeyId,
    PreKeyRecord, PreKeyStore, ProtocolAddress, SenderKeyName, SenderKeyRecord, SenderKeyStore,
    SessionRecord, SessionStore, SignalProtocolError, SignedPreKeyId, SignedPreKeyRecord,
    SignedPreKeyStore,
};

use crate::sandbox::address::Form;

type Result<T> = std::result::Result<T, SignalProtocolError>;

/// A map whose touched keys are known, so that only they are saved.
pub struct Tracked<K, V> {
    pub map: HashMap<K, V>,
    pub touched: BTreeSet<K>,
}

impl<K, V> Default for Tracked<K, V> {
    fn default() -> Self {
        Self {
            map: HashMap::new(),
            touched: BTreeSet::new(),
        }
    }
}

impl<K: Clone + Ord + std::hash::Hash, V> Tracked<K, V> {
    pub fn put(&mut self, key: K, value: V) {
        self.touched.insert(key.clone());
        self.map.insert(key, value);
    }

    pub fn remove(&mut self, key: &K) {
        if self.map.remove(key).is_some() {
            self.touched.insert(key.clone());
        }
    }
}

/// What a phone knows of the two names of one device.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Names {
    /// Under which name the newest session began.
    pub newest: Form,
    /// The device has used one session under both names.
    pub same: bool,
}

#[derive(Default)]
pub struct Sessions(pub Tracked<String, SessionRecord>);

#[async_trait]
impl SessionStore for Sessions {
    async fn load_session(&self, address: &ProtocolAddress) -> Result<Option<SessionRecord>> {
        Ok(self.0.map.get(address.as_str()).cloned())
    }

    async fn has_session(&self, address: &ProtocolAddress) -> Result<bool> {
        Ok(self.0.map.contains_key(address.as_str()))
    }

    async fn store_session(
        &mut self,
        address: &ProtocolAddress,
        record: SessionRecord,
    ) -> Result<()> {
        self.0.put(address.as_str().to_owned(), record);
        Ok(())
    }
}

/// The phone's own identity, and those of the devices it writes with.
pub struct Identities {
    pub own: IdentityKeyPair,
    pub registration_id: u32,
    pub peers: Tracked<String, IdentityKey>,
}

#[async_trait]
impl IdentityKeyStore for Identities {
    async fn get_identity_key_pair(&self) -> Result<IdentityKeyPair> {
        Ok(self.own.clone())
    }

    async fn get_local_registration_id(&self) -> Result<u32> {
        Ok(self.registration_id)
    }

    async fn save_identity(
        &mut self,
        address: &ProtocolAddress,
        identity: &IdentityKey,
    ) -> Result<IdentityChange> {
        let name = address.as_str().to_owned();
        let known = self.peers.map.get(&name).copied();
        if known == Some(*identity) {
            return Ok(IdentityChange::NewOrUnchanged);
        }
        self.peers.put(name, *identity);
        Ok(IdentityChange::from_changed(known.is_some()))
    }

    /// A phone shows "security code changed" and goes on: every identity is trusted.
    async fn is_trusted_identity(
        &self,
        _address: &ProtocolAddress,
        _identity: &IdentityKey,
        _direction: Direction,
    ) -> Result<bool> {
        Ok(true)
    }

    async fn get_identity(&self, address: &ProtocolAddress) -> Result<Option<IdentityKey>> {
        Ok(self.peers.map.get(address.as_str()).copied())
    }
}

#[derive(Default)]
pub struct PreKeys(pub Tracked<u32, PreKeyRecord>);

#[async_trait]
impl PreKeyStore for PreKeys {
    async fn get_pre_key(&self, id: PreKeyId) -> Result<PreKeyRecord> {
        let record = self.0.map.get(&u32::from(id));
        record.cloned().ok_or(SignalProtocolError::InvalidPreKeyId)
    }

    async fn save_pre_key(&mut self, id: PreKeyId, record: &PreKeyRecord) -> Result<()> {
        self.0.put(id.into(), record.clone());
        Ok(())
    }

    async fn remove_pre_key(&mut self, id: PreKeyId) -> Result<()> {
        self.0.remove(&id.into());
        Ok(())
    }
}

/// A phone has one signed pre-key and keeps it.
pub struct SignedPreKey(pub SignedPreKeyRecord);

#[async_trait]
impl SignedPreKeyStore for SignedPreKey {
    async fn get_signed_pre_key(&self, id: SignedPreKeyId) -> Result<SignedPreKeyRecord> {
        use wacore_libsignal::protocol::GenericSignedPreKey as _;
        if self.0.id()? == id {
            return Ok(self.0.clone());
        }
        Err(SignalProtocolError::InvalidSignedPreKeyId)
    }

    async fn save_signed_pre_key(
        &mut self,
        _id: SignedPreKeyId,
        record: &SignedPreKeyRecord,
    ) -> Result<()> {
        self.0 = record.clone();
        Ok(())
    }
}

/// Keyed by group and sender, as the library joins them.
#[derive(Default)]
pub struct SenderKeys(pub Tracked<String, SenderKeyRecord>);

#[async_trait]
impl SenderKeyStore for SenderKeys {
    async fn store_sender_key(
        &mut self,
        name: &SenderKeyName,
        record: SenderKeyRecord,
    ) -> Result<()> {
        self.0.put(name.cache_key().to_owned(), record);
        Ok(())
    }

    async fn load_sender_key(&self, name: &SenderKeyName) -> Result<Option<SenderKeyRecord>> {
        Ok(self.0.map.get(name.cache_key()).cloned())
    }
}
