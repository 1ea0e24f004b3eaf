//! Refusals of a log, held against manifests.

use super::{Answer, Coverage, Refusal, Verdict, to_json, to_text};
use crate::answers::reaching;
use crate::generators::namespace::Flow as Peer;
use crate::kubernetes::MinorVersion;
use crate::network::connectivity::{Network, Origin, Reader, Settings};
use crate::network::seen::Seen;
use crate::network::wanted;
use crate::source::Source;

const MANIFESTS: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: team-a}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team-a}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      containers:
      - name: web
        image: web
        env: [{name: DB_URL, value: 'postgres://postgres.db:5432/shop'}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web-admin, namespace: team-a}
spec:
  selector: {matchLabels: {app: admin}}
  template:
    metadata: {labels: {app: admin, tier: front}}
    spec: {containers: [{name: web, image: web}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: team-a}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: to-db, namespace: team-a}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: db}}}]
    ports: [{port: 5433}]
---
apiVersion: v1
kind: Namespace
metadata: {name: db}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: postgres, namespace: db}
spec:
  selector: {matchLabels: {app: postgres}}
  template:
    metadata: {labels: {app: postgres}}
    spec: {containers: [{name: db, image: db, ports: [{containerPort: 5432}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: postgres, namespace: db}
spec: {selector: {app: postgres}, ports: [{port: 5432}]}
";

const HEADER: &str = "from,to,port,protocol,verdict\n";

fn network(manifests: &str) -> Network {
    let mut reader = Reader::new(Settings {
        origin: Origin::Files(MinorVersion::NEWEST_KNOWN),
        namespace: "default".to_owned(),
        ip_blocks_include_pods: false,
    });
    reader.learn(&Source::new("all.yaml", manifests));
    reader.finish()
}

fn wants(manifests: &str) -> wanted::Wanted {
    let mut reader = wanted::Reader::new("default");
    reader.learn(&Source::new("all.yaml", manifests));
    reader.finish()
}

fn seen(log: &str) -> Seen {
    let mut seen = Seen::default();
    for (index, line) in log.lines().enumerate() {
        seen.add_line("log", index + 1, line);
    }
    seen
}

fn answer(manifests: &str, log: &str) -> Answer {
    Answer::of(&seen(log), &network(manifests), &wants(manifests))
}

/// What becomes of one line of a table.
fn one(manifests: &str, row: &str) -> Refusal {
    let answer = answer(manifests, &format!("{HEADER}{row}\n"));
    let [refusal] = answer.refusals.as_slice() else { panic!("{answer:?}") };
    refusal.clone()
}

fn options(refusal: &Refusal) -> Vec<String> {
    let text = |it: &super::Allow| format!("{} {} {}", it.namespace, it.option, it.value);
    refusal.allow.iter().map(text).collect()
}

#[test]
fn what_is_wanted_and_refused_names_the_policy_the_reason_and_the_option() {
    let log = format!(
        "{HEADER}team-a/web-5d4f9-x2z4k[Pod],db/postgres-0[Pod],5432,,denied\n\
         team-a/web-5d4f9-bcdfg[Pod],db/postgres-1[Pod],5432,,denied\n\
         team-a/web-admin-5d4f9-x2z4k[Pod],db/postgres-0[Pod],5432,,denied\n\
         team-a/web[Deployment],192.0.2.1,443,,allowed\n"
    );
    let (seen, network, wanted) = (seen(&log), network(MANIFESTS), wants(MANIFESTS));
    let answer = Answer::of(&seen, &network, &wanted);
    let read = reaching::Coverage::of(&network, Vec::new(), Vec::new());
    let coverage = Coverage::of(&seen, read);
    let expected = "\
2 refused connections, of which manifests want 1.

team-a/web[Deployment] -> db/postgres[StatefulSet] TCP 5432: refused, but wanted
  seen       2 times, first at log:2
  wanted by  all.yaml:17: env DB_URL
  going out  NetworkPolicy team-a/default-deny (all.yaml:28) lets through only what its rules name
  going out  NetworkPolicy team-a/to-db (all.yaml:33) lets through only what its rules name
  almost     NetworkPolicy team-a/to-db (all.yaml:40) is for these ends, and for other ports
  allow by   --allow-to db/app=postgres:5432 for team-a

team-a/web-admin[Deployment] -> db/postgres[StatefulSet] TCP 5432: refused, as meant
  seen       once, first at log:4
  going out  NetworkPolicy team-a/default-deny (all.yaml:28) lets through only what its rules name
  allow by   --allow-to db/app=postgres:5432 for team-a

Options are those of network-policy and namespace, which make the policies of a namespace anew.
Log: 5 lines.
Read: 3 workloads in 2 namespaces, and 2 policies.
Not seen: whether the network plugin enforces policies; what firewalls, nodes and service meshes refuse; policies of network plugins whose kinds are not read.
";
    let text = to_text(&answer, &coverage);
    assert_eq!(text, expected);
    assert!(answer.is_no() && !answer.is_unknown());
    let json = to_json(&answer, &coverage);
    let first = &json["answers"][0];
    assert_eq!(first["connections"], "TCP 5432");
    assert_eq!((&first["meant"], &first["verdict"]), (&false.into(), &"refused".into()));
    assert_eq!(first["allow"][0]["value"], "db/app=postgres:5432");
    assert_eq!(first["sides"][0]["nearMisses"][0]["place"], "all.yaml:40");
    assert_eq!(json["coverage"]["lines"], 5);
}

#[test]
fn name_resolution_is_wanted_by_all() {
    for row in [
        "team-a/web-admin,kube-system/coredns,53,udp,denied",
        "team-a/web-admin,169.254.20.10,53,tcp,denied",
    ] {
        let refusal = one(MANIFESTS, row);
        assert_eq!(refusal.wanted, ["name resolution, which every pod needs"]);
        assert_eq!(options(&refusal), ["team-a --dns cluster"]);
    }
    assert!(one(MANIFESTS, "team-a/web-admin,db/postgres,53,udp,denied").is_meant());
}

#[test]
fn what_only_was_watched_is_no_failure() {
    let refusal = one(MANIFESTS, "team-a/web,db/postgres,5432,tcp,audit");
    assert!(refusal.is_audited && !refusal.is_meant());
    let log = format!("{HEADER}team-a/web,db/postgres,5432,tcp,audit\n");
    assert!(!answer(MANIFESTS, &log).is_no());
    assert!(
        to_text(&answer(MANIFESTS, &log), &Coverage::default())
            .contains(": would be refused, but wanted")
    );
}

#[test]
fn what_is_let_through_is_not_understood() {
    let refusal = one(MANIFESTS, "team-a/web,db/postgres,5433,,denied");
    assert_eq!(refusal.verdict, Verdict::LetThrough);
    assert!(refusal.allow.is_empty());
    let log = format!("{HEADER}team-a/web,db/postgres,5433,,denied\n");
    assert!(answer(MANIFESTS, &log).is_unknown());
}

#[test]
fn both_ends_are_named_where_both_refuse() {
    let closed = MANIFESTS.replace(
        "metadata: {name: to-db, namespace: team-a}",
        "metadata: {name: to-db, namespace: db}",
    );
    let closed = closed.replace(
        "{matchLabels: {app: web}}\n  policyTypes: [Egress]",
        "{}\n  policyTypes: [Ingress, Egress]",
    );
    let refusal = one(&closed, "team-a/web,db/postgres,5432,,denied");
    assert_eq!(refusal.sides.len(), 2);
    assert_eq!(
        options(&refusal),
        ["team-a --allow-to db/app=postgres:5432", "db --allow-from team-a/app=web:5432"]
    );
}

#[test]
fn each_kind_of_end_has_its_option() {
    let to = |end: &str, port: &str| {
        options(&one(MANIFESTS, &format!("team-a/web,{end},{port},,denied"))).join("; ")
    };
    assert_eq!(to("192.0.2.1", "443"), "team-a --allow-to 192.0.2.1/32:443");
    assert_eq!(to("2001:db8::1", "443"), "team-a --allow-to 2001:db8::1/128:443");
    assert_eq!(to("api.example.com", "443"), "team-a --allow-internet ");
    assert_eq!(to("kube-apiserver", "6443"), "team-a --allow-apiserver cluster");
    assert_eq!(to("kube-system/coredns", "53/udp"), "team-a --dns cluster");
    assert_eq!(to("other/app", "80"), "team-a --allow-to other:80");
    let metadata = one(MANIFESTS, "team-a/web,169.254.169.254,80,,denied");
    assert!(
        metadata.allow.is_empty() && metadata.keep.is_some_and(|it| it.contains("credentials"))
    );
    let from = one(MANIFESTS, "host,team-a/web,8080,,denied");
    assert!(from.allow.is_empty() && from.keep.is_some());
    assert_eq!(
        options(&one(MANIFESTS, "192.0.2.1,team-a/web,53,udp,denied")),
        ["team-a --allow-from 192.0.2.1/32:53/udp"]
    );
}

#[test]
fn the_options_take_the_values_that_are_named() {
    let ends = ["192.0.2.1", "2001:db8::1", "db/postgres", "team-a/web-admin", "other/app"];
    for end in ends {
        for port in ["80", "53/udp", "9/sctp"] {
            for row in [
                format!("team-a/web,{end},{port},,denied"),
                format!("{end},team-a/web,{port},,denied"),
            ] {
                for allow in one(MANIFESTS, &row).allow {
                    assert!(allow.value.parse::<Peer>().is_ok(), "{row}: {allow:?}");
                }
            }
        }
    }
}

#[test]
fn what_is_refused_no_more_goes_through_with_the_option() {
    let refusal = one(MANIFESTS, "team-a/web,db/postgres,5432,,denied");
    let [allow] = refusal.allow.as_slice() else { panic!("{refusal:?}") };
    let peer: Peer = allow.value.parse().expect("a peer");
    let options = crate::generators::namespace::Options {
        names: vec!["team-a".parse().expect("a name")],
        allow_to: vec![peer],
        ..crate::generators::namespace::Options::default()
    };
    let made = crate::generators::Generate::generate(&options, &crate::cluster::Facts::default());
    let made = crate::render(&made.expect("objects").manifests, crate::ManifestFormat::Yaml, false);
    let all = format!("{MANIFESTS}\n---\n{made}");
    let refusal = one(&all, "team-a/web,db/postgres,5432,,denied");
    assert_eq!(refusal.verdict, Verdict::LetThrough);
}

#[test]
fn who_was_not_read_is_judged_by_labels_or_named() {
    let log = r#"{"flow":{"verdict":"DROPPED","drop_reason_desc":"POLICY_DENIED","IP":{"source":"10.0.0.1","destination":"10.0.0.2"},"l4":{"TCP":{"source_port":40000,"destination_port":5432}},"source":{"namespace":"team-b","pod_name":"x-0","labels":["k8s:app=x"]},"destination":{"namespace":"team-a","pod_name":"web-5d-x2z4k","labels":["k8s:app=web"]},"traffic_direction":"INGRESS","ingress_denied_by":[{"name":"no","namespace":"team-a","kind":"CiliumNetworkPolicy"}]}}"#;
    let answer = answer(MANIFESTS, log);
    let refusal = &answer.refusals[0];
    assert_eq!(
        (refusal.from.as_str(), refusal.to.as_str()),
        ("team-b/x-0[Pod]", "team-a/web[Deployment]")
    );
    assert_eq!(refusal.verdict, Verdict::Refused);
    assert_eq!(options(refusal), ["team-a --allow-from team-b:5432"]);
    assert_eq!(
        refusal.named.first().map(ToString::to_string).as_deref(),
        Some("CiliumNetworkPolicy team-a/no")
    );
    let unknown = one(MANIFESTS, "team-b/x[Pod],team-a/web,80,,denied");
    assert_eq!(unknown.verdict, Verdict::Unknown("team-b/x[Pod] was not read".to_owned()));
    assert_eq!(unknown.sides.len(), 1, "what isolates the other end is known all the same");
    let addresses = one(MANIFESTS, "10.0.0.1,10.0.0.2,80,,denied");
    assert!(matches!(addresses.verdict, Verdict::Unknown(why) if why.contains("neither address")));
}

#[test]
fn addresses_of_pods_that_were_read_are_those_pods() {
    let pod = "
---
apiVersion: v1
kind: Pod
metadata: {name: one, namespace: team-a, labels: {app: one}}
spec: {containers: [{name: one, image: one}]}
status: {podIP: 10.0.0.7, phase: Running}
";
    let refusal = one(&format!("{MANIFESTS}{pod}"), "10.0.0.7,192.0.2.1,443,,denied");
    assert_eq!(refusal.from, "team-a/one[Pod]");
    assert_eq!(refusal.verdict, Verdict::Refused);
    assert_eq!(options(&refusal), ["team-a --allow-to 192.0.2.1/32:443"]);
}

#[test]
fn behind_the_address_of_a_service_are_its_pods_and_their_port() {
    let other = MANIFESTS.replace(
        "spec: {selector: {app: postgres}, ports: [{port: 5432}]}",
        "spec: {clusterIP: 10.96.0.7, selector: {app: postgres}, ports: [{port: 80, targetPort: 5432}]}",
    );
    for row in ["team-a/web,10.96.0.7,80,,denied", "team-a/web,db/postgres[Service],80,,denied"] {
        let refusal = one(&other, row);
        assert_eq!(
            (refusal.to.as_str(), refusal.port.as_str()),
            ("db/postgres[StatefulSet]", "5432")
        );
        assert_eq!(refusal.service.as_deref(), Some("db/postgres[Service]"));
        assert_eq!(refusal.verdict, Verdict::Refused);
        assert_eq!(options(&refusal), ["team-a --allow-to db/app=postgres:5432"]);
    }
    let nobody = other.replace("selector: {app: postgres}, ports", "ports");
    assert_eq!(one(&nobody, "team-a/web,10.96.0.7,80,,denied").to, "10.96.0.7");
}

#[test]
fn names_of_others_that_begin_alike_are_not_taken_for_pods() {
    for name in
        ["web-admin", "web-5d4f9-x2z4k-more", "web-0", "webx-5d4f9-x2z4k", "web-5d4f9-aeiou"]
    {
        let refusal = one(MANIFESTS, &format!("team-a/{name}[Pod],192.0.2.1,443,,denied"));
        assert!(matches!(refusal.verdict, Verdict::Unknown(_)), "{name}: {refusal:?}");
    }
    for name in ["web-5d4f9-x2z4k", "web-admin-5d4f9-x2z4k"] {
        let refusal = one(MANIFESTS, &format!("team-a/{name}[Pod],192.0.2.1,443,,denied"));
        assert_eq!(refusal.from, format!("team-a/{}[Deployment]", &name[..name.len() - 12]));
    }
    let replicas = one(MANIFESTS, "team-a/web-5d4f9[ReplicaSet],192.0.2.1,443,,denied");
    assert_eq!(replicas.from, "team-a/web[Deployment]");
}

#[test]
fn nothing_refused_is_said_so() {
    let answer = answer(MANIFESTS, "");
    assert!(!answer.is_no() && !answer.is_unknown());
    let text = to_text(&answer, &Coverage::default());
    assert!(text.starts_with("Nothing was refused, as far as the log says.\n"));
}
