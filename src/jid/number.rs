//! Phone numbers in the notations of people: with spaces, dots, dashes, slashes and parentheses, with `+` or `00`.

use super::flaw::Flaw;

/// ITU-T E.164 allows 15; the shortest that WhatsApp knows have 7.
const LENGTHS: std::ops::RangeInclusive<usize> = 7..=15;
/// What stands before a slash is country and area, which are shorter, or a number by itself.
const BEFORE_SLASH: usize = 8;

/// The digits of a number with its country code. The text is [`plain`](super::plain::plain).
pub fn digits(text: &str) -> Result<String, Flaw> {
    let (text, mut number) = (text.trim(), Written::default());
    if is_calculated(text) {
        return Err(Flaw::Calculated);
    }
    for c in text.chars() {
        number.take(c)?;
    }
    number.international()
}

/// `15550000101.0`, `1.5550000101e10`: what spreadsheets and programs make of a number that is none to calculate with.
fn is_calculated(text: &str) -> bool {
    let Some((whole, rest)) = text.split_once('.') else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match rest.to_ascii_lowercase().split_once('e') {
        Some((fraction, power)) => {
            let power = power.strip_prefix('+').unwrap_or(power);
            digits(whole) && digits(fraction) && digits(power)
        }
        None => whole.len() >= *LENGTHS.start() && digits(whole) && rest.len() <= 2 && digits(rest),
    }
}

/// A number as far as it is read.
#[derive(Default)]
struct Written {
    digits: String,
    /// A `+` before it.
    plus: bool,
    /// A parenthesis has just been opened.
    opened: bool,
    /// Slashes keep its groups apart.
    slashed: bool,
}

impl Written {
    fn take(&mut self, c: char) -> Result<(), Flaw> {
        let begun = self.plus || !self.digits.is_empty();
        match c {
            '0' if self.opened && begun => return Err(Flaw::Trunk),
            '0'..='9' => {
                self.opened = false;
                self.digits.push(c);
            }
            '(' => self.opened = true,
            ' ' | '-' | '.' | ')' => {}
            '/' if self.slashed || self.digits.len() < BEFORE_SLASH => self.slashed = true,
            '+' if !begun => self.plus = true,
            '+' => return Err(Flaw::Plus),
            '/' | '\n' | ',' | ';' | '|' | '&' => return Err(Flaw::Several),
            '#' => return Err(Flaw::Extension),
            // `x12`, `ext. 12`
            'x' | 'X' | 'e' | 'E' if self.digits.len() >= *LENGTHS.start() => {
                return Err(Flaw::Extension);
            }
            letter if letter.is_alphabetic() => return Err(Flaw::Letters),
            other => return Err(Flaw::Strange(other)),
        }
        Ok(())
    }

    /// Without what is dialled before a country code.
    fn international(self) -> Result<String, Flaw> {
        let mut digits = self.digits;
        if !self.plus && digits.starts_with("00") {
            // Australia dials 0011, and no country's number begins with 11.
            if digits.starts_with("0011") {
                return Err(Flaw::Prefix);
            }
            digits.drain(..2);
        }
        match digits.len() {
            0 => Err(Flaw::NoDigits),
            _ if digits.starts_with('0') => Err(Flaw::NoCountryCode),
            short if short < *LENGTHS.start() => Err(Flaw::TooShort),
            long if long > *LENGTHS.end() => Err(Flaw::TooLong),
            _ => Ok(digits),
        }
    }
}
