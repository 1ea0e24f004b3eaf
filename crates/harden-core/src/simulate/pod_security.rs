//! What the API server would answer to the pods, and to the objects that make pods, of an input.

mod answer;
mod options;

use std::collections::BTreeMap;

use harden_yaml::{Document, Place};

pub use answer::{Answer, NamespaceAnswer};
pub use options::{Exemption, Exemptions, Options};

use crate::kubernetes::MinorVersion;
use crate::object::{Object, Origin, PodTemplate, objects};
use crate::pod_security::{
    CheckFailure, Labels, Pod, Policy, Profile, Standard, forbidden_detail, go_quoted,
};
use crate::schema::{self, Crds, FlawKind};

/// Answers for all objects of several documents, in their order; namespaces among them are learnt
/// first, wherever they stand.
pub fn answers<'d>(documents: &'d [Document<'_>], options: Options) -> Vec<Answer<'d>> {
    let mut simulator = Simulator::new(options);
    let each = || documents.iter().flat_map(|document| objects(document.root()));
    for object in each() {
        simulator.learn(&object);
    }
    each().flat_map(|object| simulator.answer(&object)).collect()
}

/// An API server whose PodSecurity admission is asked.
///
/// For a few documents there is [`answers`]; where objects stream past, namespaces are learnt before
/// what is in them is asked about.
#[derive(Debug, Clone)]
pub struct Simulator {
    options: Options,
    otherwise: Judge,
    namespaces: BTreeMap<String, Judge>,
    /// Custom objects are not decoded into types: their schemas are not asked.
    no_crds: Crds,
}

/// A policy, and its checks.
#[derive(Debug, Clone)]
struct Judge {
    policy: Policy,
    enforce: Profile,
    audit: Profile,
    warn: Profile,
}

impl Judge {
    fn new(policy: Policy, server: MinorVersion) -> Self {
        let profile = |it: Standard| Profile::new(it.level, it.version.effective(server));
        let Policy { enforce, audit, warn } = policy;
        Self { policy, enforce: profile(enforce), audit: profile(audit), warn: profile(warn) }
    }
}

impl Simulator {
    /// An API server with this configuration.
    pub fn new(options: Options) -> Self {
        let otherwise = Judge::new(Policy::enforcing(options.standard), options.server);
        Self { options, otherwise, namespaces: BTreeMap::new(), no_crds: Crds::default() }
    }

    /// Takes in the labels of an object, if it is a Namespace with labels for Pod Security: they
    /// decide from now on about what is in it.
    pub fn learn(&mut self, object: &Object<'_>) {
        if let Some(labels) = self.labels(object).filter(|labels| labels.is_labelled) {
            let judge = Judge::new(labels.policy, self.options.server);
            self.namespaces.insert(object.name().to_owned(), judge);
        }
    }

    /// The answers to the pods that an object is or makes; none for objects without pods.
    pub fn answer<'d>(&self, object: &Object<'d>) -> Vec<Answer<'d>> {
        object.pods().into_iter().map(|pod| self.answer_pod(object, pod)).collect()
    }

    /// The answer to a Namespace that is rejected or warned about; none for others, and for other
    /// kinds.
    pub fn answer_namespace<'d>(&self, object: &Object<'d>) -> Option<NamespaceAnswer<'d>> {
        let labels = self.labels(object)?;
        let name = object.name();
        if let Some(first) = self.undecodable(object).first() {
            let text = undecodable(object, *first);
            return Some(NamespaceAnswer { name, allowed: None, text, places: vec![*first] });
        }
        if let Some(text) = labels.rejection(name) {
            let places = labels.invalid.iter().map(|label| label.place).collect();
            return Some(NamespaceAnswer { name, allowed: Some(false), text, places });
        }
        let is_exempt = self.options.exemptions.namespaces.iter().any(|it| it == name);
        let text = exempt_warning(name, &labels, self.options.defaults, object.place);
        let text = text.filter(|_| is_exempt)?;
        let places = vec![object.place.at("metadata").at("labels")];
        Some(NamespaceAnswer { name, allowed: Some(true), text, places })
    }

    fn labels<'d>(&self, object: &Object<'d>) -> Option<Labels<'d>> {
        let is_namespace = object.group.is_empty() && object.kind == "Namespace";
        let labels = object.place.at("metadata").at("labels");
        is_namespace.then(|| Labels::read(labels, self.options.defaults))
    }

    fn answer_pod<'d>(&self, object: &Object<'d>, template: PodTemplate<'d>) -> Answer<'d> {
        let namespace = object.namespace().unwrap_or(&self.options.namespace);
        let judge = self.namespaces.get(namespace).unwrap_or(&self.otherwise);
        let pod = Pod::read_defaulted(template.metadata, template.spec, template.origin);
        let mut answer = Answer {
            kind: object.kind,
            name: object.generate_name().unwrap_or(object.name()),
            namespace: namespace.to_owned(),
            place: object.place,
            pod: template,
            allowed: Some(true),
            standard: judge.policy.enforce,
            failures: Vec::new(),
            message: String::new(),
            undecodable: self.undecodable(object),
            exemption: self.exemption(namespace, &pod),
            warning: None,
            audit: None,
            text: None,
        };
        let of_pod = pod.unreadable().into_iter();
        let is_new =
            |it: &Place<'_>| !answer.undecodable.iter().any(|known| known.grip() == it.grip());
        let of_pod: Vec<_> = of_pod.filter(is_new).collect();
        answer.undecodable.extend(of_pod);
        let is_judged = object.pod_kind().is_some_and(|kind| kind.is_judged_on_creation);
        if let Some(first) = answer.undecodable.first() {
            answer.allowed = None;
            answer.text = Some(undecodable(object, *first));
            return answer;
        }
        // Whoever makes pods of a template is another user, who is not exempt.
        let is_exempt = match answer.exemption {
            Some(Exemption::User) => template.origin == Origin::Pod,
            exemption => exemption.is_some(),
        };
        if is_exempt {
            return answer;
        }
        answer.failures = judge.enforce.evaluate(&pod);
        let is_allowed = answer.failures.is_empty();
        answer.allowed = Some(is_allowed);
        answer.message = forbidden_detail(&answer.failures);
        if !is_judged || answer.exemption.is_some() {
            return answer;
        }
        answer.audit = would_violate(judge.policy.audit, &judge.audit.evaluate(&pod));
        if template.origin == Origin::Pod && !is_allowed {
            answer.text = Some(forbidden(object, judge.policy.enforce, &answer.message));
            return answer;
        }
        answer.warning = would_violate(judge.policy.warn, &judge.warn.evaluate(&pod));
        answer.text.clone_from(&answer.warning);
        answer
    }

    /// What the server cannot decode: names and labels first, then in the order of the text.
    fn undecodable<'d>(&self, object: &Object<'d>) -> Vec<Place<'d>> {
        let mut places = unreadable_names(object);
        for flaw in schema::check(object, self.options.server, &self.no_crds) {
            let is_known = places.iter().any(|it| it.grip() == flaw.place.grip());
            if flaw.kind == FlawKind::WrongType && !is_known {
                places.push(flaw.place);
            }
        }
        places
    }

    fn exemption(&self, namespace: &str, pod: &Pod<'_>) -> Option<Exemption> {
        let Exemptions { namespaces, usernames, runtime_classes } = &self.options.exemptions;
        let has = |list: &[String], name: Option<&str>| {
            name.is_some_and(|name| !name.is_empty() && list.iter().any(|it| it == name))
        };
        if has(namespaces, Some(namespace)) {
            Some(Exemption::Namespace)
        } else if has(usernames, self.options.username.as_deref()) {
            Some(Exemption::User)
        } else if has(runtime_classes, pod.runtime_class()) {
            Some(Exemption::RuntimeClass)
        } else {
            None
        }
    }
}

fn would_violate(standard: Standard, failures: &[CheckFailure<'_>]) -> Option<String> {
    let detail = forbidden_detail(failures);
    (!failures.is_empty()).then(|| format!("would violate PodSecurity \"{standard}\": {detail}"))
}

/// The 403 of a Pod. A name that the server makes ends in five letters of its choice.
fn forbidden(object: &Object<'_>, standard: Standard, message: &str) -> String {
    let name = match (object.generate_name(), object.name()) {
        (Some(prefix), _) => format!(" {}", go_quoted(&format!("{prefix}xxxxx"))),
        (None, "") => String::new(),
        (None, name) => format!(" {}", go_quoted(name)),
    };
    format!("pods{name} is forbidden: violates PodSecurity \"{standard}\": {message}")
}

/// Names and labels that are no strings: `n` and `1.30` are a boolean and a number.
fn unreadable_names<'d>(object: &Object<'d>) -> Vec<Place<'d>> {
    let metadata = object.place.at("metadata");
    let names = ["name", "generateName", "namespace"].map(|key| metadata.at(key));
    let labels = metadata.at("labels").entries().map(|(_, value)| value);
    let all = names.into_iter().chain(labels);
    all.filter(|place| place.exists() && place.as_str().is_none()).collect()
}

/// The 400 of what cannot be decoded; the server words the end in terms of Go.
fn undecodable(object: &Object<'_>, place: Place<'_>) -> String {
    let Object { version, kind, .. } = object;
    let path = place.path_from(&object.place);
    format!(
        "{kind} in version \"{version}\" cannot be handled as a {kind}: {path} has a value of the \
         wrong type: {}",
        shortened(place.source())
    )
}

fn shortened(source: &str) -> String {
    const MOST: usize = 40;
    let line = source.lines().next().unwrap_or("");
    if line.len() == source.len() && line.chars().count() <= MOST {
        return line.to_owned();
    }
    let start: String = line.chars().take(MOST).collect();
    format!("{start}…")
}

/// The warning for a namespace whose labels are ignored because it is exempt.
pub(crate) fn exempt_warning(
    name: &str,
    labels: &Labels<'_>,
    defaults: Policy,
    object: Place<'_>,
) -> Option<String> {
    use crate::kubernetes::Level::Privileged;
    use crate::pod_security::Mode;

    let is_same = |mode: Mode| {
        let (one, other) = (labels.policy.standard(mode), defaults.standard(mode));
        one == other || (one.level == Privileged && other.level == Privileged)
    };
    let is_privileged = |mode: Mode| labels.policy.standard(mode).level == Privileged;
    if Mode::ALL.into_iter().all(is_privileged) || Mode::ALL.into_iter().all(is_same) {
        return None;
    }
    let map = object.at("metadata").at("labels");
    let is_set = |mode: &Mode| {
        map.get(mode.level_label()).is_some() || map.get(mode.version_label()).is_some()
    };
    let modes = Mode::ALL.into_iter().filter(|mode| !is_privileged(*mode) && is_set(mode));
    let policy: Vec<_> =
        modes.map(|mode| format!("{mode}={}", labels.policy.standard(mode))).collect();
    Some(format!(
        "namespace {} is exempt from Pod Security, and the policy ({}) will be ignored",
        go_quoted(name),
        policy.join(", ")
    ))
}

#[cfg(test)]
mod tests;
