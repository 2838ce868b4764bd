//! POST /contact/check

use serde_json::{Value, json};

use super::People;

#[tokio::test]
async fn people_are_asked_for_however_they_are_written() {
    let people = People::start().await;
    let (ada, owner, lid) = (&people.ada, &people.phone, &people.ada_lid);
    let (country, area, number) = (&ada[..1], &ada[1..4], &ada[4..]);
    let eastern: String = ada
        .bytes()
        .map(|digit| char::from_u32(u32::from('٠') + u32::from(digit - b'0')).expect("a digit"))
        .collect();
    let ways = [
        ada.clone(),
        format!("+{ada}"),
        format!("00{ada}"),
        format!("+{country} ({area}) {number}"),
        format!("{country}.{area}.{number}"),
        format!("{country}/{area}/{number}"),
        format!("\u{202a}+{country}\u{a0}{area}\u{2011}{number}\u{202c}"),
        eastern,
        format!("{ada}@s.whatsapp.net"),
        format!("{ada}@c.us"),
        format!("{ada}:12@s.whatsapp.net"),
        format!("tel:+{country}-{area}-{number}"),
        format!("https://wa.me/{ada}?text=hi"),
        format!("whatsapp://send?phone={ada}"),
        format!("TEL;TYPE=CELL;waid={ada}:+{country} {area} {number}"),
    ];
    let check = async |numbers: Value| {
        let body = json!({ "numbers": numbers });
        let answer = people.user.api.post("/contact/check", body).await;
        answer.expect(200)["data"].clone()
    };
    for way in ways {
        assert_eq!(check(json!([way])).await, json!({ ada: true }), "{way:?}");
    }
    let numbers = json!([ada, owner, "19995550000", "6837654", lid, "999@lid"]);
    let expected = json!({
        ada: true, owner: true, "19995550000": false, "6837654": false, lid: true, "999@lid": false,
    });
    assert_eq!(check(numbers).await, expected);
    // As the address book shows them.
    let book = people.user.api.get("/contacts").await.expect(200);
    let shown = book["contacts"][0]["jid"].clone();
    assert_eq!(check(json!([shown])).await, json!({ ada: true }));
}

#[tokio::test]
async fn the_shortest_numbers_are_on_whatsapp_too() {
    let people = People::start().await;
    for number in ["376312345", "6837654"] {
        let account = json!({ "phone": number });
        people.world.control.account_with(account).await;
    }
    let body = json!({ "numbers": ["+376 312 345", "+683 7654"] });
    let answer = people.user.api.post("/contact/check", body).await;
    let expected = json!({ "376312345": true, "6837654": true });
    assert_eq!(answer.expect(200)["data"], expected);
}

#[tokio::test]
async fn what_names_nobody_is_refused_by_name() {
    let people = People::start().await;
    let table = [
        ("", "is empty"),
        ("no number", "has letters"),
        ("123", "is too short"),
        ("1234567890123456", "is too long"),
        ("011 99999-9999", "begins with 0"),
        ("+44 (0)20 7946 0958", "has a 0 in parentheses"),
        ("+1 202 555 0123 x12", "has an extension"),
        ("+376312345, +376312346", "looks like more than one number"),
        ("120363021234567890@g.us", "names a group"),
        ("https://chat.whatsapp.com/AbCdEf", "invites to a group"),
    ];
    for (text, flaw) in table {
        let body = json!({ "numbers": [people.ada, text] });
        let answer = people.user.api.post("/contact/check", body).await;
        let (status, message) = answer.text_error();
        assert_eq!(status, 400, "{}", answer.text);
        let told = message.starts_with(&format!("numbers: {text:?}"))
            && message.contains(&format!("it {flaw}"));
        assert!(told, "{message}");
        let fault = &answer.body["validation"][0];
        assert_eq!(
            (&fault["field"], &fault["value"]),
            (&json!("numbers"), &json!(text))
        );
    }
    let many: Vec<String> = (0..1001).map(|i| format!("1555{i:07}")).collect();
    for numbers in [json!([]), json!(many)] {
        let answer = people
            .user
            .api
            .post("/contact/check", json!({ "numbers": numbers }))
            .await;
        assert_eq!(
            answer.text_error(),
            (400, "numbers must hold between 1 and 1000 numbers")
        );
        assert_eq!(answer.body["validation"][0]["field"], "numbers");
    }
}
