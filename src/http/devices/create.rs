//! POST /devices — registers a device that is to be paired.

use actix_web::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::Listed;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::reply::Created;
use crate::failure::{Failure, Invalid};
use crate::http::endpoint::{Context, Endpoint, Needs};
use crate::ids::DeviceId;
use crate::store::accounts::{Caller, Scope};

const LONGEST_NAME: usize = 100;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"name": "Sales WhatsApp"}))]
pub struct CreateDevice {
    /// For people; 1 to 100 characters.
    pub name: String,
}

/// The contract shows a new device in two ways, in `device` and in `data`: both are here.
#[derive(Serialize, ToSchema)]
#[schema(
    as = CreatedDevice,
    example = json!({
        "message": "Device created successfully",
        "device": {
            "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
            "user_id": "0b0e8d1c-52b3-4f0f-9a3f-6a6f3f5d1c11",
            "name": "Sales WhatsApp",
            "connected": false,
            "created_at": "2026-06-15T12:00:00Z",
            "updated_at": "2026-06-15T12:00:00Z"
        },
        "data": {
            "device_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
            "name": "Sales WhatsApp"
        }
    })
)]
pub struct Registered {
    message: &'static str,
    device: Listed,
    data: InShort,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CreatedDeviceInShort)]
struct InShort {
    device_id: DeviceId,
    name: String,
}

impl Endpoint for CreateDevice {
    type Caller = Caller;
    type Reply = Created<Registered>;
    const SUMMARY: &'static str = "Registers a device that is to be paired";
    const OPERATION: Operation = Operation::new("device", Envelope::Flat);

    fn needs(_: &Method) -> Needs {
        Needs::AllDevices(Scope::Manage)
    }

    fn refusals() -> Vec<Failure> {
        vec![bad_name().into()]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Created<Registered>, Failure> {
        let name = checked_name(&self.name)?;
        let device = super::create(&context.api, context.caller, name).await?;
        let data = InShort {
            device_id: device.id,
            name: device.name.clone(),
        };
        Ok(Created(Registered {
            message: "Device created successfully",
            device: Listed::new(device, None, &context.api.webhooks),
            data,
        }))
    }
}

/// A name for people, without blanks around it.
pub fn checked_name(name: &str) -> Result<&str, Invalid> {
    let name = name.trim();
    match (1..=LONGEST_NAME).contains(&name.chars().count()) {
        true => Ok(name),
        false => Err(bad_name()),
    }
}

fn bad_name() -> Invalid {
    let problem = format!("name is required and must be between 1 and {LONGEST_NAME} characters");
    Invalid::field("name", problem)
}
