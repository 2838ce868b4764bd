//! Sealing, key files, and the keys of records.

use std::os::unix::fs::PermissionsExt;

use wacore::store::traits::{DeviceStore, SignalStore};

use super::*;
use crate::store::record_key::{Kind, RecordKey, Scan};

#[test]
fn a_sealed_value_opens_only_where_it_was_sealed() {
    let key = SealingKey::from_bytes(KEY);
    let sealer = key.sealer("record", DeviceNumber(1));
    let sealed = sealer.seal(b"here", b"value").unwrap();
    assert_eq!(&sealer.unseal(b"here", &sealed).unwrap()[..], b"value");
    assert!(sealer.unseal(b"there", &sealed).is_err());
    assert!(
        key.sealer("record", DeviceNumber(2))
            .unseal(b"here", &sealed)
            .is_err()
    );
    assert!(
        key.sealer("other", DeviceNumber(1))
            .unseal(b"here", &sealed)
            .is_err()
    );
    assert!(
        SealingKey::from_bytes([8; 32])
            .sealer("record", DeviceNumber(1))
            .unseal(b"here", &sealed)
            .is_err()
    );
    for length in 0..sealed.len() {
        assert!(sealer.unseal(b"here", &sealed[..length]).is_err());
    }
    for position in 0..sealed.len() {
        let mut changed = sealed.to_vec();
        changed[position] ^= 1;
        assert!(sealer.unseal(b"here", &changed).is_err());
    }
    assert_ne!(
        sealed,
        sealer.seal(b"here", b"value").unwrap(),
        "nonces are random"
    );
}

#[test]
fn a_key_file_is_private_written_once_and_read_back() {
    let folder = Folder::new();
    let data = folder.path().join("data");
    let path = data.join("store.key");
    let made = SealingKey::of_folder(&data).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let read = SealingKey::of_folder(&data).unwrap();
    let sealed = made
        .sealer("t", DeviceNumber(1))
        .seal(b"", b"value")
        .unwrap();
    assert!(
        read.sealer("t", DeviceNumber(1))
            .unseal(b"", &sealed)
            .is_ok()
    );
    assert!(
        SealingKey::generate_into(&path).is_err(),
        "an existing key is never overwritten"
    );
    assert!(!format!("{read:?}").contains("bytes"));
}

#[tokio::test]
async fn a_key_is_made_only_where_nothing_is_stored_yet() {
    let folder = Folder::new();
    // What a start leaves that was cut short between the two.
    std::fs::write(folder.path().join("wutsd.db"), "").unwrap();
    let path = folder.path().join("store.key");
    SealingKey::of_folder(folder.path()).unwrap();
    std::fs::remove_file(&path).unwrap();
    let store = folder.open();
    let refused = SealingKey::of_folder(folder.path()).unwrap_err();
    assert!(matches!(refused, StoreError::NoKey { .. }), "{refused}");
    store.close().await;
    let refused = SealingKey::of_folder(folder.path())
        .unwrap_err()
        .to_string();
    assert!(refused.contains("store.key is missing"), "{refused}");
    assert!(!path.exists());
}

#[test]
fn a_key_file_may_hold_raw_bytes_but_nothing_else() {
    let folder = Folder::new();
    let path = folder.path().join("key");
    let write = |content: &[u8]| {
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        SealingKey::load(&path)
    };
    assert!(write(&KEY).is_ok());
    assert!(write(hex::encode(KEY).as_bytes()).is_ok());
    for wrong in [&b""[..], b"short", &[b'a'; 63], &[b'x'; 64], &[b'a'; 1000]] {
        assert!(
            write(wrong)
                .unwrap_err()
                .to_string()
                .contains("64 hexadecimal digits")
        );
    }
    write(&KEY).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(
        SealingKey::load(&path)
            .unwrap_err()
            .to_string()
            .contains("chmod")
    );
}

#[test]
fn different_parts_never_give_the_same_key() {
    let keys = [["ab", "c"], ["a", "bc"], ["", "abc"], ["abc", ""]];
    let keys: std::collections::BTreeSet<_> = keys
        .map(|parts| RecordKey::texts(Kind::BaseKey, parts).bytes)
        .into();
    assert_eq!(keys.len(), 4);
}

#[test]
fn a_scan_covers_its_prefix_and_no_more() {
    let scan = Scan::prefix(RecordKey::text(Kind::Session, "user@"));
    assert!(scan.covers(&RecordKey::text(Kind::Session, "user@s.0")));
    assert!(!scan.covers(&RecordKey::text(Kind::Session, "user2@s.0")));
    assert!(!scan.covers(&RecordKey::text(Kind::Identity, "user@s.0")));
    let group = Scan::under(Kind::SenderKeyDevice, "g1");
    assert!(group.covers(&RecordKey::texts(Kind::SenderKeyDevice, ["g1", "d"])));
    assert!(!group.covers(&RecordKey::texts(Kind::SenderKeyDevice, ["g12", "d"])));
}

/// Changes the stored bytes and expects every read of them to fail, never to say "absent".
async fn expect_unsealed(script: &str) {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    device.put_session("a@s.0", b"session").await.unwrap();
    device.put_session("b@s.0", b"other").await.unwrap();
    device.create().await.unwrap();
    backend(&store, 2)
        .put_session("a@s.0", b"of another device")
        .await
        .unwrap();
    folder.sabotage(script);
    let error = device.get_session("a@s.0").await.unwrap_err();
    assert!(
        std::error::Error::source(&error)
            .unwrap()
            .to_string()
            .contains("cannot be unsealed")
    );
    assert!(device.load().await.is_err());
    store.close().await;
}

#[tokio::test]
async fn a_tampered_value_is_an_error() {
    expect_unsealed("UPDATE record SET value = substr(value, 1, length(value) - 1)").await;
}

#[tokio::test]
async fn a_value_moved_from_another_key_or_device_is_an_error() {
    let from_other_key = "CREATE TEMP TABLE former AS SELECT * FROM record; \
         UPDATE record SET value = (SELECT former.value FROM former WHERE former.device = 1 \
         AND (former.kind, former.key) <> (record.kind, record.key) LIMIT 1)";
    expect_unsealed(from_other_key).await;
    let from_other_device = "UPDATE record SET value = (SELECT value FROM record WHERE device = 2)";
    expect_unsealed(from_other_device).await;
}
