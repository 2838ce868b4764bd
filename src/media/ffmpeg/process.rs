//! One run of the program: its private folder, what it makes and what it says.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::{MissedTickBehavior, interval};

use super::Unmade;
use crate::memory::NoRoom;

/// What it reads, as it calls that: a file in its folder.
pub const GIVEN: &str = "file:given";
/// What it writes where that must be a file.
pub const MADE: &str = "file:made";

/// Bytes that are read from it at a time.
const PIECE: usize = 64 * 1024;
/// Bytes of what it says that are kept.
const SAID: usize = 1024;
/// How often it is looked at how much it has written.
const LOOK: Duration = Duration::from_millis(200);

/// Takes what is made, piece by piece.
pub type Take<'a> = &'a mut (dyn FnMut(&[u8]) -> Result<(), NoRoom> + Send);

/// How it hands over what it makes.
pub enum Output<'a> {
    /// As it makes it, and no more than a caller may have.
    Pipe(Take<'a>),
    /// The same of what nobody keeps: as much as it likes.
    Passing(Take<'a>),
    /// In a file, when all is done.
    File(Take<'a>),
}

/// A program that is at work. Dropped, it is killed, and its folder is gone.
pub struct Process {
    child: Child,
    folder: TempDir,
}

impl Process {
    /// Puts the input into a folder that nobody else can look into, and starts the program there.
    pub async fn start(program: &Path, arguments: &[&str], input: &[u8]) -> Result<Self, Unmade> {
        let folder = private_folder().map_err(Unmade::NoFile)?;
        let given = folder.path().join("given");
        write(&given, input).await.map_err(Unmade::NoFile)?;
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(Unmade::NotRun)?;
        Ok(Self { child, folder })
    }

    /// Waits until it has ended well. `limit`: bytes that it may make.
    pub async fn work(mut self, limit: usize, output: Output<'_>) -> Result<(), Unmade> {
        let made = self.folder.path().join("made");
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        let (mut most, mut take, mut file) = (limit, None, None);
        match output {
            Output::Pipe(pipe) => take = Some(pipe),
            Output::Passing(pipe) => (most, take) = (usize::MAX, Some(pipe)),
            Output::File(written) => file = Some(written),
        }
        let (received, watch) = (receive(stdout, most, take), watch(&made, limit));
        let end = async {
            let (said, (), status) = futures::try_join!(hear(stderr), received, async {
                self.child.wait().await.map_err(Unmade::NotRun)
            })?;
            match status.success() {
                true => Ok(()),
                false => Err(Unmade::Refused(said)),
            }
        };
        tokio::select! {
            ended = end => ended?,
            too_large = watch => return Err(too_large),
        }
        if let Some(take) = file {
            let made = File::open(made).await;
            let made = made.map_err(|_missing| Unmade::Refused("it has made nothing".into()))?;
            receive(Some(made), limit, Some(take)).await?;
        }
        Ok(())
    }
}

/// Removed when it is dropped.
fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    let private = builder.permissions(Permissions::from_mode(0o700));
    private.prefix("wutsd-").tempdir()
}

/// Piece by piece: written at once, all of it would be copied.
async fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path).await?;
    file.write_all(bytes).await?;
    file.flush().await
}

/// Takes what it makes until there is no more.
async fn receive(
    pipe: Option<impl AsyncRead + Unpin>,
    most: usize,
    mut take: Option<Take<'_>>,
) -> Result<(), Unmade> {
    let Some(mut pipe) = pipe else {
        return Ok(());
    };
    let (mut piece, mut made) = (vec![0; PIECE], 0_usize);
    loop {
        let count = pipe.read(&mut piece).await.map_err(Unmade::NoFile)?;
        if count == 0 {
            return Ok(());
        }
        made = made.saturating_add(count);
        if made > most {
            return Err(Unmade::TooLarge(most));
        }
        if let Some(take) = &mut take {
            take(&piece[..count])?;
        }
    }
}

/// The beginning of what it says, all of which is read: it would wait otherwise.
async fn hear(pipe: Option<impl AsyncRead + Unpin>) -> Result<String, Unmade> {
    let Some(mut pipe) = pipe else {
        return Ok(String::new());
    };
    let (mut piece, mut said) = (vec![0; SAID], Vec::new());
    loop {
        let count = pipe.read(&mut piece).await.map_err(Unmade::NoFile)?;
        if count == 0 {
            return Ok(String::from_utf8_lossy(&said).trim().to_owned());
        }
        let room = SAID.saturating_sub(said.len()).min(count);
        said.extend_from_slice(&piece[..room]);
    }
}

/// Ends when the file that it writes has become too large.
async fn watch(made: &Path, limit: usize) -> Unmade {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let written = tokio::fs::metadata(made).await;
        if written.is_ok_and(|written| written.len() > limit as u64) {
            return Unmade::TooLarge(limit);
        }
    }
}
