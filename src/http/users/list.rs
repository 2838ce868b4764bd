//! GET /users — the users of the caller's tenant.
//!
//! The contract's examples show every user's `token` here. We cannot and would not: only hashes are stored, so that
//! neither a stolen database nor an admin's screen gives anybody away. A token is shown once, when its user is created.

use actix_web::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ADMINS_ONLY;
use crate::accounts::roles;
use crate::contract::operation::{Envelope, Operation};
use crate::failure::Failure;
use crate::http::endpoint::{Context, Endpoint, Needs};
use crate::store::accounts::{Caller, Scope, User};

#[derive(Deserialize, ToSchema)]
pub struct ListUsers {}

#[derive(Serialize, ToSchema)]
#[schema(as = Users)]
pub struct List {
    users: Vec<User>,
}

impl Endpoint for ListUsers {
    type Caller = Caller;
    type Reply = List;
    const SUMMARY: &'static str = "Lists the users of the caller's tenant";
    const OPERATION: Operation = Operation::new("user", Envelope::Flat);

    fn needs(_: &Method) -> Needs {
        Needs::AllDevices(Scope::Read)
    }

    fn refusals() -> Vec<Failure> {
        vec![ADMINS_ONLY]
    }

    async fn answer(self, context: Context<Caller>) -> Result<List, Failure> {
        let Context { api, caller, .. } = context;
        if !roles::may_create_and_list(caller.role) {
            return Err(ADMINS_ONLY);
        }
        let users = api.store.users(caller.tenant).await;
        let users =
            users.map_err(|error| Failure::of_store("users could not be listed", &error))?;
        Ok(List { users })
    }
}
