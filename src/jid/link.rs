//! Numbers in links (`tel:`, `sms:`, `whatsapp:`, wa.me and its like) and in contact cards.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

use super::flaw::Flaw;
use super::number;

/// Schemes of which a number follows.
const CALLS: [&str; 7] = ["tel", "callto", "sms", "smsto", "mms", "mmsto", "whatsapp"];
/// Where WhatsApp's own links lead, which people write without a scheme as well.
const HOSTS: [&str; 5] = [
    "wa.me",
    "api.whatsapp.com",
    "web.whatsapp.com",
    "chat.whatsapp.com",
    "whatsapp.com",
];

/// The number in a link or a contact card, as it is written there; none where the text is neither.
pub fn number(text: &str) -> Option<Result<String, Flaw>> {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("begin:vcard") {
        return Some(in_card(text));
    }
    if is_card_line(&lower) {
        return Some(after_parameters(text));
    }
    let bare = lower.strip_prefix("www.").unwrap_or(&lower);
    let host = bare.split(['/', '?']).next().unwrap_or_default();
    if HOSTS.contains(&host) {
        return Some(behind(&format!("https://{text}")));
    }
    let (scheme, rest) = lower.split_once(':')?;
    if matches!(scheme, "http" | "https") || rest.starts_with("//") && !CALLS.contains(&scheme) {
        return Some(behind(text));
    }
    if !CALLS.contains(&scheme) {
        return None;
    }
    let rest = &text[scheme.len() + 1..];
    let rest = rest.trim_start_matches('/');
    match scheme == "whatsapp" && rest.to_ascii_lowercase().starts_with("send") {
        true => Some(behind(&format!("https://api.whatsapp.com/{rest}"))),
        false => Some(called(rest)),
    }
}

/// `+44-20…;ext=12` or `+44…?body=…`.
fn called(rest: &str) -> Result<String, Flaw> {
    let rest = rest.split(['?', '&']).next().unwrap_or_default();
    let mut parts = rest.split(';');
    let number = parts.next().unwrap_or_default();
    for parameter in parts {
        let name = parameter.trim().split('=').next().unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "ext" | "isub" | "postd" => return Err(Flaw::Extension),
            // Without a + it is a number of some place.
            "phone-context" if !number.trim_start().starts_with('+') => {
                return Err(Flaw::NoCountryCode);
            }
            _ => {}
        }
    }
    decoded(number)
}

/// `TEL;TYPE=CELL:+44…`, also as `item1.TEL`.
fn is_card_line(lower: &str) -> bool {
    let name = lower.split([';', ':']).next().unwrap_or_default();
    let name = name.split_once('.').map_or(name, |(_, name)| name);
    // `tel:` alone is a link, which is read in the same way.
    name == "tel" && (lower.starts_with("tel;") || lower.contains(".tel"))
}

/// The number of a line, and WhatsApp's own id of it, which is the number in full.
fn after_parameters(line: &str) -> Result<String, Flaw> {
    let (parameters, value) = line.rsplit_once(':').ok_or(Flaw::NoDigits)?;
    let id = parameters.split(';').find_map(|parameter| {
        let (name, id) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("waid")
            .then_some(id.trim())
    });
    let Some(id) = id else {
        return called(value);
    };
    let shown = called(value).and_then(|shown| number::digits(&shown));
    match shown {
        Ok(shown) if number::digits(id)? != shown => Err(Flaw::Several),
        // As it is dialled at home, or not at all.
        _ => Ok(id.to_owned()),
    }
}

/// A contact card without its line breaks inside of lines (RFC 2426, 2.6): what follows one begins with white space.
pub fn unfolded(text: &str) -> Cow<'_, str> {
    let begun = text.trim_start().get(..11);
    if !begun.is_some_and(|begun| begun.eq_ignore_ascii_case("begin:vcard")) {
        return text.into();
    }
    let text = text.replace("\r\n", "\n").replace("\n ", "");
    text.replace("\n\t", "").into()
}

/// The only number in a card.
fn in_card(card: &str) -> Result<String, Flaw> {
    let is_number = |line: &&str| {
        let lower = line.to_ascii_lowercase();
        lower.starts_with("tel:") || is_card_line(&lower)
    };
    let mut numbers = card.split('\n').map(str::trim).filter(is_number);
    match (numbers.next(), numbers.next()) {
        (Some(line), None) => after_parameters(line),
        (None, _) => Err(Flaw::NoDigits),
        (Some(_), Some(_)) => Err(Flaw::Several),
    }
}

/// The number that a link of WhatsApp's leads to.
fn behind(link: &str) -> Result<String, Flaw> {
    let link = Url::parse(link).map_err(|_| Flaw::Link)?;
    let host = link.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let mut path = link.path().split('/').filter(|part| !part.is_empty());
    let (first, more) = (path.next(), path.next().is_some());
    match (host, first) {
        ("chat.whatsapp.com", _) => Err(Flaw::Invitation),
        ("wa.me", Some(number)) if !more => match decoded(number)? {
            number if number.chars().any(char::is_alphabetic) => Err(Flaw::Link),
            number => Ok(number),
        },
        ("wa.me", None) => asked_for(&link),
        (host, Some("send")) if HOSTS.contains(&host) && !more => asked_for(&link),
        _ => Err(Flaw::Link),
    }
}

/// `?phone=`
fn asked_for(link: &Url) -> Result<String, Flaw> {
    let mut numbers = link.query_pairs().filter(|(name, _)| name == "phone");
    match (numbers.next(), numbers.next()) {
        (Some((_, number)), None) => Ok(number.into_owned()),
        (None, _) => Err(Flaw::Link),
        (Some(_), Some(_)) => Err(Flaw::Several),
    }
}

fn decoded(text: &str) -> Result<String, Flaw> {
    let text = percent_decode_str(text).decode_utf8();
    text.map(|text| text.into_owned())
        .map_err(|_| Flaw::Strange('%'))
}
