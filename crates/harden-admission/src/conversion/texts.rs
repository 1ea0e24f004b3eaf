//! Policies in texts as those of another engine, with what is lost in sentences.

use harden_core::Manifest;
use harden_core::generators::admission_policy::Conversion;
use harden_core::intents::Engine;
use harden_core::object::objects;
use harden_yaml::{Problem, documents};

use super::convert;
use crate::{Object, Policies};

/// Converts the policies in some texts, each with its name. What they name, such as parameters, may be in any of them.
pub fn of_texts(texts: &[(String, String)], to: Engine) -> Conversion {
    let (mut found, mut lost) = (Vec::new(), Vec::new());
    for (name, text) in texts {
        for document in documents(text) {
            if document.is_rejected() {
                let why = document.problems().first().map(Problem::message).unwrap_or_default();
                lost.push(format!("{name}: {why}"));
                continue;
            }
            for object in objects(document.root()) {
                match Object::sent(&object) {
                    Ok(object) => found.extend(object),
                    Err(why) => lost.push(format!("{name}: {why}")),
                }
            }
        }
    }
    let is_empty = !found.iter().any(Policies::takes) && lost.is_empty();
    let converted = convert(&found, to);
    lost.extend(converted.lost.iter().map(|it| {
        let at = if it.at.is_empty() { String::new() } else { format!(" at {}", it.at) };
        let becomes = if it.is_part { "is not said in full" } else { "is left out" };
        format!("{}{at} {becomes}: {}", it.policy, it.why)
    }));
    let manifests: Vec<Manifest> = converted.manifests;
    Conversion { manifests, lost, is_empty }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: team}
spec:
  rules:
  - name: label
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {failureAction: Enforce, message: say whose it is, pattern: {metadata: {labels: {team: '?*'}}}}
  - name: make
    match: {any: [{resources: {kinds: [Namespace]}}]}
    generate: {apiVersion: v1, kind: ConfigMap, name: a, namespace: b, data: {data: {a: b}}}
";

    fn of(text: &str, to: Engine) -> Conversion {
        of_texts(&[("a.yaml".to_owned(), text.to_owned())], to)
    }

    #[test]
    fn what_is_lost_is_said_beside_what_is_made() {
        let made = of(POLICY, Engine::Kyverno);
        assert_eq!(made.manifests.len(), 1, "{:?}", made.lost);
        assert!(
            made.lost.iter().any(|it| it.starts_with("ClusterPolicy team at /spec/rules/1")),
            "{:?}",
            made.lost
        );
    }

    #[test]
    fn a_text_without_policies_is_told_from_one_whose_policies_are_lost() {
        assert!(
            of("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", Engine::Kyverno).is_empty
        );
        let broken = of("a: [", Engine::Kyverno);
        assert!(!broken.is_empty && broken.lost.len() == 1, "{:?}", broken.lost);
    }
}
