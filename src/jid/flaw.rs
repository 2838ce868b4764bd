//! Why a text names nobody.

/// What is wrong with a text that was to name somebody; it follows "it".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("is empty")]
    Empty,
    #[error("has no digits")]
    NoDigits,
    #[error("is too short: with its country code a number has 7 to 15 digits")]
    TooShort,
    #[error("is too long: with its country code a number has 7 to 15 digits")]
    TooLong,
    #[error("begins with 0: write the country code, and no 0 before it")]
    NoCountryCode,
    #[error("begins with 0011, which may be a prefix or not: write + and the country code")]
    Prefix,
    /// `+44 (0)20 …`: some countries drop this 0 when they are called from abroad, others do not.
    #[error("has a 0 in parentheses: write the number as it is dialled from abroad")]
    Trunk,
    #[error("looks like more than one number")]
    Several,
    #[error("has a + that does not stand at its beginning")]
    Plus,
    #[error("has an extension, and WhatsApp knows none")]
    Extension,
    #[error(
        "is written as a number to calculate with: give it as a text, with all of its digits and no others"
    )]
    Calculated,
    #[error("has letters")]
    Letters,
    #[error("has a {0:?}")]
    Strange(char),
    #[error("has something else than digits before its @")]
    User,
    #[error("names a device that is none")]
    Device,
    #[error("names a group")]
    Group,
    #[error("looks like the id of a group: a group's JID ends in @g.us")]
    GroupWithoutServer,
    #[error("names a channel")]
    Channel,
    #[error("names a broadcast list")]
    Broadcast,
    #[error("is an address of nobody on WhatsApp")]
    Server,
    #[error("invites to a group")]
    Invitation,
    #[error("is a link without a number")]
    Link,
    #[error("is a LID, where a number is wanted")]
    Lid,
}
