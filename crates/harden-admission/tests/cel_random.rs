//! Random expressions over random objects have the values, the errors and the refusals of the API server.
//! `HARDEN_RANDOM_EXPRESSIONS` (3000) says how many, `HARDEN_RANDOM_SEED` which.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
#![allow(dead_code, reason = "tests share what is random")]

#[path = "random/dice.rs"]
mod dice;
#[path = "random/expressions.rs"]
mod expressions;
#[path = "random/objects.rs"]
mod objects;
#[path = "random/shown.rs"]
mod shown;

use std::collections::BTreeMap;

use dice::{Dice, number, report, seed};
use harden_admission::cel::{Environment, Failure, Program, Refusal, Value};
use harden_core::kubernetes::MinorVersion;
use harness::Oracle;
use serde_json::{Value as Json, json};
use shown::shown;

/// In how many of a hundred expressions we may have no answer.
const UNKNOWN: usize = 5;

#[test]
fn random_expressions_have_the_answers_of_the_server() {
    let Some(mut oracle) = Oracle::for_test("cel") else { return };
    let (seed, count) = (seed(), number("HARDEN_RANDOM_EXPRESSIONS").unwrap_or(3000));
    let mut dice = Dice::new(seed);
    let environment = Environment::new(MinorVersion(37)).with("object");
    let cases: Vec<(String, Json)> = (0..count)
        .map(|_| {
            let kind = *dice.pick(&['B', 'B', 'B', 'I', 'S', 'L', 'M', 'O', 'X', 'D', 'N']);
            (expressions::expression(kind, &mut dice), objects::deployment(&mut dice))
        })
        .collect();
    let ask = |(expression, object): &(String, Json)| json!({"expression": expression, "object": object, "typed": true});
    let questions: Vec<Json> = cases.iter().map(ask).collect();
    let answers = oracle.ask_all(&questions);
    let (mut wrong, mut unknown, mut values) = (Vec::new(), 0, 0);
    for (case @ (expression, object), theirs) in cases.iter().zip(&answers) {
        let ours = answer(expression, object, &environment, theirs);
        let theirs = told(theirs);
        values += usize::from(theirs.starts_with("value"));
        match ours {
            Err(why) => {
                unknown += 1;
                if number("HARDEN_RANDOM_SHOW").is_some() {
                    report(&format!("not judged: {expression}: {why}"));
                }
            }
            Ok(ours) if is_same(&ours, &theirs) => {}
            // The server reads the entries of a map in another order each time.
            Ok(ours) if (0..20).any(|_| is_same(&ours, &told(&oracle.ask(&ask(case))))) => {}
            Ok(ours) => wrong.push(format!(
                "{expression}\n  object {object}\n  theirs {theirs}\n  ours   {ours}"
            )),
        }
    }
    let (total, shown) = (
        cases.len(),
        wrong
            .iter()
            .take(number("HARDEN_RANDOM_SHOW").map_or(20, |it| usize::try_from(it).unwrap()))
            .cloned()
            .collect::<Vec<_>>(),
    );
    assert!(
        wrong.is_empty(),
        "HARDEN_RANDOM_SEED={seed}: {} of {total}\n{}",
        wrong.len(),
        shown.join("\n")
    );
    assert!(
        values * 4 > total && unknown * 100 < total * UNKNOWN,
        "HARDEN_RANDOM_SEED={seed}: {values} values, {unknown} unknown of {total}"
    );
    report(&format!(
        "{total} random expressions, {values} with a value, {unknown} not judged, all others as upstream, \
         HARDEN_RANDOM_SEED={seed}"
    ));
}

/// Whether two answers are one. What Go says of its own, and what it calls types that it has not found, is its own.
fn is_same(ours: &str, theirs: &str) -> bool {
    let both = |part: &str| ours.contains(part) && theirs.contains(part);
    let unnamed = |text: &str| {
        let mut parts = text.split("_var");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, it| {
            text + "dyn" + it.trim_start_matches(|c: char| c.is_ascii_digit())
        })
    };
    unnamed(ours) == unnamed(theirs)
        || both("Syntax error")
        || both("error parsing regexp")
        || both("from non-optional value")
}

fn told(answer: &Json) -> String {
    for key in ["value", "refused", "unplanned", "failed", "error"] {
        if let Some(text) = answer[key].as_str() {
            return format!("{key} {text}");
        }
    }
    panic!("no answer: {answer}")
}

/// What we say; why not, where we do not judge.
fn answer(
    expression: &str,
    object: &Json,
    environment: &Environment,
    theirs: &Json,
) -> Result<String, String> {
    let program = match Program::compile(expression, environment) {
        Ok(program) => program,
        Err(Refusal::NotJudged(why)) => return Err(why),
        Err(Refusal::Unconvertible(message)) => return Ok(format!("unplanned {message}")),
        Err(Refusal::Flawed(flaws)) => {
            let shown: Vec<String> = flaws.iter().map(|it| it.shown(expression)).collect();
            return Ok(format!("refused {}", shown.join("\n")));
        }
    };
    let variables = BTreeMap::from([("object".to_owned(), Value::from_json(object))]);
    match program.evaluate_with_cost(&variables) {
        (Ok(value), (least, most)) => {
            let costs = theirs["cost"].as_u64().filter(|it| !(least..=most).contains(it));
            Ok(match costs {
                None => format!("value {}", shown(&value)),
                Some(costs) => format!("costs {costs} and not {least} to {most}"),
            })
        }
        (Err(Failure::Error(message)), _) => Ok(format!("failed {message}")),
        (Err(other), _) => Err(other.to_string()),
    }
}
