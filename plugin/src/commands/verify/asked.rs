//! Which images are meant: those that are named, or those of files, a snapshot or the cluster.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::Options;
use crate::commands::generate::images::Seen;
use crate::commands::reading::{self, Exclude, Inputs, Request};

/// The images that are meant, and what could not be read of those who name them.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) images: BTreeSet<String>,
    pub(super) incomplete: Vec<(String, String)>,
}

/// Reads what names images, where none is named.
///
/// # Errors
///
/// Something that is named is not there, or a snapshot is named beside it.
pub(super) fn read(options: &Options) -> anyhow::Result<Asked> {
    let (paths, images): (Vec<_>, Vec<_>) = options.images.iter().partition(|it| is_path(it));
    if let Some(lock) = images.iter().find(|it| is_called(it, "lock")) {
        bail!("{lock} is no image: to keep what is seen in that file, use --lock={lock}");
    }
    let by_flag = options.filename.iter().cloned();
    let names: Vec<_> = by_flag.chain(paths.into_iter().map(PathBuf::from)).collect();
    let has_files = !names.is_empty() || options.kustomize.is_some();
    let mut asked = Asked { images: images.into_iter().cloned().collect(), ..Asked::default() };
    if has_files || !asked.images.is_empty() {
        options.reach.reject_snapshot()?;
    }
    let seen = if has_files {
        let inputs = Inputs::of(names.clone(), options.recursive, options.kustomize.clone());
        let (exclude, timeout) = (Exclude::default(), options.connection.request_timeout);
        let request = Request { names: &names, timeout, ..Request::of(&inputs, &exclude) };
        Seen::of_files(reading::read_whole(request))
    } else if asked.images.is_empty() {
        Seen::of_cluster(&options.reach, &options.connection)?
    } else {
        return Ok(asked);
    };
    let (images, lacks) = seen.named()?;
    asked.images.extend(images);
    asked.incomplete.extend(lacks.into_iter().map(|it| (it.what, it.why)));
    Ok(asked)
}

/// Whether it is read for the images that it names: no name of an image is like that, so that no folder of such a name
/// stands for an image.
fn is_path(name: &str) -> bool {
    let path = Path::new(name);
    let is_file = ["yaml", "yml", "json"].into_iter().any(|it| is_called(name, it));
    let is_folder = name.ends_with('/') || name.starts_with(['.', '/']);
    name == "-" || is_file || (is_folder && path.is_dir() && !path.join("oci-layout").is_file())
}

fn is_called(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|it| it.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_called_like_an_image_does_not_stand_for_it() {
        for image in
            ["src", "web:1", "registry.example/web:1", "oci:src", "src:1", "127.0.0.1:5000/a"]
        {
            assert!(!is_path(image), "{image}");
        }
        for path in
            ["src/", "./src", "-", "pod.yaml", "./a.YML", "list.json", "registry.example/a.yaml"]
        {
            assert!(is_path(path), "{path}");
        }
    }
}
