//! Passwords, kept as argon2 strings.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::failure::Invalid;

/// In characters.
const SHORTEST: usize = 8;
/// In bytes: hashing takes time in proportion.
const LONGEST: usize = 1024;
/// Passwords that are hashed at the same time: each takes 19 MiB and a core for tens of milliseconds, on purpose.
const AT_ONCE: usize = 2;
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    #[error("too many passwords wait to be hashed")]
    Busy,
    #[error("the password could not be hashed")]
    Failed,
}

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

/// Hashes passwords, a few at a time: a burst of new users must not take the memory of everybody else.
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// How long a password waits for its turn.
    patience: Duration,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            patience: PATIENCE,
        }
    }
}

impl Passwords {
    /// Hashes a password on a thread that serves nobody else. The turn ends with the work, which goes on when its caller
    /// has gone.
    pub async fn hash(&self, password: String) -> Result<String, HashError> {
        let turn = timeout(self.patience, self.turns.clone().acquire_owned()).await;
        let turn = turn
            .map_err(|_| HashError::Busy)?
            .map_err(|_| HashError::Failed)?;
        let work = move || {
            let _turn = turn;
            hash(&password)
        };
        let hashed = spawn_blocking(work).await;
        hashed.unwrap_or(Err(HashError::Failed))
    }
}

fn hash(password: &str) -> Result<String, HashError> {
    let hashed = Argon2::default().hash_password(password.as_bytes());
    let hashed = hashed.map_err(|_| HashError::Failed)?;
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

    #[tokio::test]
    async fn equal_passwords_have_different_hashes_and_a_crowd_is_served_in_turn() {
        let passwords = Passwords::default();
        let crowd = (0..4).map(|_| passwords.hash("long enough".into()));
        let hashes = futures::future::join_all(crowd).await;
        let first = hashes[0].as_ref().expect("hashed");
        assert!(first.starts_with("$argon2id$"), "{first}");
        assert!(
            hashes[1..]
                .iter()
                .all(|other| other.is_ok() && *other != hashes[0])
        );
    }

    #[tokio::test]
    async fn a_turn_ends_with_the_work_and_not_with_its_caller() {
        let passwords = Passwords::default();
        let asked = passwords.hash("long enough".into());
        // One poll begins the work; then the caller goes.
        let gone = timeout(Duration::ZERO, asked).await;
        assert!(gone.is_err(), "a hash takes longer");
        assert_eq!(passwords.turns.available_permits(), AT_ONCE - 1);
        let all = passwords.turns.acquire_many(AT_ONCE as u32).await;
        assert!(all.is_ok(), "in the end it is given back");
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let passwords = Passwords {
            patience: Duration::from_millis(1),
            ..Passwords::default()
        };
        let _all = passwords.turns.acquire_many(AT_ONCE as u32).await;
        let refused = passwords.hash("long enough".into()).await;
        assert_eq!(refused, Err(HashError::Busy));
    }
}
