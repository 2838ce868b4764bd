//! Statements, their arguments and their rows: the portable part of SQL.

use std::fmt;

use bytes::Bytes;

use super::StoreError;

/// An argument or a column. Flags are `Int` 0 or 1, times are `Int` Unix seconds.
#[derive(Clone, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Bytes),
}

/// Shows no content, so that a statement or a row in a log tells nothing.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Int(_) => f.write_str("number"),
            Self::Text(text) => write!(f, "text of {} bytes", text.len()),
            Self::Blob(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Bytes> for Value {
    fn from(value: Bytes) -> Self {
        Self::Blob(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value.into())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One SQL statement in the subset that SQLite and PostgreSQL share.
///
/// Write placeholders `$1`, `$2`, … and no other `$`; bind every value instead of writing literals; no casts of arguments.
#[derive(Clone, Debug)]
pub struct Statement {
    /// In the dialect that both engines read.
    pub sql: &'static str,
    /// One for each placeholder, in order.
    pub args: Vec<Value>,
}

impl Statement {
    /// A statement whose placeholders are yet to be bound.
    pub fn new(sql: &'static str) -> Self {
        Self {
            sql,
            args: Vec::new(),
        }
    }

    /// Binds the next placeholder.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.args.push(value.into());
        self
    }
}

/// One row of an answer. The getters count columns from 0 and never panic.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub(super) Vec<Value>);

impl Row {
    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.0.len()
    }

    /// A number; [`StoreError::Shape`] where there is none.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.optional_int(column)?.ok_or(StoreError::Shape(
            "a column that must hold a number is null",
        ))
    }

    /// A text; [`StoreError::Shape`] where there is none.
    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        self.optional_text(column)?
            .ok_or(StoreError::Shape("a column that must hold text is null"))
    }

    /// Shares the row's memory.
    pub fn blob(&self, column: usize) -> Result<Bytes, StoreError> {
        self.optional_blob(column)?
            .ok_or(StoreError::Shape("a column that must hold bytes is null"))
    }

    /// A flag is stored as 0 or 1.
    pub fn flag(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    /// A number or null.
    pub fn optional_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(column) {
            Some(Value::Int(value)) => Ok(Some(*value)),
            Some(Value::Null) => Ok(None),
            _ => Err(StoreError::Shape("a column does not hold a number")),
        }
    }

    /// A text or null.
    pub fn optional_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.0.get(column) {
            Some(Value::Text(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            _ => Err(StoreError::Shape("a column does not hold text")),
        }
    }

    /// Bytes or null; shares the row's memory.
    pub fn optional_blob(&self, column: usize) -> Result<Option<Bytes>, StoreError> {
        match self.0.get(column) {
            Some(Value::Blob(value)) => Ok(Some(value.clone())),
            Some(Value::Null) => Ok(None),
            _ => Err(StoreError::Shape("a column does not hold bytes")),
        }
    }
}
