//! Audit policies.

use harden_core::configuration::audit::{
    AuditLevel, AuditPolicy, Event, Stage, User, decide, read, shadows,
};
use harden_core::configuration::first_document;
use harden_core::kubernetes::MinorVersion;
use harden_core::simulate::audit::Simulator;
use harness::Oracle;
use serde_json::{Map, Value, json};

use crate::random::Random;
use crate::traffic::request;
use crate::{cases, comparable, setting};

/// What upstream's code is of.
const VERSION: MinorVersion = MinorVersion::NEWEST_KNOWN;
const FILES: u64 = 3_000;
const EVENTS: usize = 12;

/// Messages that are not compared: those about text that cannot be read.
const OTHER_WORDS: [&str; 1] = ["not yaml"];

#[test]
fn every_policy_gets_the_servers_verdict_message_and_warning() {
    let Some(cases) = cases("audit-loading.jsonl") else { return };
    let mut differences = Vec::new();
    for case in &cases {
        let text = case["policy"].as_str().unwrap();
        let document = first_document(text);
        let theirs = case["message"].as_str().unwrap();
        let (ours, theirs) = match read(&document, VERSION) {
            Ok(policy) => {
                assert_eq!(theirs, "", "{}", case["case"]);
                let warning = policy.warning();
                // Of a warning of several lines, the first is recorded.
                let first = warning.as_deref().and_then(|it| it.lines().next());
                let recorded = case["warnings"][0].as_str().map(str::to_owned);
                (first.map(str::to_owned), recorded)
            }
            Err(rejection) => {
                assert_ne!(theirs, "", "{}: {}", case["case"], rejection.text("FILE"));
                let recorded = comparable(theirs).unwrap_or_else(|| theirs.to_owned());
                (Some(rejection.text("FILE")), Some(recorded))
            }
        };
        if ours != theirs && !OTHER_WORDS.iter().any(|it| case["case"] == *it) {
            differences.push(format!("{}\n  ours   {ours:?}\n  theirs {theirs:?}", case["case"]));
        }
    }
    assert_eq!(cases.len(), 33);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_policy_logs_the_events_that_the_server_logged() {
    let Some(cases) = cases("audit-matching.jsonl") else { return };
    let everything =
        cases.iter().find(|it| it["case"] == "catch-all first, then specific").unwrap();
    let traffic = events(everything);
    assert_eq!((cases.len(), traffic.len()), (32, 55));
    for case in &cases {
        let document = first_document(case["policy"].as_str().unwrap());
        let policy = read(&document, VERSION).unwrap();
        let mut logged: Vec<_> = traffic
            .iter()
            .filter_map(|(verb, uri, user, stage, _)| {
                let decision = decide(&policy, &request(verb, uri, user));
                let is_omitted = decision.omit_stages.contains(stage.parse::<Stage>().unwrap());
                let is_logged = decision.level > AuditLevel::None && !is_omitted;
                is_logged.then(|| (*verb, *uri, *user, *stage, decision.level.as_str()))
            })
            .collect();
        let mut recorded = events(case);
        logged.sort_unstable();
        recorded.sort_unstable();
        assert_eq!(logged, recorded, "{}", case["case"]);
    }
}

/// The stages that were logged of the same request with everything logged are those that it went
/// through: the simulator must know them without.
#[test]
fn the_simulator_names_the_stages_that_the_server_logged() {
    let Some(cases) = cases("audit-matching.jsonl") else { return };
    let everything =
        cases.iter().find(|it| it["case"] == "catch-all first, then specific").unwrap();
    let mut requests: Vec<_> =
        events(everything).iter().map(|(verb, uri, user, ..)| (*verb, *uri, *user)).collect();
    requests.sort_unstable();
    requests.dedup();
    let mut compared = 0;
    for case in &cases {
        let document = first_document(case["policy"].as_str().unwrap());
        let simulator = Simulator::new(&document, "policy.yaml", VERSION).unwrap();
        let recorded = events(case);
        for (verb, uri, user) in &requests {
            let is_it = |it: &&Recorded<'_>| (it.0, it.1, it.2) == (*verb, *uri, *user);
            let mut theirs: Vec<_> = recorded.iter().filter(is_it).map(|it| it.3).collect();
            theirs.sort_unstable();
            theirs.dedup();
            let answer = simulator.answer(&request(verb, uri, user));
            let mut ours: Vec<_> = answer.stages.iter().map(|it| it.as_str()).collect();
            ours.sort_unstable();
            assert_eq!(ours, theirs, "{}: {verb} {uri} by {user}", case["case"]);
            let above = answer.decision.rule.unwrap_or(simulator.policy().rules.len());
            assert_eq!(answer.misses.len(), above, "{}: a reason per rule", case["case"]);
            assert!(answer.misses.iter().all(|it| !it.reasons.is_empty()), "{}", case["case"]);
            compared += 1;
        }
    }
    assert!(compared > 800, "{compared}");
}

#[test]
fn random_policies_load_and_decide_as_on_the_server() {
    let Some(mut loader) = Oracle::for_test("audit-load") else { return };
    let Some(mut decider) = Oracle::for_test("audit") else { return };
    let (seed, files) = (setting("HARDEN_RANDOM_SEED", 1), setting("HARDEN_RANDOM_FILES", FILES));
    let mut random = Random::new(seed);
    let texts: Vec<String> = (0..files).map(|_| file(&mut random)).collect();
    let questions: Vec<Value> = texts.iter().map(|it| json!(it)).collect();
    let (mut taken, mut compared, mut differences) = (Vec::new(), 0, Vec::new());
    for (text, answer) in texts.iter().zip(loader.ask_all(&questions)) {
        let document = first_document(text);
        let ours = read(&document, VERSION);
        let theirs = answer["error"].as_str();
        let is_same = match (&ours, theirs) {
            (Ok(policy), None) => {
                taken.push(text);
                let warning = policy.warning();
                let ours = warning.as_deref().and_then(|it| it.lines().next());
                ours == answer["warnings"][0].as_str()
            }
            (Err(rejection), Some(theirs)) => comparable(theirs).is_none_or(|theirs| {
                compared += 1;
                rejection.text("FILE") == format!("loading audit policy file: {theirs}")
            }),
            _ => false,
        };
        if !is_same {
            let ours = ours.map(|it| it.warning()).map_err(|it| it.text("FILE"));
            differences.push(format!("{text}\n  ours   {ours:?}\n  theirs {answer}"));
        }
    }
    let first: Vec<_> = differences.iter().take(5).cloned().collect();
    assert!(first.is_empty(), "seed {seed}: {} differ:\n{}", differences.len(), first.join("\n"));
    assert!(taken.len() > texts.len() / 10, "only {} policies are taken", taken.len());
    // Upstream's code writes its warning to the terminal each time: a few such policies will do.
    let mut lenient = 0;
    taken.retain(|text| {
        lenient += usize::from(
            read(&first_document(text), VERSION).is_ok_and(|it| it.warning().is_some()),
        );
        read(&first_document(text), VERSION).is_ok_and(|it| it.warning().is_none()) || lenient <= 10
    });
    let (mut decisions, mut unreached) = (0, 0);
    for text in &taken {
        let document = first_document(text);
        let policy = read(&document, VERSION).unwrap();
        let simulator = Simulator::new(&document, "policy.yaml", VERSION).unwrap();
        let shadows = shadows(&policy);
        unreached += shadows.len();
        let events: Vec<Value> = (0..EVENTS).map(|_| event(&mut random)).collect();
        let questions: Vec<Value> =
            events.iter().map(|event| json!({ "policy": text, "event": event })).collect();
        for (event, answer) in events.iter().zip(decider.ask_all(&questions)) {
            decisions += 1;
            let ours = decide(&policy, &read_event(event));
            let why = simulator.answer(&read_event(event));
            let above = why.misses.iter().all(|it| !it.reasons.is_empty());
            assert!(above && why.decision == ours, "seed {seed}\n{text}\n{event}\n{why:?}");
            assert_eq!(told(&policy, event), normalised(answer), "seed {seed}\n{text}\n{event}");
            let is_shadow = shadows.iter().any(|it| Some(it.rule) == ours.rule);
            assert!(
                !is_shadow,
                "seed {seed}\n{text}\n{event}: decided by a rule called unreachable"
            );
        }
    }
    eprintln!(
        "seed {seed}: {files} policies, {} taken, {compared} messages and {decisions} decisions \
         compared, {unreached} rules without reach",
        taken.len()
    );
    assert!(unreached > 50);
}

type Recorded<'c> = (&'c str, &'c str, &'c str, &'c str, &'c str);

fn events(case: &Value) -> Vec<Recorded<'_>> {
    let events = case["events"].as_array().unwrap().iter();
    events
        .map(|event| {
            let text = |key: &str| event[key].as_str().unwrap();
            (text("verb"), text("requestURI"), text("user"), text("stage"), text("level"))
        })
        .collect()
}

fn told(policy: &AuditPolicy<'_>, event: &Value) -> Value {
    let decision = decide(policy, &read_event(event));
    let stages: Vec<&str> = decision.omit_stages.iter().map(Stage::as_str).collect();
    normalised(json!({
        "level": decision.level.as_str(),
        "omitStages": stages,
        "omitManagedFields": decision.omit_managed_fields,
    }))
}

/// The server keeps the stages in no order.
fn normalised(mut answer: Value) -> Value {
    let mut stages: Vec<Value> = answer["omitStages"].as_array().cloned().unwrap_or_default();
    stages.sort_by_key(Value::to_string);
    stages.dedup();
    answer["omitStages"] = stages.into();
    answer
}

fn read_event(event: &Value) -> Event<'_> {
    let text = |key: &str| event[key].as_str().unwrap();
    let groups = event["groups"].as_array().unwrap().iter();
    Event {
        user: Some(User {
            name: text("user"),
            groups: groups.map(|it| it.as_str().unwrap()).collect(),
        }),
        verb: text("verb"),
        namespace: text("namespace"),
        group: text("apiGroup"),
        resource: text("resource"),
        subresource: text("subresource"),
        name: text("name"),
        path: text("path"),
        is_resource_request: event["isResourceRequest"].as_bool().unwrap(),
    }
}

const USERS: [&str; 4] = ["alice", "bob", "system:admin", "*"];
const GROUPS: [&str; 4] = ["dev-team", "system:masters", "system:authenticated", "*"];
const VERBS: [&str; 7] = ["get", "list", "watch", "create", "delete", "*", "GET"];
const NAMESPACES: [&str; 4] = ["default", "kube-system", "", "*"];
const API_GROUPS: [&str; 4] = ["", "apps", "core", "example.com"];
const PATHS: [&str; 6] = ["/api", "/apis/apps", "/healthz", "/healthz/ping", "/metrics", "/"];

fn event(random: &mut Random) -> Value {
    json!({
        "user": random.pick(&USERS),
        "groups": random.list(2, |random| json!(random.pick(&GROUPS))),
        "verb": random.pick(&VERBS),
        "namespace": random.pick(&NAMESPACES),
        "apiGroup": random.pick(&API_GROUPS),
        "resource": random.pick(&["pods", "secrets", "nodes", "Pod", "*"]),
        "subresource": random.pick(&["", "", "", "status", "exec", "*"]),
        "name": random.pick(&["", "a", "b"]),
        "path": random.pick(&PATHS),
        "isResourceRequest": random.chance(70),
    })
}

fn file(random: &mut Random) -> String {
    random.be_wild_or_tame();
    let mut fields = Map::new();
    if !random.chance(1) {
        let version = if random.chance(97) {
            "audit.k8s.io/v1"
        } else {
            random.pick(&["audit.k8s.io/v1beta1", "v1", "audit.k8s.io/", "a/b/c"])
        };
        fields.insert("apiVersion".to_owned(), random.usually(version));
    }
    if !random.chance(2) {
        let kind = if random.chance(98) {
            "Policy"
        } else {
            random.pick(&["policy", "Event", "EventList"])
        };
        fields.insert("kind".to_owned(), random.usually(kind));
    }
    if random.chance(15) {
        let metadata = metadata(random);
        fields.insert("metadata".to_owned(), random.usually(metadata));
    }
    let rules = random.list(5, rule);
    fields.insert("rules".to_owned(), random.usually(rules));
    if random.chance(20) {
        fields.insert("omitStages".to_owned(), stages(random));
    }
    if random.chance(10) {
        fields.insert("omitManagedFields".to_owned(), random.usually(true));
    }
    if random.chance(2) {
        fields.insert("rule".to_owned(), json!([]));
    }
    random.file(&Value::Object(fields))
}

fn metadata(random: &mut Random) -> Value {
    let mut fields = Map::new();
    fields.insert("name".to_owned(), random.usually("a"));
    for _ in 0..random.below(4) {
        let time = |random: &mut Random| {
            let text = random.either(
                &["2026-01-31T08:00:00Z", "2024-02-29T8:00:00.5+01:30"],
                &[
                    "",
                    "now",
                    "2026-1-31",
                    "2026-02-30T08:00:00Z",
                    "2026-01-31T08:00:00Z ",
                    "2026-13-01T00:00:00Z",
                    "2026-01-31T24:00:00Z",
                    "2026-01-31T08:00:00+25:00",
                    "2026-01-31T08:00:00+0100",
                ],
            );
            random.usually(text)
        };
        let number = |random: &mut Random| {
            let text = random.either(
                &["1", "-1", "9223372036854775807"],
                &["1.5", "1e3", "1.0", "9223372036854775808"],
            );
            let number: Value = serde_json::from_str(text).unwrap();
            random.usually(number)
        };
        let (key, value) = match random.below(8) {
            0 => ("generation", number(random)),
            1 => ("deletionGracePeriodSeconds", number(random)),
            2 => ("creationTimestamp", time(random)),
            3 => ("deletionTimestamp", time(random)),
            4 => ("labels", random.usually(json!({ "a": "b" }))),
            5 => ("finalizers", random.list(2, |random| random.usually("a/b"))),
            6 => {
                let owner = random.list(2, |random| {
                    json!({ "uid": random.usually("u"), "controller": random.usually(true) })
                });
                ("ownerReferences", random.usually(owner))
            }
            _ => {
                let entries = random.list(2, |random| {
                    json!({ "manager": random.usually("m"), "time": time(random), "fieldsV1": random.usually(json!({})) })
                });
                ("managedFields", random.usually(entries))
            }
        };
        fields.insert(key.to_owned(), value);
    }
    Value::Object(fields)
}

fn stages(random: &mut Random) -> Value {
    random.list(2, |random| {
        let stage = if random.chance(97) {
            random.pick(&["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"])
        } else {
            random.pick(&["requestReceived", ""])
        };
        random.usually(stage)
    })
}

fn rule(random: &mut Random) -> Value {
    let mut rule = Map::new();
    if !random.chance(1) {
        let level = if random.chance(98) {
            random.pick(&["None", "Metadata", "Request", "RequestResponse"])
        } else {
            random.pick(&["metadata", "", "<All>"])
        };
        rule.insert("level".to_owned(), random.usually(level));
    }
    let mut add = |random: &mut Random, key: &str, from: &[&str], percent: usize| {
        if random.chance(percent) {
            let list = random.list(2, |random| {
                let value = random.pick(from);
                random.usually(value)
            });
            rule.insert(key.to_owned(), random.usually(list));
        }
    };
    add(random, "users", &USERS, 15);
    add(random, "userGroups", &GROUPS, 15);
    add(random, "verbs", &VERBS, 25);
    add(random, "namespaces", &NAMESPACES, 15);
    let urls = ["/api", "/api*", "/healthz*", "*", "/metrics", "/a/*/b", "healthz", "", "/*"];
    let few = if random.chance(90) { &urls[..5] } else { &urls[..] };
    let has_urls = random.chance(15);
    add(random, "nonResourceURLs", few, if has_urls { 100 } else { 0 });
    if random.chance(if has_urls { 5 } else { 60 }) {
        let resources = random.list(2, group_resources);
        rule.insert("resources".to_owned(), random.usually(resources));
    }
    if random.chance(10) {
        rule.insert("omitStages".to_owned(), stages(random));
    }
    if random.chance(10) {
        rule.insert("omitManagedFields".to_owned(), random.usually(false));
    }
    if random.chance(1) {
        rule.insert("verb".to_owned(), json!(["get"]));
    }
    Value::Object(rule)
}

fn group_resources(random: &mut Random) -> Value {
    let mut entry = Map::new();
    if random.chance(90) {
        let group = if random.chance(97) {
            random.pick(&["", "", "apps", "*", "core", "example.com"])
        } else {
            random.pick(&["Apps", "rbac.authorization.k8s.io/v1", "a..b"])
        };
        entry.insert("group".to_owned(), random.usually(group));
    }
    if random.chance(80) {
        let patterns = [
            "pods",
            "pods",
            "secrets",
            "pods/*",
            "*/status",
            "pods/exec",
            "*",
            "*/*",
            "Pod",
            "pods/exec/*",
        ];
        let list = random.list(3, |random| {
            let pattern = random.pick(&patterns);
            random.usually(pattern)
        });
        let is_named = list.as_array().is_some_and(|it| !it.is_empty()) || random.chance(3);
        entry.insert("resources".to_owned(), random.usually(list));
        if is_named && random.chance(15) {
            let names = random.list(2, |random| json!(random.pick(&["a", "b"])));
            entry.insert("resourceNames".to_owned(), random.usually(names));
        }
    }
    if random.chance(1) {
        entry.insert("groups".to_owned(), json!([""]));
    }
    Value::Object(entry)
}
