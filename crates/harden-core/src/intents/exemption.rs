//! Who and what an intent leaves alone, why and for how long.

use super::cel::{list, quoted};
use super::image::{ImagePrefix, is_of_any};
use crate::kubernetes::{Date, NamespaceName};

/// Something that an intent leaves alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// What it is.
    pub what: Exempt,
    /// Why; one line.
    pub reason: String,
    /// The last day on which it holds; none for what the cluster itself needs.
    pub until: Option<Date>,
    /// The intents that it is from; all of them where none is named.
    pub intents: Vec<String>,
}

/// Who or what is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exempt {
    /// All in a namespace.
    Namespace(NamespaceName),
    /// All in the namespaces whose names begin so, which only the platform can make.
    NamespacesOf(&'static str),
    /// Containers of a repository. What a pod says of itself is judged still.
    Image(ImagePrefix),
    /// Requests of a user or ServiceAccount, by the user name that the API server knows.
    User(String),
    /// Requests of a group.
    Group(String),
    /// One object, and the pods that it makes.
    Object {
        /// Its kind.
        kind: String,
        /// Its namespace; empty where it is in none.
        namespace: String,
        /// Its name.
        name: String,
    },
}

impl Exempt {
    /// As comments and annotations name it.
    pub fn title(&self) -> String {
        match self {
            Self::Namespace(name) => format!("namespace {name}"),
            Self::NamespacesOf(prefix) => format!("namespaces {prefix}*"),
            Self::Image(prefix) => format!("image {prefix}"),
            Self::User(name) => format!("user {name}"),
            Self::Group(name) => format!("group {name}"),
            Self::Object { kind, namespace, name } if namespace.is_empty() => {
                format!("{kind} {name}")
            }
            Self::Object { kind, namespace, name } => format!("{kind} {namespace}/{name}"),
        }
    }
}

impl Exemption {
    /// Whether it is from an intent.
    pub fn is_from(&self, intent: &str) -> bool {
        self.intents.is_empty() || self.intents.iter().any(|it| it == intent)
    }

    /// Its line in the annotation: `namespace legacy until 2027-01-31: moves to rootless images`.
    pub fn line(&self) -> String {
        let until = self.until.map(|it| format!(" until {it}")).unwrap_or_default();
        format!("{}{until}: {}", self.what.title(), self.reason)
    }
}

/// The annotation by which `check` knows when exemptions are over; none where nothing is left alone.
pub(crate) fn annotation<'e>(
    exemptions: impl IntoIterator<Item = &'e Exemption>,
) -> Option<(&'static str, String)> {
    let lines: Vec<_> = exemptions.into_iter().map(Exemption::line).collect();
    (!lines.is_empty()).then(|| (crate::rules::admission::EXEMPTIONS_ANNOTATION, lines.join("\n")))
}

/// The namespaces that exemptions are for, in alphabetical order.
pub(crate) fn namespaces<'e>(exemptions: impl IntoIterator<Item = &'e Exemption>) -> Vec<String> {
    let names = exemptions.into_iter().filter_map(|it| match &it.what {
        Exempt::Namespace(name) => Some(name.to_string()),
        _ => None,
    });
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Conditions that a request is of nobody who is left alone, each with its name.
pub(super) fn conditions(exemptions: &[&Exemption]) -> Vec<(&'static str, String)> {
    let (mut users, mut groups, mut objects) = (Vec::new(), Vec::new(), Vec::new());
    let mut conditions = Vec::new();
    for exemption in exemptions {
        match &exemption.what {
            Exempt::User(name) => users.push(name.as_str()),
            Exempt::Group(name) => groups.push(name.as_str()),
            Exempt::Object { kind, namespace, name } => {
                objects.push(format!("{namespace}/{kind}/{name}"));
            }
            Exempt::NamespacesOf(prefix) => {
                let named = format!(
                    "!dyn(object).metadata.?namespace.orValue('').startsWith({})",
                    quoted(prefix)
                );
                conditions.push(("not-of-the-platform", named));
            }
            Exempt::Namespace(_) | Exempt::Image(_) => {}
        }
    }
    // What scans objects that are there, as Gatekeeper's audit does, has no user.
    if !users.is_empty() {
        let named = format!("!(request.?userInfo.?username.orValue('') in {})", list(users));
        conditions.push(("not-of-exempt-user", named));
    }
    if !groups.is_empty() {
        let named =
            format!("!request.?userInfo.?groups.orValue([]).exists(g, g in {})", list(groups));
        conditions.push(("not-of-exempt-group", named));
    }
    if !objects.is_empty() {
        conditions.push(("not-an-exempt-object", not_among(&objects)));
    }
    conditions
}

/// A condition that a container `c` is of no image that is left alone; none where all are judged.
pub(super) fn container_condition(exemptions: &[&Exemption]) -> Option<String> {
    let images: Vec<_> = exemptions
        .iter()
        .filter_map(|it| match &it.what {
            Exempt::Image(prefix) => Some(prefix.clone()),
            _ => None,
        })
        .collect();
    (!images.is_empty()).then(|| format!("!{}", is_of_any(&images, "string(c.?image.orValue(''))")))
}

/// A condition that an object is none of some, which are named as `NAMESPACE/KIND/NAME`, and was made by none of them. A
/// Deployment makes pods by a ReplicaSet, and a CronJob by a Job: their names are its own and a suffix.
fn not_among(objects: &[String]) -> String {
    let namespace = "dyn(object).metadata.?namespace.orValue('') + '/'";
    let listed = list(objects);
    let maker = "o.kind == 'ReplicaSet' ? 'Deployment' : 'CronJob'";
    let base = "o.name.substring(0, o.name.lastIndexOf('-'))";
    format!(
        "!({namespace} + object.kind + '/' + dyn(object).metadata.?name.orValue('') in {listed} || \
         dyn(object).metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false) && \
         ({namespace} + o.kind + '/' + o.name in {listed} || o.kind in ['ReplicaSet', 'Job'] && \
         o.name.matches('^.+-[a-z0-9]+$') && {namespace} + ({maker}) + '/' + {base} in {listed})))"
    )
}
