//! Policies in the words of the API server.

use harden_yaml::Document;

use super::*;
use crate::object::objects;

fn rejection(spec: &str) -> String {
    let text =
        format!("{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, spec: {{{spec}}}}}");
    let document = Document::parse_yaml(&text);
    let policy = objects(document.root()).next().and_then(|it| NetworkPolicy::read(&it)).unwrap();
    let problems = policy.problems(MinorVersion::NEWEST_KNOWN);
    let words = problems.iter().map(|it| format!("{}: {}", it.place.path(), it.reason));
    words.collect::<Vec<_>>().join("; ")
}

#[test]
fn words_are_spelt_as_the_api_spells_them() {
    assert_eq!(
        rejection("policyTypes: [ingress, Egress]"),
        "spec.policyTypes[0]: Unsupported value: \"ingress\": supported values: \"Ingress\", \"Egress\""
    );
    assert_eq!(
        rejection("ingress: [{ports: [{protocol: tcp, port: 80}]}]"),
        "spec.ingress[0].ports[0].protocol: Unsupported value: \"tcp\": supported values: \"TCP\", \
         \"UDP\", \"SCTP\""
    );
    assert_eq!(rejection("policyTypes: [Ingress, Ingress]"), "");
}

#[test]
fn a_peer_is_selectors_or_a_range() {
    assert_eq!(
        rejection("ingress: [{from: [{}]}]"),
        "spec.ingress[0].from[0]: Required value: must specify a peer"
    );
    assert_eq!(
        rejection("egress: [{to: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]"),
        "spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer"
    );
    assert_eq!(rejection("ingress: [{from: [{podSelector: {}, namespaceSelector: {}}]}]"), "");
}

#[test]
fn ports_are_rejected_in_the_words_of_the_api_server() {
    let port = |port: &str| {
        rejection(&format!("ingress: [{{ports: [{{{port}}}]}}]"))
            .replace("spec.ingress[0].ports[0].", "")
    };
    for (written, words) in [
        ("port: '80'", "port: Invalid value: \"80\": must contain at least one letter (a-z)"),
        ("port: 0", "port: Invalid value: 0: must be between 1 and 65535, inclusive"),
        ("port: 70000", "port: Invalid value: 70000: must be between 1 and 65535, inclusive"),
        (
            "port: toolongportname-x",
            "port: Invalid value: \"toolongportname-x\": must be no more than 15 characters",
        ),
        (
            "endPort: 80",
            "endPort: Invalid value: 80: may not be specified when `port` is not specified",
        ),
        (
            "port: web, endPort: 80",
            "endPort: Invalid value: 80: may not be specified when `port` is non-numeric",
        ),
        ("port: 80, endPort: 90", ""),
        ("port: http", ""),
        ("protocol: UDP", ""),
    ] {
        assert_eq!(port(written), words, "{written}");
    }
}

#[test]
fn ranges_are_rejected_in_the_words_of_the_api_server() {
    let block = |block: &str| {
        rejection(&format!("egress: [{{to: [{{ipBlock: {{{block}}}}}]}}]"))
            .replace("spec.egress[0].to[0].ipBlock.", "")
    };
    let syntax = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    for (written, words) in [
        ("except: []", "cidr: Required value".to_owned()),
        ("cidr: 10.0.0.1", format!("cidr: Invalid value: \"10.0.0.1\": {syntax}")),
        (
            "cidr: 10.0.0.1/8",
            "cidr: Invalid value: \"10.0.0.1/8\": must not have bits set beyond the prefix length".to_owned(),
        ),
        (
            "cidr: 010.0.0.0/8",
            "cidr: Invalid value: \"010.0.0.0/8\": must not have leading 0s in IP or prefix length".to_owned(),
        ),
        (
            "cidr: '::ffff:10.0.0.0/104'",
            "cidr: Invalid value: \"::ffff:10.0.0.0/104\": must not have an IPv4-mapped IPv6 address".to_owned(),
        ),
        (
            "cidr: 10.0.0.0/8, except: [11.0.0.0/8]",
            "except[0]: Invalid value: \"11.0.0.0/8\": must be a strict subset of `cidr`".to_owned(),
        ),
        (
            "cidr: 10.0.0.0/8, except: [10.0.0.0/8]",
            "except[0]: Invalid value: \"10.0.0.0/8\": must be a strict subset of `cidr`".to_owned(),
        ),
        ("cidr: 10.0.0.0/8, except: [10.1.0.0/16]", String::new()),
        ("cidr: 'fd00::/8', except: ['fd00:1::/32']", String::new()),
    ] {
        assert_eq!(block(written), words, "{written}");
    }
}

#[test]
fn selectors_must_be_valid() {
    assert_eq!(
        rejection("podSelector: {matchLabels: {a: b c}}"),
        "spec.podSelector: no valid selector: see its keys, operators and values"
    );
}
