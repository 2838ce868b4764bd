//! One question to WhatsApp about people, and what its answer says of whom.
//!
//! WhatsApp answers under the name that *it* knows, which for a number need not be the one it was asked for: in countries
//! that have changed their numbers both reach the same person. What was asked for is repeated in the answer.

use std::collections::HashMap;

use wacore_binary::Jid;
use whatsapp_rust::usync::{
    UsyncAddressingMode, UsyncContext, UsyncMode, UsyncOutcome, UsyncProtocol, UsyncProtocolKind,
    UsyncProtocolResult, UsyncQuery, UsyncResponse, UsyncUser, UsyncUserResult,
};

use crate::device::known_as::KnownAs;
use crate::device::session::failures;
use crate::failure::Failure;
use crate::jid::{Person, PhoneNumber};

const NOT_FOUND: u16 = 404;

/// Asks about people who are named by number: whether they are there, and their LIDs.
pub fn by_number(numbers: &[PhoneNumber]) -> Result<UsyncQuery, Failure> {
    let contact = UsyncProtocol::Contact {
        addressing_mode: UsyncAddressingMode::Pn,
    };
    let users = numbers
        .iter()
        .map(|number| UsyncUser::from_phone(number.digits()));
    query(contact, users.collect())
}

/// Asks about people who are named by LID: their numbers, and whether they are there, which only their devices tell.
pub fn by_lid(lids: &[String]) -> Result<UsyncQuery, Failure> {
    let users = lids
        .iter()
        .map(|lid| UsyncUser::from_jid(Jid::lid(lid.as_str())));
    query(UsyncProtocol::DevicesV2, users.collect())
}

fn query(first: UsyncProtocol, users: Vec<UsyncUser>) -> Result<UsyncQuery, Failure> {
    let protocols = vec![
        first,
        UsyncProtocol::Lid,
        UsyncProtocol::BusinessVerifiedName,
    ];
    let query = UsyncQuery::new(
        UsyncMode::Query,
        UsyncContext::Interactive,
        protocols,
        users,
    );
    query.map_err(|error| Failure::internal("people could not be asked about", &error))
}

/// Those of the asked numbers that reach somebody, and whom.
pub fn reached(
    asked: &[PhoneNumber],
    answer: UsyncResponse,
) -> Result<HashMap<Person, KnownAs>, Failure> {
    check(&answer)?;
    let mut missing: Vec<&PhoneNumber> = asked.iter().collect();
    let (mut found, mut unmatched) = (HashMap::new(), Vec::new());
    for user in &answer.users {
        let (is_there, echo) = contact(user)?;
        let who = known_as(user);
        let named = |number: &&PhoneNumber| match &echo {
            Some(echo) => number.digits() == echo,
            None => who.phone.as_deref() == Some(number.digits()),
        };
        match missing.iter().position(named) {
            Some(place) => {
                let number = missing.swap_remove(place);
                if is_there {
                    found.insert(Person::Phone(number.clone()), with_number(who, number));
                }
            }
            None if is_there && echo.is_none() => unmatched.push(who),
            None => {}
        }
    }
    // An answer that repeats nothing can only be about the one number that nothing else was about.
    if let ([number], [who]) = (missing.as_slice(), unmatched.as_slice()) {
        let who = with_number(who.clone(), number);
        found.insert(Person::Phone((*number).clone()), who);
    }
    Ok(found)
}

/// Those of the asked LIDs that somebody has, and who.
pub fn met(asked: &[String], answer: UsyncResponse) -> Result<HashMap<Person, KnownAs>, Failure> {
    check(&answer)?;
    let mut found = HashMap::new();
    for user in &answer.users {
        let who = known_as(user);
        if let Some(lid) = who.lid.clone().filter(|lid| asked.contains(lid))
            && has_devices(user)?
        {
            found.insert(Person::Lid(lid), who);
        }
    }
    Ok(found)
}

/// Refuses an answer that says of a whole question that it was not answered.
fn check(answer: &UsyncResponse) -> Result<(), Failure> {
    let mut errors = answer.protocol_states.iter();
    match errors.find_map(|state| state.error.as_ref()) {
        Some(error) => Err(failures::refused(
            error.code.unwrap_or_default(),
            error.backoff,
        )),
        None => Ok(()),
    }
}

/// Whether somebody is there, and the digits that were asked for.
fn contact(user: &UsyncUserResult) -> Result<(bool, Option<String>), Failure> {
    match user.protocol(UsyncProtocolKind::Contact) {
        Some(UsyncProtocolResult::Contact(UsyncOutcome::Value(contact))) => {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect();
            let echo = contact.content.as_deref().map(digits);
            let echo = echo.filter(|digits: &String| !digits.is_empty());
            Ok((contact.contact_type == "in", echo))
        }
        Some(UsyncProtocolResult::Contact(UsyncOutcome::Error(error))) => {
            absent(error.code, error.backoff).map(|()| (false, None))
        }
        _ => Ok((false, None)),
    }
}

/// Whoever is there has a phone. What is not told is no reason to think that nobody is.
fn has_devices(user: &UsyncUserResult) -> Result<bool, Failure> {
    match user.protocol(UsyncProtocolKind::Devices) {
        Some(UsyncProtocolResult::Devices(UsyncOutcome::Value(devices))) => {
            let list = devices.device_list.as_ref();
            Ok(list.is_some_and(|list| !list.devices.is_empty()))
        }
        Some(UsyncProtocolResult::Devices(UsyncOutcome::Error(error))) => {
            absent(error.code, error.backoff).map(|()| false)
        }
        _ => Ok(true),
    }
}

/// Nobody is there; any other error says nothing about that.
fn absent(code: Option<u16>, backoff: Option<u32>) -> Result<(), Failure> {
    match code {
        Some(NOT_FOUND) => Ok(()),
        code => Err(failures::refused(code.unwrap_or_default(), backoff)),
    }
}

fn known_as(user: &UsyncUserResult) -> KnownAs {
    let lid = match user.protocol(UsyncProtocolKind::Lid) {
        Some(UsyncProtocolResult::Lid(UsyncOutcome::Value(lid))) => lid.as_ref(),
        _ => None,
    };
    KnownAs::of(
        [lid, user.pn_jid.as_ref(), user.id.as_ref()]
            .into_iter()
            .flatten(),
    )
}

/// Where WhatsApp names no number, the one that was asked for reaches them.
fn with_number(who: KnownAs, asked: &PhoneNumber) -> KnownAs {
    KnownAs {
        phone: who.phone.or_else(|| Some(asked.to_string())),
        ..who
    }
}

#[cfg(test)]
mod tests {
    use wacore::iq::spec::IqSpec;
    use wacore::iq::usync::UsyncQuerySpec;
    use wacore_binary::Node;
    use wacore_binary::builder::NodeBuilder;

    use super::*;
    use crate::failure::Backoff;

    fn number(text: &str) -> PhoneNumber {
        text.parse().unwrap()
    }

    fn answer(users: Vec<Node>, state: Node) -> UsyncResponse {
        let result = NodeBuilder::new("result").children([state]).build();
        let list = NodeBuilder::new("list").children(users).build();
        let usync = NodeBuilder::new("usync").children([result, list]).build();
        let iq = NodeBuilder::new("iq").children([usync]).build();
        let query = by_number(&[number("15550000001")]).unwrap();
        let spec = UsyncQuerySpec::new(query, "1").unwrap();
        spec.parse_response(&iq.as_node_ref()).unwrap()
    }

    fn contact(kind: &'static str, echo: Option<&'static str>) -> Node {
        let contact = NodeBuilder::new("contact").attr("type", kind);
        match echo {
            Some(echo) => contact.bytes(echo.as_bytes()).build(),
            None => contact.build(),
        }
    }

    fn user(jid: &str, children: Vec<Node>) -> NodeBuilder {
        let jid: Jid = jid.parse().unwrap();
        NodeBuilder::new("user").attr("jid", jid).children(children)
    }

    fn fine() -> Node {
        NodeBuilder::new("contact").build()
    }

    #[test]
    fn whoever_a_number_reaches_is_told_from_the_others_by_the_answers_echo() {
        let (asked, other) = (number("5561984567890"), number("376312345"));
        let (pn, lid) = (Jid::pn("556184567890"), Jid::lid("123456789012345"));
        let lid_of = NodeBuilder::new("lid").attr("val", lid.clone()).build();
        let forms = [
            user(
                "556184567890@s.whatsapp.net",
                vec![contact("in", Some("+5561984567890")), lid_of.clone()],
            )
            .build(),
            user(
                "123456789012345@lid",
                vec![contact("in", Some("5561984567890"))],
            )
            .attr("pn_jid", pn.clone())
            .build(),
            // Without an echo it can still only be this one.
            user(
                "556184567890@s.whatsapp.net",
                vec![contact("in", None), lid_of],
            )
            .build(),
        ];
        for form in forms {
            let nobody = user(
                "376312345@s.whatsapp.net",
                vec![contact("out", Some("+376312345"))],
            )
            .build();
            let found = reached(
                &[asked.clone(), other.clone()],
                answer(vec![nobody, form], fine()),
            );
            let expected =
                HashMap::from([(Person::Phone(asked.clone()), KnownAs::of([&pn, &lid]))]);
            assert_eq!(found, Ok(expected));
        }
    }

    #[test]
    fn two_numbers_may_reach_the_same_person() {
        let asked = [number("5561984567890"), number("556184567890")];
        let users = ["+5561984567890", "+556184567890"];
        let users = users.map(|echo| {
            user(
                "556184567890@s.whatsapp.net",
                vec![contact("in", Some(echo))],
            )
            .build()
        });
        let found = reached(&asked, answer(users.to_vec(), fine())).unwrap();
        assert_eq!(found.len(), 2);
        let phones = found.values().map(|who| who.phone.as_deref());
        assert!(
            phones
                .into_iter()
                .all(|phone| phone == Some("556184567890"))
        );
    }

    #[test]
    fn an_error_is_no_answer_and_asks_to_wait_when_it_says_so() {
        let asked = [number("376312345")];
        let error = |code: u16| {
            let error = NodeBuilder::new("error")
                .attr("code", code)
                .attr("backoff", 7u32);
            NodeBuilder::new("contact")
                .children([error.build()])
                .build()
        };
        let limited = Err(Failure::RateLimited(Backoff::told(Some(7))));
        assert_eq!(reached(&asked, answer(vec![], error(429))), limited);
        let one = |code| {
            answer(
                vec![user("376312345@s.whatsapp.net", vec![error(code)]).build()],
                fine(),
            )
        };
        assert_eq!(reached(&asked, one(429)), limited);
        assert_eq!(
            reached(&asked, one(500)),
            Err(Failure::Refused("500".into()))
        );
        assert_eq!(reached(&asked, one(404)), Ok(HashMap::new()));
    }

    #[test]
    fn a_stranger_has_devices_and_nobody_has_none() {
        let device = NodeBuilder::new("device").attr("id", 0).build();
        let list = NodeBuilder::new("device-list").children([device]).build();
        let devices = NodeBuilder::new("devices").children([list]).build();
        let error = NodeBuilder::new("error").attr("code", 404).build();
        let none = NodeBuilder::new("devices").children([error]).build();
        let users = [user("123@lid", vec![devices]), user("124@lid", vec![none])];
        let users = users.map(NodeBuilder::build).to_vec();
        let found = met(&["123".into(), "124".into()], answer(users, fine())).unwrap();
        let stranger = KnownAs::of([Jid::lid("123")]);
        assert_eq!(
            found,
            HashMap::from([(Person::Lid("123".into()), stranger)])
        );
    }
}
