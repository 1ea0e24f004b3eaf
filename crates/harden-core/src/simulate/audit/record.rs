//! Events of an audit log, a JSON object a line.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::configuration::audit::{AuditLevel, Event, Stage, User};

/// An event that was logged.
#[derive(Debug, Clone)]
pub struct Record<'e> {
    wire: Wire<'e>,
    path: Cow<'e, str>,
    /// The stage that it was logged at.
    pub stage: Stage,
    /// How much was logged.
    pub level: AuditLevel,
    /// The length of its JSON in bytes.
    pub bytes: usize,
}

/// Why a text is no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRecord {
    /// It is no JSON, or its fields have other types than those of an event.
    #[error("it is no JSON of an audit event: {0}")]
    Json(String),
    /// It is something else.
    #[error("it is no audit event: its kind is `{0}` instead of `Event` of audit.k8s.io/v1")]
    Kind(String),
    /// A field has a value that the server never writes.
    #[error("it is no audit event: {field} {error}")]
    Field {
        /// The field.
        field: &'static str,
        /// What it must be.
        error: String,
    },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'e> {
    #[serde(borrow, default)]
    kind: Cow<'e, str>,
    #[serde(borrow, default)]
    api_version: Cow<'e, str>,
    #[serde(borrow, default)]
    level: Cow<'e, str>,
    #[serde(borrow, default)]
    stage: Cow<'e, str>,
    #[serde(borrow, default)]
    verb: Cow<'e, str>,
    #[serde(borrow, default, rename = "requestURI")]
    request_uri: Cow<'e, str>,
    #[serde(borrow, default)]
    user: WireUser<'e>,
    #[serde(borrow, default)]
    object_ref: Option<ObjectRef<'e>>,
    #[serde(borrow, default)]
    request_object: Option<&'e RawValue>,
    #[serde(borrow, default)]
    response_object: Option<&'e RawValue>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct WireUser<'e> {
    #[serde(borrow, default)]
    username: Cow<'e, str>,
    #[serde(borrow, default)]
    groups: Vec<Text<'e>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
struct Text<'e>(#[serde(borrow)] Cow<'e, str>);

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ObjectRef<'e> {
    #[serde(borrow, default)]
    resource: Cow<'e, str>,
    #[serde(borrow, default)]
    namespace: Cow<'e, str>,
    #[serde(borrow, default)]
    name: Cow<'e, str>,
    #[serde(borrow, default)]
    api_group: Cow<'e, str>,
    #[serde(borrow, default)]
    subresource: Cow<'e, str>,
}

/// What is wrong with a text; of a value of another type only where it stands, for it may be secret.
fn what_is_wrong(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Data => format!("a field has another type at line {line} column {column}"),
        _ => error.to_string(),
    }
}

impl<'e> Record<'e> {
    /// Reads the JSON of one event.
    pub fn read(text: &'e str) -> Result<Self, NoRecord> {
        let text = text.trim();
        let wire: Wire<'e> =
            serde_json::from_str(text).map_err(|error| NoRecord::Json(what_is_wrong(&error)))?;
        let is_event = matches!(&*wire.kind, "Event" | "");
        if !is_event || !matches!(&*wire.api_version, "audit.k8s.io/v1" | "") {
            let kind = format!("{} {}", wire.api_version, wire.kind);
            return Err(NoRecord::Kind(kind.trim().to_owned()));
        }
        let stage = wire.stage.parse();
        let stage = stage.map_err(|_| {
            field(
                "stage",
                "must be one of RequestReceived, ResponseStarted, ResponseComplete, Panic",
            )
        })?;
        let level = wire.level.parse();
        let level = level.map_err(|error: crate::configuration::audit::InvalidLevel| {
            field("level", error.to_string())
        })?;
        if wire.verb.is_empty() {
            return Err(field("verb", "is missing"));
        }
        let path = path(&wire.request_uri);
        Ok(Self { wire, path, stage, level, bytes: text.len() })
    }

    /// The request as the server saw it when it decided what to log.
    pub fn event(&self) -> Event<'_> {
        let Wire { verb, user, object_ref, .. } = &self.wire;
        let name = (!user.username.is_empty()).then_some(&*user.username);
        let groups = || user.groups.iter().map(|it| &*it.0).collect();
        let mut event = Event {
            user: name.map(|name| User { name, groups: groups() }),
            verb,
            path: &self.path,
            ..Event::default()
        };
        if let Some(object) = object_ref {
            event.is_resource_request = true;
            event.resource = &object.resource;
            event.subresource = &object.subresource;
            event.group = &object.api_group;
            event.namespace = &object.namespace;
            event.name = &object.name;
            // What is created is named by its body, which the server reads after it has decided.
            if event.verb == "create" && event.subresource.is_empty() {
                event.name = "";
            }
        }
        event
    }

    /// `get pods/exec default/web by alice`, as people name a request.
    pub fn title(&self) -> String {
        let event = self.event();
        let user = event.user.as_ref().map_or("nobody", |it| it.name);
        if !event.is_resource_request {
            return format!("{} {} by {user}", event.verb, event.path);
        }
        let mut title = format!("{} {}", event.verb, event.resource);
        if !event.group.is_empty() {
            title.extend([".", event.group]);
        }
        if !event.subresource.is_empty() {
            title.extend(["/", event.subresource]);
        }
        title.extend(match (event.namespace, event.name) {
            ("", "") => ["", "", "", ""],
            ("", name) => [" ", name, "", ""],
            (namespace, name) => [" ", namespace, "/", name],
        });
        format!("{title} by {user}")
    }

    /// The bytes that the event would have at a level. Bodies that were not logged are not counted.
    pub fn bytes_at(&self, level: AuditLevel) -> usize {
        let length = |body: Option<&RawValue>, key: &str| {
            body.map_or(0, |it| it.get().len() + key.len() + r#"":,"#.len() + 1)
        };
        let request = length(self.wire.request_object, "requestObject");
        let response = length(self.wire.response_object, "responseObject");
        match level {
            AuditLevel::None => 0,
            AuditLevel::Metadata => self.bytes.saturating_sub(request + response),
            AuditLevel::Request => self.bytes.saturating_sub(response),
            AuditLevel::RequestResponse => self.bytes,
        }
    }
}

fn field(field: &'static str, error: impl Into<String>) -> NoRecord {
    NoRecord::Field { field, error: error.into() }
}

/// The path of a URI, without what is escaped in it.
fn path<'e>(uri: &Cow<'e, str>) -> Cow<'e, str> {
    let end = uri.find('?').unwrap_or(uri.len());
    let path = match uri {
        Cow::Borrowed(uri) => Cow::Borrowed(uri.get(..end).unwrap_or_default()),
        Cow::Owned(uri) => Cow::Owned(uri.get(..end).unwrap_or_default().to_owned()),
    };
    if !path.contains('%') {
        return path;
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let code = code.filter(|_| *first == b'%').and_then(|it| u8::from_str_radix(it, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}
