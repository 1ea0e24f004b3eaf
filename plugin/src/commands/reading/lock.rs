//! `kubectl-harden.lock`: what was seen of images, which a repository keeps.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use harden_core::lock::{Lock, NAME};

use super::config::find;
use crate::input;

/// Reads the lock; without a name, the nearest of this folder and those above it, up to the top of the repository.
/// `None` where there is none.
///
/// # Errors
///
/// It cannot be read, or is no lock; one line with the place.
pub(crate) fn read(name: Option<&Path>) -> anyhow::Result<Option<Arc<Lock>>> {
    let Some(path) = name.map(Path::to_owned).or_else(|| find(NAME)) else { return Ok(None) };
    let shown = path.display();
    let text = input::read_utf8(&path).with_context(|| format!("failed to read {shown}"))?;
    let lock = Lock::read(&text);
    let lock =
        lock.map_err(|it| anyhow!("{shown}:{}:{}: {}", it.at.line, it.at.column, it.rule))?;
    Ok(Some(Arc::new(lock)))
}
