//! Passwords, kept as argon2 strings.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;

use crate::failure::Invalid;

/// In characters.
const SHORTEST: usize = 8;
/// In bytes: hashing takes time in proportion.
const LONGEST: usize = 1024;

#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashError;

/// Refuses what could be guessed.
pub fn check(password: &str) -> Result<(), Invalid> {
    let refuse = |problem| Err(Invalid::field("password", problem));
    if password.chars().count() < SHORTEST {
        return refuse(format!("password must have at least {SHORTEST} characters"));
    }
    if password.len() > LONGEST {
        return refuse(format!("password must have at most {LONGEST} bytes"));
    }
    Ok(())
}

/// Hashes a password; takes tens of milliseconds and 19 MiB on purpose, so not on a thread that serves others.
pub fn hash(password: &str) -> Result<String, HashError> {
    let hashed = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|_| HashError)?;
    Ok(hashed.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_in_characters_and_bounded() {
        assert!(check("1234567").is_err());
        assert!(check("éééé").is_err(), "eight bytes are four characters");
        assert!(check("12345678").is_ok() && check("éééééééé").is_ok());
        assert!(check(&"x".repeat(LONGEST)).is_ok());
        assert!(check(&"x".repeat(LONGEST + 1)).is_err());
    }
}
