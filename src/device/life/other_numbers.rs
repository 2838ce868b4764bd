//! Numbers that reach somebody whom WhatsApp names by another number, as in countries that have changed theirs.

use std::collections::HashMap;

use parking_lot::Mutex;

/// How many are kept; beyond that they are asked for again.
const MOST: usize = 10_000;

/// What WhatsApp has answered in this life: numbers, and by which it knows the same people.
#[derive(Default)]
pub struct OtherNumbers(Mutex<HashMap<String, String>>);

impl OtherNumbers {
    /// The number by which WhatsApp knows whoever this one reaches.
    pub fn known_as(&self, digits: &str) -> Option<String> {
        self.0.lock().get(digits).cloned()
    }

    /// Takes in an answer.
    pub fn learn(&self, asked: &str, known: &str) {
        let mut numbers = self.0.lock();
        if asked == known {
            numbers.remove(asked);
            return;
        }
        if numbers.len() >= MOST {
            numbers.clear();
        }
        numbers.insert(asked.to_owned(), known.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_answer_counts_and_no_more_is_kept_than_fits() {
        let numbers = OtherNumbers::default();
        assert_eq!(numbers.known_as("5561984567890"), None);
        numbers.learn("5561984567890", "556184567890");
        let known = numbers.known_as("5561984567890");
        assert_eq!(known.as_deref(), Some("556184567890"));
        numbers.learn("5561984567890", "5561984567890");
        assert_eq!(numbers.known_as("5561984567890"), None);
        for number in 0..3 * MOST {
            numbers.learn(&number.to_string(), "5511999999999");
        }
        assert!(numbers.0.lock().len() <= MOST);
    }
}
