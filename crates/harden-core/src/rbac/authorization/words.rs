//! Texts that are kept once, and lists of them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// A text that is kept once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Word(u32);

/// A list of texts that is kept once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct List(u32);

/// The texts and lists that were met.
#[derive(Debug)]
pub(super) struct Words {
    texts: Vec<Arc<str>>,
    ids: FxHashMap<Arc<str>, Word>,
    lists: Vec<Arc<[Word]>>,
    list_ids: FxHashMap<Arc<[Word]>, List>,
}

impl Default for Words {
    fn default() -> Self {
        let mut words = Self {
            texts: Vec::new(),
            ids: FxHashMap::default(),
            lists: Vec::new(),
            list_ids: FxHashMap::default(),
        };
        words.keep("*");
        words.keep("");
        words
    }
}

impl Words {
    /// `*`.
    pub(super) const ALL: Word = Word(0);
    /// The empty text.
    pub(super) const NONE: Word = Word(1);

    pub(super) fn keep(&mut self, text: &str) -> Word {
        if let Some(known) = self.ids.get(text) {
            return *known;
        }
        let (id, text) = (Word(index(self.texts.len())), Arc::<str>::from(text));
        self.texts.push(Arc::clone(&text));
        self.ids.insert(text, id);
        id
    }

    pub(super) fn keep_all<'w>(&mut self, texts: impl IntoIterator<Item = &'w str>) -> List {
        let words: Arc<[Word]> = texts.into_iter().map(|it| self.keep(it)).collect();
        if let Some(known) = self.list_ids.get(&words) {
            return *known;
        }
        let id = List(index(self.lists.len()));
        self.lists.push(Arc::clone(&words));
        self.list_ids.insert(words, id);
        id
    }

    /// The word that a text is, where it was ever met.
    pub(super) fn find(&self, text: &str) -> Option<Word> {
        self.ids.get(text).copied()
    }

    pub(super) fn text(&self, word: Word) -> &str {
        usize::try_from(word.0).ok().and_then(|it| self.texts.get(it)).map_or("", |it| it)
    }

    pub(super) fn words(&self, list: List) -> &[Word] {
        usize::try_from(list.0).ok().and_then(|it| self.lists.get(it)).map_or(&[], |it| it)
    }

    pub(super) fn texts(&self, list: List) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.words(list).iter().map(|it| self.text(*it))
    }
}

/// An index that fits: no input has four thousand million texts.
pub(super) fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
