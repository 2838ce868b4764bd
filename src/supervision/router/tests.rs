//! Which device a caller means.

use std::time::Duration;

use futures::future::LocalBoxFuture;

use super::*;
use crate::device::deadline::Deadline;
use crate::device::job::{Terms, Work};
use crate::device::session::{Sending, Session};
use crate::ids::TenantId;
use crate::memory::Memory;
use crate::store::accounts::Role;
use crate::store::devices::Account;
use crate::supervision::alive::Gone;

/// One user, and devices that belong to it: the first one is the oldest.
struct Owner {
    router: Router,
    caller: Caller,
    devices: Vec<DeviceId>,
}

impl Owner {
    /// `paired`: which of the devices are.
    fn of(paired: &[bool]) -> Self {
        let (alive, _) = Gone::pair();
        let mut owner = Self {
            router: Router::new(1, alive),
            caller: Caller {
                tenant: TenantId::random(),
                user: UserId::random(),
                role: Role::User,
                grant: None,
            },
            devices: paired.iter().map(|_| DeviceId::random()).collect(),
        };
        // In which order they become known plays no part.
        for (number, paired) in paired.iter().enumerate().rev() {
            owner.adopt(number, *paired);
        }
        owner
    }

    fn adopt(&mut self, number: usize, paired: bool) {
        let now = chrono::Utc::now();
        let device = Device {
            id: self.devices[number],
            number: DeviceNumber(number as i64),
            tenant: self.caller.tenant,
            user: self.caller.user,
            name: String::new(),
            account: paired.then(|| Account {
                jid: "15550001111:7@s.whatsapp.net".to_owned(),
                lid: "900000000111:7@lid".to_owned(),
            }),
            wanted: true,
            last_seen: None,
            active_at: None,
            held: None,
            created_at: now,
            updated_at: now,
        };
        let activity = Activity::since(None);
        self.router.adopt(Adopt { device, activity });
    }

    fn connect(&mut self, number: usize) {
        let address = Context::<DeviceActor>::new().address();
        let entry = self.router.devices.get_mut(&self.devices[number]);
        entry.unwrap().address = Some(address);
    }

    /// The number of the device that is meant.
    fn meant(&self, named: Option<DeviceId>) -> Option<usize> {
        let device = self.router.locate(&self.caller, named)?;
        self.devices.iter().position(|other| *other == device)
    }
}

#[test]
fn without_a_name_the_oldest_paired_device_is_meant_or_else_the_oldest() {
    let table: [(&[bool], Option<usize>); 5] = [
        (&[], None),
        (&[false], Some(0)),
        (&[false, false], Some(0)),
        (&[false, true, true], Some(1)),
        (&[true, true, false], Some(0)),
    ];
    for (paired, expected) in table {
        assert_eq!(Owner::of(paired).meant(None), expected, "{paired:?}");
    }
}

#[actix::test]
async fn whether_a_device_is_connected_plays_no_part() {
    for connected in 0..3 {
        let mut owner = Owner::of(&[false, true, true]);
        owner.connect(connected);
        assert_eq!(owner.meant(None), Some(1), "{connected}");
    }
}

#[test]
fn a_named_device_is_meant_if_it_is_the_callers() {
    let owner = Owner::of(&[true, false]);
    assert_eq!(owner.meant(Some(owner.devices[1])), Some(1));
    let stranger = Owner::of(&[true]);
    assert_eq!(owner.meant(Some(stranger.devices[0])), None);
    assert_eq!(owner.router.locate(&stranger.caller, None), None);
}

/// Takes its refusal.
struct Unwanted;

impl Work for Unwanted {
    fn run(self: Box<Self>, _: Session) -> LocalBoxFuture<'static, ()> {
        unreachable!("no device is there to run it")
    }

    fn refuse(self: Box<Self>, _: Failure) {}
}

#[actix::test]
async fn a_refused_command_allocates_nothing() {
    let owner = Owner::of(&[true]);
    let stranger = Owner::of(&[]);
    let job = || {
        let terms = Terms {
            deadline: Deadline::after(Duration::from_secs(1)),
            announced: Duration::ZERO,
            sending: Sending::default(),
            caller: owner.caller.user,
            message_id: None,
            force: false,
            held: Memory::new(0, 0).permit(None),
        };
        Job::new(Unwanted, terms)
    };
    // Its device is not connected; it has none.
    for caller in [owner.caller, stranger.caller] {
        let device = None;
        let job = job();
        let dispatch = Dispatch {
            caller,
            device,
            job,
        };
        let allocated = allocation_counter::measure(|| owner.router.dispatch(dispatch));
        assert_eq!(allocated.count_total, 0, "{allocated:?}");
    }
}
