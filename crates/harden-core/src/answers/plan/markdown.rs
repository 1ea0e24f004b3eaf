//! A plan as Markdown, for an issue or a pull request.

use std::fmt::Write as _;

use super::block::message;
use super::text::{self, closing, headline, notes, when};
use super::{Answer, Plan};
use crate::report::escape::{Code, Markdown};

/// The plan as Markdown.
pub fn to_markdown(plan: &Plan) -> String {
    let mut out = format!("## Pod Security: the way to {}\n\n", plan.aim);
    out.push_str("| Namespace | Today | Holds | In the way |\n|---|---|---|---|\n");
    for it in &plan.answers {
        let cells = [text::today(it), text::holds(plan, it), text::way(plan, it)];
        let [today, holds, way] = cells.each_ref().map(|it| Markdown(it));
        let _ = writeln!(out, "| {} | {today} | {holds} | {way} |", Code(&it.namespace));
    }
    for it in plan.answers.iter().filter(|it| !it.is_there() || it.rejected.is_some()) {
        namespace(plan, it, &mut out);
    }
    for line in closing(plan) {
        let _ = write!(out, "\n{}\n", Markdown(&line));
    }
    out
}

fn namespace(plan: &Plan, answer: &Answer, out: &mut String) {
    let _ = write!(out, "\n### {}\n", Markdown(&headline(plan, answer)));
    for note in notes(plan, answer) {
        let _ = write!(out, "\n> {}\n", Markdown(&note));
    }
    let rejected = answer.rejected.iter().map(|it| ("Rejected today by", it.standard, &it.blocks));
    let steps = answer.steps.iter().map(|it| ("In the way of", it.standard, &it.blocks));
    for (what, standard, blocks) in rejected.chain(steps) {
        let _ = write!(out, "\n{what} {standard}:\n\n");
        for block in blocks {
            let (members, said) = (text::members(block, false), message(&block.failures));
            let _ = writeln!(out, "- {}: {}", Markdown(&members), Markdown(&said));
        }
    }
    for stage in &answer.stages {
        let _ = write!(out, "\n{}\n\n```sh\n", Markdown(&when(answer, stage)));
        for command in &stage.commands {
            let _ = writeln!(out, "{}", crate::report::escape::plain(command));
        }
        out.push_str("```\n");
    }
}
