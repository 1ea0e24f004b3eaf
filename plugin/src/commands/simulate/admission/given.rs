//! The objects that are named on the command line.

use std::collections::BTreeSet;

use harden_admission::{Needs, Object, Policies};
use harden_core::check::{Incomplete, Settings};
use harden_core::kubernetes::MinorVersion;
use harden_core::object::objects;
use harden_core::source::Source;
use harden_yaml::documents;

use super::Namespaces;
use crate::commands::reading::Whole;

/// So many objects are judged at a time.
const BATCH: usize = 512;

/// The objects that are named, as texts.
pub(super) struct Given {
    whole: Whole,
    namespaces: Namespaces,
    /// Which of the texts were looked at, so that it is known what in them cannot be read.
    looked_at: BTreeSet<usize>,
    /// The texts with policies among the objects that were handed over.
    pub(super) policies: BTreeSet<String>,
    /// What could not be read.
    pub(super) lacks: Vec<Incomplete>,
    /// What was named and is not there.
    pub(super) errors: Vec<String>,
    /// What the user should know of the way in.
    pub(super) notes: Vec<String>,
}

impl Given {
    pub(super) fn new(mut whole: Whole) -> Self {
        let (errors, notes) = (std::mem::take(&mut whole.errors), std::mem::take(&mut whole.notes));
        let lacks = std::mem::take(&mut whole.incomplete);
        // What is said does not depend on the order in which files are named.
        whole.sources.sort_by(|a, b| a.name.cmp(&b.name));
        let (namespaces, looked_at) = (Namespaces::new(), BTreeSet::new());
        let policies = BTreeSet::new();
        Self { whole, namespaces, looked_at, policies, lacks, errors, notes }
    }

    /// Looks at the objects: hands over what policies read besides the object that they judge, and notes what
    /// cannot be read and, if somebody asks for them, the namespaces. Texts in which none of this is are left to
    /// [`Given::each_batch`].
    pub(super) fn learn(
        &mut self,
        needs: &Needs,
        wants_namespaces: bool,
        mut take: impl FnMut(Object),
    ) {
        let Self { whole, namespaces, looked_at, lacks, .. } = self;
        for text in &whole.definitions {
            for document in documents(text).filter(|it| !it.is_rejected()) {
                let sent = objects(document.root()).filter_map(|it| Object::sent(&it).ok()?);
                sent.for_each(&mut take);
            }
        }
        let mut broken = Vec::new();
        for (index, source) in whole.sources.iter().enumerate() {
            if !wants_namespaces && !needs.may_be_in(&source.text) {
                continue;
            }
            looked_at.insert(index);
            let mut is_broken = false;
            for document in documents(&source.text) {
                if document.is_rejected() {
                    is_broken = true;
                    continue;
                }
                for object in objects(document.root()) {
                    let sent = match Object::sent(&object) {
                        Ok(Some(sent)) => sent,
                        Ok(None) => continue,
                        Err(why) => {
                            lacks.push(Incomplete { what: source.name.to_string(), why });
                            continue;
                        }
                    };
                    let namespace = object.namespace().unwrap_or_default();
                    if !namespaces.contains(namespace) {
                        namespaces.insert(namespace.to_owned());
                    }
                    if needs.want(object.group, object.kind) {
                        take(sent);
                    }
                }
            }
            if is_broken {
                broken.push(source.clone());
            }
        }
        lacks.extend(why_broken(whole, broken));
    }

    /// The namespaces of all objects; `own` is that of those that name none.
    pub(super) fn namespaces(&self, own: &str) -> Namespaces {
        let own = std::iter::once(own).filter(|_| self.namespaces.contains(""));
        let named = self.namespaces.iter().map(String::as_str).filter(|it| !it.is_empty());
        named.chain(own).map(str::to_owned).collect()
    }

    /// Hands over all objects that an API server can decode, many at a time; the others are noted.
    pub(super) fn each_batch(&mut self, version: MinorVersion, take: &mut impl FnMut(Vec<Object>)) {
        let Self { whole, looked_at, policies, lacks, .. } = self;
        let (mut batch, mut broken) = (Vec::new(), Vec::new());
        for (index, source) in whole.sources.iter().enumerate() {
            let is_known = looked_at.contains(&index);
            let mut is_broken = false;
            for document in documents(&source.text) {
                if document.is_rejected() {
                    is_broken = true;
                    continue;
                }
                for object in objects(document.root()) {
                    let (sent, why) = match Object::sent(&object) {
                        Ok(None) => continue,
                        Ok(Some(sent)) => {
                            let why = sent.undecodable(&object, version);
                            (Some(sent), why)
                        }
                        Err(why) => (None, Some(why).filter(|_| !is_known)),
                    };
                    if let Some(why) = why {
                        lacks.push(Incomplete { what: source.name.to_string(), why });
                        continue;
                    }
                    let Some(sent) = sent else { continue };
                    if Policies::takes(&sent) {
                        policies.insert(source.name.to_string());
                    }
                    batch.push(sent);
                    if batch.len() == BATCH {
                        take(std::mem::take(&mut batch));
                    }
                }
            }
            if is_broken && !is_known {
                broken.push(source.clone());
            }
        }
        lacks.extend(why_broken(whole, broken));
        if !batch.is_empty() {
            take(batch);
        }
    }

    /// The texts that were read.
    pub(super) fn sources(&self) -> &[Source<'static>] {
        &self.whole.sources
    }
}

/// Why texts cannot be read, in the words of `check`, which knows charts and templates.
fn why_broken(whole: &Whole, broken: Vec<Source<'static>>) -> Vec<Incomplete> {
    if broken.is_empty() {
        return Vec::new();
    }
    whole.check(broken, Settings::new([])).incomplete
}
