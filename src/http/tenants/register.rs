//! POST /register — a tenant and its first user, by the master token.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use tracing::{error, info};

use super::{Api, body, envelope};
use crate::accounts::{passwords, tokens};
use crate::failure::{Envelope, Failure, Invalid, Operation};
use crate::ids::{TenantId, UserId};
use crate::store::StoreError;
use crate::store::accounts::{Credentials, Role, Tenant, User};

const OPERATION: Operation = Operation::new("register", Envelope::Admin);
const EXISTS: Failure = Failure::documented(
    400,
    "tenant already exists - please contact your administrator to create an account",
);
const EMAIL_TAKEN: Failure = Failure::documented(400, "email is already in use");
const LONGEST_NAME: usize = 200;
const SHORTEST_PASSWORD: usize = 8;
/// Hashing takes time in proportion.
const LONGEST_PASSWORD: usize = 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
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

#[derive(Serialize)]
struct Registered {
    user: WithToken,
    tenant: Tenant,
    token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_configured: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

#[derive(Serialize)]
struct WithToken {
    #[serde(flatten)]
    user: User,
    token: String,
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
    validate(&wanted)?;
    let password_hash = hash(wanted.password).await?;
    let now = Utc::now().trunc_subsecs(0);
    let name = wanted.tenant_name.trim().to_owned();
    let tenant = Tenant {
        id: TenantId::random(),
        name,
        created_at: now,
        updated_at: now,
    };
    let user = User {
        id: UserId::random(),
        tenant_id: tenant.id,
        email: wanted.email.trim().to_lowercase(),
        role: Role::Admin,
        active: true,
        created_at: now,
        updated_at: now,
    };
    let (token, token_hash) = tokens::generate();
    let webhook_url = wanted.webhook_url;
    let credentials = Credentials {
        password_hash,
        token_hash,
        webhook_url: webhook_url.clone(),
    };
    api.store
        .register(&tenant, &user, credentials)
        .await
        .map_err(not_registered)?;
    info!(tenant.id = %tenant.id, "tenant registered");
    Ok(Registered {
        user: WithToken {
            user,
            token: token.clone(),
        },
        tenant,
        token,
        webhook_configured: webhook_url.is_some().then_some(true),
        note: webhook_url
            .is_some()
            .then_some("Webhook will be auto-configured when WhatsApp device is connected"),
        webhook_url,
    })
}

fn validate(wanted: &Register) -> Result<(), Invalid> {
    let name = wanted.tenant_name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let problem = format!("tenant_name must be between 1 and {LONGEST_NAME} characters");
        return Err(Invalid::field("tenant_name", problem));
    }
    if !is_email(wanted.email.trim()) {
        return Err(Invalid::field("email", "email must be an e-mail address"));
    }
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&wanted.password.len()) {
        let problem = format!("password must have at least {SHORTEST_PASSWORD} characters");
        return Err(Invalid::field("password", problem));
    }
    if let Some(role) = &wanted.role
        && Role::parse(role).is_none()
    {
        return Err(Invalid::field(
            "role",
            "role must be admin, manager or user",
        ));
    }
    if let Some(url) = &wanted.webhook_url
        && !url::Url::parse(url).is_ok_and(|url| url.scheme() == "https")
    {
        return Err(Invalid::field(
            "webhook_url",
            "webhook_url must be an https:// URL",
        ));
    }
    Ok(())
}

/// Enough to catch a mistake; only a mail sent there could prove it.
fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
        && text.len() <= 254
        && !text.contains(char::is_whitespace)
}

async fn hash(password: String) -> Result<String, Failure> {
    let hashed = web::block(move || passwords::hash(&password)).await;
    match hashed {
        Ok(Ok(hash)) => Ok(hash),
        _ => {
            error!("a password could not be hashed");
            Err(Failure::Internal)
        }
    }
}

fn not_registered(error: StoreError) -> Failure {
    match error {
        StoreError::Conflict(what) if what.contains("email") => EMAIL_TAKEN,
        StoreError::Conflict(_) => EXISTS,
        StoreError::Busy => Failure::Overloaded,
        error => {
            error!(error = %error, "a tenant could not be stored");
            Failure::Internal
        }
    }
}
