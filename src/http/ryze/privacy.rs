//! GET and POST /api/profile/privacy/{instance} — the privacy settings of the instance's account.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::inferred::PRIVACY_UPDATED;
use super::{INSTANCE, Instance};
use crate::commands::privacy::get::GetPrivacy;
use crate::commands::privacy::set::{Field, SetPrivacy};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::device::job::Terms;
use crate::failure::{Failure, Invalid};
use crate::http::Api;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::execute::{self, dispatch};

const OPERATION: Operation =
    Operation::new("privacy", Envelope::Ryze).failing_with("failed to get privacy settings");
const NOTHING: &str = "At least one privacy setting must be provided";

/// The settings as the contract groups them: what is to be changed, or what there is.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[schema(example = json!({"permissions": {"groupAdd": "contacts"}}))]
pub struct Settings<T: Default> {
    #[serde(default)]
    #[schema(inline)]
    pub visibility: Visibility<T>,
    #[serde(default)]
    #[schema(inline)]
    pub privacy: Privacy<T>,
    #[serde(default)]
    #[schema(inline)]
    pub permissions: Permissions<T>,
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
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
#[serde(rename_all = "camelCase")]
pub struct Privacy<T: Default> {
    #[serde(default)]
    pub read_receipts: T,
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
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
pub struct Answer {
    message: &'static str,
    #[schema(inline)]
    settings: Settings<String>,
}

#[derive(Deserialize, ToSchema)]
pub struct GetPrivacySettings {}

impl Endpoint for GetPrivacySettings {
    type Caller = Instance;
    type Reply = Answer;
    const SUMMARY: &'static str = "Shows the privacy settings of the instance's account";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[INSTANCE];

    fn refusals() -> Vec<Failure> {
        vec![
            Failure::Disconnected,
            Failure::TimedOut { message_id: None },
        ]
    }

    async fn answer(self, context: Context<Instance>) -> Result<Answer, Failure> {
        let Context { api, caller, .. } = context;
        let terms = execute::terms::<GetPrivacy>(&api, &caller.caller, api.room(&caller), None);
        Ok(Answer {
            message: "Privacy settings retrieved successfully",
            settings: settings(&api, &caller, terms).await?,
        })
    }
}

/// What is to be changed.
pub type UpdatePrivacySettings = Settings<Option<String>>;

impl Endpoint for UpdatePrivacySettings {
    type Caller = Instance;
    type Reply = Answer;
    const SUMMARY: &'static str = "Changes privacy settings of the instance's account";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[INSTANCE];

    fn refusals() -> Vec<Failure> {
        let wrong = |field: Field| field.check("<value>").err().map(Failure::Invalid);
        let timed_out = Failure::TimedOut { message_id: None };
        let mut refusals = vec![
            Invalid::request(NOTHING).into(),
            Failure::Disconnected,
            not_applied(Field::LastSeen, &timed_out),
            timed_out,
        ];
        refusals.extend(Field::ALL.into_iter().filter_map(wrong));
        refusals
    }

    async fn answer(self, context: Context<Instance>) -> Result<Answer, Failure> {
        let Context { api, caller, .. } = context;
        let changes = changes(self)?;
        let terms = execute::terms::<SetPrivacy>(&api, &caller.caller, api.room(&caller), None);
        apply(&api, &caller, changes, &terms).await?;
        Ok(Answer {
            message: PRIVACY_UPDATED,
            settings: settings(&api, &caller, terms).await?,
        })
    }
}

/// What is to be changed, in order; all of it is checked before anything of it is done.
fn changes(mut wanted: UpdatePrivacySettings) -> Result<Vec<SetPrivacy>, Invalid> {
    let mut changes = Vec::new();
    for field in Field::ALL {
        if let Some(value) = wanted.field(field).take() {
            changes.push(SetPrivacy::new(field, value)?);
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
    instance: &Instance,
    changes: Vec<SetPrivacy>,
    terms: &Terms,
) -> Result<(), Failure> {
    if !instance.view(api).await?.is_live() {
        return Err(Failure::Disconnected);
    }
    let Instance { caller, device } = instance;
    for change in changes {
        let field = change.field();
        dispatch(api, *caller, Some(device.id), terms.clone(), change)
            .await
            .map_err(|reason| not_applied(field, &reason))?;
    }
    Ok(())
}

fn not_applied(field: Field, reason: &Failure) -> Failure {
    if reason.passes() {
        return reason.clone();
    }
    Failure::told(
        500,
        format!("failed to update {} privacy: {reason}", field.name()),
    )
}

/// What WhatsApp says at this moment.
async fn settings(
    api: &Api,
    instance: &Instance,
    terms: Terms,
) -> Result<Settings<String>, Failure> {
    let Instance { caller, device } = instance;
    let told = dispatch(api, *caller, Some(device.id), terms, GetPrivacy {}).await?;
    Ok(Settings::of(|field| {
        told.value(field.category()).to_owned()
    }))
}
