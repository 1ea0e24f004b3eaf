//! Requests, records and estimates.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::configuration::first_document;

const POLICY: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  verbs: [\"*\"]
  users: [bob]
- level: Request
  verbs: [create]
  resources:
  - group: \"\"
    resources: [pods, pods/exec]
- level: None
  nonResourceURLs: [/healthz*]
- level: Metadata
  resources:
  - group: \"\"
    resources: [secrets]
    resourceNames: [s]
- level: RequestResponse
  omitStages: [ResponseStarted]
  namespaces: [shop]
";

fn request(words: &[(&str, &str)]) -> Result<Request, InvalidRequest> {
    let mut request = Request { user: "alice".to_owned(), ..Request::default() };
    for (key, value) in words {
        let value = (*value).to_owned();
        match *key {
            "user" => request.user = value,
            "group" => request.groups.push(value),
            "verb" => request.verb = value,
            "resource" => request.resource = value,
            "api-group" => request.group = Some(value),
            "namespace" => request.namespace = value,
            "name" => request.name = value,
            _ => request.path = value,
        }
    }
    request.complete()
}

fn answer(words: &[(&str, &str)]) -> String {
    let document = first_document(POLICY);
    let simulator = Simulator::new(&document, "policy.yaml", MinorVersion::NEWEST_KNOWN).unwrap();
    let request = request(words).unwrap();
    simulator.to_text(&simulator.answer(&request.event()))
}

#[test]
fn an_answer_names_the_rule_that_decides_and_why_others_do_not() {
    let exec = [("verb", "get"), ("resource", "pods/exec"), ("namespace", "shop"), ("name", "web")];
    assert_eq!(
        answer(&exec),
        "\
RequestResponse: policy.yaml:20 rules[4] decides
  logged at ResponseComplete, and Panic if the server fails
rules above that do not match, nearest first:
  policy.yaml:8 rules[1]: verbs: `get` is not `create`
  policy.yaml:15 rules[3]: resources: `pods/exec` is not `secrets`
  policy.yaml:5 rules[0]: users: `alice` is not `bob`; verbs: `get` is not `*` (verb `*` matches no \
         request: leave `verbs` out to mean all)
  policy.yaml:13 rules[2]: nonResourceURLs: the request is about a resource
"
    );
}

#[test]
fn what_no_rule_matches_is_not_logged() {
    let list = answer(&[("verb", "list"), ("resource", "deployments")]);
    assert!(list.starts_with("None: no rule matches\n  nothing is logged\nrules above"), "{list}");
    for reason in [
        "rules[3]: resources: group `apps` is not `\"\"` (core)\n",
        "rules[4]: namespaces: the request has none, and it must be `shop`\n",
        "rules[1]: verbs: `list` is not `create`; resources: group `apps` is not `\"\"` (core)\n",
    ] {
        assert!(list.contains(reason), "{list}");
    }
    let metrics = answer(&[("verb", "get"), ("path", "/metrics"), ("user", "")]);
    for reason in [
        "rules[2]: nonResourceURLs: `/metrics` is not `/healthz*`\n",
        "rules[0]: users: the request has no user; verbs: `get` is not `*`",
        "rules[4]: namespaces: the request is about no resource\n",
    ] {
        assert!(metrics.contains(reason), "{metrics}");
    }
}

#[test]
fn the_server_adds_groups_and_namespaces() {
    let account = request(&[
        ("user", "system:serviceaccount:ci:deployer"),
        ("verb", "get"),
        ("resource", "namespaces"),
        ("name", "shop"),
    ]);
    let account = account.unwrap();
    assert_eq!(account.namespace, "shop");
    assert_eq!(
        account.groups,
        ["system:authenticated", "system:serviceaccounts", "system:serviceaccounts:ci"]
    );
    let scale = request(&[("verb", "update"), ("resource", "deployments/scale")]).unwrap();
    assert_eq!((scale.event().group, scale.event().subresource), ("apps", "scale"));
}

#[test]
fn requests_that_no_server_sees_are_rejected() {
    for (words, message) in [
        (vec![("verb", "GET"), ("resource", "pods")], "verb `GET`: requests about resources have"),
        (vec![("verb", "list"), ("path", "/api")], "verb `list`: requests to paths have an HTTP"),
        (vec![("verb", "get"), ("path", "api")], "path `api`: must begin with /"),
        (vec![("verb", "get")], "it is about nothing"),
        (vec![("verb", "get"), ("resource", "Pod")], "none of this name, did you mean `pods`?"),
        (vec![("verb", "get"), ("resource", "a/b/c")], "must be RESOURCE[.GROUP][/SUBRESOURCE]"),
        (vec![("verb", "get"), ("resource", "frobs")], "custom resources are named with"),
        (
            vec![("verb", "get"), ("resource", "a.b"), ("api-group", "b")],
            "resource `a.b` names a group already",
        ),
    ] {
        let error = request(&words).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    assert!(request(&[("verb", "get"), ("resource", "widgets.example.com")]).is_ok());
}

const EVENTS: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/shop/pods?x=1","verb":"create","user":{"username":"alice","groups":["system:authenticated"]},"objectRef":{"resource":"pods","namespace":"shop","name":"web","apiVersion":"v1"},"requestObject":{"a":1},"responseObject":{"a":12}}
{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","stage":"RequestReceived","requestURI":"/health%7A","verb":"get","user":{}}

{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","stage":"ResponseComplete","requestURI":"/apis/apps/v1/namespaces/shop/deployments","verb":"list","user":{"username":"al\u0069ce","groups":["dev"]},"objectRef":{"resource":"deployments","namespace":"shop","apiGroup":"apps","apiVersion":"v1"}}
nonsense
"#;

#[test]
fn records_are_what_the_server_saw_when_it_decided() {
    let mut lines = EVENTS.lines();
    let created = Record::read(lines.next().unwrap()).unwrap();
    let event = created.event();
    assert_eq!(
        (event.name, event.namespace, event.path),
        ("", "shop", "/api/v1/namespaces/shop/pods")
    );
    assert_eq!(created.title(), "create pods shop/ by alice");
    let without = r#","requestObject":{"a":1}"#.len() + r#","responseObject":{"a":12}"#.len();
    assert_eq!(created.bytes_at(AuditLevel::Metadata), created.bytes - without);
    let health = Record::read(lines.next().unwrap()).unwrap();
    assert_eq!((health.event().user, health.event().path), (None, "/healthz"));
    let list = Record::read(lines.nth(1).unwrap()).unwrap();
    assert_eq!(list.title(), "list deployments.apps shop/ by alice");
    for (text, message) in [
        ("{}", "it is no audit event: stage must be one of"),
        ("nonsense", "it is no JSON of an audit event"),
        (r#"{"kind":"Pod","apiVersion":"v1"}"#, "its kind is `v1 Pod`"),
        (r#"{"stage":"Panic","level":"All"}"#, "level must be one of None"),
        (r#"{"stage":"Panic","level":"None"}"#, "verb is missing"),
    ] {
        let error = Record::read(text).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

fn add_log(estimate: &mut Estimate, simulator: &Simulator<'_>, log: &str) {
    for line in log.split_inclusive('\n') {
        let _ = estimate.add_line(simulator.policy(), line);
    }
}

#[test]
fn lines_are_counted_with_a_byte_order_mark_and_with_any_line_end() {
    let document = first_document(POLICY);
    let simulator = Simulator::new(&document, "policy.yaml", MinorVersion::NEWEST_KNOWN).unwrap();
    let mut plain = Estimate::new(simulator.policy());
    add_log(&mut plain, &simulator, EVENTS);
    let mut marked = Estimate::new(simulator.policy());
    add_log(&mut marked, &simulator, &format!("\u{feff}{}\r\n\r\n", EVENTS.replace('\n', "\r\n")));
    assert_eq!(marked.to_text(&simulator), plain.to_text(&simulator));
}

#[test]
fn an_estimate_says_what_each_rule_keeps_and_what_it_cannot_know() {
    let document = first_document(POLICY);
    let simulator = Simulator::new(&document, "policy.yaml", MinorVersion::NEWEST_KNOWN).unwrap();
    let mut estimate = Estimate::new(simulator.policy());
    add_log(&mut estimate, &simulator, EVENTS);
    let mut halves = Estimate::new(simulator.policy());
    for line in EVENTS.lines() {
        let mut half = Estimate::new(simulator.policy());
        add_log(&mut half, &simulator, line);
        halves.merge(&half);
    }
    assert_eq!(halves, estimate);
    assert_eq!(
        estimate.to_text(&simulator),
        "\
RULE                   LEVEL               EVENTS   SHARE KEPT BYTES   SHARE
rules[0] (line 5)      None                     0    0.0%          0    0.0%
rules[1] (line 8)      Request                  1   33.3%        332   41.1%
rules[2] (line 13)     None                     1   33.3%          0    0.0%
rules[3] (line 15)     Metadata                 0    0.0%          0    0.0%
rules[4] (line 20)     RequestResponse          1   33.3%       308+   38.2%
no rule                None                     0    0.0%          0    0.0%
kept: 2 of 3 events (66.7%), at least 640 of 807 bytes (79.3%)
not in this estimate: requests that the log's own policy dropped, which this one may log
not in this estimate: the bodies of 1 event marked +, which the log does not have
left out: 1 line that is no audit event
"
    );
}

#[test]
fn a_policy_that_the_server_rejects_answers_nothing() {
    let document = first_document("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []\n");
    let rejection =
        Simulator::new(&document, "policy.yaml", MinorVersion::NEWEST_KNOWN).unwrap_err();
    assert!(rejection.text("policy.yaml").ends_with("loaded illegal policy with 0 rules"));
}
