//! The two names of a device, and which Signal sessions a phone has under them.
//!
//! Some clients keep a session for each name of a peer. Others take both names as one, and of these
//! some lose their place when a peer writes with two sessions in turn. So a phone writes to a device
//! with the newest session only: under another name than that session's it begins a new one, until
//! the device has used one session under both names.

use wacore_libsignal::protocol::{ProtocolAddress, SessionRecord, SessionState};

use super::peer::{Peer, Result};
use super::stores::Names;
use crate::sandbox::address::{Address, Form};

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

    /// A session with a device has begun, under this name.
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
        let home = device.protocol_address(newest).as_str().to_owned();
        let other = device.protocol_address(newest.other()).as_str().to_owned();
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
        let address = device.protocol_address(form);
        let record = self.sessions.0.map.get(address.as_str()).cloned();
        record.is_some_and(|mut record| {
            matches!(record.promote_matching_session(version, key), Ok(true))
        })
    }

    /// The session that was used last under this name.
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

    /// Ends all sessions with a device.
    pub fn forget(&mut self, device: &Address) {
        self.names.remove(&device.to_string());
        for form in [Form::Pn, Form::Lid] {
            let name = device.protocol_address(form).as_str().to_owned();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::phone::peer::Sealed;

    /// A phone, and a device that knows the phone by as many addresses as it has sessions.
    struct Pair {
        phone: Peer,
        device: Peer,
        pn: Address,
        lid: Address,
    }

    /// The device's own address; it is the phone's word.
    fn device() -> Address {
        Address::new("15550000001", 1)
    }

    impl Pair {
        fn new(apart: bool) -> Self {
            let pn = Address::phone("15550000002");
            Self {
                phone: Peer::generate(),
                device: Peer::generate(),
                lid: if apart {
                    Address::phone("777")
                } else {
                    pn.clone()
                },
                pn,
            }
        }

        fn by(&self, form: Form) -> Address {
            match form {
                Form::Pn => self.pn.clone(),
                Form::Lid => self.lid.clone(),
            }
        }

        fn sealed_by_phone(&mut self, form: Form) -> Sealed {
            if !self.phone.has_session(&device(), form) {
                let bundle = self.device.bundle().unwrap();
                self.phone.install(&device(), form, &bundle).unwrap();
            }
            self.phone.encrypt(&device(), form, b"down").unwrap()
        }

        fn device_reads(&mut self, form: Form, sealed: Sealed) {
            let phone = self.by(form);
            let plain = match sealed {
                Sealed::PreKey(sealed) => self.device.decrypt_pre_key(&phone, Form::Pn, &sealed),
                Sealed::Message(sealed) => self.device.decrypt_message(&phone, Form::Pn, &sealed),
            };
            assert_eq!(plain.unwrap(), b"down");
        }

        fn down(&mut self, form: Form) {
            let sealed = self.sealed_by_phone(form);
            self.device_reads(form, sealed);
        }

        fn up(&mut self, form: Form) {
            let phone = self.by(form);
            if !self.device.has_session(&phone, Form::Pn) {
                let bundle = self.phone.bundle().unwrap();
                self.device.install(&phone, Form::Pn, &bundle).unwrap();
            }
            let sealed = self.device.encrypt(&phone, Form::Pn, b"up").unwrap();
            let plain = match sealed {
                Sealed::PreKey(sealed) => self.phone.decrypt_pre_key(&device(), form, &sealed),
                Sealed::Message(sealed) => self.phone.decrypt_message(&device(), form, &sealed),
            };
            assert_eq!(plain.unwrap(), b"up");
        }
    }

    use Form::{Lid, Pn};

    #[test]
    fn a_device_that_keeps_its_names_apart_reads_and_is_read_under_either() {
        let mut pair = Pair::new(true);
        for _ in 0..3 {
            pair.down(Pn);
            pair.down(Lid);
            pair.up(Pn);
            pair.down(Lid);
            pair.up(Lid);
            pair.up(Pn);
            pair.down(Pn);
        }
    }

    #[test]
    fn a_device_that_takes_both_names_as_one_has_one_session_once_it_has_shown_so() {
        let mut pair = Pair::new(false);
        pair.down(Pn);
        pair.up(Lid);
        for form in [Lid, Pn, Lid] {
            assert!(matches!(pair.sealed_by_phone(form), Sealed::Message(_)));
            pair.down(form);
            pair.up(form);
        }
        assert_eq!(pair.phone.sessions.0.map.len(), 1);
    }

    #[test]
    fn a_session_that_a_device_begins_under_both_names_begins_once() {
        let mut pair = Pair::new(false);
        pair.up(Pn);
        pair.up(Lid);
        pair.down(Lid);
        pair.up(Pn);
        pair.down(Pn);
        assert_eq!(pair.phone.sessions.0.map.len(), 1);
    }

    #[test]
    fn a_message_that_crosses_a_new_session_does_not_bring_the_old_one_back() {
        let mut pair = Pair::new(false);
        pair.down(Pn);
        let newest = pair.sealed_by_phone(Lid);
        let begun = pair.phone.newest(&device().protocol_address(Lid));
        let begun = begun.unwrap().alice_base_key().to_vec();
        // The device writes before it has read what begins the new session.
        pair.up(Pn);
        pair.up(Lid);
        let kept = pair.phone.newest(&device().protocol_address(Lid)).unwrap();
        assert_eq!(kept.alice_base_key(), begun);
        pair.device_reads(Lid, newest);
        pair.up(Pn);
        pair.down(Pn);
        pair.up(Lid);
    }
}
