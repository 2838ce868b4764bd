//! What follows the end of a life, by its reason alone.

use super::*;

/// What becomes of a paired device that was live.
#[derive(Debug, PartialEq)]
enum Next {
    StaysDown,
    IsForgotten,
    IsQueued,
    Waits(Duration),
}

const HOUR: Duration = Duration::from_secs(3600);

/// Reason, what follows, whether the gate takes it for a failure, and whether it outlives the daemon.
const TABLE: [(ExitReason, Next, bool, bool); 20] = [
    (ExitReason::Shutdown, Next::StaysDown, false, false),
    (ExitReason::Removed, Next::StaysDown, false, false),
    (ExitReason::Disconnected, Next::StaysDown, false, false),
    (ExitReason::PairingEnded, Next::StaysDown, false, false),
    (ExitReason::LoggedOut, Next::IsForgotten, true, false),
    (ExitReason::Locked, Next::StaysDown, true, true),
    (ExitReason::Banned, Next::StaysDown, true, true),
    (ExitReason::Refused(418), Next::StaysDown, true, true),
    (ExitReason::Replaced, Next::StaysDown, true, true),
    (ExitReason::ClientOutdated, Next::IsQueued, true, false),
    (
        ExitReason::TemporarilyBanned(HOUR),
        Next::Waits(HOUR),
        true,
        true,
    ),
    (ExitReason::RestartRequired, Next::IsQueued, false, false),
    (
        ExitReason::ServerUnavailable,
        Next::Waits(SECOND),
        true,
        false,
    ),
    (ExitReason::RateLimited, Next::Waits(SECOND), true, false),
    (ExitReason::ConnectFailed, Next::Waits(SECOND), true, false),
    (
        ExitReason::ConnectTimedOut,
        Next::Waits(SECOND),
        true,
        false,
    ),
    (ExitReason::ConnectionLost, Next::Waits(SECOND), true, false),
    (
        ExitReason::KeepaliveTimedOut,
        Next::Waits(SECOND),
        true,
        false,
    ),
    (ExitReason::StoreFailed, Next::Waits(SECOND), true, false),
    (ExitReason::Panicked, Next::Waits(SECOND), true, false),
];

fn next(device: &Device, effects: &[Effect<u64>]) -> Next {
    match (device.state(), device.due_in()) {
        (State::Down, None) => Next::StaysDown,
        (State::Closing, None) if effects.contains(&Effect::Wipe) => Next::IsForgotten,
        (State::Waiting, None) if effects.contains(&JOIN) => Next::IsQueued,
        (State::Waiting, Some(wait)) => Next::Waits(wait),
        other => panic!("{other:?} after {effects:?}"),
    }
}

#[test]
fn every_exit_reason_has_its_row() {
    for (row, reason) in TABLE.iter().zip(ExitReason::ALL) {
        assert_eq!(row.0.name(), reason.name());
    }
    for (reason, expected, failure, barred) in TABLE {
        let mut device = Device::at(At::Live);
        let effects = device.exit(reason);
        assert_eq!(next(&device, &effects), expected, "{reason:?}");
        let gate = effects.iter().find_map(|effect| match effect {
            Effect::Gate(gate) => Some(*gate),
            _ => None,
        });
        let told = if failure {
            Gate::Failed(reason)
        } else {
            Gate::Leave
        };
        assert_eq!(gate, Some(told), "{reason:?}");
        let noted = effects.iter().find_map(|effect| match effect {
            Effect::NoteBarred(held) => held.clone(),
            _ => None,
        });
        let noted = noted.map(|held| (held.reason, held.until));
        let until = matches!(reason, ExitReason::TemporarilyBanned(_)).then(|| device.utc + HOUR);
        let expected = barred.then(|| (reason.name().to_owned(), until));
        assert_eq!(noted, expected, "{reason:?}");
        let check = effects.contains(&Effect::CheckStore);
        assert_eq!(check, reason == ExitReason::StoreFailed, "{reason:?}");
        let view = device.slot.view();
        assert_eq!(
            (view.last_exit, view.exits),
            (Some(reason), 1),
            "{reason:?}"
        );
    }
}

#[test]
fn a_device_that_nobody_has_paired_stays_down_whatever_its_end() {
    for (reason, ..) in TABLE {
        let mut device = Device::unpaired();
        device.step(Input::Pair { anew: false });
        device.begin();
        let effects = device.exit(reason);
        let forgotten = reason == ExitReason::LoggedOut;
        assert_eq!(effects.contains(&Effect::Wipe), forgotten, "{reason:?}");
        if forgotten {
            device.step(Input::Wiped(true));
        }
        assert_eq!(device.state(), State::Down, "{reason:?}");
    }
}

#[test]
fn an_end_is_told_to_all_in_order() {
    let lost = ExitReason::ConnectionLost;
    let told = |was_live| {
        let reason = lost;
        let unpaired = false;
        Effect::Tell(Happening::Exited {
            reason,
            was_live,
            unpaired,
        })
    };
    let (route, gate) = (Effect::Route(None), Effect::Gate(Gate::Failed(lost)));
    let mut device = Device::at(At::Live);
    device.pass(SECOND * 5);
    let live = [route.clone(), gate.clone(), Effect::NoteSeen, told(true)];
    assert_eq!(device.exit(lost), live);
    assert_eq!(device.slot.view().last_seen, Some(device.utc));
    let mut device = Device::at(At::Connecting);
    assert_eq!(device.exit(lost), [route, gate, told(false)]);
    assert_eq!(device.slot.view().last_seen, None);
}

#[test]
fn a_life_that_closed_was_live_all_the_same() {
    let mut device = Device::at(At::Closing);
    let effects = device.exit(ExitReason::ConnectionLost);
    assert!(effects.contains(&Effect::NoteSeen));
}

#[test]
fn a_delay_ends_when_it_is_over_and_not_before() {
    let mut device = Device::at(At::Delayed);
    assert_eq!(device.pass(SECOND / 2), []);
    assert_eq!(device.state(), State::Waiting);
    assert_eq!(device.pass(SECOND / 2), [JOIN]);
    assert_eq!((device.state(), device.due_in()), (State::Waiting, None));
    assert_eq!(device.pass(SECOND), [], "it is in the queue already");
}

#[test]
fn a_device_that_fails_again_and_again_is_left_alone_for_long_and_then_tries_again() {
    let mut device = Device::paired();
    device.step(Input::Connect);
    for failures in 1..POLICY.quarantine_failures {
        device.begin();
        device.exit(ExitReason::ConnectFailed);
        assert_eq!(device.state(), State::Waiting, "after {failures}");
        device.pass(device.due_in().expect("a backoff"));
    }
    device.begin();
    let effects = device.exit(ExitReason::ConnectFailed);
    let told = Effect::Tell(Happening::Quarantined {
        reason: ExitReason::ConnectFailed,
        until: device.utc + POLICY.quarantine_delay,
    });
    assert_eq!(effects.last(), Some(&told));
    assert_eq!(device.state(), State::Quarantined);
    assert_eq!(device.due_in(), Some(POLICY.quarantine_delay));
    assert_eq!(device.pass(POLICY.quarantine_delay), [JOIN]);
    device.begin();
    device.exit(ExitReason::ConnectFailed);
    assert_eq!(
        device.state(),
        State::Waiting,
        "one failure is no quarantine"
    );
    assert!(
        device.due_in().is_some_and(|wait| wait > SECOND),
        "but the backoff goes on"
    );
}

#[test]
fn a_login_takes_back_that_whatsapp_bars_the_device() {
    for reason in [ExitReason::Banned, ExitReason::TemporarilyBanned(HOUR)] {
        let mut device = Device::at(At::Live);
        device.exit(reason);
        // A failure in between proves nothing.
        device.step(Input::Connect);
        device.begin();
        let failed = device.exit(ExitReason::ConnectFailed);
        assert!(
            !failed
                .iter()
                .any(|effect| matches!(effect, Effect::NoteBarred(_)))
        );
        device.pass(SECOND * 2);
        device.begin();
        let back = device.news(News::Entered(Phase::Live));
        assert_eq!(back.last(), Some(&Effect::NoteBarred(None)), "{reason:?}");
        device.exit(ExitReason::RestartRequired);
        device.begin();
        let again = device.news(News::Entered(Phase::Live));
        assert!(!again.contains(&Effect::NoteBarred(None)), "{reason:?}");
    }
}

#[test]
fn what_barred_a_device_before_the_daemon_was_started_still_does() {
    let table = [
        (None, State::Waiting, None),
        (Some(ExitReason::Locked), State::Down, None),
        (Some(ExitReason::Replaced), State::Down, None),
        (
            Some(ExitReason::TemporarilyBanned(HOUR)),
            State::Waiting,
            Some(HOUR),
        ),
    ];
    for (barred, state, wait) in table {
        let mut device = Device::new(Some(login()), barred);
        let effects = device.step(Input::Start);
        let joins = barred.is_none();
        assert_eq!(
            effects,
            if joins { vec![JOIN] } else { vec![] },
            "{barred:?}"
        );
        assert_eq!(
            (device.state(), device.due_in()),
            (state, wait),
            "{barred:?}"
        );
        assert_eq!(device.slot.view().last_exit, barred);
    }
}

#[test]
fn a_ban_without_an_end_is_no_overflow() {
    let mut device = Device::at(At::Live);
    device.exit(ExitReason::TemporarilyBanned(Duration::MAX));
    assert_eq!(device.due_in(), Some(LONGEST_DELAY));
}
