//! A procedure as text: what each stage does, and the commands that do it. No key is in it.

mod command;

use std::fmt::Write as _;

use super::configuration::{Configuration, Entry, ResourceRule};
use super::migration;
use super::procedure::Procedure;
use super::stage::Stage;
use crate::kubernetes::Date;

/// One stage, as it was tried out.
pub(super) struct Step {
    pub(super) stage: Stage,
    /// What is worth saying about it.
    pub(super) note: Option<String>,
    /// What the file then is.
    pub(super) configuration: Configuration,
}

/// The plan.
pub(super) fn write(
    procedure: &Procedure,
    now: &Configuration,
    steps: &[Step],
    today: Option<Date>,
) -> String {
    let mut text = String::new();
    let promoted = steps.iter().find(|it| it.stage == Stage::Promote);
    let covered = promoted.map_or_else(Vec::new, |it| procedure.covered(&it.configuration));
    let _ = writeln!(text, "{} {}\n", title(procedure), covered.join(", "));
    if let Some(step) = promoted {
        writers(&mut text, now, &step.configuration, &covered);
    }
    let _ = writeln!(text, "{BEFORE}");
    text.push_str(if now.rules.is_empty() { FLAGS } else { BACKUP });
    for step in steps {
        let number = number(step.stage);
        if step.stage == Stage::Retire {
            rewrite(&mut text, procedure, &covered, today);
        }
        let _ = writeln!(
            text,
            "\n{number}. {}: {}\n",
            step.stage.name(),
            meaning(procedure, step.stage)
        );
        if let Some(note) = &step.note {
            let _ = writeln!(text, "   {note}\n");
        }
        indent(&mut text, &command::make(procedure, step));
        text.push_str("\n   On every control-plane node, one after the other:\n\n");
        let file = file_name(step.stage);
        indent(&mut text, &command::install(procedure.progress(), &file));
        let _ = writeln!(text, "\n   {}\n", seen(procedure));
        indent(&mut text, &command::check(procedure, &file));
    }
    text
}

/// The place of a stage among the steps of a plan, the third of which writes everything again.
fn number(stage: Stage) -> u8 {
    match stage {
        Stage::Add | Stage::Status => 1,
        Stage::Promote => 2,
        Stage::Retire => 4,
    }
}

/// What the file of a stage is called.
pub(super) fn file_name(stage: Stage) -> String {
    format!("{}-{}.yaml", number(stage), stage.name())
}

/// What is written above the file of a stage.
pub(super) fn header(procedure: &Procedure, stage: Stage, next: &Configuration) -> String {
    let progress = procedure.progress();
    let number = number(stage);
    let mut text = format!(
        "Stage {number} of 4 of `kubectl harden encryption {}`, {}: {}.\n\
         kube-apiserver takes it as --encryption-provider-config={}\n",
        procedure.name(),
        stage.name(),
        meaning(procedure, stage),
        super::path(progress.config_path.as_ref()),
    );
    text.push_str(super::secrecy(next));
    if stage == Stage::Retire {
        text.push_str(
            "Not before everything was written again: what was not would be unreadable.\n",
        );
    }
    let waits = next.rules.iter().any(|it| !it.encrypts() && it.entries.len() > 1);
    let secrets = next.rules_for("secrets");
    let are_plain =
        secrets.first().and_then(|it| next.rules.get(*it)).is_some_and(|it| !it.encrypts());
    match procedure {
        Procedure::Enable(_) if waits => text.push_str(
            "harden: ignore[encryption-identity-first] until --stage promote: other API servers cannot read the key yet\n",
        ),
        Procedure::Disable(_) if waits || are_plain => text.push_str(
            "harden: ignore[encryption-identity-first] encryption is being taken back\n",
        ),
        _ => {}
    }
    text
}

/// What the user does after a stage.
pub(super) fn next(procedure: &Procedure, stage: Stage) -> &'static str {
    match (procedure, stage) {
        (_, Stage::Add) => {
            "give this file to every API server before --stage promote: each must read what the first of them writes then"
        }
        (Procedure::Disable(_), Stage::Promote) => {
            "when every API server uses this file, have everything written again, and only then take --stage retire: until then the keys are needed"
        }
        (_, Stage::Promote) => {
            "when every API server uses this file, have everything written again: until then what is stored stays as it is, and --stage retire would make it unreadable"
        }
        (Procedure::Disable(_), _) => "keep the old file as long as a backup of etcd that needs it",
        _ => "keep the old file as long as a backup of etcd that needs it, apart from that backup",
    }
}

const BEFORE: &str = "\
Each stage goes to every API server before the next begins, so that all of them read what any of
them writes. Until the last one, the way back is the file of the stage before. The files are beside
this plan if it was written with --output-dir; else the first command of each stage makes its file.";

const BACKUP: &str = "\
First back up etcd, and apart from it the file in use: a backup is only as good as the key that
wrote it.
";

const FLAGS: &str = "\
First back up etcd. With the first stage, kube-apiserver gets the flags and mounts that
`kubectl harden encryption --print-flags` prints.
";

fn title(procedure: &Procedure) -> &'static str {
    match procedure {
        Procedure::Rotate(_) => "Replaces the key that encrypts",
        Procedure::Enable(_) => "Encrypts what is stored in plain:",
        Procedure::Disable(_) => "Stores in plain what is encrypted:",
    }
}

fn meaning(procedure: &Procedure, stage: Stage) -> &'static str {
    match (procedure, stage) {
        (Procedure::Rotate(_), Stage::Add) => "the new key reads, the old one still writes",
        (Procedure::Rotate(_), Stage::Promote) => "the new key writes, the old one still reads",
        (Procedure::Rotate(_), _) => "the old key goes",
        (Procedure::Enable(_), Stage::Add) => "the key reads, and nothing is encrypted yet",
        (Procedure::Enable(_), Stage::Promote) => {
            "the key writes, and plain objects are still read"
        }
        (Procedure::Enable(_), _) => "nothing in plain is read any more",
        (Procedure::Disable(_), Stage::Add) => "plain objects are read, and the key still writes",
        (Procedure::Disable(_), Stage::Promote) => "new objects are plain, and the key still reads",
        (Procedure::Disable(_), _) => "the key goes",
    }
}

/// What writes now and what will, for each rule.
fn writers(text: &mut String, now: &Configuration, then: &Configuration, covered: &[&str]) {
    for rule in
        then.rules.iter().filter(|it| it.resources.iter().any(|it| covered.contains(&it.as_str())))
    {
        let before = rule.resources.first().map(|it| now.rules_for(it)).unwrap_or_default();
        let before =
            before.first().and_then(|index| now.rules.get(*index)).map(ResourceRule::writer);
        let before = before.map_or_else(|| Entry::Identity.to_string(), ToString::to_string);
        let _ = writeln!(text, "  {}: {before} → {}", rule.title(), rule.writer());
    }
    text.push('\n');
}

fn rewrite(text: &mut String, procedure: &Procedure, covered: &[&str], today: Option<Date>) {
    let effect = match procedure {
        Procedure::Disable(_) => "which stores it in plain",
        _ => "which encrypts it with what writes now",
    };
    let _ = writeln!(text, "\n3. write everything again, {effect}\n");
    indent(text, &migration::commands(covered));
    text.push_str(
        "\n   What changes meanwhile answers with a conflict, and is written again by that change;\n   \
         repeat the command until it reports none.\n",
    );
    let single = migration::single(covered);
    if single.is_empty() {
        return;
    }
    let all = if single.len() == covered.len() { "" } else { ", but for wildcards" };
    let _ = writeln!(text, "\n   Or, from Kubernetes 1.37 on, let the cluster do it{all}:\n");
    indent(text, &command::migrate(procedure, &single, today));
}

fn seen(procedure: &Procedure) -> &'static str {
    if procedure.progress().automatic_reload {
        "Each reads it within a minute or two, and then tells a later time than before:"
    } else {
        "Each is back when it says ok:"
    }
}

fn indent(text: &mut String, lines: &str) {
    for line in lines.lines() {
        let _ = writeln!(text, "     {line}");
    }
}
