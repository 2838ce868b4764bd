//! The numbers of a country that changed its numbers: people dial one, and WhatsApp knows another.

/// The other ways in which this number is written, none for most countries.
///
/// Brazil put a ninth digit in front of its mobile numbers; Mexico and Argentina have a digit for
/// mobiles that is dialled from abroad only, and that Mexico has given up.
pub fn spellings(number: &str) -> Option<String> {
    let digits = |count: usize, rest: &str| rest.len() == count && !rest.starts_with('0');
    if let Some(national) = number.strip_prefix("55").filter(|_| number.is_ascii()) {
        let (area, own) = national.split_at_checked(2)?;
        return match own.strip_prefix('9') {
            Some(short) if own.len() == 9 => Some(format!("55{area}{short}")),
            _ if own.len() == 8 && own.starts_with(['6', '7', '8', '9']) => {
                Some(format!("55{area}9{own}"))
            }
            _ => None,
        };
    }
    for (country, mobile) in [("52", "1"), ("54", "9")] {
        let Some(national) = number.strip_prefix(country) else {
            continue;
        };
        return match national.strip_prefix(mobile) {
            Some(own) if digits(10, own) => Some(format!("{country}{own}")),
            _ if digits(10, national) => Some(format!("{country}{mobile}{national}")),
            _ => None,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::spellings;

    #[test]
    fn a_number_of_a_country_that_changed_its_numbers_is_written_in_two_ways() {
        for (old, new) in [
            ("556184567890", "5561984567890"),
            ("5215512345678", "525512345678"),
            ("541123456789", "5491123456789"),
        ] {
            assert_eq!(spellings(old).as_deref(), Some(new));
            assert_eq!(spellings(new).as_deref(), Some(old));
        }
    }

    #[test]
    fn all_others_are_written_in_one() {
        for number in [
            "",
            "55",
            "556",
            "15550000001",
            // A landline in Brazil has no ninth digit.
            "556132101234",
            "5261",
            "376312345",
        ] {
            assert_eq!(spellings(number), None, "{number}");
        }
    }
}
