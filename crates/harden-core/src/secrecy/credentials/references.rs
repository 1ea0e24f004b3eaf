//! Values that say where a secret is: paths, variables, templates, entries of stores.

use super::values::is_words;

/// Stores of secrets, and other places to fetch them from, as references to them begin.
const STORES: [&str; 62] = [
    "akeyless",
    "akv",
    "arn",
    "aws",
    "awskms",
    "awsps",
    "awssecret",
    "awssm",
    "azkv",
    "azure",
    "azurekv",
    "bao",
    "berglas",
    "bitwarden",
    "bw",
    "chamber",
    "cmd",
    "config",
    "configmap",
    "conjur",
    "credstash",
    "cyberark",
    "doppler",
    "echo",
    "ejson",
    "env",
    "exec",
    "file",
    "gcp",
    "gcp-sm",
    "gcpsm",
    "gcpsecretmanager",
    "gopass",
    "gsm",
    "hashivault",
    "infisical",
    "k8s",
    "keepass",
    "keepassxc",
    "keychain",
    "keyring",
    "keyvault",
    "kms",
    "kubernetes",
    "lastpass",
    "literal-ref",
    "onepassword",
    "op",
    "openbao",
    "pass",
    "passbolt",
    "ref",
    "resolve",
    "secret",
    "secretref",
    "secrets",
    "sm",
    "sops",
    "spring",
    "ssm",
    "vals",
    "vault",
];

/// Whether a value says where the secret is.
pub(super) fn is_reference(value: &str) -> bool {
    const STARTS: [&str; 16] = [
        "/",
        "./",
        "../",
        "~/",
        "{{",
        "{%",
        "%{",
        "#{",
        "<%",
        "projects/",
        "@@",
        "arn:",
        "((",
        "[[",
        // Patterns, as in `sed`.
        ".*",
        "[^",
    ];
    const ENDS: [&str; 13] = [
        ".cer", ".conf", ".crt", ".env", ".jks", ".json", ".key", ".p12", ".pem", ".pfx", ".txt",
        ".yaml", ".yml",
    ];
    STARTS.iter().any(|start| value.starts_with(start))
        || !value.contains(char::is_whitespace) && ENDS.iter().any(|end| value.ends_with(end))
        || ["$(", "${", "{{", "://", "()"].iter().any(|it| value.contains(it))
        || is_masked(value)
        || is_variable(value)
        || is_in_store(value)
        || is_tagged(value)
}

/// `XXX/`, as masks stand in other text.
fn is_masked(value: &str) -> bool {
    let letters = value.trim_end_matches(['/', ';', ',']);
    letters.len() >= 3 && letters.bytes().all(|it| matches!(it, b'X' | b'x' | b'*'))
}

/// `$NAME`, `%NAME%`, `@NAME@`, `&name;`, `$__file{…}`, `@Microsoft.KeyVault(…)`, `@file`.
fn is_variable(value: &str) -> bool {
    let name = |text: &str| {
        text.bytes().take_while(|it| it.is_ascii_alphanumeric() || b"_.".contains(it)).count()
    };
    let Some(first) = value.chars().next() else { return false };
    let rest = value.get(first.len_utf8()..).unwrap_or_default();
    let length = name(rest);
    let after = rest.get(length..).unwrap_or_default();
    match first {
        '$' => {
            after.is_empty() || after.starts_with(['{', '(', '[', '$']) || rest.starts_with("__")
        }
        '%' => after == "%" || rest.starts_with('('),
        '@' => {
            length > 0 && (after == "@" || after.starts_with(['(', '{', '/']))
                || rest.starts_with('/')
        }
        '&' => after == ";",
        _ => false,
    }
}

/// `store:path`, with a store that is known, or a path that looks like one.
fn is_in_store(value: &str) -> bool {
    let Some((scheme, path)) = value.split_once(':') else {
        // A path of words, as in `secret/data/app#key`.
        return value.matches('/').count() >= 2 && is_words(value.trim_end_matches('='));
    };
    let scheme = scheme.rsplit('+').next().unwrap_or_default();
    let is_known = STORES.iter().any(|it| it.eq_ignore_ascii_case(scheme));
    let is_name = !scheme.is_empty()
        && scheme.bytes().all(|it| it.is_ascii_lowercase() || b"-+.".contains(&it));
    !path.is_empty() && (is_known || is_name && (path.starts_with('/') || is_path(path)))
}

/// `data/app#key`: names between slashes.
fn is_path(text: &str) -> bool {
    text.contains('/')
        && (text.contains('#') || is_words(text))
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"/#_-.".contains(&it))
}

/// `!vault |`, `!Ref name`.
fn is_tagged(value: &str) -> bool {
    value.strip_prefix('!').is_some_and(|rest| {
        rest.split_once([' ', '\n']).is_some_and(|(tag, _)| {
            !tag.is_empty() && tag.bytes().all(|it| it.is_ascii_alphabetic() || it == b':')
        })
    })
}
