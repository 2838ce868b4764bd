//! Lists that are told page by page, the newest first.

/// Rows in one answer, unless the request wants fewer or more.
const USUALLY: i64 = 50;
const MOST: i64 = 200;

/// Which page somebody wants.
pub struct Paging {
    /// The rows before this number.
    pub before: i64,
    limit: i64,
}

impl Paging {
    /// As it is asked for.
    pub fn new(limit: Option<i64>, before: Option<i64>) -> Self {
        Self {
            before: before.unwrap_or(i64::MAX),
            limit: limit.unwrap_or(USUALLY).clamp(1, MOST),
        }
    }

    /// So many rows are read: one more than are shown says whether there is another page.
    pub fn read(&self) -> i64 {
        self.limit + 1
    }

    /// The rows of the page, and before which number the next one is.
    pub fn cut<T>(self, mut rows: Vec<T>, number: impl Fn(&T) -> i64) -> (Vec<T>, Option<i64>) {
        let most = usize::try_from(self.limit).unwrap_or_default();
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more).map(number);
        (rows, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_whether_there_is_another() {
        let table = [
            (Some(2), 3, 2, Some(2)),
            (Some(2), 2, 2, None),
            (Some(-5), 2, 1, Some(1)),
            (Some(i64::MAX), 201, 200, Some(200)),
            (None, 51, 50, Some(50)),
        ];
        for (limit, read, shown, next) in table {
            let paging = Paging::new(limit, None);
            assert!(paging.read() >= read, "{limit:?}");
            let (rows, after) = paging.cut((1..=read).collect(), |number| *number);
            assert_eq!((rows.len(), after), (shown, next), "{limit:?}");
        }
    }
}
