//! Rules of single records that the in-memory backend does not show.

use wacore::store::Device;
use wacore::store::traits::*;

use super::*;

fn mapping(lid: &str, phone: &str) -> LidPnMappingEntry {
    LidPnMappingEntry {
        lid: lid.to_owned(),
        phone_number: phone.to_owned(),
        created_at: 1,
        updated_at: 1,
        learning_source: "usync".to_owned(),
    }
}

async fn lid_of(device: &RecordBackend, phone: &str) -> Option<String> {
    device
        .get_pn_mapping(phone)
        .await
        .unwrap()
        .map(|entry| entry.lid)
}

#[tokio::test]
async fn a_number_belongs_to_its_newest_lid() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    device.put_lid_mapping(&mapping("old", "1")).await.unwrap();
    device.put_lid_mapping(&mapping("new", "1")).await.unwrap();
    assert_eq!(lid_of(&device, "1").await.as_deref(), Some("new"));

    // The old LID moves on; the number stays with the new one.
    device.put_lid_mapping(&mapping("old", "2")).await.unwrap();
    assert_eq!(lid_of(&device, "1").await.as_deref(), Some("new"));
    assert_eq!(lid_of(&device, "2").await.as_deref(), Some("old"));

    // A LID that gets another number gives its own one up.
    device.put_lid_mapping(&mapping("new", "3")).await.unwrap();
    assert_eq!(lid_of(&device, "1").await, None);
    assert_eq!(device.get_all_lid_mappings().await.unwrap().len(), 2);
    store.close().await;
}

#[tokio::test]
async fn a_batch_of_mappings_is_applied_in_its_order() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    let batch = [
        mapping("a", "1"),
        mapping("b", "1"),
        mapping("a", "2"),
        mapping("a", "3"),
        mapping("b", "2"),
    ];
    device.put_lid_mappings(&batch).await.unwrap();
    assert_eq!(lid_of(&device, "1").await, None);
    assert_eq!(lid_of(&device, "2").await.as_deref(), Some("b"));
    assert_eq!(lid_of(&device, "3").await.as_deref(), Some("a"));
    store.close().await;
}

#[tokio::test]
async fn devices_do_not_see_each_other() {
    let folder = Folder::new();
    let store = folder.open();
    let (one, two) = (backend(&store, 1), backend(&store, 2));
    one.put_session("a@s.0", b"of one").await.unwrap();
    one.put_lid_mapping(&mapping("a", "1")).await.unwrap();
    assert!(two.get_session("a@s.0").await.unwrap().is_none());
    assert!(two.get_all_lid_mappings().await.unwrap().is_empty());
    assert!(!two.has_signal_state_for_user("a").await.unwrap());
    store.close().await;
}

#[tokio::test]
async fn a_device_survives_and_an_unchanged_one_is_not_written_again() {
    let folder = Folder::new();
    let store = folder.open();
    let backend_of_one = backend(&store, 1);
    assert!(!backend_of_one.exists().await.unwrap());
    assert!(backend_of_one.load().await.unwrap().is_none());
    let mut device = Device::new();
    device.push_name = "name".to_owned();
    device.login_counter = 7;
    backend_of_one.save(&device).await.unwrap();
    let size = folder.log_size();
    backend_of_one.save(&device).await.unwrap();
    assert_eq!(folder.log_size(), size);
    store.close().await;

    let store = folder.open();
    let backend_of_one = backend(&store, 1);
    backend_of_one.create().await.unwrap();
    let loaded = backend_of_one.load().await.unwrap().unwrap();
    assert_eq!(
        (loaded.push_name.as_str(), loaded.login_counter),
        ("name", 7)
    );
    assert_eq!(loaded.noise_key.public_key, device.noise_key.public_key);
    store.close().await;
}

#[tokio::test]
async fn a_record_of_an_unknown_schema_is_an_error() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    let key = crate::store::record_key::RecordKey::only(crate::store::record_key::Kind::Device);
    let sealed = store
        .sealer("record", DeviceNumber(1))
        .seal(&key.place(), b"\x63whatever")
        .unwrap();
    store
        .write(vec![key.upsert(DeviceNumber(1), sealed, None)])
        .await
        .unwrap();
    assert!(device.load().await.is_err());
    assert!(device.exists().await.unwrap());
    store.close().await;
}

#[tokio::test]
async fn the_sweep_removes_what_is_old_for_all_devices_at_once() {
    let folder = Folder::new();
    let store = folder.open();
    let now = wacore::time::now_secs();
    let secret = |id: &str, expires_at| MsgSecretEntry {
        chat: "c".into(),
        sender: "s".into(),
        msg_id: id.into(),
        secret: [1; 32],
        expires_at,
        message_ts: 0,
    };
    for number in 1..=2 {
        let device = backend(&store, number);
        let secrets = vec![
            secret("never", 0),
            secret("soon", now + 10),
            secret("past", now - 10),
        ];
        device.put_msg_secrets(secrets).await.unwrap();
        device
            .store_sent_message("c", "m", b"payload")
            .await
            .unwrap();
        device
            .store_pending_inbound("c", "s", "m", b"message")
            .await
            .unwrap();
        device
            .store_received_tc_token("old", b"token", now - 300 * 86_400)
            .await
            .unwrap();
        device
            .touch_tc_token_sender_timestamp("old but used", now)
            .await
            .unwrap();
        device.put_session("a@s.0", b"session").await.unwrap();
        assert_eq!(device.delete_expired_msg_secrets(now).await.unwrap(), 0);
    }
    assert_eq!(store.sweep(now).await.unwrap(), 4);
    let device = backend(&store, 2);
    assert!(
        device
            .get_msg_secret("c", "s", "past")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        device
            .get_msg_secret("c", "s", "soon")
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(
        device.get_all_tc_token_jids().await.unwrap(),
        ["old but used"]
    );
    assert!(device.take_sent_message("c", "m").await.unwrap().is_some());
    assert_eq!(store.sweep(now + 30 * 86_400).await.unwrap(), 6);
    assert!(
        device
            .get_msg_secret("c", "s", "never")
            .await
            .unwrap()
            .is_some()
    );
    assert!(device.get_session("a@s.0").await.unwrap().is_some());
    store.close().await;
}

#[tokio::test]
async fn a_sweep_of_more_than_one_chunk_removes_everything() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    let ids: Vec<String> = (0..2500).map(|number| number.to_string()).collect();
    let row = |id| PendingInboundRow {
        chat: "c",
        sender: "s",
        id,
        message: b"m",
    };
    let rows: Vec<_> = ids.iter().map(|id| row(id.as_str())).collect();
    device.store_pending_inbound_batch(&rows).await.unwrap();
    assert_eq!(
        store
            .sweep(wacore::time::now_secs() + 8 * 86_400)
            .await
            .unwrap(),
        2500
    );
    store.close().await;
}
