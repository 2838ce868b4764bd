//! POST /users — a new user of the caller's tenant, and the token, which is shown this once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::{ADMINS_ONLY, EMAIL_TAKEN, Webhook, WithToken, enroll};
use crate::accounts::newcomer::{self, Newcomer};
use crate::accounts::roles;
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::{Api, body, envelope};
use crate::operation::{Envelope, Operation};
use crate::store::StoreError;
use crate::store::accounts::Role;

const OPERATION: Operation = Operation::new("user", Envelope::Flat);
const NOTE: &str = "Webhook will be configured when user connects their first WhatsApp device";

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    example = json!({"email": "ana@example.com", "password": "correct horse battery", "role": "user"})
)]
pub struct CreateUser {
    pub email: String,
    pub password: String,
    /// Absent: user.
    #[serde(default)]
    pub role: Option<String>,
    #[serde(default)]
    pub webhook_url: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CreatedUser)]
struct Created {
    user: WithToken,
    #[serde(flatten)]
    webhook: Webhook,
}

pub fn about() -> About {
    About::new("Adds a user to the caller's tenant", &OPERATION)
        .takes::<CreateUser>()
        .creates::<Created>()
        .refuses([EMAIL_TAKEN, ADMINS_ONLY])
}

pub async fn handle(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> HttpResponse {
    let result = create(&request, payload, &api).await;
    envelope::respond_as(StatusCode::CREATED, &OPERATION, result)
}

async fn create(
    request: &HttpRequest,
    payload: web::Payload,
    api: &Api,
) -> Result<Created, Failure> {
    let caller = api.caller(request).await?;
    if !roles::may_create_and_list(caller.role) {
        return Err(ADMINS_ONLY);
    }
    let wanted: CreateUser = body::json(request, payload, &api.limits).await?;
    let role = match &wanted.role {
        Some(name) => newcomer::role("role", name)?,
        None => Role::User,
    };
    let newcomer = Newcomer::check(&wanted.email, &wanted.password, role, wanted.webhook_url)?;
    let enrolled = enroll(api, newcomer, caller.tenant, wanted.password).await?;
    let webhook = Webhook::of(&enrolled.credentials, NOTE);
    let (user, token) = (enrolled.user, enrolled.token);
    let added = api.store.add_user(caller, &user, enrolled.credentials);
    if !added.await.map_err(not_created)? {
        return Err(ADMINS_ONLY);
    }
    info!(user.id = %user.id, user.role = user.role.name(), "user created");
    let user = WithToken { user, token };
    Ok(Created { user, webhook })
}

fn not_created(error: StoreError) -> Failure {
    match error {
        StoreError::Conflict(_) => EMAIL_TAKEN,
        error => Failure::of_store("a user could not be stored", &error),
    }
}
