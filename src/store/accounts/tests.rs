//! Tests of what the store decides about users by itself.

use chrono::{SubsecRound, Utc};
use tempfile::TempDir;

use super::*;
use crate::store::{Options, SealingKey};

/// A store with one tenant.
struct House {
    store: Store,
    tenant: TenantId,
    first: Caller,
    _folder: TempDir,
}

fn somebody(tenant: TenantId, role: Role) -> (User, Credentials) {
    let (id, now) = (UserId::random(), Utc::now().trunc_subsecs(0));
    let user = User {
        id,
        tenant_id: tenant,
        email: format!("{id}@example.com"),
        role,
        active: true,
        created_at: now,
        updated_at: now,
    };
    let mut token_hash = [0; 32];
    token_hash[..16].copy_from_slice(id.0.as_bytes());
    let credentials = Credentials {
        password_hash: "hash".into(),
        token_hash,
        webhook_url: None,
    };
    (user, credentials)
}

fn as_caller(user: &User) -> Caller {
    Caller {
        user: user.id,
        tenant: user.tenant_id,
        role: user.role,
        grant: None,
    }
}

const fn membership(role: Role, active: bool) -> Membership {
    Membership { role, active }
}

const ADMIN: Membership = membership(Role::Admin, true);
const MANAGER: Membership = membership(Role::Manager, true);
const USER: Membership = membership(Role::User, true);

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options::new(folder.path(), SealingKey::from_bytes([7; 32]));
        let store = Store::open(options).expect("a store");
        let now = Utc::now().trunc_subsecs(0);
        let tenant = Tenant {
            id: TenantId::random(),
            name: "Acme".into(),
            created_at: now,
            updated_at: now,
        };
        let (user, credentials) = somebody(tenant.id, Role::Admin);
        let registered = store.register(&tenant, &user, credentials).await;
        assert!(registered.expect("registered"));
        Self {
            store,
            tenant: tenant.id,
            first: as_caller(&user),
            _folder: folder,
        }
    }

    async fn add(&self, role: Role) -> Caller {
        let (user, credentials) = somebody(self.tenant, role);
        let added = self.store.add_user(self.first, &user, credentials).await;
        assert!(added.expect("added"));
        as_caller(&user)
    }

    async fn change(
        &self,
        actor: Caller,
        target: Caller,
        from: Membership,
        to: Membership,
    ) -> Settled {
        let change = Change {
            actor,
            target: target.user,
            from,
            to,
        };
        self.store.change_user(&change).await.expect("settled")
    }
}

#[tokio::test]
async fn two_admins_who_step_down_at_once_leave_one() {
    let house = House::new().await;
    let second = house.add(Role::Admin).await;
    let (a, b) = tokio::join!(
        house.change(house.first, house.first, ADMIN, USER),
        house.change(second, second, ADMIN, USER),
    );
    assert_eq!((a, b), (Settled::Done, Settled::LastAdmin));
}

#[tokio::test]
async fn of_two_admins_who_demote_each_other_at_once_one_succeeds() {
    let house = House::new().await;
    let second = house.add(Role::Admin).await;
    let (a, b) = tokio::join!(
        house.change(house.first, second, ADMIN, USER),
        house.change(second, house.first, ADMIN, USER),
    );
    assert_eq!((a, b), (Settled::Done, Settled::Outdated));
}

#[tokio::test]
async fn an_admin_who_is_not_active_does_not_count() {
    let house = House::new().await;
    let second = house.add(Role::Admin).await;
    let asleep = membership(Role::Admin, false);
    let put_to_sleep = house.change(house.first, second, ADMIN, asleep).await;
    assert_eq!(put_to_sleep, Settled::Done);
    let step_down = house.change(house.first, house.first, ADMIN, MANAGER).await;
    assert_eq!(step_down, Settled::LastAdmin);
    // Nor does another tenant's.
    let deactivated = house.change(house.first, house.first, ADMIN, asleep).await;
    assert_eq!(deactivated, Settled::LastAdmin);
    let demoted = house.change(house.first, second, asleep, USER).await;
    assert_eq!(demoted, Settled::Done, "one who does not count may go");
}

#[tokio::test]
async fn a_decision_on_what_is_no_longer_so_changes_nothing() {
    let house = House::new().await;
    let (ada, boss) = (house.add(Role::User).await, house.add(Role::Manager).await);
    let outdated = house.change(house.first, ada, MANAGER, USER).await;
    assert_eq!(outdated, Settled::Outdated, "the target is no manager");
    let as_admin = Caller {
        role: Role::Admin,
        ..boss
    };
    let outdated = house.change(as_admin, ada, USER, MANAGER).await;
    assert_eq!(outdated, Settled::Outdated, "the actor is no admin");
    let stranger = Caller {
        tenant: TenantId::random(),
        ..house.first
    };
    let outdated = house.change(stranger, ada, USER, MANAGER).await;
    assert_eq!(outdated, Settled::Outdated, "the target is elsewhere");
    let found = house.store.user(ada.user).await.expect("read");
    assert_eq!(found.expect("there").membership(), USER);
}

#[tokio::test]
async fn nobody_is_added_by_somebody_without_the_power() {
    let house = House::new().await;
    let boss = house.add(Role::Manager).await;
    let (user, credentials) = somebody(house.tenant, Role::User);
    let as_admin = Caller {
        role: Role::Admin,
        ..boss
    };
    let added = house.store.add_user(as_admin, &user, credentials).await;
    assert!(!added.expect("answered"));
    assert_eq!(
        house.store.users(house.tenant).await.expect("read").len(),
        2
    );
}

#[tokio::test]
async fn an_active_user_is_not_deleted_and_a_deletion_names_the_devices_that_went() {
    let house = House::new().await;
    let ada = house.add(Role::User).await;
    let device = house.store.create_device(ada.tenant, ada.user, "phone");
    let device = device.await.expect("a device").id;
    let delete = || house.store.delete_user(ada.tenant, ada.user);
    assert_eq!(delete().await.expect("answered"), None);
    let asleep = membership(Role::User, false);
    assert_eq!(
        house.change(house.first, ada, USER, asleep).await,
        Settled::Done
    );
    assert_eq!(delete().await.expect("answered"), Some(vec![device]));
    assert_eq!(delete().await.expect("answered"), None);
    assert!(house.store.devices().await.expect("read").is_empty());
}

#[tokio::test]
async fn a_tenant_goes_with_all_that_is_its_own() {
    let house = House::new().await;
    let ada = house.add(Role::User).await;
    let device = house.store.create_device(ada.tenant, ada.user, "phone");
    let device = device.await.expect("a device").id;
    house.store.suspend(house.tenant).await.expect("suspended");
    let delete = || house.store.delete_tenant(house.tenant);
    assert_eq!(delete().await.expect("answered"), Some(vec![device]));
    assert_eq!(delete().await.expect("answered"), None);
    assert!(
        house
            .store
            .users(house.tenant)
            .await
            .expect("read")
            .is_empty()
    );
    assert!(house.store.devices().await.expect("read").is_empty());
}
