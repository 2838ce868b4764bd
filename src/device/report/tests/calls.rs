//! What is told of calls.

use super::*;

#[test]
fn calls() {
    fn call(action: CallAction) -> Event {
        let call = IncomingCall::builder()
            .from(jid(LID))
            .stanza_id("1".into())
            .timestamp(at())
            .offline(false)
            .action(action);
        Event::IncomingCall(call.build())
    }
    let (call_id, call_creator) = ("C1".to_owned(), jid("900000000101:2@lid"));
    let offer = CallAction::Offer {
        call_id: call_id.clone(),
        call_creator: call_creator.clone(),
        caller_pn: Some(jid(PN)),
        caller_country_code: None,
        device_class: None,
        joinable: false,
        is_video: true,
        audio: Vec::new(),
        group_jid: None,
    };
    let terminate = CallAction::Terminate {
        call_id: call_id.clone(),
        call_creator: call_creator.clone(),
        reason: Some("timeout".into()),
        duration: None,
        audio_duration: Some(3),
    };
    let latency = CallAction::RelayLatency {
        call_id: call_id.clone(),
        call_creator: call_creator.clone(),
    };
    let hand = CallAction::RaiseHand {
        call_id: call_id.clone(),
        call_creator: call_creator.clone(),
        raised: true,
    };
    let missed = |why| Event::MissedCall(MissedCall::new(jid(LID), "C2".into(), at(), why));
    check([
        (
            call(offer),
            "call.offer",
            r#"{"from":"900000000101@lid","from_pn":"15550000101@s.whatsapp.net","from_lid":"900000000101@lid","call_id":"C1","creator":"900000000101@lid","creator_pn":"15550000101@s.whatsapp.net","creator_lid":"900000000101@lid","action":"offer","details":{"type":"offer","call_id":"C1","call_creator":{"user":"900000000101","server":"lid","agent":0,"device":2,"integrator":0},"caller_pn":{"user":"15550000101","server":"s.whatsapp.net","agent":0,"device":0,"integrator":0},"joinable":false,"is_video":true,"audio":[]},"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            call(terminate),
            "call.terminate",
            r#"{"from":"900000000101@lid","from_pn":null,"from_lid":"900000000101@lid","call_id":"C1","creator":"900000000101@lid","creator_pn":null,"creator_lid":"900000000101@lid","action":"terminate","details":{"type":"terminate","call_id":"C1","call_creator":{"user":"900000000101","server":"lid","agent":0,"device":2,"integrator":0},"reason":"timeout","audio_duration":3},"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            call(latency),
            "call.relay_latency",
            r#"{"from":"900000000101@lid","from_pn":null,"from_lid":"900000000101@lid","call_id":"C1","creator":"900000000101@lid","creator_pn":null,"creator_lid":"900000000101@lid","action":"relaylatency","details":{"type":"relaylatency","call_id":"C1","call_creator":{"user":"900000000101","server":"lid","agent":0,"device":2,"integrator":0}},"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            call(hand),
            "call.unknown",
            r#"{"from":"900000000101@lid","from_pn":null,"from_lid":"900000000101@lid","call_id":"C1","creator":"900000000101@lid","creator_pn":null,"creator_lid":"900000000101@lid","action":"user_action","details":{"type":"user_action","call_id":"C1","call_creator":{"user":"900000000101","server":"lid","agent":0,"device":2,"integrator":0},"raised":true},"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            missed(MissedReason::Offline),
            "call.terminate",
            r#"{"from":"900000000101@lid","from_pn":null,"from_lid":"900000000101@lid","call_id":"C2","reason":"missed_while_offline","timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
    ]);
    assert_eq!(told(&missed(MissedReason::Remote)), None);
    let named = |action| told(&call(action)).expect("a call").0;
    let (id, creator) = (|| call_id.clone(), || call_creator.clone());
    assert_eq!(
        named(CallAction::OfferNotice {
            call_id: id(),
            call_creator: creator(),
            is_video: false,
            is_group: true
        }),
        "call.offer"
    );
    assert_eq!(
        named(CallAction::PreAccept {
            call_id: id(),
            call_creator: creator(),
            audio: Vec::new()
        }),
        "call.pre_accept"
    );
    assert_eq!(
        named(CallAction::Accept {
            call_id: id(),
            call_creator: creator(),
            audio: Vec::new()
        }),
        "call.accept"
    );
    assert_eq!(
        named(CallAction::Reject {
            call_id: id(),
            call_creator: creator(),
            reason: None
        }),
        "call.reject"
    );
    assert_eq!(
        named(CallAction::Transport {
            call_id: id(),
            call_creator: creator(),
            p2p_cand_round: None,
            transport_message_type: None
        }),
        "call.transport"
    );
}
