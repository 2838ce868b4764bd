//! The primitives: units, groups, rows.

use futures::future::join_all;

use super::*;

async fn open(folder: &Folder) -> Store {
    let store = folder.open();
    store.write(vec![Statement::new(NOTE_TABLE)]).await.unwrap();
    store
}

#[tokio::test]
async fn a_written_unit_is_there_after_reopening() {
    let folder = Folder::new();
    let store = open(&folder).await;
    store.write(vec![note("one"), note("two")]).await.unwrap();
    store.close().await;
    let store = folder.open();
    assert_eq!(notes(&store).await, ["one", "two"]);
    store.close().await;
}

#[tokio::test]
async fn what_was_answered_is_in_the_log_before_any_close() {
    let folder = Folder::new();
    let store = open(&folder).await;
    store.write(vec![note("one")]).await.unwrap();
    let seen: i64 = folder
        .raw()
        .query_row("SELECT count(*) FROM note", [], |row| row.get(0))
        .unwrap();
    assert_eq!(seen, 1);
    store.close().await;
}

#[tokio::test]
async fn a_unit_applies_as_a_whole_or_not_at_all() {
    let folder = Folder::new();
    let store = open(&folder).await;
    store.write(vec![note("taken")]).await.unwrap();
    let error = store
        .write(vec![note("new"), note("taken")])
        .await
        .unwrap_err();
    assert!(
        matches!(&error, StoreError::Conflict(columns) if columns.contains("note.name")),
        "{error}"
    );
    assert_eq!(notes(&store).await, ["taken"]);
    store.close().await;
}

#[tokio::test]
async fn a_broken_rule_is_not_a_conflict() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let no_text = Statement::new("INSERT INTO note (name, text) VALUES ($1, $2)")
        .bind("x")
        .bind(Value::Null);
    assert!(matches!(
        store.write(vec![no_text]).await,
        Err(StoreError::Constraint(_))
    ));
    store.close().await;
}

/// Starts all writes while another connection has the write lock, so that they form one group.
async fn in_one_group(
    folder: &Folder,
    store: &Store,
    units: Vec<Vec<Statement>>,
) -> Vec<Result<Rows, StoreError>> {
    let other = folder.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (plug, _) = start(store.write(vec![nothing()]));
    // The writer has taken the plug once nothing waits; what comes now waits behind it.
    while store.load().waiting_writes > 0 {
        tokio::task::yield_now().await;
    }
    let started: Vec<_> = units
        .into_iter()
        .map(|unit| start(store.write(unit)).0)
        .collect();
    other.execute_batch("ROLLBACK").unwrap();
    plug.await.unwrap();
    join_all(started).await
}

#[tokio::test]
async fn callers_in_one_group_share_a_commit_and_get_their_own_rows() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let before = store.load();
    let names: Vec<String> = (0..100).map(|number| format!("n{number:03}")).collect();
    let answers = in_one_group(
        &folder,
        &store,
        names.iter().map(|name| vec![note(name)]).collect(),
    )
    .await;
    for (name, answer) in names.iter().zip(answers) {
        assert_eq!(answer.unwrap()[0][0].text(0).unwrap(), name);
    }
    let after = store.load();
    assert_eq!(after.units - before.units, 101);
    assert_eq!(after.commits - before.commits, 2);
    store.close().await;
}

#[tokio::test]
async fn whoever_only_waits_for_what_was_before_needs_no_commit() {
    let folder = Folder::new();
    let store = open(&folder).await;
    store.write(vec![note("first")]).await.unwrap();
    let before = store.load();
    assert_eq!(store.write(Vec::new()).await.unwrap().len(), 0);
    assert_eq!(store.load().commits, before.commits);
    store.close().await;
}

#[tokio::test]
async fn a_bad_unit_fails_alone() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let units = vec![vec![note("a")], vec![note("b"), note("a")], vec![note("c")]];
    let answers = in_one_group(&folder, &store, units).await;
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert!(matches!(answers[1], Err(StoreError::Conflict(_))));
    assert_eq!(notes(&store).await, ["a", "c"]);
    store.close().await;
}

#[tokio::test]
async fn a_failed_commit_fails_the_whole_group_and_the_writer_goes_on() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let child =
        "CREATE TABLE child (name TEXT REFERENCES note (name) DEFERRABLE INITIALLY DEFERRED)";
    store.write(vec![Statement::new(child)]).await.unwrap();
    let orphan = Statement::new("INSERT INTO child (name) VALUES ($1)").bind("nobody");
    let answers = in_one_group(&folder, &store, vec![vec![note("a")], vec![orphan]]).await;
    assert!(answers.iter().all(Result::is_err));
    store.write(vec![note("b")]).await.unwrap();
    assert_eq!(notes(&store).await, ["b"]);
    store.close().await;
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let folder = Folder::new();
    let store = Store::open(Options {
        queue: 2,
        ..folder.options()
    })
    .unwrap();
    store.write(vec![Statement::new(NOTE_TABLE)]).await.unwrap();
    let other = folder.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (mut waiting, mut refused) = (Vec::new(), 0);
    for number in 0..10 {
        match start(store.write(vec![note(&number.to_string())])) {
            (_, Some(Err(StoreError::Busy))) => refused += 1,
            (future, None) => waiting.push(future),
            (_, Some(other)) => panic!("{other:?}"),
        }
    }
    assert!(refused >= 6, "{refused} were refused");
    other.execute_batch("ROLLBACK").unwrap();
    assert!(
        join_all(waiting)
            .await
            .into_iter()
            .all(|answer| answer.is_ok())
    );
    store.close().await;
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_undo_its_write() {
    let folder = Folder::new();
    let store = open(&folder).await;
    drop(start(store.write(vec![note("kept")])));
    store.write(Vec::new()).await.unwrap();
    assert_eq!(notes(&store).await, ["kept"]);
    store.close().await;
}

#[tokio::test]
async fn placeholders_go_by_number() {
    let folder = Folder::new();
    let store = folder.open();
    let rows = store
        .read(Statement::new("SELECT $2, $1, $2").bind(1).bind("two"))
        .await
        .unwrap();
    assert_eq!(rows[0], Row(vec!["two".into(), 1.into(), "two".into()]));
    let too_few = store.read(Statement::new("SELECT $2, $1").bind(1)).await;
    assert!(matches!(too_few, Err(StoreError::Engine(_))));
    store.close().await;
}

#[tokio::test]
async fn getters_refuse_the_wrong_type_and_the_wrong_column() {
    let folder = Folder::new();
    let store = folder.open();
    let statement = Statement::new("SELECT $1, $2, $3, $4")
        .bind(5)
        .bind("t")
        .bind(vec![1u8])
        .bind(None::<i64>);
    let rows = store.read(statement).await.unwrap();
    let row = &rows[0];
    assert_eq!(
        (
            row.int(0).unwrap(),
            row.text(1).unwrap(),
            &row.blob(2).unwrap()[..]
        ),
        (5, "t", &[1][..])
    );
    assert_eq!(row.optional_text(3).unwrap(), None);
    assert!(row.flag(0).unwrap());
    assert!(
        row.int(1).is_err() && row.int(3).is_err() && row.text(0).is_err() && row.blob(9).is_err()
    );
    store.close().await;
}

#[tokio::test]
async fn readers_cannot_write() {
    let folder = Folder::new();
    let store = open(&folder).await;
    assert!(store.read(note("x")).await.is_err());
    assert!(notes(&store).await.is_empty());
    store.close().await;
}

#[tokio::test]
async fn a_transaction_that_changes_nothing_costs_no_disk_write() {
    let folder = Folder::new();
    let store = open(&folder).await;
    store.write(vec![note("one")]).await.unwrap();
    let size = folder.log_size();
    store
        .write(vec![
            Statement::new("DELETE FROM note WHERE name = $1").bind("absent"),
        ])
        .await
        .unwrap();
    assert_eq!(folder.log_size(), size);
    store.close().await;
}
