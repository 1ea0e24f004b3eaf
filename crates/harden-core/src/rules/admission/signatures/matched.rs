//! Which images a policy is about.

use harden_yaml::Place;
use regex_lite::{Regex, RegexBuilder};

use crate::lock::Reference;

/// Which images a policy is about: none where its words do not tell.
#[derive(Debug)]
pub(super) struct Matched<'d> {
    /// Patterns of which one has to fit.
    names: Vec<Regex>,
    /// Patterns of which none may fit.
    skipped: Vec<Regex>,
    /// The namespaces that it leaves alone.
    exempt: Vec<&'d str>,
}

/// The longest pattern that is read, in bytes.
const LONGEST: usize = 1000;

impl<'d> Matched<'d> {
    /// A ClusterImagePolicy names images by globs, in which `*` ends at a slash.
    pub(super) fn of_controller(spec: Place<'d>) -> Option<Self> {
        if spec.at("match").exists() {
            return None;
        }
        let globs = spec.at("images").items().map(|it| it.at("glob").as_str());
        let names = globs.map(|it| wildcard(it?, false)).collect::<Option<_>>()?;
        Some(Self { names, skipped: Vec::new(), exempt: Vec::new() })
    }

    /// An ImageValidatingPolicy is about all images where it names none.
    pub(super) fn of_expressions(spec: Place<'d>) -> Option<Self> {
        let constraints = spec.at("matchConstraints");
        let is_open = spec.at("matchConditions").is_empty()
            && constraints.at("objectSelector").is_empty()
            && constraints.at("excludeResourceRules").is_empty();
        let exempt = exempt(constraints.at("namespaceSelector")).filter(|_| is_open)?;
        let references = spec.at("matchImageReferences");
        let mut names = Vec::new();
        for reference in references.items() {
            let glob = reference.at("glob").as_str()?;
            names.push(wildcard(glob, true)?);
        }
        if references.is_empty() {
            names.push(wildcard("*", true)?);
        }
        Some(Self { names, skipped: Vec::new(), exempt })
    }

    /// A rule of Kyverno's older policies names images by wildcards.
    pub(super) fn of_rule(rule: Place<'d>, image: Place<'d>) -> Option<Self> {
        let is_plain = |filter: Place<'_>| {
            let others = ["clusterRoles", "roles", "subjects"];
            filter.at("resources").entries().all(|(key, _)| matches!(key, "kinds" | "operations"))
                && !others.iter().any(|it| filter.get(it).is_some_and(|it| it.exists()))
        };
        let matched = rule.at("match");
        let mut filters = matched.at("any").items().chain(matched.at("all").items());
        if !is_plain(matched) || !filters.all(is_plain) || !rule.at("preconditions").is_empty() {
            return None;
        }
        let mut exempt = Vec::new();
        let excluded = rule.at("exclude");
        if excluded.at("resources").exists() || !excluded.at("all").is_empty() {
            return None;
        }
        for filter in excluded.at("any").items() {
            let resources = filter.at("resources");
            let names: Vec<_> = resources.at("namespaces").items().collect();
            let is_of_namespaces =
                resources.entries().all(|(key, _)| matches!(key, "namespaces" | "kinds"));
            if !is_of_namespaces || names.is_empty() {
                return None;
            }
            for name in names {
                let name = name.as_str().filter(|it| !it.contains(['*', '?']))?;
                exempt.push(name);
            }
        }
        let list = |key: &'static str| -> Option<Vec<Regex>> {
            image.at(key).items().map(|it| wildcard(it.as_str()?, true)).collect()
        };
        Some(Self {
            names: list("imageReferences")?,
            skipped: list("skipImageReferences")?,
            exempt,
        })
    }

    /// Whether an image of an object in a namespace is one of them.
    pub(super) fn has(&self, image: &str, namespace: Option<&str>) -> bool {
        if namespace.is_some_and(|it| self.exempt.contains(&it)) {
            return false;
        }
        let spellings = spellings(image);
        let fits =
            |all: &[Regex]| all.iter().any(|it| spellings.iter().any(|name| it.is_match(name)));
        fits(&self.names) && !fits(&self.skipped)
    }
}

/// The ways in which engines spell the name of an image.
fn spellings(image: &str) -> Vec<String> {
    let mut all = vec![image.to_owned()];
    let Some(reference) = Reference::read(image) else { return all };
    let full = reference.to_string();
    if reference.registry == "docker.io" {
        all.push(format!("index.{full}"));
        all.push(format!("docker.io/{}", full.trim_start_matches("docker.io/library/")));
    }
    all.push(full);
    all
}

/// The namespaces that a selector leaves out by name; none where it selects by something else.
fn exempt(selector: Place<'_>) -> Option<Vec<&str>> {
    if !selector.at("matchLabels").is_empty() {
        return None;
    }
    let mut exempt = Vec::new();
    for expression in selector.at("matchExpressions").items() {
        let is_of_names = expression.at("key").as_str() == Some("kubernetes.io/metadata.name")
            && expression.at("operator").as_str() == Some("NotIn");
        if !is_of_names {
            return None;
        }
        exempt.extend(expression.at("values").items().filter_map(|it| it.as_str()));
    }
    Some(exempt)
}

/// A pattern with stars as a regular expression; `None` where it has more than these. A single star ends at a slash
/// or does not.
pub(super) fn wildcard(pattern: &str, crosses: bool) -> Option<Regex> {
    if pattern.len() > LONGEST || pattern.contains(['{', '}', '[', ']', '\\']) {
        return None;
    }
    let mut text = String::from("^(?:");
    let mut chars = pattern.chars().peekable();
    while let Some(letter) = chars.next() {
        match letter {
            '*' => {
                let mut is_double = false;
                while chars.next_if_eq(&'*').is_some() {
                    is_double = true;
                }
                text.push_str(if is_double || crosses { ".*" } else { "[^/]*" });
            }
            '?' => text.push_str(if crosses { "." } else { "[^/]" }),
            _ => text.push_str(&regex_lite::escape(letter.encode_utf8(&mut [0; 4]))),
        }
    }
    text.push_str(")$");
    RegexBuilder::new(&text).dot_matches_new_line(true).build().ok()
}
