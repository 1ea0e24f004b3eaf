//! A Kubernetes object in a source.

use std::cell::OnceCell;
use std::ops::Deref;
use std::sync::Arc;

use harden_yaml::{Document, Lines, Position};

use super::Settings;
use crate::finding::ObjectName;
use crate::schema::{self, Flaw};
use crate::workloads;

/// The text of one source, with its line index made at the first finding.
#[derive(Debug)]
pub struct SourceText<'d> {
    /// Its place in the input.
    pub index: usize,
    /// The text.
    pub text: &'d str,
    lines: OnceCell<Lines<'d>>,
}

impl<'d> SourceText<'d> {
    /// The source at this place in the input.
    pub fn new(index: usize, text: &'d str) -> Self {
        Self { index, text, lines: OnceCell::new() }
    }
}

/// A source, as far as findings need it.
pub(crate) trait Source {
    /// Its place in the input.
    fn index(&self) -> usize;

    /// Line and column of a byte.
    fn position(&self, offset: u32) -> Position;
}

impl Source for SourceText<'_> {
    fn index(&self) -> usize {
        self.index
    }

    fn position(&self, offset: u32) -> Position {
        self.lines.get_or_init(|| Lines::new(self.text)).position(offset)
    }
}

/// A Kubernetes object: something with an `apiVersion` and a `kind`.
#[derive(Debug, Clone)]
pub struct Object<'d> {
    /// The source that it is in, by its place in the input.
    pub source: usize,
    object: workloads::Object<'d>,
    full_name: OnceCell<Arc<ObjectName>>,
    flaws: OnceCell<Vec<Flaw<'d>>>,
}

impl<'d> Object<'d> {
    /// The objects of a document, those in Lists one by one; none when it is something else.
    pub(super) fn all(source: usize, document: &'d Document<'d>) -> Vec<Self> {
        workloads::objects(document.root())
            .filter(|it| !it.kind.is_empty() && !it.version.is_empty())
            .map(|object| Self {
                source,
                object,
                full_name: OnceCell::new(),
                flaws: OnceCell::new(),
            })
            .collect()
    }

    /// Whether it is of this kind, in any version of this group.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind == kind && self.group == group
    }

    /// What the API server would refuse or drop. One walk over the object serves all rules, so all
    /// must ask with the same settings.
    pub(crate) fn flaws(&self, settings: &Settings) -> &[Flaw<'d>] {
        self.flaws.get_or_init(|| schema::check(&self.object, settings.version, &settings.crds))
    }

    /// What it is called, for findings.
    pub fn full_name(&self) -> Arc<ObjectName> {
        let name = self.full_name.get_or_init(|| {
            let (group, version) = (self.group, self.version);
            Arc::new(ObjectName {
                api_version: if group.is_empty() {
                    version.to_owned()
                } else {
                    format!("{group}/{version}")
                },
                kind: self.kind.to_owned(),
                namespace: self.namespace().unwrap_or_default().to_owned(),
                name: self.generate_name().unwrap_or_else(|| self.name()).to_owned(),
            })
        });
        Arc::clone(name)
    }
}

impl<'d> Deref for Object<'d> {
    type Target = workloads::Object<'d>;

    fn deref(&self) -> &Self::Target {
        &self.object
    }
}
