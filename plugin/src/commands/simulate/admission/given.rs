//! The objects that are named on the command line.

use harden_admission::{Needs, Object};
use harden_core::check::{Incomplete, Settings};
use harden_core::kubernetes::MinorVersion;
use harden_core::object::{self, objects};
use harden_core::schema::{self, Crds};
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
        Self { whole, namespaces: Namespaces::new(), lacks, errors, notes }
    }

    /// Looks at all objects: hands over what policies read besides the object that they judge, and notes
    /// namespaces and what cannot be read.
    pub(super) fn learn(&mut self, needs: &Needs, mut take: impl FnMut(Object)) {
        let Self { whole, namespaces, lacks, .. } = self;
        for text in &whole.definitions {
            each_in(text, &mut take);
        }
        let mut broken = Vec::new();
        for source in &whole.sources {
            let mut is_broken = false;
            for document in documents(&source.text) {
                if document.is_rejected() {
                    is_broken = true;
                    continue;
                }
                for object in objects(document.root()) {
                    if !is_stored(&object) {
                        lacks.extend(lack(source, &object));
                        continue;
                    }
                    let namespace = object.namespace().unwrap_or_default();
                    if !namespaces.contains(namespace) {
                        namespaces.insert(namespace.to_owned());
                    }
                    if needs.want(object.group, object.kind) {
                        Object::written(&object).into_iter().for_each(&mut take);
                    }
                }
            }
            if is_broken {
                broken.push(source.clone());
            }
        }
        // Why a text cannot be read is said in the words of `check`, which knows charts and templates.
        if !broken.is_empty() {
            lacks.extend(whole.check(broken, Settings::new([])).incomplete);
        }
    }

    /// The namespaces of all objects; `own` is that of those that name none.
    pub(super) fn namespaces(&self, own: &str) -> Namespaces {
        let own = std::iter::once(own).filter(|_| self.namespaces.contains(""));
        let named = self.namespaces.iter().map(String::as_str).filter(|it| !it.is_empty());
        named.chain(own).map(str::to_owned).collect()
    }

    /// Hands over all objects that an API server can decode, many at a time; the others are noted.
    pub(super) fn each_batch(&mut self, version: MinorVersion, take: &mut impl FnMut(Vec<Object>)) {
        let mut batch = Vec::new();
        for source in &self.whole.sources {
            for document in documents(&source.text).filter(|it| !it.is_rejected()) {
                for object in objects(document.root()).filter(is_stored) {
                    if let Some(why) = undecodable(&object, version) {
                        self.lacks.push(Incomplete { what: source.name.to_string(), why });
                        continue;
                    }
                    batch.extend(Object::written(&object));
                    if batch.len() == BATCH {
                        take(std::mem::take(&mut batch));
                    }
                }
            }
        }
        if !batch.is_empty() {
            take(batch);
        }
    }

    /// The texts that were read.
    pub(super) fn sources(&self) -> &[Source<'static>] {
        &self.whole.sources
    }
}

/// Hands over the objects of a text.
pub(super) fn each_in(text: &str, take: &mut impl FnMut(Object)) {
    for document in documents(text).filter(|it| !it.is_rejected()) {
        let stored = objects(document.root()).filter(is_stored);
        stored.filter_map(|it| Object::written(&it)).for_each(&mut *take);
    }
}

/// Whether an API server is sent it, and no program reads it.
fn is_stored(object: &object::Object<'_>) -> bool {
    object.is_complete() && object.program().is_none()
}

/// Why an API server cannot decode an object, so that no policy is ever asked about it.
fn undecodable(object: &object::Object<'_>, version: MinorVersion) -> Option<String> {
    let flaws = schema::check(object, version, &Crds::default());
    let flaw = flaws.iter().find(|it| !schema::can_decode(std::slice::from_ref(*it)))?;
    let (kind, name) = (object.kind, object.name());
    let (path, message) = (flaw.place.path(), &flaw.message);
    Some(format!("the API server cannot decode {kind} {name}: {path}: {message}"))
}

/// Why something that looks like an object is none.
fn lack(source: &Source<'_>, object: &object::Object<'_>) -> Option<Incomplete> {
    let why = match (object.kind.is_empty(), object.version.is_empty()) {
        (false, true) => format!("a {} without apiVersion was not judged", object.kind),
        (true, false) => "an object without kind was not judged".to_owned(),
        _ => return None,
    };
    Some(Incomplete { what: source.name.to_string(), why })
}
