//! Files of a commit in a folder of their own, for as long as they are read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context as _, bail};
use harden_core::check::Incomplete;
use tempfile::TempDir;

use super::tree::{Entry, Kind, Wanted};
use super::{Repository, git};

/// So many bytes are taken out of a repository.
const MOST: u64 = 1 << 30;

/// So many links after each other are followed.
const LINKS: usize = 8;

/// Files of a commit in a folder of their own, which goes with this.
#[derive(Debug)]
pub(crate) struct Export {
    repository: Repository,
    folder: TempDir,
    /// Its real path.
    real: PathBuf,
    /// What is there and could not be taken out.
    pub(crate) unread: Vec<Incomplete>,
}

impl Export {
    /// Takes files of a commit out of its repository.
    pub(crate) fn of(
        repository: Repository,
        commit: &str,
        wanted: Vec<Wanted>,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("failed to make a folder for old files")?;
        let real = fs::canonicalize(folder.path())?;
        let mut export = Self { repository, folder, real, unread: Vec::new() };
        export.fill(commit, wanted)?;
        Ok(export)
    }

    /// Where a path is that is read as it was then; what is outside of the repository is where it is.
    pub(crate) fn at<'p>(&self, path: &'p Path) -> Cow<'p, Path> {
        let within = self.repository.within(path);
        within.map_or(Cow::Borrowed(path), |it| Cow::Owned(self.folder.path().join(it)))
    }

    /// A message with names of files as they are here.
    pub(crate) fn in_words(&self, text: &str) -> String {
        let text = text.replace(&format!("{}/", self.real.display()), "");
        text.replace(&format!("{}/", self.folder.path().display()), "")
    }

    fn fill(&mut self, commit: &str, mut wanted: Vec<Wanted>) -> anyhow::Result<()> {
        let mut entries = BTreeMap::new();
        let mut links = BTreeMap::new();
        let mut size = 0;
        // What links lead to is wanted, too.
        for _ in 0..=LINKS {
            let mut new: Vec<Entry> = Vec::new();
            for it in std::mem::take(&mut wanted) {
                for entry in self.repository.entries(commit, &it)? {
                    if entries.insert(entry.path.clone(), entry.kind).is_none() {
                        new.push(entry);
                    }
                }
            }
            let submodules = new.extract_if(.., |it| it.kind == Kind::Submodule);
            let submodules: Vec<_> = submodules.collect();
            submodules.iter().for_each(|it| {
                self.lack(&it.path, "it is a submodule, whose files are in another repository");
            });
            for (path, target) in self.take_out(new, &mut size)? {
                match target.inside(&path) {
                    Some(inside) if !entries.contains_key(&inside) => {
                        wanted.push(Wanted { path: inside, takes: target.takes });
                        links.insert(path, target.text);
                    }
                    Some(_) => drop(links.insert(path, target.text)),
                    None => self.lack(&path, "it is a link that leads out of the repository"),
                }
            }
            if wanted.is_empty() {
                break;
            }
        }
        self.link(links)
    }

    fn lack(&mut self, path: &Path, why: &str) {
        self.unread.push(Incomplete { what: path.display().to_string(), why: why.to_owned() });
    }

    /// Writes files, and returns where links lead.
    fn take_out(
        &mut self,
        entries: Vec<Entry>,
        size: &mut u64,
    ) -> anyhow::Result<Vec<(PathBuf, Target)>> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let mut child = git(&self.repository.top)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let links = self.copy(&mut child, entries, size);
        // It waits for more if something went wrong.
        let _ = child.kill();
        let _ = child.wait();
        links
    }

    fn copy(
        &mut self,
        child: &mut Child,
        entries: Vec<Entry>,
        size: &mut u64,
    ) -> anyhow::Result<Vec<(PathBuf, Target)>> {
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("git cat-file has no pipes");
        };
        let names: String = entries.iter().map(|it| format!("{}\n", it.object)).collect();
        // Beside the reading: it answers while it is asked.
        let asking = std::thread::spawn(move || input.write_all(names.as_bytes()));
        let mut output = BufReader::new(output);
        let mut links = Vec::new();
        for Entry { path, kind, takes, .. } in entries {
            let mut head = String::new();
            output.read_line(&mut head)?;
            let length = head.trim_end().rsplit_once(" blob ");
            let Some(length) = length.and_then(|(_, it)| it.parse::<u64>().ok()) else {
                bail!(
                    "the repository does not hold {} as it was then: it was cloned without its history; \
                     git fetch --refetch has it whole",
                    path.display()
                );
            };
            *size += length;
            if *size > MOST {
                bail!(
                    "the files of that revision come to more than {} MiB: name fewer",
                    MOST >> 20
                );
            }
            let mut bytes = output.by_ref().take(length);
            if kind == Kind::Link {
                let mut text = Vec::new();
                bytes.read_to_end(&mut text)?;
                let text = String::from_utf8(text).unwrap_or_default();
                links.push((path, Target { text, takes }));
            } else {
                let place = self.folder.path().join(&path);
                fs::create_dir_all(place.parent().unwrap_or(self.folder.path()))?;
                let copied = io::copy(&mut bytes, &mut File::create_new(place)?)?;
                if copied < length {
                    bail!("git ended before it had read {}", path.display());
                }
            }
            output.read_exact(&mut [0])?;
        }
        drop(asking.join());
        Ok(links)
    }

    /// Makes the links, when all files are there, and takes back those that lead out of the folder.
    fn link(&mut self, links: BTreeMap<PathBuf, String>) -> anyhow::Result<()> {
        let mut made = Vec::new();
        for (path, target) in links {
            let place = self.folder.path().join(&path);
            fs::create_dir_all(place.parent().unwrap_or(self.folder.path()))?;
            match symlink(&target, &place) {
                Ok(()) => made.push((path, place)),
                Err(error) => self.lack(&path, &format!("it is a link: {error}")),
            }
        }
        let mut bad = Vec::new();
        for (path, place) in made {
            match fs::canonicalize(&place) {
                Ok(real) if real.starts_with(&self.real) => {}
                Ok(_) => bad.push((path, place, "it is a link that leads out of the repository")),
                Err(_) => bad.push((path, place, "it is a link that leads nowhere")),
            }
        }
        for (path, place, why) in bad {
            fs::remove_file(place)?;
            self.lack(&path, why);
        }
        Ok(())
    }
}

/// Where a link leads.
struct Target {
    text: String,
    takes: super::Takes,
}

impl Target {
    /// The path from the top of the repository, if it is in it.
    fn inside(&self, link: &Path) -> Option<PathBuf> {
        let mut inside = link.parent()?.to_owned();
        for part in Path::new(&self.text).components() {
            match part {
                Component::Normal(name) => inside.push(name),
                Component::CurDir => {}
                Component::ParentDir => {
                    if !inside.pop() {
                        return None;
                    }
                }
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        (!self.text.is_empty()).then_some(inside)
    }
}

#[cfg(unix)]
fn symlink(target: &str, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(not(unix))]
fn symlink(_: &str, _: &Path) -> io::Result<()> {
    Err(io::Error::other("links are not made here"))
}
