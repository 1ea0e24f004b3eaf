//! What an expected output is about, as the name of its file says.

use std::collections::BTreeSet;

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Connections,
    Exposure,
    Explanation,
    ExplainedExposure,
    Differences,
}

/// Which side of a connection the workloads in focus are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Ingress,
    Egress,
}

/// A question, and where its answer is.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// The file, by its way below the outputs.
    pub(crate) file: String,
    pub(crate) kind: Kind,
    pub(crate) format: String,
    /// The set-up; for differences the new one.
    pub(crate) setup: String,
    /// The set-up before.
    pub(crate) before: Option<String>,
    /// Words that name workloads: names, or namespaces that names follow.
    pub(crate) focus: Vec<String>,
    pub(crate) side: Option<Side>,
    /// Who is on the other end.
    pub(crate) with: Vec<String>,
    /// The only connection that is asked about.
    pub(crate) only: Option<(String, u16)>,
    /// Whether only what is allowed, or only what is denied, is explained.
    pub(crate) explained: Option<bool>,
}

const KINDS: [(&str, Kind); 4] = [
    ("_explain_exposure_output", Kind::ExplainedExposure),
    ("_explain_output", Kind::Explanation),
    ("_exposure_output", Kind::Exposure),
    ("_connlist_output", Kind::Connections),
];

impl Case {
    /// The case of a file; every name can be read, or the test fails.
    pub(crate) fn of(folder: &str, file: &str, setups: &BTreeSet<String>) -> Self {
        let (stem, format) = file.rsplit_once('.').unwrap();
        let mut this = Self {
            file: format!("{folder}/{file}"),
            kind: Kind::Differences,
            format: format.to_owned(),
            setup: String::new(),
            before: None,
            focus: Vec::new(),
            side: None,
            with: Vec::new(),
            only: None,
            explained: None,
        };
        if let Some(rest) = stem.strip_prefix("diff_between_") {
            let (new, old) = rest.split_once("_and_").unwrap();
            (this.setup, this.before) = (new.to_owned(), Some(old.to_owned()));
            return this;
        }
        let found = KINDS.iter().find_map(|(end, kind)| Some((stem.strip_suffix(end)?, *kind)));
        let (name, kind) = found.unwrap_or_else(|| panic!("{file}"));
        this.kind = kind;
        let begins = |it: &&String| {
            name.strip_prefix(it.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        let setup = setups.iter().filter(begins).max_by_key(|it| it.len());
        setup.unwrap_or_else(|| panic!("no set-up of {file}")).clone_into(&mut this.setup);
        this.words(&name[this.setup.len()..], file);
        this
    }

    fn words(&mut self, rest: &str, file: &str) {
        let Some(rest) = rest.strip_prefix("_focus_workload_") else {
            let rest = rest.trim_start_matches('_');
            let is_known = rest.is_empty() || rest.split('_').all(|it| self.option(it));
            assert!(is_known, "{file}: {rest}");
            return;
        };
        let mut is_other = false;
        for word in rest.split('_') {
            if self.option(word) {
                continue;
            }
            match (word, is_other) {
                ("with", _) => is_other = true,
                (_, true) => self.with.push(word.to_owned()),
                (_, false) => self.focus.push(word.to_owned()),
            }
        }
    }

    fn option(&mut self, word: &str) -> bool {
        match word {
            "ingress" => self.side = Some(Side::Ingress),
            "egress" => self.side = Some(Side::Egress),
            "allow" => self.explained = Some(true),
            "deny" => self.explained = Some(false),
            _ => match word.split_once('-') {
                Some((protocol @ ("tcp" | "udp" | "sctp"), port)) => {
                    self.only = Some((protocol.to_owned(), port.parse().unwrap()));
                }
                _ => return false,
            },
        }
        true
    }

    /// Whether a pair is asked about; `names` says whether a word is the name of a namespace.
    pub(crate) fn asks(&self, from: &str, to: &str, is_namespace: impl Fn(&str) -> bool) -> bool {
        let is_in = |words: &[String], end: &str| {
            let name = end.split('[').next().unwrap_or_default().trim_matches(['{', '}']);
            let (namespace, name) = name.split_once('/').unwrap_or(("", name));
            words.iter().enumerate().any(|(index, word)| {
                let before = index.checked_sub(1).and_then(|it| words.get(it));
                let of = before.filter(|it| is_namespace(it));
                word == name && of.is_none_or(|it| it == namespace)
            })
        };
        let focus = |end| self.focus.is_empty() || is_in(&self.focus, end);
        let with = |end| self.with.is_empty() || is_in(&self.with, end);
        let (out, into) = (focus(from) && with(to), focus(to) && with(from));
        match self.side {
            Some(Side::Egress) => out,
            Some(Side::Ingress) => into,
            None => out || into,
        }
    }
}
