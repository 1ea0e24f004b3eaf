//! The policy engines as a module for browsers: texts in, answers out.

use harden_admission::report::Texts;
use harden_admission::{Question, User};
use harden_core::kubernetes::{MinorVersion, PolicyVersion};
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;

/// What the policies in a text say of the other objects in it, as `simulate admission -o json` answers.
///
/// # Errors
///
/// A sentence, where the version is none that is known.
#[wasm_bindgen]
pub fn answer(text: &str, version: &str, user: &str, namespace: &str) -> Result<String, String> {
    let Ok(PolicyVersion::Pinned(version)) = version.parse() else {
        let (oldest, newest) = (MinorVersion::OLDEST_KNOWN, MinorVersion::NEWEST_KNOWN);
        return Err(format!("must be a version from {oldest} to {newest}, such as 1.30"));
    };
    let user = User::named(user, &[]);
    let question = Question { operation: None, user, namespace: namespace.to_owned() };
    let told = Texts::ask("text", text, &question, version);
    let coverage = json!({"objects": told.read, "incomplete": told.incomplete});
    Ok(json!({"version": "v1", "answers": told.answers, "coverage": coverage}).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: team}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  validations: [{expression: "has(object.metadata.labels)", message: no labels}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: team}
spec: {policyName: team, validationActions: [Deny]}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: nginx}]}
"#;

    #[test]
    fn a_text_of_policies_and_objects_is_answered() {
        let told = answer(POLICY, "1.37", "alice", "team-a").unwrap();
        assert!(told.contains(r#""result":"fail""#) && told.contains("no labels"), "{told}");
    }

    #[test]
    fn a_version_that_nobody_knows_is_refused() {
        assert!(answer("", "9.9", "alice", "team-a").unwrap_err().starts_with("must be a version"));
    }
}
