//! YAML and JSON text with positions, read as the Kubernetes API server reads it.
//!
//! ```
//! let text = "spec:\n  privileged: yes # really\n";
//! for document in harden_yaml::documents(text) {
//!     let place = document.root().at("spec").at("privileged");
//!     assert_eq!(place.as_bool(), Some(true));
//!     assert_eq!(place.path(), "spec.privileged");
//!     let place = document.root().follow("spec.runAsNonRoot");
//!     assert!(!place.exists());
//!     assert_eq!(place.grip().text(text), "spec");
//! }
//! ```
//!
//! # Edits
//!
//! [`edit()`] makes changes of a document by replacing as few bytes as it can; comments stay. What comes out is
//! read again, and compared with what should be there, before anything is said to be done.
//!
//! ```
//! use harden_yaml::{Action, Change, Edit, Pointer, edit, splice};
//!
//! let text = "spec: # of a pod\n  hostPID: true # for now\n";
//! let pointer = Pointer::default().at("spec").at("hostPID");
//! let edits = vec![Edit { document: 0, pointer, action: Action::set(false) }];
//! let documents = harden_yaml::parse(text);
//! let edited = edit(&documents[0], &[Change { edits }]);
//! assert_eq!(edited.fates, [Ok(vec![0])]);
//! let after = splice(text, &edited.splices);
//! assert_eq!(after, "spec: # of a pod\n  hostPID: false # for now\n");
//! ```
//!
//! # Agreement with Go
//!
//! Documents are read as `sigs.k8s.io/yaml` reads them, on top of go-yaml v2: the scanner and the
//! grammar follow its rules, so that what it rejects is rejected, and what it accepts has the same
//! value. [`documents()`] splits as kubectl's reader does. The deliberate exceptions:
//!
//! | input | Go | here | why |
//! |---|---|---|---|
//! | keys that differ in YAML and not in JSON, such as `1` and `"1"` | keeps either, at random | the last, and a problem | a random answer cannot be copied |
//! | a byte order mark twice at the start, or just before the end | loses characters of the text | rejected, or part of the text | go-yaml looks at the start of its buffer instead of the text |
//! | a control character after the end of the document (`...`) | read or rejected, by where blocks of 512 bytes end | rejected | block sizes say nothing about the text |
//! | a text of 2 GiB or more | read, memory permitting | rejected | positions have 32 bits |
//! | invalid UTF-8 | kubectl replaces it, sigs.k8s.io/yaml rejects it | rejected | a replaced byte is hardly what was meant |

mod comment;
mod compose;
mod decode;
mod document;
mod documents;
mod edit;
mod events;
pub mod json;
mod lines;
mod place;
mod pointer;
mod problem;
mod resolve;
mod scanner;
mod span;
mod steps;
mod template;
mod tree;
mod wide;
mod write;

pub use comment::Comment;
pub use decode::decode;
pub use document::{Document, Style, Syntax};
pub use documents::{Documents, documents, documents_in, parse, sections};
pub use edit::{Action, Change, Edit, Edited, Refusal, Splice, edit, splice};
pub use lines::{Lines, Position};
pub use place::{Entries, Items, Kind, Place, Way};
pub use pointer::Pointer;
pub use problem::{Problem, ProblemKind, Rejected, is_one_word};
pub use resolve::decode_base64;
pub use span::Span;
pub use steps::steps;
pub use write::{Form, Writable, write};
