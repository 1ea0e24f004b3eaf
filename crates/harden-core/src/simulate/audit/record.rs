//! Events of an audit log, a JSON object a line.

use std::borrow::Cow;
use std::collections::BTreeMap;

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

/// Whom a user acts as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impersonated<'r> {
    /// The name and the groups.
    pub user: User<'r>,
    /// The UID; empty for none.
    pub uid: &'r str,
    /// Keys and values of what else is known of the user.
    pub extra: Vec<(&'r str, &'r str)>,
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
    #[serde(borrow, default, rename = "auditID")]
    audit_id: Cow<'e, str>,
    #[serde(borrow, default)]
    request_received_timestamp: Option<Text<'e>>,
    #[serde(borrow, default)]
    stage_timestamp: Option<Text<'e>>,
    #[serde(borrow, default)]
    impersonated_user: Option<WireUser<'e>>,
    #[serde(default)]
    response_status: Option<ResponseStatus>,
    #[serde(borrow, default)]
    annotations: Option<Annotations<'e>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct ResponseStatus {
    #[serde(default)]
    code: i64,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Annotations<'e> {
    #[serde(borrow, default, rename = "authorization.k8s.io/decision")]
    decision: Option<Text<'e>>,
}

/// What became of a request, as far as an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was allowed, whatever came of it then.
    Allowed,
    /// It was denied.
    Denied,
    /// The event does not tell.
    Unknown,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct WireUser<'e> {
    #[serde(borrow, default)]
    username: Cow<'e, str>,
    #[serde(borrow, default)]
    groups: Vec<Text<'e>>,
    #[serde(borrow, default)]
    uid: Cow<'e, str>,
    #[serde(borrow, default)]
    extra: Option<BTreeMap<Text<'e>, Option<Vec<Text<'e>>>>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
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

    /// The id that all events of one request share; empty where there is none.
    pub fn audit_id(&self) -> &str {
        &self.wire.audit_id
    }

    /// When the request arrived, as the server writes it; empty where it does not.
    pub fn time(&self) -> &str {
        let Wire { request_received_timestamp, stage_timestamp, .. } = &self.wire;
        request_received_timestamp.as_ref().or(stage_timestamp.as_ref()).map_or("", |it| &it.0)
    }

    /// The status that was answered; none before there was an answer.
    pub fn code(&self) -> Option<i64> {
        self.wire.response_status.as_ref().map(|it| it.code)
    }

    /// The name of the object, also where the body alone says it, as in a creation.
    pub fn object_name(&self) -> &str {
        self.wire.object_ref.as_ref().map_or("", |it| &it.name)
    }

    /// The body of the request, where it was logged.
    pub fn request_object(&self) -> Option<&'e str> {
        self.wire.request_object.map(RawValue::get)
    }

    /// Whom the user acted as: the request was judged by that one's rights.
    pub fn impersonated(&self) -> Option<Impersonated<'_>> {
        let user = self.wire.impersonated_user.as_ref()?;
        let extra = user.extra.iter().flatten();
        let extra = extra.flat_map(|(key, values)| {
            values.iter().flatten().map(move |value| (&*key.0, &*value.0))
        });
        Some(Impersonated {
            user: User {
                name: &user.username,
                groups: user.groups.iter().map(|it| &*it.0).collect(),
            },
            uid: &user.uid,
            extra: extra.collect(),
        })
    }

    /// What became of the request. The server notes its decision; where nobody kept the note, the status
    /// tells, unless it is one that is answered before anybody decides.
    pub fn outcome(&self) -> Outcome {
        let decision = self.wire.annotations.as_ref().and_then(|it| it.decision.as_ref());
        match (decision.map(|it| &*it.0), self.code()) {
            (Some("forbid"), _) | (None, Some(403)) => Outcome::Denied,
            (Some("allow"), _) | (None, Some(100..=399 | 404 | 405 | 409 | 410 | 415 | 422)) => {
                Outcome::Allowed
            }
            _ => Outcome::Unknown,
        }
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
