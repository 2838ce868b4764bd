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

/// What a daemon says that does not start on this data.
async fn refused(world: &World) -> String {
    let mut daemon = world.second_daemon();
    assert_eq!(daemon.ended().await.code(), Some(1));
    daemon.errors().join("\n")
}

#[tokio::test]
async fn a_start_that_was_cut_short_is_taken_up_by_the_next() {
    let mut world = World::start().await;
    world.daemon.stop("KILL").await;
    // Made and not yet written: killed in between, or no room on the disk.
    let path = world.data.path().join("master-token");
    for left in ["", "\n"] {
        fs::write(&path, left).expect("written");
        world.start_again(&[]).await;
        let token = fs::read_to_string(&path).expect("the master token");
        let mode = fs::metadata(&path).expect("it").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let master = world.api.as_user(token.trim());
        master.get("/tenants").await.expect(200);
        world.daemon.stop("KILL").await;
    }
    let folder = world.data.path();
    for name in fs::read_dir(folder).expect("the folder") {
        let name = name.expect("an entry").file_name();
        let name = name.to_string_lossy();
        assert!(!name.contains("tmp"), "{name} was left behind");
    }
}

#[tokio::test]
async fn a_disk_that_is_full_at_the_first_start_is_no_reason_to_fail_at_the_next() {
    let folder = TempDir::new().expect("a folder");
    let environment = [
        WHATSAPP,
        ("WUTSD__DATA_DIR", folder.path().to_str().expect("UTF-8")),
        ("WUTSD__HTTP__LISTEN", "127.0.0.1:0"),
    ];
    let program = env!("CARGO_BIN_EXE_wutsd");
    // Not a byte more than a file has when it is made.
    let mut full = tokio::process::Command::new("prlimit");
    full.args(["--fsize=0:unlimited", program, "serve"]);
    full.envs(environment).kill_on_drop(true);
    let ended = full.output().await.expect("it ends");
    assert!(!ended.status.success());
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    let daemon = Process::start(&["serve"], &environment.map(owned));
    daemon.error_line("API listens").await;
}

#[tokio::test]
async fn a_given_master_token_that_is_no_secret_is_refused_with_what_to_do() {
    let mut world = World::start().await;
    world.daemon.stop("TERM").await;
    let path = world.data.path().join("master-token");
    let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
    for mode in [0o644, 0o640, 0o660, 0o606] {
        set(mode);
        let said = refused(&world).await;
        assert!(said.contains("master-token"), "{mode:o}: {said}");
        assert!(said.contains("chmod it to 0600"), "{mode:o}: {said}");
    }
    set(0o600);
    world.start_again(&[]).await;
    world.master().get("/tenants").await.expect(200);

    world.daemon.stop("TERM").await;
    let given = world.data.path().join("given");
    fs::write(&given, "").expect("written");
    fs::set_permissions(&given, fs::Permissions::from_mode(0o600)).expect("set");
    let given = given.to_str().expect("UTF-8");
    let mut environment = vec![("WUTSD__AUTH__MASTER_TOKEN_FILE", given), WHATSAPP];
    environment.push((
        "WUTSD__DATA_DIR",
        world.data.path().to_str().expect("UTF-8"),
    ));
    let (code, said) = run(&["serve"], &environment).await;
    assert_eq!(code, Some(1));
    assert!(said.contains("holds no master token"), "{said}");
}

#[tokio::test]
async fn without_its_key_a_database_is_left_alone() {
    let mut world = World::start().await;
    let user = world.user().await;
    world.daemon.stop("TERM").await;
    let (key, away) = (
        world.data.path().join("store.key"),
        world.data.path().join("away"),
    );
    fs::rename(&key, &away).expect("moved");
    let said = refused(&world).await;
    assert!(said.contains("store.key is missing"), "{said}");
    assert!(said.contains("put it back from a backup"), "{said}");
    assert!(!key.exists(), "a key that opens nothing was made");
    fs::rename(&away, &key).expect("moved back");
    world.start_again(&[]).await;
    world.again(&user).get("/devices").await.expect(200);
}

#[tokio::test]
async fn secrets_on_disk_are_for_the_owner_only() {
    let world = World::start().await;
    for file in ["master-token", "store.key"] {
        let metadata = fs::metadata(world.data.path().join(file)).expect(file);
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{file}");
    }
}
