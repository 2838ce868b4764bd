//! Bearer tokens: kept only as hashes, looked up without a database most of the time.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::Utc;
use dashmap::DashMap;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::failure::Invalid;
use crate::ids::{DeviceId, TenantId, TokenId, UserId};
use crate::store::accounts::{Bearer, Caller};
use crate::store::{Store, StoreError};

/// SHA-256 of a token. Our tokens have 122 random bits, so a plain hash cannot be searched.
pub type TokenHash = [u8; 32];

pub fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// A new token, and what is stored of it.
pub fn generate() -> (String, TokenHash) {
    let token = Uuid::new_v4().to_string();
    let hash = hash(&token);
    (token, hash)
}

/// What a caller must not go below, or beyond, with a token of its own choice.
const CHOSEN_LENGTH: std::ops::RangeInclusive<usize> = 16..=128;
/// Repeating one character makes a token long and no harder to guess.
const CHOSEN_VARIETY: usize = 8;

/// Refuses a chosen token that could be guessed, or that no header can carry.
pub fn check_chosen(token: &str) -> Result<(), Invalid> {
    let mut letters: Vec<u8> = token.bytes().collect();
    let visible = letters.iter().all(u8::is_ascii_graphic);
    letters.sort_unstable();
    letters.dedup();
    if visible && CHOSEN_LENGTH.contains(&token.len()) && letters.len() >= CHOSEN_VARIETY {
        return Ok(());
    }
    let problem = format!(
        "token must have {} to {} visible ASCII characters, at least {CHOSEN_VARIETY} of them different",
        CHOSEN_LENGTH.start(),
        CHOSEN_LENGTH.end()
    );
    Err(Invalid::field("token", problem))
}

/// Who calls, by token. Holds at most one entry per token that there is: unknown tokens are not remembered.
pub struct Tokens {
    store: Store,
    known: Known,
}

impl Tokens {
    pub fn new(store: Store) -> Self {
        Self {
            store,
            known: Known::default(),
        }
    }

    /// The active user whose token has this hash.
    pub async fn caller(&self, hash: TokenHash) -> Result<Option<Caller>, StoreError> {
        let bearer = self.bearer(hash).await?;
        let user = bearer.filter(|bearer| bearer.device.is_none());
        Ok(user.map(|bearer| bearer.caller))
    }

    /// Whoever holds the token with this hash, for a user or for one device of an active user.
    pub async fn bearer(&self, hash: TokenHash) -> Result<Option<Bearer>, StoreError> {
        if let Some(bearer) = self.known.get(&hash) {
            if !bearer.is_over(Utc::now().timestamp()) {
                return Ok(Some(bearer));
            }
            self.known.forget(|other| *other == bearer);
            return Ok(None);
        }
        let asked_at = self.known.changes();
        let found = self.store.bearer(&hash).await?;
        if let Some(bearer) = found {
            self.known.learn(hash, bearer, asked_at);
        }
        Ok(found)
    }

    /// Counts what was forgotten: when it changes, whoever was somebody may be so no longer.
    pub fn changes(&self) -> u64 {
        self.known.changes()
    }

    /// The user was changed or deleted: the next request asks the store. Call it when the change is durable.
    pub fn forget_user(&self, user: UserId) {
        self.known.forget(|bearer| bearer.caller.user == user);
    }

    /// The same for all users of a tenant.
    pub fn forget_tenant(&self, tenant: TenantId) {
        self.known.forget(|bearer| bearer.caller.tenant == tenant);
    }

    /// A device was deleted, and its tokens with it.
    pub fn forget_device(&self, device: DeviceId) {
        self.known
            .forget(|bearer| bearer.device == Some(device) || bearer.caller.only() == Some(device));
    }

    /// A token that was given away was deleted.
    pub fn forget_given(&self, token: TokenId) {
        self.known.forget(|bearer| {
            let grant = bearer.caller.grant;
            grant.is_some_and(|grant| grant.token == token)
        });
    }
}

#[derive(Default)]
struct Known {
    bearers: DashMap<TokenHash, Bearer>,
    /// Counts what was forgotten: an answer from before must not be learnt after.
    changes: AtomicU64,
}

impl Known {
    fn get(&self, hash: &TokenHash) -> Option<Bearer> {
        self.bearers.get(hash).map(|bearer| *bearer)
    }

    fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Unless something was forgotten since the store was asked. The entry is locked while that is looked at, and
    /// forgetting counts before it looks at entries: whichever comes first, the old answer does not stay.
    fn learn(&self, hash: TokenHash, bearer: Bearer, asked_at: u64) {
        let entry = self.bearers.entry(hash);
        if self.changes() == asked_at {
            entry.insert(bearer);
        }
    }

    fn forget(&self, outdated: impl Fn(&Bearer) -> bool) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.bearers.retain(|_, bearer| !outdated(bearer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::accounts::Role;

    fn bearer() -> Bearer {
        let caller = Caller {
            user: UserId::random(),
            tenant: TenantId::random(),
            role: Role::User,
            grant: None,
        };
        Bearer {
            caller,
            device: None,
        }
    }

    #[test]
    fn only_the_changed_user_is_forgotten() {
        let known = Known::default();
        let (ada, ben) = (bearer(), bearer());
        known.learn(hash("ada"), ada, known.changes());
        known.learn(hash("ben"), ben, known.changes());
        known.forget(|bearer| bearer.caller.user == ada.caller.user);
        assert_eq!(known.get(&hash("ada")), None);
        assert_eq!(known.get(&hash("ben")), Some(ben));
    }

    #[test]
    fn an_answer_from_before_a_change_is_not_learnt_after_it() {
        let known = Known::default();
        let ada = bearer();
        let asked_at = known.changes();
        known.forget(|bearer| bearer.caller.user == ada.caller.user);
        known.learn(hash("ada"), ada, asked_at);
        assert_eq!(known.get(&hash("ada")), None);
    }

    #[test]
    fn a_chosen_token_cannot_be_guessed() {
        let long = "abcdefgh".repeat(17);
        let table = [
            ("", false),
            ("abcdefghijklmno", false),
            ("abcdefghijklmnop", true),
            ("aaaaaaaaaaaaaaaaaaaaaaaa", false),
            ("abcabcabcabcabcabc", false),
            ("with a space and more", false),
            ("höchst-geheimnisvoll", false),
            (&long[..128], true),
            (&long[..129], false),
        ];
        for (token, accepted) in table {
            assert_eq!(check_chosen(token).is_ok(), accepted, "{token}");
        }
    }
}
