//! What the API server refuses of volumes that hold files of several sources.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::KIND;
use super::kinds::{key_to_path, pod_file};
use crate::validation::names;
use crate::validation::problem::Problems;
use crate::validation::selector;

/// What a source may be, each source one of it.
const SOURCES: &[&str] = &[
    "secret",
    "configMap",
    "downwardAPI",
    "serviceAccountToken",
    "clusterTrustBundle",
    "podCertificate",
];

/// The sources of a volume.
pub(super) fn check<'d>(sources: Place<'d>, problems: &mut Problems<'d>) {
    let mut paths = FxHashSet::default();
    for source in sources.items() {
        let mut stated = SOURCES.iter().map(|it| source.at(it)).filter(Place::exists);
        if let (Some(first), Some(second)) = (stated.next(), stated.next()) {
            let [first, other] = [first, second].map(|it| it.key().unwrap_or_default());
            let message = format!("a source is of one kind only, not `{first}` and `{other}`");
            problems.add(KIND, second, message);
        }
        for of in ["secret", "configMap"].map(|it| source.at(it)).into_iter().filter(Place::is_map)
        {
            for item in of.at("items").items() {
                key_to_path(item, problems);
                once(item.at("path"), &mut paths, problems);
            }
        }
        for item in source.at("downwardAPI").at("items").items() {
            pod_file(item, problems);
            once(item.at("path"), &mut paths, problems);
        }
        if problems.since(34) {
            let path = source.at("serviceAccountToken").at("path");
            problems.text(KIND, path, names::file_path);
        }
        let bundle = source.at("clusterTrustBundle");
        if bundle.is_map() && problems.since(33) {
            trust_bundle(bundle, problems);
            once(bundle.at("path"), &mut paths, problems);
        }
    }
}

fn trust_bundle<'d>(bundle: Place<'d>, problems: &mut Problems<'d>) {
    let (name, signer) = (bundle.at("name"), bundle.at("signerName"));
    match (name.exists(), signer.exists()) {
        (true, true) => problems.add(KIND, signer, "`name` and `signerName` exclude each other"),
        (false, false) => {
            problems.add(KIND, bundle, "a trust bundle must have one of name, signerName");
        }
        (true, false) => {
            let labels = bundle.at("labelSelector");
            problems.forbidden(KIND, labels, "beside `name`");
        }
        (false, true) => selector::check(bundle.at("labelSelector"), problems),
    }
    problems.text(KIND, bundle.at("path"), names::file_path);
}

/// Each path can be one file only.
fn once<'d>(path: Place<'d>, seen: &mut FxHashSet<&'d str>, problems: &mut Problems<'d>) {
    if path.as_str().is_some_and(|it| !it.is_empty() && !seen.insert(it)) {
        problems.invalid(KIND, path, "is the path of another file of the volume");
    }
}
