//! A killed process: what was answered is there, and the order of writes held.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use wacore::store::traits::{ProtocolStore, SignalStore};

use super::*;

const FOLDER: &str = "WUTSD_TEST_CRASH_FOLDER";
const ANSWERED: &str = "answered ";

/// Not a test of its own: the process that the test below kills.
#[tokio::test]
async fn victim() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let store = Store::open(Options::new(folder, SealingKey::from_bytes(KEY))).unwrap();
    let device = backend(&store, 1);
    for number in 0.. {
        let id = number.to_string();
        device
            .store_pending_inbound("c", "s", &id, b"message")
            .await
            .unwrap();
        device.put_session(&id, b"session").await.unwrap();
        println!("\n{ANSWERED}{number}");
    }
}

fn start_victim(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::tests::crash::victim", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn after_a_kill_everything_answered_is_there_and_no_session_without_its_message() {
    let folder = Folder::new();
    let mut victim = start_victim(folder.path());
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let mut answers = lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix(ANSWERED)?.parse::<u32>().ok());
    while answers.next().unwrap() < 200 {}
    victim.kill().unwrap();
    let last = answers.last().unwrap_or(200);
    victim.wait().unwrap();

    let store = folder.open();
    let device = backend(&store, 1);
    let mut number = 0;
    while device.has_session(&number.to_string()).await.unwrap() {
        let pending = device
            .get_pending_inbound("c", "s", &number.to_string())
            .await
            .unwrap();
        assert!(pending.is_some(), "session {number} overtook its message");
        number += 1;
    }
    assert!(
        number > last,
        "{last} was answered, only {number} are there"
    );
    store.close().await;
}
