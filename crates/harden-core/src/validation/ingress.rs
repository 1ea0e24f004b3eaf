//! What the API server refuses of Ingresses.

use harden_yaml::{Action, Place};

use super::names::{self, Flaw};
use super::problem::{ProblemKind, Problems};
use crate::kubernetes::port_name_flaw;
use crate::object::Object;

const KIND: ProblemKind = ProblemKind::Ingress;

const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

pub(super) fn check<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let spec = object.place.at("spec");
    if spec.at("defaultBackend").is_map() {
        backend(spec.at("defaultBackend"), problems);
    }
    for rule in spec.at("rules").items() {
        if rule.at("host").as_str() != Some("") {
            named(rule.at("host"), host, problems);
        }
        rule.at("http").at("paths").items().for_each(|it| path(it, problems));
    }
    for tls in spec.at("tls").items() {
        tls.at("hosts").items().for_each(|it| named(it, wildcard_host, problems));
        problems.optional_text(ProblemKind::Name, tls.at("secretName"), names::subdomain);
    }
    let class = spec.at("ingressClassName");
    problems.text(ProblemKind::Name, class, names::subdomain);
    let annotation = object.place.at("metadata").at("annotations").at(CLASS_ANNOTATION);
    if let (Some(class), Some(annotated)) = (class.as_str(), annotation.as_str())
        && class != annotated
    {
        problems.invalid(KIND, annotation, "must be the `ingressClassName` where both are set");
    }
}

fn path<'d>(path: Place<'d>, problems: &mut Problems<'d>) {
    if !path.is_map() {
        return;
    }
    let (text, form) = (path.at("path"), path.at("pathType").as_str());
    let is_plain = matches!(form, Some("Exact" | "Prefix"));
    if is_plain && !text.exists() {
        problems.add(KIND, text, "`path` is required, and must be absolute");
    }
    if is_plain || form == Some("ImplementationSpecific") {
        let written = text.as_str().filter(|it| is_plain || !it.is_empty());
        if let Some(relative) = written.filter(|it| !it.starts_with('/')) {
            let meant = absolute(relative).map(Action::set);
            problems.invalid_but_for(KIND, text, "must be an absolute path", meant);
        } else if is_plain {
            problems.text(KIND, text, unclean);
        }
    }
    let target = path.at("backend");
    if target.is_map() {
        backend(target, problems);
    }
}

/// The absolute path that a relative one can only mean, where it is plain text.
fn absolute(relative: &str) -> Option<String> {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"/-_.~".contains(&it);
    let is_whole = relative.starts_with(|it: char| it.is_ascii_alphanumeric())
        && relative.bytes().all(is_plain);
    Some(format!("/{relative}")).filter(|it| is_whole && unclean(it).is_none())
}

/// A host, whose letters are small.
fn named<'d>(place: Place<'d>, flaw: fn(&str) -> Flaw, problems: &mut Problems<'d>) {
    let Some((text, rule)) = place.as_str().and_then(|it| Some((it, flaw(it)?))) else { return };
    let small = text.to_ascii_lowercase();
    let meant = flaw(&small).is_none().then(|| Action::set(small));
    problems.invalid_but_for(KIND, place, rule, meant);
}

/// What may not be in a path that is compared as it is written.
fn unclean(path: &str) -> Flaw {
    let is_inside = ["//", "/./", "/../", "%2f", "%2F"].iter().any(|it| path.contains(it));
    let is_at_end = path.ends_with("/..") || path.ends_with("/.");
    (is_inside || is_at_end).then_some("must not contain `//`, `/./`, `/../` or `%2f`")
}

fn backend<'d>(backend: Place<'d>, problems: &mut Problems<'d>) {
    let (service, resource) = (backend.at("service"), backend.at("resource"));
    match (service.exists(), resource.exists()) {
        (true, true) => {
            return problems.add(KIND, resource, "`service` and `resource` exclude each other");
        }
        (false, false) => {
            return problems.add(KIND, backend, "a backend must have one of service, resource");
        }
        (false, true) => {
            for field in ["kind", "name"] {
                problems.text(ProblemKind::Name, resource.at(field), names::segment);
            }
            let group = resource.at("apiGroup");
            return problems.optional_text(ProblemKind::Name, group, names::subdomain);
        }
        (true, false) => {}
    }
    let is_relaxed = problems.since(36);
    problems.optional_text(ProblemKind::Name, service.at("name"), |it| {
        if is_relaxed { names::label(it) } else { names::label_1035(it) }
    });
    let port = service.at("port");
    let (name, number) = (port.at("name"), port.at("number"));
    let has_name = name.exists() && name.as_str() != Some("");
    let has_number = number.exists() && number.as_i64() != Some(0);
    match (has_name, has_number) {
        (true, true) => problems.add(KIND, number, "`name` and `number` exclude each other"),
        (false, false) if service.is_map() => {
            problems.add(KIND, port, "the port of a Service must have one of name, number");
        }
        _ => problems.optional_text(KIND, name, port_name_flaw),
    }
}

/// The host of a rule, which is a name.
fn host(text: &str) -> Flaw {
    if names::address(text, false).is_none() {
        return Some("must be a DNS name, not an IP address");
    }
    wildcard_host(text)
}

/// A subdomain, or one after `*.`.
fn wildcard_host(text: &str) -> Flaw {
    if !text.contains('*') {
        return names::subdomain(text);
    }
    let is_good = text.len() <= 253
        && text.strip_prefix("*.").is_some_and(|it| names::subdomain(it).is_none());
    (!is_good).then_some("a wildcard must be all of the first label, as in `*.example.com`")
}
