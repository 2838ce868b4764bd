//! Texts that WhatsApp cuts off, or does not show at all, where they are longer.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// At most so many characters, kept as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpTo<const LONGEST: usize>(String);

/// The same, and more than white space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled<const LONGEST: usize>(String);

impl<const LONGEST: usize> Filled<LONGEST> {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn read<'de, D: Deserializer<'de>>(deserializer: D, longest: usize) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.chars().count() > longest {
        true => {
            let wrong = format!("must not be longer than {longest} characters");
            Err(D::Error::custom(wrong))
        }
        false => Ok(text),
    }
}

impl<'de, const LONGEST: usize> Deserialize<'de> for UpTo<LONGEST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer, LONGEST).map(Self)
    }
}

impl<'de, const LONGEST: usize> Deserialize<'de> for Filled<LONGEST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = read(deserializer, LONGEST)?;
        match text.trim().is_empty() {
            true => Err(D::Error::custom("cannot be empty")),
            false => Ok(Self(text)),
        }
    }
}

/// What both are besides.
macro_rules! text {
    ($($text:ident from $shortest:literal)*) => {
        $(
            impl<const LONGEST: usize> From<$text<LONGEST>> for String {
                fn from(text: $text<LONGEST>) -> Self {
                    text.0
                }
            }

            impl<const LONGEST: usize> PartialSchema for $text<LONGEST> {
                fn schema() -> RefOr<Schema> {
                    let text = ObjectBuilder::new().schema_type(Type::String);
                    let text = text.min_length((0 < $shortest).then_some($shortest));
                    text.max_length(Some(LONGEST)).into()
                }
            }

            impl<const LONGEST: usize> ToSchema for $text<LONGEST> {
                fn name() -> Cow<'static, str> {
                    format!("Text{}To{LONGEST}", $shortest).into()
                }
            }
        )*
    };
}

text! {
    UpTo from 0
    Filled from 1
}

// What WhatsApp's own documentation of business messages allows.

/// What a message with buttons says.
pub type Body = Filled<1024>;
/// The same where it need not be there.
pub type AnyBody = UpTo<1024>;
/// What a list says before it is opened.
pub type ListBody = Filled<4096>;
/// What stands above a body.
pub type Title = UpTo<60>;
/// What stands below a body, smaller.
pub type Footer = UpTo<60>;
/// What a button says: 20 where it answers, 25 in a template.
pub type ButtonText = Filled<25>;
/// What the answer names a button by.
pub type ButtonId = Filled<256>;
/// What the button says that opens a list.
pub type Opener = Filled<20>;
/// What stands above some entries of a list.
pub type SectionTitle = UpTo<24>;
/// What an entry of a list is called.
pub type RowTitle = Filled<24>;
/// What is said of an entry of a list.
pub type RowDescription = UpTo<72>;
/// What the answer names an entry by.
pub type RowId = Filled<200>;
/// What a poll asks.
pub type PollQuestion = Filled<255>;
/// What can be chosen in a poll.
pub type PollOption = Filled<100>;
/// What a product is called in a catalog.
pub type ProductTitle = UpTo<200>;
/// What a catalog says of a product.
pub type ProductDescription = UpTo<9999>;
/// By which a catalog, or its shop, knows a product.
pub type ProductId = Filled<100>;
/// The same where it need not be there.
pub type AnyProductId = UpTo<100>;

// What nobody's name or address is longer than.

/// What a contact card calls somebody.
pub type Name = Filled<256>;
/// The same where it need not be there.
pub type AnyName = UpTo<256>;
/// A name or an address of a place.
pub type PlaceName = UpTo<1000>;
/// A page's address.
pub type PageUrl = UpTo<2000>;
