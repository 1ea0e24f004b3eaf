use super::*;
use crate::kubernetes::Level;
use crate::pod_security::Version;

const POD: &str = "
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: shop}
spec: {containers: [{name: c, securityContext: {privileged: true}}]}
";

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: shop}
spec: {template: {spec: {containers: [{name: c, securityContext: {privileged: true}}]}}}
";

const PRIVILEGED: &str =
    "privileged (container \"c\" must not set securityContext.privileged=true)";

fn options(level: Level, version: &str) -> Options {
    let version: Version = version.parse().unwrap();
    Options { standard: Standard { level, version }, ..Options::default() }
}

fn baseline() -> Options {
    options(Level::Baseline, "v1.30")
}

/// The texts of the answers with whether the pods are let in.
fn texts(text: &str, options: Options) -> Vec<(Option<bool>, Option<String>)> {
    let documents = harden_yaml::parse(text);
    answers(&documents, options).into_iter().map(|it| (it.allowed, it.text)).collect()
}

#[test]
fn a_pod_is_forbidden_in_the_words_of_the_api_server() {
    let expected =
        format!("pods \"p\" is forbidden: violates PodSecurity \"baseline:v1.30\": {PRIVILEGED}");
    assert_eq!(texts(POD, baseline()), [(Some(false), Some(expected))]);
}

#[test]
fn a_workload_is_taken_with_a_warning_and_its_pods_are_not() {
    let expected = format!("would violate PodSecurity \"baseline:v1.30\": {PRIVILEGED}");
    assert_eq!(texts(DEPLOYMENT, baseline()), [(Some(false), Some(expected))]);
}

#[test]
fn custom_kinds_get_no_answer_but_their_pods_are_judged() {
    let rollout = DEPLOYMENT.replace("apps/v1", "argoproj.io/v1alpha1");
    let rollout = rollout.replace("Deployment", "Rollout");
    assert_eq!(texts(&rollout, baseline()), [(Some(false), None)]);
}

#[test]
fn what_becomes_of_an_object_is_told_with_the_words_for_its_pods() {
    let rollout = DEPLOYMENT.replace("apps/v1", "argoproj.io/v1alpha1");
    let rollout = rollout.replace("Deployment", "Rollout");
    for (text, outcome, words) in [
        (POD, "rejected", "pods \"p\" is forbidden: "),
        (DEPLOYMENT, "allowed, but its pods will be rejected", "would violate PodSecurity "),
        (rollout.as_str(), "allowed, but its pods will be rejected", "violates PodSecurity "),
    ] {
        let documents = harden_yaml::parse(text);
        let answer = answers(&documents, baseline()).remove(0);
        assert_eq!(answer.outcome(), outcome, "{text}");
        assert!(answer.words().unwrap().starts_with(words), "{text}");
    }
}

#[test]
fn the_labels_of_a_namespace_in_the_input_decide_wherever_it_stands() {
    let namespace = "
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {pod-security.kubernetes.io/warn: restricted}}
";
    let text = format!("{POD}---{namespace}");
    let (allowed, warning) = texts(&text, baseline()).remove(0);
    let warning = warning.unwrap();
    assert_eq!(allowed, Some(true));
    assert!(warning.starts_with("would violate PodSecurity \"restricted:latest\": "), "{warning}");
    let unlabelled = format!("{POD}---{}", namespace.replace("pod-security", "other"));
    assert_eq!(
        texts(&unlabelled, baseline())[0].0,
        Some(false),
        "a namespace without labels decides nothing"
    );
}

#[test]
fn versions_that_the_server_does_not_know_are_its_newest() {
    let probe = "{apiVersion: v1, kind: Pod, metadata: {name: p}, \
                 spec: {containers: [{name: c, livenessProbe: {httpGet: {host: h}}}]}}";
    let old = Options { server: MinorVersion(33), ..options(Level::Baseline, "v1.36") };
    assert_eq!(texts(probe, old), [(Some(true), None)]);
    let (allowed, text) = texts(probe, options(Level::Baseline, "v1.36")).remove(0);
    assert!(allowed == Some(false) && text.unwrap().contains("\"baseline:v1.36\""));
}

#[test]
fn exempt_pods_are_not_judged_and_exempt_users_only_by_their_own_hand() {
    let class = POD.replace("{containers", "{runtimeClassName: vm, containers");
    let exemptions = Exemptions {
        namespaces: vec!["shop".to_owned()],
        usernames: vec!["root".to_owned()],
        runtime_classes: vec!["vm".to_owned()],
    };
    let by_namespace = Options { exemptions: exemptions.clone(), ..baseline() };
    assert_eq!(texts(POD, by_namespace.clone()), [(Some(true), None)]);
    assert_eq!(texts(DEPLOYMENT, by_namespace.clone()), [(Some(true), None)]);
    let others = Exemptions { namespaces: Vec::new(), ..exemptions };
    let by_class = Options { exemptions: others, ..baseline() };
    assert_eq!(texts(&class, by_class.clone()), [(Some(true), None)]);
    let by_user = Options { username: Some("root".to_owned()), ..by_class };
    assert_eq!(texts(POD, by_user.clone()), [(Some(true), None)]);
    assert_eq!(texts(DEPLOYMENT, by_user), [(Some(false), None)], "a controller makes the pods");
}

#[test]
fn the_server_defaults_pods_and_not_templates() {
    let spec = "{hostNetwork: true, containers: [{name: c, ports: [{containerPort: 80}]}], \
                volumes: [{name: v}]}";
    let annotations = "annotations: {container.apparmor.security.beta.kubernetes.io/c: unconfined}";
    let pod = format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: p, {annotations}}}, spec: {spec}}}"
    );
    let job = format!(
        "{{apiVersion: batch/v1, kind: Job, metadata: {{name: j}}, \
          spec: {{template: {{metadata: {{{annotations}}}, spec: {spec}}}}}}}"
    );
    let message = |text: &str| {
        let documents = harden_yaml::parse(text);
        answers(&documents, baseline()).remove(0).message
    };
    let annotation = "\"container.apparmor.security.beta.kubernetes.io/c=\"unconfined\"\"), host namespaces \
         (hostNetwork=true)";
    assert_eq!(
        message(&pod),
        format!(
            "forbidden AppArmor profiles (container \"c\" and annotation must not set AppArmor \
             profile type to \"Unconfined\", {annotation}, hostPort (container \"c\" uses hostPort 80)"
        )
    );
    assert_eq!(
        message(&job),
        format!(
            "forbidden AppArmor profile (annotation must not set AppArmor profile type to {annotation}"
        )
    );
}

#[test]
fn what_the_server_cannot_decode_is_neither_allowed_nor_rejected() {
    let text = POD.replace("true", "\"true\"");
    let expected = "Pod in version \"v1\" cannot be handled as a Pod: \
                    spec.containers[0].securityContext.privileged has a value of the wrong type: \
                    \"true\"";
    let lax = options(Level::Privileged, "latest");
    assert_eq!(texts(&text, lax.clone()), [(None, Some(expected.to_owned()))]);
    let named_by_a_boolean = POD.replace("namespace: shop", "namespace: n");
    let expected = "Pod in version \"v1\" cannot be handled as a Pod: metadata.namespace has a value \
                    of the wrong type: n";
    assert_eq!(texts(&named_by_a_boolean, lax), [(None, Some(expected.to_owned()))]);
}

#[test]
fn an_answer_is_a_line_of_json() {
    let documents = harden_yaml::parse(POD);
    let answer = answers(&documents, baseline()).remove(0);
    assert_eq!(
        answer.to_json().to_string(),
        r#"{"name":"p","kind":"Pod","allowed":false,"message":"privileged (container \"c\" must not set securityContext.privileged=true)","checks":["privileged"]}"#
    );
    let fault = &answer.failures[0].faults[0];
    assert_eq!(fault.place.path(), "spec.containers[0].securityContext.privileged");
}

#[test]
fn pods_without_a_name_of_their_own_are_forbidden_by_the_name_that_is_made() {
    let generated = POD.replace("name: p,", "generateName: p-,");
    let text = texts(&generated, baseline()).remove(0).1.unwrap();
    assert!(text.starts_with("pods \"p-xxxxx\" is forbidden: "), "{text}");
}

fn namespace_answer(labels: &str, options: Options) -> Option<(Option<bool>, String)> {
    let text = format!(
        "{{apiVersion: v1, kind: Namespace, metadata: {{name: shop, labels: {{{labels}}}}}}}"
    );
    let document = Document::parse_yaml(&text);
    let object = objects(document.root()).next().unwrap();
    let answer = Simulator::new(options).answer_namespace(&object);
    answer.map(|answer| (answer.allowed, answer.text))
}

#[test]
fn a_namespace_with_bad_labels_is_rejected() {
    assert_eq!(
        namespace_answer("pod-security.kubernetes.io/enforce: Baseline", baseline()),
        Some((
            Some(false),
            "Namespace \"shop\" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: \
             Invalid value: \"Baseline\": must be one of privileged, baseline, restricted"
                .to_owned()
        ))
    );
    assert_eq!(namespace_answer("pod-security.kubernetes.io/enforce: baseline", baseline()), None);
    let (allowed, text) = namespace_answer("count: 1", baseline()).unwrap();
    assert_eq!(allowed, None);
    let expected = "Namespace in version \"v1\" cannot be handled as a Namespace: \
                    metadata.labels.count has a value of the wrong type: 1";
    assert_eq!(text, expected);
}

#[test]
fn labels_of_an_exempt_namespace_are_warned_about() {
    let exemptions = Exemptions { namespaces: vec!["shop".to_owned()], ..Exemptions::default() };
    let options = Options { exemptions, ..baseline() };
    let labels = "pod-security.kubernetes.io/enforce: restricted, \
                  pod-security.kubernetes.io/audit: baseline, \
                  pod-security.kubernetes.io/audit-version: v1.30";
    assert_eq!(
        namespace_answer(labels, options.clone()),
        Some((
            Some(true),
            "namespace \"shop\" is exempt from Pod Security, and the policy \
             (enforce=restricted:latest, audit=baseline:v1.30) will be ignored"
                .to_owned()
        ))
    );
    assert_eq!(namespace_answer("pod-security.kubernetes.io/enforce: privileged", options), None);
}
