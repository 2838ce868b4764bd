//! Phone numbers as the contract takes them: written anyhow, kept as digits.

use std::fmt;

/// Country code and national number, 10 to 15 digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid phone number format")]
pub struct BadNumber;

/// Strips spaces, dashes, parentheses and a leading `+`.
pub fn clean(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    text.chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')'))
        .collect()
}

impl PhoneNumber {
    /// Cleans the text; what is left must be 10 to 15 digits.
    pub fn parse(text: &str) -> Result<Self, BadNumber> {
        let kept = clean(text);
        let digits = kept.bytes().all(|byte| byte.is_ascii_digit());
        // No country code begins with 0.
        if digits && (10..=15).contains(&kept.len()) && !kept.starts_with('0') {
            Ok(Self(kept))
        } else {
            Err(BadNumber)
        }
    }

    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cleaned_or_refused() {
        let table = [
            ("5511999999999", Some("5511999999999")),
            (" +55 (11) 88888-8888 ", Some("5511888888888")),
            ("123456789", None),
            ("1234567890123456", None),
            ("0511999999999", None),
            ("55119999x9999", None),
            ("++5511999999999", None),
            ("٥٥١١٩٩٩٩٩٩٩", None),
            ("", None),
        ];
        for (text, expected) in table {
            let digits = PhoneNumber::parse(text)
                .ok()
                .map(|number| number.to_string());
            assert_eq!(digits.as_deref(), expected, "{text:?}");
        }
    }
}
