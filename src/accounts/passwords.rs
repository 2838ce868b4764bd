//! Passwords, kept as argon2 strings.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;

#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashError;

/// Hashes a password; takes tens of milliseconds and 19 MiB on purpose, so not on a thread that serves others.
pub fn hash(password: &str) -> Result<String, HashError> {
    let hashed = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|_| HashError)?;
    Ok(hashed.to_string())
}
