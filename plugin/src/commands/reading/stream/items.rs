//! The items of the lists in a stream of JSON, as they are read.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, anyhow, bail};
use harden_core::source::{Cut, ListKind, Source};
use harden_yaml::Document;
use harden_yaml::json::ListSplitter;

use crate::input;

/// How many items are handed out at a time.
pub(super) const BATCH: usize = 512;

/// So many bytes of one object are held; what a cluster stores is a tenth of it.
const MOST: usize = 16 << 20;

/// The items of the lists in a stream, one object after the other; objects that are no list come as
/// they are.
pub(super) struct Items<R> {
    name: Arc<str>,
    input: R,
    chunk: Vec<u8>,
    /// What was read and not yet taken by a splitter.
    pending: Vec<u8>,
    splitter: ListSplitter,
    /// The text of the object at hand, until it proves to be a list.
    head: Option<Vec<u8>>,
    /// What the items of the list at hand are when they do not say it.
    list: Arc<OnceLock<ListKind>>,
    /// What lists are that say it after their items, by their places; known from an earlier look.
    late: BTreeMap<usize, ListKind>,
    /// How many objects were closed before the one at hand.
    closed: usize,
    /// What is to be judged as a whole, once.
    whole: Option<Source<'static>>,
    /// How it ended, once it has.
    ended: Option<anyhow::Result<()>>,
}

impl<R: Read> Items<R> {
    /// The items of this input, which is called so.
    pub(super) fn of(name: Arc<str>, input: R) -> Self {
        Self {
            name,
            input,
            chunk: vec![0; 1 << 20],
            pending: Vec::new(),
            splitter: ListSplitter::new(),
            head: Some(Vec::new()),
            list: Arc::default(),
            late: BTreeMap::new(),
            closed: 0,
            whole: None,
            ended: None,
        }
    }

    /// The same, after an earlier look.
    pub(super) fn again(name: Arc<str>, input: R, late: BTreeMap<usize, ListKind>) -> Self {
        Self { late, ..Self::of(name, input) }
    }

    /// What lists are that say it after their items; the items know it, and whoever looked at them before
    /// did not.
    pub(super) fn late(&self) -> &BTreeMap<usize, ListKind> {
        &self.late
    }

    /// The next items; none at the end, and none behind something that cannot be read.
    pub(super) fn next_batch(&mut self) -> Vec<Source<'static>> {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH {
            if let Some(item) = self.next_item() {
                batch.push(item);
            } else if self.ended.is_some() {
                break;
            } else if let Err(error) = self.advance() {
                self.ended = Some(Err(error));
            }
        }
        batch
    }

    /// How it ended.
    ///
    /// # Errors
    ///
    /// When it broke off, or is neither JSON nor anything else that can be read.
    pub(super) fn end(self) -> anyhow::Result<()> {
        self.ended.unwrap_or(Ok(()))
    }

    fn next_item(&mut self) -> Option<Source<'static>> {
        if let Some(whole) = self.whole.take() {
            return Some(whole);
        }
        let (bytes, start) = self.splitter.next_item()?;
        match String::from_utf8(bytes) {
            Ok(text) => Some(self.source(text, Cut { start, list: Arc::clone(&self.list) })),
            Err(error) => {
                self.ended = Some(Err(error).context("it is not UTF-8 text"));
                None
            }
        }
    }

    fn source(&self, text: String, cut: Cut) -> Source<'static> {
        Source::cut(Arc::clone(&self.name), text, cut)
    }

    /// Reads on.
    fn advance(&mut self) -> anyhow::Result<()> {
        if self.splitter.has_ended() {
            return self.end_object();
        }
        if self.pending.is_empty() {
            let length = self.input.read(&mut self.chunk).context("it broke off")?;
            if length == 0 {
                return self.end_text();
            }
            self.pending.extend_from_slice(self.chunk.get(..length).unwrap_or_default());
        }
        let pushed = self.splitter.push(&self.pending);
        if self.head.is_some() && self.splitter.has_items() {
            match list_of(&self.splitter.envelope()) {
                Some(list) => {
                    self.list = Arc::default();
                    let known = self.late.get(&self.closed).cloned();
                    if let Some(list) = known.or(Some(list)).filter(|it| !it.kind.is_empty()) {
                        let _ = self.list.set(list);
                    }
                    self.head = None;
                }
                None => return self.end_as_whole(),
            }
        }
        if self.splitter.held() > MOST {
            let most = MOST >> 20;
            bail!("an object in it is longer than {most} MiB, which no cluster takes");
        }
        match pushed {
            Ok(taken) => {
                let taken = self.pending.drain(..taken);
                if let Some(head) = &mut self.head {
                    head.extend(taken);
                }
                Ok(())
            }
            // What is no list of JSON may still be JSON or YAML of another sort.
            Err(_) if self.head.is_some() => self.end_as_whole(),
            Err(problem) => Err(anyhow!("{}", problem.message())),
        }
    }

    /// An object is closed, and another may follow.
    fn end_object(&mut self) -> anyhow::Result<()> {
        let next = ListSplitter::starting_at(self.splitter.place());
        let ended = std::mem::replace(&mut self.splitter, next);
        let (start, envelope) = (ended.start(), ended.envelope());
        if self.head.replace(Vec::new()).is_some() {
            let text = ended.finish().map_err(|it| anyhow!("{}", it.message()))?;
            self.whole = Some(self.source(text, Cut { start, list: Arc::default() }));
        } else if let Some(list) = list_of(&envelope).filter(|it| !it.kind.is_empty())
            && self.list.set(list.clone()).is_ok()
        {
            self.late.insert(self.closed, list);
        }
        self.closed += 1;
        Ok(())
    }

    /// There is no more text.
    fn end_text(&mut self) -> anyhow::Result<()> {
        if self.splitter.has_ended() {
            return self.end_object();
        }
        let splitter = std::mem::take(&mut self.splitter);
        if !splitter.is_blank() {
            splitter.finish().map_err(|it| anyhow!("{}", it.message()))?;
        }
        self.ended = Some(Ok(()));
        Ok(())
    }

    /// Takes all that is left as one text.
    fn end_as_whole(&mut self) -> anyhow::Result<()> {
        let mut bytes = self.head.take().unwrap_or_default();
        bytes.append(&mut self.pending);
        input::read_rest(&mut bytes, &mut self.input)?;
        let text = harden_yaml::decode(&bytes).map_err(|it| anyhow!("{}", it.message()))?;
        let cut = Cut { start: self.splitter.start(), list: Arc::default() };
        self.whole = Some(self.source(text.into_owned(), cut));
        self.splitter = ListSplitter::new();
        self.ended = Some(Ok(()));
        Ok(())
    }
}

/// What the items of a list are when they do not say it, as `apiVersion` and kind, by what stands
/// before them; `None` when that is no list.
fn list_of(envelope: &[u8]) -> Option<ListKind> {
    let text = String::from_utf8_lossy(envelope);
    let document = Document::parse_json(&text);
    let field = |key| document.root().at(key).as_str().unwrap_or_default().to_owned();
    let kind = field("kind");
    if kind.is_empty() {
        return Some(ListKind::default());
    }
    let kind = kind.strip_suffix("List")?.to_owned();
    Some(ListKind { api_version: field("apiVersion"), kind })
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn an_object_without_an_end_is_named() {
        for start in [r#"{"kind": "List", "items": [{"a": ""#, r#"{"kind": ""#] {
            let mut items = Items::of("stdin".into(), start.as_bytes().chain(io::repeat(b'x')));
            assert!(items.next_batch().is_empty());
            let error = items.end().map_err(|it| it.to_string());
            assert!(error.is_err_and(|it| it.contains("longer than 16 MiB")), "{start}");
        }
    }
}
