//! Who has to sign, and whether signers of a lock are among them.

use harden_yaml::Place;
use regex_lite::Regex;

use super::matched::wildcard;
use crate::lock::{Identity, Signer};

/// Who has to sign: of each set, so many.
#[derive(Debug)]
pub(in crate::rules::admission) struct Asked<'d>(Vec<Set<'d>>);

#[derive(Debug)]
struct Set<'d> {
    needed: usize,
    who: Vec<Who<'d>>,
}

/// Somebody whose signature is taken.
#[derive(Debug)]
enum Who<'d> {
    /// The holder of one of these keys, as Base64 of DER.
    Keys(Vec<String>),
    /// Whoever has this issuer and this subject; what is none may be anything.
    Keyless { issuer: Option<Name<'d>>, subject: Option<Name<'d>> },
    /// Somebody about whom a lock says nothing.
    Unknown,
    /// Nobody.
    Nobody,
}

#[derive(Debug)]
enum Name<'d> {
    Exact(&'d str),
    Pattern(Regex),
}

impl<'d> Asked<'d> {
    /// Of the authorities of a ClusterImagePolicy, one is enough.
    pub(super) fn of_authorities(list: Place<'d>) -> Option<Self> {
        let who = list.items().flat_map(|it| match it.at("static").at("action").as_str() {
            Some("fail") => vec![Who::Nobody],
            Some(_) => vec![Who::Unknown],
            None => signer(it, it.at("keyless").at("identities"), it.at("key").at("data")),
        });
        Self::any(who.collect())
    }

    /// Which attestors an ImageValidatingPolicy asks for, its expressions say; without any of them, none is met.
    pub(super) fn of_attestors(list: Place<'d>) -> Option<Self> {
        let who = list.items().flat_map(|it| {
            let cosign = it.at("cosign");
            signer(cosign, cosign.at("keyless").at("identities"), cosign.at("key").at("data"))
        });
        Self::any(who.collect())
    }

    /// Of the sets of Kyverno's older policies all have to be met, each by as many as it says, or by all.
    pub(super) fn of_sets(list: Place<'d>) -> Option<Self> {
        let set = |set: Place<'d>| {
            let who: Vec<_> = set.at("entries").items().map(entry).collect();
            let all = who.len();
            let needed = set.at("count").as_i64().and_then(|it| usize::try_from(it).ok());
            Set { needed: needed.unwrap_or(all), who }
        };
        let sets: Vec<_> = list.items().map(set).filter(|it| !it.who.is_empty()).collect();
        (!sets.is_empty()).then_some(Self(sets))
    }

    fn any(who: Vec<Who<'d>>) -> Option<Self> {
        (!who.is_empty()).then(|| Self(vec![Set { needed: 1, who }]))
    }

    /// Whether nobody can say that these signers are not enough.
    pub(in crate::rules::admission) fn may_be_met(&self, signers: &[Signer]) -> bool {
        self.0.iter().all(|set| {
            let met = set.who.iter().filter(|who| signers.iter().any(|it| who.may_be(it)));
            let unknown = set.who.iter().filter(|it| matches!(it, Who::Unknown));
            met.count() + unknown.count() >= set.needed
        })
    }
}

impl Who<'_> {
    /// Whether a signer may be this one; what is unknown is counted elsewhere.
    fn may_be(&self, signer: &Signer) -> bool {
        match (self, &signer.identity) {
            (Self::Keys(keys), Identity::Key { public, .. }) => {
                // Without its public half, a key may be any.
                public.as_deref().is_none_or(|it| pems(it).iter().any(|it| keys.contains(it)))
            }
            (Self::Keyless { issuer, subject }, Identity::Keyless { issuer: i, subject: s }) => {
                let fits = |name: &Option<Name<'_>>, text: &str| {
                    name.as_ref().is_none_or(|it| it.matches(text))
                };
                fits(issuer, i) && fits(subject, s)
            }
            _ => false,
        }
    }
}

impl Name<'_> {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exact(exact) => *exact == text,
            Self::Pattern(pattern) => pattern.is_match(text),
        }
    }
}

/// A signer by identities, by a key, or by what no lock knows.
fn signer<'d>(holder: Place<'d>, identities: Place<'d>, key: Place<'d>) -> Vec<Who<'d>> {
    if let Some(pem) = key.as_str() {
        return vec![keys(pem)];
    }
    if !holder.at("keyless").is_map() || identities.is_empty() {
        return vec![Who::Unknown];
    }
    identities.items().map(|it| keyless(it, false)).collect()
}

/// An entry of a set of Kyverno's older policies.
fn entry(entry: Place<'_>) -> Who<'_> {
    if entry.at("keyless").is_map() {
        return keyless(entry.at("keyless"), true);
    }
    match entry.at("keys").at("publicKeys").as_str() {
        Some(pem) => keys(pem),
        None => Who::Unknown,
    }
}

fn keyless(place: Place<'_>, has_wildcards: bool) -> Who<'_> {
    let name = |exact: &'static str, pattern: &'static str| {
        if let Some(pattern) = place.at(pattern).as_str().filter(|it| !it.is_empty()) {
            return Regex::new(pattern).map(|it| Some(Name::Pattern(it))).map_err(|_| ());
        }
        match place.at(exact).as_str().filter(|it| !it.is_empty()) {
            Some(text) if has_wildcards && text.contains(['*', '?']) => {
                wildcard(text, true).map(|it| Some(Name::Pattern(it))).ok_or(())
            }
            text => Ok(text.map(Name::Exact)),
        }
    };
    let is_open = place.at("subjectExpression").exists() || place.at("issuerExpression").exists();
    match (name("issuer", "issuerRegExp"), name("subject", "subjectRegExp")) {
        (Ok(issuer), Ok(subject)) if !is_open => Who::Keyless { issuer, subject },
        _ => Who::Unknown,
    }
}

fn keys<'d>(text: &str) -> Who<'d> {
    let keys = pems(text);
    if keys.is_empty() { Who::Unknown } else { Who::Keys(keys) }
}

/// The bodies of the public keys in a text, without spaces.
fn pems(text: &str) -> Vec<String> {
    let parts = text.split("-----BEGIN PUBLIC KEY-----").skip(1);
    let bodies = parts.filter_map(|it| Some(it.split_once("-----END PUBLIC KEY-----")?.0));
    bodies.map(|it| it.split_whitespace().collect()).collect()
}
