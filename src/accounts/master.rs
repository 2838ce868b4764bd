//! The master token: the one secret that creates tenants. Only its hash stays in memory.

use std::io;
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq;
use tracing::{info, warn};
use zeroize::Zeroizing;

use super::tokens::{self, TokenHash};
use crate::config::Config;
use crate::private_file::{self, Unfit};

/// A shorter token could be guessed.
const SHORTEST: usize = 16;
/// No header carries more.
const LONGEST: u64 = 4096;

#[derive(Debug, thiserror::Error)]
pub enum MasterTokenError {
    #[error("cannot read the master token from {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("the file {} with the master token {problem}", path.display())]
    Exposed {
        path: PathBuf,
        problem: &'static str,
    },
    #[error("cannot write a new master token to {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} holds no master token: write one of at least {SHORTEST} characters into it", path.display())]
    Empty { path: PathBuf },
    #[error("the master token in {} is shorter than {SHORTEST} characters", path.display())]
    Short { path: PathBuf },
    #[error("the master token in {} is not a text", path.display())]
    NoText { path: PathBuf },
}

/// The master token of this daemon.
pub struct MasterToken(TokenHash);

impl MasterToken {
    /// From the configured file, the systemd credential, or the data folder, where it is made at the first start.
    pub fn load(config: &Config) -> Result<Self, MasterTokenError> {
        let given = config
            .auth
            .master_token_file
            .clone()
            .or_else(|| private_file::credential("master_token"));
        match given {
            Some(path) => read(&path),
            None => read_or_generate(&config.data_dir.join("master-token")),
        }
    }

    /// Whether this is its hash.
    pub fn matches(&self, hash: &TokenHash) -> bool {
        hash.ct_eq(&self.0).into()
    }
}

fn read_or_generate(path: &Path) -> Result<MasterToken, MasterTokenError> {
    match read(path) {
        Err(MasterTokenError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            generate(path, private_file::create)?;
        }
        // Nobody has a token from an empty file: a start was cut short, or the disk was full.
        Err(MasterTokenError::Empty { .. }) => {
            warn!(path = %path.display(), "the file for the master token is empty");
            generate(path, private_file::replace)?;
        }
        read => return read,
    }
    read(path)
}

fn read(path: &Path) -> Result<MasterToken, MasterTokenError> {
    let path_of = || path.to_owned();
    let content = private_file::read(path, LONGEST).map_err(|error| match error {
        Unfit::Unreadable(source) => MasterTokenError::Read {
            path: path_of(),
            source,
        },
        Unfit::Exposed(problem) => MasterTokenError::Exposed {
            path: path_of(),
            problem,
        },
    })?;
    let Ok(text) = std::str::from_utf8(&content) else {
        return Err(MasterTokenError::NoText { path: path_of() });
    };
    let token = text.trim();
    if token.is_empty() {
        return Err(MasterTokenError::Empty { path: path_of() });
    }
    if token.len() < SHORTEST {
        return Err(MasterTokenError::Short { path: path_of() });
    }
    info!(path = %path.display(), "master token loaded");
    Ok(MasterToken(tokens::hash(token)))
}

fn generate(
    path: &Path,
    write: fn(&Path, &[u8]) -> io::Result<()>,
) -> Result<(), MasterTokenError> {
    let (token, _) = tokens::generate();
    let line = Zeroizing::new(format!("{token}\n"));
    write(path, line.as_bytes()).map_err(|source| MasterTokenError::Write {
        path: path.to_owned(),
        source,
    })?;
    info!(path = %path.display(), "master token generated: keep this file private");
    Ok(())
}
