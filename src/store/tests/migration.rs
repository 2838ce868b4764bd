//! A database of an older wutsd, in which numbers and URLs were in clear, becomes one of ours.

use rusqlite::{Connection, params};
use wacore::store::traits::*;

use super::*;
use crate::ids::{DeviceId, TenantId, UserId};
use crate::store::accounts::Bearer;
use crate::store::webhooks::{Content, Owner};

const OLD: [&str; 7] = [
    include_str!("../migrations/0001_records.sql"),
    include_str!("../migrations/0002_accounts.sql"),
    include_str!("../migrations/0003_members.sql"),
    include_str!("../migrations/0004_exits.sql"),
    include_str!("../migrations/0005_device_tokens.sql"),
    include_str!("../migrations/0006_webhooks.sql"),
    include_str!("../migrations/0007_contact_names.sql"),
];

const NUMBER: &str = "15550000101";
const URL: &str = "https://hook.example.com/?key=hunter2";
/// More than one piece.
const CONTACTS: usize = 1200;

/// What it knew.
struct Old {
    folder: Folder,
    tenant: TenantId,
    user: UserId,
    devices: [DeviceId; 2],
}

fn device(number: i64) -> DeviceNumber {
    DeviceNumber(number)
}

fn seal(purpose: &str, number: i64, place: &[u8], plain: &[u8]) -> Vec<u8> {
    let sealer = SealingKey::from_bytes(KEY).sealer(purpose, device(number));
    sealer.seal(place, plain).unwrap().to_vec()
}

fn record(database: &Connection, number: i64, kind: i64, key: &[u8], value: &[u8]) {
    let place = [&kind.to_be_bytes()[..], key].concat();
    let sealed = seal("record", number, &place, value);
    let put = "INSERT INTO record (device, kind, key, value, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![
        number,
        kind,
        key,
        sealed,
        (kind == 20).then_some(4_000_000_000i64)
    ];
    database.execute(put, row).unwrap();
}

fn contact_jid(number: usize) -> String {
    format!("1555{number:07}@s.whatsapp.net")
}

impl Old {
    fn new() -> Self {
        let old = Self {
            folder: Folder::new(),
            tenant: TenantId::random(),
            user: UserId::random(),
            devices: [DeviceId::random(), DeviceId::random()],
        };
        let mut database = old.folder.raw();
        database
            .execute_batch(
                "PRAGMA journal_mode = WAL; CREATE TABLE schema_version (version BIGINT NOT NULL)",
            )
            .unwrap();
        for (version, text) in (1i64..).zip(OLD) {
            let text = text
                .replace("{BLOB}", "BLOB")
                .replace("{ID}", "INTEGER PRIMARY KEY AUTOINCREMENT");
            database.execute_batch(&text).unwrap();
            let done = "INSERT INTO schema_version VALUES (?1)";
            database.execute(done, [version]).unwrap();
        }
        let transaction = database.transaction().unwrap();
        old.accounts(&transaction);
        old.content(&transaction);
        transaction.commit().unwrap();
        old
    }

    fn accounts(&self, database: &Connection) {
        let (tenant, user) = (self.tenant.to_string(), self.user.to_string());
        let add = "INSERT INTO tenant VALUES (?1, 'Acme', 1, 1)";
        database.execute(add, [&tenant]).unwrap();
        let add =
            "INSERT INTO member VALUES (?1, ?2, 'a@example.com', 'hash', 'admin', ?3, 1, ?4, 1, 1)";
        database
            .execute(add, params![user, tenant, [1u8; 32], URL])
            .unwrap();
        for (number, id) in (1i64..).zip(&self.devices) {
            let jid = format!("1555000010{number}:7@s.whatsapp.net");
            let add = "INSERT INTO device (number, id, tenant_id, user_id, name, jid, lid, wanted, created_at, updated_at) \
                       VALUES (?1, ?2, ?3, ?4, 'phone', ?5, '88001:7@lid', 1, 1, 1)";
            let row = params![number, id.to_string(), tenant, user, jid];
            database.execute(add, row).unwrap();
        }
        // The second has the user's own token.
        for (id, token) in self.devices.iter().zip([[2u8; 32], [1u8; 32]]) {
            let add = "INSERT INTO device_token VALUES (?1, ?2)";
            database
                .execute(add, params![id.to_string(), token])
                .unwrap();
        }
        let add =
            "INSERT INTO webhook VALUES (1, 'wh_1', ?1, 'message.received', 1, 3, 30, NULL, 1, 1)";
        database.execute(add, [URL]).unwrap();
    }

    fn content(&self, database: &Connection) {
        record(database, 0, 0, b"", b"wutsd");
        for number in [1, 2] {
            for user in 0..300 {
                let address = format!("1555{user:07}@s.whatsapp.net.0");
                record(database, number, 3, address.as_bytes(), b"session");
            }
            let group = b"\0\0\0\x02g1";
            let key = [&group[..], b"15550000007:1@s.whatsapp.net"].concat();
            record(database, number, 11, &key, &[1]);
            record(
                database,
                number,
                17,
                b"15550000007@s.whatsapp.net",
                b"\x01{\"token\":[1],\"token_timestamp\":5,\"sender_timestamp\":null}",
            );
            record(database, number, 5, &7u32.to_be_bytes(), b"pre-key");
        }
        // Damaged long ago.
        let broken = "UPDATE record SET value = x'0102' WHERE device = 2 AND key = ?1";
        database
            .execute(broken, [b"15550000007@s.whatsapp.net.0".as_slice()])
            .unwrap();
        for number in 0..CONTACTS {
            let jid = contact_jid(number);
            let value = seal("contact", 1, jid.as_bytes(), format!("{number}").as_bytes());
            let names = (number == 7).then(|| seal("contact names", 1, jid.as_bytes(), b"\"Ada\""));
            let add =
                "INSERT INTO contact (device, jid, value, at, names) VALUES (1, ?1, ?2, 5, ?3)";
            database.execute(add, params![jid, value, names]).unwrap();
        }
        // Deleted before, and still in the file.
        let gone = "DELETE FROM contact WHERE jid = ?1";
        database.execute(gone, [contact_jid(CONTACTS - 1)]).unwrap();
    }

    fn owner(&self) -> Owner {
        Owner {
            device: self.devices[0],
            tenant: self.tenant,
            user: self.user,
        }
    }

    async fn expect_all(&self, store: &Store) {
        let [one, two] = [1, 2].map(|number| backend(store, number));
        for number in [0, 7, 299] {
            let address = format!("1555{number:07}@s.whatsapp.net.0");
            let session = one.get_session(&address).await.unwrap();
            assert_eq!(session.as_deref(), Some(&b"session"[..]));
        }
        assert!(
            two.get_session("15550000007@s.whatsapp.net.0")
                .await
                .is_err()
        );
        assert!(one.has_signal_state_for_user("15550000299").await.unwrap());
        assert!(!one.has_signal_state_for_user("15550000300").await.unwrap());
        let devices = one.get_sender_key_devices("g1").await.unwrap();
        assert_eq!(devices, [("15550000007:1@s.whatsapp.net".to_owned(), true)]);
        let jids = one.get_all_tc_token_jids().await.unwrap();
        assert_eq!(jids, ["15550000007@s.whatsapp.net"]);
        assert_eq!(one.get_max_prekey_id().await.unwrap(), 7);
        let contacts = store.contacts::<u32, String>(device(1)).await.unwrap();
        let expected = (0..CONTACTS as u32 - 1).map(|n| (n, (n == 7).then(|| "Ada".to_owned())));
        assert!(contacts.into_iter().eq(expected));
        let devices = store.devices().await.unwrap();
        let jids: Vec<_> = devices
            .iter()
            .map(|device| device.account.as_ref().map(|account| account.jid.as_str()))
            .collect();
        let expected = [
            "15550000101:7@s.whatsapp.net",
            "15550000102:7@s.whatsapp.net",
        ];
        assert_eq!(jids, expected.map(Some));
        let webhooks = store.webhooks::<()>().await.unwrap();
        let urls: Vec<_> = webhooks
            .iter()
            .map(|webhook| webhook.content.url.as_str())
            .collect();
        assert_eq!(urls, [URL]);
        self.expect_tokens(store).await;
    }

    async fn expect_tokens(&self, store: &Store) {
        let holder = async |hash| store.bearer(&[hash; 32]).await.unwrap();
        let found = holder(1).await.expect("the user's token");
        assert_eq!((found.caller.user, found.device), (self.user, None));
        let of_device = Bearer {
            device: Some(self.devices[0]),
            ..found
        };
        assert_eq!(holder(2).await, Some(of_device));
        assert_eq!(holder(3).await, None);
    }

    fn expect_nothing_in_clear(&self) {
        let mut found = Vec::new();
        for file in std::fs::read_dir(self.folder.path()).unwrap() {
            found.extend(std::fs::read(file.unwrap().path()).unwrap());
        }
        let holds = |text: &str| {
            found
                .windows(text.len())
                .any(|bytes| bytes == text.as_bytes())
        };
        for secret in [
            NUMBER,
            "15550000007",
            "155500011",
            "hunter2",
            "hook.example.com",
            "88001",
        ] {
            assert!(!holds(secret), "{secret} is still in the files");
        }
    }
}

#[tokio::test]
async fn what_was_in_clear_is_sealed_and_all_of_it_is_there() {
    let old = Old::new();
    let store = old.folder.open();
    old.expect_nothing_in_clear();
    old.expect_all(&store).await;
    // The user's next device gets the URL that the user has named before.
    let like = Content {
        private: (),
        url: String::new(),
        events: "x".into(),
        enabled: true,
        retry_attempts: 1,
        timeout: 1,
    };
    let next = Owner {
        device: old.devices[1],
        ..old.owner()
    };
    let applied = store
        .apply_pending_webhook(next, "wh_2".into(), like)
        .await
        .unwrap();
    assert_eq!(applied.unwrap().content.url, URL);
    store.close().await;
    old.expect_nothing_in_clear();
    let store = old.folder.open();
    // An address is unique in its tenant; what refers to users still does.
    let add = Statement::new(
        "INSERT INTO member SELECT $1, tenant_id, email, password_hash, role, active, webhook, created_at, updated_at FROM member",
    );
    let refused = store.write(vec![add.bind("another")]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Conflict(_)), "{refused}");
    let deleted = store.delete_tenant(old.tenant).await.unwrap();
    assert_eq!(deleted.map(|devices| devices.len()), Some(2));
    assert_eq!(store.bearer(&[1; 32]).await.unwrap(), None);
    assert_eq!(store.bearer(&[2; 32]).await.unwrap(), None);
    store.close().await;
}

#[tokio::test]
async fn a_migration_that_is_cut_short_anywhere_goes_on_at_the_next_start() {
    // Where it ends: each a rule that fails once so little is left.
    let cuts = [
        (
            "record",
            "DELETE",
            "(SELECT COUNT(*) FROM record WHERE kind = 3) <= 100",
        ),
        ("contact", "DELETE", "(SELECT COUNT(*) FROM contact) <= 700"),
        ("device", "UPDATE", "OLD.number = 2"),
        ("member", "UPDATE", "1"),
        ("webhook", "UPDATE", "1"),
    ];
    let old = Old::new();
    for (table, change, when) in cuts {
        old.folder.sabotage(&format!(
            "CREATE TRIGGER cut BEFORE {change} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, 'cut'); END"
        ));
        let refused = Store::open(old.folder.options())
            .err()
            .expect("it is cut short");
        assert!(
            matches!(refused, StoreError::Constraint(_)),
            "{table}: {refused}"
        );
        old.folder.sabotage("DROP TRIGGER cut");
    }
    let store = old.folder.open();
    old.expect_nothing_in_clear();
    old.expect_all(&store).await;
    store.close().await;
}

#[tokio::test]
async fn a_device_that_cannot_be_read_does_not_keep_the_others_from_starting() {
    let old = Old::new();
    let store = old.folder.open();
    old.folder.sabotage(
        "UPDATE device SET account = x'01' WHERE number = 1; UPDATE webhook SET target = x'01'",
    );
    let devices = store.devices().await.unwrap();
    assert_eq!(
        devices
            .iter()
            .map(|device| device.number.0)
            .collect::<Vec<_>>(),
        [2]
    );
    assert!(store.webhooks::<()>().await.unwrap().is_empty());
    // To its owner it is an error, and never a device that was not paired.
    assert!(store.devices_of(old.tenant, old.user).await.is_err());
    store.close().await;
}

#[tokio::test]
async fn with_another_key_nothing_is_touched() {
    let old = Old::new();
    let other = Options::new(old.folder.path(), SealingKey::from_bytes([8; 32]));
    let refused = Store::open(other).err().expect("it is refused");
    assert!(matches!(refused, StoreError::WrongKey { .. }), "{refused}");
    let store = old.folder.open();
    old.expect_all(&store).await;
    store.close().await;
}
