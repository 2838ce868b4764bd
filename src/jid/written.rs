//! What people write and paste when they mean somebody. What is not understood is refused by name, and nothing is guessed.

use super::flaw::Flaw;
use super::plain::plain;
use super::{link, number};

/// Longer than any card, in bytes.
const LONGEST: usize = 10_000;
/// Digits of a LID.
const LONGEST_LID: usize = 20;
/// A group's id: digits, and in old ones a dash.
const LONGEST_GROUP: usize = 64;

/// Whom a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// Digits with the country code.
    Phone(String),
    /// Digits.
    Lid(String),
    /// What stands before `@g.us`.
    Group(String),
}

/// Reads a number in any notation, a JID, a link or a contact card.
pub fn read(text: &str) -> Result<Named, Flaw> {
    if text.len() > LONGEST {
        return Err(Flaw::TooLong);
    }
    let text = plain(&link::unfolded(text));
    if text.is_empty() {
        return Err(Flaw::Empty);
    }
    if let Some(number) = link::number(&text) {
        return number::digits(&plain(&number?)).map(Named::Phone);
    }
    match text.split_once('@') {
        Some((user, server)) => jid(user.trim_end(), server.trim_start()),
        None if is_group(&text) => Err(Flaw::GroupWithoutServer),
        None => number::digits(&text).map(Named::Phone),
    }
}

fn jid(user: &str, server: &str) -> Result<Named, Flaw> {
    match server.to_ascii_lowercase().as_str() {
        "s.whatsapp.net" | "c.us" => number::digits(account(user)?).map(Named::Phone),
        "lid" => match account(user)? {
            lid if is_id(lid, LONGEST_LID, "") => Ok(Named::Lid(lid.to_owned())),
            _ => Err(Flaw::User),
        },
        "g.us" if is_id(user, LONGEST_GROUP, "-") => Ok(Named::Group(user.to_owned())),
        "g.us" => Err(Flaw::User),
        "newsletter" => Err(Flaw::Channel),
        "broadcast" => Err(Flaw::Broadcast),
        _ => Err(Flaw::Server),
    }
}

fn is_id(text: &str, longest: usize, also: &str) -> bool {
    let allowed = |c: char| c.is_ascii_digit() || also.contains(c);
    (1..=longest).contains(&text.len()) && text.chars().all(allowed)
}

/// What stands before `@g.us`: 18 digits that begin alike; in old groups their founder's number, a dash and when that was.
fn is_group(text: &str) -> bool {
    match text.split_once('-') {
        Some((founder, founded)) => {
            let lengths = (7..=15).contains(&founder.len()) && founded.len() == 10;
            lengths && is_id(founder, 15, "") && is_id(founded, 10, "")
        }
        None => text.starts_with("120363") && text.len() > 15 && is_id(text, LONGEST_GROUP, ""),
    }
}

/// The account of `5511999999999:12`, and of the older `5511999999999.0:12` and `5511999999999.0`.
fn account(user: &str) -> Result<&str, Flaw> {
    let (account, device) = match user.split_once(':') {
        Some((account, device)) => (account, Some(device)),
        None => (user, None),
    };
    let is_device = |device: &str| is_id(device, 5, "") && device.parse::<u16>().is_ok();
    if device.is_some_and(|device| !is_device(device)) {
        return Err(Flaw::Device);
    }
    match account.split_once(['.', '_']) {
        Some((account, agent)) if is_id(account, 15, "") && is_id(agent, 1, "") => Ok(account),
        _ => Ok(account),
    }
}
