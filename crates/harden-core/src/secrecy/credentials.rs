//! Tells passwords, tokens and keys from other text, by what they are called and by what they look like.
//!
//! A name makes a value suspicious only if the value can be a secret: references to other variables,
//! paths, switches and blanks to fill in are none.

mod arguments;
mod files;
mod headers;
mod markup;
mod names;
mod references;
mod settings;
mod shapes;
mod urls;
mod values;

pub(crate) use arguments::arguments;
pub(crate) use shapes::sample;
pub(crate) use urls::open_path;
pub(crate) use values::looks_random;

use std::ops::Range;

use names::Meaning;

/// The shortest text that says what it holds: it has a name, a sign and a value.
const SHORTEST: usize = 8;

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credential<'t> {
    /// What it is called there; empty where its shape alone tells it.
    pub(crate) name: &'t str,
    /// What it is, with its article: `a password`.
    pub(crate) what: &'static str,
    /// The bytes of the secret.
    pub(crate) span: Range<usize>,
}

/// How a text writes what it says, which decides what a name says of what stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Settings, whose values stand for themselves: YAML, INI, properties, environment files.
    Settings,
    /// Shell, where words stand for themselves.
    Shell,
    /// A programming language, where only what is in quotes stands for itself.
    Code,
    /// Not known.
    Unknown,
}

impl Language {
    /// That of a file of this name.
    pub(crate) fn of_file(name: &str) -> Self {
        const SETTINGS: [&str; 22] = [
            "cfg",
            "cnf",
            "conf",
            "config",
            "dockercfg",
            "dockerconfigjson",
            "env",
            "hcl",
            "ini",
            "json",
            "netrc",
            "npmrc",
            "pgpass",
            "properties",
            "pypirc",
            "tfvars",
            "toml",
            "xml",
            "yaml",
            "yml",
            "kubeconfig",
            "htpasswd",
        ];
        const CODE: [&str; 20] = [
            "awk", "c", "cs", "css", "go", "groovy", "html", "java", "js", "jsonnet", "kt", "lua",
            "md", "php", "pl", "py", "rb", "rego", "ts", "tpl",
        ];
        let end = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        if SETTINGS.contains(&&*end) {
            Self::Settings
        } else if CODE.contains(&&*end) {
            Self::Code
        } else if matches!(&*end, "sh" | "bash" | "zsh" | "ksh") {
            Self::Shell
        } else {
            Self::Unknown
        }
    }
}

/// What a value is, if it is a secret: `a password`.
pub(crate) fn identify(name: &str, value: &str) -> Option<&'static str> {
    // The shape says more than the name.
    let found = shapes::all(value).into_iter().next().map(|it| it.what);
    found
        .or_else(|| identify_as_named(name, value))
        .or_else(|| all_in(value, Language::Unknown).first().map(|it| it.what))
}

/// The same of a value in which [`all_in_file`] finds nothing by this name.
pub(crate) fn identify_rest(name: &str, value: &str) -> Option<&'static str> {
    // What is too short was not searched; the rest was, for shapes, and as the name of the file says.
    let is_unsearched = value.len() < SHORTEST;
    let found = if is_unsearched { shapes::all(value).into_iter().next() } else { None };
    let found = found.map(|it| it.what).or_else(|| identify_as_named(name, value));
    if found.is_some() || Language::of_file(name) == Language::Unknown {
        return found;
    }
    all_in(value, Language::Unknown).first().map(|it| it.what)
}

fn identify_as_named(name: &str, value: &str) -> Option<&'static str> {
    let is_login = || names::is_of_login(name) && values::is_login(value);
    identify_by_name(name, value).or_else(|| is_login().then_some("a password"))
}

/// What a value is, going by its name alone.
pub(crate) fn identify_by_name(name: &str, value: &str) -> Option<&'static str> {
    let meaning = names::meaning(name)?;
    let can_be = match meaning {
        Meaning::Password => values::can_be_password(value),
        Meaning::Passphrase => values::can_be_passphrase(value),
        Meaning::Token | Meaning::Key => values::can_be_token(value),
        // It is about a password, or it may be the name of what holds the secret.
        Meaning::Secret | Meaning::About => values::can_be_token(value) && looks_random(value),
    };
    can_be.then(|| match meaning {
        _ if values::is_to_be_changed(value) => "a password that was to be changed",
        Meaning::Password | Meaning::Passphrase | Meaning::About => "a password",
        Meaning::Token => "a token",
        Meaning::Key => "a key",
        Meaning::Secret => "a secret",
    })
}

/// Whether a name says that its value is a secret, whatever the value is.
pub(crate) fn is_secret_name(name: &str) -> bool {
    names::meaning(name).is_some()
}

/// Whether a text holds a secret that its shape alone tells.
pub(crate) fn has_shape(text: &str) -> bool {
    !shapes::all(text).is_empty()
}

/// The secrets in a text, in their order; none overlaps another.
pub(crate) fn all_in(text: &str, language: Language) -> Vec<Credential<'_>> {
    if text.len() < SHORTEST {
        return Vec::new();
    }
    let mut found = shapes::all(text);
    // Names of objects, quantities and versions are most of what is looked at.
    if !text.bytes().any(is_sign) {
        return found;
    }
    settings::find(text, language, &mut found);
    markup::find(text, &mut found);
    headers::find(text, &mut found);
    arguments::find(text, language, &mut found);
    found.sort_by_key(|it| (it.span.start, it.span.end));
    let mut end = 0;
    found.retain(|it| {
        let is_new = it.span.start >= end;
        end = end.max(it.span.end);
        is_new
    });
    found
}

/// Whether something may stand between a name and a value, or between two words. Some blanks are not ASCII.
fn is_sign(byte: u8) -> bool {
    byte.is_ascii_whitespace() || !byte.is_ascii() || b"\x0b:=<([],\"'`".contains(&byte)
}

/// The secrets in a file, whose name may say what its lines are.
pub(crate) fn all_in_file<'t>(name: &str, text: &'t str) -> Vec<Credential<'t>> {
    let mut found = all_in(text, Language::of_file(name));
    if found.is_empty() {
        files::find(name, text, &mut found);
    }
    found
}
