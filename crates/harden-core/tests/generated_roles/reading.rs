//! How logs are read, and what they leave out.

use harden_core::cluster::Facts;
use harden_core::generators::role::Options;
use harden_core::generators::{Generate as _, Verdict};
use serde_json::{Value, json};

use super::{LOG, for_ann, get, made, rules_in, text, url, with};

#[test]
fn lines_that_are_no_events_are_said_and_hide_none() {
    let mut options = for_ann();
    let good = get("secrets", "a", "s");
    let list = json!({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [get("services", "a", "s"), {"kind": "Pod"}]});
    let text = format!(
        "{good}\n\nno JSON\n[]\nnull\n{{\"kind\": \"Pod\"}}\n{list}\n{}",
        &good.to_string()[..100]
    );
    options.read(LOG, &text).unwrap();
    let generated = options.generate(&Facts::default()).unwrap();
    assert_eq!(rules_in(&generated, Some("a")), ["get secrets,services [\"s\"]"]);
    assert_eq!(generated.verdict, Verdict::Unknown);
    assert!(
        generated.notes.iter().any(|it| it.starts_with("6 lines are no events")),
        "{:?}",
        generated.notes
    );
}

#[test]
fn odd_fields_are_read_or_rejected_and_never_break_it() {
    for pointer in [
        "/objectRef",
        "/user",
        "/annotations",
        "/responseStatus",
        "/auditID",
        "/verb",
        "/requestURI",
        "/objectRef/name",
        "/objectRef/namespace",
        "/user/groups",
        "/user/username",
        "/stage",
        "/level",
    ] {
        for value in [Value::Null, json!(""), json!(7), json!([]), json!({}), json!(["a"])] {
            let odd = with(get("secrets", "a", "s"), pointer, value);
            let _ = made(for_ann(), &[odd, get("services", "b", "s")]).unwrap();
        }
    }
    let odd = with(get("secrets", "a", "s"), "/objectRef/name", "a\nb: c".into());
    let generated = made(for_ann(), &[with(odd, "/requestURI", "/x\n- evil".into())]).unwrap();
    assert!(text(&generated).contains("/x\u{fffd}- evil"), "a path stays in its comment");
    let slash =
        with(get("services/proxy", "a", "s"), "/objectRef/subresource", "proxy/metrics".into());
    let rules = rules_in(&made(for_ann(), &[slash]).unwrap(), Some("a"));
    assert_eq!(rules, ["get services/proxy/metrics [\"s\"]"]);
}

#[test]
fn a_log_without_the_user_makes_no_role() {
    let someone = Options { user: Some("zoe".to_owned()), ..for_ann() };
    let error = made(someone, &[get("secrets", "a", "s")]).unwrap_err();
    assert!(error.to_string().contains("none is of user zoe"), "{error}");
    assert_eq!(error.verdict, Verdict::Unknown);
    assert!(made(for_ann(), &[]).unwrap_err().to_string().contains("there is no audit event"));
    let error = made(for_ann(), &[url("/version", "get")]).unwrap_err();
    assert_eq!(error.verdict, Verdict::No, "{error}");
    for user in ["system:anonymous", "", " ann"] {
        let options = Options { user: Some(user.to_owned()), ..for_ann() };
        assert!(made(options, &[get("secrets", "a", "s")]).is_err(), "{user:?}");
    }
    let masters = Options { user: None, group: Some("system:masters".to_owned()), ..for_ann() };
    assert!(made(masters, &[get("secrets", "a", "s")]).is_err());
}

#[test]
fn a_policy_says_what_it_hides() {
    let policy = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n\
        - {level: None, verbs: [get, list], resources: [{resources: [configmaps]}]}\n\
        - {level: None, users: [bob]}\n\
        - {level: None, userGroups: [dev], resources: [{group: batch}], namespaces: [a]}\n\
        - {level: Metadata, omitStages: [ResponseStarted, ResponseComplete], nonResourceURLs: ['/metrics*']}\n\
        - {level: Metadata, resources: [{group: ''}]}\n";
    let mut options = Options { audit_policy: Some("policy.yaml".to_owned()), ..for_ann() };
    options.read("policy.yaml", policy).unwrap();
    let generated = made(options.clone(), &[get("secrets", "a", "s")]).unwrap();
    let notes = generated.notes.join("\n");
    for said in [
        "policy.yaml:4 rules[0] keeps get and list of configmaps out of the log",
        "rules[2] keeps every verb of everything of batch in a out of the log",
        "rules[3] keeps every verb of /metrics* out of the log",
        "what no rule of policy.yaml matches is not in the log",
    ] {
        assert!(notes.contains(said), "{said}\n{notes}");
    }
    assert!(!notes.contains("rules[1]"), "it is about somebody else\n{notes}");
    options.texts = harden_core::generators::role::Texts::default();
    options.read("policy.yaml", "rules: 7").unwrap();
    assert!(made(options, &[get("secrets", "a", "s")]).is_err());
}
