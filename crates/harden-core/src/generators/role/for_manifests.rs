//! The role of whoever applies manifests.

use std::collections::BTreeSet;

use super::applying::{Applying, Wanted};
use super::listing::few;
use super::writing::{self, Naming};
use super::{Options, from_log, nobody, scope, standing};
use crate::cluster::Facts;
use crate::generators::namespace::Bound;
use crate::generators::{Generated, OptionError, Verdict, known_version};
use crate::kubernetes::NamespaceName;

/// The roles, each with its binding where somebody gets it.
pub(super) fn generate(
    options: &Options,
    who: Option<&Bound>,
    facts: &Facts,
) -> Result<Generated, OptionError> {
    let namespace = match options.namespace.as_slice() {
        [] => None,
        [only] => Some(only.as_str()),
        several => {
            let names: Vec<&str> = several.iter().map(NamespaceName::as_str).collect();
            let rule = "manifests that name no namespace go to one";
            return Err(OptionError::new("--namespace", names.join(","), rule));
        }
    };
    let wanted = Wanted { namespace, deletes: options.with_delete };
    let applying = Applying::of(&options.texts.manifests, &options.texts.existing, &wanted);
    if applying.is_empty() {
        let files = options.for_manifests.join(",");
        let option = if files.is_empty() { "--kustomize" } else { "--for-manifests" };
        return Err(OptionError::new(option, files, "there is no object in it"));
    }
    let mut notes = nobody(who);
    if !applying.unknown.is_empty() {
        notes.push(format!(
            "no right is given to objects whose resource is not known: {}; give their CustomResourceDefinitions with --filename or --all-namespaces",
            few(&applying.unknown)
        ));
    }
    if applying.is_in_default {
        notes.push(
            "some manifests name no namespace: --namespace says where they go, instead of to default"
                .to_owned(),
        );
    }
    if applying.is_of_helm {
        notes.push(
            "helm itself keeps its releases as Secrets of their namespace, under names that change: helm install and upgrade \
             need get, list, create, update and delete on Secrets there, too, which helm template with kubectl apply does not"
                .to_owned(),
        );
    }
    let verdict = if applying.unknown.is_empty() { Verdict::Yes } else { Verdict::Unknown };
    let (places, widened) = scope::places(applying.rights, &BTreeSet::new(), &options.limits(true));
    from_log::say_widened(&widened, options, &mut notes);
    let waiting: Vec<String> =
        applying.made.into_iter().filter(|it| places.contains_key(it)).collect();
    if !waiting.is_empty() {
        notes.push(format!(
            "the manifests make the namespaces {}: they must be there before the roles in them",
            few(&waiting)
        ));
    }
    let name = options.name_for(who, "applier");
    let why = "What it takes to apply the manifests, and nothing else.".to_owned();
    let naming = Naming { name: &name, who, why };
    let version = known_version(options.kubernetes_version, facts)?;
    let existing = standing::exact(&options.there(version), &places, &name);
    let manifests = writing::manifests(&places, &naming, &existing);
    Ok(Generated { manifests, notes, verdict, ..Generated::default() })
}
