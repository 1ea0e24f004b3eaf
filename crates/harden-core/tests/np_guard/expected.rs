//! The outputs, read by value.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{Case, Kind};
use super::ports::Ports;
use super::rows::Rows;

/// What an output says.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// Who reaches whom.
    pub(crate) rows: Rows,
    /// What is said not to pass, where that is explained.
    pub(crate) denied: Rows,
    /// Whom workloads reach that are not there.
    pub(crate) out: Rows,
    /// Who reaches workloads without being there.
    pub(crate) into: Rows,
    /// Workloads that no policy selects, by direction; where it is said.
    pub(crate) unprotected: Option<BTreeSet<(String, String)>>,
    /// Which pairs differ: what they had and have, and which workloads came or went.
    pub(crate) differences: Vec<Difference>,
}

/// What differs between two set-ups.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) before: Ports,
    pub(crate) now: Ports,
    /// The workloads that came (`true`) and went.
    pub(crate) workloads: BTreeMap<String, bool>,
}

/// Where a line belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Rows,
    Out,
    Into,
    Unprotected,
}

impl Expected {
    pub(crate) fn read(text: &str, case: &Case) -> Self {
        let mut this = Self::default();
        let only = case.only.as_ref().map(|(protocol, port)| Ports::one(protocol, *port));
        match (case.kind, case.format.as_str()) {
            (Kind::Differences, format) => this.differences(text, format),
            (Kind::Explanation | Kind::ExplainedExposure, _) => {
                this.explanation(text, only.as_ref());
            }
            (_, "txt") => this.lines(text, only.as_ref()),
            (_, "json") => this.json(text),
            (_, "csv" | "md") => this.table(text, &case.format),
            (_, format) => panic!("the format {format}"),
        }
        for rows in [&mut this.rows, &mut this.denied, &mut this.out, &mut this.into] {
            rows.settle();
        }
        this
    }

    fn lines(&mut self, text: &str, only: Option<&Ports>) {
        let mut part = Part::Rows;
        for line in text.lines().filter(|it| !it.trim().is_empty()) {
            part = match line.trim() {
                "Exposure Analysis Result:" => part,
                "Egress Exposure:" => Part::Out,
                "Ingress Exposure:" => Part::Into,
                "Workloads not protected by network policies:" => Part::Unprotected,
                line if line.starts_with("Permitted connections on ") => part,
                _ => {
                    self.line(line, part, only);
                    continue;
                }
            };
        }
        if part != Part::Rows {
            self.unprotected.get_or_insert_default();
        }
    }

    fn line(&mut self, line: &str, part: Part, only: Option<&Ports>) {
        if part == Part::Unprotected {
            let (who, way) = line.split_once(" is not protected on ").unwrap();
            let it = (who.trim().to_owned(), way.trim().to_owned());
            self.unprotected.get_or_insert_default().insert(it);
            return;
        }
        let (pair, ports) = match (line.split_once(" : "), only) {
            (Some((pair, ports)), _) => (pair, Ports::read(ports)),
            (None, Some(only)) => (line, only.clone()),
            _ => panic!("{line:?}"),
        };
        let split = pair.split_once("=>");
        let (from, to) = split.or_else(|| pair.split_once("<=").map(|it| (it.1, it.0))).unwrap();
        self.add(part, from, to, ports);
    }

    /// Where a workload reaches all but some, those are rows without a connection; they are kept by that word.
    fn add(&mut self, part: Part, from: &str, to: &str, ports: Ports) {
        let rows = match part {
            Part::Rows => &mut self.rows,
            Part::Out => &mut self.out,
            Part::Into => &mut self.into,
            Part::Unprotected => panic!("{from} {to}"),
        };
        rows.add(from, to, ports);
    }

    fn json(&mut self, text: &str) {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        let exposure = &value["exposure_results"];
        let all = if value.is_array() { &value } else { &value["connlist_results"] };
        let parts = [
            (Part::Rows, all),
            (Part::Out, &exposure["egress_exposure"]),
            (Part::Into, &exposure["ingress_exposure"]),
        ];
        for (part, listed) in parts {
            for row in listed.as_array().into_iter().flatten() {
                let [from, to, ports] = ["src", "dst", "conn"].map(|it| row[it].as_str().unwrap());
                self.add(part, from, to, Ports::read(ports));
            }
        }
    }

    fn table(&mut self, text: &str, format: &str) {
        let mut part = Part::Rows;
        for line in cells(text, format) {
            let words: Vec<&str> =
                line.iter().map(|it| it.trim_start_matches(['#', ' '])).collect();
            match *words {
                ["Exposure Analysis Result:", ..]
                | ["src", "dst", "conn"]
                | ["dst", "src", "conn"] => {}
                ["Egress Exposure:", ..] => part = Part::Out,
                ["Ingress Exposure:", ..] => part = Part::Into,
                [first, second, ports] => {
                    let (from, to) =
                        if part == Part::Into { (second, first) } else { (first, second) };
                    self.add(part, from, to, Ports::read(ports));
                }
                _ => panic!("{line:?}"),
            }
        }
    }

    fn explanation(&mut self, text: &str, only: Option<&Ports>) {
        let mut pair: Option<(String, String)> = None;
        let mut has_exposure = false;
        for line in text.lines() {
            let words = line.trim_matches([' ', '#']);
            if let Some(rest) = words.strip_prefix("Connections between ") {
                let (from, to) = rest.trim_end_matches(':').split_once(" => ").unwrap();
                pair = Some((from.to_owned(), to.to_owned()));
            } else if words.starts_with("All Connections due to the system default") {
                pair = None;
            } else if words == "Exposure Analysis Result:" {
                has_exposure = true;
                break;
            } else if let Some((is_allowed, said)) = line.strip_prefix('\t').and_then(verdict) {
                let (from, to) = pair.as_ref().unwrap();
                let rows = if is_allowed { &mut self.rows } else { &mut self.denied };
                rows.add(from, to, said);
            } else if pair.is_none()
                && let Some((from, to)) = line.split_once(" => ")
            {
                let said = only.cloned().unwrap_or_else(Ports::all);
                self.rows.add(from, to, said);
            }
        }
        if has_exposure {
            let (_, rest) = text.split_once("Exposure Analysis Result:").unwrap();
            self.lines(rest, None);
        }
    }

    fn differences(&mut self, text: &str, format: &str) {
        let rows: Vec<Vec<String>> = match format {
            "txt" => text.lines().skip(1).map(fields).collect(),
            _ => cells(text, format).into_iter().skip(1).collect(),
        };
        for row in rows.into_iter().filter(|it| it.iter().any(|it| !it.is_empty())) {
            let mut row = row.into_iter();
            let mut next = || row.next().unwrap_or_default();
            let (_, from, to, before, now, info) = (next(), next(), next(), next(), next(), next());
            let workloads = info.split("workload").filter_map(|it| {
                let it = it.trim_matches([' ', ',', 's']);
                let name = |end: &str| it.strip_suffix(end).map(|it| it.trim().to_owned());
                name("added").map(|it| (it, true)).or_else(|| name("removed").map(|it| (it, false)))
            });
            let workloads = workloads.collect();
            let (before, now) = (Ports::read(&before), Ports::read(&now));
            self.differences.push(Difference { from, to, before, now, workloads });
        }
    }
}

/// Whether something is allowed, and what; a line of reasons is none.
fn verdict(line: &str) -> Option<(bool, Ports)> {
    let (word, rest) = line.split_once(' ')?;
    let allowed = match word {
        "Allowed" => true,
        "Denied" => false,
        _ => return None,
    };
    let (ports, _) = rest.split_once(" due to ")?;
    Some((allowed, Ports::read_explained(ports)))
}

/// The rows of a table, without lines that only draw it.
fn cells(text: &str, format: &str) -> Vec<Vec<String>> {
    if format == "csv" {
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.has_headers(false).flexible(true).from_reader(text.as_bytes());
        return reader
            .records()
            .map(|it| it.unwrap().iter().map(str::to_owned).collect())
            .collect();
    }
    let lines = text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with("|-"));
    let cells = |it: &str| it.trim_matches('|').split('|').map(|it| it.trim().to_owned()).collect();
    lines.map(cells).collect()
}

/// The values of `diff-type: changed, source: a, destination: b, ref1: TCP 80,UDP 53, ref2: No Connections`; the command
/// says `dir1` and `dir2` for the last two.
fn fields(line: &str) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for part in line.split(", ") {
        let (_, value) = part.split_once(": ").unwrap();
        fields.push(value.to_owned());
    }
    fields
}
