//! Files with a secret: read only where nobody else could have read or written them, and written whole or not at all.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Why a file with a secret is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    #[error("it cannot be read")]
    Unreadable(#[from] io::Error),
    /// Continues the name of the file.
    #[error("it {0}")]
    Exposed(&'static str),
}

/// The folder in which systemd hands over credentials, when the unit was given any.
fn credentials() -> Option<PathBuf> {
    std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from)
}

/// The file of a systemd credential, when there is one of this name.
pub fn credential(name: &str) -> Option<PathBuf> {
    let path = credentials()?.join(name);
    path.exists().then_some(path)
}

/// Reads up to `limit` bytes. A link is followed: what counts is the file that it leads to.
pub fn read(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, Unfit> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Unfit::Exposed("is not a file"));
    }
    // The modes of credentials are systemd's own affair, which lets nobody else into their folder.
    let guarded = credentials().is_some_and(|folder| path.parent() == Some(&folder));
    if !guarded {
        check(&metadata)?;
    }
    // Enough at once: growing would leave copies behind.
    let mut content = Zeroizing::new(Vec::with_capacity(limit.min(metadata.len() + 1) as usize));
    file.take(limit).read_to_end(&mut content)?;
    Ok(content)
}

/// What root shares with our group was meant for us; of our own files nobody else needs to read any.
fn check(metadata: &Metadata) -> Result<(), Unfit> {
    let (owner, us) = (metadata.uid(), rustix::process::geteuid().as_raw());
    let mode = metadata.permissions().mode();
    if owner != us && owner != 0 {
        return Err(Unfit::Exposed("belongs to another user: chown it"));
    }
    if mode & 0o007 != 0 {
        return Err(Unfit::Exposed("is open to every user: chmod it to 0600"));
    }
    let harmless = if owner == us { 0 } else { 0o040 };
    if mode & 0o070 & !harmless != 0 {
        return Err(Unfit::Exposed("is open to its group: chmod it to 0600"));
    }
    Ok(())
}

/// Writes a file that must not exist, and its folder if that is missing.
pub fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    written(folder, content)?.persist_noclobber(path)?;
    sync(folder)
}

/// The same for a file that may exist; then the old content is there until the new one is.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    written(folder, content)?.persist(path)?;
    sync(folder)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// On disk, under a name of its own: after a crash or on a full disk there is the whole file or none.
fn written(folder: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The name must survive a crash too.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn with_mode(path: &Path, mode: u32) -> Result<Zeroizing<Vec<u8>>, Unfit> {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        read(path, 64)
    }

    #[test]
    fn a_secret_that_others_could_read_or_write_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        create(&path, b"secret").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        for mode in [0o600, 0o400, 0o700] {
            assert_eq!(with_mode(&path, mode).unwrap().as_slice(), b"secret");
        }
        for mode in [
            0o644, 0o604, 0o602, 0o601, 0o640, 0o620, 0o660, 0o666, 0o777,
        ] {
            let refused = with_mode(&path, mode).expect_err("it is open to others");
            assert!(refused.to_string().contains("chmod"), "{mode:o}: {refused}");
        }
    }

    #[test]
    fn what_a_link_leads_to_counts_and_only_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("secret"), folder.path().join("link"));
        create(&path, b"secret").unwrap();
        symlink(&path, &link).unwrap();
        assert_eq!(read(&link, 3).unwrap().as_slice(), b"sec");
        with_mode(&path, 0o644).expect_err("it is open to others");
        read(&link, 64).expect_err("so is it by another name");
        read(folder.path(), 64).expect_err("a folder holds no secret");
        create(&link, b"other").expect_err("it is there");
        replace(&link, b"other").unwrap();
        assert_eq!(read(&link, 64).unwrap().as_slice(), b"other");
        assert_eq!(fs::read(&path).unwrap(), b"secret");
    }

    #[test]
    fn nothing_is_left_of_a_file_that_could_not_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("there");
        fs::create_dir(&path).unwrap();
        create(&path, b"secret").expect_err("the name is taken");
        replace(&path, b"secret").expect_err("a folder is not replaced");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
