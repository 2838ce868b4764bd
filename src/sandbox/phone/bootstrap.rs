//! What a phone gives a new companion: the app-state key, and a first piece of history.

use std::io::Write;
use std::time::Duration;

use buffa::{Message as _, MessageField};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use waproto::whatsapp::history_sync::HistorySyncType;
use waproto::whatsapp::message::protocol_message::Type;
use waproto::whatsapp::message::{
    self, AppStateSyncKey, AppStateSyncKeyData, AppStateSyncKeyFingerprint, AppStateSyncKeyId,
    AppStateSyncKeyShare, HistorySyncNotification, ProtocolMessage,
};
use waproto::whatsapp::{HistorySync, Message, PhoneNumberToLIDMapping, Pushname};

use crate::sandbox::account::Account;
use crate::sandbox::address::{Address, Form};
use crate::sandbox::after::After;
use crate::sandbox::companion::Bootstrap;
use crate::sandbox::media::{self, Kind};
use crate::sandbox::world::World;

/// A phone takes its time. One client library loses what it stores in two overlapping transactions,
/// so that keys and history must not arrive while it is still uploading its pre-keys.
const PAUSE: Duration = Duration::from_millis(100);

impl World {
    /// Shares the account's app-state key with a companion.
    pub fn share_sync_keys(&mut self, companion: &Address) {
        let Some(account) = self.account(companion) else {
            return;
        };
        let key = &account.app_state.key;
        let fingerprint = AppStateSyncKeyFingerprint {
            raw_id: Some(account.profile.raw_id),
            current_index: Some(account.profile.last_key_index),
            device_indexes: std::iter::once(0)
                .chain(account.companions.values().map(|c| c.registered.key_index))
                .collect(),
        };
        let key = AppStateSyncKey {
            key_id: MessageField::some(AppStateSyncKeyId {
                key_id: Some(key.id.to_vec()),
            }),
            key_data: MessageField::some(AppStateSyncKeyData {
                key_data: Some(key.data.to_vec()),
                fingerprint: MessageField::some(fingerprint),
                timestamp: Some(key.timestamp),
            }),
        };
        let share = AppStateSyncKeyShare { keys: vec![key] };
        let message = about_account(ProtocolMessage {
            r#type: Some(Type::APP_STATE_SYNC_KEY_SHARE),
            app_state_sync_key_share: MessageField::some(share),
            ..Default::default()
        });
        self.phone_tells(companion, &message);
    }

    /// A companion that has caught up and is active hears from its phone, if it is new.
    pub fn greet(&mut self, companion: &Address) {
        let Some(connection) = self.connections.get_mut(companion) else {
            return;
        };
        let ready = connection.live && connection.active;
        if ready && !std::mem::replace(&mut connection.greeted, true) {
            let device = companion.clone();
            self.later(PAUSE, After::Bootstrap { device });
        }
    }

    /// The phone's next step with a companion that is still there.
    pub fn bootstrap(&mut self, companion: &Address) {
        if self.connection(companion).is_none() {
            return;
        }
        let Some((device, journal)) = self.edit_companion(companion) else {
            return;
        };
        let step = device.registered.bootstrap;
        device.registered.bootstrap = match step {
            Bootstrap::New => Bootstrap::KeysShared,
            Bootstrap::KeysShared | Bootstrap::Done => Bootstrap::Done,
        };
        device.save(companion, journal);
        match step {
            Bootstrap::New => {
                self.share_sync_keys(companion);
                let device = companion.clone();
                self.later(PAUSE, After::Bootstrap { device });
            }
            Bootstrap::KeysShared => self.send_first_history(companion),
            Bootstrap::Done => {}
        }
    }

    fn send_first_history(&mut self, companion: &Address) {
        let steps = [
            (
                HistorySyncType::INITIAL_BOOTSTRAP,
                message::HistorySyncType::INITIAL_BOOTSTRAP,
            ),
            (
                HistorySyncType::PUSH_NAME,
                message::HistorySyncType::PUSH_NAME,
            ),
            (HistorySyncType::RECENT, message::HistorySyncType::RECENT),
        ];
        for (order, (content, announced)) in steps.into_iter().enumerate() {
            let Some(account) = self.account(companion) else {
                return;
            };
            let history = history(self, account, content);
            let order = u32::try_from(order).unwrap_or_default() + 1;
            self.send_history(companion, &history, announced, order);
        }
    }

    /// The history is a file like any media; the message only says where it lies.
    fn send_history(
        &mut self,
        companion: &Address,
        history: &HistorySync,
        kind: message::HistorySyncType,
        order: u32,
    ) {
        let sealed = media::seal(&deflate(&history.encode_to_vec()), Kind::History);
        let direct_path = self.keep_file(sealed.file.into());
        let notification = HistorySyncNotification {
            file_sha256: Some(sealed.plain_sha256.to_vec()),
            file_length: Some(sealed.plain_length),
            media_key: Some(sealed.media_key.to_vec()),
            file_enc_sha256: Some(sealed.file_sha256.to_vec()),
            direct_path: Some(direct_path),
            sync_type: Some(kind),
            chunk_order: Some(order),
            progress: Some(100),
            ..Default::default()
        };
        let message = about_account(ProtocolMessage {
            r#type: Some(Type::HISTORY_SYNC_NOTIFICATION),
            history_sync_notification: MessageField::some(notification),
            ..Default::default()
        });
        self.phone_tells(companion, &message);
    }
}

fn about_account(protocol: ProtocolMessage) -> Message {
    Message {
        protocol_message: MessageField::some(protocol),
        ..Default::default()
    }
}

/// The account's people: their names and both of their JIDs. There are no old messages.
fn history(world: &World, account: &Account, sync_type: HistorySyncType) -> HistorySync {
    let contacts = account
        .contacts
        .keys()
        .filter_map(|phone| world.accounts.get(phone));
    let people: Vec<&Account> = std::iter::once(account).chain(contacts).collect();
    let mapping = |person: &&Account| PhoneNumberToLIDMapping {
        pn_jid: Some(person.jid(Form::Pn).to_string()),
        lid_jid: Some(person.jid(Form::Lid).to_string()),
    };
    let name = |person: &&Account| Pushname {
        id: Some(person.jid(Form::Pn).to_string()),
        pushname: Some(person.profile.name.clone()),
    };
    HistorySync {
        sync_type,
        chunk_order: Some(1),
        progress: Some(100),
        pushnames: people.iter().map(name).collect(),
        phone_number_to_lid_mappings: people.iter().map(mapping).collect(),
        ..Default::default()
    }
}

fn deflate(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(plain)
        .expect("writing to memory does not fail");
    encoder.finish().expect("writing to memory does not fail")
}
