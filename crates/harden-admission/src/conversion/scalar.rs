//! Scalars of Kyverno's patterns as expressions.

use harden_core::kubernetes::Quantity;

use super::logic::Term;
use super::text::{quoted, wildcard};
use crate::kyverno::pattern::condition::{Condition, Conditions, Operand, Operator};
use crate::kyverno::pattern::printed::Numeric;
use crate::kyverno::pattern::scalar::Scalar;
use crate::kyverno::pattern::wildcard::matches_text;

/// What Go reads as a duration, but for what overflows.
const DURATION: &str = "^[-+]?(0|(([0-9]+([.][0-9]*)?|[.][0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$";
/// What Go reads as a finite float in decimal digits.
const FLOAT: &str = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]{1,2})?$";

/// That a value, which is an identifier and no list, is as a scalar asks.
pub(super) fn admits(of: &str, scalar: &Scalar) -> Term {
    let term = untyped(of, scalar);
    // Maps and lists of objects whose kind the API server knows are not comparable with anything else.
    if term.to_string().contains(&format!("{of} == ")) {
        let kinds = ["list", "map"].map(|it| Term::Atom(format!("type({of}) != {it}")));
        return Term::all(kinds.into_iter().chain([term]));
    }
    term
}

fn untyped(of: &str, scalar: &Scalar) -> Term {
    let is = |literal: &str| Term::atom(format!("{of} == {literal}"));
    match scalar {
        Scalar::Null => Term::any(["null", "\"\"", "false", "0"].map(is)),
        Scalar::Bool(it) => is(if *it { "true" } else { "false" }),
        Scalar::Number(Numeric::Integer(whole)) => {
            let digits = whole.unsigned_abs();
            let sign = match whole {
                0 => "[-+]?",
                it if *it < 0 => "-",
                _ => "[+]?",
            };
            let text = quoted(&format!("^{sign}0*{digits}$"));
            let text = format!("{of}.matches({text})");
            Term::any([is(&whole.to_string()), Term::all([is_text(of), Term::atom(text)])])
        }
        Scalar::Number(Numeric::Float(float)) => {
            let literal = literal(*float);
            let text = format!("{of}.matches({})", quoted(FLOAT));
            let same = format!("double({of}) == {literal}");
            Term::any([is(&literal), Term::all([is_text(of), Term::atom(text), Term::atom(same)])])
        }
        Scalar::Text(conditions) => texts(of, conditions),
    }
}

fn literal(float: f64) -> String {
    let text = format!("{float:?}");
    if text.contains('.') || !text.contains('e') { text } else { text.replacen('e', ".0e", 1) }
}

fn is_text(of: &str) -> Term {
    Term::atom(format!("type({of}) == string"))
}

fn is_number(of: &str) -> Term {
    Term::any(["int", "double"].map(|it| Term::atom(format!("type({of}) == {it}"))))
}

/// That a value is a text, a number or a boolean.
fn is_something(of: &str) -> Term {
    Term::all(
        [format!("type({of}) != list"), format!("type({of}) != map"), format!("{of} != null")]
            .map(Term::Atom),
    )
}

fn texts(of: &str, conditions: &Conditions) -> Term {
    let alternatives = conditions.any.iter();
    let each = alternatives.map(|all| Term::all(all.iter().map(|it| condition(of, it))));
    let any = Term::any(each);
    let whole = conditions.text();
    // A text that is written as the pattern is always admitted, whatever its signs mean.
    let is_plain = !whole.contains(['|', '&', '!', '<', '>', '*', '?', '-']);
    if is_plain {
        return any;
    }
    Term::any([any, Term::atom(format!("{of} == {}", quoted(whole)))])
}

fn condition(of: &str, condition: &Condition) -> Term {
    match condition {
        Condition::Compared(operator, operand) => compared(of, *operator, operand),
        Condition::Within(from, to) => Term::all([
            compared(of, Operator::MoreEqual, from),
            compared(of, Operator::LessEqual, to),
        ]),
        Condition::Without(from, to) => {
            Term::any([compared(of, Operator::Less, from), compared(of, Operator::More, to)])
        }
    }
}

fn compared(of: &str, operator: Operator, operand: &Operand) -> Term {
    let pattern = operand.wildcard.text();
    if operand.duration.is_none() && operand.quantity.is_none() {
        return match operator {
            Operator::Equal => equals(of, &pattern),
            Operator::NotEqual => Term::all([is_something(of), equals(of, &pattern).not()]),
            _ => Term::FALSE,
        };
    }
    let differs = operator == Operator::NotEqual;
    let sign = operator.sign();
    let mut terms = Vec::new();
    // Nothing is zero.
    let zero = match (operand.duration, &operand.quantity) {
        (Some(ours), _) => operator.holds(0.cmp(&ours)),
        (None, Some(ours)) => Quantity::amount("0").is_some_and(|it| operator.holds(it.cmp(ours))),
        (None, None) => false,
    };
    if zero {
        terms.push(Term::atom(format!("{of} == null")));
    }
    let amount =
        |text: &str| format!("quantity({text}).compareTo(quantity({})) {sign} 0", quoted(&pattern));
    let number = is_number(of);
    terms.push(match (&operand.quantity, operand.duration) {
        (Some(_), _) => Term::all([number, Term::atom(amount(&format!("string({of})")))]),
        // Of all numbers zero alone is a duration.
        (None, _) if zero && differs => number,
        (None, _) if zero => Term::atom(format!("{of} == 0")),
        (None, _) if differs => Term::all([number, Term::atom(format!("{of} != 0"))]),
        (None, _) => Term::FALSE,
    });
    let mut text = if differs { "true".to_owned() } else { "false".to_owned() };
    if operand.quantity.is_some() {
        text = format!("isQuantity({of}) ? {} : {text}", amount(of));
    }
    if operand.duration.is_some() {
        let ours =
            if pattern.contains(|it: char| it.is_ascii_alphabetic()) { &*pattern } else { "0s" };
        let durations = format!("duration({of}) {sign} duration({})", quoted(ours));
        text = format!("{of}.matches({}) ? {durations} : ({text})", quoted(DURATION));
    }
    terms.push(Term::all([is_text(of), Term::atom(format!("({text})"))]));
    if differs {
        terms.push(Term::atom(format!("type({of}) == bool")));
    }
    Term::any(terms)
}

/// That a value, written as a text, is as a pattern says.
fn equals(of: &str, pattern: &str) -> Term {
    let bare = pattern.trim_matches('*');
    if !pattern.is_empty() && bare.is_empty() {
        return is_something(of);
    }
    if bare == "?" && pattern != "?" {
        return Term::all([is_something(of), Term::atom(format!("{of} != \"\""))]);
    }
    let is_wild = pattern.contains(['*', '?']);
    let text = match wildcard(of, pattern) {
        it if is_wild => Term::all([is_text(of), it]),
        it => it,
    };
    let mut terms = vec![text];
    for word in ["true", "false"] {
        if matches_text(pattern, word) {
            terms.push(Term::atom(format!("{of} == {word}")));
        }
    }
    let is_of_number = |it: char| it.is_ascii_digit() || "+-.eE*?".contains(it);
    if is_wild && pattern.chars().all(is_of_number) {
        let number = wildcard(&format!("string({of})"), pattern);
        terms.push(Term::all([is_number(of), number]));
    }
    Term::any(terms)
}
