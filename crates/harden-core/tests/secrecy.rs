//! What stands where secrets stand gets into no report, however broken the document is.
//!
//! `HARDEN_RANDOM_SECRETS` sets how many documents are broken, `HARDEN_RANDOM_SEED` how.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail"
)]

use std::fmt::Write as _;

use harden_core::check::{Settings, check};
use harden_core::report::{self, FORMATS, Report, ReportSource};
use harden_core::rules;
use harden_core::secrecy::{confidences, disguised};

/// What stands for `MARK` in the documents, and what all of these have in common.
const MARKS: [&str; 3] = ["Zq9xWv7kLm2P", "Zq9x", "hunterZq9x7"];
const COMMON: &str = "Zq9x";

/// Objects that are made of secrets: no value of theirs is shown, whatever becomes of the text.
const MADE_OF_SECRETS: [&str; 9] = [
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  namespace: team-a\n  annotations:\n    note: MARK\ntype: Opaque\ndata:\n  password: MARK\n  user: YWRtaW4=\n  token: MARK\n",
    "apiVersion: v1\nstringData:\n  name: MARK\n  namespace: MARK\n  type: MARK\n  kind: MARK\n  config.yaml: |\n    a: MARK\n    ---\n    password: MARK\n  tls.key: |\n    -----BEGIN PRIVATE KEY-----\n    MARK\n    -----END PRIVATE KEY-----\n  url: postgres://app:MARK@db/app\nmetadata:\n  name: db\nimmutable: false\nkind: Secret\n",
    "{\n  \"apiVersion\": \"v1\",\n  \"data\": {\n    \"password\": \"MARK\",\n    \"token\": \"MARK\"\n  },\n  \"kind\": \"Secret\",\n  \"metadata\": {\n    \"annotations\": {\"a\": \"MARK\"},\n    \"name\": \"db\"\n  },\n  \"type\": \"Opaque\"\n}\n",
    "{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {a: MARK, b: 'MARK', c: \"MARK\"}}\n",
    "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: team-a}\n- apiVersion: v1\n  data:\n    password: MARK\n  kind: Secret\n  metadata:\n    name: db\n    ownerReferences:\n    - {apiVersion: v1, kind: Pod, name: a, uid: b}\n",
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"password\":\"MARK\"}}\ndata: {password: MARK}\n",
    "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc:\n      keys:\n      - name: key1\n        secret: MARK\n      - name: key2\n        secret: MARK\n  - secretbox:\n      keys: [{name: key3, secret: MARK}]\n  - identity: {}\n",
    "apiVersion: v1\nkind: Config\nclusters:\n- name: a\n  cluster: {server: https://a}\nusers:\n- name: a\n  user:\n    token: MARK\n    password: MARK\n    client-key-data: MARK\n",
    "# apiVersion: v1\n# kind: Secret\n# metadata: {name: a}\n# stringData:\n#   password: MARK\napiVersion: v1\nkind: Pod\nmetadata: {name: a, typo: b}\nspec: {containers: [{name: a, image: b, privileged: true}]}\n",
];

/// Objects that hold a secret among other things: it is not shown as long as what says so is there.
const HOLDING_SECRETS: [&str; 5] = [
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n      - name: app\n        image: web\n        env:\n        - name: DB_PASSWORD\n          value: MARK\n        - {name: API_TOKEN, value: Zq9xWv7kLm2P}\n        - name: DB_URL\n          value: postgres://app:MARK@db/app\n        args: [--db-password=MARK, --password, MARK]\n",
    "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: dump\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers:\n      - name: dump\n        image: mysql\n        command: [sh, -c, 'mysqldump -uroot -pMARK app']\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  DB_PASSWORD: MARK\n  app.yaml: |\n    db:\n      password: MARK\n  run.sh: |\n    export PGPASSWORD=MARK\n",
    "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata:\n  name: store\nspec:\n  provider:\n    vault:\n      server: http://app:MARK@vault:8200\n      path: secret\n      auth: {kubernetes: {role: a, mountPath: b}}\n",
    "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata:\n  name: a\nwebhooks:\n- name: a.example.com\n  clientConfig:\n    url: https://app:MARK@a/b\n",
];

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    fn one_of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
}

/// A document with another flaw.
fn broken(random: &mut Random, text: &str, is_made_of_secrets: bool) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return String::new();
    }
    let line = random.below(lines.len());
    let is_said = |line: &str| {
        line.contains("PASSWORD") || line.contains("TOKEN") || line.contains("password")
    };
    match random.below(if is_made_of_secrets { 20 } else { 9 }) {
        0 => {
            let mut end = random.below(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            return text[..end].to_owned();
        }
        1 => lines[line] = format!("{}{}", " ".repeat(1 + random.below(4)), lines[line]),
        2 => {
            let drop = 1 + random.below(4);
            let indent = lines[line].len() - lines[line].trim_start().len();
            lines[line].drain(..drop.min(indent));
        }
        3 => lines[line] = format!("\t{}", lines[line].trim_start()),
        4 => {
            let signs = ["*", "&", "!", "%", "@", "`", "'", "\"", "|", "[", "{", "? ", "#"];
            // The last ones end a word of a script.
            let sign = random.one_of(if is_made_of_secrets { &signs } else { &signs[..8] });
            let marks: Vec<_> = text.match_indices(COMMON).map(|(at, _)| at).collect();
            if let Some(at) = marks.get(random.below(marks.len())) {
                return format!("{}{sign}{}", &text[..*at], &text[*at..]);
            }
        }
        5 => {
            let copy = lines[line].clone();
            lines.insert(line, copy);
        }
        6 => lines.insert(
            line,
            random.one_of(&["}", "]", "{{ .Values.a }}", "- a", "a: b: c", "..."]).to_owned(),
        ),
        7 if !is_said(&lines[line]) => {
            lines[line].push_str(random.one_of(&[":", " :", "'", "\"", "}", ",", " #"]));
        }
        8 => {
            return text.replacen(
                "apiVersion: v1",
                random.one_of(&["apiVersion: V1", "apiversion: v1", "apiVersion v1"]),
                1,
            );
        }
        9 => drop(lines.remove(line)),
        10 => lines.insert(line, "---".to_owned()),
        11 => {
            let kind = random.one_of(&[
                "Sercet", "Secrets", "secret", "SECRET", "Secre", "Sekret", "Secret x", "",
                "[Secret]", "Secret:", "\"Secret",
            ]);
            return text.replacen("kind: Secret", &format!("kind: {kind}"), 1);
        }
        12 => {
            if let Some(at) = lines.iter().position(|it| it.trim_start().starts_with("kind:")) {
                let kind = lines.remove(at);
                lines.push(kind);
            }
        }
        13 => lines.retain(|it| !it.trim_start().starts_with("kind:")),
        14 => lines.retain(|it| !it.trim_start().starts_with("apiVersion:")),
        15 => {
            let at = lines.iter().position(|it| it.trim_start().starts_with(['k', 'n']));
            lines.insert(at.map_or(0, |it| it + 1), format!("        {}", MARKS[random.below(3)]));
        }
        16 => {
            let sign = random.one_of(&[
                "{", "}", "[", "]", ",", ":", "#", "&", "*", "!", "|", ">", "'", "\"", "%", "\\",
            ]);
            let mut at = random.below(lines[line].len() + 1);
            while !lines[line].is_char_boundary(at) {
                at -= 1;
            }
            lines[line].insert_str(at, sign);
        }
        17 if line + 1 < lines.len() => {
            let next = lines.remove(line + 1);
            lines[line].push_str(next.trim_start());
        }
        18 => lines[line] = format!("# {}", lines[line]),
        19 => lines = lines.iter().map(|it| format!("#{it}")).collect(),
        _ => {}
    }
    lines.join("\n") + "\n"
}

/// All that is said of a text, in every format.
fn said(text: &str) -> String {
    let settings = Settings::new(rules::all());
    let outcome = check(settings.clone(), [text]);
    let sources = ReportSource::all(&outcome);
    let report = Report::of(&outcome, &settings, &sources);
    let mut said = String::new();
    for format in FORMATS {
        let mut out = Vec::new();
        report::write(&report, *format, false, &mut out).unwrap();
        let _ = writeln!(said, "{}:\n{}", format.name, String::from_utf8(out).unwrap());
    }
    for unused in &outcome.unused {
        let _ = writeln!(said, "{unused}");
    }
    said
}

/// What is wrong with what becomes of a text.
fn leak(text: &str) -> Option<String> {
    let shown = said(text);
    if let Some(line) = shown.lines().find(|it| it.contains(COMMON)) {
        return Some(format!("{text}\nis said to be\n{line}\n"));
    }
    let disguised = disguised(text, &confidences(text));
    disguised.contains(COMMON).then(|| format!("{text}\nis kept as\n{disguised}\n"))
}

fn documents() -> impl Iterator<Item = (&'static str, bool)> {
    let made = MADE_OF_SECRETS.into_iter().map(|it| (it, true));
    made.chain(HOLDING_SECRETS.into_iter().map(|it| (it, false)))
}

#[test]
fn no_report_repeats_a_secret_of_a_sound_document() {
    for (text, _) in documents() {
        for mark in MARKS {
            assert_eq!(leak(&text.replace("MARK", mark)), None);
        }
    }
}

#[test]
fn no_report_repeats_a_secret_of_a_broken_document() {
    let setting = |name: &str, default| {
        std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(default)
    };
    let (seed, count) = (setting("HARDEN_RANDOM_SEED", 1), setting("HARDEN_RANDOM_SECRETS", 200));
    let documents: Vec<_> = documents().collect();
    let mut leaks = Vec::new();
    for round in 0..count {
        let mut random = Random((seed << 32) + 0x9e37_79b9 * (round + 1));
        for _ in 0..5 {
            random.below(2);
        }
        let (text, is_made_of_secrets) = documents[random.below(documents.len())];
        let mut text = text.replace("MARK", MARKS[random.below(3)]);
        for _ in 0..=random.below(2) {
            text = broken(&mut random, &text, is_made_of_secrets);
        }
        leaks.extend(leak(&text).map(|it| format!("document {round}: {it}")));
    }
    let first: Vec<_> = leaks.iter().take(6).map(String::as_str).collect();
    assert!(
        leaks.is_empty(),
        "HARDEN_RANDOM_SEED={seed}: {} leaks\n{}",
        leaks.len(),
        first.join("\n")
    );
}
