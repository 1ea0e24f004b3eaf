//! NetworkPolicies that the API server rejects.

use std::net::{IpAddr, Ipv6Addr};

use harden_yaml::Place;
use ipnet::IpNet;

use crate::check::{Object, Reporter};
use crate::kubernetes::{MinorVersion, Selector};
use crate::rule::{Category, Check, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "invalid-network-policy",
    category: Category::Network,
    severity: Severity::High,
    level: None,
    summary: "a NetworkPolicy is rejected by the API server",
    why: "The whole policy is rejected, so that the traffic it is about stays as it was, and a \
          deployment that contains it stops there.",
    remedy: "write what the message asks for",
    breaks: "",
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    )],
    check: Check::Object(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [ingress]
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Ingress]
",
};

/// Since this version address ranges must be written as they are stored (StrictIPCIDRValidation).
const STRICT_SINCE: MinorVersion = MinorVersion(36);

struct Problem<'d> {
    place: Place<'d>,
    rule: String,
}

/// As ValidateNetworkPolicySpec does. What the schema forbids is left to the schema.
fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is("networking.k8s.io", "NetworkPolicy") {
        return;
    }
    let spec = object.place.at("spec");
    let mut problems = Vec::new();
    selector(spec.at("podSelector"), &mut problems);
    let is_strict = reporter.settings().version >= STRICT_SINCE;
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec.at(rules).items() {
            rule.at("ports").items().for_each(|it| port(it, &mut problems));
            rule.at(peers).items().for_each(|it| peer(it, is_strict, &mut problems));
        }
    }
    policy_types(spec.at("policyTypes"), &mut problems);
    let words: Vec<_> = problems
        .iter()
        .map(|it| format!("{}: {}", it.place.path_from(&object.place), it.rule))
        .collect();
    reporter
        .flag_all(words.join("; "), problems.into_iter().map(|it| (it.place, String::new(), None)));
}

fn add<'d>(problems: &mut Vec<Problem<'d>>, place: Place<'d>, rule: impl Into<String>) {
    problems.push(Problem { place, rule: rule.into() });
}

fn invalid<'d>(problems: &mut Vec<Problem<'d>>, place: Place<'d>, rule: &str) {
    let value = match place.as_str() {
        Some(text) => format!("\"{text}\""),
        None => place.source().to_owned(),
    };
    add(problems, place, format!("Invalid value: {value}: {rule}"));
}

fn policy_types<'d>(types: Place<'d>, problems: &mut Vec<Problem<'d>>) {
    for place in types.items() {
        if let Some(word) = place.as_str().filter(|it| !matches!(*it, "Ingress" | "Egress")) {
            let rule =
                format!("Unsupported value: \"{word}\": supported values: \"Ingress\", \"Egress\"");
            add(problems, place, rule);
        }
    }
    if types.len() > 2 {
        add(problems, types, "may not specify more than two policyTypes");
    }
}

fn selector<'d>(place: Place<'d>, problems: &mut Vec<Problem<'d>>) {
    if Selector::read(place).is_err() {
        add(problems, place, "no valid selector: see its keys, operators and values");
    }
}

fn peer<'d>(peer: Place<'d>, is_strict: bool, problems: &mut Vec<Problem<'d>>) {
    let [pods, namespaces, block] =
        ["podSelector", "namespaceSelector", "ipBlock"].map(|key| peer.at(key));
    let has_selector = pods.exists() || namespaces.exists();
    match (has_selector, block.exists()) {
        (false, false) => return add(problems, peer, "Required value: must specify a peer"),
        (true, true) => {
            return add(problems, peer, "Forbidden: may not specify both ipBlock and another peer");
        }
        (true, false) => {
            selector(pods, problems);
            selector(namespaces, problems);
            return;
        }
        (false, true) => {}
    }
    let cidr = block.at("cidr");
    if cidr.as_str().is_none_or(str::is_empty) {
        return add(problems, cidr, "Required value");
    }
    let Some(range) = range(cidr, is_strict, problems) else { return };
    for except in block.at("except").items() {
        let Some(inner) = self::range(except, is_strict, problems) else { continue };
        if !(range.contains(&inner.network()) && inner.prefix_len() > range.prefix_len()) {
            invalid(problems, except, "must be a strict subset of `cidr`");
        }
    }
}

/// The range that is written, if it can be read at all.
fn range<'d>(place: Place<'d>, is_strict: bool, problems: &mut Vec<Problem<'d>>) -> Option<IpNet> {
    const SYNTAX: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    let text = place.as_str()?;
    let Some(range) = text.split_once('/').and_then(|(address, prefix)| {
        // Go reads leading zeros; the standard library does not.
        let address = without_leading_zeros(address).parse::<IpAddr>().ok()?;
        let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
        IpNet::new(address, prefix.parse().ok().filter(|_| digits)?).ok()
    }) else {
        invalid(problems, place, SYNTAX);
        return None;
    };
    let rule = if has_leading_zeros(text) {
        "must not have leading 0s in IP or prefix length"
    } else if matches!(range.addr(), IpAddr::V6(it) if Ipv6Addr::to_ipv4_mapped(&it).is_some()) {
        "must not have an IPv4-mapped IPv6 address"
    } else if range.addr() != range.network() {
        "must not have bits set beyond the prefix length"
    } else {
        return Some(range);
    };
    if is_strict {
        invalid(problems, place, rule);
    }
    Some(range)
}

fn without_leading_zeros(address: &str) -> String {
    if address.contains(':') {
        return address.to_owned();
    }
    let parts = address.split('.').map(|it| match it.trim_start_matches('0') {
        "" if !it.is_empty() => "0",
        part => part,
    });
    parts.collect::<Vec<_>>().join(".")
}

fn has_leading_zeros(text: &str) -> bool {
    let is_padded = |it: &str| it.len() > 1 && it.starts_with('0');
    match text.split_once('/') {
        Some((address, prefix)) => {
            is_padded(prefix) || !address.contains(':') && address.split('.').any(is_padded)
        }
        None => false,
    }
}

fn port<'d>(item: Place<'d>, problems: &mut Vec<Problem<'d>>) {
    let protocol = item.at("protocol");
    if let Some(word) = protocol.as_str().filter(|it| !matches!(*it, "TCP" | "UDP" | "SCTP")) {
        let rule =
            format!("Unsupported value: \"{word}\": supported values: \"TCP\", \"UDP\", \"SCTP\"");
        add(problems, protocol, rule);
    }
    let (port, end) = (item.at("port"), item.at("endPort"));
    match (port.as_i64(), port.as_str()) {
        (Some(number), _) => {
            if !(1..=65535).contains(&number) {
                invalid(problems, port, "must be between 1 and 65535, inclusive");
            }
            if end.as_i64().is_some_and(|last| last < number) {
                // The server names the first port here.
                let rule =
                    format!("Invalid value: {number}: must be greater than or equal to `port`");
                add(problems, end, rule);
            }
        }
        (None, Some(name)) => {
            if let Some(rule) = name_flaw(name) {
                invalid(problems, port, rule);
            }
            if end.exists() {
                invalid(problems, end, "may not be specified when `port` is non-numeric");
            }
        }
        (None, None) if end.exists() => {
            invalid(problems, end, "may not be specified when `port` is not specified");
        }
        (None, None) => {}
    }
    if end.as_i64().is_some_and(|it| !(1..=65535).contains(&it)) {
        invalid(problems, end, "must be between 1 and 65535, inclusive");
    }
}

/// As IsValidPortName does, for the first of its complaints.
fn name_flaw(name: &str) -> Option<&'static str> {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.len() > 15 {
        Some("must be no more than 15 characters")
    } else if !name.bytes().all(is_allowed) {
        Some("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    } else if !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Some("must contain at least one letter (a-z)")
    } else if name.contains("--") {
        Some("must not contain consecutive hyphens")
    } else if name.starts_with('-') || name.ends_with('-') {
        Some("must not begin or end with a hyphen")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(spec: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: b}}, \
                 spec: {{{spec}}}}}"
            ),
        )
    }

    fn rejection(spec: &str) -> String {
        policy(spec).join(" | ")
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
}
