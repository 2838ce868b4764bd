//! POST /appstate/sync — fetches what the phone shares with its devices, and answers when it is here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::commands::Command;
use crate::contract::operation::{Envelope, Operation};
use crate::device::session::Session;
use crate::device::session::app_state::Collection;
use crate::failure::Failure;

const DEFAULT: [Scope; 3] = [Scope::Contacts, Scope::Chats, Scope::Settings];

/// What to fetch.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"scopes": ["contacts", "chats"], "full": false}))]
pub struct SyncAppState {
    /// Left out or empty: contacts, chats and settings.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// Everything anew instead of what is new.
    pub full: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Contacts,
    Chats,
    Settings,
    Pins,
    Critical,
}

impl Scope {
    /// Where WhatsApp keeps it.
    const fn collections(self) -> &'static [Collection] {
        match self {
            Self::Contacts => &[Collection::CriticalUnblockLow],
            Self::Chats => &[Collection::RegularHigh, Collection::RegularLow],
            // The push name and the locale; the status privacy; the rest.
            Self::Settings => &[
                Collection::CriticalBlock,
                Collection::RegularHigh,
                Collection::Regular,
                Collection::RegularLow,
            ],
            Self::Pins => &[Collection::RegularLow],
            Self::Critical => &[Collection::CriticalBlock, Collection::CriticalUnblockLow],
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(
    as = SyncedAppState,
    example = json!({"scopes": ["contacts", "chats"], "full_sync": false})
)]
pub struct Synced {
    scopes: Vec<Scope>,
    full_sync: bool,
}

impl SyncAppState {
    /// Each once, in the order in which they were asked for.
    fn scopes(&self) -> Vec<Scope> {
        let asked: &[Scope] = match self.scopes.is_empty() {
            true => &DEFAULT,
            false => &self.scopes,
        };
        let mut scopes = Vec::new();
        for scope in asked {
            if !scopes.contains(scope) {
                scopes.push(*scope);
            }
        }
        scopes
    }
}

impl Command for SyncAppState {
    type Reply = Synced;
    const SUMMARY: &'static str = "Fetches what the phone shares with its devices";
    const OPERATION: Operation =
        Operation::new("appstate_sync", Envelope::Flat).failing_with("failed to sync app state");

    fn refusals() -> Vec<Failure> {
        let not_synced = |in_time| Failure::NotSynced {
            collection: Collection::RegularHigh.as_str().to_owned(),
            in_time,
        };
        vec![not_synced(true), not_synced(false)]
    }

    async fn run(self, session: Session) -> Result<Synced, Failure> {
        let scopes = self.scopes();
        let mut collections = Vec::new();
        for collection in scopes.iter().flat_map(|scope| scope.collections()) {
            if !collections.contains(collection) {
                collections.push(*collection);
            }
        }
        let full = self.full.unwrap_or(false);
        session.app_state().sync(&collections, full).await?;
        Ok(Synced {
            scopes,
            full_sync: full,
        })
    }
}
