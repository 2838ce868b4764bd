//! What a new user brings: checked and normalised before anything is stored.

use chrono::{SubsecRound, Utc};

use super::{passwords, tokens};
use crate::failure::Invalid;
use crate::ids::{TenantId, UserId};
use crate::store::accounts::{Credentials, Role, User};

/// The longest address that mail can be sent to, in bytes.
const LONGEST_EMAIL: usize = 254;

/// A user who is to be created.
pub struct NewUser {
    /// As it is stored and compared: without case.
    pub email: String,
    pub role: Role,
    pub webhook_url: Option<String>,
}

/// A user who can be stored, and the token that is shown this once.
pub struct Enrolled {
    pub user: User,
    pub credentials: Credentials,
    pub token: String,
}

impl NewUser {
    /// Checks e-mail address and password. `webhook_url` has been checked by those who would send there.
    pub fn check(
        email: &str,
        password: &str,
        role: Role,
        webhook_url: Option<String>,
    ) -> Result<Self, Invalid> {
        let email = normalized_email(email)?;
        passwords::check(password)?;
        Ok(Self {
            email,
            role,
            webhook_url,
        })
    }

    /// Gives the user an id and a token.
    pub fn enroll(self, tenant: TenantId, password_hash: String) -> Enrolled {
        let (token, token_hash) = tokens::generate();
        let now = Utc::now().trunc_subsecs(0);
        Enrolled {
            user: User {
                id: UserId::random(),
                tenant_id: tenant,
                email: self.email,
                role: self.role,
                active: true,
                created_at: now,
                updated_at: now,
            },
            credentials: Credentials {
                password_hash,
                token_hash,
                webhook_url: self.webhook_url,
            },
            token,
        }
    }
}

/// Enough to catch a mistake; only a mail sent there could prove it.
fn normalized_email(text: &str) -> Result<String, Invalid> {
    let email = text.trim().to_lowercase();
    let halves = email.split_once('@');
    let shaped = halves
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    let odd = |letter: char| letter.is_whitespace() || letter.is_control();
    if shaped && email.len() <= LONGEST_EMAIL && !email.contains(odd) {
        return Ok(email);
    }
    Err(Invalid::field("email", "email must be an e-mail address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_case_and_mistakes_are_caught() {
        let long = format!("{}@example.com", "x".repeat(250));
        let table = [
            (" Ada@Example.COM ", Some("ada@example.com")),
            ("ada@localhost", Some("ada@localhost")),
            ("ada", None),
            ("@example.com", None),
            ("ada@", None),
            ("a@b@c", None),
            ("a b@example.com", None),
            ("a\0@example.com", None),
            ("", None),
            (&long, None),
        ];
        for (text, expected) in table {
            let found = normalized_email(text);
            assert_eq!(found.as_deref().ok(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_new_user_is_named() {
        let table = [
            ("nobody", "long enough", "email"),
            ("a@example.com", "short", "password"),
        ];
        for (email, password, field) in table {
            let refused = NewUser::check(email, password, Role::User, None);
            let refused = refused.err().expect("it is wrong");
            assert_eq!(refused.field.as_deref(), Some(field));
        }
    }
}
