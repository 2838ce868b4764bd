//! The master token: the one secret that creates tenants. Only its hash stays in memory.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq;
use tracing::info;

use super::tokens::{self, TokenHash};
use crate::config::Config;

/// A shorter token could be guessed.
const SHORTEST: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum MasterTokenError {
    #[error("cannot read the master token from {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write a new master token to {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("the master token in {} is shorter than {SHORTEST} characters", path.display())]
    Short { path: PathBuf },
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
            .or_else(|| credential("master_token"));
        match given {
            Some(path) => read(&path),
            None => {
                let path = config.data_dir.join("master-token");
                if !path.exists() {
                    generate(&path)?;
                }
                read(&path)
            }
        }
    }

    pub fn matches(&self, token: &str) -> bool {
        tokens::hash(token).ct_eq(&self.0).into()
    }
}

/// The file of a systemd credential, when the unit was given one.
pub fn credential(name: &str) -> Option<PathBuf> {
    let path = Path::new(&std::env::var_os("CREDENTIALS_DIRECTORY")?).join(name);
    path.exists().then_some(path)
}

fn read(path: &Path) -> Result<MasterToken, MasterTokenError> {
    let text = fs::read_to_string(path).map_err(|source| MasterTokenError::Read {
        path: path.to_owned(),
        source,
    })?;
    let token = text.trim();
    if token.len() < SHORTEST {
        return Err(MasterTokenError::Short {
            path: path.to_owned(),
        });
    }
    info!(path = %path.display(), "master token loaded");
    Ok(MasterToken(tokens::hash(token)))
}

fn generate(path: &Path) -> Result<(), MasterTokenError> {
    let (token, _) = tokens::generate();
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        writeln!(file, "{token}")?;
        file.sync_all()
    };
    write().map_err(|source| MasterTokenError::Write {
        path: path.to_owned(),
        source,
    })?;
    info!(path = %path.display(), "master token generated: keep this file private");
    Ok(())
}
