#![allow(clippy::all, clippy::pedantic, clippy::restriction)]
use harden_admission::kyverno::policy::Policies;
use harden_admission::{Cluster, Object, Operation, Request, User, Verdict};
use harden_core::kubernetes::MinorVersion;
use serde_json::Value;
#[test]
fn same() {
    let ins = std::fs::read_to_string("/tmp/kyv/diff/in.jsonl").unwrap();
    let outs = std::fs::read_to_string("/tmp/kyv/diff/go.out").unwrap();
    let mut cluster = Cluster::new(MinorVersion(36));
    cluster.is_whole = true;
    let (mut same, mut diff, mut unj, mut msg, mut refused) = (0, 0, 0, 0, 0);
    let mut why: std::collections::BTreeMap<String, usize> = Default::default();
    for (i, (a, b)) in ins.lines().zip(outs.lines()).enumerate() {
        let a: Value = serde_json::from_str(a).unwrap();
        let b: Value = serde_json::from_str(b).unwrap();
        let policy = Object::new(a["policy"].clone());
        let policies = Policies::read(&[policy], &cluster);
        if let Some(r) = policies.refused().first() {
            refused += 1;
            *why.entry(format!("REFUSED {}", r.message.chars().take(60).collect::<String>()))
                .or_default() += 1;
            continue;
        }
        let object = a.get("object").map(|it| Object::new(it.clone()));
        let old = a.get("old").map(|it| Object::new(it.clone()));
        let operation = match a["op"].as_str().unwrap() {
            "CREATE" => Operation::Create,
            "UPDATE" => Operation::Update,
            _ => Operation::Delete,
        };
        let user = User {
            name: a["user"]["username"].as_str().unwrap_or_default().to_owned(),
            groups: a["user"]["groups"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|it| it.as_str().unwrap().to_owned())
                .collect(),
            ..User::default()
        };
        let request = Request {
            operation,
            object,
            old,
            subresource: String::new(),
            user,
            is_dry_run: false,
            cluster: &cluster,
        };
        let answers = policies.validate(&request);
        let ours: Vec<(String, String, String)> = answers
            .iter()
            .map(|it| (it.rule.clone(), it.verdict.word().to_owned(), it.message.clone()))
            .collect();
        let theirs: Vec<(String, String, String)> = b
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                (
                    it["Rule"].as_str().unwrap().to_owned(),
                    it["Status"].as_str().unwrap().to_owned(),
                    it["Message"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        if let Some(n) = answers.iter().find(|it| it.verdict == Verdict::NotJudged) {
            unj += 1;
            *why.entry(format!("UNJ {}", n.message.chars().take(60).collect::<String>()))
                .or_default() += 1;
            continue;
        }
        if ours == theirs {
            same += 1;
            continue;
        }
        let v = |x: &[(String, String, String)]| {
            x.iter().map(|(a, b, _)| (a.clone(), b.clone())).collect::<Vec<_>>()
        };
        if v(&ours) == v(&theirs) {
            msg += 1;
            println!("MSG {i}\n   {ours:?}\n   {theirs:?}");
        } else {
            diff += 1;
            println!("DIFF {i}\n   {ours:?}\n   {theirs:?}");
        }
    }
    println!("{why:#?}");
    println!("same {same} diff {diff} msg {msg} unj {unj} refused {refused}");
}
