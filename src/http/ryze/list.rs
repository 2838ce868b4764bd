//! GET /api/instance/list — the account's instances, or the one that the token fits.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{NOT_FOUND, OPERATION};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::devices::own_devices;
use crate::http::endpoint::{Context, Endpoint};
use crate::store::accounts::Bearer;
use crate::store::devices::{Account, Device};
use crate::supervision::view::{State, View};

#[derive(Deserialize, ToSchema)]
pub struct ListInstances {
    /// One name, or several with commas between; for the token of an account only.
    #[serde(rename = "instanceName")]
    pub names: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Instances)]
pub struct List {
    message: String,
    instances: Vec<Listed>,
}

/// An instance as this API shows it; `null` is what the daemon does not know.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Instance)]
pub struct Listed {
    name: String,
    connection: Connection,
    profile: Profile,
    webhook: Integration,
    websocket: Integration,
    chatwoot: Integration,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InstanceConnection)]
struct Connection {
    state: &'static str,
    number_jid: Option<String>,
    presence_status: Option<String>,
    display_status: &'static str,
}

#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InstanceProfile)]
struct Profile {
    name: Option<String>,
    picture_url: Option<String>,
    is_business: Option<bool>,
    business_name: Option<String>,
}

/// Nothing of this kind can be set up over this API.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = InstanceIntegration)]
struct Integration {
    enabled: bool,
}

impl Listed {
    /// `view`: what the supervisor knows; absent for an instance that was made just now.
    pub fn new(device: Device, view: Option<&View>) -> Self {
        let account = view.map_or(device.account.as_ref(), |view| view.account.as_ref());
        let (state, display_status) = view.map_or(DISCONNECTED, state);
        Self {
            name: device.name,
            connection: Connection {
                state,
                number_jid: account.map(Account::phone_jid),
                presence_status: None,
                display_status,
            },
            profile: Profile::default(),
            webhook: Integration::default(),
            websocket: Integration::default(),
            chatwoot: Integration::default(),
        }
    }
}

const DISCONNECTED: (&str, &str) = ("disconnected", "Disconnected");

/// One of the four documented states, for machines and for people.
fn state(view: &View) -> (&'static str, &'static str) {
    let unlinked = view.last_exit.is_some_and(|exit| exit.ends_the_pairing());
    match view.state {
        State::Live => ("connected", "Connected"),
        State::Waiting | State::Quarantined | State::Connecting | State::Pairing => {
            ("connecting", "Connecting")
        }
        State::Down if unlinked && !view.is_paired() => ("loggedout", "Logged out"),
        State::Down | State::Closing => DISCONNECTED,
    }
}

impl Endpoint for ListInstances {
    type Caller = Bearer;
    type Reply = List;
    const SUMMARY: &'static str = "Lists the instances that the token reaches";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[Param::query("instanceName")];

    fn refusals() -> Vec<Failure> {
        vec![NOT_FOUND]
    }

    async fn answer(self, context: Context<Bearer>) -> Result<List, Failure> {
        let Bearer { caller, device } = context.caller;
        let names = self.names.as_deref().filter(|_| device.is_none());
        let names: Option<Vec<&str>> = names.map(|names| names.split(',').map(str::trim).collect());
        let shown = |shown: &Device| match (device, &names) {
            (Some(own), _) => shown.id == own,
            (None, Some(names)) => names.contains(&shown.name.as_str()),
            (None, None) => true,
        };
        let own = own_devices(&context.api, caller).await?.into_iter();
        let instances: Vec<Listed> = own
            .filter(|(device, _)| shown(device))
            .map(|(device, view)| Listed::new(device, Some(&view)))
            .collect();
        // Of several names those that do not exist are left out.
        if instances.is_empty() && names.is_some_and(|names| names.len() == 1) {
            return Err(NOT_FOUND);
        }
        Ok(List {
            message: found(instances.len()),
            instances,
        })
    }
}

fn found(count: usize) -> String {
    let noun = if count == 1 { "Instance" } else { "Instances" };
    format!("{count} {noun} found")
}
