//! How what generators make is written, at the terminal and in the browser.

use zeroize::Zeroizing;

use super::{File, Generated};
use crate::{Manifest, ManifestFormat, render};

/// How objects are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args), command(next_help_heading = "Output"))]
pub struct ObjectOutput {
    /// How to print the objects
    #[cfg_attr(feature = "cli", arg(short, long, value_name = "FORMAT", default_value = "yaml"))]
    pub output: ManifestFormat,

    /// Leave out the comments that say why each object is there
    #[cfg_attr(feature = "cli", arg(long))]
    pub no_comments: bool,
}

impl ObjectOutput {
    /// The objects as one text.
    pub fn text(&self, manifests: &[Manifest]) -> String {
        render(manifests, self.output, !self.no_comments)
    }
}

/// How files are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args), command(next_help_heading = "Output"))]
pub struct FileOutput {
    /// Leave out the comments
    #[cfg_attr(feature = "cli", arg(long))]
    pub no_comments: bool,
}

impl FileOutput {
    /// The files that are wanted as one text.
    pub fn text(&self, generated: &Generated) -> Zeroizing<String> {
        let texts: Vec<_> = generated.wanted().map(|it| self.text_of(it)).collect();
        let texts: Vec<_> = texts.iter().map(|it| it.as_str()).collect();
        Zeroizing::new(texts.join("---\n"))
    }

    /// The text of one file.
    pub fn text_of(&self, file: &File) -> Zeroizing<String> {
        if !self.no_comments {
            return file.text.clone();
        }
        // With room for all of it, no part of a key is left behind by growing.
        let mut text = Zeroizing::new(String::with_capacity(file.text.len()));
        let lines = file.text.split_inclusive('\n');
        lines.filter(|it| !it.trim_start().starts_with('#')).for_each(|it| text.push_str(it));
        text
    }
}
