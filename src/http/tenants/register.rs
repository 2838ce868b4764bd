//! POST /register — a tenant and its first user, by the master token.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use crate::accounts::newcomer::{self, Newcomer};
use crate::failure::{Failure, Invalid};
use crate::http::openapi::about::About;
use crate::http::users::{EMAIL_TAKEN, Webhook, WithToken, enroll};
use crate::http::{Api, body, envelope};
use crate::ids::TenantId;
use crate::operation::{Envelope, Operation};
use crate::store::StoreError;
use crate::store::accounts::{Role, Tenant};

const OPERATION: Operation = Operation::new("register", Envelope::Admin);
const EXISTS: Failure = Failure::documented(
    400,
    "tenant already exists - please contact your administrator to create an account",
);
const NOTE: &str = "Webhook will be auto-configured when WhatsApp device is connected";
const LONGEST_NAME: usize = 200;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    example = json!({"tenant_name": "Acme", "email": "admin@acme.example", "password": "correct horse battery"})
)]
pub struct Register {
    pub tenant_name: String,
    pub email: String,
    pub password: String,
    /// Accepted and ignored: the first user of a tenant is always its admin.
    #[serde(default)]
    pub role: Option<String>,
    #[serde(default)]
    pub webhook_url: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RegisteredTenant)]
struct Registered {
    user: WithToken,
    tenant: Tenant,
    token: String,
    #[serde(flatten)]
    webhook: Webhook,
}

pub fn about() -> About {
    About::new("Makes a tenant and its first user, an admin", &OPERATION)
        .for_master()
        .takes::<Register>()
        .creates::<Registered>()
        .refuses([EXISTS, EMAIL_TAKEN])
}

pub async fn handle(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> HttpResponse {
    let result = register(&request, payload, &api).await;
    envelope::respond_as(StatusCode::CREATED, &OPERATION, result)
}

async fn register(
    request: &HttpRequest,
    payload: web::Payload,
    api: &Api,
) -> Result<Registered, Failure> {
    api.master(request)?;
    let wanted: Register = body::json(request, payload, &api.limits).await?;
    let tenant = new_tenant(&wanted.tenant_name)?;
    let newcomer = Newcomer::check(
        &wanted.email,
        &wanted.password,
        Role::Admin,
        wanted.webhook_url,
    )?;
    if let Some(name) = &wanted.role {
        newcomer::role("role", name)?;
    }
    let enrolled = enroll(api, newcomer, tenant.id, wanted.password).await?;
    let webhook = Webhook::of(&enrolled.credentials, NOTE);
    let (user, token) = (enrolled.user, enrolled.token);
    let stored = api.store.register(&tenant, &user, enrolled.credentials);
    stored.await.map_err(not_registered)?;
    info!(tenant.id = %tenant.id, "tenant registered");
    Ok(Registered {
        user: WithToken {
            user,
            token: token.clone(),
        },
        tenant,
        token,
        webhook,
    })
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
        StoreError::Conflict(what) if what.contains("email") => EMAIL_TAKEN,
        StoreError::Conflict(_) => EXISTS,
        error => Failure::of_store("a tenant could not be stored", &error),
    }
}
