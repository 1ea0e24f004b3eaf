//! Patches instead of mended files: printed, or written to a folder.

mod folder;
mod overlay;

use anyhow::bail;
use harden_core::check::Outcome;
use harden_core::fix::FixedText;
use harden_core::fix::patch::{self, Added, Changed, Changes, Form, Patch};

use self::folder::Folder;
use super::Options;
use crate::commands;
use crate::terminal::{self, Exit};

/// So many commands are named; every file begins with its own.
const MOST: usize = 3;

/// What is delivered: the patches that could be made, and the objects to add.
struct Made<'c> {
    form: Form,
    patches: Vec<(&'c Changed, Patch)>,
    added: &'c [Added],
}

/// Rejects what has nowhere to go.
pub(super) fn reject_undeliverable(options: &Options) -> anyhow::Result<()> {
    if options.patch == Some(Form::Kustomize) && options.output_dir.is_none() {
        bail!("--patch kustomize makes a folder: name one with --output-dir");
    }
    Ok(())
}

/// Makes patches of all that is changed. What cannot be patched is named, and keeps no other from being made.
pub(super) fn run(
    options: &Options,
    form: Form,
    before: &Outcome<'_>,
    fixed: &[FixedText],
) -> commands::Result {
    let changes = patch::changes(before, fixed);
    let mut refused = changes.refused.clone();
    let mut patches = Vec::new();
    for changed in &changes.changed {
        match changed.patch(form) {
            Ok(patch) => patches.push((changed, patch)),
            Err(why) => refused.push(why),
        }
    }
    for why in &refused {
        terminal::error(&format!("no patch was made: {why}"))?;
    }
    let made = Made { form, patches, added: &changes.added };
    let notes = match (form, &options.output_dir) {
        _ if made.is_empty() => Vec::new(),
        (Form::Kustomize, Some(folder)) => overlay::write(options, before, &made, folder)?,
        (_, Some(folder)) => write(&made, Folder::at(folder)?)?,
        (_, None) => print(&changes, &made)?,
    };
    if !options.is_quiet() {
        let of_patches = made.patches.iter().flat_map(|(_, patch)| &patch.notes);
        of_patches.chain(&notes).try_for_each(|it| terminal::note(it))?;
    }
    Ok(if refused.is_empty() { Exit::Done } else { Exit::Failed })
}

impl Made<'_> {
    fn is_empty(&self) -> bool {
        self.patches.is_empty() && self.added.is_empty()
    }

    fn count(&self) -> usize {
        self.patches.len() + self.added.len()
    }
}

/// Prints what the next command takes from standard input.
fn print(changes: &Changes, made: &Made<'_>) -> anyhow::Result<Vec<String>> {
    if made.form == Form::Ssa {
        let patches = made.patches.iter().map(|(_, patch)| patch.to_yaml());
        let added = made.added.iter().map(|it| harden_yaml::write(&it.value));
        terminal::print(&patches.chain(added).collect::<Vec<_>>().join("---\n"))?;
        return Ok(vec![applied_by(&patch::apply("-"))]);
    }
    let ([(object, patch)], []) = (made.patches.as_slice(), made.added) else {
        bail!(
            "{} objects change or are added, and kubectl takes a patch for one: --output-dir DIR writes a file for each, and --patch ssa prints one stream",
            made.count().max(changes.changed.len())
        );
    };
    terminal::print(&patch.to_text())?;
    Ok(object.command(made.form, "/dev/stdin").map(|it| applied_by(&it)).into_iter().collect())
}

fn applied_by(command: &str) -> String {
    format!("it is applied by: {command}")
}

/// Writes a file for each object.
fn write(made: &Made<'_>, mut folder: Folder) -> anyhow::Result<Vec<String>> {
    let mut commands = Vec::new();
    for (changed, patch) in &made.patches {
        let name = folder.free(&changed.file_name());
        let path = folder.path(&name).display().to_string();
        let command = changed.command(made.form, &path).unwrap_or_default();
        folder.add(&name, &format!("# Applied by: {command}\n{}", patch.to_yaml()));
        commands.push(command);
    }
    for added in made.added {
        let name = folder.free(&added.file_name());
        let command = patch::apply(&folder.path(&name).display().to_string());
        folder
            .add(&name, &format!("# Applied by: {command}\n{}", harden_yaml::write(&added.value)));
        commands.push(command);
    }
    let mut notes = folder.write()?;
    if made.form == Form::Ssa {
        notes.push(format!("all are applied by: {}", patch::apply(&folder.name())));
        return Ok(notes);
    }
    let more = commands.len().saturating_sub(MOST);
    notes.extend(commands.iter().take(MOST).map(|it| applied_by(it)));
    if more > 0 {
        notes.push(format!("{more} more are applied by the commands that their files begin with"));
    }
    Ok(notes)
}
