//! Where the fields of a request come from, other than the body.

/// A field that a path or a query brings. What it means and which type it has, the input's own schema says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// The field's name.
    pub name: &'static str,
    /// Where it is looked for.
    pub place: Place,
    /// Other names that the contract knows for it, in a query.
    pub aliases: &'static [&'static str],
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `{name}` in the path.
    Path,
    /// In the query only.
    Query,
    /// In the body; or in the query, if the body has none of the fields of this kind.
    BodyOrQuery,
}

impl Param {
    /// `{name}` in the path.
    pub const fn path(name: &'static str) -> Self {
        Self::new(name, Place::Path)
    }

    /// `?name=` in the query.
    pub const fn query(name: &'static str) -> Self {
        Self::new(name, Place::Query)
    }

    /// A field of the body that the query may bring instead.
    pub const fn body_or_query(name: &'static str) -> Self {
        Self::new(name, Place::BodyOrQuery)
    }

    /// Other names for it.
    pub const fn or(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// All its names, its own first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.name].into_iter().chain(self.aliases.iter().copied())
    }

    const fn new(name: &'static str, place: Place) -> Self {
        Self {
            name,
            place,
            aliases: &[],
        }
    }
}
