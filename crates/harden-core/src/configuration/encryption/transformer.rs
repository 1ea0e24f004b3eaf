//! What the server minds when it puts the file to use.

use rustc_hash::FxHashSet;

use super::resource::{VALIDATED, printed};
use super::{EncryptionRule, Options};
use crate::configuration::Fault;
use crate::pod_security::go_quoted;

/// The first thing that the server minds.
pub(super) fn fault<'d>(rules: &[EncryptionRule<'d>], options: Options) -> Option<Fault<'d>> {
    let mut seen: FxHashSet<(&str, &str)> = FxHashSet::default();
    for rule in rules {
        let mut plugins = rule.providers.iter().filter_map(|it| it.kms);
        if let Some(fault) = plugins.find_map(|it| it.gate(options.version)) {
            return Some(fault);
        }
        if options.version < VALIDATED {
            continue;
        }
        for resource in &rule.resources {
            let masks = [(resource.group, "*"), ("*", "*")];
            if let Some((group, name)) = masks.into_iter().find(|it| seen.contains(it)) {
                let masked = go_quoted(&resource.printed());
                let mask = go_quoted(&printed(group, name));
                let message = format!("resource {masked} is masked by earlier rule {mask}");
                return Some(Fault::new(resource.place, message));
            }
            seen.insert((resource.group, resource.resource));
        }
    }
    None
}
