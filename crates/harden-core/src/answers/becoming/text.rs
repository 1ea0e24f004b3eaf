//! The answer for people: who is it, who can become it and how, what prevents others, and what to take away.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::{Becoming, Cutting, Path, Removal, Right, Step, Through};
use crate::escalation::{Party, UNSEEN};
use crate::report::escape::plain;

/// The answer as text; `is_wide` shows why each step is possible, other paths, and all that is not seen.
pub fn to_text(answer: &Becoming, is_wide: bool) -> String {
    let mut out = Out { text: String::new(), is_wide };
    let target = &answer.options.target;
    let whole = |paths: &[Path]| paths.iter().map(|it| it.start.clone()).collect::<BTreeSet<_>>();
    let heads = [
        (&answer.already, format!("Already {target}")),
        (&answer.paths, format!("Can become {target}")),
        (&answer.prevented, format!("Could become {target}, if it were not prevented")),
    ];
    for (paths, head) in heads {
        if paths.is_empty() {
            continue;
        }
        let all = whole(paths);
        // Whoever only is what a group of theirs is, is said with the group.
        let is_said =
            |it: &&Path| is_wide || it.by_group().is_none_or(|group| !all.contains(group));
        let said: Vec<_> = paths.iter().filter(is_said).collect();
        out.head(&format!("{head} ({}):", paths.len()));
        for path in &said {
            out.path(path);
            let by_it = paths.iter().filter(|it| it.by_group() == Some(&path.start)).count();
            if by_it > 0 && !is_wide {
                out.line(
                    4,
                    &format!("and {} in it", count(by_it, "account or user", "accounts and users")),
                );
            }
        }
    }
    if answer.already.is_empty() && answer.paths.is_empty() {
        let starts = &answer.options.starts;
        let nobody = match starts.as_slice() {
            [] => format!("Of what was read, nobody can become {target}"),
            starts => format!("Of what was read, {} cannot become {target}", names(starts)),
        };
        out.head(&format!(
            "{nobody}{}.",
            if answer.own.is_empty() { "" } else { " but Kubernetes itself" }
        ));
    }
    out.own(answer);
    if let Some(removal) = &answer.removal {
        out.removal(removal, answer);
    }
    out.ends(answer);
    out.text
}

/// Lines that are safe for a terminal.
struct Out {
    text: String,
    is_wide: bool,
}

impl Out {
    fn line(&mut self, indent: usize, text: &str) {
        let _ = write!(self.text, "{:indent$}", "");
        self.text.push_str(&plain(text));
        self.text.push('\n');
    }

    fn head(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(0, text);
    }

    fn path(&mut self, path: &Path) {
        let taken = path.steps_taken();
        let how = match taken {
            0 => String::new(),
            _ => format!(", {}, {}", count(taken, "step", "steps"), path.difficulty()),
        };
        self.line(2, &format!("{}{how}", path.start));
        self.steps(&path.steps);
        let others = if self.is_wide { path.others.as_slice() } else { &[] };
        for (number, other) in others.iter().enumerate() {
            self.line(4, &format!("or ({})", number + 2));
            self.steps(other);
        }
        if self.is_wide && path.has_more {
            self.line(4, "or by more paths");
        }
    }

    fn steps(&mut self, steps: &[Arc<Step>]) {
        let mut rest = steps;
        while let Some((step, later)) = rest.split_first() {
            rest = later;
            // What follows of itself is no line of its own.
            let mut to = &step.to;
            while let Some((next, later)) = rest.split_first()
                && !self.is_wide
                && !next.is_taken()
                && next.rights.is_empty()
            {
                (to, rest) = (&next.to, later);
            }
            let detail = step.detail.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
            self.line(4, &format!("{}{detail} -> {to}", step.edge.does));
            for right in &step.rights {
                self.right(right);
            }
            if let Some(level) = step.prevented {
                self.line(6, &format!("prevented: Pod Security enforces {level}"));
            }
            if self.is_wide {
                self.line(
                    6,
                    &format!("[{}, {}] {}", step.edge.id, step.edge.difficulty, step.edge.why),
                );
            }
        }
    }

    fn right(&mut self, right: &Right) {
        let Some(first) = right.through.first() else { return };
        let more = right.through.len() - 1;
        let rest =
            if more > 0 && !self.is_wide { format!(", and {more} more") } else { String::new() };
        self.line(6, &format!("{}: {}{rest}", short(&right.right), through(first)));
        let others = if self.is_wide { right.through.as_slice() } else { &[] };
        for it in others.iter().skip(1) {
            self.line(8, &format!("or {}", through(it)));
        }
    }

    fn own(&mut self, answer: &Becoming) {
        let own = &answer.own;
        if own.is_empty() {
            return;
        }
        let target = &answer.options.target;
        if self.is_wide {
            self.head(&format!(
                "Parts of Kubernetes that are {target} or can become it, by what it gives them:"
            ));
            own.iter().for_each(|it| self.line(2, &it.to_string()));
        } else {
            let parts = count(own.len(), "part", "parts");
            self.head(&format!(
                "{parts} of Kubernetes itself can, too, by what Kubernetes gives them; -o wide names them."
            ));
        }
    }

    fn removal(&mut self, removal: &Removal, answer: &Becoming) {
        let target = &answer.options.target;
        let what = match removal.cutting {
            Cutting::Bindings => ("binding", "bindings"),
            Cutting::Rules => ("rule", "rules"),
        };
        if removal.removed.is_empty() {
            self.head("No path leads there, so there is nothing to cut.");
        } else {
            let number = count(removal.removed.len(), what.0, what.1);
            let proof = if removal.is_least() {
                "no fewer do".to_owned()
            } else {
                format!("not proved smallest: {} at least", removal.at_least)
            };
            self.head(&format!("Without {number}, no path is left ({proof}):"));
        }
        for it in &removal.removed {
            let line = it.line.map(|it| format!(":{it}")).unwrap_or_default();
            self.line(2, &format!("{}  {}{line}", it.what, it.source));
            if !it.used.is_empty() {
                let used: Vec<_> = it.used.iter().map(|it| short(it)).collect();
                self.line(4, &format!("used for: {}", used.join("; ")));
            }
        }
        if !removal.remaining.is_empty() {
            self.line(
                2,
                &format!(
                    "{target} all the same, by what Kubernetes needs: {}",
                    names(&removal.remaining)
                ),
            );
        }
    }

    fn ends(&mut self, answer: &Becoming) {
        for it in &answer.strangers {
            self.head(&format!("note: nothing is known of {it}: no binding names it"));
        }
        for note in &answer.notes {
            self.head(&format!("note: {note}"));
        }
        if !answer.incomplete.is_empty() {
            self.head("Incomplete: what could not be read may lead there, too.");
            for it in &answer.incomplete {
                self.line(2, &format!("{}: {}", it.what, it.why));
            }
        }
        if self.is_wide {
            self.head("Not seen:");
            for (what, why) in UNSEEN {
                self.line(2, &format!("{what}: {why}"));
            }
        } else {
            self.head("Not seen: other authorizers, members of groups, policies of admission; -o wide says what else.");
        }
    }
}

/// Of many resources, each of which is enough, the first.
fn short(right: &str) -> String {
    match right.split_once(", ") {
        Some((first, rest)) if rest.contains(", ") => format!("{first}, or others"),
        _ => right.to_owned(),
    }
}

fn through(it: &Through) -> String {
    let rule = it.rule.map(|number| format!("rule {} of ", number + 1)).unwrap_or_default();
    let spot = it.spot();
    match &it.binding {
        Some(binding) => format!("{binding}, {rule}{}  {spot}", it.role),
        None => format!("{rule}{}  {spot}", it.role),
    }
}

fn names(parties: &[Party]) -> String {
    parties.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn count(number: usize, one: &str, several: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {several}") }
}
