//! Which Secrets are meant, and what their keys are called.

use harden_yaml::Lines;

use super::Options;
use super::target::{self, SecretType};
use crate::cluster::{Facts, Maker, Misshapen, SecretShape};
use crate::generators::OptionError;
use crate::kubernetes::{NamespaceName, is_secret_key};
use crate::object::objects;

/// One Secret that is to come from the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Secret {
    pub(super) namespace: NamespaceName,
    pub(super) name: String,
    /// `None` for `Opaque`.
    pub(super) secret_type: Option<SecretType>,
    /// Empty when all are taken that the store has.
    pub(super) keys: Vec<String>,
}

/// What a file says of Secrets. No message repeats its text, for it may hold what nobody should see.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<SecretShape>, OptionError> {
    let reject = |offset: u32, flaw: &str| {
        let position = Lines::new(text).position(offset);
        let rule = format!(
            "{file}:{}:{}: {flaw}; what is there is not shown, for it may be secret",
            position.line, position.column
        );
        OptionError::new("--filename", "", rule)
    };
    let mut found = Vec::new();
    for document in harden_yaml::documents(text) {
        if let Some(problem) =
            document.problems().iter().find(|it| it.rejected() != harden_yaml::Rejected::Never)
        {
            return Err(reject(
                problem.span.start,
                "is no YAML or JSON that the API server would take",
            ));
        }
        for object in objects(document.root()) {
            if object.kind == "Secret" && object.group.is_empty() {
                let shape = SecretShape::of_manifest(object.place);
                found.push(shape.map_err(|Misshapen { span, flaw }| reject(span.start, flaw))?);
            }
            for pod in object.pods() {
                for used in pod.secrets() {
                    if !crate::kubernetes::is_subdomain(used.name)
                        || !used.keys.iter().all(|it| is_secret_key(it))
                    {
                        let flaw = "refers to a Secret or a key by what is no name";
                        return Err(reject(pod.spec.grip().start, flaw));
                    }
                    found.push(SecretShape::of_use(&used, object.namespace()));
                }
            }
        }
    }
    if found.is_empty() {
        let rule = "holds no Secret and nothing that refers to one";
        return Err(OptionError::new("--filename", file, rule));
    }
    Ok(found)
}

/// The Secrets that are meant, in the order in which they were named.
pub(super) fn secrets(
    options: &Options,
    facts: &Facts,
    notes: &mut Vec<String>,
) -> Result<Vec<Secret>, OptionError> {
    let asks_cluster = !options.from_cluster.is_empty() || !options.from_deployment.is_empty();
    if asks_cluster && options.namespace.is_none() {
        let rule = "is needed to find what --from-cluster and --from-deployment name";
        return Err(OptionError::new("--namespace", "", rule));
    }
    let mut shapes: Vec<(NamespaceName, SecretShape)> = Vec::new();
    for shape in options.found.iter().chain(&facts.secrets) {
        let namespace = namespace(options, shape)?;
        let known =
            shapes.iter_mut().find(|(it, known)| *it == namespace && known.name == shape.name);
        match known {
            Some((_, known)) => known.merge(shape.clone()),
            None => shapes.push((namespace, shape.clone())),
        }
    }
    if shapes.is_empty() {
        return Ok(vec![from_options(options)?]);
    }
    let mut secrets = Vec::new();
    for (namespace, shape) in shapes {
        if options.name.as_ref().is_some_and(|it| it.as_str() != shape.name) {
            continue;
        }
        if let Some(maker) = shape.maker {
            notes.push(format!("Secret {namespace}/{} is left out: {}", shape.name, reason(maker)));
            continue;
        }
        secrets.push(secret(options, namespace, shape, notes)?);
    }
    match (&options.name, secrets.is_empty()) {
        (_, false) => Ok(secrets),
        (Some(name), true) if notes.is_empty() => {
            Err(OptionError::new("NAME", name, "no input names a Secret that is called so"))
        }
        _ => {
            let why = notes.join("; ");
            Err(OptionError::new(
                "NAME",
                "",
                format!("no Secret is left to take from a store: {why}"),
            ))
        }
    }
}

fn reason(maker: Maker) -> &'static str {
    match maker {
        Maker::Kubernetes => "Kubernetes makes tokens itself; no store has them",
        Maker::Helm => "Helm keeps its releases in it",
        Maker::CertManager => "cert-manager makes and renews it",
        Maker::ExternalSecrets => "an ExternalSecret makes it already",
    }
}

/// The namespace of a Secret, which kubectl, too, takes only from one place.
fn namespace(options: &Options, shape: &SecretShape) -> Result<NamespaceName, OptionError> {
    match (&options.namespace, &shape.namespace) {
        (Some(asked), Some(own)) if asked.as_str() != own => {
            let rule = format!("does not match the namespace `{own}` of Secret {}", shape.name);
            Err(OptionError::new("--namespace", asked, rule))
        }
        (Some(asked), _) => Ok(asked.clone()),
        (None, Some(own)) => own.parse().map_err(|error| {
            OptionError::new("--filename", "", format!("metadata.namespace: {error}"))
        }),
        (None, None) => {
            let rule = format!("is needed: the input gives none for Secret {}", shape.name);
            Err(OptionError::new("--namespace", "", rule))
        }
    }
}

fn secret(
    options: &Options,
    namespace: NamespaceName,
    shape: SecretShape,
    notes: &mut Vec<String>,
) -> Result<Secret, OptionError> {
    let secret_type = match (&options.secret_type, &shape.secret_type) {
        (Some(asked), _) => target::secret_type(asked)?,
        (None, Some(own)) => Some(SecretType::taken_over(own)),
        (None, None) => None,
    };
    let mut keys = if options.key.is_empty() { shape.keys } else { checked_keys(options)? };
    let is_partial = shape.is_partial && options.key.is_empty();
    if (is_partial || keys.is_empty()) && !options.data_from {
        let name = &shape.name;
        notes.push(format!(
            "not every key of Secret {namespace}/{name} is known, so it takes all that the store has; --key names them"
        ));
    }
    if is_partial || options.data_from {
        keys.clear();
    }
    target::check_keys(secret_type.as_ref(), &keys, &shape.name)?;
    Ok(Secret { namespace, name: shape.name, secret_type, keys })
}

fn from_options(options: &Options) -> Result<Secret, OptionError> {
    let Some(name) = &options.name else {
        let rule = "give the name of the Secret, or -f FILE, --from-cluster or --from-deployment";
        return Err(OptionError::new("NAME", "", rule));
    };
    let Some(namespace) = &options.namespace else {
        return Err(OptionError::new(
            "--namespace",
            "",
            "is needed: an ExternalSecret lives in one",
        ));
    };
    let secret_type = match &options.secret_type {
        Some(text) => target::secret_type(text)?,
        None => None,
    };
    let mut keys = checked_keys(options)?;
    if options.data_from {
        keys.clear();
    } else if keys.is_empty() {
        keys = secret_type.as_ref().map(SecretType::keys).unwrap_or_default();
        if keys.is_empty() {
            let rule =
                "name the keys of the Secret, or take all that the store has with --data-from";
            return Err(OptionError::new("--key", "", rule));
        }
    }
    target::check_keys(secret_type.as_ref(), &keys, name.as_str())?;
    Ok(Secret { namespace: namespace.clone(), name: name.to_string(), secret_type, keys })
}

/// The keys that were asked for. What is none is not repeated: it may be `key=value`.
fn checked_keys(options: &Options) -> Result<Vec<String>, OptionError> {
    if options.data_from && !options.key.is_empty() {
        return Err(OptionError::new(
            "--key",
            "",
            "does not go with --data-from, which takes all keys",
        ));
    }
    let mut keys: Vec<String> = Vec::new();
    for key in &options.key {
        if !is_secret_key(key) {
            let rule = "must be the name of a key alone: letters, digits, '-', '_' and '.'; values belong in the store";
            return Err(OptionError::new("--key", "", rule));
        }
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    Ok(keys)
}
