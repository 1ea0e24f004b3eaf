//! One output while it is written.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::deliver::folder;
use crate::terminal::{self, Exit};

/// One output while it is written. Once it fails, nothing more is written to it.
pub(crate) struct Open<F> {
    /// How it is written.
    pub(crate) format: F,
    /// The file; none for standard output.
    path: Option<PathBuf>,
    target: io::Result<Target>,
}

enum Target {
    Stdout(BufWriter<Box<dyn Write>>),
    /// A file beside where it is to be, so that it gets there whole or not at all, and where that is.
    Beside(BufWriter<NamedTempFile>, PathBuf),
    /// What is no file, such as `/dev/stderr` or a named pipe.
    Device(BufWriter<File>),
}

impl<F> Open<F> {
    pub(super) fn printed(format: F) -> Self {
        let out = direct().unwrap_or_else(|| Box::new(io::stdout().lock()));
        let out = BufWriter::with_capacity(1 << 16, out);
        Self { format, path: None, target: Ok(Target::Stdout(out)) }
    }

    pub(super) fn file(format: F, path: &Path) -> Self {
        Self { format, path: Some(path.to_owned()), target: Target::file(path) }
    }

    /// Lets `write` write to it, and tells it whether to use colour.
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut dyn Write, bool) -> io::Result<()>) {
        let Ok(target) = &mut self.target else { return };
        let result = match target {
            Target::Stdout(out) => write(out, terminal::colours()),
            Target::Beside(out, _) => write(out, false),
            Target::Device(out) => write(out, false),
        };
        if let Err(error) = result {
            self.target = Err(error);
        }
    }

    /// Whether nobody reads it any more.
    pub(crate) fn is_gone(&self) -> bool {
        let kind = self.target.as_ref().err().map(io::Error::kind);
        self.path.is_none() && kind == Some(io::ErrorKind::BrokenPipe)
    }

    /// Writes what is left, and names the file. A failure is told; whoever went away has seen enough.
    pub(super) fn finish(self) -> anyhow::Result<Exit> {
        let is_gone = self.is_gone();
        let result = self.target.and_then(|target| match target {
            Target::Stdout(mut out) => terminal::quiet(out.flush()),
            Target::Device(mut out) => out.flush(),
            Target::Beside(out, path) => {
                let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.persist(path).map(drop).map_err(|it| it.error)
            }
        });
        match result {
            Ok(()) => Ok(Exit::Done),
            Err(_) if is_gone => Ok(Exit::Done),
            Err(error) => {
                let name =
                    self.path.map_or("standard output".to_owned(), |it| it.display().to_string());
                terminal::error(&format!("failed to write {name}: {error}"))?;
                Ok(Exit::Failed)
            }
        }
    }
}

impl Target {
    fn file(path: &Path) -> io::Result<Self> {
        if folder::is_device(path) {
            return Ok(Self::Device(BufWriter::new(OpenOptions::new().write(true).open(path)?)));
        }
        if path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let target = folder::target(path);
        // Whose name the temporary file has is of no use to anybody.
        let temporary = folder::temporary(&target, &[], 0o644);
        let temporary = temporary.map_err(|it| io::Error::from(it.kind()))?;
        Ok(Self::Beside(BufWriter::with_capacity(1 << 16, temporary), target))
    }
}

/// Standard output without a second buffer, which would look for the last line break in all of it.
#[cfg(unix)]
fn direct() -> Option<Box<dyn Write>> {
    use std::os::fd::AsFd;

    io::stdout().flush().ok()?;
    let stdout = io::stdout().as_fd().try_clone_to_owned().ok()?;
    Some(Box::new(File::from(stdout)))
}

#[cfg(not(unix))]
fn direct() -> Option<Box<dyn Write>> {
    None
}
