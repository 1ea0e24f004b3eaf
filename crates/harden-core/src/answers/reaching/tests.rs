//! Tests of answers about the network, in every format.

use std::io::{self, Write};

use super::*;
use crate::kubernetes::{MinorVersion, Protocol};
use crate::network::Direction;
use crate::network::connectivity::{Network, Origin, Reader, Settings};
use crate::source::Source;

const SHOP: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web, ports: [{containerPort: 8080, name: http}]}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: db}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress: [{ports: [{port: http}]}]
  egress:
  - {to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 5432}]}
  - {to: [{ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: 443}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - {from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}
  - {from: [{namespaceSelector: {matchLabels: {team: ops}}, podSelector: {matchLabels: {app: backup}}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cache, namespace: shop}
spec: {podSelector: {matchLabels: {app: cache}}}
";

fn network(text: &str) -> Network {
    let mut reader = Reader::new(Settings {
        origin: Origin::Files(MinorVersion(37)),
        namespace: "default".to_owned(),
        ip_blocks_include_pods: false,
    });
    reader.learn(&Source::new("shop.yaml", text));
    reader.finish()
}

fn list(network: &Network) -> Answer<'_> {
    Answer::List(List::new(network, Focus::default()))
}

type Writing = fn(&Answer<'_>, &Coverage, &mut dyn Write) -> io::Result<()>;

fn written(answer: &Answer<'_>, network: &Network, write: Writing) -> String {
    let mut out = Vec::new();
    write(answer, &Coverage::of(network, Vec::new(), Vec::new()), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The lines of a text before what it was made of.
fn lines(answer: &Answer<'_>, network: &Network) -> Vec<String> {
    let text = written(answer, network, write_text);
    text.lines().take_while(|it| !it.is_empty()).map(str::to_owned).collect()
}

#[test]
fn all_connections_are_listed() {
    let network = network(SHOP);
    let expected = [
        "{ingress-controller} -> shop/web[Deployment]: TCP 8080",
        "0.0.0.0-255.255.255.255 -> shop/web[Deployment]: TCP 8080",
        "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff -> shop/web[Deployment]: TCP 8080",
        "shop/web[Deployment] -> shop/db[StatefulSet]: TCP 5432",
        "shop/web[Deployment] -> 192.0.2.0-192.0.2.255: TCP 443",
    ];
    assert_eq!(lines(&list(&network), &network), expected);
}

#[test]
fn a_focus_takes_what_it_names() {
    let network = network(SHOP);
    let of = |focus: Focus| lines(&Answer::List(List::new(&network, focus)), &network);
    let named = |it: &str| vec![it.parse::<Name>().unwrap()];
    let db = Focus { of: named("shop/db"), ..Focus::default() };
    assert_eq!(of(db.clone()), ["shop/web[Deployment] -> shop/db[StatefulSet]: TCP 5432"]);
    let egress = Focus { side: Some(Direction::Egress), ..db };
    assert_eq!(of(egress), ["Nobody reaches anybody."]);
    let both = Focus { of: named("web"), with: named("db"), ..Focus::default() };
    assert_eq!(of(both), ["shop/web[Deployment] -> shop/db[StatefulSet]: TCP 5432"]);
    let port = Focus { port: Some((Protocol::Tcp, 443)), ..Focus::default() };
    assert_eq!(of(port), ["shop/web[Deployment] -> 192.0.2.0-192.0.2.255: TCP 443"]);
    let controller = Focus { of: named("ingress-controller"), ..Focus::default() };
    assert_eq!(of(controller).len(), 1);
}

#[test]
fn a_change_is_what_it_opens_and_closes() {
    let before = network(SHOP);
    let text = SHOP
        .replace("192.0.2.0/24", "192.0.2.0/25")
        .replace("ports: [{port: 5432}]}\n  - {to", "ports: [{port: 5432}, {port: 5433}]}\n  - {to")
        .replace("[{port: 5432}]}\n  - {from", "[{port: 5432, endPort: 5440}]}\n  - {from");
    let now = network(&text);
    let changes = Answer::Changes(Changes::new(&before, &now, &Focus::default()));
    let expected = [
        "+ shop/web[Deployment] -> shop/db[StatefulSet]: TCP 5433",
        "- shop/web[Deployment] -> 192.0.2.128-192.0.2.255: TCP 443",
    ];
    assert_eq!(lines(&changes, &now), expected);
    assert!(changes.opens_something().unwrap());
    let same = Answer::Changes(Changes::new(&before, &before, &Focus::default()));
    assert_eq!(lines(&same, &before), ["Nothing is opened, and nothing is closed."]);
    assert!(!same.opens_something().unwrap());
    let back = Answer::Changes(Changes::new(&now, &before, &Focus::default()));
    let turned = expected.map(|it| it.replace('+', "?").replacen("- ", "+ ", 1).replace('?', "-"));
    assert_eq!(lines(&back, &before), turned);
}

#[test]
fn workloads_that_come_and_go_are_named() {
    let before = network(SHOP);
    let now = network(&SHOP.replace(
        "name: db, namespace: shop}\nspec:\n  sel",
        "name: pg, namespace: shop}\nspec:\n  sel",
    ));
    let changes = Answer::Changes(Changes::new(&before, &now, &Focus::default()));
    let expected = [
        "- shop/web[Deployment] -> shop/db[StatefulSet]: TCP 5432",
        "+ shop/web[Deployment] -> shop/pg[StatefulSet]: TCP 5432",
        "New: shop/pg[StatefulSet]",
        "Gone: shop/db[StatefulSet]",
    ];
    assert_eq!(lines(&changes, &now), expected);
}

#[test]
fn policies_are_said_of_each_workload() {
    let network = network(SHOP);
    let answer = Answer::Selections(Selections::new(&network, Focus::default()));
    let expected = [
        "shop/db[StatefulSet]",
        "  ingress  isolated  NetworkPolicy shop/db, NetworkPolicy shop/default-deny",
        "  egress   isolated  NetworkPolicy shop/default-deny",
        "shop/web[Deployment]",
        "  ingress  isolated  NetworkPolicy shop/default-deny, NetworkPolicy shop/web",
        "  egress   isolated  NetworkPolicy shop/default-deny, NetworkPolicy shop/web",
        "For no workload: NetworkPolicy shop/cache (shop.yaml:59)",
    ];
    assert_eq!(lines(&answer, &network), expected);
}

#[test]
fn who_could_come_is_said() {
    let network = network(SHOP);
    let answer = Answer::Exposures(Exposures::new(&network, Focus::default()));
    let expected = [
        "shop/db[StatefulSet] <- [namespaces with team=ops]/[pods with app=backup]: All Connections",
        "shop/web[Deployment] <- entire-cluster: TCP 8080",
    ];
    assert_eq!(lines(&answer, &network), expected);
    let open =
        self::network(&SHOP.replace("podSelector: {}", "podSelector: {matchLabels: {no: one}}"));
    let answer = Answer::Exposures(Exposures::new(&open, Focus::default()));
    let said = lines(&answer, &open);
    let bare = "shop/db[StatefulSet] -> entire-cluster: All Connections  (no policy)";
    assert!(said.iter().any(|it| it == bare), "{said:?}");
}

#[test]
fn json_has_the_rows_by_the_same_words() {
    let network = network(SHOP);
    let value = |answer: &Answer<'_>| -> serde_json::Value {
        serde_json::from_str(&written(answer, &network, write_json)).unwrap()
    };
    let all = value(&list(&network));
    assert_eq!(all["version"], "v1");
    assert_eq!(all["coverage"]["workloads"], 2);
    let row = serde_json::json!({
        "from": "shop/web[Deployment]", "to": "shop/db[StatefulSet]", "connections": "TCP 5432",
    });
    assert_eq!(all["answers"][3], row);
    let policies = value(&Answer::Selections(Selections::new(&network, Focus::default())));
    assert_eq!(policies["answers"][0]["ingress"]["isolated"], true);
    assert_eq!(policies["forNoWorkload"][0]["line"], 59);
    let changes = value(&Answer::Changes(Changes::new(&network, &network, &Focus::default())));
    assert_eq!(changes["answers"], serde_json::json!([]));
}

#[test]
fn tables_have_a_line_for_each_row() {
    let network = network(SHOP);
    let csv = written(&list(&network), &network, write_csv);
    assert!(csv.starts_with("from,to,connections,status\r\n"), "{csv}");
    assert!(csv.contains("\r\nshop/web[Deployment],shop/db[StatefulSet],TCP 5432,\r\n"), "{csv}");
    let markdown = written(&list(&network), &network, write_markdown);
    let row = "| `shop/web[Deployment]` | `shop/db[StatefulSet]` | TCP 5432 |\n";
    assert!(markdown.starts_with("| From | To | Connections |\n|---|---|---|\n"), "{markdown}");
    assert!(markdown.contains(row), "{markdown}");
}

#[test]
fn what_a_refused_policy_is_for_is_not_known() {
    let network = network(&SHOP.replace(
        "- {to: [{ipBlock: {cidr: 192.0.2.0/24}}]",
        "- {to: [{ipBlock: {cidr: nowhere}}]",
    ));
    let coverage = Coverage::of(&network, Vec::new(), Vec::new());
    assert!(coverage.is_incomplete());
    let text = written(&list(&network), &network, write_text);
    assert!(text.contains("Not known: NetworkPolicy shop/web (shop.yaml:"), "{text}");
    let doubtful =
        |it: &str| it.contains("shop/web") && it.contains("->") && !it.ends_with("(not known)");
    assert!(!text.lines().any(doubtful), "{text}");
    let policies = Answer::Selections(Selections::new(&network, Focus::default()));
    let said = "  ingress  not known  NetworkPolicy shop/web, which the API server refuses";
    assert!(lines(&policies, &network).iter().any(|it| it == said));
}

#[test]
fn what_of_a_policy_as_a_whole_is_not_judged_is_named_as_well() {
    let staged = "{apiVersion: projectcalico.org/v3, kind: StagedNetworkPolicy, metadata: {name: a, namespace: b}}";
    let coverage = Coverage::of(&network(staged), Vec::new(), Vec::new());
    let [note] = coverage.notes.as_slice() else { panic!("{:?}", coverage.notes) };
    assert!(note.starts_with("not judged: what is staged of"), "{note}");
    assert!(note.contains("StagedNetworkPolicy b/a (shop.yaml:1)"), "{note}");
}

#[test]
fn every_drawing_shows_everybody_who_is_connected() {
    let network = network(SHOP);
    for drawing in [Drawing::Dot, Drawing::Mermaid, Drawing::Svg] {
        let drawn = draw(&list(&network), drawing).unwrap();
        for words in
            ["any IPv4 address", "ingress controller", "db", "web", "TCP 5432", "192.0.2.0/24"]
        {
            assert!(drawn.contains(words), "{drawing:?} has no {words}:\n{drawn}");
        }
    }
    let policies = Answer::Selections(Selections::new(&network, Focus::default()));
    assert_eq!(draw(&policies, Drawing::Svg), None);
    let exposures = Answer::Exposures(Exposures::new(&network, Focus::default()));
    assert!(draw(&exposures, Drawing::Dot).unwrap().contains("entire-cluster"));
}

#[test]
fn workloads_that_are_alike_are_one_box() {
    let pod = |name: &str| {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop}}\n\
             spec: {{containers: [{{name: a, image: a}}]}}\n"
        )
    };
    let pods: String = (0..50).map(|it| pod(&format!("pod-{it:02}"))).collect();
    let few = network(&pods);
    let drawn = draw(&list(&few), Drawing::Dot).unwrap();
    assert!(drawn.contains("and 46 more"), "{drawn}");
    assert!(drawn.contains("each other: everything"), "{drawn}");
    assert_eq!(drawn.matches("[label=").count(), 6, "{drawn}");
    let pods: String = (0..500).map(|it| pod(&format!("pod-{it:03}"))).collect();
    let many = network(&pods);
    let drawn = draw(&list(&many), Drawing::Dot).unwrap();
    assert!(drawn.contains("all workloads"), "{drawn}");
}

#[test]
fn hostile_names_stay_text() {
    let hostile = "a\\u001b[31m<b>|`\\\"]";
    let text = format!(
        "{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {{\"name\": \"{hostile}\", \"namespace\": \"x\"}}, \
         \"spec\": {{\"containers\": [{{\"name\": \"a\"}}]}}}}"
    );
    let network = network(&text);
    assert_eq!(network.workloads().len(), 1);
    let csv = written(&list(&network), &network, write_csv);
    let rows: Vec<_> =
        ::csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).collect();
    assert!(rows.len() == 4 && rows[0][1] == *"x/a\u{1b}[31m<b>|`\"][Pod]", "{rows:?}");
    for write in [write_text as Writing, write_markdown] {
        let said = written(&list(&network), &network, write);
        assert!(!said.contains('\u{1b}'), "{said}");
    }
    for drawing in [Drawing::Dot, Drawing::Mermaid, Drawing::Svg] {
        let drawn = draw(&list(&network), drawing).unwrap();
        assert!(!drawn.contains('\u{1b}'), "{drawn}");
        assert!(drawing == Drawing::Dot || !drawn.contains("<b>"), "{drawn}");
    }
}

#[test]
fn writing_ends_with_the_first_failure() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += 1;
            if self.0 > 2 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let network = network(SHOP);
    for write in [write_text as Writing, write_markdown, write_csv, write_json] {
        let mut out = Full(0);
        let coverage = Coverage::of(&network, Vec::new(), Vec::new());
        assert!(write(&list(&network), &coverage, &mut out).is_err());
        assert_eq!(out.0, 3);
    }
}
