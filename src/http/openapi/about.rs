//! What an endpoint says of itself for the document.

use serde_json::{Value, to_value};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};

use crate::commands::Command;
use crate::failure::{Failure, Invalid};
use crate::operation::{Envelope, Operation};

/// For what has no envelope.
const OPEN: Operation = Operation::new("open", Envelope::Flat);

/// Whose token an endpoint wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    User,
    Master,
    /// Of a user or of one device.
    Ryze,
}

impl Token {
    /// The contract's name of the scheme.
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::User => "bearerAuth",
            Self::Master => "masterToken",
            Self::Ryze => "token",
        }
    }

    pub const fn meaning(self) -> &'static str {
        match self {
            Self::User => "The token of a user, shown once when the user is made.",
            Self::Master => "The token of whoever runs the daemon, from its configuration.",
            Self::Ryze => {
                "The token of a user (TokenAccount) or of one device (TokenInstance); `Authorization: Bearer` takes it too."
            }
        }
    }
}

/// Answers, parameters and bodies of one endpoint. Statuses and texts of refusals are those of the real failures.
pub struct About {
    pub(super) summary: &'static str,
    pub(super) operation: Operation,
    pub(super) token: Option<Token>,
    /// Name and meaning of each query parameter.
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<RefOr<Schema>>,
    pub(super) body_required: bool,
    /// Status and payload of a success, which goes into the envelope.
    pub(super) reply: Option<(u16, Reply)>,
    pub(super) refusals: Vec<Failure>,
    /// Answers without an envelope: status, content type, schema.
    pub(super) bare: Vec<(u16, &'static str, RefOr<Schema>)>,
    /// The named schemas that all this refers to.
    pub(super) schemas: Vec<(String, RefOr<Schema>)>,
}

/// What a success carries.
pub(super) struct Reply {
    pub schema: RefOr<Schema>,
    pub example: Option<Value>,
}

impl About {
    /// An endpoint for whoever has a token of a user; it answers 200.
    pub fn new(summary: &'static str, operation: &Operation) -> Self {
        Self {
            summary,
            operation: *operation,
            token: Some(Token::User),
            query: Vec::new(),
            body: None,
            body_required: true,
            reply: None,
            refusals: vec![
                Failure::Unauthorized,
                Failure::Overloaded,
                Failure::Internal,
            ],
            bare: Vec::new(),
            schemas: Vec::new(),
        }
    }

    /// An endpoint for machines, without a token and without an envelope.
    pub fn open(summary: &'static str) -> Self {
        Self {
            token: None,
            refusals: Vec::new(),
            ..Self::new(summary, &OPEN)
        }
    }

    /// An endpoint for the master token.
    pub fn for_master(mut self) -> Self {
        self.token = Some(Token::Master);
        self
    }

    /// An endpoint of the RyzeAPI.
    pub fn for_ryze(mut self) -> Self {
        self.token = Some(Token::Ryze);
        self
    }

    /// A query parameter, which may be left out.
    pub fn query(mut self, name: &'static str, meaning: &'static str) -> Self {
        self.query.push((name, meaning.to_owned()));
        self
    }

    /// A JSON body. It can be wrong.
    pub fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(self.named::<T>());
        self.refuses([Invalid::request("unknown field `colour`, expected `text`").into()])
    }

    /// What comes with 200.
    pub fn gives<T: ToSchema>(self) -> Self {
        self.gives_with::<T>(200)
    }

    /// What comes with 201.
    pub fn creates<T: ToSchema>(self) -> Self {
        self.gives_with::<T>(201)
    }

    fn gives_with<T: ToSchema>(mut self, status: u16) -> Self {
        let schema = self.named::<T>();
        // Where it stands depends on the kind of schema; in JSON it is in one place.
        let example = to_value(T::schema())
            .ok()
            .and_then(|schema| schema.get("example").cloned());
        self.reply = Some((status, Reply { schema, example }));
        self
    }

    /// An answer without an envelope.
    pub fn answers<T: ToSchema>(mut self, status: u16) -> Self {
        let schema = self.named::<T>();
        self.bare.push((status, "application/json", schema));
        self
    }

    /// 200 with text.
    pub fn answers_text(mut self) -> Self {
        let text = ObjectBuilder::new().schema_type(Type::String).into();
        self.bare.push((200, "text/plain", text));
        self
    }

    /// Failures of its own.
    pub fn refuses(mut self, failures: impl IntoIterator<Item = Failure>) -> Self {
        self.refusals.extend(failures);
        self
    }

    fn named<T: ToSchema>(&mut self) -> RefOr<Schema> {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into(), T::schema()));
        Ref::from_schema_name(T::name()).into()
    }
}

/// A command's description, which follows from its type.
pub fn command<C: Command>() -> About {
    let mut about = About::new(C::SUMMARY, &C::OPERATION)
        .takes::<C>()
        .gives::<C::Reply>()
        .refuses([
            Failure::NoDevice,
            Failure::Refused(String::new()),
            Failure::Disconnected,
            Failure::TimedOut { message_id: None },
        ])
        .refuses(C::refusals());
    about.query = parameters::<C>();
    about.body_required = !C::BODY_OPTIONAL;
    about
}

/// The fields that may come in the query too, with what the type says of them.
fn parameters<C: Command>() -> Vec<(&'static str, String)> {
    let schema = to_value(C::schema()).unwrap_or_default();
    let meaning = |name: &str| {
        schema["properties"][name]["description"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    C::QUERY.iter().map(|name| (*name, meaning(name))).collect()
}
