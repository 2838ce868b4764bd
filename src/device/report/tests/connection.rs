//! What is told of the connection.

use super::*;

#[test]
fn the_connection() {
    let failed = PairError::builder()
        .id(jid(PN))
        .lid(jid(LID))
        .business_name(String::new())
        .platform("android".into())
        .error("no signature".into());
    let preview = OfflineSyncPreview::builder()
        .total(7)
        .app_data_changes(1)
        .messages(2)
        .notifications(3)
        .receipts(1)
        .calls(0)
        .statuses(0);
    let done = OfflineSyncCompleted::builder().count(7);
    check([
        (
            Event::PairError(failed.build()),
            "connection.pair_error",
            r#"{"error":"no signature","platform":"android"}"#,
        ),
        (
            Event::OfflineSyncPreview(preview.build()),
            "offline.sync_preview",
            r#"{"total":7,"app_data_changes":1,"messages":2,"notifications":3,"receipts":1,"calls":0,"statuses":0}"#,
        ),
        (
            Event::OfflineSyncCompleted(done.build()),
            "offline.sync_completed",
            r#"{"count":7}"#,
        ),
    ]);
}
