//! Patterns that names of others match, too.

use std::ops::Range;

use harden_yaml::{Action, Place};

use crate::admission::expression::{Kind, Tokens, tokens};
use crate::admission::{
    CONSTRAINTS, KYVERNO_EXPRESSIONS, constraint, host, is_open_prefix, kyverno_rules, programs,
    validations,
};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unanchored-pattern",
    category: Category::Admission,
    severity: Severity::High,
    level: None,
    summary: "a pattern for registries or signers matches names of others, too",
    why: "A regular expression without ^ matches anywhere in a text, `*` stands for slashes as well, and a \
          registry without a slash after it is the beginning of others: `registry.example.com` begins \
          `registry.example.com.evil.example/app`. Whoever makes such a name is let in.",
    remedy: "begin regular expressions with ^, and end registries with /",
    breaks: "Images of other registries that were let in by accident are refused.",
    mend: Mend::WithThought,
    references: &[
        Reference::Owasp("K02"),
        Reference::Mitre("T1525"),
        Reference::Page("https://cwe.mitre.org/data/definitions/777.html"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: registries
spec:
  matchConstraints:
    resourceRules:
    - apiGroups: [\"\"]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods, pods/ephemeralcontainers]
  variables:
  - name: all
    expression: >-
      object.spec.containers + object.spec.?initContainers.orValue([])
      + object.spec.?ephemeralContainers.orValue([])
  validations:
  - expression: variables.all.all(c, c.image.matches('registry.example.com/'))
",
    good: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: registries
spec:
  matchConstraints:
    resourceRules:
    - apiGroups: [\"\"]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods, pods/ephemeralcontainers]
  variables:
  - name: all
    expression: >-
      object.spec.containers + object.spec.?initContainers.orValue([])
      + object.spec.?ephemeralContainers.orValue([])
  validations:
  - expression: variables.all.all(c, c.image.startsWith('registry.example.com/'))
",
};

/// What is wrong with a pattern, and where something has to be put in for it not to be.
struct Hole {
    message: String,
    put: Option<(usize, &'static str)>,
}

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    for place in validations(object) {
        let holes = expression_holes(&tokens(place.as_str().unwrap_or_default()));
        flag(place, holes, reporter);
    }
    for place in programs(object) {
        let holes = program_holes(&tokens(place.as_str().unwrap_or_default()));
        flag(place, holes, reporter);
    }
    for rule in kyverno_rules(object) {
        let validate = rule.at("validate");
        let holders = std::iter::once(validate).chain(validate.at("foreach").items());
        for holder in holders {
            let patterns = holder.at("anyPattern").items().chain([holder.at("pattern")]);
            patterns.for_each(|it| check_images(it, reporter));
        }
        for image in rule.at("verifyImages").items() {
            let sets = image.at("attestations").items().map(|it| it.at("attestors"));
            for set in sets.chain([image.at("attestors")]).flat_map(|it| it.items()) {
                set.at("entries").items().for_each(|it| check_signer(it.at("keyless"), reporter));
            }
        }
    }
    let spec = object.place.at("spec");
    let keyless: Vec<_> = match (object.group, object.kind) {
        (KYVERNO_EXPRESSIONS, "ImageValidatingPolicy" | "NamespacedImageValidatingPolicy") => {
            spec.at("attestors").items().map(|it| it.at("cosign").at("keyless")).collect()
        }
        ("policy.sigstore.dev", "ClusterImagePolicy") => {
            spec.at("authorities").items().map(|it| it.at("keyless")).collect()
        }
        _ => Vec::new(),
    };
    for identity in keyless.into_iter().flat_map(|it| it.at("identities").items()) {
        check_signer(identity, reporter);
    }
    if object.is(CONSTRAINTS, "K8sAllowedRepos")
        && let Some(spec) = constraint(object)
    {
        for place in spec.at("parameters").at("repos").items() {
            let text = place.as_str().unwrap_or_default();
            let hole = is_open_prefix(text).then(|| open_prefix(text, text.len()));
            flag(place, hole.into_iter().collect(), reporter);
        }
    }
}

/// Reports a text of a policy, with all that has to be put into it if that is known.
fn flag<'d>(place: Place<'d>, mut holes: Vec<Hole>, reporter: &mut Reporter<'_, 'd>) {
    let Some(first) = holes.first() else { return };
    let message = first.message.clone();
    let mut text = place.as_str().map(str::to_owned);
    holes.sort_by_key(|it| it.put.map(|it| it.0));
    for hole in holes.iter().rev() {
        text = text.zip(hole.put).and_then(|(mut text, (at, put))| {
            text.is_char_boundary(at).then(|| {
                text.insert_str(at, put);
                text
            })
        });
    }
    reporter.flag(place, message, text.map(Action::set));
}

fn open_prefix(text: &str, end: usize) -> Hole {
    let message = format!("`{text}` is also the beginning of other registries");
    Hole { message, put: Some((end, "/")) }
}

/// The calls that are asked of images, have to hold, and hold for images of others.
fn expression_holes(all: &Tokens<'_>) -> Vec<Hole> {
    let mut holes = Vec::new();
    for index in 2..all.len() {
        let called = index.checked_sub(2).and_then(|it| all.get(it)).map_or("", |it| it.text);
        let Some(text) = all.get(index).filter(|it| it.kind == Kind::Text) else { continue };
        let is_call = all.is_sign(index - 1, "(") && all.is_sign(index + 1, ")");
        let dot = index.checked_sub(3).filter(|it| is_call && all.is_sign(*it, "."));
        let Some(dot) = dot else { continue };
        let start = all.operand(dot);
        let is_compared = all.is_sign(index + 2, "=") || all.is_sign(index + 2, "!");
        if !is_about_images(all, start..dot) || is_compared || !all.is_required(start) {
            continue;
        }
        let bare: String = text.text.chars().filter(|it| *it != '\\').collect();
        match called {
            "startsWith" if is_open_prefix(&bare) => {
                holes.push(open_prefix(text.text, text.at + text.text.len()));
            }
            "matches" if host(&bare).is_some_and(|it| it.1.starts_with('/')) => {
                let message = format!("`{}` matches anywhere in the name of an image", text.text);
                holes.push(Hole { message, put: Some((text.at, "^")) });
            }
            "contains" if host(&bare).is_some_and(|it| it.1.is_empty() || it.1 == "/") => {
                let message = format!("`{}` may be anywhere in the name of an image", text.text);
                holes.push(Hole { message, put: None });
            }
            _ => {}
        }
    }
    holes
}

fn is_about_images(all: &Tokens<'_>, range: Range<usize>) -> bool {
    let mut words = range.filter_map(|it| all.get(it)).filter(|it| it.kind == Kind::Word);
    words.any(|it| it.text == "img" || it.text.to_ascii_lowercase().contains("image"))
}

/// The calls by which a program refuses images that do not match: `not startswith(image, "…")`.
fn program_holes(all: &Tokens<'_>) -> Vec<Hole> {
    let mut holes = Vec::new();
    for index in (0..all.len()).filter(|it| all.is_word(*it, "not")) {
        let is_regex = all.is_word(index + 1, "regex") && all.is_word(index + 3, "match");
        let (called, open) = if is_regex {
            ("re_match", index + 4)
        } else {
            (all.get(index + 1).map_or("", |it| it.text), index + 2)
        };
        if !all.is_sign(open, "(") {
            continue;
        }
        let close = (open..all.len()).find(|it| all.is_sign(*it, ")")).unwrap_or(all.len());
        let arguments = open + 1..close;
        if !is_about_images(all, arguments.clone()) {
            continue;
        }
        let mut texts = arguments.filter_map(|it| all.get(it)).filter(|it| it.kind == Kind::Text);
        let (Some(text), None) = (texts.next(), texts.next()) else { continue };
        let bare: String = text.text.chars().filter(|it| *it != '\\').collect();
        match called {
            "startswith" if is_open_prefix(&bare) => {
                holes.push(open_prefix(text.text, text.at + text.text.len()));
            }
            "re_match" if host(&bare).is_some_and(|it| it.1.starts_with('/')) => {
                let message = format!("`{}` matches anywhere in the name of an image", text.text);
                holes.push(Hole { message, put: Some((text.at, "^")) });
            }
            _ => {}
        }
    }
    holes
}

/// The images of a pattern of Kyverno: alternatives between bars, of which each lets in what it matches.
fn check_images<'d>(pattern: Place<'d>, reporter: &mut Reporter<'_, 'd>) {
    pattern.items().for_each(|it| check_images(it, reporter));
    for (key, value) in pattern.entries() {
        let name = key.trim_end_matches(')').rsplit('(').next().unwrap_or_default();
        match value.as_str().filter(|_| name == "image") {
            Some(text) => flag(value, image_holes(text), reporter),
            None => check_images(value, reporter),
        }
    }
}

fn image_holes(text: &str) -> Vec<Hole> {
    let mut holes = Vec::new();
    let mut at = 0;
    for part in text.split('|') {
        let alternative = part.trim();
        let start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        // What is refused may be as wide as it likes, and what is joined has other parts.
        if alternative.starts_with('!') || alternative.contains(['&', '{', '(']) {
            continue;
        }
        let inner = alternative.trim_start_matches(['*', '?']);
        let is_anywhere = inner.len() < alternative.len();
        let named = host(inner.trim_start_matches('.')).is_some();
        let word = inner.strip_suffix('*').is_some_and(|it| {
            it.len() > 1 && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
        });
        if is_anywhere && (named || word) {
            let message =
                format!("`{alternative}` matches whatever is before it, slashes included");
            holes.push(Hole { message, put: None });
        } else if let Some((name, "*")) = host(alternative) {
            holes.push(open_prefix(name, start + name.len()));
        }
    }
    holes
}

/// The regular expressions by which signers are told.
fn check_signer<'d>(identity: Place<'d>, reporter: &mut Reporter<'_, 'd>) {
    for field in ["issuerRegExp", "subjectRegExp"] {
        let place = identity.at(field);
        let text = place.as_str().unwrap_or_default();
        let bare: String = text.chars().filter(|it| *it != '\\').collect();
        let is_begun = bare.starts_with("https://") || bare.starts_with("http://");
        if is_begun || host(&bare).is_some() {
            let message = format!("`{text}` matches anywhere in the {}", &field[..field.len() - 6]);
            flag(place, vec![Hole { message, put: Some((0, "^")) }], reporter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::{mends, messages};

    fn expression(text: &str) -> String {
        format!(
            "{{apiVersion: policies.kyverno.io/v1, kind: ValidatingPolicy, spec: {{validations: [{{expression: \
             \"{text}\"}}]}}}}"
        )
    }

    #[test]
    fn expressions_are_read_as_they_count() {
        for (open, mended) in [
            (
                "object.a.all(c, c.image.matches('r.example.com/'))",
                "object.a.all(c, c.image.matches('^r.example.com/'))",
            ),
            ("image.startsWith('r.example.com')", "image.startsWith('r.example.com/')"),
            (
                "image.startsWith('a.io') || image.startsWith('b.io')",
                "image.startsWith('a.io/') || image.startsWith('b.io/')",
            ),
        ] {
            assert_eq!(
                mends(&RULE, &expression(open)),
                [format!("/spec/validations/0/expression = \"{mended}\"")]
            );
        }
        assert_eq!(messages(&RULE, &expression("image.contains('a.io/')")).len(), 1);
        for sound in [
            "image.matches('^r.example.com/')",
            "image.startsWith('r.example.com/')",
            "image.startsWith('r.example.com/app')",
            "!image.startsWith('r.example.com')",
            "image.matches('.*:latest')",
            "image.startsWith('library')",
            "object.metadata.name.startsWith('r.example.com')",
            "object.a.filter(c, c.image.startsWith('a.io')).size() == 0",
        ] {
            assert!(messages(&RULE, &expression(sound)).is_empty(), "{sound}");
        }
    }

    #[test]
    fn patterns_of_kyverno_are_read_alternative_by_alternative() {
        let said = |image: &str| {
            let text = format!(
                "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {{rules: [{{validate: {{pattern: {{spec: \
                 {{=(initContainers): [{{image: '{image}'}}]}}}}}}}}]}}}}"
            );
            messages(&RULE, &text)
        };
        for open in ["a.io* | b.io/*", "*registry*", "*a.io/*", "?*.a.io/*"] {
            assert_eq!(said(open).len(), 1, "{open}");
        }
        for sound in
            ["a.io/* | b.io/*", "*:*", "!*:latest", "*@sha256:*", "*/*", "?*", "!*a.io*", "a.io/b*"]
        {
            assert!(said(sound).is_empty(), "{sound}");
        }
    }

    #[test]
    fn programs_refuse_what_does_not_match() {
        let said = |rego: &str| {
            let text = format!(
                "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nspec:\n  targets:\n  - rego: |\n      \
                 violation[x] {{ {rego} }}\n"
            );
            messages(&RULE, &text).len()
        };
        assert_eq!(said("not startswith(input_image, \"hooli.com\")"), 1);
        assert_eq!(said("not startswith(input_image, \"hooli.com/\")"), 0);
        assert_eq!(said("startswith(input_image, \"hooli.com\")"), 0);
        assert_eq!(said("not re_match(\"hooli.com/.+\", c.image)"), 1);
        assert_eq!(said("not regex.match(`hooli\\.com/.+`, c.image)"), 1);
        assert_eq!(said("not regex.match(`^hooli\\.com/.+`, c.image)"), 0);
        let repos = |repo: &str| {
            let text = format!(
                "{{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sAllowedRepos, spec: {{parameters: \
                 {{repos: [{repo}]}}}}}}"
            );
            messages(&RULE, &text).len()
        };
        assert_eq!((repos("ghcr.io"), repos("ghcr.io/"), repos("library/")), (1, 0, 0));
    }

    #[test]
    fn signers_are_told_from_the_beginning() {
        let text = |subject: &str| {
            format!(
                "{{apiVersion: policy.sigstore.dev/v1beta1, kind: ClusterImagePolicy, spec: {{authorities: [{{keyless: \
                 {{identities: [{{issuer: a, subjectRegExp: '{subject}'}}]}}}}]}}}}"
            )
        };
        assert_eq!(
            mends(&RULE, &text("https://github.com/a/.+")),
            [
                "/spec/authorities/0/keyless/identities/0/subjectRegExp = \"^https://github.com/a/.+\""
            ]
        );
        assert!(messages(&RULE, &text("^https://github.com/a/.+$")).is_empty());
    }
}
