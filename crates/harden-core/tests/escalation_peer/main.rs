//! Who can become whom, beside what kubesplaining finds: what it finds is found, but for what is wrong by the tables
//! of this test, and what only we find is by ways that it does not have.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

mod differences;
#[allow(dead_code, reason = "pods are made elsewhere")]
#[path = "../random_pods/random.rs"]
mod random_pods;
mod records;
mod situations;

use std::collections::{BTreeMap, BTreeSet};

use harden_core::answers::becoming::{Becoming, Gathering, Options};
use harden_core::escalation::{Party, Power};
use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::rbac::authorization::Origin;
use harden_core::source::Source;

use differences::{ENDS, OURS, THEIRS};
use records::{Found, Records, Who};
use situations::Situation;

/// What it calls what can be become.
const TARGETS: [&str; 6] = [
    "cluster_admin_equivalent",
    "system_masters",
    "node_escape",
    "kube_system_secrets",
    "token_mint",
    "namespace_admin",
];

fn target([target, namespace]: &[String; 2]) -> Party {
    match target.as_str() {
        "cluster_admin_equivalent" => Party::CLUSTER_ADMIN,
        "system_masters" => Party::group("system:masters"),
        "node_escape" => Party::everywhere(Power::Node),
        "kube_system_secrets" => Party::everywhere(Power::KubeSystem),
        "token_mint" => Party::everywhere(Power::Accounts),
        "namespace_admin" => Party::within(Power::Namespace, namespace),
        other => panic!("it knows what we do not: {other}"),
    }
}

fn who(party: &Party) -> Who {
    let (kind, namespace, name) = party.parts();
    [kind, namespace, name].map(ToOwned::to_owned)
}

/// Who can become something, by which of our ways.
fn ours(situation: &Situation, target: Party) -> BTreeMap<Who, Vec<&'static str>> {
    let mut gathering = Gathering::new(Origin::Cluster, "default", Level::Privileged);
    for object in &situation.objects {
        gathering.learn(&Source::new("cluster", object.to_string()));
    }
    let version = MinorVersion(37);
    let options = Options { target, starts: Vec::new(), cutting: None, version, paths: 1 };
    let Becoming { already, paths, own, .. } = gathering.answer(options, Vec::new());
    let all = already.iter().chain(&paths);
    let all = all.map(|it| (who(&it.start), it.steps.iter().map(|it| it.edge.id).collect()));
    all.chain(own.iter().map(|it| (who(it), Vec::new()))).collect()
}

/// Whom it begins with: nobody who is Kubernetes' own, and nobody whom no binding names.
fn is_asked(situation: &Situation, [kind, namespace, name]: &Who) -> bool {
    let is_bound = situation.objects.iter().any(|it| {
        let mut subjects = it["subjects"].as_array().into_iter().flatten();
        subjects.any(|it| it["kind"] == **kind && it["name"] == **name)
    });
    is_bound && !name.starts_with("system:") && namespace != "kube-system"
}

#[test]
fn what_it_finds_is_found_and_what_differs_is_explained() {
    let (mut all, made) = (situations::made(), situations::made().len());
    all.extend(situations::real());
    let records = Records::of(&all);
    let mut wrong = Vec::new();
    let (mut used, mut both, mut sides) = (BTreeSet::new(), 0, [0, 0]);
    for situation in &all {
        let theirs = records.paths(situation);
        let is_modelled = |it: &&Found| it.to[0] != "aws_iam_role";
        let mut targets: BTreeSet<[String; 2]> =
            TARGETS[..5].iter().map(|it| [(*it).to_owned(), String::new()]).collect();
        targets.extend(theirs.iter().filter(is_modelled).map(|it| it.to.clone()));
        for to in targets {
            let ours = ours(situation, target(&to));
            let found = theirs.iter().filter(|it| it.to == to);
            for path in found.clone() {
                if ours.contains_key(&path.from) {
                    both += 1;
                    continue;
                }
                sides[0] += 1;
                let reasons = THEIRS.iter().filter(|it| (it.is)(situation, path));
                let reasons: Vec<_> = reasons.map(|it| it.why).collect();
                if reasons.is_empty() {
                    let rules: Vec<_> =
                        path.steps.iter().map(|(who, _)| situation.rules(who)).collect();
                    wrong.push(format!("{} only it: {path:?} {rules:?}", situation.name));
                }
                used.extend(reasons);
            }
            let named: BTreeSet<_> = found.map(|it| &it.from).collect();
            for (from, steps) in ours {
                if named.contains(&from) || !is_asked(situation, &from) {
                    continue;
                }
                sides[1] += 1;
                let reasons = OURS.iter().map(|(id, _)| *id).filter(|it| steps.contains(it));
                let reasons: Vec<_> = reasons.collect();
                let mut ends = theirs.iter().filter(|it| ENDS.contains(&it.to[0].as_str()));
                if reasons.is_empty() && !ends.any(|it| it.from == from) {
                    let name = &situation.name;
                    wrong.push(format!("{name} only we: {from:?} {to:?}: {steps:?}"));
                }
                used.extend(reasons);
            }
        }
    }
    let listed = THEIRS.iter().map(|it| it.why).chain(OURS.iter().map(|(id, _)| *id));
    wrong.extend(listed.filter(|it| !used.contains(it)).map(|it| format!("nothing needs: {it}")));
    println!(
        "{made} made situations, {} in all: {both} paths by both, {sides:?} by one",
        all.len()
    );
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(both > 100, "only {both} paths are found by both");
}
