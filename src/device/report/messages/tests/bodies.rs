//! `message.received` to the letter: receivers store it.

use chrono::DateTime;
use serde_json::{Map, Value};
use wacore::types::message::MessageSource;
use wacore_binary::Jid;
use waproto::whatsapp::message::{AudioMessage, DocumentMessage, StickerMessage, VideoMessage};

use super::*;

fn jid(text: &str) -> Jid {
    text.parse().expect("a JID")
}

fn info() -> MessageInfo {
    MessageInfo {
        source: MessageSource {
            chat: jid("15550000101@s.whatsapp.net"),
            sender: jid("15550000101:3@s.whatsapp.net"),
            sender_alt: Some(jid("900000000101@lid")),
            ..Default::default()
        },
        id: "3EB0A".into(),
        push_name: "Ada".into(),
        timestamp: DateTime::from_timestamp(1_790_000_000, 0).expect("a time"),
        ..Default::default()
    }
}

fn told(message: &Message, info: &MessageInfo) -> String {
    let own = Participant::new(&jid("15550000100:7@s.whatsapp.net"), None);
    let people = Participants::of(&info.source, own);
    let data = MessageReceived::new(message, info, &people, None).expect("a message");
    serde_json::to_string(&data).expect("JSON")
}

/// Without the members that say who and where.
fn content_of(message: &Message) -> String {
    let told = told(message, &info());
    let told: Map<String, Value> = serde_json::from_str(&told).expect("JSON");
    let head = [
        "message_id",
        "from",
        "to",
        "chat",
        "chat_pn",
        "chat_lid",
        "sender_pn",
        "sender_lid",
        "is_group",
        "is_from_me",
        "is_offline",
        "push_name",
        "timestamp",
    ];
    let content = told
        .into_iter()
        .filter(|(name, _)| !head.contains(&name.as_str()));
    Value::Object(content.collect()).to_string()
}

#[test]
fn who_and_where() {
    let own = MessageInfo {
        source: MessageSource {
            chat: jid("900000000102@lid"),
            sender: jid("15550000100:7@s.whatsapp.net"),
            recipient_alt: Some(jid("15550000102@s.whatsapp.net")),
            is_from_me: true,
            ..Default::default()
        },
        ..info()
    };
    let group = MessageInfo {
        source: MessageSource {
            chat: jid("120363000000000001@g.us"),
            sender: jid("900000000101:3@lid"),
            is_group: true,
            ..Default::default()
        },
        is_offline: true,
        ephemeral_expiration: Some(86_400),
        ..info()
    };
    let table = [
        (
            info(),
            r#"{"message_id":"3EB0A","from":"15550000101@s.whatsapp.net","to":"15550000100@s.whatsapp.net","content":"hi","message_type":"text","timestamp":"2026-09-21T14:13:20Z","is_from_me":false,"push_name":"Ada","chat":"15550000101@s.whatsapp.net","chat_pn":"15550000101@s.whatsapp.net","chat_lid":"900000000101@lid","sender_pn":"15550000101@s.whatsapp.net","sender_lid":"900000000101@lid","is_group":false,"is_offline":false}"#,
        ),
        (
            own,
            r#"{"message_id":"3EB0A","from":"15550000100@s.whatsapp.net","to":"15550000102@s.whatsapp.net","content":"hi","message_type":"text","timestamp":"2026-09-21T14:13:20Z","is_from_me":true,"push_name":"Ada","chat":"900000000102@lid","chat_pn":"15550000102@s.whatsapp.net","chat_lid":"900000000102@lid","sender_pn":"15550000100@s.whatsapp.net","sender_lid":null,"is_group":false,"is_offline":false}"#,
        ),
        (
            group,
            r#"{"message_id":"3EB0A","from":"900000000101@lid","to":"120363000000000001@g.us","content":"hi","message_type":"text","timestamp":"2026-09-21T14:13:20Z","is_from_me":false,"push_name":"Ada","chat":"120363000000000001@g.us","sender_pn":null,"sender_lid":"900000000101@lid","is_group":true,"is_offline":true,"ephemeral_seconds":86400}"#,
        ),
    ];
    for (info, expected) in table {
        assert_eq!(told(&text("hi"), &info), expected);
    }
    let peer = MessageInfo {
        category: MessageCategory::Peer,
        ..info()
    };
    let people = Participants::of(&peer.source, Participant::default());
    assert!(MessageReceived::new(&text("hi"), &peer, &people, None).is_none());
}

#[test]
fn texts() {
    let link = Message {
        extended_text_message: some(ExtendedTextMessage {
            text: Some("see example.com".into()),
            matched_text: Some("example.com".into()),
            title: Some("Example".into()),
            context_info: some(ContextInfo {
                stanza_id: Some("3EB0Q".into()),
                quoted_message: some(Message {
                    audio_message: some(AudioMessage::default()),
                    ..Default::default()
                }),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let protocol = |protocol: ProtocolMessage| Message {
        protocol_message: some(protocol),
        ..Default::default()
    };
    let key = MessageKey {
        id: Some("3EB0T".into()),
        remote_jid: Some("15550000100@s.whatsapp.net".into()),
        from_me: Some(true),
        ..Default::default()
    };
    let revoke = protocol(ProtocolMessage {
        r#type: Some(Type::REVOKE),
        key: some(key.clone()),
        ..Default::default()
    });
    let edit = |edited: MessageField<Message>| {
        protocol(ProtocolMessage {
            r#type: Some(Type::MESSAGE_EDIT),
            key: some(key.clone()),
            edited_message: edited,
            ..Default::default()
        })
    };
    let disappearing = protocol(ProtocolMessage {
        r#type: Some(Type::EPHEMERAL_SETTING),
        ephemeral_expiration: Some(604_800),
        ..Default::default()
    });
    let table = [
        (
            link.clone(),
            r#"{"content":"see example.com","message_type":"text","details":{"url":"example.com","title":"Example","description":null},"context":{"quoted_message_id":"3EB0Q","quoted_type":"audio","quoted_content":null}}"#,
        ),
        (
            revoke,
            r#"{"content":null,"message_type":"revoke","details":{"target":{"message_id":"3EB0T","chat":"15550000101@s.whatsapp.net","is_from_me":false}}}"#,
        ),
        (
            edit(some(link)),
            r#"{"content":"see example.com","message_type":"edit","details":{"target":{"message_id":"3EB0T","chat":"15550000101@s.whatsapp.net","is_from_me":false},"edited_type":"text","edited":{"url":"example.com","title":"Example","description":null}},"context":{"quoted_message_id":"3EB0Q","quoted_type":"audio","quoted_content":null}}"#,
        ),
        (
            edit(MessageField::none()),
            r#"{"content":null,"message_type":"edit","details":{"target":{"message_id":"3EB0T","chat":"15550000101@s.whatsapp.net","is_from_me":false},"edited_type":"","edited":null}}"#,
        ),
        (
            disappearing,
            r#"{"content":null,"message_type":"disappearing_mode","details":{"seconds":604800}}"#,
        ),
    ];
    for (message, expected) in table {
        assert_eq!(content_of(&message), expected);
    }
}

#[test]
fn media() {
    let image = wrapped(Message {
        image_message: some(ImageMessage {
            mimetype: Some("image/jpeg".into()),
            caption: Some("look".into()),
            file_length: Some(1234),
            file_sha256: Some(vec![1; 3]),
            file_enc_sha256: Some(vec![2; 3]),
            media_key: Some(vec![3; 3]),
            direct_path: Some("/v/t62/x".into()),
            url: Some("https://mmg.whatsapp.net/x".into()),
            width: Some(10),
            height: Some(20),
            ..Default::default()
        }),
        ..Default::default()
    });
    let video = VideoMessage {
        seconds: Some(5),
        gif_playback: Some(true),
        caption: Some("moving".into()),
        ..Default::default()
    };
    let table = [
        (
            Message {
                view_once_message: image,
                ..Default::default()
            },
            r#"{"content":"look","message_type":"image","media":{"type":"image","mimetype":"image/jpeg","size":1234,"sha256":"AQEB","encrypted_sha256":"AgIC","media_key":"AwMD","direct_path":"/v/t62/x","url":"https://mmg.whatsapp.net/x","width":10,"height":20},"view_once":true}"#,
        ),
        (
            Message {
                video_message: some(video.clone()),
                ..Default::default()
            },
            r#"{"content":"moving","message_type":"video","media":{"type":"video","seconds":5,"gif":true}}"#,
        ),
        (
            Message {
                ptv_message: some(video),
                ..Default::default()
            },
            r#"{"content":"moving","message_type":"video_note","media":{"type":"video_note","seconds":5,"gif":true}}"#,
        ),
        (
            Message {
                audio_message: some(AudioMessage {
                    seconds: Some(3),
                    ptt: Some(true),
                    ..Default::default()
                }),
                ..Default::default()
            },
            r#"{"content":null,"message_type":"audio","media":{"type":"audio","seconds":3,"voice":true}}"#,
        ),
        (
            Message {
                document_message: some(DocumentMessage {
                    file_name: Some("a.pdf".into()),
                    page_count: Some(2),
                    ..Default::default()
                }),
                ..Default::default()
            },
            r#"{"content":null,"message_type":"document","media":{"type":"document","file_name":"a.pdf","pages":2}}"#,
        ),
        (
            Message {
                sticker_message: some(StickerMessage {
                    width: Some(512),
                    ..Default::default()
                }),
                ..Default::default()
            },
            r#"{"content":null,"message_type":"sticker","media":{"type":"sticker","width":512,"animated":false}}"#,
        ),
    ];
    for (message, expected) in table {
        assert_eq!(content_of(&message), expected);
    }
}

#[test]
fn other_kinds() {
    let location = Message {
        location_message: some(LocationMessage {
            degrees_latitude: Some(-23.5),
            name: Some("Here".into()),
            context_info: some(ContextInfo {
                participant: Some("15550000101@s.whatsapp.net".into()),
                mentioned_jid: vec!["15550000102@s.whatsapp.net".into()],
                is_forwarded: Some(false),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let table = [
        (
            location,
            r#"{"content":"Here","message_type":"location","details":{"degrees_latitude":-23.5,"name":"Here"},"context":{"mentioned":["15550000102@s.whatsapp.net"],"mentioned_people":[{"pn":"15550000102@s.whatsapp.net","lid":null}]}}"#,
        ),
        (
            Message::default(),
            r#"{"content":null,"message_type":"unknown"}"#,
        ),
    ];
    for (message, expected) in table {
        assert_eq!(content_of(&message), expected);
    }
}
