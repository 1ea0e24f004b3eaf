//! A Kubernetes object in a source.

use std::cell::OnceCell;
use std::ops::Deref;
use std::sync::Arc;

use harden_yaml::{Document, Lines, Pointer, Position, Span};

use super::Settings;
use crate::finding::ObjectReference;
use crate::object;
use crate::schema::{self, Flaw};

/// The text of one source, with its line index made at the first finding.
#[derive(Debug)]
pub struct SourceText<'d> {
    /// Its place in the input.
    pub index: usize,
    /// The text.
    pub text: &'d str,
    /// The file that it is a part of, and which part: all of it, unless it is judged part by part.
    file: usize,
    part: Span,
    /// Which of the file's documents is the first of the part.
    first: u32,
    origin: Option<&'d Provenance>,
    lines: OnceCell<Lines<'d>>,
    /// Those of the file, which its parts share.
    file_lines: Option<&'d OnceCell<Lines<'d>>>,
}

/// Where a text was cut out of a larger one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// Where it begins there.
    pub start: Position,
    /// `apiVersion` and kind of an object that does not say them, as items of typed lists; empty
    /// when that is unknown.
    pub list: Arc<(String, String)>,
}

impl<'d> SourceText<'d> {
    /// The source at this place in the input.
    pub fn new(index: usize, text: &'d str) -> Self {
        let part = Span { start: 0, end: u32::MAX };
        let lines = OnceCell::new();
        Self { index, text, file: index, part, first: 0, origin: None, lines, file_lines: None }
    }

    /// One of the [`harden_yaml::sections`] of a file, which begins with this document of it.
    pub(super) fn part(
        index: usize,
        (file, text): (usize, &'d str),
        (part, first): (Span, u32),
        lines: &'d OnceCell<Lines<'d>>,
    ) -> Self {
        Self { file, part, first, file_lines: Some(lines), ..Self::new(index, text) }
    }

    /// A part of a larger text, such as an item of a list.
    pub fn cut(index: usize, text: &'d str, origin: &'d Provenance) -> Self {
        Self { origin: Some(origin), ..Self::new(index, text) }
    }

    /// The sound ones of its documents that hold any of these words, or are of a list of such a kind;
    /// cheap for sources that hold none.
    pub(super) fn documents_with(&self, words: &[&str]) -> impl Iterator<Item = Document<'d>> {
        let is_of_list = self.origin.is_some_and(|it| words.contains(&&*it.list.1));
        let holds = |text: &str| is_of_list || words.iter().any(|word| text.contains(word));
        let text = self.text;
        let parts = if holds(text) { harden_yaml::sections(text) } else { Vec::new() };
        let parts: Vec<_> = parts.into_iter().filter(|it| holds(it.text(text))).collect();
        let documents = parts.into_iter().flat_map(move |it| harden_yaml::documents_in(text, it));
        documents.filter(|it| !it.is_rejected())
    }

    /// Its documents, read one by one, by their places in the file; empty ones count.
    pub(super) fn documents(&self) -> impl Iterator<Item = (u32, Document<'d>)> + use<'d> {
        (self.first..).zip(harden_yaml::documents_in(self.text, self.part))
    }

    /// The objects of one of its documents.
    pub(super) fn objects<'a>(&'a self, document: &'a Document<'_>) -> object::Objects<'a> {
        let (api_version, kind) =
            self.origin.map_or(("", ""), |it| (it.list.0.as_str(), it.list.1.as_str()));
        object::objects_of_list(document.root(), api_version, kind)
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
        let lines = self.file_lines.unwrap_or(&self.lines);
        let mut position = lines.get_or_init(|| Lines::new(self.text)).position(offset);
        if let Some(Provenance { start, .. }) = self.origin {
            if position.line == 1 {
                position.column = position.column.saturating_add(start.column - 1);
            }
            position.line = position.line.saturating_add(start.line - 1);
        }
        position
    }
}

/// A Kubernetes object: something with an `apiVersion` and a `kind`.
#[derive(Debug, Clone)]
pub struct Object<'d> {
    /// The source that it is in, by its place in the input.
    pub source: usize,
    /// The file that the source is a part of.
    pub(crate) file: usize,
    /// The document of the file that it is in.
    pub(super) document: u32,
    /// The way to it from the root of the document.
    pointer: Pointer,
    object: object::Object<'d>,
    full_name: OnceCell<Arc<ObjectReference>>,
    flaws: OnceCell<Vec<Flaw<'d>>>,
}

impl<'d> Object<'d> {
    /// The objects of a document, those in Lists one by one; none when it is something else.
    pub(super) fn all(
        source: &'d SourceText<'_>,
        (number, document): (u32, &'d Document<'d>),
    ) -> Vec<Self> {
        let mut objects = source.objects(document);
        let mut all = Vec::new();
        while let Some(object) = objects.next() {
            if !object.kind.is_empty() && !object.version.is_empty() {
                all.push(Self {
                    source: source.index,
                    file: source.file,
                    document: number,
                    pointer: objects.pointer().clone(),
                    object,
                    full_name: OnceCell::new(),
                    flaws: OnceCell::new(),
                });
            }
        }
        all
    }

    /// Whether it is of this kind, in any version of this group.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind == kind && self.group == group
    }

    /// What the API server would reject or drop. One walk over the object serves all rules, so all
    /// must ask with the same settings.
    pub(crate) fn flaws(&self, settings: &Settings) -> &[Flaw<'d>] {
        self.flaws.get_or_init(|| schema::check(&self.object, settings.version, &settings.crds))
    }

    /// What it is called, for findings.
    pub fn full_name(&self) -> Arc<ObjectReference> {
        let name = self.full_name.get_or_init(|| {
            let (group, version) = (self.group, self.version);
            Arc::new(ObjectReference {
                api_version: if group.is_empty() {
                    version.to_owned()
                } else {
                    format!("{group}/{version}")
                },
                kind: self.kind.to_owned(),
                namespace: self.namespace().unwrap_or_default().to_owned(),
                name: self.generate_name().unwrap_or_else(|| self.name()).to_owned(),
                pointer: self.pointer.clone(),
            })
        });
        Arc::clone(name)
    }
}

impl<'d> Deref for Object<'d> {
    type Target = object::Object<'d>;

    fn deref(&self) -> &Self::Target {
        &self.object
    }
}
