//! A lock out of its text, and the first thing that is wrong with one.

use std::collections::BTreeMap;

use harden_yaml::{Document, Kind, Lines, Place, Position, Rejected, Span};

use super::reference::is_digest;
use super::{Attestation, Identity, ImageConfig, Locked, Reference, Signer};
use crate::kubernetes::Date;

/// What is wrong with a lock, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {rule}", at.line, at.column)]
pub struct InvalidLock {
    /// Where it is.
    pub at: Position,
    /// What has to be otherwise.
    pub rule: String,
}

/// What is wrong, at which bytes.
struct Fault {
    span: Span,
    rule: String,
}

type Result<T> = std::result::Result<T, Fault>;

pub(super) fn read(text: &str) -> std::result::Result<Vec<Locked>, InvalidLock> {
    let fail = |fault: Fault| InvalidLock {
        at: Lines::new(text).position(fault.span.start),
        rule: fault.rule,
    };
    let documents = harden_yaml::parse(text);
    for problem in documents.iter().flat_map(Document::problems) {
        if problem.rejected() != Rejected::Never {
            return Err(fail(Fault { span: problem.span, rule: problem.to_string() }));
        }
    }
    let mut written = documents.iter().filter(|it| it.root().exists());
    let Some(first) = written.next() else {
        let start = Span { start: 0, end: 0 };
        let rule = "there is nothing in it: write `version: v1`, and `images` below it".to_owned();
        return Err(fail(Fault { span: start, rule }));
    };
    if let Some(second) = written.next() {
        let rule = "a lock is one document, and another begins here".to_owned();
        return Err(fail(Fault { span: second.root().grip(), rule }));
    }
    lock(first.root()).map_err(fail)
}

fn lock(root: Place<'_>) -> Result<Vec<Locked>> {
    keys(root, &["version", "images"])?;
    match text(root, "version")? {
        Some("v1") => {}
        Some(other) => {
            let rule = format!("version {other} is not known here: v1 is");
            return fault(root.at("version"), rule);
        }
        None => return fault(root, "it says no version: write `version: v1`"),
    }
    let mut images = Vec::new();
    let mut names = BTreeMap::new();
    for place in list(root, "images")? {
        let image = image(place)?;
        let name = Reference::read(&image.image).map(|it| it.to_string()).unwrap_or_default();
        if let Some(first) = names.insert(name, place) {
            let first = first.at("image").as_str().unwrap_or_default();
            let rule = format!("`{}` is there before, as `{first}`", image.image);
            return fault(place.at("image"), rule);
        }
        images.push(image);
    }
    Ok(images)
}

fn image(place: Place<'_>) -> Result<Locked> {
    keys(place, &["image", "digest", "verified", "signers", "attestations", "config"])?;
    let image = needed(place, "image")?;
    let Some(reference) = Reference::read(image) else {
        return fault(place.at("image"), format!("`{image}` is not the name of an image"));
    };
    let digest = digest(place, "digest")?;
    if reference.digest.is_some_and(|it| it != digest) {
        return fault(place.at("image"), "the name has another digest than `digest`");
    }
    let Some(verified) = date(place, "verified")? else {
        return fault(place, "`verified` is missing: the day on which it was looked at");
    };
    let signers: Vec<_> = list(place, "signers")?.into_iter().map(signer).collect::<Result<_>>()?;
    let attestations = list(place, "attestations")?.into_iter();
    let attestations =
        attestations.map(|it| attestation(it, signers.len())).collect::<Result<_>>()?;
    let config = place.at("config");
    let config = if config.exists() { Some(self::config(config)?) } else { None };
    Ok(Locked {
        image: image.to_owned(),
        digest: digest.to_owned(),
        verified,
        signers,
        attestations,
        config,
    })
}

fn signer(place: Place<'_>) -> Result<Signer> {
    keys(place, &["issuer", "subject", "key", "publicKey", "log"])?;
    let log = place.at("log");
    let is_logged = match log.kind() {
        Kind::Missing | Kind::Null => false,
        _ => match log.as_bool() {
            Some(log) => log,
            None => return fault(log, "`log` has to be true or false"),
        },
    };
    let (issuer, subject) = (text(place, "issuer")?, text(place, "subject")?);
    let public = text(place, "publicKey")?;
    let identity = match (issuer, subject) {
        (None, None) if place.at("key").exists() => Identity::Key {
            digest: digest(place, "key")?.to_owned(),
            public: public.map(str::to_owned),
        },
        (Some(issuer), Some(subject)) if !place.at("key").exists() && public.is_none() => {
            Identity::Keyless { issuer: issuer.to_owned(), subject: subject.to_owned() }
        }
        _ => return fault(place, "a signer is an `issuer` with a `subject`, or a `key`"),
    };
    Ok(Signer { identity, log: is_logged })
}

fn attestation(place: Place<'_>, signers: usize) -> Result<Attestation> {
    keys(place, &["predicateType", "signer", "date", "builder", "source", "level"])?;
    let signer = place.at("signer");
    let by = match signer.kind() {
        Kind::Missing | Kind::Null => None,
        _ => match signer.as_i64().and_then(|it| usize::try_from(it).ok()) {
            Some(by) if by < signers => Some(by),
            _ => return fault(signer, "`signer` has to be the place of one in `signers`, from 0"),
        },
    };
    let owned = |key| Ok(text(place, key)?.map(str::to_owned));
    Ok(Attestation {
        predicate: needed(place, "predicateType")?.to_owned(),
        signer: by,
        date: date(place, "date")?,
        builder: owned("builder")?,
        source: owned("source")?,
        level: owned("level")?,
    })
}

fn config(place: Place<'_>) -> Result<ImageConfig> {
    keys(place, &["user", "ports", "volumes", "entrypoint", "cmd", "workingDir"])?;
    let texts = |key: &'static str| -> Result<Vec<String>> {
        let items = list(place, key)?.into_iter();
        items
            .map(|it| match it.as_str() {
                Some(text) => Ok(text.to_owned()),
                None => fault(it, format!("an entry of `{key}` has to be text")),
            })
            .collect()
    };
    Ok(ImageConfig {
        user: text(place, "user")?.map(str::to_owned),
        ports: texts("ports")?,
        volumes: texts("volumes")?,
        entrypoint: texts("entrypoint")?,
        cmd: texts("cmd")?,
        working_dir: text(place, "workingDir")?.map(str::to_owned),
    })
}

/// Minds everything but a map of these keys.
fn keys(place: Place<'_>, known: &[&str]) -> Result<()> {
    if !place.is_map() {
        return fault(place, format!("keys and values have to be here: {}", known.join(", ")));
    }
    match place.entries().find(|(key, _)| !known.contains(key)) {
        Some((key, value)) => Err(Fault {
            span: value.key_span().unwrap_or_else(|| value.grip()),
            rule: format!("there is no key `{key}`; there are {}", known.join(", ")),
        }),
        None => Ok(()),
    }
}

fn list<'d>(place: Place<'d>, key: &'d str) -> Result<Vec<Place<'d>>> {
    let list = place.at(key);
    if list.exists() && !list.is_list() {
        return fault(list, format!("`{key}` has to be a list"));
    }
    Ok(list.items().collect())
}

fn text<'d>(place: Place<'d>, key: &'d str) -> Result<Option<&'d str>> {
    let value = place.at(key);
    match value.as_str() {
        None if value.exists() => fault(value, format!("`{key}` has to be text")),
        text => Ok(text),
    }
}

fn needed<'d>(place: Place<'d>, key: &'d str) -> Result<&'d str> {
    match text(place, key)? {
        Some(text) if !text.is_empty() => Ok(text),
        Some(_) => fault(place.at(key), format!("`{key}` is empty")),
        None => fault(place, format!("`{key}` is missing")),
    }
}

fn digest<'d>(place: Place<'d>, key: &'d str) -> Result<&'d str> {
    let digest = needed(place, key)?;
    if is_digest(digest) {
        return Ok(digest);
    }
    fault(place.at(key), format!("`{key}` has to be `sha256:` and 64 small hexadecimal digits"))
}

fn date(place: Place<'_>, key: &str) -> Result<Option<Date>> {
    let Some(value) = place.get(key).filter(Place::exists) else { return Ok(None) };
    let date = value.as_str().and_then(|it| it.parse().ok());
    match date {
        Some(date) => Ok(Some(date)),
        None => fault(value, format!("`{key}` has to be a date such as 2027-01-31")),
    }
}

fn fault<T>(place: Place<'_>, rule: impl Into<String>) -> Result<T> {
    Err(Fault { span: place.grip(), rule: rule.into() })
}
