//! Policies in files.

use harden_admission::report::Written;
use harden_admission::{Needs, Object, Policies};
use harden_core::check::Incomplete;

use crate::commands::simulate::admission::given::Given;

/// Files with policies, and with what these name.
pub(in super::super) struct Files {
    given: Given,
    others: Vec<Object>,
}

impl Files {
    pub(in super::super) fn new(given: Given) -> Self {
        Self { given, others: Vec::new() }
    }

    pub(super) fn policies(&mut self) -> (Vec<Object>, Vec<Incomplete>) {
        let (mut policies, mut others) = (Vec::new(), Vec::new());
        self.given.learn(&Needs::all(), false, |object| {
            if Policies::takes(&object) {
                policies.push(object);
            } else {
                others.push(object);
            }
        });
        self.others = others;
        let mut lacks = std::mem::take(&mut self.given.lacks);
        if policies.is_empty() && lacks.is_empty() {
            let names: Vec<_> = self.given.sources().iter().map(|it| &*it.name).collect();
            let why = "no policy is in what --policy names".to_owned();
            lacks.push(Incomplete { what: names.join(", "), why });
        }
        (policies, lacks)
    }

    /// What is no policy.
    pub(super) fn others(&mut self) -> Vec<Object> {
        std::mem::take(&mut self.others)
    }

    pub(super) fn reads(&self, name: &str) -> bool {
        self.given.sources().iter().any(|it| &*it.name == name)
    }

    pub(super) fn written(&self) -> Written {
        let mut written = Written::default();
        self.given.sources().iter().for_each(|it| written.add(&it.name, &it.text));
        written
    }

    pub(super) fn said(&self) -> (&[String], &[String]) {
        (&self.given.errors, &self.given.notes)
    }
}
