//! Tenants: namespaces by the value of a label, kept apart.

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::Document;

use super::{Options, cluster};
use crate::Manifest;
use crate::generators::OptionError;
use crate::kubernetes::{GroupKind, is_qualified_name};
use crate::object::objects;

/// The policies that keep tenants apart.
pub(super) fn isolation(
    options: &Options,
    documents: &[Document<'_>],
) -> Result<Vec<Manifest>, OptionError> {
    let Some(key) = &options.isolate else { return Ok(Vec::new()) };
    if !is_qualified_name(key) {
        return Err(OptionError::new("--isolate", key, "must be the key of a label"));
    }
    let mut tenants: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for document in documents.iter().filter(|it| !it.is_rejected()) {
        for object in objects(document.root()).filter(|it| it.is_of(GroupKind::NAMESPACE)) {
            let labels = object.place.follow("metadata.labels");
            let value = labels.get(key).and_then(|it| it.as_str());
            if let Some(value) = value.filter(|it| !it.is_empty()) {
                let names = tenants.entry(value.to_owned()).or_default();
                names.insert(object.name().to_owned());
            }
        }
    }
    if tenants.len() < 2 {
        let rule = "no two Namespaces that were read have different values of it, so that there are no tenants \
                    to keep apart";
        return Err(OptionError::new("--isolate", key, rule));
    }
    Ok(cluster::isolation(key, &tenants, options.api_version))
}
