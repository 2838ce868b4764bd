use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use buffa::MessageField;
use serde_json::{json, to_value};
use waproto::whatsapp::message::poll_creation_message::Option as PollOption;
use waproto::whatsapp::message::protocol_message::Type;
use waproto::whatsapp::message::{
    ContactMessage, DeviceSentMessage, ExtendedTextMessage, FutureProofMessage, ImageMessage,
    LocationMessage, PollCreationMessage, ProtocolMessage, ReactionMessage,
    SenderKeyDistributionMessage,
};
use waproto::whatsapp::{ContextInfo, MessageKey};

use super::content::content;
use super::*;

mod bodies;

fn some<T: Default>(message: T) -> MessageField<T> {
    MessageField::some(message)
}

fn wrapped(message: Message) -> MessageField<FutureProofMessage> {
    some(FutureProofMessage {
        message: some(message),
    })
}

fn text(text: &str) -> Message {
    Message {
        conversation: Some(text.into()),
        ..Default::default()
    }
}

#[test]
fn text_is_found_in_all_its_wrappings() {
    let sent = Message {
        device_sent_message: some(DeviceSentMessage {
            message: some(Message {
                ephemeral_message: wrapped(text("hello")),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    for message in [text("hello"), sent] {
        let found = content(&message).expect("a message");
        assert_eq!(
            (found.kind.as_str(), found.text.as_deref()),
            ("text", Some("hello"))
        );
    }
}

#[test]
fn an_answer_names_what_it_answers() {
    let message = Message {
        extended_text_message: some(ExtendedTextMessage {
            text: Some("yes @551".into()),
            context_info: some(ContextInfo {
                stanza_id: Some("3EB0Q".into()),
                participant: Some("551@s.whatsapp.net".into()),
                quoted_message: some(text("really?")),
                mentioned_jid: vec!["551@s.whatsapp.net".into()],
                is_forwarded: Some(true),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let expected = json!({
        "quoted_message_id": "3EB0Q",
        "quoted_participant": "551@s.whatsapp.net",
        "quoted_participant_pn": "551@s.whatsapp.net",
        "quoted_participant_lid": null,
        "quoted_type": "text",
        "quoted_content": "really?",
        "mentioned": ["551@s.whatsapp.net"],
        "mentioned_people": [{ "pn": "551@s.whatsapp.net", "lid": null }],
        "is_forwarded": true,
    });
    let context = content(&message).expect("a message").context;
    assert_eq!(to_value(context).expect("JSON"), expected);
}

#[test]
fn media_is_described_so_that_it_can_be_fetched_later() {
    let message = Message {
        view_once_message: wrapped(Message {
            image_message: some(ImageMessage {
                mimetype: Some("image/jpeg".into()),
                caption: Some("look".into()),
                file_length: Some(1234),
                file_sha256: Some(vec![1; 32]),
                file_enc_sha256: Some(vec![2; 32]),
                media_key: Some(vec![3; 32]),
                direct_path: Some("/v/t62/x".into()),
                width: Some(10),
                jpeg_thumbnail: Some(vec![9; 5000]),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    assert!(message.is_view_once());
    let found = content(&message).expect("a message");
    assert_eq!(
        (found.kind.as_str(), found.text.as_deref()),
        ("image", Some("look"))
    );
    let expected = json!({
        "type": "image",
        "mimetype": "image/jpeg",
        "size": 1234,
        "sha256": BASE64_STANDARD.encode([1; 32]),
        "encrypted_sha256": BASE64_STANDARD.encode([2; 32]),
        "media_key": BASE64_STANDARD.encode([3; 32]),
        "direct_path": "/v/t62/x",
        "width": 10,
    });
    assert_eq!(to_value(found.media).expect("JSON"), expected);
}

#[test]
fn what_changes_an_earlier_message_names_it() {
    let key = MessageKey {
        id: Some("3EB0T".into()),
        from_me: Some(true),
        ..Default::default()
    };
    let protocol = |r#type, edited: Option<Message>| Message {
        protocol_message: some(ProtocolMessage {
            r#type: Some(r#type),
            key: some(key.clone()),
            edited_message: edited.map_or_else(MessageField::none, some),
            ..Default::default()
        }),
        ..Default::default()
    };
    let revoked = content(&protocol(Type::REVOKE, None)).expect("a message");
    assert_eq!(revoked.kind, "revoke");
    let details = to_value(revoked.details).expect("JSON");
    assert_eq!(details["target"]["message_id"], "3EB0T");

    let edit = Message {
        edited_message: wrapped(protocol(Type::MESSAGE_EDIT, Some(text("better")))),
        ..Default::default()
    };
    let edited = content(&edit).expect("a message");
    assert_eq!(
        (edited.kind.as_str(), edited.text.as_deref()),
        ("edit", Some("better"))
    );
    let details = to_value(edited.details).expect("JSON");
    assert_eq!(details["target"]["is_from_me"], true);

    let internal = protocol(Type::APP_STATE_SYNC_KEY_SHARE, None);
    assert_eq!(content(&internal), None);
}

#[test]
fn other_kinds_have_their_name_their_words_and_their_details() {
    let poll = Message {
        poll_creation_message_v3: some(PollCreationMessage {
            name: Some("Lunch?".into()),
            options: vec![PollOption {
                option_name: Some("Yes".into()),
                ..Default::default()
            }],
            selectable_options_count: Some(1),
            enc_key: Some(vec![7; 32]),
            ..Default::default()
        }),
        ..Default::default()
    };
    let reaction = Message {
        reaction_message: some(ReactionMessage {
            key: some(MessageKey {
                id: Some("3EB0R".into()),
                ..Default::default()
            }),
            text: Some("👍".into()),
            ..Default::default()
        }),
        ..Default::default()
    };
    let location = Message {
        location_message: some(LocationMessage {
            degrees_latitude: Some(-23.5),
            degrees_longitude: Some(-46.6),
            name: Some("Here".into()),
            jpeg_thumbnail: Some(vec![1; 100]),
            ..Default::default()
        }),
        ..Default::default()
    };
    let contact = Message {
        contact_message: some(ContactMessage {
            display_name: Some("Ada".into()),
            vcard: Some("BEGIN:VCARD".into()),
            ..Default::default()
        }),
        ..Default::default()
    };
    let table = [
        (
            poll,
            "poll",
            "Lunch?",
            json!({
                "name": "Lunch?",
                "options": [{ "option_name": "Yes" }],
                "selectable_options_count": 1,
                "enc_key": BASE64_STANDARD.encode([7; 32]),
            }),
        ),
        (
            reaction,
            "reaction",
            "👍",
            json!({ "target": { "message_id": "3EB0R", "chat": null, "is_from_me": false } }),
        ),
        (
            location,
            "location",
            "Here",
            json!({ "degrees_latitude": -23.5, "degrees_longitude": -46.6, "name": "Here" }),
        ),
        (
            contact,
            "contact",
            "Ada",
            json!({ "display_name": "Ada", "vcard": "BEGIN:VCARD" }),
        ),
    ];
    for (message, kind, words, details) in table {
        let found = content(&message).expect("a message");
        assert_eq!(
            (found.kind.as_str(), found.text.as_deref()),
            (kind, Some(words))
        );
        let found = to_value(found.details).expect("JSON");
        assert_eq!(found, details, "{kind}");
    }
}

#[test]
fn nothing_is_dropped_for_being_unknown_and_a_key_alone_is_no_message() {
    let unknown = content(&Message::default()).expect("a message");
    assert_eq!(unknown.kind, "unknown");
    let key = Message {
        sender_key_distribution_message: some(SenderKeyDistributionMessage::default()),
        ..Default::default()
    };
    assert_eq!(content(&key), None);
}
