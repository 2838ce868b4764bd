//! Opening, closing, and what refuses to open.

use super::*;

fn refusal(options: Options) -> String {
    Store::open(options)
        .err()
        .expect("the store must not open")
        .to_string()
}

#[tokio::test]
async fn a_second_daemon_on_the_folder_is_refused_until_the_first_has_closed() {
    let folder = Folder::new();
    let store = folder.open();
    let text = refusal(folder.options());
    assert!(text.contains("in use by another wutsd"), "{text}");
    assert!(
        text.contains(&folder.path().display().to_string()),
        "{text}"
    );
    store.close().await;
    folder.open().close().await;
}

#[tokio::test]
async fn another_key_is_refused_with_the_name_of_its_file() {
    let folder = Folder::new();
    folder.open().close().await;
    let path = folder.path().join("other.key");
    let key = SealingKey::generate_into(&path).unwrap();
    let text = refusal(Options::new(folder.path(), key));
    assert!(
        text.contains("does not open this store") && text.contains("other.key"),
        "{text}"
    );
}

#[tokio::test]
async fn records_without_a_row_to_check_the_key_with_are_refused() {
    let folder = Folder::new();
    let store = folder.open();
    let backend = backend(&store, 1);
    backend.put_session("a@s.0", b"session").await.unwrap();
    store.close().await;
    folder.sabotage("DELETE FROM record WHERE device = 0");
    assert!(refusal(folder.options()).contains("nothing to check the key with"));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let folder = Folder::new();
    folder.open().close().await;
    folder.sabotage("INSERT INTO schema_version VALUES (9000)");
    let text = refusal(folder.options());
    assert!(
        text.contains("schema 9000") && text.contains("run the newer wutsd"),
        "{text}"
    );
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let folder = Folder::new();
    folder.open().close().await;
    std::fs::write(folder.path().join("wutsd.db"), vec![b'x'; 8192]).unwrap();
    assert!(matches!(
        Store::open(folder.options()),
        Err(StoreError::Corrupt(_))
    ));
}

#[tokio::test]
async fn the_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let parent = Folder::new();
    let folder = parent.path().join("data");
    let store = Store::open(Options::new(&folder, SealingKey::from_bytes(KEY))).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in std::fs::read_dir(&folder).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
    store.close().await;
}

#[tokio::test]
async fn a_closed_store_refuses_and_keeps_what_was_staged() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    device.put_identity("a@s.0", [1; 32]).await.unwrap();
    store.close().await;
    store.close().await;
    assert!(matches!(
        store.write(vec![note("late")]).await,
        Err(StoreError::Closed)
    ));
    assert!(matches!(store.ready().await, Err(StoreError::Closed)));
    assert!(device.load_identity("a@s.0").await.is_err());

    let store = folder.open();
    let device = backend(&store, 1);
    assert_eq!(device.load_identity("a@s.0").await.unwrap(), Some([1; 32]));
    store.close().await;
}

#[tokio::test]
async fn ready_asks_reader_and_writer() {
    let folder = Folder::new();
    let store = folder.open();
    store.ready().await.unwrap();
    store.close().await;
}

use wacore::store::traits::SignalStore;
