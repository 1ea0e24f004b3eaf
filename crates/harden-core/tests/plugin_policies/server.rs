//! What the definitions of Cilium and Calico let a real API server take.

use harden_core::kubernetes::MinorVersion;
use harden_core::network::connectivity::Origin;
use harness::{ControlPlane, Need, Options};
use serde_json::{Value, json};

use super::packets::{base, read};
use super::proxy::Proxy;
use super::random::Random;
use super::{calico_at_random, calico_refused, cilium_at_random, cilium_refused, cluster, setting};

const DEFINITIONS: [&str; 10] = [
    "cilium/ciliumcidrgroups.yaml",
    "cilium/ciliumclusterwidenetworkpolicies.yaml",
    "cilium/ciliumnetworkpolicies.yaml",
    "calico/projectcalico.org_globalnetworkpolicies.yaml",
    "calico/projectcalico.org_globalnetworksets.yaml",
    "calico/projectcalico.org_networkpolicies.yaml",
    "calico/projectcalico.org_networksets.yaml",
    "calico/projectcalico.org_stagedglobalnetworkpolicies.yaml",
    "calico/projectcalico.org_stagednetworkpolicies.yaml",
    "calico/projectcalico.org_tiers.yaml",
];

#[test]
fn what_is_judged_is_taken_by_the_server_and_what_it_refuses_is_not_judged() {
    let files: Option<Vec<_>> = DEFINITIONS.iter().map(|it| Need::Definitions.at(it)).collect();
    let Some(files) = files else { return };
    let options = Options { no_controllers: true, ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    for file in files {
        plane.kubectl_ok(["create", "-f", file.to_str().unwrap()]);
    }
    plane.kubectl_ok(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
    for namespace in cluster::NAMESPACES {
        plane.kubectl_ok(["create", "namespace", namespace]);
    }

    let mut good = Vec::new();
    for seed in 1..=setting("HARDEN_RANDOM_STORED_POLICIES", 100) {
        let mut random = Random::new(seed);
        let cluster = cluster::cluster(&mut random);
        good.extend(calico_at_random::objects(&mut random, &cluster));
        good.extend(cilium_at_random::policies(&mut random));
    }
    let is_policy = |it: &&Value| it["kind"].as_str().unwrap().ends_with("Policy");
    let mut bad: Vec<Value> =
        cilium_refused::refused().into_iter().chain(calico_refused::refused()).collect();
    let mut random = Random::new(1);
    for policy in good
        .iter()
        .filter(is_policy)
        .filter(|it| it["kind"] != "NetworkPolicy" || it["apiVersion"] == "projectcalico.org/v3")
    {
        bad.push(changed(policy, &mut random));
    }
    let names = |all: &mut [Value], prefix: &str| {
        for (number, object) in all.iter_mut().enumerate() {
            object["metadata"]["name"] = json!(format!("{prefix}{number}"));
        }
    };
    names(&mut good, "good");
    names(&mut bad, "bad");
    let proxy = Proxy::start(&plane);
    for object in &good {
        assert_eq!(refusal(&proxy, object), None, "{object}");
    }
    let (mut refused, mut wrong) = (0, Vec::new());
    for policy in &bad {
        let Some(reason) = refusal(&proxy, policy) else { continue };
        refused += 1;
        if is_judged(policy) {
            wrong.push(format!("{reason}\n  {policy}"));
        }
    }
    assert!(refused > 100, "{refused}");
    assert!(wrong.is_empty(), "{} of {refused} refused:\n{}", wrong.len(), wrong.join("\n"));
    println!("{} taken strictly, {refused} refused by the server and here", good.len());
}

/// Whether a policy says something here.
fn is_judged(policy: &Value) -> bool {
    let tiers = ["one", "two"].map(|it| {
        json!({"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": {"name": it}, "spec": {"order": 1}})
    });
    let objects: Vec<_> = base().into_iter().chain(tiers).chain([policy.clone()]).collect();
    let network = read(&objects, Origin::Files(MinorVersion(37)));
    let judged = network.policies().filter(|it| it.refused().is_none());
    judged.count() > 0
}

/// What the server says to an object that it does not take, asked strictly.
fn refusal(proxy: &Proxy, object: &Value) -> Option<String> {
    let text = |place: &Value| place.as_str().unwrap().to_owned();
    let kind = text(&object["kind"]).to_lowercase();
    let plural = kind.strip_suffix('y').map_or(format!("{kind}s"), |it| format!("{it}ies"));
    let namespace = object["metadata"]["namespace"].as_str();
    let within = namespace.map_or(String::new(), |it| format!("namespaces/{it}/"));
    let path = format!("/apis/{}/{within}{plural}", text(&object["apiVersion"]));
    let reply = proxy.create_strictly(&path, &object.to_string());
    assert!(reply.code < 404 || reply.code == 422, "{}: {} {object}", reply.code, reply.message);
    (reply.code >= 300).then_some(reply.message)
}

/// A policy with one thing in its specification that is something else.
fn changed(policy: &Value, random: &mut Random) -> Value {
    let mut policy = policy.clone();
    let mut place = policy.as_object_mut().unwrap();
    let top = if place.contains_key("specs") { "specs" } else { "spec" };
    let mut here = place.get_mut(top).unwrap();
    loop {
        let is_deep_enough = random.chance(25);
        let next: Vec<String> = match &*here {
            Value::Object(map) => map.keys().cloned().collect(),
            Value::Array(list) => (0..list.len()).map(|it| it.to_string()).collect(),
            _ => Vec::new(),
        };
        if next.is_empty() || is_deep_enough {
            break;
        }
        let step = random.pick(&next).clone();
        here = match here {
            Value::Array(list) => &mut list[step.parse::<usize>().unwrap()],
            Value::Object(map) => map.get_mut(&step).unwrap(),
            _ => unreachable!("it has something in it"),
        };
    }
    let others = [
        json!(null),
        json!(0),
        json!(-1),
        json!("x"),
        json!(""),
        json!({}),
        json!([]),
        json!(true),
        json!([{}]),
        json!(["x"]),
        json!({"bogus": 1}),
        json!(70_000),
        json!(1.5),
        json!([null]),
    ];
    match here {
        Value::Object(map) if random.chance(30) => {
            let fields = [
                "bogus",
                "selector",
                "ports",
                "fromEntities",
                "matchLabels",
                "nets",
                "action",
                "protocol",
            ];
            map.insert((*random.pick(&fields)).to_owned(), random.pick(&others).clone());
        }
        Value::Array(list) if random.chance(30) => list.push(random.pick(&others).clone()),
        here => *here = random.pick(&others).clone(),
    }
    place = policy.as_object_mut().unwrap();
    place.remove("status");
    policy
}
