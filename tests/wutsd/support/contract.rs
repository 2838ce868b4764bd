//! The API's document, held against every answer that any test receives.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Map, Value, json, to_value};
use uuid::Uuid;

static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::new);

const SCHEMAS: &str = "#/components/schemas/";

struct Contract {
    /// With every object closed: a field that the document does not name is a defect here.
    document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// Panics unless the document has this operation with this answer. What no route knows is not in it.
#[track_caller]
pub fn check(method: &str, path: &str, status: u16, text: &str) {
    // Neither has a body of its own.
    if ["HEAD", "OPTIONS"].contains(&method) {
        return;
    }
    // An empty parameter at the end stands for itself; other slashes there mean nothing.
    let path = match CONTRACT.operation(method, path) {
        Some(_) => path,
        None => &normal(path),
    };
    let what = format!("{method} {path} -> {status}: {text}");
    let Some(operation) = CONTRACT.operation(method, path) else {
        let itself = path == "/openapi.json" || path.starts_with("/docs");
        assert!(
            itself || [404, 405].contains(&status),
            "not in the document: {what}"
        );
        return;
    };
    let answer = format!("{operation}/responses/{status}");
    assert!(
        CONTRACT.document.pointer(&answer).is_some(),
        "undocumented: {what}"
    );
    let schema = format!("{answer}/content/application~1json/schema");
    if CONTRACT.document.pointer(&schema).is_none() {
        return;
    }
    let body: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("not JSON: {what}"));
    if let Err(problem) = CONTRACT.validator(&schema).validate(&body) {
        panic!("{problem} at {}: {what}", problem.instance_path());
    }
}

/// Panics unless the document has this event with this body.
#[track_caller]
pub fn check_event(body: &Value) {
    let event = body["event"].as_str().unwrap_or_default();
    // It tells of nothing, and looks like all others.
    if event == "webhook.test" {
        return;
    }
    let schema = format!("/webhooks/{event}/post/requestBody/content/application~1json/schema");
    assert!(
        CONTRACT.document.pointer(&schema).is_some(),
        "not in the document: {body}"
    );
    if let Err(problem) = CONTRACT.validator(&schema).validate(body) {
        panic!("{problem} at {}: {body}", problem.instance_path());
    }
}

/// The names of all events that webhooks may be told.
pub fn events() -> BTreeSet<String> {
    let webhooks = CONTRACT.document["webhooks"].as_object();
    webhooks.expect("webhooks").keys().cloned().collect()
}

/// Without the query, and without the slashes that mean nothing.
fn normal(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    format!("/{}", parts.join("/"))
}

/// The name of the operation that answers here.
pub fn operation(method: &str, path: &str) -> Option<String> {
    let operation = CONTRACT.operation(method, path)?;
    let name = CONTRACT.document.pointer(&operation)?["operationId"].as_str();
    name.map(str::to_owned)
}

/// One operation, as the document has it.
#[derive(Clone, Debug)]
pub struct Operation {
    pub name: String,
    pub method: String,
    pub path: String,
    /// The name of the scheme; none where no token is needed.
    pub token: Option<String>,
    /// What a token that was given away must be good for; none where none is let in.
    pub scope: Option<String>,
    /// The parameters of its path, each with a value that the document shows or allows, if there is one.
    pub in_path: HashMap<String, Option<String>>,
    /// Names of its query parameters.
    pub query: Vec<String>,
    /// The example of its body, and the names of all its fields.
    pub body: Option<(Value, Vec<String>)>,
}

/// The statuses that the document gives an operation.
pub fn statuses(operation: &Operation) -> Vec<String> {
    let method = operation.method.to_lowercase();
    let answers = &CONTRACT.document["paths"][&operation.path][&method]["responses"];
    let answers = answers.as_object().expect("answers");
    answers.keys().cloned().collect()
}

/// All of them.
pub fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, methods) in CONTRACT.paths() {
        for (method, operation) in methods.as_object().expect("methods") {
            operations.push(Operation::new(method, path, operation));
        }
    }
    operations
}

impl Operation {
    fn new(method: &str, path: &str, operation: &'static Value) -> Self {
        let scheme = operation["security"][0].as_object();
        let name = |value: &Value| value.as_str().expect("a name").to_owned();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let (query, in_path): (Vec<_>, Vec<_>) =
            parameters.partition(|parameter| parameter["in"] == "query");
        let shown = |parameter: &&'static Value| (name(&parameter["name"]), value(parameter));
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        Self {
            name: name(&operation["operationId"]),
            method: method.to_uppercase(),
            path: path.to_owned(),
            token: scheme.and_then(|scheme| scheme.keys().next().cloned()),
            scope: operation["security"][0]["bearerAuth"][0]
                .as_str()
                .map(str::to_owned),
            in_path: in_path.iter().map(shown).collect(),
            query: query
                .iter()
                .map(|parameter| name(&parameter["name"]))
                .collect(),
            body: (!body.is_null()).then(|| {
                let schema = named(named(body));
                let fields = schema["properties"].as_object().expect("fields");
                (schema["example"].clone(), fields.keys().cloned().collect())
            }),
        }
    }
}

/// A value of a parameter: its example, or what its schema allows.
fn value(parameter: &'static Value) -> Option<String> {
    let schema = named(&parameter["schema"]);
    let shown = [
        &parameter["example"],
        &schema["example"],
        &schema["examples"][0],
        &schema["default"],
        &schema["enum"][0],
        &schema["minimum"],
    ];
    let of_its_kind = || match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("integer" | "number"), _) => Some("1".to_owned()),
        (_, Some("uuid")) => Some(Uuid::new_v4().to_string()),
        _ => None,
    };
    match shown.into_iter().find(|value| !value.is_null()) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
        None => of_its_kind(),
    }
}

/// What a reference stands for.
fn named(schema: &'static Value) -> &'static Value {
    let name = schema["$ref"]
        .as_str()
        .and_then(|name| name.strip_prefix('#'));
    name.and_then(|name| CONTRACT.document.pointer(name))
        .unwrap_or(schema)
}

impl Contract {
    fn new() -> Self {
        let document = wutsd::http::document();
        let mut document = to_value(document).expect("JSON");
        let parts = parts_of_others(&document);
        seal_all(&mut document, &parts);
        Self {
            document,
            validators: Mutex::default(),
        }
    }

    fn paths(&self) -> &Map<String, Value> {
        self.document["paths"].as_object().expect("paths")
    }

    /// A JSON pointer to the operation that answers here; plain paths go before those with parameters.
    fn operation(&self, method: &str, path: &str) -> Option<String> {
        let path = path.split('?').next().unwrap_or_default();
        let mut candidates: Vec<&String> = self
            .paths()
            .keys()
            .filter(|known| fits(known, path))
            .collect();
        candidates.sort_by_key(|known| known.matches('{').count());
        let known = candidates.first()?.replace('/', "~1");
        let pointer = format!("/paths/{known}/{}", method.to_lowercase());
        self.document.pointer(&pointer).is_some().then_some(pointer)
    }

    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().expect("no panic while it is held");
        let compile = || {
            let mut root = self.document.clone();
            root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
            root["$ref"] = json!(format!(
                "#{}",
                pointer.replace('{', "%7B").replace('}', "%7D")
            ));
            Arc::new(jsonschema::validator_for(&root).expect("schemas"))
        };
        validators
            .entry(pointer.to_owned())
            .or_insert_with(compile)
            .clone()
    }
}

fn fits(known: &str, path: &str) -> bool {
    let (known, path): (Vec<&str>, Vec<&str>) =
        (known.split('/').collect(), path.split('/').collect());
    let same = |(known, part): (&&str, &&str)| known.starts_with('{') || known == part;
    known.len() == path.len() && known.iter().zip(&path).all(same)
}

/// Schemas that stand in an `allOf`: whoever combines them is closed in their place.
fn parts_of_others(value: &Value) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    let members: Vec<&Value> = match value {
        Value::Object(fields) => fields.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    for part in value["allOf"].as_array().into_iter().flatten() {
        let name = part["$ref"]
            .as_str()
            .and_then(|name| name.strip_prefix(SCHEMAS));
        parts.extend(name.map(str::to_owned));
    }
    for member in members {
        parts.extend(parts_of_others(member));
    }
    parts
}

fn seal_all(document: &mut Value, parts: &BTreeSet<String>) {
    let schemas = document["components"]["schemas"]
        .as_object_mut()
        .expect("schemas");
    for (_, schema) in schemas
        .iter_mut()
        .filter(|(name, _)| !parts.contains(*name))
    {
        seal(schema);
    }
    for webhook in document["webhooks"]
        .as_object_mut()
        .expect("webhooks")
        .values_mut()
    {
        let body = "/post/requestBody/content/application~1json/schema";
        webhook.pointer_mut(body).into_iter().for_each(seal);
    }
    for methods in document["paths"]
        .as_object_mut()
        .expect("paths")
        .values_mut()
    {
        for operation in methods.as_object_mut().expect("methods").values_mut() {
            for answer in operation["responses"]
                .as_object_mut()
                .expect("answers")
                .values_mut()
            {
                if let Some(schema) = answer.pointer_mut("/content/application~1json/schema") {
                    seal(schema);
                }
            }
        }
    }
}

/// Closes an object, the objects in it, and each of the objects that it may be.
fn seal(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else {
        return;
    };
    if fields.contains_key("properties") || fields.contains_key("allOf") {
        fields.insert("unevaluatedProperties".into(), false.into());
    }
    if let Some(properties) = fields.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(seal);
    }
    if let Some(items) = fields.get_mut("items") {
        seal(items);
    }
    for choice in ["oneOf", "anyOf"] {
        let choices = fields.get_mut(choice).and_then(Value::as_array_mut);
        choices.into_iter().flatten().for_each(seal);
    }
}
