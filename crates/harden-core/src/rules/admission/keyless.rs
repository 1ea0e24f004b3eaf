//! Whom signatures without keys are taken from, whoever verifies them.

use harden_yaml::Place;

use crate::admission::{KYVERNO_EXPRESSIONS, kyverno_rules};
use crate::object::Object;

/// Whom signatures are taken from.
pub(super) struct Identity<'d> {
    /// Where it is said.
    pub(super) place: Place<'d>,
    /// Whether it says who vouches for the signer.
    pub(super) has_issuer: bool,
    /// Whether it says who signs.
    pub(super) has_subject: bool,
}

/// The identities that an object takes signatures from. Where an authority of one's own certifies signers, or
/// extensions of the certificate are asked for, these say who may sign.
pub(super) fn identities<'d>(object: &Object<'d>) -> Vec<Identity<'d>> {
    let mut identities = Vec::new();
    for rule in kyverno_rules(object) {
        let mut sets = Vec::new();
        for image in rule.at("verifyImages").items() {
            sets.push(image.at("attestors"));
            sets.extend(image.at("attestations").items().map(|it| it.at("attestors")));
        }
        sets.push(rule.at("validate").at("manifests").at("attestors"));
        let mut sets: Vec<_> = sets.into_iter().flat_map(|it| it.items()).collect();
        sets.reverse();
        while let Some(set) = sets.pop() {
            let keyless = set.at("entries").items().map(|it| it.at("keyless"));
            identities.extend(keyless.filter(|it| is_public(*it)).map(identity));
            // An entry may hold a set of its own.
            sets.extend(set.at("entries").items().map(|it| it.at("attestor")));
        }
    }
    let lists = match (object.group, object.kind) {
        (KYVERNO_EXPRESSIONS, "ImageValidatingPolicy" | "NamespacedImageValidatingPolicy") => {
            let attestors = object.place.at("spec").at("attestors").items();
            attestors.map(|it| it.at("cosign").at("keyless")).collect()
        }
        ("policy.sigstore.dev", "ClusterImagePolicy") => {
            let authorities = object.place.at("spec").at("authorities").items();
            authorities.map(|it| it.at("keyless")).collect()
        }
        _ => Vec::new(),
    };
    for keyless in lists.into_iter().filter(|it| is_public(*it)) {
        let list = keyless.at("identities");
        if list.is_empty() {
            identities.push(identity(keyless));
        }
        identities.extend(list.items().map(identity));
    }
    identities
}

/// Whether anybody may have a certificate that is taken.
fn is_public(keyless: Place<'_>) -> bool {
    const OTHERS: [&str; 4] = ["additionalExtensions", "ca-cert", "roots", "trustRootRef"];
    let says = |field: &'static str| {
        let place = keyless.at(field);
        !place.is_empty() || place.as_str().is_some_and(|it| !it.is_empty())
    };
    keyless.is_map() && !OTHERS.into_iter().any(says)
}

fn identity(place: Place<'_>) -> Identity<'_> {
    let says = |field: &'static str| place.at(field).as_str().is_some_and(is_telling);
    Identity {
        place,
        has_issuer: says("issuer") || says("issuerRegExp"),
        has_subject: says("subject") || says("subjectRegExp") || says("subjectExpression"),
    }
}

/// Whether a text leaves somebody out.
fn is_telling(text: &str) -> bool {
    let bare = text.trim().trim_start_matches('^').trim_end_matches('$');
    !matches!(bare, "" | "*" | ".*" | ".+" | "(.*)" | "(.+)" | "?*" | ".*.*")
}
