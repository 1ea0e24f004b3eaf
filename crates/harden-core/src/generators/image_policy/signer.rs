//! Whose signatures are taken: a key, or whoever an issuer vouches for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex_lite::Regex;

use super::Options;
use crate::generators::OptionError;
use crate::kubernetes::is_subdomain;

/// Whose signatures are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signer<'a> {
    /// A public key, as PEM.
    Key(&'a str),
    /// A key in a key management service, by its address.
    Kms(&'a str),
    /// A public key in a Secret of the cluster.
    Secret { address: &'a str, namespace: &'a str, name: &'a str },
    /// Nobody's key: whoever proved an identity.
    Keyless { issuer: Named<'a>, subject: Named<'a> },
}

/// A name in full, or a pattern that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named<'a> {
    Exact(&'a str),
    Pattern(&'a str),
}

/// The services that cosign knows.
const SERVICES: [&str; 4] = ["awskms://", "azurekms://", "gcpkms://", "hashivault://"];

/// How the option of a Secret begins.
const SECRET: &str = "k8s://";

/// Names of nobody in particular: a pattern for all of them tells nobody from anybody.
const ANYBODY: [&str; 4] =
    ["https://issuer.example/realms/a", "mallory@mail.test", "https://git.test/m/r/w.yml@v1", "0"];

/// Whether `--key` names no file.
pub(super) fn is_address(key: &str) -> bool {
    key.contains("://")
}

/// Takes a public key from a file.
pub(super) fn read(file: &str, text: &str) -> Result<String, OptionError> {
    let reject = |rule: &str| Err(OptionError::new("--key", file, rule));
    if text.contains("PRIVATE KEY") {
        return reject(
            "it holds a private key, which no policy needs: write the public one with cosign public-key",
        );
    }
    let pem = text.trim().replace('\r', "");
    let body = pem
        .strip_prefix("-----BEGIN PUBLIC KEY-----\n")
        .and_then(|it| it.strip_suffix("\n-----END PUBLIC KEY-----"))
        .map(|it| it.split_whitespace().collect::<String>());
    let bytes = body.and_then(|it| STANDARD.decode(it).ok());
    // A key is a sequence in DER.
    if bytes.is_none_or(|it| it.len() < 40 || it.first() != Some(&0x30)) {
        return reject("it is no public key: it has to be PEM that begins with BEGIN PUBLIC KEY");
    }
    Ok(format!("{pem}\n"))
}

/// Whose signatures the options take.
pub(super) fn chosen(options: &Options) -> Result<Signer<'_>, OptionError> {
    let issuer = named(
        ("--issuer", options.issuer.as_deref()),
        ("--issuer-regexp", options.issuer_regexp.as_deref()),
    )?;
    let subject = named(
        ("--subject", options.subject.as_deref()),
        ("--subject-regexp", options.subject_regexp.as_deref()),
    )?;
    match (options.key.as_deref(), issuer, subject) {
        (Some(key), None, None) => of_key(options, key),
        (None, Some(issuer), Some(subject)) => Ok(Signer::Keyless { issuer, subject }),
        (Some(_), _, _) => {
            let rule = "a key has no issuer and no subject: give either a key or these two";
            Err(OptionError::new("--key", "", rule))
        }
        (None, None, None) => {
            let rule = "say whose signatures are taken: --key FILE, or --issuer with --subject";
            Err(OptionError::new("--key", "", rule))
        }
        (None, Some(_), None) => {
            let rule =
                "is needed with an issuer, which vouches for everybody who has an account there";
            Err(OptionError::new("--subject", "", rule))
        }
        (None, None, Some(_)) => {
            let rule = "is needed with a subject, which any provider may give to anybody";
            Err(OptionError::new("--issuer", "", rule))
        }
    }
}

fn of_key<'a>(options: &'a Options, key: &'a str) -> Result<Signer<'a>, OptionError> {
    let reject = |rule| Err(OptionError::new("--key", key, rule));
    if !is_address(key) {
        let read = options.public_key.as_deref().map(Signer::Key);
        return read.ok_or_else(|| OptionError::new("--key", key, "it was not read"));
    }
    if let Some(secret) = key.strip_prefix(SECRET) {
        return match secret.split_once('/') {
            Some((namespace, name)) if is_subdomain(namespace) && is_subdomain(name) => {
                Ok(Signer::Secret { address: key, namespace, name })
            }
            _ => reject("write the Secret with the public key as k8s://NAMESPACE/NAME"),
        };
    }
    if SERVICES.iter().any(|it| key.len() > it.len() && key.starts_with(it))
        && !key.contains(char::is_whitespace)
    {
        return Ok(Signer::Kms(key));
    }
    reject(
        "no such service is known: write a file, or an address with awskms://, azurekms://, gcpkms://, hashivault:// \
         or k8s://",
    )
}

fn named<'a>(
    exact: (&'static str, Option<&'a str>),
    pattern: (&'static str, Option<&'a str>),
) -> Result<Option<Named<'a>>, OptionError> {
    match (exact.1, pattern.1) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => {
            let rule = format!("says the same as {}: give one of them", pattern.0);
            Err(OptionError::new(exact.0, "", rule))
        }
        (Some(text), None) => {
            if text.trim().is_empty() || text.contains(['*', '\n']) {
                let rule = format!("write one name in full here, or a pattern with {}", pattern.0);
                return Err(OptionError::new(exact.0, text, rule));
            }
            Ok(Some(Named::Exact(text)))
        }
        (None, Some(text)) => {
            held(text).map_err(|rule| OptionError::new(pattern.0, text, rule))?;
            Ok(Some(Named::Pattern(text)))
        }
    }
}

/// Why a pattern tells nobody from anybody.
fn held(pattern: &str) -> Result<(), &'static str> {
    let Ok(regex) = Regex::new(pattern) else {
        return Err("it is no regular expression");
    };
    if ANYBODY.iter().filter(|it| regex.is_match(it)).count() > 1 {
        return Err("it matches everybody: name whose signatures are taken");
    }
    let is_closed = pattern.ends_with('$') && !pattern.ends_with("\\$");
    if !pattern.starts_with('^') || !is_closed {
        return Err("begin it with ^ and end it with $, so that it matches no longer names");
    }
    if has_open_choice(pattern) {
        return Err(
            "put the choices between brackets, such as ^(a|b)$: ^ and $ hold for one of them only",
        );
    }
    let multiline = pattern.match_indices("(?").any(|(at, _)| {
        let flags = pattern.get(at + 2..).unwrap_or_default();
        let flags = flags.split([':', ')']).next().unwrap_or_default();
        flags.contains('m') && flags.bytes().all(|it| it.is_ascii_lowercase() || it == b'-')
    });
    if multiline {
        return Err("leave out the flag m: with it, ^ and $ hold for one line only");
    }
    Ok(())
}

/// Whether there is a choice outside all brackets.
fn has_open_choice(pattern: &str) -> bool {
    let (mut depth, mut is_class, mut is_escaped) = (0_usize, false, false);
    for letter in pattern.chars() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => is_class = true,
            ']' => is_class = false,
            '(' if !is_class => depth += 1,
            ')' if !is_class => depth = depth.saturating_sub(1),
            '|' if !is_class && depth == 0 => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_for_everybody_is_none() {
        for pattern in [
            ".*",
            "^.*$",
            ".+",
            "^(.*)$",
            "^[^ ]+$",
            r"^\S+$",
            "^(?s:.*)$",
            "^https://.*$",
            "^$|.*",
            "^(a|.*)$",
            "^.*@.*$",
        ] {
            assert!(held(pattern).is_err(), "{pattern}");
        }
        for pattern in [
            "https://a.example/",
            "^https://a.example/",
            "a$",
            "^a|b$",
            r"^a\$",
            "(?m)^a$",
            "(",
            "^(?im:a)$",
        ] {
            assert!(held(pattern).is_err(), "{pattern}");
        }
        for pattern in [
            r"^https://github\.com/example/.+$",
            "^(a|b)@example.com$",
            "^[|]$",
            r"^a\|b$",
            "^(?i)release@example.com$",
        ] {
            assert_eq!(held(pattern), Ok(()), "{pattern}");
        }
    }
}
