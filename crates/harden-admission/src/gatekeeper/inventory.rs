//! Objects of the cluster, as templates look them up in `data.inventory`.

use std::collections::BTreeMap;

use regorus::Value;

use super::settings::{Process, Settings};
use crate::report::Veil;
use crate::{Cluster, Object};

/// What Gatekeeper keeps of the cluster.
#[derive(Debug)]
pub(super) struct Inventory {
    value: Value,
    /// What its Secrets hold.
    veil: Veil,
    is_known: bool,
}

impl Default for Inventory {
    fn default() -> Self {
        Self { value: Value::new_object(), veil: Veil::default(), is_known: true }
    }
}

impl Inventory {
    /// The objects that Config and SyncSets name; all that are at hand where there is neither, as in test
    /// files.
    pub(super) fn of(cluster: &Cluster, settings: &Settings) -> Self {
        let kept = || {
            let all = cluster.objects();
            all.filter(|it| settings.keeps(it) && !settings.excludes(Process::Sync, it))
        };
        let mut veil = Veil::default();
        kept().filter(|it| it.is("", "Secret")).for_each(|it| veil.add(it));
        Self { value: tree(kept()), veil, is_known: cluster.is_whole }
    }

    pub(super) fn value(&self) -> Value {
        self.value.clone()
    }

    /// Hides what its Secrets hold.
    pub(super) fn veil(&self) -> &Veil {
        &self.veil
    }

    /// Whether what it has not is not there.
    pub(super) fn is_known(&self) -> bool {
        self.is_known
    }
}

/// Objects by namespace, version, kind and name.
fn tree<'o>(objects: impl Iterator<Item = &'o Object>) -> Value {
    type Kinds = BTreeMap<Value, BTreeMap<Value, BTreeMap<Value, Value>>>;
    let (mut cluster, mut namespaces) = (Kinds::new(), BTreeMap::<Value, Kinds>::new());
    for it in objects {
        let kinds = match it.namespace() {
            "" => &mut cluster,
            namespace => namespaces.entry(Value::from(namespace)).or_default(),
        };
        let text = |key: &str| {
            Value::from(it.json().get(key).and_then(serde_json::Value::as_str).unwrap_or_default())
        };
        let names = kinds.entry(text("apiVersion")).or_default().entry(text("kind")).or_default();
        names.insert(Value::from(it.name()), it.rego().clone());
    }
    let kinds = |all: Kinds| {
        let versions = all.into_iter().map(|(version, kinds)| {
            let kinds = kinds.into_iter().map(|(kind, names)| (kind, Value::from(names)));
            (version, Value::from(kinds.collect::<BTreeMap<_, _>>()))
        });
        Value::from(versions.collect::<BTreeMap<_, _>>())
    };
    let mut all = BTreeMap::new();
    if !cluster.is_empty() {
        all.insert(Value::from("cluster"), kinds(cluster));
    }
    if !namespaces.is_empty() {
        let namespaces = namespaces.into_iter().map(|(name, all)| (name, kinds(all)));
        all.insert(Value::from("namespace"), Value::from(namespaces.collect::<BTreeMap<_, _>>()));
    }
    Value::from(all)
}
