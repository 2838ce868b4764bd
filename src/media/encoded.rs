//! Base64 as people hand it over: in lines, with the URL's alphabet, without its padding, as a data URL.

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine};

use crate::failure::Invalid;

/// Padding says nothing that the length does not say.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Symbols that are decoded at once; a multiple of four, which are three bytes.
const PIECE: usize = 4096;

/// Reads base64, also as browsers hand it over: as a data URL. What comes of it lies where the text was, so that both
/// never take memory at the same time.
pub fn decode(field: &str, text: String) -> Result<Vec<u8>, Invalid> {
    let Some(begin) = payload(&text) else {
        let problem = format!("{field} is a data URL, but not one with base64");
        return Err(Invalid::field(field, problem));
    };
    let mut bytes = text.into_bytes();
    match decode_in_place(&mut bytes, begin) {
        Ok(()) => Ok(bytes),
        Err(error) => {
            let problem = format!("{field} is not base64: {error}");
            Err(Invalid::field(field, problem))
        }
    }
}

/// Where the base64 begins. None: in a data URL that has none.
fn payload(text: &str) -> Option<usize> {
    let url = text.trim_start();
    let scheme = url.get(.."data:".len()).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("data:") {
        return Some(0);
    }
    let comma = url.find(',')?;
    let last = url[..comma].rsplit([';', ':']).next()?;
    let begin = text.len() - url.len() + comma + 1;
    last.trim().eq_ignore_ascii_case("base64").then_some(begin)
}

/// Three bytes take the place of four symbols, or of more where there are line breaks: what is read is never written over.
fn decode_in_place(bytes: &mut Vec<u8>, begin: usize) -> Result<(), DecodeError> {
    let (mut symbols, mut decoded) = ([0; PIECE], [0; PIECE / 4 * 3]);
    let (mut waiting, mut written) = (0, 0);
    let mut padding = None;
    for place in begin..bytes.len() {
        let symbol = match bytes[place] {
            byte if byte.is_ascii_whitespace() => continue,
            b'=' => {
                padding.get_or_insert(place);
                continue;
            }
            b'-' => b'+',
            b'_' => b'/',
            byte if byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/' => byte,
            other => return Err(DecodeError::InvalidByte(place, other)),
        };
        // Something behind the padding: two texts in one.
        if let Some(place) = padding {
            return Err(DecodeError::InvalidByte(place, b'='));
        }
        symbols[waiting] = symbol;
        waiting += 1;
        if waiting == PIECE {
            LENIENT.decode_slice_unchecked(symbols, &mut decoded)?;
            bytes[written..][..decoded.len()].copy_from_slice(&decoded);
            (waiting, written) = (0, written + decoded.len());
        }
    }
    let rest = LENIENT.decode_slice_unchecked(&symbols[..waiting], &mut decoded)?;
    bytes[written..][..rest].copy_from_slice(&decoded[..rest]);
    bytes.truncate(written + rest);
    Ok(())
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn base64_is_taken_however_it_was_written() {
        let bytes = [0xfb, 0xff, 0xbf, 0x00];
        for text in [
            "+/+/AA==",
            "-_-_AA==",
            "-_-_AA",
            "+/+/AA",
            "+/+/AA=",
            " +/+/\r\n\tAA= =\n",
            "data:image/png;base64,+/+/AA==",
            "DATA:;BASE64,-_-_AA",
            "data:image/png;name=a.png;charset=utf-8;base64,\n+/+/AA==\n",
            "\n data:base64,+/+/AA==",
            "data:image/svg+xml; base64 ,+/+/AA==",
        ] {
            assert_eq!(
                decode("data", text.to_owned()),
                Ok(bytes.to_vec()),
                "{text:?}"
            );
        }
        assert_eq!(decode("data", String::new()), Ok(Vec::new()));
    }

    #[test]
    fn what_is_not_base64_is_refused_with_its_place() {
        let table = [
            ("?", "data is not base64: Invalid symbol 63, offset 0."),
            (
                "AAAA=AAA",
                "data is not base64: Invalid symbol 61, offset 4.",
            ),
            ("AA\nA*", "data is not base64: Invalid symbol 42, offset 4."),
            (
                "data:;base64,A*",
                "data is not base64: Invalid symbol 42, offset 14.",
            ),
            ("A", "data is not base64: "),
            (
                "data:text/plain,hello",
                "data is a data URL, but not one with base64",
            ),
            (
                "data:image/png;base64",
                "data is a data URL, but not one with base64",
            ),
            ("grün", "data is not base64: "),
        ];
        for (text, expected) in table {
            let refused = decode("data", text.to_owned()).expect_err(text);
            assert!(refused.message.starts_with(expected), "{text}: {refused}");
            assert_eq!(refused.field.as_deref(), Some("data"));
        }
    }

    proptest! {
        #[test]
        fn every_text_is_read_or_refused(text in ".{0,200}", base64 in "(data:[a-z/;,]{0,20})?[A-Za-z0-9+/=_ \\n-]{0,200}") {
            for text in [text, base64] {
                if let Ok(bytes) = decode("data", text.clone()) {
                    prop_assert!(bytes.len() <= text.len());
                }
            }
        }

        #[test]
        fn whatever_was_encoded_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..20_000), width in 1_usize..100) {
            let mut lines = BASE64_STANDARD.encode(&bytes);
            for place in (0..lines.len()).rev().filter(|place| place % width == 0) {
                if width > 40 || lines.len() < 2_000 {
                    lines.insert(place, '\n');
                }
            }
            let of_urls = BASE64_URL_SAFE_NO_PAD.encode(&bytes);
            for text in [lines, of_urls] {
                prop_assert_eq!(decode("data", text.clone()), Ok(bytes.clone()));
            }
        }
    }
}
