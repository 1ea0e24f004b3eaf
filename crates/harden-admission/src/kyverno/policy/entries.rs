//! Entries of a rule's context: variables, ConfigMaps, calls of the API server, and what all rules share.

use serde_json::{Map, Value, json};

use super::calls;
use super::context::Context;
use super::field::{filled, items, text};
use super::variables::{substitute, substitute_text};
use crate::cluster::stated::GlobalEntry;
use crate::kyverno::jmespath::{Expression, Failure, floats};
use crate::kyverno::pattern::printed;
use crate::{Cluster, Object};

/// An entry, by the name that expressions use.
#[derive(Debug, Clone)]
pub(in crate::kyverno) struct Entry {
    pub name: String,
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    Variable { value: Option<Value>, path: String, default: Option<Value> },
    ConfigMap { name: String, namespace: String },
    Call(Value),
    Global(Value),
    Registry,
    None,
}

impl Entry {
    /// The entries of a `context`.
    pub(in crate::kyverno) fn read_all(value: &Value) -> Vec<Self> {
        items(value, "context").iter().map(Self::read).collect()
    }

    fn read(value: &Value) -> Self {
        let part = |key: &str| value.get(key).filter(|it| it.is_object());
        let source = if let Some(it) = part("configMap") {
            Source::ConfigMap {
                name: text(it, "name").to_owned(),
                namespace: text(it, "namespace").to_owned(),
            }
        } else if let Some(it) = part("apiCall") {
            Source::Call(it.clone())
        } else if let Some(it) = part("globalReference") {
            Source::Global(it.clone())
        } else if part("imageRegistry").is_some() {
            Source::Registry
        } else if let Some(it) = part("variable") {
            let some = |key: &str| it.get(key).filter(|it| !it.is_null()).cloned();
            Source::Variable {
                value: some("value"),
                path: text(it, "jmesPath").to_owned(),
                default: some("default"),
            }
        } else {
            Source::None
        };
        Self { name: text(value, "name").to_owned(), source }
    }

    /// Whether its value takes the place of what the name has.
    pub(in crate::kyverno) fn replaces(&self) -> bool {
        matches!(self.source, Source::Variable { .. })
    }
}

/// Whether Kyverno's command leaves an entry out in a test, which may give its value.
pub(super) fn is_left_out(entry: &Entry, cluster: &Cluster, is_given: bool) -> bool {
    let Some(stated) = &cluster.stated else { return false };
    match entry.source {
        // Without a value, nobody can say what the registry has that the author of the test asked.
        Source::Registry => is_given,
        Source::ConfigMap { .. } | Source::Call(_) => !stated.has_cluster,
        Source::Global(_) => stated.global_entries.is_empty() && !stated.has_cluster,
        Source::Variable { .. } | Source::None => false,
    }
}

/// Sets a call's entry to the answer that a test gives; says whether it gives one.
///
/// # Errors
///
/// The answer is an error, or what is asked cannot be said.
pub(super) fn is_answered(entry: &Entry, context: &mut Context<'_>) -> Result<bool, Failure> {
    let Some(stated) = &context.cluster().stated else { return Ok(false) };
    let Source::Call(call) = &entry.source else { return Ok(false) };
    if stated.calls.is_empty() {
        return Ok(false);
    }
    let name = &entry.name;
    let call = substitute(call, context).map_err(|it| {
        within(it, |it| {
            format!("failed to substitute variables in apiCall context entry \"{name}\": {it}")
        })
    })?;
    let url = match call.get("service") {
        Some(service) => text(service, "url"),
        None => text(&call, "urlPath"),
    };
    let method = Some(text(&call, "method")).filter(|it| !it.is_empty()).unwrap_or("GET");
    let Some(answer) = stated.call(method, url) else { return Ok(false) };
    if !(200..300).contains(&answer.status) {
        let status = answer.status;
        return Err(Failure::Error(format!(
            "HTTP {status} from apiCall mock for context entry \"{name}\" (v1 apiCall treats non-2xx as failure)"
        )));
    }
    let mut body = floats(answer.body.clone());
    let path = text(&call, "jmesPath");
    if !path.is_empty() {
        body = search(path, &body, context).map_err(|it| {
            within(it, |it| {
                format!("failed to apply JMESPath \"{path}\" for context entry \"{name}\": {it}")
            })
        })?;
    }
    context.add(&entry.name, body);
    Ok(true)
}

/// The value of an entry.
///
/// # Errors
///
/// It has none, or that cannot be said.
pub(super) fn value(entry: &Entry, context: &mut Context<'_>) -> Result<Value, Failure> {
    let name = &entry.name;
    match &entry.source {
        Source::Variable { value, path, default } => {
            variable(name, value.as_ref(), path, default.as_ref(), context)
        }
        Source::ConfigMap { name: of, namespace } => config_map(name, of, namespace, context)
            .map_err(|it| {
                within(it, |it| {
                    format!("failed to retrieve config map for context entry {name}: {it}")
                })
            }),
        Source::Call(call) => self::call(name, call, context),
        Source::Global(reference) => global(name, reference, context).map_err(|it| {
            within(it, |it| {
                format!("failed to marshal APICall data for context entry {name}: {it}")
            })
        }),
        Source::Registry => {
            Err(Failure::NotJudged(format!("the entry {name} asks a registry of images")))
        }
        Source::None => Err(Failure::Error(format!(
            "missing ConfigMap|APICall|ImageRegistry|Variable in context entry {name}"
        ))),
    }
}

/// An error within another one; what cannot be judged stays so.
fn within(failure: Failure, message: impl FnOnce(&Failure) -> String) -> Failure {
    match failure {
        Failure::NotJudged(_) => failure,
        other => Failure::Error(message(&other)),
    }
}

/// The value of an expression over one value.
fn search(path: &str, value: &Value, context: &Context<'_>) -> Result<Value, Failure> {
    Expression::parse(path)?.search_in(value, context.world())
}

fn variable(
    name: &str,
    value: Option<&Value>,
    path: &str,
    default: Option<&Value>,
    context: &mut Context<'_>,
) -> Result<Value, Failure> {
    let wrap = |it: Failure, what: &str| {
        within(it, |it| {
            format!("failed to substitute variables in context entry {name} {what}: {it}")
        })
    };
    let Value::String(path) = substitute_text(path, context).map_err(|it| wrap(it, path))? else {
        return Err(Failure::Error(format!(
            "jmespath value must be a string {name} {path}: <nil>"
        )));
    };
    let default = match default {
        Some(it) => Some(
            substitute(&untyped(it), context)
                .map_err(|failure| wrap(failure, &printed::value(it)))?,
        ),
        None => None,
    }
    .filter(|it| !it.is_null());
    let found = match value {
        Some(value) => {
            let written = printed::value(value);
            let value = substitute(&untyped(value), context).map_err(|it| wrap(it, &written))?;
            if path.is_empty() { Ok(value) } else { search(&path, &value, context) }
        }
        None if path.is_empty() => Ok(Value::Null),
        None => context.query(&path),
    };
    let output = match (found, default) {
        (Ok(Value::Null), default) if value.is_none() => default.unwrap_or_default(),
        (Ok(value), _) => value,
        (Err(Failure::NotJudged(why)), _) => return Err(Failure::NotJudged(why)),
        (Err(_), Some(default)) => default,
        (Err(it), None) => {
            return Err(Failure::Error(format!(
                "failed to apply jmespath {path} to variable <nil>: {it}"
            )));
        }
    };
    if output.is_null() {
        return Err(Failure::Error(format!(
            "failed to add context entry for variable {name} since it evaluated to nil"
        )));
    }
    Ok(floats(output))
}

/// A value of a policy as the context has it: numbers are floats.
fn untyped(value: &Value) -> Value {
    floats(value.clone())
}

fn config_map(
    entry: &str,
    name: &str,
    namespace: &str,
    context: &mut Context<'_>,
) -> Result<Value, Failure> {
    let mut resolved = |what: &str, of: &str| match substitute_text(of, context) {
        Ok(Value::String(it)) => Ok(it),
        Ok(_) => Err(Failure::Error(format!(
            "failed to substitute variables in context {entry} configMap.{what} {of}: expected string"
        ))),
        Err(it) => Err(within(it, |it| {
            format!("failed to substitute variables in context {entry} configMap.{what} {of}: {it}")
        })),
    };
    let name = resolved("name", name)?;
    let mut namespace = resolved("namespace", namespace)?;
    let policy_namespace = context.policy_namespace();
    if namespace.is_empty() {
        namespace = if policy_namespace.is_empty() {
            "default".to_owned()
        } else {
            policy_namespace.to_owned()
        };
    }
    if !policy_namespace.is_empty() && namespace != policy_namespace {
        return Err(Failure::Error(format!(
            "context entry {entry}: configMap namespace \"{namespace}\" is different from policy namespace \"{policy_namespace}\""
        )));
    }
    let cluster = context.cluster();
    match cluster.get("", "ConfigMap", &namespace, &name) {
        Some(object) => {
            let part = |key: &str| object.json().get(key).cloned().unwrap_or_default();
            Ok(floats(json!({"data": part("data"), "metadata": part("metadata")})))
        }
        None if cluster.is_whole || cluster.stated.is_some() => Err(Failure::Error(format!(
            "failed to get configmap {namespace}/{name} : configmaps \"{name}\" not found"
        ))),
        None => Err(Failure::NotJudged(format!("ConfigMap {namespace}/{name} is not at hand"))),
    }
}

fn call(name: &str, call: &Value, context: &mut Context<'_>) -> Result<Value, Failure> {
    let default = call.get("default").filter(|it| !it.is_null()).cloned();
    let fetch = |it: Failure| within(it, |it| format!("failed to fetch data for APICall: {it}"));
    let asked = {
        let mut call = call.clone();
        if let Some(map) = call.as_object_mut() {
            map.shift_remove("default");
            // The path is looked at when there is an answer.
            map.shift_remove("jmesPath");
        }
        let path = text(&call, "urlPath").to_owned();
        substitute(&call, context).map_err(|it| {
            fetch(within(it, |it| {
                format!("failed to substitute variables in context entry {name} {path}: {it}")
            }))
        })?
    };
    let data = match calls::answer(&asked, context) {
        Ok(data) => data,
        Err(Failure::NotJudged(why)) => return Err(Failure::NotJudged(why)),
        Err(it) => match default {
            Some(default) => return Ok(floats(default)),
            None => return Err(fetch(it)),
        },
    };
    let path = text(call, "jmesPath");
    if path.is_empty() {
        return Ok(floats(data));
    }
    let store = |it: Failure| within(it, |it| format!("failed to store data for APICall: {it}"));
    let Value::String(path) = substitute_text(path, context).map_err(store)? else {
        return Err(Failure::NotJudged(format!("the path of entry {name} is no text")));
    };
    search(&path, &floats(data), context).map_err(|it| {
        store(within(it, |it| {
            format!("failed to apply JMESPath {path} for context entry {name}: {it}")
        }))
    })
}

fn global(name: &str, reference: &Value, context: &mut Context<'_>) -> Result<Value, Failure> {
    let reference = substitute(reference, context)?;
    let (entry, projection) =
        text(&reference, "name").split_once('.').unwrap_or((text(&reference, "name"), ""));
    let cluster = context.cluster();
    let stated = cluster.stated.as_ref().and_then(|it| it.global_entries.get(entry));
    let data = if let Some(known) = stated {
        let whole = stated_data(known, context)?;
        if projection.is_empty() { Some(whole) } else { whole.get(projection).cloned() }
    } else {
        match cluster.get("kyverno.io", "GlobalContextEntry", "", entry) {
            Some(object) => data_of(object, projection, context)?,
            None if cluster.is_whole || cluster.stated.is_some() => None,
            None => {
                return Err(Failure::NotJudged(format!(
                    "GlobalContextEntry {entry} is not at hand"
                )));
            }
        }
    };
    let Some(data) = data else {
        return Err(Failure::Error(format!("failed to fetch entry key={entry}")));
    };
    let path = text(&reference, "jmesPath");
    if path.is_empty() {
        return Ok(data);
    }
    search(path, &data, context).map_err(|it| {
        within(it, |it| format!("failed to apply JMESPath {path} for context entry {name}: {it}"))
    })
}

/// What a test says that an entry holds.
fn stated_data(entry: &GlobalEntry, context: &Context<'_>) -> Result<Value, Failure> {
    let mut data = floats(entry.data.clone());
    if !entry.field_path.is_empty() {
        data = search(&entry.field_path, &data, context)?;
    }
    if entry.projections.is_empty() {
        return Ok(data);
    }
    let each = entry.projections.iter();
    let each = each.map(|(name, path)| Ok((name.clone(), search(path, &data, context)?)));
    Ok(Value::Object(each.collect::<Result<Map<_, _>, Failure>>()?))
}

/// What a GlobalContextEntry of the cluster holds, or a part of it that has a name.
fn data_of(
    object: &Object,
    projection: &str,
    context: &Context<'_>,
) -> Result<Option<Value>, Failure> {
    let spec = object.json().get("spec").cloned().unwrap_or_default();
    let data = if let Some(resource) = filled(&spec, "kubernetesResource") {
        let (group, plural) = (text(resource, "group"), text(resource, "resource"));
        let namespace = Some(text(resource, "namespace")).filter(|it| !it.is_empty());
        calls::list(group, plural, namespace, context.cluster())?.into()
    } else if let Some(call) = filled(&spec, "apiCall") {
        calls::answer(call, context)?
    } else {
        Value::Null
    };
    let data = floats(data);
    if projection.is_empty() {
        return Ok(Some(data));
    }
    let named = items(&spec, "projections").iter().find(|it| text(it, "name") == projection);
    named.map(|it| search(text(it, "jmesPath"), &data, context)).transpose()
}
