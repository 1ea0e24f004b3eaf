//! What templates know of the cluster, and what of it is told.

use super::*;

#[test]
fn templates_look_up_what_gatekeeper_keeps_of_the_cluster() {
    let rego = "package k\nviolation[{\"msg\": name}] { data.inventory.namespace[_][\"v1\"].Service[name] }";
    let service = |name: &str| json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "x"}});
    let policies = vec![template("K", rego), constraint("K", json!({}))];
    let mut whole = cluster(&[service("s")]);
    whole.is_whole = true;
    assert_eq!(judge(&policies, &whole).0[0].message, "[c] s");
    // What is not at hand may be there.
    assert_eq!(judge(&policies, &cluster(&[service("s")])).0[0].verdict, Verdict::NotJudged);
    let kept = |kind: &str| {
        json!({
            "apiVersion": "syncset.gatekeeper.sh/v1alpha1", "kind": "SyncSet", "metadata": {"name": "s"},
            "spec": {"gvks": [{"group": "", "version": "v1", "kind": kind}]},
        })
    };
    let with = |kind: &str| [policies.clone(), vec![kept(kind)]].concat();
    assert_eq!(judge(&with("Service"), &whole).0[0].verdict, Verdict::Fail);
    assert_eq!(judge(&with("Secret"), &whole).0[0].verdict, Verdict::Pass);
}

#[test]
fn no_value_of_a_secret_of_the_inventory_is_told() {
    let rego = "package k\nviolation[{\"msg\": msg, \"details\": s}] {\n s := data.inventory.namespace.x.v1.Secret.db\n msg := sprintf(\"%v %v\", [s.data, base64.decode(s.data.password)]) }";
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "x"},
        "data": {"password": "bTRya2VyLW9uZQ=="}});
    let mut whole = cluster(&[secret]);
    whole.is_whole = true;
    let (answers, _) = judge(&[template("K", rego), constraint("K", json!({}))], &whole);
    assert_eq!(answers[0].message, "[c] {\"password\": \"(hidden)\"} (hidden)");
    let said = format!("{answers:?}");
    assert!(!said.contains("m4rker") && !said.contains("bTRya2Vy"), "{said}");
}

#[test]
fn details_that_share_what_is_in_them_are_told_as_far_as_they_go() {
    let lists: String = (1..19).map(|it| format!(" a{it} := [a{0}, a{0}]\n", it - 1)).collect();
    let rego = format!(
        "package k\nviolation[{{\"msg\": \"x\", \"details\": {{\"a\": a18}}}}] {{\n a0 := [1]\n{lists}}}"
    );
    let policies = [template("K", &rego), constraint("K", json!({}))];
    let (answers, refused) = judge(&policies, &cluster(&[]));
    assert_eq!(refused, []);
    assert_eq!(answers[0].reasons[0].values[0].1, "too much to be told");
}

#[test]
fn values_of_a_secret_are_told_to_nobody() {
    let rego = "package k\nviolation[{\"msg\": msg, \"details\": {\"d\": d}}] {\n d := input.review.object.data\n msg := base64.decode(d.x) }";
    let objects = [template("K", rego), constraint("K", json!({}))].map(Object::new);
    let cluster = cluster(&[]);
    let request = Request {
        operation: Operation::Create,
        object: Some(Object::new(json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"x": "aHVudGVyMg=="},
        }))),
        old: None,
        subresource: String::new(),
        user: User::default(),
        is_dry_run: false,
        cluster: &cluster,
    };
    let answers = Policies::read(&objects, &cluster).validate(&request);
    assert_eq!(answers[0].message, "[c] (hidden)");
    assert_eq!(answers[0].reasons[0].values[0].1, "{\"d\":{\"x\":\"(hidden)\"}}");
}
