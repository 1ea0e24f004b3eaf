//! Images by their digests instead of their tags, as a lock has them.

use std::collections::BTreeSet;
use std::fmt;

use harden_yaml::{Document, Lines, Place, Position, Splice, Style, Syntax, documents};

use crate::lock::{Found, Lock, Reference};
use crate::object::{Object, objects};

/// A text with its images pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// What is replaced in the text as it was, in its order.
    pub splices: Vec<Splice>,
    /// The text with all of that replaced.
    pub text: String,
    /// The images that did not, in their order.
    pub left: Vec<Unpinned>,
}

/// An image that got no digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpinned {
    /// Where it is named.
    pub at: Position,
    /// How.
    pub image: String,
    /// Why.
    pub why: NoPin,
}

/// Why an image got no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPin {
    /// The lock does not have it.
    Unknown,
    /// It has a digest, and the lock another one for its tag.
    Moved,
    /// It is no name of an image; something else is put there.
    Blank,
    /// It is written in a way that cannot be changed without changing something else.
    Text,
}

impl fmt::Display for Unpinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let image = &self.image;
        match self.why {
            NoPin::Unknown => {
                write!(f, "the lock does not have `{image}`: verify it, and write the lock again")
            }
            NoPin::Moved => write!(
                f,
                "`{image}` has another digest than the lock for its tag, and was left as it is"
            ),
            NoPin::Blank => write!(f, "`{image}` names no image, and was left as it is"),
            NoPin::Text => write!(
                f,
                "`{image}` has an anchor, or is no value on one line: write its digest by hand"
            ),
        }
    }
}

/// Pins the images of all pods and pod templates of a text. All other bytes stay as they are.
///
/// The tag becomes a comment where the line has room for one: `image: web@sha256:… # 1.4`. In JSON, and where
/// something else follows on the line, it stays before the digest: `web:1.4@sha256:…`. An image that has a digest is
/// left as it is.
pub fn pin(text: &str, lock: &Lock) -> Pinned {
    let lines = Lines::new(text);
    let mut pinned = Pinned { splices: Vec::new(), text: String::new(), left: Vec::new() };
    for document in documents(text).filter(|it| !it.is_rejected()) {
        for place in objects(document.root()).flat_map(|it| images(&it)) {
            let Some(image) = place.as_str() else { continue };
            match change(text, &document, place, image, lock) {
                Ok(splice) => pinned.splices.extend(splice),
                Err(why) => {
                    let at = lines.position(place.grip().start);
                    pinned.left.push(Unpinned { at, image: image.to_owned(), why });
                }
            }
        }
    }
    pinned.splices.sort_by_key(|it| it.span.start);
    pinned.left.sort_by_key(|it| (it.at.line, it.at.column));
    pinned.text = harden_yaml::splice(text, &pinned.splices);
    pinned
}

/// Where the images of the pods that an object is or makes are named.
fn images<'d>(object: &Object<'d>) -> Vec<Place<'d>> {
    const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];
    let fragments = object.fragments();
    let pods = object.pods();
    let templates = pods.iter().chain(fragments.iter().map(|it| &it.template));
    let mut places = Vec::new();
    for pod in templates {
        let containers = LISTS.into_iter().flat_map(|it| pod.spec.at(it).items());
        places.extend(containers.map(|it| it.at("image")));
        places.extend(pod.spec.at("volumes").items().map(|it| it.at("image").at("reference")));
    }
    places.extend(fragments.iter().flat_map(|it| &it.containers).map(|it| it.at("image")));
    // What several places share is one text.
    let mut seen = BTreeSet::new();
    places.retain(|it| it.exists() && seen.insert(it.span()));
    places
}

/// What is to be there instead of an image; nothing where it has a digest.
fn change(
    text: &str,
    document: &Document<'_>,
    place: Place<'_>,
    image: &str,
    lock: &Lock,
) -> Result<Option<Splice>, NoPin> {
    let reference = Reference::read(image).ok_or(NoPin::Blank)?;
    let locked = match lock.find(image) {
        Found::Moved(_) => return Err(NoPin::Moved),
        // What is pinned is pinned, whoever knows it.
        _ if reference.digest.is_some() => return Ok(None),
        Found::Same(locked) => locked,
        Found::Unknown | Found::Foreign => return Err(NoPin::Unknown),
    };
    let mark = match place.style() {
        Style::Plain => "",
        Style::SingleQuoted => "'",
        Style::DoubleQuoted => "\"",
        _ => return Err(NoPin::Text),
    };
    let span = place.span();
    if place.is_shared() || span.text(text) != format!("{mark}{image}{mark}") {
        return Err(NoPin::Text);
    }
    let behind = text.get(span.range().end..).and_then(|it| it.lines().next()).unwrap_or_default();
    let (name, digest) = (reference.name, &locked.digest);
    let with = if document.syntax() == Syntax::Json || !has_room(behind) {
        let tag = reference.tag.map_or_else(String::new, |it| format!(":{it}"));
        format!("{mark}{name}{tag}@{digest}{mark}")
    } else {
        let tag = reference.tag.unwrap_or("latest");
        // Whoever wrote the tag there already need not read it twice.
        let said = behind.trim_start().trim_start_matches('#').split_whitespace().next();
        let comment = if said == Some(tag) { String::new() } else { format!(" # {tag}") };
        format!("{mark}{name}@{digest}{mark}{comment}")
    };
    Ok(Some(Splice { span, with }))
}

/// Whether a comment can be put between a value and what is behind it on its line.
fn has_room(behind: &str) -> bool {
    let rest = behind.trim_start();
    rest.is_empty() || rest.starts_with('#') && rest.len() < behind.len()
}

#[cfg(test)]
mod tests;
