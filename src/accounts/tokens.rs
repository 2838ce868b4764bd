//! Bearer tokens: random, kept only as hashes, looked up without a database most of the time.

use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::ids::{TenantId, UserId};
use crate::store::accounts::Caller;
use crate::store::{Store, StoreError};

/// SHA-256 of a token. Tokens have 122 random bits, so a plain hash cannot be searched.
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

/// Who calls, by token. Holds at most one entry per user: unknown tokens are not remembered.
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

    /// The active user with this token.
    pub async fn caller(&self, token: &str) -> Result<Option<Caller>, StoreError> {
        let hash = hash(token);
        if let Some(caller) = self.known.get(&hash) {
            return Ok(Some(caller));
        }
        let asked_at = self.known.changes();
        let found = self.store.caller(&hash).await?;
        if let Some(caller) = found {
            self.known.learn(hash, caller, asked_at);
        }
        Ok(found)
    }

    /// The user was changed or deleted: the next request asks the store. Call it when the change is durable.
    pub fn forget_user(&self, user: UserId) {
        self.known.forget(|caller| caller.user == user);
    }

    /// The same for all users of a tenant.
    pub fn forget_tenant(&self, tenant: TenantId) {
        self.known.forget(|caller| caller.tenant == tenant);
    }
}

#[derive(Default)]
struct Known {
    callers: DashMap<TokenHash, Caller>,
    /// Counts what was forgotten: an answer from before must not be learnt after.
    changes: AtomicU64,
}

impl Known {
    fn get(&self, hash: &TokenHash) -> Option<Caller> {
        self.callers.get(hash).map(|caller| *caller)
    }

    fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Unless something was forgotten since the store was asked. The entry is locked while that is looked at, and
    /// forgetting counts before it looks at entries: whichever comes first, the old answer does not stay.
    fn learn(&self, hash: TokenHash, caller: Caller, asked_at: u64) {
        let entry = self.callers.entry(hash);
        if self.changes() == asked_at {
            entry.insert(caller);
        }
    }

    fn forget(&self, outdated: impl Fn(&Caller) -> bool) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.callers.retain(|_, caller| !outdated(caller));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::accounts::Role;

    fn caller() -> Caller {
        Caller {
            user: UserId::random(),
            tenant: TenantId::random(),
            role: Role::User,
        }
    }

    #[test]
    fn only_the_changed_user_is_forgotten() {
        let known = Known::default();
        let (ada, ben) = (caller(), caller());
        known.learn(hash("ada"), ada, known.changes());
        known.learn(hash("ben"), ben, known.changes());
        known.forget(|caller| caller.user == ada.user);
        assert_eq!(known.get(&hash("ada")), None);
        assert_eq!(known.get(&hash("ben")), Some(ben));
    }

    #[test]
    fn an_answer_from_before_a_change_is_not_learnt_after_it() {
        let known = Known::default();
        let ada = caller();
        let asked_at = known.changes();
        known.forget(|caller| caller.user == ada.user);
        known.learn(hash("ada"), ada, asked_at);
        assert_eq!(known.get(&hash("ada")), None);
    }
}
