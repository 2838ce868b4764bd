//! POST /api/instance/new — a device with a token of its own, which is shown this once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::inferred::{CREATED, NAME_TAKEN, TOKEN_TAKEN};
use super::list::Listed;
use super::{OPERATION, about as about_any, account, json};
use crate::accounts::tokens::{self, TokenHash};
use crate::failure::{Failure, Invalid};
use crate::http::instances::{adopt, not_created};
use crate::http::openapi::about::About;
use crate::http::{Api, envelope};
use crate::store::StoreError;
use crate::store::accounts::Caller;
use crate::store::devices::Device;

/// In characters.
const LONGEST_NAME: usize = 100;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "sales"}))]
pub struct CreateInstance {
    /// Unique for its account; it is part of the URLs.
    pub name: String,
    /// Made when it is absent.
    #[serde(default)]
    pub token: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CreatedInstance)]
struct Created {
    message: &'static str,
    instance: WithToken,
    /// The documentation has the token here too.
    data: Token,
}

#[derive(Serialize, ToSchema)]
#[schema(as = InstanceWithToken)]
struct WithToken {
    #[serde(flatten)]
    instance: Listed,
    token: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = InstanceToken)]
struct Token {
    token: String,
}

pub fn about() -> About {
    about_any(
        "Makes an instance, and shows its token this once",
        &OPERATION,
    )
    .takes::<CreateInstance>()
    .creates::<Created>()
    .refuses([bad_name().into(), NAME_TAKEN, TOKEN_TAKEN])
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
    let caller = account(request)?;
    let CreateInstance { name, token } = json(request, payload, api).await?;
    check_name(&name)?;
    let (token, hash) = match token {
        Some(token) => chosen(api, token).await?,
        None => tokens::generate(),
    };
    let device = add(api, caller, name, hash).await?;
    Ok(Created {
        message: CREATED,
        instance: WithToken {
            instance: Listed::new(device, None),
            token: token.clone(),
        },
        data: Token { token },
    })
}

/// A name is one segment of a path, and a comma separates two of them in a list.
fn check_name(name: &str) -> Result<(), Invalid> {
    let length = 1..=LONGEST_NAME;
    let unusable = |letter: char| letter.is_control() || matches!(letter, '/' | ',');
    if length.contains(&name.chars().count()) && name.trim() == name && !name.contains(unusable) {
        return Ok(());
    }
    Err(bad_name())
}

fn bad_name() -> Invalid {
    let problem = format!(
        "name must have 1 to {LONGEST_NAME} characters, none of them a slash, a comma or a control character, \
         and no space at its ends"
    );
    Invalid::field("name", problem)
}

/// A token that the caller has chosen, if nobody has it.
async fn chosen(api: &Api, token: String) -> Result<(String, TokenHash), Failure> {
    tokens::check_chosen(&token)?;
    let holder = api.tokens.bearer(&token).await;
    let holder =
        holder.map_err(|error| Failure::of_store("a token could not be looked up", &error))?;
    if holder.is_some() || api.master.matches(&token) {
        return Err(TOKEN_TAKEN);
    }
    let hash = tokens::hash(&token);
    Ok((token, hash))
}

async fn add(api: &Api, caller: Caller, name: String, hash: TokenHash) -> Result<Device, Failure> {
    let store = api.store.clone();
    let creating = async move {
        let created = store.create_device_with_token(caller, &name, &hash).await;
        match created {
            Ok(device) => device.ok_or(NAME_TAKEN),
            Err(StoreError::Conflict(_)) => Err(TOKEN_TAKEN),
            Err(error) => Err(not_created(error)),
        }
    };
    adopt(api, caller, creating).await
}
