//! The images that a cluster or a snapshot of one uses, kind by kind while they come.

use std::collections::HashSet;

use anyhow::bail;
use harden_core::answers::plan;
use harden_core::check::SYSTEM_NAMESPACES;
use harden_core::generators::image_policy::Images;
use harden_core::object::{Object, objects};

use super::Seen;
use crate::commands::reading::Reach;
use crate::connection::Connection;
use crate::listing::{Kind, Listing, ObjectName, Part, VALUES_OF_CONFIG_MAPS};
use crate::terminal;

/// Reads what makes pods; nothing is kept but the images.
pub(super) fn read(reach: &Reach, connection: &Connection) -> anyhow::Result<Seen> {
    let now = jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string();
    let listing = reach.list_of(connection, &now, reach.span.scope(), is_read)?;
    terminal::note(&format!("reading the images of {}", listing.origin))?;
    let Listing { origin, parts } = listing;
    let has_system = reach.shows_system(&origin.scope);
    let mut gathered = Gathered { is_selected: reach.selector.is_some(), ..Gathered::default() };
    let mut seen = Seen::default();
    for part in parts {
        match part {
            Part::Objects(kind, _) | Part::End(kind, _) if !is_read(&kind) => {}
            Part::Objects(kind, texts) => {
                for text in &texts {
                    if !gathered.take(text, has_system) {
                        let why = "an object could not be read".to_owned();
                        seen.lack(kind.resource(), why);
                    }
                }
            }
            Part::End(kind, end) => {
                if let Some(why) = end.lack {
                    seen.lack(kind.resource(), why);
                }
            }
            // No API of Kubernetes itself that another server answers for makes pods, and no value of a ConfigMap.
            Part::Unread(what, _) if what.contains(".k8s.io") || what == VALUES_OF_CONFIG_MAPS => {}
            Part::Unread(what, why) => seen.lack(what, why),
            Part::Interrupted => seen.lack("other kinds".to_owned(), "interrupted".to_owned()),
            Part::Cut(why) => seen.lack("other kinds".to_owned(), why),
            Part::Selected(names) => gathered.select(&names),
            Part::Invalid(why) => bail!(why),
        }
    }
    seen.images = gathered.images;
    Ok(seen)
}

fn is_read(kind: &Kind) -> bool {
    plan::reads(&kind.group, &kind.kind)
}

/// The images that were seen so far.
#[derive(Default)]
struct Gathered {
    images: Images,
    /// Whether it is not known before the end which objects are meant.
    is_selected: bool,
    /// Those of each object, as long as that is not known.
    by_object: Vec<(ObjectName, Images)>,
}

impl Gathered {
    /// Takes in the images of an object; false where it cannot be read.
    fn take(&mut self, text: &str, has_system: bool) -> bool {
        let mut is_whole = true;
        for document in harden_yaml::documents(text) {
            if document.is_rejected() {
                is_whole = false;
                continue;
            }
            for object in objects(document.root()) {
                let namespace = object.namespace().unwrap_or_default();
                if !has_system && SYSTEM_NAMESPACES.contains(&namespace) {
                    continue;
                }
                if self.is_selected {
                    let mut images = Images::default();
                    images.take_object(&object);
                    self.by_object.push((name_of(&object), images));
                } else {
                    self.images.take_object(&object);
                }
            }
        }
        is_whole
    }

    fn select(&mut self, names: &HashSet<ObjectName>) {
        for (name, images) in self.by_object.drain(..) {
            if names.contains(&name) {
                self.images.extend(images);
            }
        }
    }
}

fn name_of(object: &Object<'_>) -> ObjectName {
    let name = object.name();
    let key = match object.namespace().unwrap_or_default() {
        "" => name.to_owned(),
        namespace => format!("{namespace}/{name}"),
    };
    ObjectName { group: object.group.to_owned(), kind: object.kind.to_owned(), key }
}
