//! Objects as they may be told to whoever asks: what may be a secret is hidden, and so is all that nobody can
//! tell from one.

use harden_yaml::{Document, Place, Span};

use super::{credentials, disguise, objects};
use crate::object::objects as objects_of;
use crate::schema;

/// What stands in place of a value.
pub const HIDDEN: &str = "(hidden)";

/// An object in JSON with [`HIDDEN`] in place of values that may be secret: those that rules would take for one,
/// and besides them the literals of variables and headers, the values of ConfigMaps, annotations that nobody
/// knows, and messages of Events. `None` where it cannot be read, so that nobody knows what of it is secret.
pub fn told(text: &str) -> Option<String> {
    let document = Document::parse_json(text);
    if document.is_rejected() || !document.problems().is_empty() {
        return None;
    }
    let root = document.root();
    let found = objects::read_listed(&document);
    let quoted = format!("\"{HIDDEN}\"");
    let mut hidden: Vec<(Span, String)> = Vec::new();
    hidden.extend(found.values.iter().map(|it| (it.span(), quoted.clone())));
    hidden.extend(found.spans.iter().map(|it| (*it, HIDDEN.to_owned())));
    let mut values = Vec::new();
    for object in objects_of(root) {
        read(object.place, Nature::of(&object), &mut values);
    }
    hidden.extend(values.iter().map(|it| (it.span(), quoted.clone())));
    Some(disguise::replace_widest(text, hidden))
}

/// What is known of the fields of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    /// Kubernetes has them.
    Known,
    /// The values of its data are anybody's.
    ConfigMap,
    /// Its message quotes whatever failed.
    Event,
    /// It says what objects of other kinds are like.
    Definition,
    /// Nobody knows what they mean but by their names.
    Custom,
}

impl Nature {
    fn of(object: &crate::object::Object<'_>) -> Self {
        if object.is("", "ConfigMap") {
            Self::ConfigMap
        } else if object.is("", "Event") || object.is("events.k8s.io", "Event") {
            Self::Event
        } else if object.is("apiextensions.k8s.io", "CustomResourceDefinition") {
            Self::Definition
        } else if schema::is_custom(object) {
            Self::Custom
        } else {
            Self::Known
        }
    }
}

/// A place that is yet to be looked at.
#[derive(Clone, Copy)]
struct Step<'d> {
    place: Place<'d>,
    /// The nearest key above it.
    key: &'d str,
    /// Whether all that is not a name is hidden.
    is_secret: bool,
}

/// Collects what is to be hidden of an object.
fn read<'d>(object: Place<'d>, nature: Nature, values: &mut Vec<Place<'d>>) {
    let mut steps = vec![Step { place: object, key: "", is_secret: false }];
    while let Some(Step { place, key, is_secret }) = steps.pop() {
        if place.is_list() {
            steps.extend(place.items().map(|place| Step { place, key, is_secret }));
        } else if !place.is_map() {
            if is_secret && place.as_str() != Some("") && !place.is_null() {
                values.push(place);
            }
        } else {
            let is_pair = is_of_pairs(key) && place.at("name").exists();
            for (name, value) in place.entries() {
                if key == "metadata" && name == "annotations" {
                    let unknown = value.entries().filter(|(name, it)| !is_open(name, *it));
                    values.extend(unknown.map(|(_, it)| it));
                    continue;
                }
                let is_data = matches!(name, "data" | "binaryData" | "stringData")
                    && value.is_map()
                    && matches!(nature, Nature::ConfigMap | Nature::Custom);
                let is_default =
                    nature == Nature::Definition && matches!(name, "default" | "example");
                let is_message = nature == Nature::Event && matches!(name, "message" | "note");
                let is_called = nature == Nature::Custom && is_called_secret(name, value);
                let is_reference = is_secret && key != "data" && is_of_reference(name);
                let is_secret = (is_secret && !is_reference)
                    || is_pair && name == "value"
                    || is_data
                    || is_message
                    || is_default && !value.is_map()
                    || is_called;
                steps.push(Step { place: value, key: name, is_secret });
            }
        }
    }
}

/// Whether a list has variables or headers, each with a name and a value.
fn is_of_pairs(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.contains("env") || key.contains("header")
}

/// Whether a field of an unknown kind holds a secret, going by its name; what refers to one says its name.
fn is_called_secret(name: &str, value: Place<'_>) -> bool {
    let single = name.strip_suffix('s').unwrap_or(name);
    // Switches and numbers say what is done with secrets.
    let can_hold = value.is_map() || value.is_list() || value.as_str().is_some();
    can_hold && (credentials::is_secret_name(name) || credentials::is_secret_name(single))
}

/// Whether a field below one that is called a secret says where the secret is.
fn is_of_reference(name: &str) -> bool {
    const NAMES: [&str; 11] = [
        "apiVersion",
        "group",
        "key",
        "kind",
        "name",
        "namespace",
        "optional",
        "secretKey",
        "secretName",
        "type",
        "version",
    ];
    NAMES.contains(&name)
}

/// Domains whose annotations say how something is run.
const DOMAINS: [&str; 12] = [
    "argoproj.io",
    "cert-manager.io",
    "crossplane.io",
    "external-secrets.io",
    "fluxcd.io",
    "harden.kubectl.io",
    "helm.sh",
    "istio.io",
    "k8s.io",
    "kubernetes.io",
    "linkerd.io",
    "openshift.io",
];

/// Whether an annotation may be shown: it is known what it says, and it is no object or text in disguise.
fn is_open(name: &str, value: Place<'_>) -> bool {
    const LONGEST: usize = 200;
    let Some(text) = value.as_str() else { return false };
    let domain = name.split_once('/').map_or("", |(domain, _)| domain);
    let is_known = || {
        DOMAINS.iter().any(|it| {
            domain.strip_suffix(it).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    };
    let is_plain = || {
        text.len() <= LONGEST
            && !text.contains(['{', '[', '\n', '\r'])
            && !credentials::is_secret_name(name)
    };
    matches!(text, "" | "true" | "false") || is_known() && is_plain()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn hides(text: &str) {
        let told = told(text).unwrap_or_else(|| panic!("it is read: {text}"));
        assert!(!told.contains("marker"), "{told}");
        assert!(told.contains(HIDDEN), "{told}");
        assert!(!Document::parse_json(&told).is_rejected(), "{told}");
    }

    #[test]
    fn what_may_be_secret_is_hidden_wherever_it_is() {
        for text in [
            r#"{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","env":[{"name":"COLOUR","value":"marker"}]}]}}"#,
            r#"{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","args":["--password=marker-4711"]}]}}"#,
            r#"{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","livenessProbe":{"httpGet":{"httpHeaders":[{"name":"X","value":"marker"}]}}}]}}"#,
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{"note":"marker"}}}"#,
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{"kubernetes.io/a":"{\"a\":\"marker\"}"}}}"#,
            r#"{"apiVersion":"apps/v1","kind":"Deployment","spec":{"template":{"metadata":{"annotations":{"a.example/b":"marker"}}}}}"#,
            r#"{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"marker"},"binaryData":{"b":"marker"}}"#,
            r#"{"apiVersion":"v1","kind":"Event","message":"marker"}"#,
            r#"{"apiVersion":"events.k8s.io/v1","kind":"Event","note":"marker"}"#,
            r#"{"apiVersion":"a.example/v1","kind":"A","spec":{"password":"marker"}}"#,
            r#"{"apiVersion":"a.example/v1","kind":"A","spec":{"auth":{"tokens":["marker","b"]}}}"#,
            r#"{"apiVersion":"a.example/v1","kind":"A","spec":{"password":{"value":"marker"}}}"#,
            r#"{"apiVersion":"a.example/v1","kind":"A","spec":{"template":{"data":{"a":"marker"}}}}"#,
            r#"{"apiVersion":"a.example/v1","kind":"A","spec":{"data":{"name":"marker"}}}"#,
            r#"{"apiVersion":"a.example/v1","kind":"A","spec":{"extraEnv":[{"name":"a","value":"marker"}]}}"#,
            r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","spec":{"versions":[{"schema":{"openAPIV3Schema":{"properties":{"a":{"default":"marker"}}}}}]}}"#,
        ] {
            hides(text);
        }
    }

    #[test]
    fn what_says_how_something_is_run_stays() {
        for text in [
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","annotations":{"a.kubernetes.io/b":"c","d":"true"},"labels":{"app":"web"}},"spec":{"containers":[{"name":"a","image":"web:1","env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"password"}}}],"args":["--port=80"]}]}}"#,
            r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","labels":{"b":"c"},"uid":"d"}}"#,
            r#"{"apiVersion":"a.example/v1","kind":"A","spec":{"passwordSecretRef":{"name":"s","key":"k"},"replicas":2,"secretName":"s"}}"#,
            r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","rules":[{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}]}"#,
        ] {
            assert_eq!(told(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_told() {
        assert_eq!(told("{"), None);
        assert_eq!(told(r#"{"kind":"Pod","kind":"Secret"}"#), None);
    }
}
