//! The two names of a device, and which Signal sessions a phone has under them.
//!
//! Some clients keep a session for each name of a peer. Others take both names as one, and of these
//! some lose their place when a peer writes with two sessions in turn. So a phone writes to a device
//! with the newest session only: under another name than that session's it begins a new one, until
//! the device has used one session under both names.

use serde::{Deserialize, Serialize};
use wacore_libsignal::protocol::{DeviceId, ProtocolAddress, SessionRecord, SessionState};

use super::peer::{Peer, Result};
use crate::sandbox::address::{Address, Form};

#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Names {
    /// Under which name the newest session began.
    newest: Form,
    /// The device has used one session under both names.
    same: bool,
}

impl Peer {
    /// Whether there is a session to write with to a device by this name.
    pub fn has_session(&self, device: &Address, form: Form) -> bool {
        let names = self.names.map.get(&device.to_string());
        names.is_some_and(|names| names.same || names.newest == form)
    }

    /// Under which name the sessions lie that a name stands for.
    pub fn home(&self, device: &Address, form: Form) -> Form {
        let names = self.names.map.get(&device.to_string());
        names.map_or(form, |names| if names.same { names.newest } else { form })
    }

    pub fn began(&mut self, device: &Address, newest: Form) {
        let device = device.to_string();
        let same = self.names.map.get(&device).is_some_and(|names| names.same);
        self.names.put(device, Names { newest, same });
    }

    /// The device has used a session that lies under the name `used` under its other name too: from
    /// here on all its sessions lie in one place, and the newest of them goes before the others.
    pub fn found_same(&mut self, device: &Address, used: Form) -> Result<()> {
        let key = device.to_string();
        let newest = self.names.map.get(&key).map_or(used, |names| names.newest);
        let home = protocol_address(device, newest).as_str().to_owned();
        let other = protocol_address(device, newest.other()).as_str().to_owned();
        if let Some(older) = self.sessions.0.map.get(&other).cloned() {
            let all = match self.sessions.0.map.get(&home) {
                Some(newer) => above(newer, older)?,
                None => older,
            };
            self.sessions.0.put(home, all);
            self.sessions.0.remove(&other);
        }
        self.names.put(key, Names { newest, same: true });
        Ok(())
    }

    /// Whether a session that begins with this key is there already.
    pub fn has_begun(&self, device: &Address, form: Form, version: u32, key: &[u8]) -> bool {
        let address = protocol_address(device, form);
        let record = self.sessions.0.map.get(address.as_str()).cloned();
        record.is_some_and(|mut record| {
            matches!(record.promote_matching_session(version, key), Ok(true))
        })
    }

    pub fn newest(&self, address: &ProtocolAddress) -> Option<SessionState> {
        let record = self.sessions.0.map.get(address.as_str())?;
        record.session_state().cloned()
    }

    /// The library would go on with the session that was read last, which may be older.
    pub fn keep_newest(&mut self, address: &ProtocolAddress, newest: SessionState) -> Result<()> {
        let key = address.as_str().to_owned();
        let Some(record) = self.sessions.0.map.get(&key) else {
            return Ok(());
        };
        if record.alice_base_key()? == newest.alice_base_key() {
            return Ok(());
        }
        let mut record = record.clone();
        record.promote_matching_session(newest.session_version()?, newest.alice_base_key())?;
        record.set_session_state(newest);
        self.sessions.0.put(key, record);
        Ok(())
    }

    pub fn forget(&mut self, device: &Address) {
        self.names.remove(&device.to_string());
        for form in [Form::Pn, Form::Lid] {
            let name = protocol_address(device, form).as_str().to_owned();
            self.sessions.0.remove(&name);
            self.identities.peers.remove(&name);
        }
    }
}

/// One record with the sessions of both, those of `newer` first.
fn above(newer: &SessionRecord, older: SessionRecord) -> Result<SessionRecord> {
    let mut all = older;
    let archived: std::result::Result<Vec<_>, _> = newer.previous_session_states().collect();
    let archived = archived?.into_iter().rev();
    for state in archived.chain(newer.session_state().cloned()) {
        all.promote_state(state);
    }
    Ok(all)
}

pub fn protocol_address(device: &Address, form: Form) -> ProtocolAddress {
    let name = match form {
        Form::Pn => device.to_string(),
        Form::Lid => format!("{device}@lid"),
    };
    ProtocolAddress::new(&name, DeviceId::new(0))
}
