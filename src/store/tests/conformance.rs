//! The same calls against the library's own in-memory backend and ours must give the same answers.

use std::fmt::Debug;

use bytes::Bytes;
use proptest::prelude::*;
use wacore::appstate::hash::HashState;
use wacore::store::InMemoryBackend;
use wacore::store::traits::*;
use wacore_appstate::processor::AppStateMutationMAC;

use super::*;

/// One call: which method, and small numbers that choose its arguments.
type Call = (u8, u8, u8);

const METHODS: u8 = 60;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_like_the_in_memory_backend(calls in prop::collection::vec((0..METHODS, 0..4u8, 0..4u8), 1..150)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(compare(&calls));
    }
}

async fn compare(calls: &[Call]) {
    let folder = Folder::new();
    let mut store = folder.open();
    let model = InMemoryBackend::new();
    let mut ours = backend(&store, 1);
    for (number, call) in calls.iter().enumerate() {
        if call.0 == METHODS - 1 {
            store.close().await;
            store = folder.open();
            ours = backend(&store, 1);
            continue;
        }
        let (expected, answer) = (answer(&model, *call).await, answer(&*ours, *call).await);
        assert_eq!(answer, expected, "call {number}: {call:?}");
    }
    store.close().await;
}

/// What is taken is put back, as the library does: with us it has stayed anyway.
async fn taken(
    b: &dyn Backend,
    chat: &str,
    id: &str,
) -> wacore::store::error::Result<Option<Vec<u8>>> {
    let taken = b.take_sent_message(chat, id).await?;
    if let Some(message) = &taken {
        b.store_sent_message(chat, id, message).await?;
    }
    Ok(taken)
}

fn show<T: Debug, E: Debug>(answer: Result<T, E>) -> String {
    format!("{:?}", answer.unwrap())
}

fn sorted<T: Debug, E: Debug>(answer: Result<Vec<T>, E>) -> String {
    let mut texts: Vec<String> = answer
        .unwrap()
        .iter()
        .map(|item| format!("{item:?}"))
        .collect();
    texts.sort();
    texts.join(",")
}

fn user(number: u8) -> String {
    // One user is the beginning of another, and of an address with a device.
    ["55", "559", "5", "77"][number as usize].to_owned()
}

fn address(one: u8, two: u8) -> String {
    format!(
        "{}{}",
        user(one),
        [
            "@lid.0",
            ":1@lid.0",
            "@s.whatsapp.net.0",
            ":12@s.whatsapp.net.0"
        ][two as usize]
    )
}

async fn answer<B: Backend>(b: &B, (method, one, two): Call) -> String {
    let (addr, group, id) = (address(one, two), format!("g{one}"), format!("m{two}"));
    let (id32, blob) = (
        u32::from(one) * 300 + u32::from(two),
        vec![one, two, method],
    );
    let shared: Arc<str> = addr.as_str().into();
    let bytes = Bytes::from(blob.clone());
    match method {
        0 => show(b.put_identity(&addr, [two; 32]).await),
        1 => show(
            b.put_identities_batch(&[
                (shared, [one; 32]),
                (address(two, one).as_str().into(), [9; 32]),
            ])
            .await,
        ),
        2 => show(b.load_identity(&addr).await),
        3 => show(b.delete_identity(&addr).await),
        4 => show(b.get_session(&addr).await),
        5 => show(b.put_session(&addr, &blob).await),
        6 => show(
            b.put_sessions_batch(&[
                (shared.clone(), Bytes::from_static(b"first")),
                (shared, bytes),
            ])
            .await,
        ),
        7 => show(b.delete_session(&addr).await),
        8 => show(b.has_session(&addr).await),
        9 => show(b.has_signal_state_for_user(&user(one)).await),
        10 => show(b.store_prekey(id32, &blob, true).await),
        11 => show(
            b.store_prekeys_batch(&[(id32, bytes.clone()), (id32 + 1, bytes)], false)
                .await,
        ),
        12 => show(b.load_prekey(id32).await),
        13 => sorted(b.load_prekeys_batch(&[id32, 7, id32 + 1]).await),
        14 => show(b.mark_prekeys_uploaded(&[id32]).await),
        15 => show(b.remove_prekey(id32).await),
        16 => show(b.get_max_prekey_id().await),
        17 => show(b.store_signed_prekey(id32, &blob).await),
        18 => show(b.load_signed_prekey(id32).await),
        19 => sorted(b.load_all_signed_prekeys().await),
        20 => show(b.remove_signed_prekey(id32).await),
        21 => show(b.put_sender_key(&addr, &blob).await),
        22 => show(b.put_sender_keys_batch(&[(shared, bytes)]).await),
        23 => show(b.get_sender_key(&addr).await),
        24 => show(b.delete_sender_key(&addr).await),
        25 => show(b.get_sync_key(&[one]).await),
        26 => show(b.set_sync_key(&[one], sync_key(two)).await),
        27 => show(b.get_latest_sync_key_id().await),
        28 => show(
            b.get_version(&group)
                .await
                .map(|state| (state.version, state.hash, state.index_value_map)),
        ),
        29 => show(b.set_version(&group, version(two)).await),
        30 => show(
            b.put_mutation_macs(&group, 1, &[mac(two), mac(two + 1)])
                .await,
        ),
        31 => show(b.get_mutation_mac(&group, &[two; 32]).await),
        32 => {
            let macs = b
                .get_mutation_macs(&group, &[[two; 32], [two + 1; 32]])
                .await;
            show(macs.map(|macs| {
                macs.into_iter()
                    .collect::<std::collections::BTreeMap<_, _>>()
            }))
        }
        33 => show(b.delete_mutation_macs(&group, &[vec![two; 32]]).await),
        34 => show(b.clear_mutation_macs(&group).await),
        35 => sorted(b.get_sender_key_devices(&group).await),
        36 => show(
            b.set_sender_key_status(&group, &[(&addr, two > 1), ("d", one > 1)])
                .await,
        ),
        37 => show(b.clear_sender_key_devices(&group).await),
        38 => show(b.delete_sender_key_device_rows(&[&addr, "d"]).await),
        39 => show(b.clear_all_sender_key_devices().await),
        40 => show(b.get_lid_mapping(&user(one)).await),
        // Each LID has its own numbers: where two share one, the in-memory backend forgets the wrong index.
        41 => show(b.put_lid_mapping(&mapping(one, two)).await),
        42 => show(
            b.put_lid_mappings(&[mapping(one, two), mapping(one, 3), mapping(two, 1)])
                .await,
        ),
        43 => sorted(b.get_all_lid_mappings().await),
        44 => show(b.get_pn_mapping(&format!("+{one}{two}")).await),
        45 => show(b.save_base_key(&addr, &id, &blob).await),
        46 => show(b.has_same_base_key(&addr, &id, &[one, two, 45]).await),
        47 => show(b.delete_base_key(&addr, &id).await),
        48 => show(
            b.update_device_lists(vec![device_list(one, two), device_list(two, one)])
                .await,
        ),
        49 => show(b.get_devices(&user(one)).await),
        50 => show(b.delete_devices(&user(one)).await),
        51 => show(
            b.touch_tc_token_sender_timestamp(&group, i64::from(two))
                .await,
        ),
        52 => show(
            b.store_received_tc_token(&group, &blob, i64::from(two))
                .await,
        ),
        53 => show(b.get_tc_token(&group).await) + &sorted(b.get_all_tc_token_jids().await),
        54 => show(b.store_sent_message(&group, &id, &blob).await),
        55 => show(taken(b, &group, &id).await),
        56 => show(
            b.put_msg_secrets(vec![secret(one, two), secret(one, 3), secret(one, two)])
                .await,
        ),
        57 => show(b.get_msg_secret_with_ts(&group, "s", &id).await),
        _ => pending(b, &group, &id, two).await,
    }
}

async fn pending<B: Backend>(b: &B, chat: &str, id: &str, choice: u8) -> String {
    match choice {
        0 => show(b.store_pending_inbound(chat, "s", id, b"message").await),
        1 => show(
            b.delete_pending_inbound_batch(&[PendingInboundKey {
                chat,
                sender: "s",
                id,
            }])
            .await,
        ),
        _ => show(b.get_pending_inbound(chat, "s", id).await),
    }
}

fn sync_key(number: u8) -> AppStateSyncKey {
    AppStateSyncKey {
        key_data: vec![number; 32],
        fingerprint: vec![number],
        timestamp: i64::from(number),
    }
}

fn version(number: u8) -> HashState {
    let mut state = HashState {
        version: u64::from(number),
        hash: [number; 128],
        ..HashState::default()
    };
    state
        .index_value_map
        .insert("index".to_owned(), vec![number]);
    state
}

fn mac(number: u8) -> AppStateMutationMAC {
    AppStateMutationMAC {
        index_mac: vec![number; 32],
        value_mac: vec![number, 1],
    }
}

fn mapping(lid: u8, number: u8) -> LidPnMappingEntry {
    LidPnMappingEntry {
        lid: user(lid),
        phone_number: format!("+{lid}{number}"),
        created_at: 1,
        updated_at: 2,
        learning_source: "usync".to_owned(),
    }
}

fn device_list(number: u8, raw: u8) -> DeviceListRecord {
    DeviceListRecord {
        user: user(number),
        devices: vec![DeviceInfo::new(u32::from(raw), None).with_hosting(raw > 1)],
        timestamp: 3,
        phash: (raw > 2).then(|| "phash".to_owned()),
        raw_id: (raw > 1).then_some(u32::from(raw)),
    }
}

fn secret(one: u8, two: u8) -> MsgSecretEntry {
    let (chat, msg_id) = (format!("g{one}").into(), format!("m{two}").into());
    let expires_at = i64::from(two) * 10;
    MsgSecretEntry {
        chat,
        sender: "s".into(),
        msg_id,
        secret: [two; 32],
        expires_at,
        message_ts: i64::from(one),
    }
}
