//! Asks of each fix whether to make it.

use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal as _, Write};

use anyhow::bail;
use harden_core::check::Outcome;
use harden_core::finding::{Finding, Safety};
use harden_core::fix::{self, Choice, Fate};
use harden_core::secrecy;

use crate::terminal;

const HELP: &str = "\
y  make this fix
n  do not make it
a  make it and all others of its rule
d  make neither it nor any other of its rule
q  make neither it nor any that follows
?  show this help
";

/// Rejects what leaves nobody to ask.
pub(super) fn reject_without_terminal(reads_stdin: bool) -> anyhow::Result<()> {
    if reads_stdin {
        bail!("--interactive asks on standard input, which is read for manifests: name files");
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        bail!(
            "--interactive asks on a terminal, and there is none: leave it out, or choose with --rule and --safe-only"
        );
    }
    Ok(())
}

/// The findings that are to be mended among those that could be, by their places in the outcome.
pub(super) fn choose(before: &Outcome<'_>, choice: &Choice<'_>) -> anyhow::Result<BTreeSet<usize>> {
    let colour = terminal::colours();
    let proposed = |place: usize, finding: &Finding| {
        let wants = |it: usize, _: &Finding| it == place;
        let fixed = fix::fix(before, &Choice { wants: &wants, ..*choice });
        let fixed = fixed.into_iter().next()?;
        let proposal = fixed.proposals.first()?;
        if !matches!(proposal.fate, Fate::Made | Fate::Partly(_)) || fixed.splices.is_empty() {
            return None;
        }
        let record = before.sources.get(fixed.source)?;
        let text = record.text.as_deref().unwrap_or_default();
        let hunks = fix::hunks(text, &fixed.splices, &secrecy::values(text), fix::CONTEXT);
        let mut shown = format!("{}: {}\n", finding.about.id, finding.message);
        if let Safety::NeedsThought(why) = &proposal.safety {
            shown.extend(["needs thought: ", why, "\n"]);
        }
        shown.push_str(&fix::unified(&record.name, &hunks, colour));
        Some(shown)
    };
    ask(&before.findings, proposed, &mut io::stdin().lock(), &mut io::stderr().lock())
}

/// Asks of each finding for which there is something to show.
fn ask(
    findings: &[Finding],
    proposed: impl Fn(usize, &Finding) -> Option<String>,
    answers: &mut dyn BufRead,
    out: &mut dyn Write,
) -> anyhow::Result<BTreeSet<usize>> {
    let mut chosen = BTreeSet::new();
    let (mut all, mut none) = (BTreeSet::new(), BTreeSet::new());
    for (place, finding) in findings.iter().enumerate() {
        let rule = &*finding.about.id;
        if finding.ignored.is_some() || none.contains(rule) {
            continue;
        }
        if all.contains(rule) {
            chosen.insert(place);
            continue;
        }
        let Some(shown) = proposed(place, finding) else { continue };
        write!(out, "\n{shown}")?;
        loop {
            write!(out, "Make this fix [y,n,a,d,q,?]? ")?;
            out.flush()?;
            let mut answer = String::new();
            let is_over = answers.read_line(&mut answer)? == 0;
            match answer.trim() {
                "y" => drop(chosen.insert(place)),
                "n" => {}
                "a" => {
                    chosen.insert(place);
                    all.insert(rule.to_owned());
                }
                "d" => drop(none.insert(rule.to_owned())),
                "q" => return Ok(chosen),
                _ if is_over => return Ok(chosen),
                _ => {
                    write!(out, "{HELP}")?;
                    continue;
                }
            }
            break;
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use harden_core::check::{Settings, check};
    use harden_core::rules;

    use super::*;

    const PODS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {hostNetwork: true, hostPID: true, containers: [{name: a, image: a, securityContext: {privileged: true}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: b}
spec: {hostNetwork: true, containers: [{name: a, image: a, securityContext: {privileged: true}}]}
";

    /// The rules and objects that are mended after these answers, and how often somebody was asked.
    fn chosen(answers: &str) -> (Vec<String>, usize) {
        let ids = ["host-namespaces", "privileged-container"];
        let outcome = check(Settings::new(ids.iter().filter_map(|it| rules::find(it))), [PODS]);
        let mut out = Vec::new();
        let shown = |_: usize, finding: &Finding| Some(finding.message.to_string());
        let chosen = ask(&outcome.findings, shown, &mut answers.as_bytes(), &mut out);
        let chosen = chosen.expect("memory can be read and written");
        let named = chosen.iter().filter_map(|it| outcome.findings.get(*it)).map(|it| {
            let object = it.object.as_ref().map(|it| it.name.clone()).unwrap_or_default();
            format!("{} {object}", it.about.id)
        });
        let asked = String::from_utf8_lossy(&out).matches("Make this fix").count();
        (named.collect(), asked)
    }

    #[test]
    fn each_fix_is_made_as_it_is_answered() {
        let all = [
            "host-namespaces a",
            "privileged-container a",
            "host-namespaces b",
            "privileged-container b",
        ];
        let of = |places: &[usize]| places.iter().map(|it| all[*it].to_owned()).collect::<Vec<_>>();
        assert_eq!(chosen("y\ny\ny\ny\n"), (of(&[0, 1, 2, 3]), 4));
        assert_eq!(chosen("n\ny\nn\ny\n"), (of(&[1, 3]), 4));
        assert_eq!(chosen("a\nn\nn\n"), (of(&[0, 2]), 3));
        assert_eq!(chosen("d\ny\nn\n"), (of(&[1]), 3));
        assert_eq!(chosen("y\nq\n"), (of(&[0]), 2));
        assert_eq!(chosen("y\nwhat\n?\nn\nn\ny\n"), (of(&[0, 3]), 6));
        assert_eq!(chosen("y"), (of(&[0]), 2));
        assert_eq!(chosen(""), (of(&[]), 1));
    }
}
