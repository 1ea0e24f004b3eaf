//! Marks in place of secrets, of which rules say what they said of the secrets.

use harden_yaml::{Document, Kind, Place, Span};

use super::credentials::{self, Credential, Language};
use super::{LAST_APPLIED, disguise, objects};
use crate::object::{is_blank, objects as objects_of};

/// What a mark keeps of what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Manner {
    /// What kind of secret it is.
    Likeness,
    /// The same, and how long it is, and which of its characters are letters and digits.
    Letters,
    /// Nothing.
    Nothing,
}

/// What stands for most secrets.
const MARK: &str = "Hidden4Snapshot7";

/// A name and a password in base64.
const ACCOUNT: &str = "aGlkZGVuOkhpZGRlbjRTbmFwc2hvdDc=";

/// Others, each for what the first does not look like.
const MARKS: [&str; 25] = [
    ACCOUNT,
    "aGlkZGVuOkhpZGRlbjQ3NTU=",
    "hidden4password7",
    "hiddenpassword",
    "hidden-password",
    "hidden_token",
    "HIDDEN_PASSWORD",
    "hidden4snapshot7secret",
    "Hidden47",
    "h47",
    "Hidden-4-Snapshot-7!",
    "changeme-Hidden4Snapshot7",
    "ChangeMeHidden",
    "changeme-hidden",
    "hidden",
    "hidden-by-snapshot",
    "47114711",
    "hidden 4 snapshot 7 words",
    "${HIDDEN}",
    "$(HIDDEN)",
    "<hidden>",
    "/hidden/by/snapshot",
    "hidden:Hidden4Snapshot7",
    "true",
    "",
];

/// An object in JSON with marks in place of all values that may be secret. `None` where it cannot be read, so
/// that nobody knows what of it is.
pub fn marked(text: &str, manner: Manner) -> Option<String> {
    let document = Document::parse_json(text);
    if document.is_rejected() || !document.problems().is_empty() {
        return None;
    }
    let root = document.root();
    let mut found = objects::read_listed(&document);
    for map in objects_of(root).filter(|it| it.is("", "ConfigMap")) {
        let data = map.place.at("data").entries();
        let is_secret = |key: &str, text| credentials::identify_by_name(key, text).is_some();
        let secrets = data.filter(|(key, it)| it.as_str().is_some_and(|it| is_secret(key, it)));
        found.values.extend(secrets.map(|(_, value)| value));
    }
    let mut marks: Vec<(Span, String)> = Vec::new();
    marks.extend(found.values.iter().map(|it| (it.span(), of_place(*it, manner))));
    marks.extend(found.spans.iter().map(|it| (*it, of_string("", it.text(text), manner))));
    applied(root, &mut marks);
    for map in objects_of(root).filter(|it| it.is("", "ConfigMap")) {
        // Nobody sees what is in there, and no rule looks.
        let values = map.place.at("binaryData").entries();
        marks.extend(values.map(|(_, it)| (it.span(), "\"\"".to_owned())));
    }
    Some(disguise::replace_widest(text, marks))
}

/// An object in JSON with nothing in place of the values of its data.
pub fn emptied(text: &str) -> Option<String> {
    let document = Document::parse_json(text);
    if document.is_rejected() || !document.problems().is_empty() {
        return None;
    }
    let root = document.root();
    let values = ["data", "binaryData"].into_iter().flat_map(|it| root.at(it).entries());
    let mut values: Vec<_> = values.map(|(_, it)| (it.span(), "\"\"".to_owned())).collect();
    values.sort_by_key(|(span, _)| *span);
    Some(disguise::replace(text, &values).into_owned())
}

/// Whole objects in annotations, at any depth: they say nothing that is not said beside them.
fn applied(root: Place<'_>, marks: &mut Vec<(Span, String)>) {
    let mut rest = vec![root];
    while let Some(place) = rest.pop() {
        for (key, value) in place.entries() {
            if key == LAST_APPLIED {
                marks.push((value.span(), "\"{}\"".to_owned()));
            } else {
                rest.push(value);
            }
        }
        rest.extend(place.items());
    }
}

fn of_place(place: Place<'_>, manner: Manner) -> String {
    match place.kind() {
        Kind::String => {
            let mark = of_string(
                place.key().unwrap_or_default(),
                place.as_str().unwrap_or_default(),
                manner,
            );
            serde_json::Value::String(mark).to_string()
        }
        Kind::Int | Kind::Float => disguise::of_json(place),
        Kind::Bool | Kind::Null => place.source().to_owned(),
        // Of a wrong type, and no less secret.
        Kind::Map => "{}".to_owned(),
        _ => "[]".to_owned(),
    }
}

fn of_string(key: &str, value: &str, manner: Manner) -> String {
    match manner {
        Manner::Likeness => alike(key, value, true),
        Manner::Letters => letters(value),
        Manner::Nothing => MARK.to_owned(),
    }
}

/// What looks like the value of a key to every rule, and says nothing of it.
fn alike(key: &str, value: &str, is_whole: bool) -> String {
    let wanted = Traits::of(key, value);
    let shape = credentials::sample(value);
    let marks = [MARK].into_iter().chain(MARKS).map(str::to_owned);
    let attached = option(value).filter(|it| is_whole && !it.ends_with('='));
    let attached = attached.map(|it| format!("{it}{MARK}"));
    let found =
        attached.into_iter().chain(marks).chain(shape).find(|it| Traits::of(key, it) == wanted);
    let within = || if is_whole { within(key, value, &wanted) } else { None };
    found.or_else(within).unwrap_or_else(|| letters(value))
}

/// The value with marks in place of the secrets in it.
fn within(key: &str, value: &str, wanted: &Traits) -> Option<String> {
    let option = option(value).filter(|it| it.ends_with('='));
    let option = option.map(|it| {
        let rest = value.get(it.len()..).unwrap_or_default();
        format!("{it}{}", alike("", rest, false))
    });
    let found = LANGUAGES.into_iter().map(|it| credentials::all_in(value, it));
    let found = found.chain([credentials::all_in_file(key, value)]);
    let found: Vec<_> = found.filter(|it| !it.is_empty()).collect();
    let ways: [fn(&str) -> String; 6] = [
        |secret| alike("", secret, false),
        letters,
        path,
        hash,
        |_| ACCOUNT.to_owned(),
        |_| format!("\n{}\n", MARK.repeat(4)),
    ];
    let tries = ways.into_iter().flat_map(|way| {
        found.iter().map(move |secrets| {
            let mark = |it: &Credential<'_>| {
                let secret = value.get(it.span.clone()).unwrap_or_default();
                (Span::new(it.span.start, it.span.end), way(secret))
            };
            let marks: Vec<_> = secrets.iter().map(mark).collect();
            disguise::replace(value, &marks).into_owned()
        })
    });
    option.into_iter().chain(tries).find(|it| Traits::of(key, it) == *wanted)
}

/// The same but for the name of what made a hash, as in `$apr1$`.
fn hash(secret: &str) -> String {
    let end = secret.get(1..).and_then(|it| it.find('$')).map_or(0, |it| it + 2);
    let end = if secret.starts_with('$') && end <= 8 { end } else { 0 };
    let (open, rest) = secret.split_at(end);
    format!("{open}{}", letters(rest))
}

/// The same but for what is open in the path of a webhook.
fn path(secret: &str) -> String {
    let (open, rest) = secret.split_at(credentials::open_path(secret));
    format!("{open}{}", letters(rest))
}

/// The option that an argument begins with: `--password=`, or the `-p` of `-phunter22`. What holds more than its
/// name is none, as a key in PEM.
fn option(argument: &str) -> Option<&str> {
    const LONGEST: usize = 64;
    let is_name = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    let (head, _) = argument.split_at(argument.find('=').map_or(0, |it| it + 1));
    if head.starts_with('-')
        && head.len() <= LONGEST
        && head.trim_end_matches('=').chars().all(is_name)
    {
        return Some(head);
    }
    let is_short = argument.starts_with('-') && !argument.starts_with("--");
    argument.get(..2).filter(|_| is_short && !argument.contains(char::is_whitespace))
}

/// Other letters and digits in place of these, but for the option that they begin with.
fn letters(value: &str) -> String {
    let (head, value) = value.split_at(option(value).map_or(0, str::len));
    let mark = |(at, it): (usize, char)| {
        let [first, second] = match it {
            'a'..='z' => ['h', 'i'],
            'A'..='Z' => ['H', 'I'],
            '0'..='9' => ['4', '7'],
            _ if it.is_ascii() => [it, it],
            _ => ['-', '-'],
        };
        if at.is_multiple_of(2) { first } else { second }
    };
    head.chars().chain(value.chars().enumerate().map(mark)).collect()
}

const LANGUAGES: [Language; 4] =
    [Language::Shell, Language::Settings, Language::Code, Language::Unknown];

/// What rules ask of a value that may be a secret.
#[derive(Debug, PartialEq, Eq)]
struct Traits {
    /// What it is, for each thing that its name may say of it.
    named: [Option<&'static str>; 8],
    /// The same where only the name counts.
    by_name: [Option<&'static str>; 8],
    /// What is found in it, by what it is called.
    within: Vec<Vec<(String, &'static str)>>,
    /// The same for a file that is called as the value is.
    in_file: Vec<(String, &'static str)>,
    is_blank: bool,
    is_name: bool,
}

impl Traits {
    fn of(key: &str, value: &str) -> Self {
        const NAMES: [&str; 8] = [
            "",
            "password",
            "passphrase",
            "token",
            "apikey",
            "secret",
            "reset-password",
            "basic_auth",
        ];
        let told = |found: Vec<Credential<'_>>| -> Vec<_> {
            found.into_iter().map(|it| (it.name.to_owned(), it.what)).collect()
        };
        Self {
            named: NAMES.map(|it| credentials::identify(it, value)),
            by_name: NAMES.map(|it| credentials::identify_by_name(it, value)),
            within: LANGUAGES.map(|it| told(credentials::all_in(value, it))).into(),
            in_file: told(credentials::all_in_file(key, value)),
            is_blank: is_blank(value),
            is_name: credentials::is_secret_name(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_the_kind_of_secret_that_it_stands_for() {
        let mut wrong = Vec::new();
        for value in [
            "hunter22",
            "changeme",
            "4711",
            "s3cr3t!",
            "correct horse battery staple 9",
            "3f2a9c1e-77aa-4d5b-9c3e-1a2b3c4d5e6f",
            "admin:hunter22",
            "postgres://app:hunter22@db/app",
            "--password=hunter22",
            "mysql -u root -phunter22 -h db",
            "$(PASSWORD)",
            "-phunter22",
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0=\n-----END PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END RSA PRIVATE KEY-----\n",
            &format!("ghp_{}", "a1B2c3D4e".repeat(4)),
            &format!("AKIA{}", "Q3EG7ZLM".repeat(2)),
            &format!("eyJ{0}.eyJ{0}.{0}", "a1B2c3D4e".repeat(4)),
            &format!("12345678:AA{}", "a1B2c3D4e5f".repeat(3)),
        ] {
            let mark = alike("", value, true);
            let (is, was) = (Traits::of("", &mark), Traits::of("", value));
            if is != was {
                wrong.push(format!("{value}: {mark}\n{is:?}\n{was:?}"));
            }
            for secret in ["hunter", "4711", "s3cr3t", "horse", "3f2a", "MIIE", "a1B2", "Q3EG"] {
                assert!(!mark.contains(secret), "{mark}");
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn marks_stand_wherever_a_secret_may() {
        let text = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","annotations":{"db-password":"Mk1-annotation-9","kubectl.kubernetes.io/last-applied-configuration":"{\"a\":\"Mk2-applied-9\"}"}},"spec":{"containers":[{"env":[{"name":"DB_PASSWORD","value":"Mk3-\"env\u0022-9"},{"name":"URL","value":"https://u:Mk4url9@h/"}],"args":["--token=Mk5arg12345678","-x"]}]}}"#;
        for manner in [Manner::Likeness, Manner::Letters, Manner::Nothing] {
            let marked = marked(text, manner).unwrap_or_default();
            assert!(!marked.contains("Mk"), "{marked}");
            assert!(!Document::parse_json(&marked).is_rejected(), "{marked}");
            assert!(marked.contains("\"DB_PASSWORD\"") && marked.contains("\"-x\""), "{marked}");
        }
    }

    #[test]
    fn of_a_secret_only_what_people_write_beside_it_is_hidden() {
        let text = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","uid":"b1","ownerReferences":[{"kind":"C","name":"d"}],"annotations":{"e":"marker"}}}"#;
        let marked = marked(text, Manner::Letters).unwrap_or_default();
        assert_eq!(marked, text.replace("marker", "hihihi"));
    }

    #[test]
    fn data_without_values_keeps_its_keys() {
        let text = r#"{"kind":"ConfigMap","data":{"a":"b","c":"d"},"binaryData":{"e":"Zg=="}}"#;
        let expected = r#"{"kind":"ConfigMap","data":{"a":"","c":""},"binaryData":{"e":""}}"#;
        assert_eq!(emptied(text).as_deref(), Some(expected));
        assert_eq!(emptied("{"), None);
    }
}
