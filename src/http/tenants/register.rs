//! POST /register — a tenant and its first user, by the master token.

use chrono::{SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use crate::accounts::new_user::NewUser;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::reply::Created;
use crate::failure::{Failure, Invalid};
use crate::http::auth::Master;
use crate::http::endpoint::{Context, Endpoint};
use crate::http::users::{EMAIL_TAKEN, Webhook, WithToken, check_webhook, enroll};
use crate::ids::TenantId;
use crate::store::StoreError;
use crate::store::accounts::{Role, Tenant};

const EXISTS: Failure = Failure::documented(
    400,
    "tenant already exists - please contact your administrator to create an account",
);
const NOTE: &str = "Webhook will be auto-configured when WhatsApp device is connected";
const LONGEST_NAME: usize = 200;

#[derive(Deserialize, ToSchema)]
#[schema(
    example = json!({"tenant_name": "Acme", "email": "admin@acme.example", "password": "correct horse battery"})
)]
pub struct RegisterTenant {
    /// For people; 1 to 200 characters.
    pub tenant_name: String,
    /// Nobody else in this daemon may have it: who runs the daemon may know.
    pub email: String,
    /// At least 8 characters, at most 1,024 bytes.
    pub password: String,
    /// Accepted and ignored: the first user of a tenant is always its admin.
    pub role: Option<Role>,
    /// Where the events of the user's devices go, once there are any.
    pub webhook_url: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RegisteredTenant)]
pub struct Registered {
    user: WithToken,
    tenant: Tenant,
    token: String,
    #[serde(flatten)]
    webhook: Webhook,
}

impl Endpoint for RegisterTenant {
    type Caller = Master;
    type Reply = Created<Registered>;
    const SUMMARY: &'static str = "Makes a tenant and its first user, an admin";
    const OPERATION: Operation = Operation::new("register", Envelope::Admin);

    fn refusals() -> Vec<Failure> {
        vec![EXISTS, EMAIL_TAKEN]
    }

    async fn answer(self, context: Context<Master>) -> Result<Created<Registered>, Failure> {
        let api = &context.api;
        let tenant = new_tenant(&self.tenant_name)?;
        let webhook_url = check_webhook(api, self.webhook_url)?;
        let new_user = NewUser::check(&self.email, &self.password, Role::Admin, webhook_url)?;
        let enrolled = enroll(api, new_user, tenant.id, self.password).await?;
        let webhook = Webhook::of(&enrolled.credentials, NOTE);
        let (user, token) = (enrolled.user, enrolled.token);
        let stored = api.store.register(&tenant, &user, enrolled.credentials);
        if !stored.await.map_err(not_registered)? {
            return Err(EMAIL_TAKEN);
        }
        info!(tenant.id = %tenant.id, "tenant registered");
        Ok(Created(Registered {
            user: WithToken::new(user, token.clone()),
            tenant,
            token,
            webhook,
        }))
    }
}

fn new_tenant(name: &str) -> Result<Tenant, Invalid> {
    let name = name.trim();
    let length = name.chars().count();
    if !(1..=LONGEST_NAME).contains(&length) || name.contains(char::is_control) {
        let problem = format!("tenant_name must be between 1 and {LONGEST_NAME} characters");
        return Err(Invalid::field("tenant_name", problem));
    }
    let now = Utc::now().trunc_subsecs(0);
    Ok(Tenant {
        id: TenantId::random(),
        name: name.to_owned(),
        created_at: now,
        updated_at: now,
    })
}

fn not_registered(error: StoreError) -> Failure {
    match error {
        StoreError::Conflict(_) => EXISTS,
        error => Failure::of_store("a tenant could not be stored", &error),
    }
}
