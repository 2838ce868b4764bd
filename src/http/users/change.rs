//! The one way to change a user: read both, decide, write what was decided if it still holds.

use crate::accounts::roles::{self, Action, Denial, Target};
use crate::failure::Failure;
use crate::http::Api;
use crate::ids::UserId;
use crate::store::accounts::{Caller, Change, Membership, Settled, User};

use super::{LAST_ADMIN, NOT_FOUND, NOT_ONESELF, NOT_YOURS_TO_GIVE, OUT_OF_REACH};

/// How often a decision is taken anew because somebody else was quicker.
pub(super) const ATTEMPTS: usize = 4;

/// What a user was and is.
pub(super) struct Changed {
    pub from: Membership,
    pub to: Membership,
}

/// The user that the caller may do all this to, with the caller as the store knows it at the same moment.
pub async fn permitted(
    api: &Api,
    caller: Caller,
    id: UserId,
    actions: &[Action],
) -> Result<(Caller, User), Failure> {
    let found = api.store.two_users(caller.user, id).await;
    let (actor, target) =
        found.map_err(|error| Failure::of_store("a user could not be read", &error))?;
    let actor = actor
        .filter(|actor| actor.active)
        .ok_or(Failure::Unauthorized)?;
    // Another tenant's user answers exactly like none.
    let target = target
        .filter(|target| target.tenant_id == actor.tenant_id)
        .ok_or(NOT_FOUND)?;
    let who = if target.id == actor.id {
        Target::Oneself
    } else {
        Target::Other(target.role)
    };
    for action in actions {
        roles::permit(actor.role, who, *action).map_err(refusal)?;
    }
    let role = actor.role;
    Ok((Caller { role, ..caller }, target))
}

/// Does all this to a user, or nothing. The token cache knows when this returns.
pub(super) async fn change(
    api: &Api,
    caller: Caller,
    id: UserId,
    actions: &[Action],
) -> Result<Changed, Failure> {
    for _ in 0..ATTEMPTS {
        let (actor, target) = permitted(api, caller, id, actions).await?;
        let from = target.membership();
        let to = actions.iter().fold(from, after);
        if from == to {
            return Ok(Changed { from, to });
        }
        let change = Change {
            actor,
            target: id,
            from,
            to,
        };
        let settled = api.store.change_user(&change).await;
        // Also after an error: the change may be durable all the same.
        api.tokens.forget_user(id);
        match settled.map_err(|error| Failure::of_store("a user could not be changed", &error))? {
            Settled::Done => return Ok(Changed { from, to }),
            Settled::LastAdmin => return Err(LAST_ADMIN),
            Settled::Outdated => {}
        }
    }
    Err(Failure::Overloaded)
}

/// What an action makes of a user. Who is deleted is deactivated first, so that the token ends before anything else.
fn after(membership: Membership, action: &Action) -> Membership {
    match action {
        Action::See | Action::GiveTokens => membership,
        Action::Activate => Membership {
            active: true,
            ..membership
        },
        Action::Deactivate | Action::Delete => Membership {
            active: false,
            ..membership
        },
        Action::ChangeRole(role) => Membership {
            role: *role,
            ..membership
        },
    }
}

fn refusal(denial: Denial) -> Failure {
    match denial {
        Denial::Rank => OUT_OF_REACH,
        Denial::Grant => NOT_YOURS_TO_GIVE,
        Denial::Oneself => NOT_ONESELF,
    }
}
