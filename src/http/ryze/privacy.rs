//! GET and POST /api/profile/privacy/{instance} — the privacy settings of the instance's account.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;

use super::inferred::PRIVACY_UPDATED;
use super::{BAD_BODY, about_one, instance, json, view};
use crate::commands::privacy::get::GetPrivacy;
use crate::commands::privacy::set::{Field, SetPrivacy};
use crate::failure::{Failure, Invalid};
use crate::http::execute::dispatch_until;
use crate::http::openapi::about::About;
use crate::http::{Api, envelope};
use crate::operation::{Envelope, Operation};
use crate::store::accounts::Caller;
use crate::store::devices::Device;

const OPERATION: Operation =
    Operation::new("privacy", Envelope::Ryze).failing_with("failed to get privacy settings");
const NOTHING: &str = "At least one privacy setting must be provided";

/// The settings as the contract groups them: what is to be changed, or what there is.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"permissions": {"groupAdd": "contacts"}}))]
pub struct Settings<T: Default> {
    #[serde(default)]
    pub visibility: Visibility<T>,
    #[serde(default)]
    pub privacy: Privacy<T>,
    #[serde(default)]
    pub permissions: Permissions<T>,
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Visibility<T: Default> {
    #[serde(default)]
    pub last_seen: T,
    #[serde(default)]
    pub status: T,
    #[serde(default)]
    pub profile: T,
    #[serde(default)]
    pub online: T,
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Privacy<T: Default> {
    #[serde(default)]
    pub read_receipts: T,
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Permissions<T: Default> {
    #[serde(default)]
    pub call_add: T,
    #[serde(default)]
    pub group_add: T,
}

impl<T: Default> Settings<T> {
    fn of(mut value: impl FnMut(Field) -> T) -> Self {
        let mut settings = Self::default();
        for field in Field::ALL {
            *settings.field(field) = value(field);
        }
        settings
    }

    fn field(&mut self, field: Field) -> &mut T {
        match field {
            Field::LastSeen => &mut self.visibility.last_seen,
            Field::Status => &mut self.visibility.status,
            Field::Profile => &mut self.visibility.profile,
            Field::Online => &mut self.visibility.online,
            Field::ReadReceipts => &mut self.privacy.read_receipts,
            Field::CallAdd => &mut self.permissions.call_add,
            Field::GroupAdd => &mut self.permissions.group_add,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(
    as = OwnPrivacy,
    example = json!({
        "message": "Privacy settings retrieved successfully",
        "settings": {
            "visibility": {
                "lastSeen": "contacts", "status": "all", "profile": "contacts", "online": "match_last_seen"
            },
            "privacy": {"readReceipts": "all"},
            "permissions": {"callAdd": "all", "groupAdd": "contacts"}
        }
    })
)]
struct Answer {
    message: &'static str,
    settings: Settings<String>,
}

pub fn about_read() -> About {
    about_one(
        "Shows the privacy settings of the instance's account",
        &OPERATION,
    )
    .gives::<Answer>()
    .refuses([
        Failure::Disconnected,
        Failure::TimedOut { message_id: None },
    ])
}

pub fn about_update() -> About {
    let wrong = |field: Field| field.check("<value>").err().map(Failure::Invalid);
    about_one(
        "Changes privacy settings of the instance's account",
        &OPERATION,
    )
    .takes::<Settings<Option<String>>>()
    .gives::<Answer>()
    .refuses([
        Invalid::syntax(BAD_BODY).into(),
        Invalid::request(NOTHING).into(),
    ])
    .refuses(Field::ALL.into_iter().filter_map(wrong))
    .refuses([
        Failure::Disconnected,
        Failure::TimedOut { message_id: None },
    ])
    .refuses([not_applied(
        Field::LastSeen,
        &Failure::TimedOut { message_id: None },
    )])
}

pub async fn read(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    let result = async {
        let (caller, device) = instance(&request, &api).await?;
        let deadline = Instant::now() + api.limits.command;
        Ok(Answer {
            message: "Privacy settings retrieved successfully",
            settings: settings(&api, caller, &device, deadline).await?,
        })
    };
    envelope::respond(&OPERATION, result.await)
}

pub async fn update(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> HttpResponse {
    let result = async {
        let (caller, device) = instance(&request, &api).await?;
        let wanted = changes(json(&request, payload, &api).await?)?;
        let deadline = Instant::now() + api.limits.command;
        apply(&api, caller, &device, wanted, deadline).await?;
        Ok(Answer {
            message: PRIVACY_UPDATED,
            settings: settings(&api, caller, &device, deadline).await?,
        })
    };
    envelope::respond(&OPERATION, result.await)
}

/// What is to be changed, in order; all of it is checked before anything of it is done.
fn changes(mut wanted: Settings<Option<String>>) -> Result<Vec<SetPrivacy>, Invalid> {
    let mut changes = Vec::new();
    for field in Field::ALL {
        if let Some(value) = wanted.field(field).take() {
            field.check(&value)?;
            changes.push(SetPrivacy { field, value });
        }
    }
    if changes.is_empty() {
        return Err(Invalid::request(NOTHING));
    }
    Ok(changes)
}

/// One stanza after the other. What was applied before one that fails stays applied.
async fn apply(
    api: &Api,
    caller: Caller,
    device: &Device,
    changes: Vec<SetPrivacy>,
    deadline: Instant,
) -> Result<(), Failure> {
    if !view(api, device).await?.is_live() {
        return Err(Failure::Disconnected);
    }
    for change in changes {
        let field = change.field;
        dispatch_until(deadline, api, caller, Some(device.id), change)
            .await
            .map_err(|reason| not_applied(field, &reason))?;
    }
    Ok(())
}

fn not_applied(field: Field, reason: &Failure) -> Failure {
    Failure::Documented {
        status: 500,
        text: format!("failed to update {} privacy: {reason}", field.name()).into(),
    }
}

/// What WhatsApp says at this moment.
async fn settings(
    api: &Api,
    caller: Caller,
    device: &Device,
    deadline: Instant,
) -> Result<Settings<String>, Failure> {
    let told = dispatch_until(deadline, api, caller, Some(device.id), GetPrivacy {}).await?;
    Ok(Settings::of(|field| {
        told.value(field.category()).to_owned()
    }))
}
