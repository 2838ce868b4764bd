//! Sums of money, as requests have them.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A currency that has coins or notes, by its code (ISO 4217).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    code: iso_currency::Currency,
    /// So many digits stand behind the point.
    exponent: u16,
}

impl Currency {
    /// Three capital letters.
    pub fn code(self) -> &'static str {
        self.code.code()
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let code = iso_currency::Currency::from_code(&text.trim().to_ascii_uppercase());
        // What has no smallest unit is gold, a special drawing right or the like.
        let known = code.and_then(|code| Some((code, code.exponent()?)));
        let (code, exponent) = known.ok_or_else(|| {
            D::Error::custom("must be the code of a currency (ISO 4217), like BRL")
        })?;
        Ok(Self { code, exponent })
    }
}

impl PartialSchema for Currency {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.min_length(Some(3)).max_length(Some(3)).into()
    }
}

impl ToSchema for Currency {
    fn name() -> Cow<'static, str> {
        "Currency".into()
    }
}

/// A sum in a currency's smallest unit: 15000 are 150.00 BRL, and 15000 JPY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinorUnits(u64);

impl MinorUnits {
    /// More than anybody owes by telephone, and little enough to be counted in thousandths.
    const MOST: u64 = 1_000_000_000_000;
}

impl<'de> Deserialize<'de> for MinorUnits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let units = serde_json::Number::deserialize(deserializer)?.as_u64();
        let within = units.filter(|units| (1..=Self::MOST).contains(units));
        within.map(Self).ok_or_else(|| {
            D::Error::custom(format!(
                "must be a whole number from 1 to {}: the currency's smallest units",
                Self::MOST
            ))
        })
    }
}

impl PartialSchema for MinorUnits {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        number.minimum(Some(1)).maximum(Some(Self::MOST)).into()
    }
}

impl ToSchema for MinorUnits {
    fn name() -> Cow<'static, str> {
        "MinorUnits".into()
    }
}

/// So much of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    pub units: MinorUnits,
    pub currency: Currency,
}

impl Sum {
    /// In the currency's smallest unit.
    pub fn minor_units(self) -> u64 {
        self.units.0
    }

    /// How many of the smallest unit make one of the currency.
    pub fn per_unit(self) -> u32 {
        10u32.pow(self.currency.exponent.into())
    }

    /// In thousandths of the currency, rounded down where its smallest unit is smaller.
    pub fn thousandths(self) -> u64 {
        self.units.0 * 1000 / u64::from(self.per_unit())
    }
}

/// For people: `150.00 BRL`.
impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (code, digits) = (self.currency.code(), usize::from(self.currency.exponent));
        let per_unit = u64::from(self.per_unit());
        let (whole, rest) = (self.units.0 / per_unit, self.units.0 % per_unit);
        match digits {
            0 => write!(f, "{whole} {code}"),
            _ => write!(f, "{whole}.{rest:0digits$} {code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(units: u64, code: &str) -> Sum {
        let currency = serde_json::from_value(code.into()).expect("a currency");
        Sum {
            units: MinorUnits(units),
            currency,
        }
    }

    #[test]
    fn a_sum_is_shown_and_counted_as_its_currency_is() {
        for (units, code, shown, thousandths) in [
            (15_000, "BRL", "150.00 BRL", 150_000),
            (5, "brl", "0.05 BRL", 50),
            (15_000, "JPY", "15000 JPY", 15_000_000),
            (1_234, "KWD", "1.234 KWD", 1_234),
            (12_345, "CLF", "1.2345 CLF", 1_234),
        ] {
            let sum = sum(units, code);
            assert_eq!(
                (sum.to_string(), sum.thousandths()),
                (shown.into(), thousandths)
            );
        }
        assert_eq!(
            sum(MinorUnits::MOST, "JPY").thousandths(),
            MinorUnits::MOST * 1000
        );
    }

    #[test]
    fn what_nobody_pays_with_is_no_currency_and_nothing_is_no_sum() {
        for code in ["", "BR", "BRLL", "ABC", "XAU", "XXX"] {
            assert!(
                serde_json::from_value::<Currency>(code.into()).is_err(),
                "{code}"
            );
        }
        for units in ["0", "-1", "1.5", "1e3", "1000000000001", "\"5\"", "true"] {
            assert!(
                serde_json::from_str::<MinorUnits>(units).is_err(),
                "{units}"
            );
        }
    }
}
