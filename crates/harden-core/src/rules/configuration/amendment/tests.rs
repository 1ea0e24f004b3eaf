#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use crate::check::testing::mends;
use crate::rules::find;

fn mend(rule: &str, text: &str) -> Vec<String> {
    mends(find(rule).unwrap(), text)
}

fn audit(rules: &str) -> String {
    format!(
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{rules}]\n"
    )
}

fn encryption(rules: &str) -> String {
    format!(
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: [{rules}]\n"
    )
}

const KMS: &str = "{kms: {apiVersion: v2, name: a, endpoint: 'unix:///a'}}";
const OTHER_KMS: &str = "{kms: {apiVersion: v2, name: b, endpoint: 'unix:///b'}}";
const PLAIN: &str = "{identity: {}}";
const CBC: &str =
    "{aescbc: {keys: [{name: a, secret: 'dGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHQ='}]}}";

#[test]
fn bodies_are_kept_out_by_a_rule_for_just_those_requests() {
    let rest = "{level: Metadata}";
    for (rule, expected) in [
        ("{level: Request, resources: [{resources: [secrets]}]}", "/rules/0/level = \"Metadata\""),
        (
            "{level: Request, resources: [{resources: [secrets, pods]}], users: [a], verbs: [create], \
             namespaces: [b]}",
            "/rules + {\"level\":\"Metadata\",\"users\":[\"a\"],\"verbs\":[\"create\"],\"resources\":\
             [{\"group\":\"\",\"resources\":[\"secrets\"]}],\"namespaces\":[\"b\"]} at 0",
        ),
        (
            "{level: RequestResponse, resources: [{resources: [secrets, configmaps]}]}",
            "/rules/0/level = \"Metadata\"",
        ),
        (
            "{level: RequestResponse, resources: [{group: '*'}]}",
            "/rules + {\"level\":\"Metadata\",\"resources\":[{\"group\":\"\",\"resources\":[\"secrets\",\
             \"serviceaccounts/token\"]},{\"group\":\"authentication.k8s.io\",\"resources\":\
             [\"tokenreviews\"]}]} at 0",
        ),
    ] {
        let mut edits = mend("audit-secret-bodies", &audit(&format!("{rule}, {rest}")));
        // In whichever order the resources are told.
        if edits[0].contains("tokenreviews") {
            edits[0] = edits[0].replace(
                "{\"group\":\"authentication.k8s.io\",\"resources\":[\"tokenreviews\"]},{\"group\":\"\",\
                 \"resources\":[\"secrets\",\"serviceaccounts/token\"]}",
                "{\"group\":\"\",\"resources\":[\"secrets\",\"serviceaccounts/token\"]},\
                 {\"group\":\"authentication.k8s.io\",\"resources\":[\"tokenreviews\"]}",
            );
        }
        assert_eq!(edits, [expected], "{rule}");
    }
}

#[test]
fn what_is_hidden_is_shown_by_a_rule_or_by_the_level_of_one_that_hides_nothing_else() {
    let rest = "{level: Metadata}";
    for (id, rule, expected) in [
        (
            "audit-secrets-unlogged",
            "{level: None, verbs: [get], userGroups: ['system:authenticated']}",
            "/rules + {\"level\":\"Metadata\",\"userGroups\":[\"system:authenticated\"],\"verbs\":[\"get\"],\
             \"resources\":[{\"group\":\"\",\"resources\":[\"secrets\"]}]} at 0",
        ),
        (
            "audit-secrets-unlogged",
            "{level: None, resources: [{resources: [secrets]}]}",
            "/rules/0/level = \"Metadata\"",
        ),
        (
            "audit-permission-changes-unlogged",
            "{level: None, resources: [{group: rbac.authorization.k8s.io, resources: [roles]}]}",
            "/rules + {\"level\":\"Metadata\",\"verbs\":[\"create\",\"update\",\"patch\",\"delete\",\
             \"deletecollection\"],\"resources\":[{\"group\":\"rbac.authorization.k8s.io\",\"resources\":\
             [\"roles\"]}]} at 0",
        ),
        (
            "audit-exec-unlogged",
            "{level: Request, verbs: [create], resources: [{resources: [pods/exec]}]}, \
             {level: None, verbs: [get]}",
            "/rules/0/verbs + \"get\"",
        ),
    ] {
        let edits = mend(id, &audit(&format!("{rule}, {rest}")));
        assert_eq!(edits.first().map(String::as_str), Some(expected), "{rule}: {edits:?}");
    }
}

#[test]
fn a_rule_is_moved_only_where_that_makes_nothing_worse() {
    let core = "{level: Request, verbs: [create], resources: [{group: ''}]}";
    let rest = "{level: Metadata}";
    for (first, second, expected) in [
        (
            core,
            "{level: Metadata, verbs: [create], resources: [{resources: [pods]}]}",
            vec![
                "/rules/1 removed".to_owned(),
                "/rules + {\"level\":\"Metadata\",\"verbs\":[\"create\"],\"resources\":[{\"resources\":\
                 [\"pods\"]}]} at 0"
                    .to_owned(),
            ],
        ),
        // It would hide, it would log bodies of Secrets, or the other would not be reached any more.
        (core, "{level: None, verbs: [create], resources: [{resources: [pods]}]}", vec!["-".to_owned()]),
        (
            "{level: Metadata, resources: [{group: ''}]}",
            "{level: RequestResponse, resources: [{resources: [secrets]}]}",
            vec!["-".to_owned()],
        ),
        (core, core, vec!["-".to_owned()]),
        (
            core,
            "\n# changes of pods\n{level: Metadata, # no bodies\n verbs: [create], resources: [{resources: [pods]}]}",
            vec!["-".to_owned()],
        ),
    ] {
        let text = audit(&format!("{first}, {second}, {rest}"));
        assert_eq!(mend("audit-rule-unreachable", &text), expected, "{text}");
    }
}

#[test]
fn a_list_that_nothing_meets_is_left_out_only_where_that_hides_nothing() {
    for (id, rule, expected) in [
        (
            "audit-verb-never-matches",
            "{level: Metadata, verbs: ['*'], resources: [{group: apps}]}",
            "/rules/0/verbs removed",
        ),
        (
            "audit-verb-never-matches",
            "{level: Metadata, verbs: [GET, '*'], resources: [{group: apps}]}",
            "/rules/0/verbs removed",
        ),
        ("audit-verb-never-matches", "{level: None, verbs: ['*']}", "-"),
        ("audit-namespace-never-matches", "{level: Request, namespaces: ['*']}", "-"),
        ("audit-subject-never-matches", "{level: None, users: ['*']}", "-"),
        (
            "audit-subject-never-matches",
            "{level: None, users: ['system:serviceaccount:*', a]}",
            "/rules/0/users/0 removed",
        ),
        ("audit-subject-never-matches", "{level: None, users: ['system:serviceaccount:*']}", "-"),
        ("audit-verb-never-matches", "{level: None, verbs: [exec]}", "-"),
        (
            "audit-verb-never-matches",
            "{level: None, verbs: [exec, get]}",
            "/rules/0/verbs/0 removed",
        ),
    ] {
        let text = audit(&format!("{rule}, {{level: Metadata}}"));
        assert_eq!(mend(id, &text), [expected], "{rule}");
    }
}

#[test]
fn a_key_of_a_policy_is_renamed_where_its_value_fits() {
    for (rule, expected) in [
        ("{level: None, user: [a]}", "/rules/0/user -> users"),
        ("{level: None, user: a}", "-"),
        ("{level: None, user: [], verbs: [get]}", "/rules/0/user -> users"),
        ("{level: None, user: [a], users: [b]}", "-"),
        ("{level: None, frobnicate: [a]}", "-"),
        (
            "{level: None, resources: [{resource: [pods]}]}",
            "/rules/0/resources/0/resource -> resources",
        ),
    ] {
        let text = audit(&format!("{rule}, {{level: Metadata}}"));
        assert_eq!(mend("audit-field-ignored", &text), [expected], "{rule}");
    }
}

#[test]
fn administrators_are_taken_out_of_a_rule_or_it_goes() {
    for (groups, expected) in [
        ("['system:masters']", vec!["/rules/0 removed"]),
        ("['system:masters', 'kubeadm:cluster-admins']", vec!["/rules/0 removed"]),
        ("[a, 'system:masters']", vec!["/rules/0/userGroups/1 removed"]),
    ] {
        let text = audit(&format!("{{level: None, userGroups: {groups}}}, {{level: Metadata}}"));
        assert_eq!(mend("audit-administrators-unlogged", &text), expected, "{groups}");
    }
}

#[test]
fn identity_is_put_last_only_where_something_good_is_left() {
    for (providers, expected) in [
        (
            format!("{PLAIN}, {KMS}"),
            vec!["/resources/0/providers/0 removed", "/resources/0/providers + {\"identity\":{}}"],
        ),
        (
            format!("{PLAIN}, {KMS}, {PLAIN}"),
            vec![
                "/resources/0/providers/0 removed",
                "/resources/0/providers/2 removed",
                "/resources/0/providers + {\"identity\":{}}",
            ],
        ),
        (PLAIN.to_owned(), vec!["-"]),
        (format!("{PLAIN}, {CBC}"), vec!["-"]),
    ] {
        let text = encryption(&format!("{{resources: [secrets], providers: [{providers}]}}"));
        assert_eq!(mend("encryption-identity-first", &text), expected, "{providers}");
    }
}

#[test]
fn secrets_go_to_the_only_rule_that_encrypts_well() {
    let rule =
        |name: &str, provider: &str| format!("{{resources: [{name}], providers: [{provider}]}}");
    let (first, second) = (rule("configmaps", KMS), rule("events", OTHER_KMS));
    for (rules, expected) in [
        (first.clone(), "/resources/0/resources + \"secrets\""),
        (format!("{}, {first}", rule("pods", PLAIN)), "/resources/1/resources + \"secrets\""),
        (format!("{first}, {second}"), "-"),
        (rule("configmaps", CBC), "-"),
        (rule("configmaps", PLAIN), "-"),
    ] {
        assert_eq!(mend("encryption-secrets-left-out", &encryption(&rules)), [expected], "{rules}");
    }
}

#[test]
fn a_repeated_resource_goes_only_where_its_rule_reads_nothing_more() {
    let first = format!("{{resources: [secrets, configmaps], providers: [{KMS}, {PLAIN}]}}");
    for (second, expected) in [
        (format!("{{resources: [secrets], providers: [{PLAIN}]}}"), "/resources/1 removed"),
        (
            format!("{{resources: [secrets, configmaps], providers: [{PLAIN}]}}"),
            "/resources/1 removed",
        ),
        (
            format!("{{resources: [secrets, events], providers: [{PLAIN}]}}"),
            "/resources/1/resources/0 removed",
        ),
        (format!("{{resources: [secrets], providers: [{OTHER_KMS}]}}"), "-"),
    ] {
        let text = encryption(&format!("{first}, {second}"));
        assert_eq!(mend("encryption-repeated-resource", &text), [expected], "{second}");
    }
}

#[test]
fn a_socket_is_written_with_its_whole_path_where_that_is_plain() {
    for (endpoint, expected) in [
        (
            "unix://run/kms/a.sock",
            "/resources/0/providers/0/kms/endpoint = \"unix:///run/kms/a.sock\"",
        ),
        ("unix://a", "-"),
        ("unix://run/", "-"),
        ("unix://run/a.sock?b", "-"),
        ("unix:run/a.sock", "-"),
    ] {
        let provider = format!("{{kms: {{apiVersion: v2, name: a, endpoint: '{endpoint}'}}}}");
        let text = encryption(&format!("{{resources: [secrets], providers: [{provider}]}}"));
        assert_eq!(mend("encryption-socket-misread", &text), [expected], "{endpoint}");
    }
}

#[test]
fn a_file_says_what_it_is_where_one_answer_is_left() {
    for (text, expected) in [
        (
            "{rules: [{level: Metadata}]}",
            vec!["/apiVersion = \"audit.k8s.io/v1\"", "/kind = \"Policy\""],
        ),
        ("{kind: Policy, rules: [{level: Metadata}]}", vec!["/apiVersion = \"audit.k8s.io/v1\""]),
        (
            "{apiVersion: apiserver.config.k8s.io/v1, plugins: [{name: a}]}",
            vec!["/kind = \"AdmissionConfiguration\""],
        ),
        ("{apiVersion: apiserver.config.k8s.io/v1}", vec!["-"]),
        ("{apiVersion: apiserver.config.k8s.io/v1beta1, plugins: [{name: a}]}", vec!["-"]),
    ] {
        assert_eq!(mend("configuration-type-missing", text), expected, "{text}");
    }
}
