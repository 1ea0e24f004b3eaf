#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use super::*;
use crate::check::{Settings, Survey};
use crate::rules;
use crate::source::Source;

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

/// As `helm create` makes it, shortened.
const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include \"web.fullname\" . }}
spec:
  template:
    spec:
      {{- with .Values.podSecurityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .Chart.Name }}
          {{- with .Values.securityContext }}
          securityContext:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          image: \"{{ .Values.image.repository }}:{{ .Values.image.tag }}\"
          ports:
            - name: http
              containerPort: 80
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
      {{- with .Values.volumes }}
      volumes:
        {{- toYaml . | nindent 8 }}
      {{- end }}
";

const ACCOUNT: &str = "\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Release.Name }}
automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
";

const VALUES: &str = "\
image:
  repository: web
  tag: latest
serviceAccount:
  automount: true
podSecurityContext: {}
securityContext:
  allowPrivilegeEscalation: false
resources: {}
";

fn check(sources: Vec<Source<'_>>) -> Outcome<'_> {
    let mut survey = Survey::new(Settings::new(rules::all()));
    sources.iter().for_each(|it| survey.learn(it));
    let mut run = survey.end();
    run.judge(sources);
    run.finish()
}

fn advice(files: &[(&str, &str)], level: Level) -> Vec<(String, String)> {
    let sources: Vec<_> = files.iter().map(|(name, text)| Source::new(*name, *text)).collect();
    let outcome = check(sources);
    let all = of_templates(&outcome, level);
    all.into_iter()
        .map(|it| (format!("{}:{}: {}", it.file, it.line, it.message), it.write))
        .collect()
}

fn chart(values: &str) -> Vec<(&'static str, String)> {
    vec![
        ("web/Chart.yaml", CHART.to_owned()),
        ("web/values.yaml", values.to_owned()),
        ("web/templates/deployment.yaml", DEPLOYMENT.to_owned()),
        ("web/templates/serviceaccount.yaml", ACCOUNT.to_owned()),
    ]
}

fn of_chart(values: &str, level: Level) -> Vec<(String, String)> {
    let files = chart(values);
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    advice(&files, level)
}

#[test]
fn a_chart_is_mended_by_its_values() {
    let of = "in web/templates/deployment.yaml";
    let expected = [
        (
            format!(
                "web/values.yaml:6: `podSecurityContext` becomes securityContext of pods {of}: set there"
            ),
            "podSecurityContext:\n  runAsNonRoot: true\n  seccompProfile:\n    type: RuntimeDefault\n",
        ),
        (
            format!(
                "web/values.yaml:7: `securityContext` becomes securityContext of containers {of}: set there"
            ),
            "securityContext:\n  capabilities:\n    drop: [ALL]\n  readOnlyRootFilesystem: true\n",
        ),
        (
            format!(
                "web/values.yaml:9: `resources` becomes resources of containers {of}: set there, with numbers of your own"
            ),
            "resources:\n  requests:\n    cpu: 100m\n    memory: 128Mi\n  limits:\n    memory: 128Mi\n",
        ),
        (
            format!(
                "web/values.yaml:3: `image.tag` names an image {of} that may be another tomorrow: write the tag of a release, or a digest"
            ),
            "",
        ),
        (
            format!(
                "web/values.yaml:5: `serviceAccount.automount` becomes automountServiceAccountToken of pods {of}: set there, unless the program uses the API server"
            ),
            "serviceAccount:\n  automount: false\n",
        ),
    ];
    let told = of_chart(VALUES, Level::Restricted);
    let told: Vec<_> = told.iter().map(|(it, write)| (it.clone(), write.as_str())).collect();
    assert_eq!(told, expected);
}

#[test]
fn values_that_do_what_is_asked_are_left() {
    let values = "\
image: {tag: 1.2.3}
serviceAccount: {automount: false}
podSecurityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, readOnlyRootFilesystem: true}
resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}
";
    assert_eq!(of_chart(values, Level::Restricted), []);
    let in_container = values
        .replace(
            "podSecurityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}",
            "podSecurityContext: {}",
        )
        .replace(
            "{allowPriv",
            "{runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}, allowPriv",
        );
    assert_eq!(of_chart(&in_container, Level::Restricted), []);
}

#[test]
fn a_value_that_is_not_set_is_told_by_what_it_would_be_in() {
    let told = of_chart("image: {tag: 1.2.3}\nserviceAccount: {}\n", Level::Baseline);
    let lines: Vec<_> = told.iter().map(|(it, _)| it.split(", which").next().unwrap()).collect();
    assert_eq!(
        lines,
        [
            "web/values.yaml:1: `securityContext`",
            "web/values.yaml:1: `resources`",
            "web/values.yaml:2: `serviceAccount.automount`",
        ]
    );
    assert_eq!(told[0].1, "securityContext:\n  readOnlyRootFilesystem: true\n");
}

#[test]
fn where_no_value_is_there_the_lines_of_the_template_are() {
    let template = "\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
spec:
  containers:
  - name: a
    image: {{ .Values.image }}
    securityContext:
      runAsUser: {{ .Values.user }}
      allowPrivilegeEscalation: false
  - name: b
    image: b
";
    let files = [
        ("web/Chart.yaml", CHART),
        ("web/values.yaml", "image: a:1\n"),
        ("web/templates/pod.yaml", template),
    ];
    let told = advice(&files, Level::Restricted);
    let context = |what: &str| told.iter().find(|(it, _)| it.contains(what)).unwrap();
    let pod = context("pod.yaml:5: no value becomes securityContext of its pods");
    assert!(pod.1.starts_with("  securityContext:\n    runAsNonRoot: true\n"), "{}", pod.1);
    let first = context("pod.yaml:9: securityContext of its containers lacks these lines");
    assert_eq!(
        first.1,
        "    securityContext:\n      capabilities:\n        drop: [ALL]\n      readOnlyRootFilesystem: true\n"
    );
    let second = context("pod.yaml:12: no value becomes securityContext of its containers");
    assert!(second.1.starts_with("    securityContext:\n      allowPrivilegeEscalation: false\n"));
    let token = context("pod.yaml:5: no value becomes automountServiceAccountToken");
    assert_eq!(token.1, "  automountServiceAccountToken: false\n");
}

#[test]
fn a_template_alone_is_told_by_itself() {
    let told = advice(&[("deployment.yaml", DEPLOYMENT)], Level::Restricted);
    assert_eq!(
        told[0].0,
        "deployment.yaml:9: `.Values.podSecurityContext` becomes securityContext of pods: give it"
    );
    assert_eq!(advice(&[("a.yaml", "a: {{ .Values.a }}\n")], Level::Restricted), []);
}

#[test]
fn what_helm_rendered_is_told_by_its_templates() {
    let text = "---\n# Source: web/templates/pod.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: true\n  containers:\n  - {name: a, image: a}\n";
    let outcome = check(vec![Source::new("all.yaml", text)]);
    let choice = crate::fix::Choice {
        safe_only: false,
        wants: &|_, _| true,
        version: crate::kubernetes::MinorVersion(37),
        existing: &crate::fix::Existing::default(),
        user: None,
    };
    let fixed = crate::fix::fix(&outcome, &choice);
    let told = rendered::advice(&outcome, &fixed);
    assert_eq!((told.len(), told[0].line), (1, 2));
    assert!(told[0].message.contains("change web/templates/pod.yaml or the values"));
    let untold = text.replace("# Source", "# From");
    let outcome = check(vec![Source::new("all.yaml", &*untold)]);
    assert_eq!(rendered::advice(&outcome, &crate::fix::fix(&outcome, &choice)), []);
}
