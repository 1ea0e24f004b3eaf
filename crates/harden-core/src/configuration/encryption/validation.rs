//! What the server minds when it has read the file.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::provider::printed;
use super::{Options, ProviderKind, key, kms, resource};
use crate::configuration::Fault;

/// What the server minds, in its order.
pub(super) fn faults(root: Place<'_>, options: Options) -> Vec<Fault<'_>> {
    let rules = root.at("resources");
    if rules.is_empty() {
        return vec![required(rules, "resources")];
    }
    let mut names = FxHashSet::default();
    let mut faults = Vec::new();
    for (index, rule) in rules.items().enumerate() {
        let (resources, providers) = (rule.at("resources"), rule.at("providers"));
        let path = format!("resources[{index}].resources");
        if resources.is_empty() {
            faults.push(required(resources, &path));
        }
        if options.version >= resource::VALIDATED {
            faults.extend(resource::faults(resources, &path));
        }
        let path = format!("resources[{index}].providers");
        if providers.is_empty() {
            faults.push(required(providers, &path));
        }
        for (index, provider) in providers.items().enumerate() {
            let path = format!("{path}[{index}]");
            faults.extend(several_or_none(provider, &path));
            faults.extend(settings(provider, &path, &names, options));
            let kms = provider.at("kms");
            if kms.exists() {
                names.insert(kms.at("name").as_str().unwrap_or_default());
            }
        }
    }
    faults
}

fn required<'d>(place: Place<'d>, path: &str) -> Fault<'d> {
    Fault::new(place, format!("{path}: Required value: at least one {path} is required"))
}

fn several_or_none<'d>(provider: Place<'d>, path: &str) -> Option<Fault<'d>> {
    let is_set = |it: &&ProviderKind| provider.at(it.field()).exists();
    let what = match ProviderKind::ALL.iter().filter(is_set).count() {
        1 => return None,
        0 => {
            "provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, \
             Secretbox, Identity"
        }
        _ => {
            "more than one provider specified in a single element, should split into different list \
             elements"
        }
    };
    let value = printed(provider);
    Some(Fault::new(provider, format!("{path}: Invalid value: {value}: {what}")))
}

/// Of several providers in one element, the server looks at the first of these.
fn settings<'d>(
    provider: Place<'d>,
    path: &str,
    names: &FxHashSet<&str>,
    options: Options,
) -> Vec<Fault<'d>> {
    let order =
        [ProviderKind::Kms, ProviderKind::AesGcm, ProviderKind::AesCbc, ProviderKind::Secretbox];
    let Some(kind) = order.into_iter().find(|it| provider.at(it.field()).exists()) else {
        return Vec::new();
    };
    let field = provider.at(kind.field());
    match kind {
        ProviderKind::Kms => kms::faults(field, &format!("{path}.kms"), names, options),
        _ => key::faults(field.at("keys"), &format!("{path}.{kind}.keys"), kind),
    }
}
