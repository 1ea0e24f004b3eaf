//! What a cluster holds, kept small while it is watched, and read again as often as something changed.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lz4_flex::block::{compress_prepend_size_with_dict, decompress_size_prepended_with_dict};

use super::item::Item;
use crate::listing::{End, Kind, Listing, Origin, Part, rank};

/// So many objects are read at a time.
const PAGE: usize = 500;
/// So much of the first texts of a kind is what the others are told by, in bytes.
const DICTIONARY: usize = 32 << 10;

/// The place of a kind in the order in which kinds are read, and its name.
pub(super) type Place = (u8, String);

/// A store that some fill while others read it.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Store>>);

/// What a cluster holds.
#[derive(Default)]
pub(super) struct Store {
    shelves: BTreeMap<Place, Shelf>,
    /// What is served and was not read at all, and why.
    unread: Vec<(String, String)>,
}

/// The objects of a kind.
struct Shelf {
    kind: Arc<Kind>,
    objects: BTreeMap<Box<str>, Kept>,
    dictionary: Vec<u8>,
    /// How often it was listed.
    turn: u32,
    /// What ended the last list.
    end: End,
}

/// An object.
struct Kept {
    /// Of what of its text is judged.
    digest: u64,
    /// The last list that it was in.
    turn: u32,
    /// So much of the dictionary was there, in bytes.
    known: usize,
    text: Box<[u8]>,
}

impl Shelf {
    fn new(kind: Arc<Kind>) -> Self {
        let objects = BTreeMap::new();
        Self { kind, objects, dictionary: Vec::new(), turn: 0, end: End::default() }
    }

    fn put(&mut self, item: &Item) -> bool {
        let digest = item.digest();
        if let Some(kept) = self.objects.get_mut(&*item.key)
            && kept.digest == digest
        {
            kept.turn = self.turn;
            return false;
        }
        let text = item.text.as_bytes();
        let known = self.dictionary.len();
        let packed = compress_prepend_size_with_dict(text, &self.dictionary).into();
        if known + text.len() <= DICTIONARY {
            self.dictionary.extend_from_slice(text);
        }
        let kept = Kept { digest, turn: self.turn, known, text: packed };
        self.objects.insert(item.key.as_str().into(), kept);
        true
    }

    fn text(&self, kept: &Kept) -> Option<String> {
        let dictionary = self.dictionary.get(..kept.known)?;
        let text = decompress_size_prepended_with_dict(&kept.text, dictionary).ok()?;
        String::from_utf8(text).ok()
    }
}

impl Store {
    fn shelf(&mut self, kind: &Arc<Kind>) -> &mut Shelf {
        self.shelves.entry(rank(kind)).or_insert_with(|| Shelf::new(Arc::clone(kind)))
    }

    /// Puts an object, and says whether what is judged of it is new. A Pod that is being deleted outlives those
    /// that made it, and is as good as gone.
    pub(super) fn put(&mut self, kind: &Arc<Kind>, item: &Item) -> bool {
        if item.is_leaving && kind.is("", "Pod") {
            return self.remove(kind, &item.key);
        }
        self.shelf(kind).put(item)
    }

    /// Takes an object away, and says whether it was there.
    pub(super) fn remove(&mut self, kind: &Arc<Kind>, key: &str) -> bool {
        self.shelf(kind).objects.remove(key).is_some()
    }

    /// Begins a list of all objects of a kind.
    pub(super) fn begin(&mut self, kind: &Arc<Kind>) {
        self.shelf(kind).turn += 1;
    }

    /// Ends it: what was not in it is there no more. Says whether that changes anything.
    pub(super) fn end(&mut self, kind: &Arc<Kind>, version: &str) -> bool {
        let of_kind = self.shelf(kind);
        let (turn, before) = (of_kind.turn, of_kind.objects.len());
        of_kind.objects.retain(|_, it| it.turn == turn);
        let lacked = of_kind.end.lack.is_some();
        of_kind.end = End { resource_version: version.to_owned(), ..End::default() };
        lacked || of_kind.objects.len() != before
    }

    /// Notes that a kind cannot be read, and says whether that is new.
    pub(super) fn deny(&mut self, kind: &Arc<Kind>, why: String, is_forbidden: bool) -> bool {
        let of_kind = self.shelf(kind);
        of_kind.objects.clear();
        let lack = Some(why);
        let is_new = of_kind.end.lack != lack;
        of_kind.end = End { lack, is_forbidden, ..End::default() };
        is_new
    }

    /// Forgets a kind that is served no more, and says whether that changes anything.
    pub(super) fn forget(&mut self, place: &Place) -> bool {
        let gone = self.shelves.remove(place);
        gone.is_some_and(|it| !it.objects.is_empty() || it.end.lack.is_some())
    }

    /// Notes what is served and cannot be told of, and says whether that is new.
    pub(super) fn set_unread(&mut self, unread: Vec<(String, String)>) -> bool {
        let is_new = self.unread != unread;
        self.unread = unread;
        is_new
    }

    /// The kinds, each with the version of its last list; `None` where that did not come to its end.
    pub(super) fn kinds(&self) -> Vec<(Arc<Kind>, Option<String>)> {
        let version = |it: &End| it.lack.is_none().then(|| it.resource_version.clone());
        self.shelves.values().map(|it| (Arc::clone(&it.kind), version(&it.end))).collect()
    }

    fn take_in(&mut self, part: &Part) {
        match part {
            Part::Objects(kind, texts) => {
                // What was read once can be read again.
                for item in texts.iter().filter_map(|it| Item::read(it, kind, false).ok()) {
                    self.put(kind, &item);
                }
            }
            Part::End(kind, end) => self.shelf(kind).end = end.clone(),
            Part::Unread(what, why) => self.unread.push((what.clone(), why.clone())),
            Part::Cut(_) | Part::Selected(_) | Part::Interrupted | Part::Invalid(_) => {}
        }
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what comes of a listing.
    pub(crate) fn keep(&self, listing: Listing) -> Listing {
        let store = self.clone();
        let parts = listing.parts.inspect(move |it| store.lock().take_in(it));
        Listing { origin: listing.origin, parts: Box::new(parts) }
    }

    /// All that is kept, as a cluster is read. What changes meanwhile may be in it or not.
    pub(crate) fn listing(&self, origin: Origin) -> Listing {
        let store = self.lock();
        let unread = store.unread.clone().into();
        let places = store.shelves.keys().cloned().collect();
        let parts = Parts { store: self.clone(), unread, places, last: None, objects: 0 };
        Listing { origin, parts: Box::new(parts) }
    }
}

/// What is kept, part by part.
struct Parts {
    store: Shared,
    unread: VecDeque<(String, String)>,
    places: VecDeque<Place>,
    /// The last object of the kind that came, and how many did.
    last: Option<Box<str>>,
    objects: usize,
}

impl Iterator for Parts {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if let Some((what, why)) = self.unread.pop_front() {
            return Some(Part::Unread(what, why));
        }
        loop {
            let place = self.places.front()?;
            let kept = self.store.lock();
            let Some(held) = kept.shelves.get(place) else {
                // It is served no more.
                (self.last, self.objects) = (None, 0);
                self.places.pop_front();
                continue;
            };
            let kind = Arc::clone(&held.kind);
            let after = self.last.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
            let page = held.objects.range::<str, _>((after, Bound::Unbounded)).take(PAGE);
            let page: Vec<_> = page.collect();
            if let Some((last, _)) = page.last() {
                let texts: Vec<_> = page.iter().filter_map(|(_, it)| held.text(it)).collect();
                let last = (*last).clone();
                (self.last, self.objects) = (Some(last), self.objects + texts.len());
                return Some(Part::Objects(kind, texts));
            }
            let end = End { objects: self.objects, ..held.end.clone() };
            (self.last, self.objects) = (None, 0);
            drop(kept);
            self.places.pop_front();
            return Some(Part::End(kind, end));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use harden_core::kubernetes::MinorVersion;

    use super::*;
    use crate::listing::Scope;

    fn kind(name: &str) -> Arc<Kind> {
        Arc::new(Kind {
            group: String::new(),
            version: "v1".to_owned(),
            kind: name.to_owned(),
            plural: name.to_lowercase() + "s",
            is_namespaced: true,
        })
    }

    fn item(name: &str, more: &str) -> Item {
        let raw = format!(r#"{{"metadata":{{"name":"{name}","namespace":"n"{more}"#);
        Item::read(&raw, &kind("Pod"), false).unwrap()
    }

    fn plain(name: &str) -> Item {
        item(name, r#"},"spec":{"a":1}}"#)
    }

    fn read(store: &Shared) -> Vec<String> {
        let origin = Origin {
            context: String::new(),
            version: MinorVersion(37),
            time: String::new(),
            scope: Scope::Cluster,
        };
        let line = |part| match part {
            Part::Objects(_, texts) => texts.join("\n"),
            Part::End(kind, end) => format!("{} {} {:?}", kind.kind, end.objects, end.lack),
            other => format!("{other:?}"),
        };
        store.listing(origin).parts.map(line).collect()
    }

    #[test]
    fn what_is_put_is_read_as_it_was_and_in_order() {
        let (store, pod) = (Shared::default(), kind("Pod"));
        let items: Vec<_> = (0..1203)
            .map(|it| {
                let more = format!(r#"}},"spec":{{"text":"{}"}}}}"#, "é\\n".repeat(it));
                item(&format!("p{it:05}"), &more)
            })
            .collect();
        // The last comes first, and Namespaces last.
        items.iter().rev().for_each(|it| assert!(store.lock().put(&pod, it)));
        assert!(!store.lock().end(&kind("Namespace"), "1"));
        let lines = read(&store);
        assert_eq!(lines[0], "Namespace 0 None");
        assert_eq!(lines.last().unwrap(), "Pod 1203 None");
        let texts: Vec<_> = items.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(lines[1..lines.len() - 1].join("\n"), texts.join("\n"));
    }

    #[test]
    fn what_nobody_judges_is_no_change() {
        let (store, pod) = (Shared::default(), kind("Pod"));
        let put = |more: &str| store.lock().put(&pod, &item("a", more));
        assert!(put(r#","resourceVersion":"1"},"spec":{"a":1},"status":{"b":1}}"#));
        assert!(!put(r#","resourceVersion":"2","generation":3},"spec":{"a":1},"status":{"b":2}}"#));
        assert!(!put(r#","managedFields":[{}]},"spec":{"a":1}}"#));
        assert!(put(r#"},"spec":{"a":2}}"#));
        assert!(put(r#","labels":{"a":"b"}},"spec":{"a":2}}"#));
    }

    #[test]
    fn a_pod_that_is_being_deleted_is_gone() {
        let (store, pod) = (Shared::default(), kind("Pod"));
        let leaving = item("a", r#","deletionTimestamp":"2026-11-27T07:00:00Z"},"spec":{"a":1}}"#);
        assert!(store.lock().put(&pod, &plain("a")));
        assert!(store.lock().put(&pod, &leaving));
        assert!(!store.lock().put(&pod, &leaving));
        assert!(store.lock().put(&kind("Namespace"), &leaving));
    }

    #[test]
    fn a_new_list_takes_away_what_is_not_in_it() {
        let (store, pod) = (Shared::default(), kind("Pod"));
        let mut one = store.lock();
        for name in ["a", "b"] {
            one.put(&pod, &plain(name));
        }
        one.begin(&pod);
        assert!(!one.put(&pod, &plain("b")));
        assert!(one.end(&pod, "2"));
        assert!(!one.remove(&pod, "n/a") && one.remove(&pod, "n/b"));
        one.begin(&pod);
        assert!(!one.end(&pod, "3"));
        assert_eq!(one.kinds()[0].1.as_deref(), Some("3"));
    }

    #[test]
    fn what_cannot_be_read_is_said_and_what_can_again() {
        let (store, pod) = (Shared::default(), kind("Pod"));
        store.lock().put(&pod, &plain("a"));
        assert!(store.lock().deny(&pod, "no".to_owned(), true));
        assert!(!store.lock().deny(&pod, "no".to_owned(), true));
        assert_eq!(read(&store), [r#"Pod 0 Some("no")"#]);
        assert_eq!(store.lock().kinds()[0].1, None);
        assert!(store.lock().end(&pod, "1"));
        assert!(!store.lock().forget(&rank(&pod)));
        assert_eq!(read(&store), [""; 0]);
    }
}
