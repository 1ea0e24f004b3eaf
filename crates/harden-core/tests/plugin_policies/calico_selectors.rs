//! The selectors of Calico.

use serde_json::{Value, json};

use super::calico::global;
use super::packets::{expect, network, passes, refusal};

#[test]
fn pods_are_selected_by_labels_namespaces_and_accounts() {
    let deny = |selectors: Value| {
        let mut spec = json!({"types": ["Ingress"]});
        spec.as_object_mut().unwrap().extend(selectors.as_object().unwrap().clone());
        network(&[global("p", &spec)])
    };
    expect(
        &deny(json!({})),
        &["-a/job > a/web TCP 80", "-a/job > c/web TCP 80", "+a/job > n1 TCP 80"],
    );
    expect(&deny(json!({"selector": "all()"})), &["-a/job > c/web TCP 80"]);
    expect(
        &deny(json!({"namespaceSelector": "team == 'one'"})),
        &["-a/job > a/web TCP 80", "-a/job > b/web TCP 80", "+a/job > c/web TCP 80"],
    );
    expect(
        &deny(json!({"namespaceSelector": "projectcalico.org/name == 'c'"})),
        &["+a/job > a/web TCP 80", "-a/job > c/web TCP 80"],
    );
    expect(
        &deny(json!({"namespaceSelector": "kubernetes.io/metadata.name not in {'c', \"x\"}"})),
        &["-a/job > a/web TCP 80", "+a/job > c/web TCP 80"],
    );
    expect(
        &deny(json!({"selector": "projectcalico.org/namespace == 'b' && has(tool)"})),
        &["-a/job > b/tool TCP 80", "+a/job > b/web TCP 80"],
    );
    expect(
        &deny(json!({"selector": "projectcalico.org/serviceaccount == 'keeper'"})),
        &["-a/job > b/web TCP 80", "-a/job > a/db TCP 80", "+a/job > a/web TCP 80"],
    );
    expect(
        &deny(json!({"serviceAccountSelector": "keeps == 'data'"})),
        &["-a/job > a/db TCP 80", "+a/job > b/web TCP 80"],
    );
    expect(
        &deny(json!({"selector": "pcns.team == 'two' || projectcalico.org/orchestrator != 'k8s'"})),
        &["-a/job > c/web TCP 80", "+a/job > a/web TCP 80"],
    );
}

#[test]
fn selectors_are_read_as_calico_reads_them() {
    let matching = |selector: &str| {
        let network = network(&[global("p", &json!({"selector": selector, "types": ["Ingress"]}))]);
        let pods = ["a/web", "a/db", "b/web", "b/tool", "c/web"];
        let is_closed = |it: &&&str| !passes(&network, &format!("a/job > {it} TCP 80"));
        pods.iter().filter(|it| is_closed(it)).copied().collect::<Vec<_>>().join(" ")
    };
    for (selector, pods) in [
        ("app == 'web'", "a/web b/web c/web"),
        ("app != 'web'", "a/db b/tool"),
        ("app in {'db','job'}", "a/db"),
        ("app in {}", ""),
        ("app in {'db',}", "a/db"),
        ("app not in {'db', 'web'}", "b/tool"),
        ("has(tier)", "a/web c/web"),
        ("!has(tier)", "a/db b/web b/tool"),
        ("!!has(tier)", "a/web c/web"),
        ("app contains 'e'", "a/web b/web c/web"),
        ("app starts with 'd'", "a/db"),
        ("app ends  with \"b\"", "a/web a/db b/web c/web"),
        ("app startswith 'w'", "a/web b/web c/web"),
        ("app == 'web' && tier == 'back' || has(tool)", "b/tool c/web"),
        ("app == 'web' && (tier == 'back' || has(tool))", "c/web"),
        ("!(app == 'web' && has(tier))", "a/db b/web b/tool"),
        ("!app == 'web'", "a/db b/tool"),
        ("all() && has( tier )", "a/web c/web"),
        ("\tapp=='web'&&has(tier)\t", "a/web c/web"),
        ("app in {'web'} && tier not in {'front'}", "b/web c/web"),
    ] {
        assert_eq!(matching(selector), pods, "{selector}");
    }
    for selector in [
        "app",
        "app ==",
        "app == web",
        "app = 'web'",
        "app == 'web",
        "(has(a)",
        "has(a))",
        "has(a) &&",
        "&& has(a)",
        "has()",
        "has (a)",
        "all",
        "a in 'b'",
        "a not 'b'",
        "a starts 'b'",
        "a in {'b' 'c'}",
        "has(a) has(b)",
        "global()",
        "a == 'b' | c == 'd'",
        "\n",
        "has(é)",
    ] {
        let policy = global("p", &json!({"selector": selector, "types": ["Ingress"]}));
        assert!(refusal(&policy).is_some(), "{selector}");
    }
}
