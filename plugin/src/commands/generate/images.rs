//! The images that manifests, a snapshot or a cluster use, for the policies that verify them.

mod listed;

use std::collections::BTreeSet;

use anyhow::bail;
use harden_core::check::Incomplete;
use harden_core::generators::image_policy::{self, Images};

use super::sources::{self, Sources};
use crate::commands::reading::{Reach, Whole};
use crate::connection::Connection;
use crate::input::Unread;
use crate::terminal::{self, Exit};

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    images: Images,
    incomplete: Vec<Incomplete>,
    errors: Vec<String>,
    notes: Vec<String>,
}

/// Reads what names images, and hands it to the options; the code is that of what could not be read.
///
/// # Errors
///
/// When something that is named is not there, or nothing names an image and not all was read.
pub(super) fn read(
    options: &mut image_policy::Options,
    from: &Sources,
    connection: &Connection,
) -> anyhow::Result<Exit> {
    let names = from.names(std::mem::take(&mut options.filename));
    let has_files = from.are_files(&names);
    let span = &from.reach.span;
    let is_of_cluster = span.all_namespaces
        || span.namespace.is_some()
        || from.reach.selector.is_some()
        || from.reach.snapshot.is_some();
    let seen = if has_files {
        from.reach.reject_snapshot()?;
        if is_of_cluster {
            bail!(
                "--namespace, --all-namespaces and --selector are for a cluster: leave them out where files are named"
            );
        }
        Seen::of_files(from.read(&names, connection))
    } else if is_of_cluster || options.registry.is_empty() {
        Seen::of_cluster(&from.reach, connection)?
    } else {
        return Ok(Exit::Done);
    };
    options.is_read = true;
    seen.tell(options)
}

impl Seen {
    /// The images of files.
    pub(crate) fn of_files(whole: Whole) -> Self {
        let mut seen = Seen::default();
        seen.incomplete = whole.lacks(|it| seen.images.take(&it.text).broken.is_some());
        let Whole { errors, notes, .. } = whole;
        Self { errors, notes, ..seen }
    }

    /// The images of a cluster or a snapshot.
    pub(crate) fn of_cluster(reach: &Reach, connection: &Connection) -> anyhow::Result<Self> {
        listed::read(reach, connection)
    }

    /// All images by their names, and what could not be read.
    ///
    /// # Errors
    ///
    /// Something that is named is not there.
    pub(crate) fn named(self) -> anyhow::Result<(BTreeSet<String>, Vec<Incomplete>)> {
        sources::tell(&self.errors, &self.notes)?;
        let Images { containers, volumes, unread } = self.images;
        let unread = unread.into_iter().map(|what| Incomplete {
            what,
            why: "it is no name of an image, such as a blank of a template".to_owned(),
        });
        let incomplete = self.incomplete.into_iter().chain(unread).collect();
        Ok((containers.into_iter().chain(volumes).collect(), incomplete))
    }

    fn lack(&mut self, what: String, why: String) {
        self.incomplete.push(Incomplete { what, why });
    }

    /// Says what could not be read, and hands over the rest.
    fn tell(self, options: &mut image_policy::Options) -> anyhow::Result<Exit> {
        sources::tell(&self.errors, &self.notes)?;
        for lack in &self.incomplete {
            terminal::note(&format!("the images of {} are not known: {}", lack.what, lack.why))?;
        }
        let is_whole = self.incomplete.is_empty();
        if self.images.is_empty() && options.registry.is_empty() && !is_whole {
            return Err(Unread::because(
                "nothing that was read names an image: name registries with --registry, or read the rest",
            )
            .into());
        }
        options.images = self.images;
        Ok(if is_whole { Exit::Done } else { Exit::Incomplete })
    }
}
