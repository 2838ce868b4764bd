//! What systemd is told, over a socket of the test's own.

use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::UnixDatagram;
use tokio::sync::watch;

use crate::support::World;

/// Nothing that is waited for takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

struct Systemd {
    path: PathBuf,
    told: watch::Receiver<Vec<String>>,
    _folder: TempDir,
}

impl Systemd {
    fn listen() -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        let (messages, told) = watch::channel(Vec::new());
        tokio::spawn(async move {
            let mut message = [0; 1024];
            while let Ok(size) = socket.recv(&mut message).await {
                let message = String::from_utf8_lossy(&message[..size]).into_owned();
                messages.send_modify(|messages| messages.push(message));
            }
        });
        Self {
            path,
            told,
            _folder: folder,
        }
    }

    /// A daemon that it has started, and that is to give a sign of life three times a second at least.
    async fn start(&self) -> World {
        World::start_with(&[
            ("NOTIFY_SOCKET", self.path.to_str().expect("UTF-8")),
            ("WATCHDOG_USEC", "1000000"),
            ("SUPERVISION__SHARDS", "1"),
        ])
        .await
    }

    /// All messages so far.
    fn messages(&self) -> Vec<String> {
        self.told.borrow().clone()
    }

    /// Waits until one of the messages after the first `seen` has this line.
    async fn is_told(&self, seen: usize, line: &str) {
        let told = |messages: &Vec<String>| {
            let mut later = messages.iter().skip(seen);
            later.any(|message| message.lines().any(|told| told == line))
        };
        let mut messages = self.told.clone();
        let waited = tokio::time::timeout(PATIENCE, messages.wait_for(told)).await;
        assert!(waited.is_ok(), "never {line}: {:?}", self.messages());
    }

    /// Waits for so many more messages.
    async fn hears(&self, more: usize) {
        let wanted = self.messages().len() + more;
        let mut messages = self.told.clone();
        let heard = messages.wait_for(|messages| messages.len() >= wanted);
        let heard = tokio::time::timeout(PATIENCE, heard).await;
        assert!(heard.is_ok(), "{:?}", self.messages());
    }
}

#[tokio::test]
async fn systemd_is_told_what_is_ready_connected_and_stopping() {
    let systemd = Systemd::listen();
    let mut world = systemd.start().await;
    systemd.is_told(0, "READY=1").await;
    assert_eq!(systemd.messages()[0].trim(), "READY=1");
    world.api.get("/healthz").await.expect(200);
    systemd.is_told(0, "STATUS=0 of 0 devices connected").await;
    let (user, _) = world.paired_user().await;
    systemd.is_told(0, "STATUS=1 of 1 devices connected").await;
    systemd.is_told(0, "WATCHDOG=1").await;
    user.api.post_nothing("/disconnect").await.expect(200);
    systemd.is_told(0, "STATUS=0 of 1 devices connected").await;
    world.daemon.stop("TERM").await;
    systemd.is_told(0, "STOPPING=1").await;
    let last = systemd.messages().pop().expect("a message");
    assert!(last.contains("STOPPING=1"), "{last}");
}

#[tokio::test]
async fn a_shard_that_hangs_lets_the_watchdog_starve_until_it_goes_on() {
    let systemd = Systemd::listen();
    let world = systemd.start().await;
    let (user, _) = world.paired_user().await;
    systemd.is_told(0, "WATCHDOG=1").await;
    let device = user.status().await["device_id"].clone();
    let device = device.as_str().expect("an id");
    world.hang(device, "command");
    let api = user.api.clone();
    let posted = tokio::spawn(async move { api.post_status("stuck").await });
    // On a busy machine another part may be late for a moment, and is named for that moment.
    let alone = r#""parts":"[\"shard-0\"]""#;
    world.daemon.error_line(alone).await;
    let before = systemd.messages().len();
    systemd.hears(5).await;
    let during = systemd.messages().split_off(before);
    let fed = during.iter().any(|message| message.contains("WATCHDOG=1"));
    assert!(!fed, "{during:?}");
    // The rest of the daemon goes on, and shows what hangs.
    world.api.get("/readyz").await.expect(200);
    let hangs = |line: &str| {
        let lag = line.strip_prefix("wutsd_part_lag_seconds{part=\"shard-0\"} ");
        lag.is_some_and(|lag| lag.parse::<f64>().is_ok_and(|lag| lag > 1.0))
    };
    world.api.wait_for_line(hangs).await;
    let before = systemd.messages().len();
    world.release(device, "command");
    systemd.is_told(before, "WATCHDOG=1").await;
    posted.await.expect("an answer");
}

#[tokio::test]
async fn the_master_token_may_come_as_a_credential() {
    let mut world = World::start().await;
    let folder = TempDir::new().expect("a folder");
    let token = "a master token of our own choice";
    std::fs::write(folder.path().join("master_token"), token).expect("a file");
    world.daemon.stop("TERM").await;
    let folder = folder.path().to_str().expect("UTF-8");
    world
        .start_again(&[("CREDENTIALS_DIRECTORY", folder)])
        .await;
    world.api.as_user(token).get("/tenants").await.expect(200);
    let former = world.api.as_user(&world.master_token);
    assert_eq!(former.get("/tenants").await.status, 401);
}
