use proptest::prelude::*;

use super::*;

const SAO_PAULO: &str = "5511999999999";

/// What people paste for one number.
const PASTED: [&str; 78] = [
    "5511999999999",
    " +55 (11) 99999-9999 ",
    "+55.11.99999.9999",
    "55/11/99999/9999",
    "55/11/99999-9999",
    "(+55) 11 99999 9999",
    "(55) 11 99999-9999",
    "+(55)(11)99999-9999",
    "0055 11 99999-9999",
    "00 55 11 99999 9999",
    "(00)5511999999999",
    // Spaces, dashes, dots and slashes as web pages and documents set them.
    "+55\u{a0}11\u{202f}99999\u{2011}9999",
    "+55\u{2009}11\u{2003}99999\u{2013}9999",
    "+55\u{3000}11\u{205f}99999\u{2212}9999",
    "+55 11 99999\u{2014}9999",
    "+55 11 99999\u{30fc}9999",
    "+55 11 99999\u{ff0d}9999",
    "+55·11·99999·9999",
    "+55．11．99999．9999",
    "55／11／999999999",
    "55⁄11⁄999999999",
    "＋55（11）99999－9999",
    "﹢55﹙11﹚99999﹣9999",
    // Marks that nobody sees.
    "\u{202a}+55 11 99999-9999\u{202c}",
    "\u{2066}+55 11 99999-9999\u{2069}",
    "\u{200e}5511999999999\u{200f}",
    "55\u{200b}11\u{200c}99999\u{200d}9999",
    "\u{feff}5511999999999",
    "55\u{ad}11\u{2060}999999999",
    "\u{61c}5511999999999",
    // Digits of other scripts.
    "٥٥١١٩٩٩٩٩٩٩٩٩",
    "+٥٥ (١١) ٩٩٩٩٩-٩٩٩٩",
    "۵۵۱۱۹۹۹۹۹۹۹۹۹",
    "५५११९९९९९९९९९",
    "５５１１９９９９９９９９９",
    "𝟻𝟻𝟷𝟷𝟿𝟿𝟿𝟿𝟿𝟿𝟿𝟿𝟿",
    // Around it.
    "'5511999999999",
    "\"+55 11 99999-9999\"",
    "“5511999999999”",
    "<tel:+5511999999999>",
    "☎ +55 11 99999-9999",
    "📱\u{fe0f} +55 11 99999-9999",
    "5511999999999,",
    "5511999999999;",
    "+55 11 99999-9999\r\n",
    "\t5511999999999",
    // Links.
    "tel:+5511999999999",
    "TEL:+55-11-99999-9999",
    "Tel: +55 11 99999-9999",
    "tel://5511999999999",
    "tel:%2B5511999999999",
    "tel:+55(11)99999-9999;phone-context=example.com",
    "tel:+5511999999999;isdn=1",
    "callto:+5511999999999",
    "sms:+5511999999999",
    "sms:+5511999999999?body=Hi%20there",
    "sms:+5511999999999&body=Hi",
    "smsto:+5511999999999",
    "whatsapp:+5511999999999",
    "whatsapp://send?phone=5511999999999&text=Hi",
    "whatsapp://send/?phone=%2B5511999999999",
    "https://wa.me/5511999999999",
    "http://www.wa.me/+5511999999999/?text=Hi",
    "wa.me/5511999999999",
    "WA.ME/5511999999999?text=Hi",
    "https://wa.me/?phone=5511999999999",
    "https://api.whatsapp.com/send?phone=5511999999999",
    "https://api.whatsapp.com/send/?phone=%2B55+11+99999-9999&text&type=phone_number&app_absent=0",
    "api.whatsapp.com/send?text=Hi&phone=+5511999999999",
    "https://web.whatsapp.com/send?phone=5511999999999",
    // Contact cards.
    "TEL;TYPE=CELL;waid=5511999999999:+55 11 99999-9999",
    "item1.TEL;waid=5511999999999:+55 11 99999-9999",
    "TEL;VALUE=uri;TYPE=\"voice,home\":tel:+55-11-99999-9999",
    "BEGIN:VCARD\nVERSION:3.0\nFN:Ana\nTEL;TYPE=CELL:+55 11 99999-9999\nEND:VCARD",
    "BEGIN:VCARD\r\nTEL:+55 11 999\r\n 99-9999\r\nEND:VCARD\r\n",
    "begin:vcard\nTEL;TYPE=CELL;\n\twaid=5511999999999:+55 11 99999-9999\nend:vcard",
    "TEL;waid=5511999999999:011 99999-9999",
    "TEL;waid=5511999999999:",
];

#[test]
fn whatever_is_pasted_for_a_number_is_that_number() {
    for text in PASTED {
        let number = text.parse::<PhoneNumber>();
        assert_eq!(number, Ok(PhoneNumber(SAO_PAULO.into())), "{text:?}");
        let person = text.parse::<Person>().map(|person| person.to_string());
        assert_eq!(
            person.as_deref(),
            Ok("5511999999999@s.whatsapp.net"),
            "{text:?}"
        );
    }
}

#[test]
fn numbers_are_as_long_as_countries_make_them() {
    for digits in ["6837654", "376312345", "12025550123", "123456789012345"] {
        let number = digits.parse::<PhoneNumber>().map(|number| number.0);
        assert_eq!(number.as_deref(), Ok(digits));
    }
}

#[test]
fn people_and_groups_are_named_by_jid() {
    let table = [
        (
            "5511999999999@s.whatsapp.net",
            "5511999999999@s.whatsapp.net",
        ),
        ("5511999999999@c.us", "5511999999999@s.whatsapp.net"),
        ("5511999999999@C.US", "5511999999999@s.whatsapp.net"),
        (
            " +55 11 99999-9999@s.whatsapp.net ",
            "5511999999999@s.whatsapp.net",
        ),
        (
            "5511999999999:12@s.whatsapp.net",
            "5511999999999@s.whatsapp.net",
        ),
        (
            "5511999999999.0:12@s.whatsapp.net",
            "5511999999999@s.whatsapp.net",
        ),
        (
            "5511999999999.1@s.whatsapp.net",
            "5511999999999@s.whatsapp.net",
        ),
        (
            "5511999999999_1:0@s.whatsapp.net",
            "5511999999999@s.whatsapp.net",
        ),
        ("123456789012345@lid", "123456789012345@lid"),
        ("123456789012345:7@lid", "123456789012345@lid"),
        ("\u{200e}123456789012345@lid", "123456789012345@lid"),
        ("120363021234567890@g.us", "120363021234567890@g.us"),
        (
            " 5511999999999-1600000000@g.us ",
            "5511999999999-1600000000@g.us",
        ),
    ];
    for (text, jid) in table {
        let chat = text.parse::<Chat>().map(|chat| chat.to_string());
        assert_eq!(chat.as_deref(), Ok(jid), "{text:?}");
        let group = text.parse::<GroupJid>().is_ok();
        assert_eq!(group, jid.ends_with("@g.us"), "{text:?}");
        assert_eq!(text.parse::<Person>().is_ok(), !group, "{text:?}");
    }
    assert_eq!(
        "123456789012345@lid".parse::<PhoneNumber>(),
        Err(BadNumber(Flaw::Lid))
    );
}

#[test]
fn what_names_nobody_is_refused_with_its_flaw() {
    let table = [
        ("", Flaw::Empty),
        (" \u{200b}\u{a0} ", Flaw::Empty),
        ("()-", Flaw::NoDigits),
        ("@s.whatsapp.net", Flaw::NoDigits),
        ("123456", Flaw::TooShort),
        ("+1", Flaw::TooShort),
        ("1234567890123456", Flaw::TooLong),
        ("120363021234567890", Flaw::GroupWithoutServer),
        ("5511999999999-1612345678", Flaw::GroupWithoutServer),
        ("5511999999999 5511888888888", Flaw::TooLong),
        ("11 99999-9999 / 11 88888-8888", Flaw::Several),
        ("+376312345/312346", Flaw::Several),
        ("+376312345, +376312346", Flaw::Several),
        ("+376312345;+376312346", Flaw::Several),
        ("3763123\n3763124", Flaw::Several),
        ("3763123\t3763124", Flaw::Several),
        ("sms:+3763123,+3763124", Flaw::Several),
        ("+376312345+376312346", Flaw::Plus),
        ("++5511999999999", Flaw::Plus),
        ("0511999999999", Flaw::NoCountryCode),
        ("(011) 99999-9999", Flaw::NoCountryCode),
        ("+0 11 99999-9999", Flaw::NoCountryCode),
        ("000 11 99999-9999", Flaw::NoCountryCode),
        ("tel:2079460958;phone-context=+44", Flaw::NoCountryCode),
        ("0011 44 20 7946 0958", Flaw::Prefix),
        ("+44 (0)20 7946 0958", Flaw::Trunk),
        ("0044 (020) 7946 0958", Flaw::Trunk),
        ("+49 ( 0 ) 30 123456", Flaw::Trunk),
        ("15550000101.0", Flaw::Calculated),
        ("1.5550000101e10", Flaw::Calculated),
        ("1.55500001E+10", Flaw::Calculated),
        ("TEL;waid=15550000101:+1 555 000 0102", Flaw::Several),
        ("+1 202 555 0123 x12", Flaw::Extension),
        ("+1 202 555 0123 ext. 12", Flaw::Extension),
        ("+1 202 555 0123#12", Flaw::Extension),
        ("tel:+1-202-555-0123;ext=12", Flaw::Extension),
        ("1-800-FLOWERS", Flaw::Letters),
        ("Ana", Flaw::Letters),
        ("55119999x9999", Flaw::Extension),
        ("5511²999999", Flaw::Strange('²')),
        ("*100#", Flaw::Strange('*')),
        ("5511999999999a@s.whatsapp.net", Flaw::Letters),
        ("5511999999999:a@s.whatsapp.net", Flaw::Device),
        ("5511999999999:99999@s.whatsapp.net", Flaw::Device),
        ("abc@lid", Flaw::User),
        ("@lid", Flaw::User),
        ("123456789012345678901@lid", Flaw::User),
        ("a@g.us", Flaw::User),
        ("@g.us", Flaw::User),
        ("120363021234567890@newsletter", Flaw::Channel),
        ("status@broadcast", Flaw::Broadcast),
        ("ana@example.com", Flaw::Server),
        ("5511999999999@s.whatsapp.net@c.us", Flaw::Server),
        ("https://chat.whatsapp.com/AbCdEf", Flaw::Invitation),
        ("https://wa.me/message/ABCDEF", Flaw::Link),
        ("https://wa.me/qr/ABCDEF", Flaw::Link),
        ("wa.me", Flaw::Link),
        ("https://example.com/5511999999999", Flaw::Link),
        ("https://api.whatsapp.com/send?text=Hi", Flaw::Link),
        ("ftp://wa.me:99999/1", Flaw::Link),
        ("https://wa.me/send?phone=1&phone=2", Flaw::Link),
        (
            "https://api.whatsapp.com/send?phone=1&phone=2",
            Flaw::Several,
        ),
        ("tel:%ff", Flaw::Strange('%')),
        ("BEGIN:VCARD\nFN:Ana\nEND:VCARD", Flaw::NoDigits),
        (
            "BEGIN:VCARD\nTEL:+376312345\nTEL:+376312346\nEND:VCARD",
            Flaw::Several,
        ),
    ];
    for (text, flaw) in table {
        assert_eq!(read(text), Err(flaw), "{text:?}");
        assert!(text.parse::<GroupJid>().is_err(), "{text:?}");
    }
    let long = "5".repeat(1_000_000);
    assert_eq!(read(&long), Err(Flaw::TooLong));
    let refusal = long.parse::<Person>().unwrap_err().to_string();
    assert!(refusal.len() < 300, "{refusal}");
    let refusal = "123".parse::<Person>().unwrap_err().in_field("number");
    assert_eq!(refusal.field.as_deref(), Some("number"));
    assert!(
        refusal.message.starts_with("number: \"123\" is neither"),
        "{refusal}"
    );
    assert!(refusal.message.contains("it is too short"), "{refusal}");
}

/// Texts of the pieces that numbers, JIDs, links and cards are made of.
fn pasted() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,8}",
        "[ ()+./@:;?&=%-]{1,3}",
        "\\PC{0,4}",
        prop::sample::select(&PASTED[..]).prop_map(str::to_owned),
        prop::sample::select(vec![
            "@s.whatsapp.net",
            "@c.us",
            "@lid",
            "@g.us",
            "tel:",
            "TEL;",
            "sms:",
            "whatsapp:",
            "https://wa.me/",
            "https://api.whatsapp.com/send?phone=",
            "BEGIN:VCARD\n",
            "\nTEL:",
            "\u{200e}",
            "\u{a0}",
            "٥",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_comes_is_refused_or_reads_the_same_again(text in pasted()) {
        if let Ok(chat) = text.parse::<Chat>() {
            prop_assert_eq!(chat.to_string().parse(), Ok(chat));
        }
        if let Ok(number) = text.parse::<PhoneNumber>() {
            prop_assert!((7..=15).contains(&number.digits().len()));
            prop_assert!(number.digits().bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert!(!number.digits().starts_with('0'));
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = text.parse::<Chat>();
    }

    #[test]
    fn every_way_to_write_a_number_is_the_same_person(digits in "[1-9][0-9]{6,14}", at in 1usize..6) {
        let number = digits.parse::<Person>();
        prop_assert!(number.is_ok());
        let (first, last) = digits.split_at(at);
        let eastern: String = digits
            .bytes()
            .filter_map(|byte| char::from_u32(u32::from('٠') + u32::from(byte - b'0')))
            .collect();
        let ways = [
            format!("+{first}-{last}"),
            format!("{first}\u{a0}{last}"),
            format!("{first}/{last}"),
            format!("+{first}.{last}"),
            format!("({first}) {last}").replace("(0", "("),
            format!("{digits}@c.us"),
            format!("{digits}:9@s.whatsapp.net"),
            format!("tel:+{digits}"),
            format!("https://wa.me/{digits}"),
            eastern,
        ];
        for way in ways {
            prop_assert_eq!(way.parse::<Person>(), number.clone(), "{:?}", way);
        }
        if !digits.starts_with("11") {
            prop_assert_eq!(format!("00{digits}").parse::<Person>(), number);
        }
    }
}
