//! POST /users — a new user of the caller's tenant, and the token, which is shown this once.

use actix_web::http::Method;
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::{ADMINS_ONLY, EMAIL_TAKEN, Webhook, WithToken, check_webhook, enroll};
use crate::accounts::new_user::NewUser;
use crate::accounts::roles;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::reply::Created;
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint, Needs};
use crate::store::StoreError;
use crate::store::accounts::{Caller, Role};

const NOTE: &str = "Webhook will be configured when user connects their first WhatsApp device";

#[derive(Deserialize, ToSchema)]
#[schema(
    example = json!({"email": "ana@example.com", "password": "correct horse battery", "role": "user"})
)]
pub struct CreateUser {
    /// Nobody else in the tenant may have it.
    pub email: String,
    /// At least 8 characters, at most 1,024 bytes.
    pub password: String,
    /// Absent: user.
    pub role: Option<Role>,
    /// Where the events of the user's devices go, once there are any.
    pub webhook_url: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CreatedUser)]
pub struct Enrolled {
    user: WithToken,
    #[serde(flatten)]
    webhook: Webhook,
}

impl Endpoint for CreateUser {
    type Caller = Caller;
    type Reply = Created<Enrolled>;
    const SUMMARY: &'static str = "Adds a user to the caller's tenant";
    const OPERATION: Operation = Operation::new("user", Envelope::Flat);

    fn needs(_: &Method) -> Needs {
        Needs::OwnToken
    }

    fn refusals() -> Vec<Failure> {
        vec![EMAIL_TAKEN, ADMINS_ONLY]
    }

    async fn answer(self, context: Context<Caller>) -> Result<Created<Enrolled>, Failure> {
        let Context { api, caller, .. } = context;
        if !roles::may_create_and_list(caller.role) {
            return Err(ADMINS_ONLY);
        }
        let webhook_url = check_webhook(&api, self.webhook_url)?;
        let role = self.role.unwrap_or(Role::User);
        let new_user = NewUser::check(&self.email, &self.password, role, webhook_url)?;
        let enrolled = enroll(&api, new_user, caller.tenant, self.password).await?;
        let webhook = Webhook::of(&enrolled.credentials, NOTE);
        let (user, token) = (enrolled.user, enrolled.token);
        let added = api.store.add_user(caller, &user, enrolled.credentials);
        if !added.await.map_err(not_created)? {
            return Err(ADMINS_ONLY);
        }
        info!(user.id = %user.id, user.role = user.role.name(), "user created");
        let user = WithToken::new(user, token);
        Ok(Created(Enrolled { user, webhook }))
    }
}

fn not_created(error: StoreError) -> Failure {
    match error {
        StoreError::Conflict(_) => EMAIL_TAKEN,
        error => Failure::of_store("a user could not be stored", &error),
    }
}
