//! Patches: what fixes change of objects, for whoever does not own their files.

mod change;
mod json6902;
mod kustomize;
mod lists;
mod ssa;
mod strategic;

pub use change::{Added, Changed, Changes, changes};
pub use kustomize::{Objects, Overlay, is_readable, lists};

use std::fmt::Write as _;

use serde_json::Value;

use self::strategic::Reader;

/// How patches are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Form {
    /// A folder that `kubectl kustomize` builds
    Kustomize,
    /// JSON patches of RFC 6902, for `kubectl patch --type json`
    Json6902,
    /// Strategic merge patches, for `kubectl patch --type strategic`
    Strategic,
    /// Configurations for `kubectl apply --server-side`
    Ssa,
}

/// A patch of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// What it is: never a folder, of which it may be a part.
    pub form: Form,
    /// The patch itself.
    pub value: Value,
    /// What to know before it is applied, as sentences.
    pub notes: Vec<String>,
}

impl Form {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kustomize => "kustomize",
            Self::Json6902 => "json6902",
            Self::Strategic => "strategic",
            Self::Ssa => "ssa",
        }
    }
}

impl Changed {
    /// The patch after which the object as it was is the object as it is mended.
    ///
    /// # Errors
    ///
    /// A sentence that says why this form cannot express it, and what does.
    pub fn patch(&self, form: Form) -> Result<Patch, String> {
        let of = |form, value| Patch { form, value, notes: Vec::new() };
        match form {
            Form::Kustomize => match strategic::patch(self, Reader::Kustomize) {
                Ok(value) => Ok(of(Form::Strategic, value)),
                Err(why) => {
                    let mut patch = self.operations();
                    patch.notes.insert(0, format!("{}, so its patch is one of JSON", self.because(&why)));
                    Ok(patch)
                }
            },
            _ if self.is_renamed() => Err(self.because(
                "its apiVersion, kind, name or namespace changes, which no patch of a stored object can do: use --patch kustomize or --write",
            )),
            Form::Json6902 => Ok(self.with_rules(self.operations())),
            Form::Strategic => match strategic::patch(self, Reader::Kubectl) {
                Ok(value) => Ok(self.with_rules(of(form, value))),
                Err(why) => Err(self.because(&format!("{why}: use --patch json6902"))),
            },
            Form::Ssa => match ssa::configuration(self) {
                Ok(value) => Ok(self.with_rules(of(form, value))),
                Err(why) => Err(self.because(&why)),
            },
        }
    }

    /// Says what the API server does not take of an object that is there.
    fn with_rules(&self, mut patch: Patch) -> Patch {
        let fixed = match (self.group(), self.object.kind.as_str()) {
            ("", "Pod") => "/spec",
            ("batch", "Job") => "/spec/template",
            _ => return patch,
        };
        if self.before.pointer(fixed) != self.after.pointer(fixed) {
            patch.notes.push(self.because(
                "the API server takes no such change of one that is there: delete it, and apply what --patch kustomize or --write makes",
            ));
        }
        patch
    }

    fn operations(&self) -> Patch {
        let value = json6902::operations(&self.before, &self.after);
        let notes = json6902::replaced(&value).map(|path| {
            self.because(&format!(
                "all of {path} is written anew, because the file has none: if the cluster has some, use --patch strategic"
            ))
        });
        Patch { form: Form::Json6902, notes: notes.collect(), value }
    }

    /// The command that applies its patch from a file; none for what a folder is built of.
    pub fn command(&self, form: Form, file: &str) -> Option<String> {
        let kind = match form {
            Form::Kustomize => return None,
            Form::Json6902 => "json",
            Form::Strategic => "strategic",
            Form::Ssa => return Some(apply(file)),
        };
        let mut command = "kubectl patch ".to_owned();
        command.push_str(&self.object.kind.to_lowercase());
        if let Some((group, version)) = self.object.api_version.split_once('/') {
            let _ = write!(command, ".{version}.{group}");
        }
        let _ = write!(command, " {}", self.object.name);
        if !self.object.namespace.is_empty() {
            let _ = write!(command, " -n {}", self.object.namespace);
        }
        let _ = write!(command, " --type {kind} --patch-file {}", quoted(file));
        Some(command)
    }
}

impl Patch {
    /// The patch as one YAML document.
    pub fn to_yaml(&self) -> String {
        harden_yaml::write(&self.value)
    }

    /// The patch as the next tool reads it: JSON for a JSON patch, YAML for all others.
    pub fn to_text(&self) -> String {
        if self.form == Form::Json6902 { format!("{:#}\n", self.value) } else { self.to_yaml() }
    }
}

/// The command that applies configurations from a file.
pub fn apply(file: &str) -> String {
    format!("kubectl apply --server-side --field-manager=kubectl-harden -f {}", quoted(file))
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "/._-+:,@%=".contains(it);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests;
