//! What a report of before says of rules that did not run since: nobody knows better, so it stays.

use std::cmp::Reverse;
use std::hash::Hasher as _;

use fnv::FnvHasher;
use serde_json::{Value, json};

use super::super::fingerprints;
use super::ReportApi;
use super::object::{BETWEEN, LEFT_OUT, MOST, ROOM, insert};
use crate::finding::Severity;

impl ReportApi {
    /// The results of a report that are of rules for which `is_open` holds.
    pub fn results_of<'a>(
        report: &'a Value,
        is_open: impl Fn(&str) -> bool + 'a,
    ) -> impl Iterator<Item = &'a Value> {
        let results = report.get("results").and_then(Value::as_array).into_iter().flatten();
        results.filter(move |it| it.get("rule").and_then(Value::as_str).is_some_and(&is_open))
    }

    /// What is left of a report of a cluster where nothing is found any more but by rules that did not run now, which
    /// are those for which `is_open` holds.
    pub fn rest(before: &Value, is_open: impl Fn(&str) -> bool) -> Value {
        let mut rest = before.clone();
        if let Some(Value::Object(metadata)) = rest.get_mut("metadata") {
            metadata.retain(|key, _| {
                ["name", "namespace", "labels", "ownerReferences"].contains(&key.as_str())
            });
            metadata.insert("annotations".to_owned(), json!({Self::DIGEST: ""}));
        }
        let counts = ["pass", "fail", "warn", "error", "skip"].map(|it| (it.to_owned(), json!(0)));
        insert(&mut rest, "summary", Value::Object(counts.into_iter().collect()));
        insert(&mut rest, "results", json!([]));
        Self::carry_over(&mut rest, before, is_open);
        rest
    }

    /// Adds to a report of a cluster what the one in its place says of rules that did not run now, which are those
    /// for which `is_open` holds: the worst first, as far as there is room.
    pub fn carry_over(report: &mut Value, before: &Value, is_open: impl Fn(&str) -> bool) {
        let mut carried: Vec<_> = Self::results_of(before, is_open).cloned().collect();
        if carried.is_empty() {
            return;
        }
        let said = |report: &Value, key: &str| {
            let text = report.get("metadata")?.get("annotations")?.get(key)?.as_str()?;
            Some(text.to_owned())
        };
        let mut digest = FnvHasher::default();
        digest.write(said(report, Self::DIGEST).unwrap_or_default().as_bytes());
        for it in &carried {
            let mut it = it.clone();
            if let Value::Object(fields) = &mut it {
                fields.remove("timestamp");
            }
            digest.write(it.to_string().as_bytes());
            let sort = it.get("result").and_then(Value::as_str).unwrap_or_default();
            if let Some(count) = report.get_mut("summary").and_then(|it| it.get_mut(sort)) {
                *count = json!(count.as_u64().unwrap_or_default() + 1);
            }
        }
        let mut left_out: usize =
            said(report, LEFT_OUT).and_then(|it| it.parse().ok()).unwrap_or_default();
        if let Some(results) = report.get_mut("results").and_then(Value::as_array_mut) {
            results.append(&mut carried);
            results.sort_by_key(|it| (is_skipped(it), Reverse(severity(it))));
            let mut used = 0;
            let sizes = results.iter().map(|it| {
                used += it.to_string().len() + BETWEEN;
                used
            });
            let fit = sizes.take(MOST).take_while(|used| *used <= ROOM).count();
            left_out += results.len() - fit;
            results.truncate(fit);
        }
        let annotations = report.get_mut("metadata").and_then(|it| it.get_mut("annotations"));
        if let Some(annotations) = annotations {
            insert(annotations, Self::DIGEST, json!(fingerprints::hex(digest.finish())));
            if left_out > 0 {
                insert(annotations, LEFT_OUT, json!(left_out.to_string()));
            }
        }
    }
}

fn is_skipped(result: &Value) -> bool {
    result.get("result").is_some_and(|it| it == "skip")
}

fn severity(result: &Value) -> Option<Severity> {
    let name = result.get("severity")?.as_str()?;
    Severity::ALL.into_iter().find(|it| it.name() == name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "a test may fail")]

    use super::*;

    fn result(rule: &str, severity: &str, seconds: u32) -> Value {
        json!({"rule": rule, "severity": severity, "result": "fail", "timestamp": {"seconds": seconds}})
    }

    fn report(results: &[Value]) -> Value {
        let annotations = json!({ReportApi::DIGEST: "00"});
        let fail = results.len();
        json!({"metadata": {"annotations": annotations}, "summary": {"fail": fail}, "results": results})
    }

    fn digest(report: &Value) -> &Value {
        &report["metadata"]["annotations"][ReportApi::DIGEST]
    }

    #[test]
    fn what_is_open_is_carried_over_and_nothing_else() {
        let before = report(&[result("a", "high", 1), result("b", "high", 1)]);
        let mut now = report(&[result("c", "medium", 2)]);
        ReportApi::carry_over(&mut now, &before, |it| it == "b");
        let expected = json!([result("b", "high", 1), result("c", "medium", 2)]);
        assert_eq!((&now["results"], &now["summary"]["fail"]), (&expected, &json!(2)));
        assert_ne!(digest(&now), "00");
        // Whenever it was said, it says the same.
        let mut later = report(&[result("c", "medium", 3)]);
        ReportApi::carry_over(&mut later, &report(&[result("b", "high", 2)]), |it| it == "b");
        assert_eq!(digest(&later), digest(&now));
        let mut alone = report(&[result("c", "medium", 3)]);
        ReportApi::carry_over(&mut alone, &before, |_| false);
        assert_eq!(alone, report(&[result("c", "medium", 3)]));
    }

    #[test]
    fn the_rest_is_what_is_open() {
        let mut before = report(&[result("a", "high", 1), result("b", "high", 1)]);
        insert(&mut before["metadata"], "managedFields", json!([{}]));
        let rest = ReportApi::rest(&before, |it| it == "b");
        assert_eq!(rest["results"], json!([result("b", "high", 1)]));
        assert_eq!((&rest["summary"]["fail"], &rest["summary"]["pass"]), (&json!(1), &json!(0)));
        assert_eq!(rest["metadata"].get("managedFields"), None);
        assert_eq!(ReportApi::rest(&rest, |it| it == "b")["results"], rest["results"]);
    }

    #[test]
    fn what_there_is_no_room_for_is_counted() {
        let before = report(&vec![result("b", "low", 1); MOST]);
        let mut now = report(&vec![result("c", "medium", 2); 2]);
        ReportApi::carry_over(&mut now, &before, |it| it == "b");
        assert_eq!(now["results"].as_array().map(Vec::len), Some(MOST));
        assert_eq!(now["results"][1]["rule"], "c");
        assert_eq!(now["metadata"]["annotations"][LEFT_OUT], "2");
        assert_eq!(now["summary"]["fail"], MOST + 2);
    }
}
