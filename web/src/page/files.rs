//! The files: opened, closed, kept as a draft, and had back.

use super::state::{Before, File, Files, Notice};
use super::{Page, bridge};

/// More files than this are a mistake, or malice; a draft has no more either.
const MOST_FILES: usize = 100;

/// What the first file is called.
const UNNAMED: &str = "manifest.yaml";

/// A draft that is larger is not kept: the browser would reject it, or stutter. Bytes.
const LARGEST_DRAFT: usize = 1_000_000;

/// What is entered, as links and the browser's storage hold it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) level: String,
    pub(super) version: String,
    /// Names and texts.
    pub(super) files: Vec<(String, String)>,
}

impl Draft {
    /// Reads a draft that anybody may have written.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = bridge::read_draft(text).into_iter();
        let mut draft = Self { level: parts.next()?, version: parts.next()?, ..Self::default() };
        while let (Some(name), Some(text)) = (parts.next(), parts.next()) {
            draft.files.push((name, text));
        }
        Some(draft)
    }

    pub(super) fn write(self) -> String {
        let parts = self.files.into_iter().flat_map(|(name, text)| [name, text]).collect();
        bridge::write_draft(&self.level, &self.version, parts)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.iter().all(|(_, text)| text.trim().is_empty())
    }
}

impl Files {
    /// The names of the files that are there once the editor is, so that nothing moves when they come.
    pub(super) fn of_draft() -> Self {
        let draft = kept_draft().unwrap_or_default();
        let names = draft.files.into_iter().map(|(name, _)| name);
        let mut list: Vec<_> = names.zip(0..).map(|(name, id)| File { id, name }).collect();
        if list.is_empty() {
            list.push(File { id: 0, name: UNNAMED.to_owned() });
        }
        let next = list.len().try_into().unwrap_or_default();
        Self { list, shown: 0, next, linked: None }
    }
}

impl Page {
    /// Opens files beside those that are there; an empty nameless one gives way.
    pub(super) fn add_files(&mut self, files: Vec<(String, String)>) {
        if files.is_empty() {
            self.tell("There is no text in that.");
            return;
        }
        let Some(bridge) = &self.bridge else { return };
        if let [only] = self.files.list.as_slice()
            && bridge.editor.text(only.id).trim().is_empty()
        {
            bridge.editor.drop(only.id);
            self.files.list.clear();
        }
        for (name, text) in files {
            if self.files.list.len() >= MOST_FILES {
                self.tell("Some files were left out: there are too many.");
                break;
            }
            let id = self.files.next;
            self.files.next += 1;
            if let Some(bridge) = &self.bridge {
                bridge.editor.put(id, &text);
            }
            self.files.list.push(File { id, name });
        }
        self.show_file(self.files.list.len().saturating_sub(1));
        self.recheck();
    }

    pub(super) fn show_file(&mut self, index: usize) {
        let Some(file) = self.files.list.get(index) else { return };
        self.files.shown = index;
        if let Some(bridge) = &self.bridge {
            bridge.editor.show(file.id);
        }
        self.mark();
        self.ask_audit(false);
    }

    pub(super) fn close_file(&mut self, index: usize) {
        let Some(file) = self.files.list.get(index) else { return };
        let text = format!("{} is closed.", file.name);
        let mut before = None;
        if let Some(bridge) = &self.bridge {
            before = Some(Before::File(index, file.name.clone(), bridge.editor.text(file.id)));
            bridge.editor.drop(file.id);
        }
        self.files.list.remove(index);
        self.notice = Some(Notice { text, before, link: None });
        if self.files.list.is_empty() {
            self.add_files(vec![(UNNAMED.to_owned(), String::new())]);
        } else {
            let shown = self.files.shown;
            self.show_file(if index < shown || shown >= self.files.list.len() {
                shown.saturating_sub(1)
            } else {
                shown
            });
        }
        self.recheck();
    }

    /// Puts a draft in the place of everything.
    pub(super) fn adopt(&mut self, draft: Draft) {
        let Some(bridge) = &self.bridge else { return };
        self.files.list.drain(..).for_each(|it| bridge.editor.drop(it.id));
        self.level = draft.level;
        self.version = draft.version;
        let none = draft.files.is_empty();
        let files = if none { vec![(UNNAMED.to_owned(), String::new())] } else { draft.files };
        self.add_files(files);
        self.show_file(0);
    }

    /// Has what was there before back; what was entered since can be had back, too.
    pub(super) fn undo(&mut self) {
        match self.notice.take().and_then(|it| it.before) {
            Some(Before::All(draft)) => {
                let since = self.draft();
                self.adopt(draft);
                let before = (!since.is_empty()).then_some(Before::All(since));
                let text = "What was there before is back.".to_owned();
                self.notice = Some(Notice { text, before, link: None });
            }
            Some(Before::File(index, name, text)) => {
                self.add_files(vec![(name, text)]);
                if let Some(file) = self.files.list.pop() {
                    let index = index.min(self.files.list.len());
                    self.files.list.insert(index, file);
                    self.show_file(index);
                    self.recheck();
                }
            }
            Some(Before::Texts(files)) => self.undo_fix(&files),
            None => {}
        }
    }

    /// Takes up the draft of the last visit, or an empty file.
    pub(super) fn restore_draft(&mut self) {
        self.adopt(kept_draft().unwrap_or_else(|| Draft {
            level: self.level.clone(),
            version: self.version.clone(),
            ..Draft::default()
        }));
    }

    /// Keeps a draft for the next visit, without documents that may hold secrets. What is not known yet waits
    /// for the check, which comes back here.
    pub(super) fn keep_draft(&mut self) -> bool {
        let Some(result) = self.check.result.as_ref().filter(|_| self.check.is_current) else {
            return false;
        };
        let mut draft = self.draft();
        if self.files.linked.as_ref().is_some_and(|it| *it == draft) {
            return false;
        }
        for ((_, text), kept) in draft.files.iter_mut().zip(&result.kept) {
            if let Some(kept) = kept {
                text.clone_from(kept);
            }
        }
        // What was emptied above is not worth a tab.
        let mut kept = result.kept.iter();
        draft.files.retain(|_| kept.next().is_none_or(|it| it.as_deref() != Some("")));
        let size: usize = draft.files.iter().map(|(_, text)| text.len()).sum();
        let is_kept = size <= LARGEST_DRAFT && !draft.is_empty();
        bridge::keep_draft(&if is_kept { draft.write() } else { String::new() });
        false
    }

    /// Leaves nothing behind.
    pub(super) fn forget(&mut self) {
        let before = self.draft();
        self.adopt(Draft {
            level: "restricted".to_owned(),
            version: "latest".to_owned(),
            ..Draft::default()
        });
        let (forms, words) = (self.make.forms.take(), self.make.words.clone());
        self.make = super::state::Make { forms, words, ..Default::default() };
        self.ask_make(true);
        bridge::forget();
        let text = "Everything is forgotten: files, forms and settings.".to_owned();
        let before = (!before.is_empty()).then_some(Before::All(before));
        self.notice = Some(Notice { text, before, link: None });
    }
}

/// The draft of the last visit, if it holds anything.
fn kept_draft() -> Option<Draft> {
    Draft::read(&bridge::kept_draft()).filter(|it| !it.is_empty())
}
