//! What nobody may read is neither in the data folder nor in the logs in clear.

use crate::support::World;

#[tokio::test]
async fn secrets_are_not_written_anywhere_in_clear() {
    let mut world = World::start().await;
    let (user, _) = world.paired_user().await;
    user.api
        .post_status("a text nobody else may read")
        .await
        .expect(200);
    world.daemon.stop("TERM").await;
    let mut written = world.daemon.errors().join("\n").into_bytes();
    for file in std::fs::read_dir(world.data.path()).expect("the folder") {
        let path = file.expect("a file").path();
        if path.is_file() && !path.ends_with("master-token") {
            written.extend(std::fs::read(&path).expect("its content"));
        }
    }
    let secrets = [
        &user.token,
        "correct horse battery staple",
        "a text nobody else may read",
    ];
    for secret in secrets {
        let found = written
            .windows(secret.len())
            .any(|bytes| bytes == secret.as_bytes());
        assert!(!found, "found in the data folder or the logs: {secret}");
    }
    let logs = world.daemon.errors().join("\n");
    assert!(!logs.contains(&world.master_token) && !logs.contains("s.whatsapp.net"));
}
