//! Files of any kind: of which type they are, and what they are called when nobody has said so.

use super::format::Format;

/// The type of bytes that say nothing.
const ANYTHING: &str = "application/octet-stream";
const WORDS: &str = "text/plain";

/// The media type that the bytes say, if they say one.
pub fn sniffed(bytes: &[u8]) -> Option<&'static str> {
    let named = Format::of(bytes).map(|format| format.mime_type);
    named.or_else(|| is_text(bytes).then_some(WORDS))
}

/// Of what neither the request, nor its bytes, nor its site has named.
pub fn mime_type(bytes: &[u8], served: Option<&str>) -> String {
    let served = served.filter(|served| !served.starts_with(ANYTHING));
    let said = sniffed(bytes).filter(|said| *said != WORDS);
    said.or(served)
        .or_else(|| sniffed(bytes))
        .unwrap_or(ANYTHING)
        .to_owned()
}

/// A name with the ending that files of this kind have.
pub fn name(bytes: &[u8]) -> String {
    let ending = infer::get(bytes).map(|found| found.extension());
    match ending.or_else(|| is_text(bytes).then_some("txt")) {
        Some(ending) => format!("document.{ending}"),
        None => "document".to_owned(),
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let unprintable = |c: char| c.is_control() && !c.is_whitespace();
    std::str::from_utf8(bytes).is_ok_and(|text| !text.contains(unprintable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_type_that_it_says_then_the_one_that_it_was_served_as() {
        let pdf = b"%PDF-1.7 ...".as_slice();
        let table = [
            (pdf, None, "application/pdf", "document.pdf"),
            (pdf, Some("text/html"), "application/pdf", "document.pdf"),
            (b"a,b\n1,2\n", Some("text/csv"), "text/csv", "document.txt"),
            (b"a,b\n1,2\n", None, "text/plain", "document.txt"),
            (b"a,b\n", Some(ANYTHING), "text/plain", "document.txt"),
            (b"\x01\x02", Some("x/y"), "x/y", "document"),
            (b"\x01\x02", None, ANYTHING, "document"),
        ];
        for (bytes, served, expected, called) in table {
            assert_eq!(mime_type(bytes, served), expected);
            assert_eq!(name(bytes), called);
        }
    }
}
