//! The orders and tiers of Calico.

use serde_json::{Value, json};

use super::calico::{global, of_namespace};
use super::packets::{expect, network, refusal};

fn tier(name: &str, order: &Value, action: &str) -> Value {
    let mut spec = json!({"defaultAction": action});
    if !order.is_null() {
        spec["order"] = order.clone();
    }
    json!({"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": {"name": name}, "spec": spec})
}

#[test]
fn rules_go_in_order_and_policies_by_their_orders() {
    let rules = json!([
        {"action": "Deny", "source": {"selector": "app == 'web'"}},
        {"action": "Allow", "source": {"namespaceSelector": "all()"}},
        {"action": "Deny", "source": {"selector": "app == 'job'"}}]);
    let one = of_namespace("p", &json!({"selector": "app == 'db'", "ingress": rules}));
    expect(
        &network(&[one]),
        &[
            "-a/web > a/db TCP 80",
            "+a/job > a/db TCP 80",
            "+b/web > a/db TCP 80",
            "-8.8.8.8 > a/db TCP 80",
        ],
    );
    let policy = |name: &str, order: Value, action: &str| {
        let mut spec = json!({"selector": "app == 'db'", "ingress": [{"action": action}]});
        if !order.is_null() {
            spec["order"] = order;
        }
        of_namespace(name, &spec)
    };
    let allow = ["+a/web > a/db TCP 80"];
    let deny = ["-a/web > a/db TCP 80"];
    expect(&network(&[policy("a", json!(20), "Allow"), policy("b", json!(10.5), "Deny")]), &deny);
    expect(&network(&[policy("a", json!(10), "Allow"), policy("b", json!(10.5), "Deny")]), &allow);
    expect(&network(&[policy("a", json!(null), "Deny"), policy("b", json!(1e9), "Allow")]), &allow);
    expect(&network(&[policy("a", json!(-5), "Deny"), policy("b", json!(0), "Allow")]), &deny);
    expect(&network(&[policy("b", json!(1), "Deny"), policy("a", json!(1), "Allow")]), &allow);
    let kubernetes = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"namespace": "a", "name": "k"}, "spec": {"podSelector": {}, "ingress": [{}]}});
    expect(&network(&[kubernetes.clone(), policy("a", json!(999), "Deny")]), &deny);
    expect(&network(&[kubernetes, policy("a", json!(1001), "Deny")]), &allow);
}

#[test]
fn tiers_go_by_their_orders_and_end_with_what_they_say() {
    let in_tier = |name: &str, tier: &str, rules: Value| {
        global(
            &format!("{tier}.{name}"),
            &json!({"tier": tier, "selector": "app == 'db'", "ingress": rules}),
        )
    };
    let some = || {
        in_tier(
            "s",
            "security",
            json!([
        {"action": "Deny", "source": {"selector": "app == 'job'"}},
        {"action": "Pass", "source": {"selector": "app == 'web'"}},
        {"action": "Log"}]),
        )
    };
    let security = tier("security", &json!(100), "Deny");
    expect(
        &network(&[some(), security.clone()]),
        &[
            "-a/job > a/db TCP 80",
            "+a/web > a/db TCP 80",
            "-b/tool > a/db TCP 80",
            "-8.8.8.8 > a/db TCP 80",
            "+8.8.8.8 > a/web TCP 80",
        ],
    );
    let passing = tier("security", &json!(100), "Pass");
    expect(
        &network(&[some(), passing]),
        &["-a/job > a/db TCP 80", "+b/tool > a/db TCP 80", "+8.8.8.8 > a/db TCP 80"],
    );
    let own = of_namespace(
        "db",
        &json!({"selector": "app == 'db'", "ingress": [{"action": "Allow", "source": {"selector": "app == 'web'", "namespaceSelector": "all()"}, "protocol": "TCP"}]}),
    );
    expect(
        &network(&[own.clone(), some(), security.clone()]),
        &["-a/job > a/db TCP 80", "+a/web > a/db TCP 80", "-a/web > a/db UDP 80"],
    );
    let first = in_tier(
        "f",
        "first",
        json!([{"action": "Allow", "source": {"selector": "app == 'job'"}}, {"action": "Pass"}]),
    );
    let order = |order: Value| tier("first", &order, "Deny");
    expect(
        &network(&[first.clone(), some(), security.clone(), order(json!(50))]),
        &["+a/job > a/db TCP 80", "+a/web > a/db TCP 80"],
    );
    expect(
        &network(&[first.clone(), some(), security.clone(), order(json!(200))]),
        &["-a/job > a/db TCP 80"],
    );
    // A tier without an order is the last one.
    let deny = in_tier("f", "first", json!([{"action": "Deny"}]));
    expect(&network(&[deny.clone(), own, order(json!(null))]), &["+a/web > a/db TCP 80"]);
    assert!(refusal(&deny).is_some_and(|it| it.contains("Tier first was not read")));
    let admin = in_tier(
        "x",
        "kube-admin",
        json!([{"action": "Deny", "source": {"selector": "app == 'job'"}}]),
    );
    expect(&network(&[admin]), &["-a/job > a/db TCP 80", "+a/web > a/db TCP 80"]);
}
