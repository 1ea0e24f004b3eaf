//! Every rule is mended by its own fix, or says which decision that takes; and what is fixed keeps what is promised.
//!
//! `HARDEN_RULES` chooses one category of rules. `HARDEN_RANDOM_FIXES` sets how many random files are fixed,
//! `HARDEN_RANDOM_SEED` which.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::explicit_auto_deref,
    clippy::print_stderr,
    reason = "a test may fail, reads files, and says what it skips; what is picked is of any type"
)]

mod apply;
mod manifests;
#[path = "../../../harden-yaml/tests/edit/model.rs"]
mod model;
mod promise;
#[allow(dead_code, reason = "no schemas are read here")]
#[path = "../random_pods/proxy.rs"]
mod proxy;
mod random;
#[path = "../random_pods/generator.rs"]
#[allow(dead_code, unused_imports, reason = "this test needs not all of the generator")]
mod random_pods;
mod real;
mod server;
mod tally;
#[path = "../random_pods/valid.rs"]
mod valid;
#[path = "../random_pods/valid_containers.rs"]
mod valid_containers;
#[path = "../random_pods/valid_volumes.rs"]
mod valid_volumes;
mod values;
mod writer;

use apply::mended;
use harden_core::check::check;
use harden_core::finding::{Finding, Mend};
use harden_core::fix::Fate;
use harden_core::rule::Rule;
use harden_core::rules::{all, is_on_request, usual};
use promise::{Told, WAYS, fix_chosen, settings};
use serde_json::Value;

fn findings(rules: impl IntoIterator<Item = &'static Rule>, text: &str) -> Vec<Finding> {
    check(settings(rules), [text]).findings
}

/// The rules to test: all, or those of the category that a variable names.
fn tested() -> impl Iterator<Item = &'static Rule> {
    let only = std::env::var("HARDEN_RULES").ok();
    all().filter(move |it| only.as_deref().is_none_or(|only| it.category.name() == only))
}

/// A text with a comment at the end of every line that takes one.
fn commented(text: &str) -> String {
    let read = |text: &str| {
        let documents = harden_yaml::parse(text);
        let count = documents.iter().map(|it| it.comments().count()).sum::<usize>();
        (count, values(text), documents.iter().filter(|it| it.is_rejected()).count())
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let (mut comments, values, broken) = read(text);
    for at in 0..lines.len() {
        let plain = lines[at].clone();
        lines[at] = format!("{plain} # line {at}");
        if read(&(lines.join("\n") + "\n")) == (comments + 1, values.clone(), broken) {
            comments += 1;
        } else {
            lines[at] = plain;
        }
    }
    lines.join("\n") + "\n"
}

/// The documents of a text, those that say nothing left out.
fn values(text: &str) -> Vec<Value> {
    let documents = harden_yaml::parse(text);
    let json =
        documents.iter().filter(|it| !it.is_empty()).filter_map(harden_yaml::Document::to_json);
    json.map(|it| serde_json::from_str(&it).unwrap()).collect()
}

/// Mends one rule's own example by the fixes of that rule alone, and has these rules look at it before and after.
fn mend_example<R>(
    rule: &'static Rule,
    example: &str,
    rules: &[&'static Rule],
    show: impl FnOnce(Told<'_>) -> R,
) -> R {
    let texts = [("bad.yaml".to_owned(), example.to_owned())];
    let wants = |it: &Finding| it.about.id == rule.id;
    fix_chosen(&texts, rules, WAYS[0], &wants, show)
}

#[test]
fn every_rule_is_mended_by_its_own_fix_or_says_why_not() {
    let (mut wrong, mut left) = (Vec::new(), Vec::new());
    let (mut examples, mut comments) = (0, 0);
    for rule in tested() {
        let problem = match rule.mend {
            Mend::ByHand("") => Some("does not say which decision it takes".to_owned()),
            Mend::ByHand(reason) => {
                reason.ends_with('.').then(|| "ends with a full stop".to_owned())
            }
            Mend::Safe | Mend::WithThought | Mend::Both(_) | Mend::Objects(_) => {
                examples += 1;
                let full = commented(rule.bad);
                comments += full.matches(" # line ").count();
                let is_left = mend_example(rule, &full, &[rule], |told| is_left(&told));
                left.extend(is_left.then_some(rule.id));
                let texts = [Some(rule.bad), Some(&*full).filter(|_| !is_left)];
                texts.into_iter().flatten().find_map(|text| {
                    let problem = |told: Told<'_>| own_problem(rule, &told);
                    let problem = mend_example(rule, text, &[rule], problem)?;
                    Some(format!("{problem}\n{text}"))
                })
            }
        };
        wrong.extend(problem.map(|it| format!("{}: {it}", rule.id)));
    }
    eprintln!(
        "{examples} rules mend their examples, which have {comments} more comments; these are left as they are \
         for the comments in them: {left:?}"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(left.len() * 20 <= examples, "{left:?}");
}

/// Whether everything is left to a decision: what is moved or removed would take comments with it.
fn is_left(told: &Told<'_>) -> bool {
    let mut proposals = told.fixed.iter().flat_map(|it| &it.proposals);
    proposals.all(|it| matches!(it.fate, Fate::ByHand(_)))
}

/// What is wrong with how a rule mends its own example.
fn own_problem(rule: &'static Rule, told: &Told<'_>) -> Option<String> {
    let [fixed] = told.fixed else { return Some("is not fixed".to_owned()) };
    if let Some(it) = fixed.proposals.iter().find(|it| it.fate != Fate::Made) {
        return Some(format!("is not mended: {:?}", it.fate));
    }
    if !told.after.findings.is_empty() || !told.broken.is_empty() || !told.wrong.is_empty() {
        let Told { after, broken, wrong, .. } = told;
        let (findings, text) = (&after.findings, &fixed.text);
        return Some(format!("is not mended: {findings:?} {broken:?} {wrong:?}\n{text}"));
    }
    let model = mended(rule.bad, &findings([rule], rule.bad));
    let (model, made) = (values(&model), values(&fixed.text));
    (model != made).then(|| format!("should be {model:?}, and is {made:?}"))
}

#[test]
fn no_fix_brings_another_finding() {
    let mut wrong = Vec::new();
    for rule in tested().filter(|it| !matches!(it.mend, Mend::ByHand(_))) {
        let own = Some(rule).filter(|it| is_on_request(it));
        let rules: Vec<_> = usual().chain(own).collect();
        let problems = mend_example(rule, &commented(rule.bad), &rules, |it| it.wrong);
        wrong.extend(problems.into_iter().map(|it| format!("{}: {it}", rule.id)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
