//! A plan for people: a table, then what blocks and what to do, namespace by namespace.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::stages::{of_context, quoted};
use super::{Answer, Aside, Block, Member, Plan, Stage, State};
use crate::kubernetes::Level;
use crate::pod_security::{Mode, Standard};
use crate::report::escape::plain;

/// The plan as text; `is_wide` shows later steps, all objects and patches, too.
pub fn to_text(plan: &Plan, is_wide: bool) -> String {
    let mut out = Out::default();
    if !plan.answers.is_empty() {
        table(plan, &mut out);
    }
    for answer in plan.answers.iter().filter(|it| !it.is_there() || it.rejected.is_some()) {
        out.line(0, "");
        namespace(plan, answer, is_wide, &mut out);
    }
    let ends: Vec<_> = closing(plan).collect();
    if !ends.is_empty() {
        if !plan.answers.is_empty() {
            out.line(0, "");
        }
        ends.iter().for_each(|it| out.line(0, it));
    }
    out.0
}

/// Lines that are safe for a terminal.
#[derive(Default)]
struct Out(String);

impl Out {
    fn line(&mut self, indent: usize, text: &str) {
        if !text.is_empty() {
            let _ = write!(self.0, "{:indent$}", "");
            self.0.push_str(&plain(text));
        }
        self.0.push('\n');
    }
}

fn table(plan: &Plan, out: &mut Out) {
    let mut rows = vec![["NAMESPACE", "TODAY", "HOLDS", "IN THE WAY"].map(str::to_owned)];
    let row = |it: &Answer| [it.namespace.clone(), today(it), holds(plan, it), way(plan, it)];
    rows.extend(plan.answers.iter().map(row));
    let wide = |at: usize| {
        rows.iter().filter_map(|it| it.get(at)).map(|it| it.chars().count()).max().unwrap_or(0)
    };
    let [first, second, third] = [wide(0), wide(1), wide(2)];
    for [name, today, holds, way] in &rows {
        let line = format!("{name:first$}  {today:second$}  {holds:third$}  {way}");
        out.line(0, line.trim_end());
    }
}

/// What is enforced today.
pub(super) fn today(answer: &Answer) -> String {
    match &answer.today {
        None => "unknown".to_owned(),
        Some(_) if answer.is_exempt => "exempt".to_owned(),
        Some(it) => shown(it.policy.enforce),
    }
}

/// What holds; of what was not read, nobody knows.
pub(super) fn holds(plan: &Plan, answer: &Answer) -> String {
    let is_bound = answer.holds.level == Level::Privileged || plan.incomplete.is_empty();
    match shown(answer.holds) {
        _ if answer.is_exempt => "exempt".to_owned(),
        holds if is_bound => holds,
        holds => format!("at most {holds}"),
    }
}

/// What is in the way of the aim.
pub(super) fn way(plan: &Plan, answer: &Answer) -> String {
    let incomplete = !plan.incomplete.is_empty();
    match answer.steps.last() {
        _ if answer.is_exempt => "the API server judges nothing here".to_owned(),
        None if answer.is_there() => format!("nothing: it is held to {} already", plan.aim),
        None if incomplete => "nothing of what was read".to_owned(),
        None => "nothing: the labels are to be set".to_owned(),
        Some(_) => answer
            .steps
            .iter()
            .map(|it| format!("{} of {}", count(Answer::blocking(it), "object"), it.standard))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// A standard; privileged has no rules in any version.
fn shown(standard: Standard) -> String {
    if standard.level == Level::Privileged {
        standard.level.to_string()
    } else {
        standard.to_string()
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn namespace(plan: &Plan, answer: &Answer, is_wide: bool, out: &mut Out) {
    out.line(0, &headline(plan, answer));
    if let Some(today) = answer.today.as_ref().filter(|it| !it.labels.is_empty()) {
        let of = |mode: Mode| format!("{mode} {}", shown(today.policy.standard(mode)));
        out.line(2, &format!("today: {}", Mode::ALL.map(of).join(", ")));
    }
    for note in notes(plan, answer) {
        out.line(2, &format!("note: {note}"));
    }
    let is_step = |it: &Standard| answer.steps.iter().any(|step| step.standard == *it);
    let rejected = answer.rejected.as_ref();
    if let Some(rejected) = rejected.filter(|it| !is_step(&it.standard)) {
        let standard = rejected.standard;
        out.line(0, "");
        out.line(2, &rejects(standard));
        blocks(plan, answer, (&rejected.blocks, standard), is_wide, out);
    }
    for (place, step) in answer.steps.iter().enumerate() {
        let is_enforced = rejected.is_some_and(|it| it.standard == step.standard);
        if place == 0 || is_enforced || is_wide {
            let way = || format!("In the way of {}:", step.standard);
            out.line(0, "");
            out.line(2, &if is_enforced { rejects(step.standard) } else { way() });
            blocks(plan, answer, (&step.blocks, step.standard), is_wide, out);
            asides(&step.aside, out);
        } else {
            let blocking = count(Answer::blocking(step), "object");
            let it = format!("In the way of {}: {blocking}; -o wide shows them", step.standard);
            out.line(0, "");
            out.line(2, &it);
        }
    }
    if answer.is_reached() {
        asides(&answer.aside, out);
    }
    for (place, stage) in answer.stages.iter().enumerate() {
        out.line(0, "");
        out.line(2, &format!("{}. {}", place + 1, when(answer, stage)));
        stage.commands.iter().for_each(|it| out.line(5, it));
    }
}

fn rejects(standard: Standard) -> String {
    format!("{standard} is enforced today, and rejects the pods of:")
}

/// What is to be said of a namespace in one line.
pub(super) fn headline(plan: &Plan, answer: &Answer) -> String {
    let name = &answer.namespace;
    let (templates, pods) = (count(answer.templates, "workload"), count(answer.pods, "pod"));
    let seen = format!("{templates}, {pods}");
    let holds = shown(answer.holds);
    match answer.steps.first() {
        _ if answer.is_exempt => {
            format!("{name}: exempt by the configuration of the API server; labels change nothing")
        }
        None => format!("{name} ({seen}): everything that was read meets {}", plan.aim),
        Some(_) if answer.holds.level == Level::Privileged => {
            format!("{name} ({seen}): meets no level as it is")
        }
        Some(_) => format!("{name} ({seen}): meets {holds} as it is"),
    }
}

/// What is to be known of a namespace, as sentences.
pub(super) fn notes(plan: &Plan, answer: &Answer) -> Vec<String> {
    let mut notes = answer.today.as_ref().map(|it| it.notes.clone()).unwrap_or_default();
    for (class, number) in &answer.let_off {
        let number = count(*number, "object");
        notes.push(format!("{number} with the runtime class {class} let off by the configuration"));
    }
    if !plan.incomplete.is_empty() && !answer.is_exempt {
        notes.push("not everything could be read, so that more may be in the way".to_owned());
    }
    if answer.today.is_none() {
        let name = quoted(&answer.namespace);
        notes.push(format!("its labels were not read: look at `kubectl get namespace {name} --show-labels` first, so that nothing is loosened"));
    }
    if !answer.users.is_empty() && !answer.is_exempt {
        let users = answer.users.join(", ");
        notes
            .push(format!("what these users create themselves is let in, whatever it is: {users}"));
    }
    notes
}

/// When a stage is to be done.
pub(super) fn when(answer: &Answer, stage: &Stage) -> String {
    let is_enforcing = stage.labels.iter().any(|(key, _)| key.contains("/enforce"));
    match stage.after {
        None if is_enforcing && answer.steps.is_empty() => "Now, enforce it:".to_owned(),
        None if is_enforcing => {
            "Now, enforce what holds, and have the API server warn of what comes next:".to_owned()
        }
        None => "Now, have the API server warn and note in its audit log:".to_owned(),
        Some(standard) => format!(
            "Once nothing is in the way of {standard}, and neither warnings nor the audit log name it any more, enforce it:"
        ),
    }
}

/// So many objects are named before the others are counted.
const NAMED: usize = 3;

fn blocks(
    plan: &Plan,
    answer: &Answer,
    (blocks, standard): (&[Block], Standard),
    is_wide: bool,
    out: &mut Out,
) {
    for block in blocks {
        out.line(0, "");
        out.line(4, &members(block, is_wide));
        for it in block.failures.iter() {
            let detail =
                if it.detail.is_empty() { String::new() } else { format!(" ({})", it.detail) };
            out.line(6, &format!("{}{detail}", it.reason));
            let most = if is_wide { usize::MAX } else { NAMED };
            let fields = it.fields.iter().take(most).map(String::as_str);
            let more = it.fields.len().saturating_sub(most);
            let more = (more > 0).then(|| format!("and {more} more"));
            let fields: Vec<_> = fields.map(Cow::Borrowed).chain(more.map(Cow::Owned)).collect();
            out.line(8, &format!("at {}", fields.join(", ")));
        }
        for sentence in mending(plan, answer, (block, standard.level), is_wide) {
            out.line(6, &sentence);
        }
    }
}

/// The objects of a block in a line.
pub(super) fn members(block: &Block, is_wide: bool) -> String {
    let most = if is_wide { usize::MAX } else { NAMED };
    let name = |it: &Member| {
        let owner = it.owner.as_ref().map(|(kind, name)| {
            let not = if kind == "Node" { "" } else { ", which does not say so itself" };
            format!(" of {kind} {name}{not}")
        });
        let file = it.file.as_ref().map_or_else(String::new, |it| format!(" in {it}"));
        format!("{} {}{}{file}", it.kind, it.name, owner.unwrap_or_default())
    };
    let mut names: Vec<_> = block.members.iter().take(most).map(name).collect();
    let more = block.members.len().saturating_sub(most);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    let pods: usize = block.members.iter().map(|it| it.pods.len()).sum();
    let last = names.pop().unwrap_or_default();
    let mut text = if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) };
    if pods > 0 {
        let _ = write!(text, "; {} of it", count(pods, "pod"));
    }
    text
}

/// What would mend a block.
fn mending(
    plan: &Plan,
    answer: &Answer,
    (block, level): (&Block, Level),
    is_wide: bool,
) -> Vec<String> {
    let mut lines = Vec::new();
    let mut known = BTreeSet::new();
    let mut files = BTreeSet::new();
    for member in &block.members {
        let Some(mending) = &member.mending else {
            lines.extend(elsewhere(member).filter(|it| known.insert(it.clone())));
            continue;
        };
        files.extend(member.file.as_deref());
        if let (true, Some(command)) = (is_wide, patch_command(plan, answer, member)) {
            lines.push(format!("mend: {command}"));
        }
        let by_hand = mending.by_hand.iter().map(|it| format!("by hand: {it}"));
        let thoughts = mending.thoughts.iter().filter(|_| is_wide);
        let thoughts = thoughts.map(|it| format!("may break: {it}"));
        let left = (!mending.is_enough && mending.by_hand.is_empty())
            .then(|| "by hand: no fix that is known here brings it to this level".to_owned());
        lines.extend(by_hand.chain(thoughts).chain(left).filter(|it| known.insert(it.clone())));
    }
    let patched =
        block.members.iter().filter(|it| it.mending.as_ref().is_some_and(|it| it.patch.is_some()));
    let patched = patched.count();
    if let Some(file) = files.first() {
        let more = if files.len() > 1 { ", and so on for the other files" } else { "" };
        let file = quoted(file);
        lines
            .insert(0, format!("mend: kubectl harden fix -f {file} --level {level} --write{more}"));
    } else if patched > 0 && !is_wide {
        let what = count(patched, "patch").replace("patchs", "patches");
        lines.insert(0, format!("mend: {what}, which -o wide prints"));
    }
    lines
}

/// Where an object is mended that has no fix of its own.
fn elsewhere(member: &Member) -> impl Iterator<Item = String> {
    let owner = member.owner.as_ref();
    let line = match (member.state, owner) {
        (State::Static, Some((_, node))) => Some(format!(
            "by hand: it is a static pod, whose file is on node {node}; it goes on running there, and is not shown any more"
        )),
        (_, Some((kind, name))) => Some(format!(
            "by hand: make it anew from {kind} {name}; what is only in the pod was added on its way by a webhook, or {name} has changed since"
        )),
        _ => None,
    };
    line.into_iter()
}

/// The command that patches an object in a cluster.
pub(super) fn patch_command(plan: &Plan, answer: &Answer, member: &Member) -> Option<String> {
    let patch = member.mending.as_ref()?.patch.as_ref().filter(|_| member.file.is_none())?;
    let mut kind = member.kind.to_lowercase();
    if let Some((group, version)) = member.api_version.split_once('/') {
        let _ = write!(kind, ".{version}.{group}");
    }
    let (name, namespace) = (quoted(&member.name), quoted(&answer.namespace));
    let context = of_context(plan.context.as_deref());
    let patch = patch.to_string();
    let patch = quoted(&patch);
    Some(format!("kubectl patch {kind} {name} -n {namespace}{context} --type json -p {patch}"))
}

fn asides(aside: &[Aside], out: &mut Out) {
    for (state, why) in [
        (State::Over, "ended, and starts nothing any more"),
        (State::Ending, "being deleted"),
        (State::Kept, "kept for a rollback, which would not meet it"),
    ] {
        let names = aside.iter().filter(|it| it.state == state);
        let names: Vec<_> = names.map(|it| format!("{} {}", it.kind, it.name)).collect();
        if !names.is_empty() {
            out.line(0, "");
            out.line(
                4,
                &format!(
                    "not in the way, though it does not meet it ({why}): {}",
                    names.join(", ")
                ),
            );
        }
    }
}

/// What is said at the end.
pub(super) fn closing(plan: &Plan) -> impl Iterator<Item = String> {
    let system = plan.system.iter().map(|it| format!("{} holds {}", it.namespace, holds(plan, it)));
    let system: Vec<_> = system.collect();
    let system = (!system.is_empty()).then(|| {
        format!(
            "namespaces of Kubernetes itself, for which --include-system plans: {}",
            system.join(", ")
        )
    });
    let incomplete = plan.incomplete.iter().map(|it| format!("not read: {}: {}", it.what, it.why));
    system.into_iter().chain(incomplete)
}
