//! Why a change was not made.

use std::fmt;

/// Why a change was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The document has problems that keep it from being read.
    Broken,
    /// There is nothing in the document.
    Empty,
    /// The place, something above it or something below it carries an anchor that an alias uses, or comes from
    /// an alias.
    Anchored,
    /// The place comes from a `<<` merge, or a merge beside it sets it, too.
    Merged,
    /// A key on the way is there twice.
    Twice,
    /// The value carries a tag, which may make something else of a new value.
    Tagged,
    /// The way leads through something that is neither a map nor a list.
    Occupied,
    /// The way leads through an item that is not there.
    NoItem,
    /// Something is to be added to a list, and what is there is none.
    NoList,
    /// There is no key to give another name.
    NoKey,
    /// The map has a key of the new name.
    Taken,
    /// All of the document is to be removed, or to become something else.
    Whole,
    /// More levels than anybody writes.
    TooDeep,
    /// A list or a map in brackets over several lines, with comments.
    MultiLineFlow,
    /// A key or an item that is written in a way that few write: `? key`, or with an anchor or a tag before it.
    Unusual,
    /// Another change, of this number, wants something else there.
    Excludes(usize),
    /// Two of its own edits want different things of one place.
    Contradictory,
    /// The text that would come out does not say what it should.
    Unproved,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Broken => "the document cannot be read: mend that first",
            Self::Empty => "there is nothing in the document: write the first key by hand",
            Self::Anchored => {
                "an alias shares this value, so that other places would change, too: write the value out \
                 at each place, or change it where its anchor is"
            }
            Self::Merged => {
                "a `<<` merge sets this: change it where the merged map is, or write the map out here"
            }
            Self::Twice => "a key on the way is there twice: remove one of them first",
            Self::Tagged => "the value carries a tag: change both by hand",
            Self::Occupied => {
                "something on the way is neither a map nor a list: make it one by hand"
            }
            Self::NoItem => "there is no such item in the list: write it by hand",
            Self::NoList => "what is there is no list: make it one by hand",
            Self::NoKey => "there is no such key: write it by hand",
            Self::Taken => "there is a key of the right name, too: remove one of the two",
            Self::Whole => "this would leave nothing of the document as it is: remove or write it by hand",
            Self::TooDeep => "this needs too many levels: write it by hand",
            Self::MultiLineFlow => {
                "comments stand between brackets over several lines: write one key or item a line, \
                 without brackets, or change it by hand"
            }
            Self::Unusual => {
                "a key or an item here is written in an unusual way, such as `? key`: write it as \
                 `key: value`, or change it by hand"
            }
            Self::Excludes(_) => {
                "another change wants something else of the same place: make one of the two"
            }
            Self::Contradictory => {
                "the change wants two different things of one place: make it by hand"
            }
            Self::Unproved => {
                "it could not be proved that nothing else would change: change it by hand"
            }
        })
    }
}
