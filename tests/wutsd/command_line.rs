//! Arguments, configuration, exit codes, signals.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use crate::support::{Process, World};

const WHATSAPP: (&str, &str) = ("WUTSD__WHATSAPP__URL", "ws://127.0.0.1:9/ws/chat");

/// Arguments, environment, and what the one line must say.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a [&'a str]);

async fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let environment: Vec<_> = environment
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let mut process = Process::start(arguments, &environment);
    let status = process.ended().await;
    (
        status.code(),
        [process.output(), process.errors()].concat().join("\n"),
    )
}

#[tokio::test]
async fn a_wrong_configuration_is_one_line_and_exit_code_2() {
    let file = TempDir::new().expect("a folder");
    let file = file.path().join("wutsd.toml");
    fs::write(&file, "[http]\nlisten = \"nowhere\"\n").expect("a file");
    let file = file.to_str().expect("UTF-8");
    let table: &[Case<'_>] = &[
        (
            &["check-config"],
            &[],
            &["whatsapp.url", "not a loopback address"],
        ),
        (
            &["serve"],
            &[("WUTSD__WHATSAPP__URL", "ws://192.168.1.1/ws")],
            &["whatsapp.url", "loopback"],
        ),
        (
            &["check-config"],
            &[WHATSAPP, ("WUTSD__HTTP__PROT", "1")],
            &["unknown field `prot`"],
        ),
        (
            &["check-config"],
            &[WHATSAPP, ("WUTSD__MEMORY__LIMIT", "1000")],
            &["memory.limit", "must be at least"],
        ),
        (
            &["check-config"],
            &[WHATSAPP, ("WUTSD__HTTP__REQUEST_TIMEOUT", "210")],
            &["http.request_timeout", "which are 210 seconds"],
        ),
        (
            &["check-config"],
            &[WHATSAPP, ("WUTSD__LOG__FORMAT", "xml")],
            &["format", "xml"],
        ),
        (
            &["check-config"],
            &[WHATSAPP, ("WUTSD__LOG__LEVEL", "no!")],
            &["log.level", "no!"],
        ),
        (
            &["check-config"],
            &[WHATSAPP, ("WUTSD__WHATSAPP__QUERY_TIMEOUT", "-1")],
            &["query_timeout", "-1"],
        ),
        (
            &["check-config"],
            &[WHATSAPP, ("WUTSD__SUPERVISION__BACKOFF_LONGEST", "0.1")],
            &["supervision.backoff_longest"],
        ),
        (
            &["check-config", "--config", file],
            &[WHATSAPP],
            &["http.listen", "invalid socket"],
        ),
        (
            &["check-config", "--config", "/no/such/file.toml"],
            &[WHATSAPP],
            &["/no/such/file.toml"],
        ),
    ];
    for (arguments, environment, expected) in table {
        let (code, said) = run(arguments, environment).await;
        assert_eq!(code, Some(2), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        for text in *expected {
            assert!(said.contains(text), "{text:?} is missing in {said:?}");
        }
    }
    assert_eq!(run(&["serve", "--port", "1"], &[]).await.0, Some(2));
}

#[tokio::test]
async fn a_valid_configuration_is_said_to_be_valid() {
    let (code, said) = run(&["check-config"], &[WHATSAPP]).await;
    assert_eq!(
        (code, said.as_str()),
        (Some(0), "the configuration is valid")
    );
    let (code, help) = run(&["--help"], &[]).await;
    assert_eq!(code, Some(0));
    for word in ["serve", "check-config", "sandbox", "simulate", "--config"] {
        assert!(help.contains(word), "{word}");
    }
}

#[tokio::test]
async fn sigterm_and_ctrl_c_end_the_daemon_cleanly() {
    for signal in ["TERM", "INT"] {
        let mut world = World::start().await;
        world.paired_user().await;
        let status = world.daemon.stop(signal).await;
        assert_eq!(
            status.code(),
            Some(0),
            "{}",
            world.daemon.errors().join("\n")
        );
        world.daemon.log_line("stopped").await;
    }
}

#[tokio::test]
async fn a_second_daemon_on_the_same_data_refuses_and_says_why() {
    let world = World::start().await;
    let mut second = world.second_daemon();
    assert_eq!(second.ended().await.code(), Some(1));
    let said = second.errors().join("\n");
    assert!(said.contains("is in use by another wutsd"), "{said}");
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
    let address = taken.local_addr().expect("its address").to_string();
    let data = TempDir::new().expect("a folder");
    let data = data.path().to_str().expect("UTF-8");
    let environment = [
        WHATSAPP,
        ("WUTSD__DATA_DIR", data),
        ("WUTSD__HTTP__LISTEN", address.as_str()),
    ];
    let (code, said) = run(&["serve"], &environment).await;
    assert_eq!(code, Some(1));
    assert!(
        said.contains(&format!("cannot listen on {address}")),
        "{said}"
    );
}

#[tokio::test]
async fn secrets_on_disk_are_for_the_owner_only() {
    let world = World::start().await;
    for file in ["master-token", "store.key"] {
        let metadata = fs::metadata(world.data.path().join(file)).expect(file);
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{file}");
    }
}
