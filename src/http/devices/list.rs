//! GET /devices — the caller's devices.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::own_devices;
use crate::contract::operation::{Envelope, Operation};
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint};
use crate::ids::{DeviceId, UserId};
use crate::store::accounts::Caller;
use crate::store::devices::{Account, Device};
use crate::supervision::view::View;
use crate::webhooks::Webhooks;

#[derive(Deserialize, ToSchema)]
pub struct ListDevices {}

/// A device as the API shows it.
#[derive(Serialize, ToSchema)]
#[schema(as = Device)]
pub struct Listed {
    id: DeviceId,
    user_id: UserId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    whatsapp_jid: Option<String>,
    /// The account's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    whatsapp_pn: Option<String>,
    /// The account's LID.
    #[serde(skip_serializing_if = "Option::is_none")]
    whatsapp_lid: Option<String>,
    connected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Listed {
    /// `view`: what the supervisor knows; absent for a device that was made just now.
    pub fn new(device: Device, view: Option<View>, webhooks: &Webhooks) -> Self {
        let account = view
            .as_ref()
            .map_or(device.account, |view| view.account.clone());
        Self {
            id: device.id,
            user_id: device.user,
            name: device.name,
            whatsapp_jid: account.as_ref().map(Account::phone_jid),
            whatsapp_pn: account.as_ref().map(Account::phone_jid),
            whatsapp_lid: account.as_ref().and_then(Account::lid_jid),
            connected: view.as_ref().is_some_and(View::is_live),
            last_seen: view.map_or(device.last_seen, |view| view.last_seen),
            webhook_url: webhooks.url(device.number),
            created_at: device.created_at,
            updated_at: device.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(
    as = Devices,
    example = json!({
        "devices": [{
            "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
            "user_id": "0b0e8d1c-52b3-4f0f-9a3f-6a6f3f5d1c11",
            "name": "Sales WhatsApp",
            "whatsapp_jid": "5511999999999@s.whatsapp.net",
            "whatsapp_pn": "5511999999999@s.whatsapp.net",
            "whatsapp_lid": "123456789012345@lid",
            "connected": true,
            "last_seen": "2026-06-15T14:00:00Z",
            "webhook_url": "https://app.example.com/webhook",
            "created_at": "2026-06-15T12:00:00Z",
            "updated_at": "2026-06-15T12:00:00Z"
        }]
    })
)]
pub struct List {
    devices: Vec<Listed>,
}

impl Endpoint for ListDevices {
    type Caller = Caller;
    type Reply = List;
    const SUMMARY: &'static str = "Lists the caller's devices";
    const OPERATION: Operation = Operation::new("device", Envelope::Flat);

    async fn answer(self, context: Context<Caller>) -> Result<List, Failure> {
        let own = own_devices(&context.api, context.caller).await?;
        let listed = own
            .into_iter()
            .map(|(device, view)| Listed::new(device, Some(view), &context.api.webhooks));
        Ok(List {
            devices: listed.collect(),
        })
    }
}
