//! Who may do what to whom inside one tenant: the roles, their powers, and the promotion rules.
//!
//! | | admin | manager | user |
//! |---|---|---|---|
//! | create and list users | yes | – | – |
//! | see somebody | everybody | users, itself | itself |
//! | activate, deactivate, delete somebody else | everybody | users | – |
//! | change somebody else's role | any to any | user to manager | – |
//! | change one's own role | step down | step down | – |
//! | deactivate or delete oneself | – | – | – |
//!
//! A manager thus never touches an admin or another manager, and never makes an admin. Another tenant's users do not
//! exist for any of them. That the last active admin stays is not decided here but in the store, in one transaction
//! with the change: only there two changes at once cannot both believe that the other admin remains.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::store::accounts::Role;

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| D::Error::custom("must be admin, manager or user"))
    }
}

/// Whom an action is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Oneself,
    /// Somebody else in the same tenant, who has this role now.
    Other(Role),
}

/// What is to be done to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    See,
    /// To make, list and end tokens that stand for the user and are given away.
    GiveTokens,
    Activate,
    Deactivate,
    /// To this role; to the present one is a change too, which changes nothing.
    ChangeRole(Role),
    Delete,
}

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The role does not reach that far.
    Rank,
    /// The role may not give that role.
    Grant,
    /// Nobody locks themselves out.
    Oneself,
}

/// Whether a user with the role `actor` may do this. The one table of powers over users.
pub fn permit(actor: Role, target: Target, action: Action) -> Result<(), Denial> {
    match (target, action) {
        (Target::Oneself, Action::See | Action::GiveTokens | Action::Activate) => Ok(()),
        (Target::Oneself, Action::Deactivate | Action::Delete) => Err(Denial::Oneself),
        (Target::Oneself, Action::ChangeRole(to)) => {
            allow(steps_down_or_stays(actor, to), Denial::Grant)
        }
        (
            Target::Other(role),
            Action::See
            | Action::GiveTokens
            | Action::Activate
            | Action::Deactivate
            | Action::Delete,
        ) => allow(has_charge_of(actor, role), Denial::Rank),
        (Target::Other(from), Action::ChangeRole(to)) => {
            allow(has_charge_of(actor, from), Denial::Rank)?;
            allow(may_grant(actor, to), Denial::Grant)
        }
    }
}

/// Whether this role may create users and list them; whoever may gives them any role.
pub fn may_create_and_list(actor: Role) -> bool {
    actor == Role::Admin
}

fn allow(permitted: bool, otherwise: Denial) -> Result<(), Denial> {
    if permitted { Ok(()) } else { Err(otherwise) }
}

fn has_charge_of(actor: Role, other: Role) -> bool {
    match actor {
        Role::Admin => true,
        Role::Manager => other == Role::User,
        Role::User => false,
    }
}

/// Nobody gives more power than they have.
fn may_grant(actor: Role, to: Role) -> bool {
    match actor {
        Role::Admin => true,
        Role::Manager => to != Role::Admin,
        Role::User => false,
    }
}

fn steps_down_or_stays(from: Role, to: Role) -> bool {
    match from {
        Role::Admin => true,
        Role::Manager => to != Role::Admin,
        Role::User => to == Role::User,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 3] = [Role::Admin, Role::Manager, Role::User];
    const ACTIONS: [Action; 8] = [
        Action::See,
        Action::GiveTokens,
        Action::Activate,
        Action::Deactivate,
        Action::Delete,
        Action::ChangeRole(Role::Admin),
        Action::ChangeRole(Role::Manager),
        Action::ChangeRole(Role::User),
    ];

    /// `y`: permitted; `r`, `g`, `o`: denied for rank, grant, oneself. Columns are `ACTIONS`.
    const TABLE: [(Role, [(&str, Target); 4]); 3] = [
        (
            Role::Admin,
            [
                ("yyyooyyy", Target::Oneself),
                ("yyyyyyyy", Target::Other(Role::Admin)),
                ("yyyyyyyy", Target::Other(Role::Manager)),
                ("yyyyyyyy", Target::Other(Role::User)),
            ],
        ),
        (
            Role::Manager,
            [
                ("yyyoogyy", Target::Oneself),
                ("rrrrrrrr", Target::Other(Role::Admin)),
                ("rrrrrrrr", Target::Other(Role::Manager)),
                ("yyyyygyy", Target::Other(Role::User)),
            ],
        ),
        (
            Role::User,
            [
                ("yyyooggy", Target::Oneself),
                ("rrrrrrrr", Target::Other(Role::Admin)),
                ("rrrrrrrr", Target::Other(Role::Manager)),
                ("rrrrrrrr", Target::Other(Role::User)),
            ],
        ),
    ];

    #[test]
    fn every_cell_of_the_matrix_is_as_documented() {
        for (actor, rows) in TABLE {
            for (cells, target) in rows {
                for (cell, action) in cells.chars().zip(ACTIONS) {
                    let expected = match cell {
                        'y' => Ok(()),
                        'r' => Err(Denial::Rank),
                        'g' => Err(Denial::Grant),
                        _ => Err(Denial::Oneself),
                    };
                    let found = permit(actor, target, action);
                    assert_eq!(found, expected, "{actor:?} {target:?} {action:?}");
                }
            }
        }
    }

    #[test]
    fn only_an_admin_makes_an_admin() {
        for actor in ROLES {
            let others = ROLES.map(Target::Other);
            for target in others.into_iter().chain([Target::Oneself]) {
                let made = permit(actor, target, Action::ChangeRole(Role::Admin)).is_ok();
                assert!(!made || actor == Role::Admin, "{actor:?} {target:?}");
            }
            assert_eq!(may_create_and_list(actor), actor == Role::Admin);
        }
    }
}
