//! Twice the input takes about twice the looks at its documents, whatever it is made of.
//!
//! `plugin/benches/growth.py` measures the time of more shapes.

#![allow(clippy::format_push_string, reason = "texts are made line by line")]

use std::sync::{Mutex, PoisonError};

use harden_core::check::{Settings, Survey};
use harden_core::ignore::FileIgnore;
use harden_core::rules;
use harden_core::source::Source;

/// Texts of one shape, by how many of something they hold.
type Shape = (&'static str, fn(usize) -> Vec<String>);

/// An entry of a file of ignores, by its place there.
type Entry = fn(usize) -> FileIgnore;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: a}\nspec:\n";

const CONTAINERS: &str = "  containers: [{name: a, image: a}]\n";

const COMMENT: &str = "# harden: ignore[missing-memory-limit] why\n";

fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect()
}

fn pod(name: usize) -> String {
    format!("---\n{}{CONTAINERS}", POD.replace("name: a,", &format!("name: p-{name},")))
}

fn item(name: usize) -> String {
    let pod = pod(name).replace("---\n", "").replace('\n', "\n  ");
    format!("- {}\n", pod.trim_end())
}

fn list(items: &str) -> String {
    format!("apiVersion: v1\nkind: List\nitems:\n{items}")
}

fn in_pod(lines: &str) -> Vec<String> {
    vec![format!("{POD}{lines}{CONTAINERS}")]
}

fn in_container(key: &str, lines: &str) -> Vec<String> {
    vec![format!("{POD}  containers:\n  - name: a\n    image: a\n    {key}:\n{lines}")]
}

fn containers(lines: &str) -> Vec<String> {
    vec![format!("{POD}  containers:\n{lines}")]
}

const SHAPES: &[Shape] = &[
    ("documents", |n| vec![each(n, pod)]),
    ("files", |n| (0..n).map(pod).collect()),
    ("items", |n| vec![list(&each(n, item))]),
    ("items in one line", |n| {
        let items = each(n, |it| {
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: p-{it}}}, spec: {{containers: [{{name: a, image: a}}]}}}}, "
            )
        });
        vec![format!("{{apiVersion: v1, kind: List, items: [{items}]}}")]
    }),
    ("comments in a row", |n| vec![format!("{}{POD}{CONTAINERS}", COMMENT.repeat(n))]),
    ("comments in a pod", |n| in_pod(&format!("  {COMMENT}").repeat(n))),
    ("comments on pods", |n| {
        vec![each(n, |it| pod(it).replace("---\n", &format!("---\n{COMMENT}")))]
    }),
    ("comments on items", |n| vec![list(&each(n, |it| format!("{COMMENT}{}", item(it))))]),
    ("comments on containers", |n| {
        containers(&each(n, |it| format!("  - {{name: c-{it}, image: a}} {COMMENT}")))
    }),
    ("annotated items", |n| {
        let mark = "metadata: {annotations: {harden.kubectl.io/ignore.missing-memory-limit: why}, ";
        vec![list(&each(n, item).replace("metadata: {", mark))]
    }),
    ("containers", |n| containers(&each(n, |it| format!("  - {{name: c-{it}, image: a}}\n")))),
    ("containers of one name", |n| containers(&"  - {name: a, image: a}\n".repeat(n))),
    ("volumes", |n| {
        in_pod(&format!(
            "  volumes:\n{}",
            each(n, |it| format!("  - {{name: v-{it}, hostPath: {{path: /v/{it}}}}}\n"))
        ))
    }),
    ("environment", |n| {
        in_container(
            "env",
            &each(n, |it| format!("    - {{name: PASSWORD_{it}, value: abc123def}}\n")),
        )
    }),
    ("ports", |n| {
        in_container(
            "ports",
            &each(n, |it| format!("    - {{containerPort: {}, hostPort: {}}}\n", it + 1, it + 1)),
        )
    }),
    ("arguments", |n| {
        in_container("args", &each(n, |it| format!("    - --password-{it}=abc123\n")))
    }),
    ("capabilities", |n| {
        let added = each(n, |it| format!("CAP_{it}, "));
        containers(&format!(
            "  - {{name: a, image: a, securityContext: {{capabilities: {{add: [{added}]}}}}}}\n"
        ))
    }),
    ("sysctls", |n| {
        in_pod(&format!(
            "  securityContext:\n    sysctls:\n{}",
            each(n, |it| format!("    - {{name: kernel.a{it}, value: '1'}}\n"))
        ))
    }),
    ("labels", |n| {
        let labels = each(n, |it| format!("    l-{it}: a b\n"));
        vec![format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n{labels}spec:\n{CONTAINERS}"
        )]
    }),
    ("unknown fields", |n| in_pod(&each(n, |it| format!("  unknown{it}: a\n")))),
    ("keys", |n| vec![format!("{}{POD}{CONTAINERS}", each(n, |it| format!("k{it}: a\n")))]),
    ("aliases", |n| {
        let items = each(n, item).replace("[{name: a, image: a}]", "*a");
        vec![format!("x: &a [{{name: a, image: a}}]\n{}", list(&items))]
    }),
    ("secrets", |n| {
        vec![format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata:\n{}",
            each(n, |it| format!("  k{it}: a b\n"))
        )]
    }),
    ("passwords", |n| {
        vec![format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n{}",
            each(n, |it| format!("  password{it}: abc123def\n"))
        )]
    }),
    ("namespaces with policies", |n| {
        vec![each(n, |it| {
            let policy = format!(
                "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: n-{it}}}\nspec: {{podSelector: {{matchLabels: {{app: a}}}}, ingress: [{{}}]}}\n"
            );
            format!(
                "---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: n-{it}}}\n{policy}{}",
                pod(it).replace("namespace: a", &format!("namespace: n-{it}"))
            )
        })]
    }),
    ("roles and bindings", |n| {
        vec![each(n, |it| {
            let role = format!(
                "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: r-{it}, namespace: a}}\nrules: [{{apiGroups: [''], resources: [secrets], verbs: [get]}}]\n"
            );
            format!(
                "{role}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: b-{it}, namespace: a}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: r-{it}}}\nsubjects: [{{kind: ServiceAccount, name: s-{it}, namespace: a}}]\n"
            )
        })]
    }),
    ("limit ranges", |n| {
        vec![each(n, |it| {
            format!(
                "---\napiVersion: v1\nkind: LimitRange\nmetadata: {{name: l-{it}, namespace: a}}\nspec: {{limits: [{{type: Container, default: {{memory: 1Gi}}}}]}}\n{}",
                pod(it)
            )
        })]
    }),
    ("encryption entries", |n| {
        vec![format!(
            "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n{}",
            each(n, |it| format!("- {{resources: [r{it}], providers: [{{identity: {{}}}}]}}\n"))
        )]
    }),
    ("encryption keys", |n| {
        let keys = each(n, |it| {
            format!("      - {{name: k{it}, secret: c2VjcmV0IGlzIHNlY3VyZSwgSSB0aGluaw==}}\n")
        });
        vec![format!(
            "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc:\n      keys:\n{keys}"
        )]
    }),
    ("audit rules", |n| {
        vec![format!(
            "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n{}",
            each(n, |it| format!(
                "- {{level: Request, users: [u{it}], resources: [{{group: '', resources: [secrets]}}]}}\n"
            ))
        )]
    }),
    ("exemptions", |n| {
        let names = each(n, |it| format!("  - n{it}\n"));
        vec![format!(
            "apiVersion: pod-security.admission.config.k8s.io/v1\nkind: PodSecurityConfiguration\ndefaults: {{enforce: baseline}}\nexemptions:\n  namespaces:\n{names}"
        )]
    }),
];

fn steps(texts: &[String], ignores: Vec<FileIgnore>) -> u64 {
    let before = harden_yaml::steps();
    let settings = Settings { ignores, ..Settings::new(rules::all()) };
    let sources: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(number, text)| Source::new(format!("{number}.yaml"), text.as_str()))
        .collect();
    let mut survey = Survey::new(settings);
    sources.iter().for_each(|it| survey.learn(it));
    let mut run = survey.end();
    run.judge(sources);
    assert!(run.finish().coverage.documents > 0);
    harden_yaml::steps() - before
}

/// Steps of all threads are counted: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn assert_grows_evenly(name: &str, steps: impl Fn(usize) -> u64) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (few, many) = (steps(200), steps(400));
    assert!(few > 200, "{name}: nothing is counted");
    assert!(many * 10 <= few * 22, "{name}: {few} steps for 200, {many} for 400");
}

#[test]
fn twice_the_input_takes_about_twice_the_steps() {
    for (name, texts) in SHAPES {
        assert_grows_evenly(name, |count| steps(&texts(count), Vec::new()));
    }
}

#[test]
fn twice_the_pods_with_an_entry_each_take_about_twice_the_steps() {
    let patterns: [(&str, Entry); 3] = [
        ("names", |it| FileIgnore { name: Some(format!("p-{it}")), ..FileIgnore::default() }),
        ("stars", |it| FileIgnore { name: Some(format!("*-{it}*")), ..FileIgnore::default() }),
        ("containers", |it| FileIgnore {
            container: Some(format!("c-{it}")),
            ..FileIgnore::default()
        }),
    ];
    for (name, entry) in patterns {
        assert_grows_evenly(name, |count| {
            let named =
                |it| FileIgnore { rule: "*".to_owned(), reason: "why".to_owned(), ..entry(it) };
            steps(&[each(count, pod)], (0..count).map(named).collect())
        });
    }
}
