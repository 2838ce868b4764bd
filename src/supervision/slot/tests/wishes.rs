//! What people ask for, in every stage.

use super::*;

fn stop(life: u64, reason: ExitReason) -> Effect<u64> {
    Effect::Stop(life, reason)
}

#[test]
fn connecting_gives_a_life_to_whoever_has_none() {
    let told = Effect::Tell(Happening::Reconnecting);
    for stage in At::ALL {
        let mut device = Device::at(stage);
        let effects = device.step(Input::Connect);
        let joins = matches!(stage, At::Down | At::Delayed | At::Quarantined);
        let expected = match joins {
            true => vec![told.clone(), JOIN],
            false => vec![told.clone()],
        };
        assert_eq!(effects, expected, "{stage:?}");
        let again = match stage {
            At::Down | At::Queued | At::Delayed | At::Quarantined => {
                assert_eq!(device.state(), State::Waiting, "{stage:?}");
                assert_eq!(device.due_in(), None, "{stage:?}");
                continue;
            }
            At::Connecting | At::Live => {
                let stays_down = device.exit(ExitReason::Locked);
                assert!(!stays_down.contains(&JOIN), "{stage:?}");
                continue;
            }
            // The life that is ending is waited for, whatever its reason.
            At::Closing => device.exit(ExitReason::Locked),
            At::Forgetting => device.step(Input::Wiped(true)),
        };
        assert_eq!(again.last(), Some(&JOIN), "{stage:?}");
    }
}

#[test]
fn connecting_out_of_a_quarantine_forgets_the_failures() {
    let mut device = Device::at(At::Quarantined);
    device.step(Input::Connect);
    device.begin();
    device.exit(ExitReason::ConnectFailed);
    assert_eq!(device.due_in(), Some(SECOND));
}

#[test]
fn disconnecting_ends_a_life_and_plans_none() {
    for stage in At::ALL {
        let mut device = Device::at(stage);
        let life = device.lives;
        let mut effects = device.step(Input::Disconnect);
        let told = Effect::Tell(Happening::Disconnecting);
        assert_eq!(effects.remove(0), told, "{stage:?}");
        match stage {
            At::Connecting | At::Live | At::Closing => {
                assert_eq!(effects, [stop(life, ExitReason::Disconnected)], "{stage:?}");
                device.exit(ExitReason::Disconnected);
            }
            At::Queued => assert_eq!(effects, [LEAVE]),
            At::Forgetting => {
                assert_eq!(effects, []);
                device.step(Input::Wiped(true));
            }
            At::Down | At::Delayed | At::Quarantined => assert_eq!(effects, [], "{stage:?}"),
        }
        assert_eq!(
            (device.state(), device.due_in()),
            (State::Down, None),
            "{stage:?}"
        );
        assert_eq!(device.pass(SECOND * 3600), [], "{stage:?}");
    }
}

#[test]
fn a_life_that_fails_while_it_is_told_to_end_stays_down_too() {
    let inputs: [fn() -> Input<u64>; 2] = [|| Input::Disconnect, || Input::Halt];
    for input in inputs {
        for reason in ExitReason::ALL {
            let mut device = Device::at(At::Live);
            device.step(input());
            device.exit(reason);
            if reason.ends_the_pairing() {
                device.step(Input::Wiped(true));
            }
            assert_eq!(
                (device.state(), device.due_in()),
                (State::Down, None),
                "{reason:?}"
            );
        }
    }
}

#[test]
fn the_last_wish_counts() {
    let mut device = Device::at(At::Live);
    device.step(Input::Disconnect);
    device.step(Input::Connect);
    assert_eq!(device.exit(ExitReason::Disconnected).last(), Some(&JOIN));
    let mut device = Device::at(At::Closing);
    device.step(Input::Connect);
    device.step(Input::Disconnect);
    device.exit(ExitReason::ConnectionLost);
    assert_eq!(device.state(), State::Down);
    let mut device = Device::at(At::Forgetting);
    device.step(Input::Connect);
    device.step(Input::Disconnect);
    device.step(Input::Wiped(true));
    assert_eq!(device.state(), State::Down);
}

#[test]
fn the_end_of_the_daemon_ends_every_life_and_every_plan() {
    for stage in At::ALL {
        let mut device = Device::at(stage);
        let life = device.lives;
        let effects = device.step(Input::Halt);
        match stage {
            At::Connecting | At::Live | At::Closing => {
                assert_eq!(effects, [stop(life, ExitReason::Shutdown)], "{stage:?}");
                device.exit(ExitReason::Shutdown);
            }
            At::Queued => assert_eq!(effects, [LEAVE]),
            At::Forgetting => drop(device.step(Input::Wiped(true))),
            At::Down | At::Delayed | At::Quarantined => assert_eq!(effects, [], "{stage:?}"),
        }
        assert_eq!(
            (device.state(), device.due_in()),
            (State::Down, None),
            "{stage:?}"
        );
    }
}

#[test]
fn a_removed_device_is_wiped_and_then_forgotten_from_every_stage() {
    for stage in At::ALL {
        let mut device = Device::at(stage);
        let life = device.lives;
        let effects = device.step(Input::Remove);
        match stage {
            At::Connecting | At::Live | At::Closing => {
                assert_eq!(effects, [stop(life, ExitReason::Removed)], "{stage:?}");
                assert_eq!(device.exit(ExitReason::Removed).last(), Some(&Effect::Wipe));
            }
            At::Queued => assert_eq!(effects, [LEAVE, Effect::Wipe]),
            At::Forgetting => assert_eq!(effects, [], "the wiping is under way"),
            At::Down | At::Delayed | At::Quarantined => {
                assert_eq!(effects, [Effect::Wipe], "{stage:?}");
            }
        }
        assert_eq!(
            (device.state(), device.due_in()),
            (State::Closing, None),
            "{stage:?}"
        );
        // Whoever asks for it once more waits for the same.
        assert_eq!(device.step(Input::Remove), [], "{stage:?}");
        assert_eq!(
            device.step(Input::Wiped(true)),
            [Effect::Forget],
            "{stage:?}"
        );
    }
}

#[test]
fn nobody_takes_a_removal_back() {
    let inputs: [fn() -> Input<u64>; 4] = [
        || Input::Connect,
        || Input::Pair { anew: true },
        || Input::Disconnect,
        || Input::Halt,
    ];
    for input in inputs {
        for reason in [
            ExitReason::Removed,
            ExitReason::LoggedOut,
            ExitReason::ConnectionLost,
        ] {
            let mut device = Device::at(At::Live);
            device.step(Input::Remove);
            device.step(input());
            let ended = device.exit(reason);
            assert_eq!(
                ended.last(),
                Some(&Effect::Wipe),
                "{:?}, {reason:?}",
                input()
            );
            device.step(input());
            let wiped = device.step(Input::Wiped(true));
            assert_eq!(wiped, [Effect::Forget], "{:?}, {reason:?}", input());
        }
    }
}

#[test]
fn a_device_that_could_not_be_wiped_is_kept_and_can_be_removed_again() {
    for stage in [At::Down, At::Live, At::Forgetting] {
        let mut device = Device::at(stage);
        device.step(Input::Remove);
        device.exit(ExitReason::Removed);
        assert_eq!(device.step(Input::Wiped(false)), [], "{stage:?}");
        assert_eq!(device.state(), State::Down, "{stage:?}");
        assert!(device.slot.view().is_paired(), "{stage:?}");
        assert_eq!(device.step(Input::Remove), [Effect::Wipe], "{stage:?}");
        assert_eq!(
            device.step(Input::Wiped(true)),
            [Effect::Forget],
            "{stage:?}"
        );
    }
}

#[test]
fn a_device_that_was_unlinked_forgets_its_account_even_if_its_records_stay() {
    for wiped in [true, false] {
        let mut device = Device::at(At::Forgetting);
        assert!(device.slot.view().is_paired(), "until that is done");
        assert_eq!(device.step(Input::Wiped(wiped)), [Effect::Paired(false)]);
        let view = device.slot.view();
        assert_eq!((view.state, view.is_paired()), (State::Down, false));
        assert_eq!(view.last_exit, Some(ExitReason::LoggedOut));
    }
}

#[test]
fn a_device_shows_codes_is_paired_and_comes_back_logged_in() {
    let mut device = Device::unpaired();
    assert_eq!(device.step(Input::Pair { anew: false }), [JOIN]);
    device.begin();
    let offered = device.news(News::Entered(Phase::Pairing));
    assert_eq!(
        offered,
        [
            Effect::Gate(Gate::GotThrough),
            Effect::Route(None),
            Effect::Tell(Happening::PairingBegun)
        ]
    );
    let code = qr(&device);
    let shown = device.news(News::Qr(code.clone()));
    assert_eq!(shown, [Effect::Tell(Happening::Qr(code.clone()))]);
    assert_eq!(device.slot.view().qr, Some(code));
    assert_eq!(
        device.step(Input::Pair { anew: false }),
        [],
        "it shows codes"
    );
    device.news(News::Entered(Phase::Closing));
    let told = Effect::Tell(Happening::Paired(login()));
    let paired = device.news(News::Paired(login()));
    assert_eq!(paired, [Effect::Paired(true), told]);
    let ended = device.exit(ExitReason::RestartRequired);
    assert_eq!(ended.last(), Some(&JOIN));
    assert_eq!(device.slot.view().qr, None);
    device.begin();
    let again = device.news(News::Paired(login()));
    assert_eq!(again, [Effect::Paired(true)], "told once");
}

#[test]
fn other_codes_come_from_another_life() {
    let mut device = Device::unpaired();
    device.step(Input::Pair { anew: false });
    device.begin();
    device.news(News::Entered(Phase::Pairing));
    device.news(News::Qr(qr(&device)));
    let effects = device.step(Input::Pair { anew: true });
    assert_eq!(effects, [stop(1, ExitReason::PairingEnded)]);
    assert_eq!(device.slot.view().qr, None);
    assert_eq!(device.exit(ExitReason::PairingEnded).last(), Some(&JOIN));
    // Without a life there are no codes to be tired of.
    let mut device = Device::unpaired();
    assert_eq!(device.step(Input::Pair { anew: true }), [JOIN]);
}
