//! EncryptionConfigurations.

use harden_core::check::{Settings, check};
use harden_core::configuration::encryption::{Options, read};
use harden_core::configuration::first_document;
use harden_core::kubernetes::MinorVersion;
use harden_core::rules;
use harness::Oracle;
use serde_json::{Map, Value, json};

use crate::random::Random;
use crate::{cases, comparable, setting};

const FILES: u64 = 3_000;

/// Base64 of keys of many lengths, and what is no base64.
const SECRETS: [&str; 12] = [
    "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
    "a2tra2tra2tra2tra2tra2tra2tra2tr",
    "a2tra2tra2tra2tra2traw==",
    "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2traw==",
    "enp6enp6enp6enp6enp6enp6enp6enp6enp6enp6eno",
    "__________________________________________8=",
    "a correct horse battery staple",
    "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n",
    "MDEyMzQ1Njc4OWFi\nY2RlZg==",
    "Zm9yYmlkZGVuLXBhZGRpbmc=Zm9yYmlkZGVu",
    "bm90LXF1aXRlLXNpeHRlZW4=",
    "c2l4dGVlbi1ieXRlcy0xNg===",
];

#[test]
fn every_file_gets_the_servers_verdict_and_message() {
    let Some(cases) = cases("encryption.jsonl") else { return };
    let mut differences = Vec::new();
    for case in &cases {
        let ours = verdict(case["config"].as_str().unwrap());
        let theirs = case["message"].as_str().unwrap();
        let theirs = (!theirs.is_empty()).then(|| comparable(theirs).unwrap());
        if ours != theirs {
            differences.push(format!("{}\n  ours   {ours:?}\n  theirs {theirs:?}", case["case"]));
        }
    }
    assert_eq!(cases.len(), 66);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Files that the server takes and that are right, each in some situation.
const SOUND: [&str; 7] = [
    "secret with a newline inside (yaml block)",
    // Right after a migration.
    "no identity fallback",
    // Holds nothing that says what it was to be.
    "empty file",
    "*.*",
    "*.",
    "[*.apps, secrets] in one list",
    "secrets then *.* (two rules)",
];

/// What is said of the cases' key and cipher, which are the same in nearly all.
const ANYWAY: [&str; 2] = ["encryption-guessable-key", "encryption-unauthenticated"];

#[test]
fn every_file_that_the_server_takes_without_a_word_is_found_or_right() {
    let Some(cases) = cases("encryption.jsonl") else { return };
    let mut sound = Vec::new();
    for case in cases {
        let outcome = check(Settings::new(rules::all()), [case["config"].as_str().unwrap()]);
        let mut findings = outcome.findings.into_iter();
        let found = findings.any(|it| !ANYWAY.contains(&&*it.about.id));
        if !found {
            sound.push(case["case"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(sound, SOUND);
}

#[test]
fn kms_v1_is_taken_by_servers_before_it_was_switched_off() {
    let text = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n\
                - resources: [secrets]\n  providers:\n  - kms: {name: a, endpoint: unix:///a}\n";
    let document = first_document(text);
    let rejected = |minor| read(&document, Options::of(MinorVersion(minor))).is_err();
    assert_eq!((rejected(28), rejected(29), rejected(37)), (false, true, true));
}

#[test]
fn random_files_get_the_servers_verdict_and_message() {
    let Some(mut oracle) = Oracle::for_test("encryption") else { return };
    let (seed, files) = (setting("HARDEN_RANDOM_SEED", 1), setting("HARDEN_RANDOM_FILES", FILES));
    let mut random = Random::new(seed);
    let texts: Vec<String> = (0..files).map(|_| file(&mut random)).collect();
    let questions: Vec<Value> = texts.iter().map(|it| json!(it)).collect();
    let (mut taken, mut compared, mut differences) = (0, 0, Vec::new());
    for (text, answer) in texts.iter().zip(oracle.ask_all(&questions)) {
        let ours = verdict(text);
        let theirs = answer["error"].as_str();
        taken += u64::from(theirs.is_none());
        let is_same = match (&ours, theirs.map(comparable)) {
            (None, None) | (Some(_), Some(None)) => true,
            (Some(ours), Some(Some(theirs))) => {
                compared += 1;
                *ours == theirs
            }
            _ => false,
        };
        if !is_same {
            differences.push(format!("{text}\n  ours   {ours:?}\n  theirs {theirs:?}"));
        }
    }
    eprintln!("seed {seed}: {files} files, {taken} taken, {compared} messages compared");
    let first: Vec<_> = differences.iter().take(5).cloned().collect();
    assert!(first.is_empty(), "seed {seed}: {} differ:\n{}", differences.len(), first.join("\n"));
    assert!(taken > files / 10, "only {taken} of the files are taken");
}

#[test]
fn no_key_material_is_in_any_message() {
    let mut random = Random::new(setting("HARDEN_RANDOM_SEED", 1) + 1);
    let mut rejected = 0;
    for _ in 0..FILES {
        let text = file(&mut random);
        let Some(message) = verdict(&text) else { continue };
        rejected += 1;
        for secret in SECRETS {
            assert!(!message.contains(secret.trim()), "{text}\n{message}");
        }
    }
    assert!(rejected > 300);
    // Without the blank after the colon, the key becomes the name of a field.
    let slips = [
        "resources: [{resources: [secrets], providers: [{aescbc: {keys: [{name: a, secret:SECRET}]}}]}]",
        "resources: [{resources: [secrets], providers: [{aescbc: {keys: [{SECRET: a, SECRET: b}]}}]}]",
        "resources: [{resources: [secrets], providers: [{secretbox: {key: a, SECRET: }}]}]",
        "resources: [{resources: [secrets], providers: [{identity: {SECRET: }}]}]",
    ];
    for slip in slips {
        let text = format!(
            "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n{slip}\n"
        );
        let text = text.replace("SECRET", SECRETS[0]);
        let message = verdict(&text).unwrap();
        assert!(!message.contains(SECRETS[0]), "{message}");
        assert!(message.contains("REDACTED"), "{message}");
    }
}

/// What the server says when it does not start.
fn verdict(text: &str) -> Option<String> {
    let document = first_document(text);
    let options = Options::of(MinorVersion::NEWEST_KNOWN);
    read(&document, options).err().map(|rejection| rejection.text("FILE"))
}

fn file(random: &mut Random) -> String {
    random.be_wild_or_tame();
    let mut fields = Map::new();
    let (version, kind) = match random.below(10) {
        0 => ("v1", "EncryptionConfig"),
        _ => ("apiserver.config.k8s.io/v1", "EncryptionConfiguration"),
    };
    if !random.wild() {
        let others = ["v1", "apiserver.config.k8s.io/v1beta1", "a/b/c", "apiserver.config.k8s.io/"];
        let version = random.either(&[version], &others);
        fields.insert("apiVersion".to_owned(), random.usually(version));
    }
    if !random.wild() {
        let others = ["EncryptionConfig", "encryptionConfiguration", "Policy"];
        let kind = random.either(&[kind], &others);
        fields.insert("kind".to_owned(), random.usually(kind));
    }
    let rules = random.some(3, rule);
    fields.insert("resources".to_owned(), random.usually(rules));
    if random.wild() {
        fields.insert("resource".to_owned(), json!([]));
    }
    random.file(&Value::Object(fields))
}

fn rule(random: &mut Random) -> Value {
    let mut rule = Map::new();
    let resources = random.some(2, |random| {
        let good = [
            "secrets",
            "configmaps",
            "secret",
            "*.apps",
            "deployments.apps",
            "pandas.example.com",
            "services",
            "events",
            "jobs.batch",
            "*.",
            "*.*",
        ];
        let bad = [
            "*",
            "secrets.*",
            "Secrets",
            "events.events.k8s.io",
            "ingresses.extensions",
            "",
            "apiserveripinfo",
            "<a&b>",
            "ǅ.example.com",
            "Ⓐ",
            "Ⅷ",
            "İ",
            "𝐀",
            "ẞ",
        ];
        let name = random.either(&good, &bad);
        random.usually(name)
    });
    rule.insert("resources".to_owned(), random.usually(resources));
    let providers = random.some(2, provider);
    rule.insert("providers".to_owned(), random.usually(providers));
    if random.wild() && random.wild() {
        rule.insert("provider".to_owned(), json!({}));
    }
    Value::Object(rule)
}

fn provider(random: &mut Random) -> Value {
    let mut provider = Map::new();
    let count = if random.wild() { random.below(3) } else { 1 };
    for _ in 0..count {
        let kind = random.pick(&["aescbc", "aesgcm", "secretbox", "identity", "kms"]);
        let value = match kind {
            "identity" => json!({}),
            "kms" => kms(random),
            _ => {
                let keys = random.some(2, key);
                if random.wild() { json!({}) } else { json!({ "keys": random.usually(keys) }) }
            }
        };
        provider.insert(kind.to_owned(), random.usually(value));
    }
    if random.wild() && random.wild() {
        provider.insert("aesctr".to_owned(), json!({}));
    }
    Value::Object(provider)
}

fn key(random: &mut Random) -> Value {
    let mut key = Map::new();
    let name = random.either(&["key1", "key2", "a:b"], &["", "schlüssel"]);
    let secret = random.either(&SECRETS[..1], &SECRETS);
    key.insert("name".to_owned(), random.usually(name));
    if !random.wild() {
        key.insert("secret".to_owned(), random.usually(secret));
    }
    if random.wild() {
        key.insert(random.pick(&["value", "Secret", "key"]).to_owned(), json!(secret));
    }
    Value::Object(key)
}

fn kms(random: &mut Random) -> Value {
    let mut kms = Map::new();
    let mut add = |random: &mut Random, key: &str, good: &[&str], bad: &[&str]| {
        let value = random.either(good, bad);
        let value =
            if key == "cachesize" { json!(value.parse::<f64>().unwrap()) } else { json!(value) };
        kms.insert(key.to_owned(), random.usually(value));
    };
    let bad = [
        "unix:///@kms",
        "UNIX:///a",
        "/var/run/kms.sock",
        "tcp://127.0.0.1:80",
        "tcp://a:b",
        "unix:///%zz",
        ":a",
        "1a:b",
        "unix://a b",
        "unix://[::1",
        "unix://user:pass@host/a?b#c",
        "unix:a",
        "http://a:b:c",
        "unix://a%20b/",
        "unix:///a#%",
        "a\u{1}",
        "",
    ];
    add(random, "endpoint", &["unix:///var/run/kms.sock"], &bad);
    if !random.wild() {
        add(random, "apiVersion", &["v2"], &["v1", "v3", ""]);
    }
    if !random.wild() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
        add(random, "name", &names, &["a:b", ""]);
    }
    if random.wild() {
        add(random, "cachesize", &["100"], &["0", "-1", "5000000000", "1.5"]);
    }
    if random.chance(30) {
        let bad =
            ["0s", "-1m", "5", "x", "", "-0.25s", "-1us", "-7ns", "5d", ".s", "1.s", "0", "-"];
        add(random, "timeout", &["3s", "1.5h", "1h2m3s", "+3s", "500ms"], &bad);
    }
    Value::Object(kms)
}
