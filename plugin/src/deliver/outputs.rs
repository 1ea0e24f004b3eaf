//! Where what a command prints goes: to standard output, and to files, in one format or in several.

mod open;

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueEnum;

use crate::terminal::{self, Exit};
pub(crate) use open::Open;

/// What `--output-file` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutputFile {
    /// The name of its format; that of `-o` where it says none.
    pub(crate) format: Option<String>,
    /// Where it is to be.
    pub(crate) path: PathBuf,
}

/// The format that a command prints, and the files that it writes beside or instead of it.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Outputs<F: ValueEnum + Send + Sync + 'static> {
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: F,

    /// Write to a file what would be printed, or with FORMAT= another format beside it; repeatable
    #[arg(long, value_name = "[FORMAT=]PATH", value_parser = output_file::<F>)]
    pub(crate) output_file: Vec<OutputFile>,
}

impl<F: ValueEnum + Send + Sync + 'static> Outputs<F> {
    /// Rejects two outputs to one file, and what would be written where `others` goes.
    pub(crate) fn check(&self, others: &[&Path]) -> anyhow::Result<()> {
        distinct(self.output_file.iter().map(|it| it.path.as_path()).chain(others.iter().copied()))
    }

    /// The formats of all of them.
    pub(crate) fn formats(&self) -> Vec<F> {
        let named = self.output_file.iter().map(|it| it.format_or(&self.output));
        let is_printed = self.output_file.iter().all(|it| it.format.is_some());
        named.chain(is_printed.then(|| self.output.clone())).collect()
    }

    /// Opens all of them. What cannot be opened says so when it is finished.
    pub(crate) fn open(&self) -> Vec<Open<F>> {
        let is_printed = self.output_file.iter().all(|it| it.format.is_some());
        let printed = is_printed.then(|| Open::printed(self.output.clone()));
        self.open_files().into_iter().chain(printed).collect()
    }

    /// Opens the files, and nothing to print to.
    pub(crate) fn open_files(&self) -> Vec<Open<F>> {
        let file = |it: &OutputFile| Open::file(it.format_or(&self.output), &it.path);
        self.output_file.iter().map(file).collect()
    }

    /// Writes a text to all of them.
    pub(crate) fn write(&self, text: impl Fn(&F) -> String) -> anyhow::Result<Exit> {
        let mut open = self.open();
        for output in &mut open {
            let text = text(&output.format);
            output.write(|out, _| out.write_all(text.as_bytes()));
        }
        finish(open)
    }
}

impl OutputFile {
    /// Its format, or else that of `-o`.
    pub(crate) fn format_or<F: ValueEnum>(&self, printed: &F) -> F {
        let named = self.format.as_ref().and_then(|it| F::from_str(it, false).ok());
        named.unwrap_or_else(|| printed.clone())
    }
}

/// Puts all files where they belong. Those that cannot be written are named, and keep no other from being
/// written.
pub(crate) fn finish<F>(open: Vec<Open<F>>) -> anyhow::Result<Exit> {
    let mut exit = Exit::Done;
    for output in open {
        exit = exit.max(output.finish()?);
    }
    Ok(exit)
}

/// Writes each file, whatever becomes of the others.
pub(crate) fn each(
    files: &[OutputFile],
    mut write: impl FnMut(&OutputFile) -> anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Done;
    for file in files {
        if let Err(error) = write(file) {
            terminal::error(&format!("{error:#}"))?;
            exit = Exit::Failed;
        }
    }
    Ok(exit)
}

/// Reads `[FORMAT=]PATH`.
pub(crate) fn output_file<F: ValueEnum>(text: &str) -> Result<OutputFile, String> {
    let names = || F::value_variants().iter().filter_map(F::to_possible_value);
    let is_word = |it: &str| it.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (format, path) = match text.split_once('=') {
        Some((word, path)) if is_word(word) => {
            if !names().any(|it| it.matches(word, false)) {
                let names: Vec<_> = names().map(|it| it.get_name().to_owned()).collect();
                return Err(format!(
                    "there is no format `{word}`, but {}; a file of this name is ./{text}",
                    names.join(", ")
                ));
            }
            (Some(word.to_owned()), path)
        }
        _ => (None, text),
    };
    match path {
        "" => Err("must be PATH or FORMAT=PATH".to_owned()),
        "-" => Err("- is no file: standard output is what -o prints".to_owned()),
        _ => Ok(OutputFile { format, path: path.into() }),
    }
}

/// Rejects two outputs to one file, however its path is spelt.
pub(crate) fn distinct<'a>(paths: impl Iterator<Item = &'a Path>) -> anyhow::Result<()> {
    let mut seen: Vec<PathBuf> = Vec::new();
    for path in paths {
        let place = place(path);
        if seen.contains(&place) {
            bail!("two outputs go to {}: name another file for one of them", path.display());
        }
        seen.push(place);
    }
    Ok(())
}

/// Where a path leads, as far as it is there.
fn place(path: &Path) -> PathBuf {
    if let Ok(place) = std::fs::canonicalize(path) {
        return place;
    }
    let folder = std::fs::canonicalize(super::folder::folder_of(path));
    match (folder, path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use harden_core::report::Format;

    use super::*;

    #[test]
    fn a_word_before_an_equals_sign_is_a_format() {
        let read = |text: &str| output_file::<Format>(text);
        let of = |format: Option<&str>, path: &str| {
            Ok(OutputFile { format: format.map(str::to_owned), path: path.into() })
        };
        assert_eq!(read("sarif=a.sarif"), of(Some("sarif"), "a.sarif"));
        assert_eq!(read("a.sarif"), of(None, "a.sarif"));
        assert_eq!(read("./xml=a"), of(None, "./xml=a"));
        assert_eq!(read("json=a=b"), of(Some("json"), "a=b"));
        for (text, why) in [
            ("xml=a", "there is no format `xml`, but text, wide,"),
            ("=a", "there is no format ``"),
            ("json=", "must be PATH or FORMAT=PATH"),
            ("", "must be PATH or FORMAT=PATH"),
            ("-", "- is no file"),
            ("json=-", "- is no file"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.starts_with(why), "{text}: {error}");
        }
    }

    #[test]
    fn one_file_by_two_names_is_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a", "./a", "b/../a"].map(|it| folder.path().join(it));
        std::fs::create_dir(folder.path().join("b")).unwrap();
        assert!(distinct([paths[0].as_path(), &folder.path().join("c")].into_iter()).is_ok());
        for other in &paths[1..] {
            assert!(distinct([paths[0].as_path(), other].into_iter()).is_err(), "{other:?}");
        }
    }
}
