//! Who is to get a status, in eight bytes each.

use std::sync::Arc;

use crate::store::StoreError;

/// The rule that an audience comes from, by its number, and the people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAudience {
    /// As whoever stores it numbers its rules.
    pub rule: u8,
    /// LIDs, in order.
    pub people: Arc<[u64]>,
}

impl StoredAudience {
    /// Whether somebody with this LID is among them.
    pub fn has(&self, lid: &str) -> bool {
        let lid = lid.parse::<u64>();
        lid.is_ok_and(|lid| self.people.binary_search(&lid).is_ok())
    }

    pub(super) fn encoded(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + 8 * self.people.len());
        bytes.push(self.rule);
        for lid in self.people.iter() {
            bytes.extend_from_slice(&lid.to_le_bytes());
        }
        bytes
    }

    pub(super) fn decoded(bytes: &[u8]) -> Result<Self, StoreError> {
        let audience = bytes
            .split_first()
            .filter(|(_, people)| people.len() % 8 == 0);
        let Some((&rule, people)) = audience else {
            return Err(StoreError::Shape("an audience is cut off"));
        };
        let people = people.as_chunks::<8>().0;
        Ok(Self {
            rule,
            people: people.iter().map(|lid| u64::from_le_bytes(*lid)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_is_read_as_it_was_written_and_what_is_cut_off_is_none() {
        for people in [&[][..], &[7], &[1, 123_456_789_012_345, u64::MAX]] {
            let audience = StoredAudience {
                rule: 2,
                people: people.into(),
            };
            let bytes = audience.encoded();
            assert_eq!(bytes.len(), 1 + 8 * people.len());
            assert_eq!(StoredAudience::decoded(&bytes).expect("whole"), audience);
        }
        assert!(StoredAudience::decoded(&[]).is_err());
        assert!(StoredAudience::decoded(&[0, 1, 2]).is_err());
    }
}
