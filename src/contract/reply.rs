//! What an endpoint answers with: a status, and JSON or bytes.

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, to_value};
use utoipa::ToSchema;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Ref, RefOr};

/// The success of an endpoint. Whatever can be written as JSON is one, with status 200.
pub trait Reply: Send + 'static {
    /// Every form in which it can come, for the API's document.
    fn forms() -> Vec<Form>;

    /// Hands itself over in the form that it has.
    fn give<R: Recipient>(self, to: R) -> R::Answer;
}

/// Whoever makes an answer of a reply.
pub trait Recipient {
    type Answer;

    /// A payload, which goes into the envelope of the endpoint's family.
    fn json<T: Serialize>(self, status: u16, payload: &T) -> Self::Answer;

    /// JSON as it is, without an envelope.
    fn plain<T: Serialize>(self, status: u16, payload: &T) -> Self::Answer;

    /// Bytes as they are, with status 200.
    fn bytes(self, content_type: &str, content: Bytes) -> Self::Answer;
}

impl<T: Serialize + ToSchema + Send + 'static> Reply for T {
    fn forms() -> Vec<Form> {
        vec![Form::json::<T>(200)]
    }

    fn give<R: Recipient>(self, to: R) -> R::Answer {
        to.json(200, &self)
    }
}

/// 201: something has been made.
pub struct Created<T>(pub T);

impl<T: Serialize + ToSchema + Send + 'static> Reply for Created<T> {
    fn forms() -> Vec<Form> {
        vec![Form::json::<T>(201)]
    }

    fn give<R: Recipient>(self, to: R) -> R::Answer {
        to.json(201, &self.0)
    }
}

/// 202: it has been taken on, and its outcome is told later.
pub struct Accepted<T>(pub T);

impl<T: Serialize + ToSchema + Send + 'static> Reply for Accepted<T> {
    fn forms() -> Vec<Form> {
        vec![Form::json::<T>(202)]
    }

    fn give<R: Recipient>(self, to: R) -> R::Answer {
        to.json(202, &self.0)
    }
}

/// A form of a reply, as the document describes it.
pub struct Form {
    /// HTTP's.
    pub status: u16,
    /// What comes with it.
    pub content: Content,
}

/// What an answer carries.
pub enum Content {
    /// A payload for the envelope.
    Json {
        schema: Box<RefOr<Schema>>,
        /// The named schemas that it refers to, its own among them.
        schemas: Vec<(String, RefOr<Schema>)>,
        example: Option<Value>,
        /// It has no envelope.
        plain: bool,
    },
    /// Bytes of this content type.
    Bytes(&'static str),
}

impl Form {
    /// The named schemas of its payload.
    pub fn schemas(&self) -> Vec<(String, RefOr<Schema>)> {
        match &self.content {
            Content::Json { schemas, .. } => schemas.clone(),
            Content::Bytes(_) => Vec::new(),
        }
    }

    /// JSON of this type.
    pub fn json<T: ToSchema>(status: u16) -> Self {
        let mut schemas = Vec::new();
        T::schemas(&mut schemas);
        schemas.push((T::name().into(), T::schema()));
        // Where it stands depends on the kind of schema; in JSON it is in one place.
        let example = to_value(T::schema())
            .ok()
            .and_then(|schema| schema.get("example").cloned());
        let content = Content::Json {
            schema: Box::new(Ref::from_schema_name(T::name()).into()),
            schemas,
            example,
            plain: false,
        };
        Self { status, content }
    }

    /// JSON of this type as it is, without an envelope.
    pub fn plain<T: ToSchema>(status: u16) -> Self {
        let mut form = Self::json::<T>(status);
        if let Content::Json { plain, .. } = &mut form.content {
            *plain = true;
        }
        form
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, ToSchema)]
    struct Job {
        job_id: u8,
    }

    struct Picture;

    impl Reply for Picture {
        fn forms() -> Vec<Form> {
            let content = Content::Bytes("image/png");
            let status = 200;
            vec![Form { status, content }, Form::json::<Job>(202)]
        }

        fn give<R: Recipient>(self, to: R) -> R::Answer {
            to.bytes("image/png", Bytes::from_static(b"\x89PNG"))
        }
    }

    /// Shows what it is given.
    struct Witness;

    impl Recipient for Witness {
        type Answer = (u16, String);

        fn json<T: Serialize>(self, status: u16, payload: &T) -> Self::Answer {
            (status, serde_json::to_string(payload).expect("JSON"))
        }

        fn plain<T: Serialize>(self, status: u16, payload: &T) -> Self::Answer {
            self.json(status, payload)
        }

        fn bytes(self, content_type: &str, content: Bytes) -> Self::Answer {
            (200, format!("{content_type}: {} bytes", content.len()))
        }
    }

    #[test]
    fn a_reply_says_its_status_and_whether_it_is_json_or_bytes() {
        let job = || Job { job_id: 1 };
        let json = r#"{"job_id":1}"#.to_owned();
        assert_eq!(job().give(Witness), (200, json.clone()));
        assert_eq!(Created(job()).give(Witness), (201, json.clone()));
        assert_eq!(Accepted(job()).give(Witness), (202, json));
        let bytes = (200, "image/png: 4 bytes".to_owned());
        assert_eq!(Picture.give(Witness), bytes);
        let statuses = |forms: Vec<Form>| -> Vec<u16> {
            let statuses = forms.iter().map(|form| form.status);
            statuses.collect()
        };
        assert_eq!(statuses(Accepted::<Job>::forms()), [202]);
        assert_eq!(statuses(Picture::forms()), [200, 202]);
    }
}
