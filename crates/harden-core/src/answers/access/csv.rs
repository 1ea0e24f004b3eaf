//! An answer as comma-separated values by RFC 4180: a line for each way by which somebody gets something.

use super::{Answer, Change, Changes, Coverage, Somebody, Through, Whole};
use crate::report::escape::Csv;

const COLUMNS: [&str; 14] = [
    "status",
    "kind",
    "namespace",
    "name",
    "in",
    "binding",
    "role",
    "verbs",
    "apiGroups",
    "resources",
    "resourceNames",
    "nonResourceURLs",
    "source",
    "line",
];

/// The answer as lines; what was not read has lines, too.
pub fn to_csv(answer: &Answer, coverage: &Coverage) -> String {
    let mut out = String::new();
    line(&mut out, &COLUMNS);
    match answer {
        Answer::WhoCan(it) => {
            let some = it.of_some_names.iter().map(|it| ("some-names", it));
            for (status, holder) in it.holders.iter().map(|it| ("", it)).chain(some) {
                let who = [status, &holder.kind, &holder.namespace, &holder.name];
                if holder.through.is_empty() {
                    line(&mut out, &[&who[..], &[""; 10]].concat());
                }
                holder.through.iter().for_each(|it| way(&mut out, who, it));
            }
        }
        Answer::WhatCan(it) => {
            it.through.iter().for_each(|way_| way(&mut out, who("", &it.somebody), way_));
            it.changes.iter().for_each(|it| changes(&mut out, it));
        }
        Answer::Changes(all) => all.iter().for_each(|it| changes(&mut out, it)),
        Answer::Wildcards(all) => {
            for role in all {
                for wild in &role.rules {
                    let rest = rule(&wild.rule, &wild.source, wild.line);
                    let rest: Vec<_> = rest.iter().map(String::as_str).collect();
                    let nobody = [(String::new(), String::new())];
                    let holders = if role.holders.is_empty() { &nobody[..] } else { &role.holders };
                    for (holder, namespace) in holders {
                        let (kind, name) = holder.split_once(' ').unwrap_or_default();
                        let (of, name) = match name.split_once('/') {
                            Some(it) if kind == "ServiceAccount" => it,
                            _ => ("", name),
                        };
                        let who = ["", kind, of, name, namespace, "", &role.role];
                        line(&mut out, &[&who[..], &rest].concat());
                    }
                }
            }
        }
    }
    for it in &coverage.incomplete {
        let mut fields = [""; 14];
        (fields[0], fields[3], fields[12]) = ("not-read", &it.what, &it.why);
        line(&mut out, &fields);
    }
    out
}

fn line(out: &mut String, fields: &[&str]) {
    let fields: Vec<_> = fields.iter().map(|it| Csv(it).to_string()).collect();
    out.push_str(&fields.join(","));
    out.push_str("\r\n");
}

fn who<'w>(status: &'w str, somebody: &'w Somebody) -> [&'w str; 4] {
    [status, somebody.kind(), somebody.namespace(), somebody.name()]
}

fn way(out: &mut String, who: [&str; 4], way: &Through) {
    let rest = rule(&way.rule, &way.source, way.line);
    let rest: Vec<_> = rest.iter().map(String::as_str).collect();
    line(out, &[&who[..], &[&way.namespace, &way.binding, &way.role], &rest].concat());
}

fn rule(rule: &Whole, source: &str, line: Option<u32>) -> [String; 7] {
    let groups: Vec<_> =
        rule.groups.iter().map(|it| if it.is_empty() { "core" } else { it }).collect();
    let line = line.map_or_else(String::new, |it| it.to_string());
    let [verbs, resources, names, urls] =
        [&rule.verbs, &rule.resources, &rule.names, &rule.urls].map(|it| it.join(" "));
    [verbs, groups.join(" "), resources, names, urls, source.to_owned(), line]
}

fn changes(out: &mut String, changes: &Changes) {
    let mut each = |status, all: &[Change]| {
        all.iter().for_each(|it| way(out, who(status, &changes.somebody), &it.through));
    };
    each("gained", &changes.gained);
    each("lost", &changes.lost);
}
