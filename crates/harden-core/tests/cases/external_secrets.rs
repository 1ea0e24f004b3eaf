//! What the External Secrets Operator refuses.

use super::{of, verdicts};

#[test]
fn nobody_but_its_owner_writes_a_secret() {
    let Some(found) = verdicts(&["external-secret-merge-into-owned.yaml"]) else { return };
    let found = of(&found, "shared-target-secret");
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(finding.object, "ExternalSecret/credentials-ca");
    assert_eq!(finding.paths, ["spec.target.name"]);
}

#[test]
fn a_template_cannot_render_the_name_of_an_account() {
    let Some(found) = verdicts(&["external-secret-token-template.yaml"]) else { return };
    let found = of(&found, "invalid-external-secret");
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        finding.paths,
        ["spec.target.template.type", "spec.target.template.templateFrom[0].target"]
    );
}

#[test]
fn a_name_that_is_too_long_is_said_before_the_server_says_it() {
    let Some(found) = verdicts(&["store-name-250.yaml"]) else { return };
    let mut long = found.iter().filter(|it| it.object.starts_with("ServiceAccount/"));
    let finding = long.next().unwrap();
    assert_eq!(
        (&*finding.severity, finding.paths.as_slice()),
        ("high", &["metadata.name".to_owned()][..])
    );
    assert!(finding.message.contains("253"), "{}", finding.message);
}
