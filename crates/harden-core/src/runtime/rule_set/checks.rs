//! What Falco says of a rule whose condition is put together: fields, outputs, types of events.

use std::collections::BTreeSet;

use super::{Rule, event_types, output, suspicion};
use crate::runtime::condition::{Condition, Kind, Operator, TermKind};
use crate::runtime::fields::{self, OUTDATED};
use crate::runtime::file::text::Text;
use crate::runtime::problem::{Code, Missing, Problem};

/// A problem at a byte of a text.
pub(super) fn at<'d>(
    text: &Text<'d>,
    offset: usize,
    code: Code,
    words: impl Into<String>,
) -> Problem<'d> {
    let words = words.into();
    let located = text.locate(offset).or_else(|| text.locate(0));
    let (place, span) = located.unwrap_or_else(|| (text.first(), None));
    Problem { span, ..Problem::new(code, place, words) }
}

pub(super) fn check_output<'d>(rule: &Rule<'d>, found: &mut Vec<Problem<'d>>) {
    for it in output::printed(&rule.output.text, &rule.source) {
        let Err(words) = it.field else { continue };
        let code = if rule.skips_unknown { Code::UnknownFilter } else { Code::CompileOutput };
        let missing = Some(Missing::Field(words.clone()));
        found.push(Problem { missing, ..at(&rule.output, it.offset, code, words) });
        return;
    }
    let (place, _) = rule.output.locate(0).unwrap_or((rule.place, None));
    if rule.output.text.contains("%container.info") {
        let words = "%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. \
                     The container plugin will automatically add required fields to the output message.";
        found.push(Problem::new(Code::DeprecatedItem, place, words));
    }
    for name in OUTDATED.iter().filter(|it| rule.output.text.contains(**it)) {
        let offset = rule.output.text.find(name).unwrap_or(0);
        let words =
            format!("usage of deprecated field '{name}' has been detected in the rule output");
        found.push(at(&rule.output, offset, Code::DeprecatedItem, words));
    }
}

pub(super) fn check_condition<'d>(
    rule: &Rule<'d>,
    condition: &Condition,
    found: &mut Vec<Problem<'d>>,
) {
    let mut outdated: BTreeSet<&str> = BTreeSet::new();
    let mut unknown = None;
    condition.visit_terms(&mut |it| {
        let TermKind::Field(field) = &it.kind else { return };
        outdated.extend(OUTDATED.into_iter().filter(|it| *it == field.name));
        if unknown.is_none() {
            unknown = fields::fault(&field.name, field.argument.as_deref(), &rule.source)
                .map(|words| (words, field.name.clone()));
        }
    });
    for name in outdated {
        let offset = rule.text.text.find(name).unwrap_or(0);
        let words = format!(
            "the field '{name}' is deprecated: events that enter a call are no longer made"
        );
        found.push(at(&rule.text, offset, Code::DeprecatedItem, words));
    }
    if has_unsafe_check(condition) {
        let words = "comparing a field value with <NA> is unsafe and can lead to unpredictable behavior of \
                     the rule condition";
        found.push(at(
            &rule.text,
            rule.text.text.find("<NA>").unwrap_or(0),
            Code::UnsafeNaCheck,
            words,
        ));
    }
    if let Some((words, name)) = unknown {
        let code = if rule.skips_unknown { Code::UnknownFilter } else { Code::CompileCondition };
        let here = rule.text.text.find(&name);
        let problem = at(&rule.text, here.unwrap_or(0), code, words);
        let span = problem.span.filter(|_| here.is_some());
        found.push(Problem { span, missing: Some(Missing::Field(name)), ..problem });
        return;
    }
    for words in suspicion::of(condition) {
        found.push(at(&rule.text, 0, Code::ConditionWarning, words));
    }
    if rule.source == "syscall"
        && rule.warns_of_event_types
        && !event_types::names_few(condition, false)
    {
        let words =
            "Rule matches too many evt.type values. This has a significant performance penalty.";
        found.push(Problem::new(Code::NoEvttype, rule.place, words));
    }
}

/// Whether a field of audit events is compared with the text for a value that is not there.
fn has_unsafe_check(condition: &Condition) -> bool {
    let mut is_unsafe = false;
    condition.visit(&mut |it| {
        let Kind::Check(check) = &it.kind else { return };
        let TermKind::Field(field) = &check.left.kind else { return };
        let is_equality = matches!(
            check.operator,
            Operator::Equal
                | Operator::DoubleEqual
                | Operator::NotEqual
                | Operator::In
                | Operator::Intersects
                | Operator::PMatch
        );
        let has_it = match &check.right.kind {
            TermKind::Value(it) => it == "<NA>",
            TermKind::Values(all) => all.iter().any(|it| it == "<NA>"),
            _ => false,
        };
        let is_audit = field.name.starts_with("ka.") || field.name.starts_with("jevt.");
        is_unsafe |= is_equality && has_it && is_audit;
    });
    is_unsafe
}
