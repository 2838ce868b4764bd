//! POST /api/instance/new — a device with a token of its own, which is shown this once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::inferred::{CREATED, NAME_TAKEN, TOKEN_TAKEN};
use super::list::Listed;
use super::{Account, OPERATION};
use crate::accounts::tokens::{self, TokenHash};
use crate::contract::operation::Operation;
use crate::contract::reply::Created;
use crate::failure::{Failure, Invalid};
use crate::http::Api;
use crate::http::devices::{adopt, not_created};
use crate::http::endpoint::{Context, Endpoint};
use crate::store::StoreError;
use crate::store::accounts::Caller;
use crate::store::devices::Device;

/// Where it is reached; the gate counts these requests apart.
pub const PATH: &str = "/api/instance/new";
/// In characters.
const LONGEST_NAME: usize = 100;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"name": "sales"}))]
pub struct CreateInstance {
    /// Unique for its account; it is part of the URLs.
    pub name: String,
    /// Made when it is absent.
    pub token: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CreatedInstance)]
pub struct Registered {
    message: &'static str,
    instance: WithToken,
    /// The documentation has the token here too.
    data: InstanceToken,
}

#[derive(Serialize, ToSchema)]
#[schema(as = InstanceWithToken)]
struct WithToken {
    #[serde(flatten)]
    instance: Listed,
    token: String,
}

#[derive(Serialize, ToSchema)]
struct InstanceToken {
    token: String,
}

impl Endpoint for CreateInstance {
    type Caller = Account;
    type Reply = Created<Registered>;
    const SUMMARY: &'static str = "Makes an instance, and shows its token this once";
    const OPERATION: Operation = OPERATION;

    fn refusals() -> Vec<Failure> {
        vec![bad_name().into(), NAME_TAKEN, TOKEN_TAKEN]
    }

    async fn answer(self, context: Context<Account>) -> Result<Created<Registered>, Failure> {
        let Context { api, caller, .. } = context;
        check_name(&self.name)?;
        let (token, hash) = match self.token {
            Some(token) => chosen(&api, token).await?,
            None => tokens::generate(),
        };
        let device = add(&api, caller.0, self.name, hash).await?;
        Ok(Created(Registered {
            message: CREATED,
            instance: WithToken {
                instance: Listed::new(device, None),
                token: token.clone(),
            },
            data: InstanceToken { token },
        }))
    }
}

/// A name is one segment of a path, and a comma separates two of them in a list.
fn check_name(name: &str) -> Result<(), Invalid> {
    // Clients resolve them before they send a path, however they are written.
    if matches!(name, "." | "..") {
        return Err(Invalid::field("name", "name must not be \".\" or \"..\""));
    }
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
    let hash = tokens::hash(&token);
    let holder = api.tokens.bearer(hash).await;
    let holder =
        holder.map_err(|error| Failure::of_store("a token could not be looked up", &error))?;
    if holder.is_some() || api.master.matches(&hash) {
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
