//! A device as the console shows it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::device::exit::ExitReason;
use crate::device::pairing::passkey::Stage;
use crate::device::restriction::Restriction;
use crate::ids::{DeviceId, TenantId, UserId};
use crate::store::console::FleetDevice;
use crate::supervision::view::View;

/// A device as the console shows it.
#[derive(Serialize)]
pub struct Shown<'a> {
    id: DeviceId,
    name: &'a str,
    user_id: UserId,
    tenant_id: TenantId,
    user: &'a str,
    tenant: &'a str,
    phase: &'static str,
    since: DateTime<Utc>,
    paired: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_exit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt: Option<DateTime<Utc>>,
    /// The same as `action_required`, for those who have words of their own for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_required: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restriction: Option<Restriction>,
    /// How far the check of a pairing by the account's passkey is: there is more to see of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    passkey: Option<&'static str>,
    /// Whether its events go anywhere.
    webhook: bool,
}

impl<'a> Shown<'a> {
    pub fn of(device: &'a FleetDevice, view: &'a View, webhook: bool) -> Self {
        let account = view.account.as_ref();
        Self {
            id: device.id,
            name: &device.name,
            user_id: device.user,
            tenant_id: device.tenant,
            user: &device.email,
            tenant: &device.tenant_name,
            phase: view.state.name(),
            since: view.since,
            paired: view.is_paired(),
            phone: account.map(|account| account.phone_number()),
            last_exit: view.last_exit.map(|reason| reason.name()),
            last_seen: view.last_seen,
            next_attempt: view.next_attempt,
            action: view.action_required().map(|_| action(view)),
            action_required: view.action_required(),
            restriction: Some(view.restriction.at(Utc::now())).filter(|holds| !holds.is_none()),
            passkey: view.passkey.as_ref().map(|passkey| stage(&passkey.stage)),
            webhook,
        }
    }
}

fn stage(stage: &Stage) -> &'static str {
    match stage {
        Stage::Requested(_) => "requested",
        Stage::Checking => "checking",
        Stage::Confirmation(_) => "confirmation",
        Stage::Linking => "linking",
        Stage::Failed(_) => "failed",
    }
}

/// Names what a person must do: for most it is how the last life ended.
fn action(view: &View) -> &'static str {
    match view.last_exit {
        _ if !view.is_paired() && view.passkey.is_some() => "passkey",
        Some(ExitReason::LoggedOut) if !view.is_paired() => ExitReason::LoggedOut.name(),
        _ if !view.is_paired() => "pair",
        _ if view.is_live() && view.key_missing => "open_phone",
        _ if view.is_live() => "sync_again",
        Some(reason) => reason.name(),
        None => "pair",
    }
}
