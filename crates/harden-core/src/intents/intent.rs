//! What an intent is: one flaw that is not let in, as a value.

use super::{Demand, Parameter, Target};
use crate::finding::{Reference, Severity};
use crate::kubernetes::{Kind, Level};
use crate::rule::{Category, Rule};
use crate::rules;

/// One flaw that is not let in.
#[derive(Debug)]
pub struct Intent {
    /// Kebab-case name of the flaw: that of the rule that finds it, where there is one. One that changes objects is
    /// called `default-` and what it sets.
    pub id: &'static str,
    /// The kind of its constraints in Gatekeeper: `Harden` and its name in camel case.
    pub constraint: Kind,
    /// What a person needs to know about it.
    pub words: Words,
    /// What only the team that says it can know, such as its registries.
    pub parameters: &'static [Parameter],
    /// The objects that it is about.
    pub target: Target,
    /// What they have to be like.
    pub demand: Demand,
}

/// What a person needs to know about a flaw.
#[derive(Debug)]
pub enum Words {
    /// What the rule of the same name says.
    OfRule,
    /// What no rule says, because the flaw is one by the team's own wish.
    Own(Own),
}

/// The words of an intent that is no rule; see [`Rule`] for the fields.
#[derive(Debug)]
pub struct Own {
    /// What it is about.
    pub category: Category,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line without a full stop.
    pub summary: &'static str,
    /// Why it matters. Sentences.
    pub why: &'static str,
    /// What to do, as a command in one line without a full stop.
    pub remedy: &'static str,
    /// Where the field says the same.
    pub references: &'static [Reference<&'static str>],
    /// A manifest that is refused, or one that is changed.
    pub bad: &'static str,
    /// The same manifest without the flaw; what the other becomes. Empty where there is no such request without it.
    pub good: &'static str,
}

impl Intent {
    /// The rule that finds the same flaw in what is there.
    pub fn rule(&self) -> Option<&'static Rule> {
        match self.words {
            Words::OfRule => rules::find(self.id),
            Words::Own(_) => None,
        }
    }

    /// Each parameter with the values that it shows as examples, as `--set` takes them.
    pub fn examples(&self) -> Vec<(String, String)> {
        let of = |it: &'static Parameter| {
            it.example.iter().map(|value| (it.name.to_owned(), (*value).to_owned()))
        };
        self.parameters.iter().flat_map(of).collect()
    }

    /// What is wrong, in one line without a full stop.
    pub fn summary(&self) -> &'static str {
        self.said(|it| it.summary, |it| it.summary)
    }

    /// Why it matters. Sentences.
    pub fn why(&self) -> &'static str {
        self.said(|it| it.why, |it| it.why)
    }

    /// What to do, in one line without a full stop.
    pub fn remedy(&self) -> &'static str {
        self.said(|it| it.remedy, |it| it.remedy)
    }

    /// A manifest that is refused.
    pub fn bad(&self) -> &'static str {
        self.said(|it| it.bad, |it| it.bad)
    }

    /// The same manifest without the flaw; empty where there is none.
    pub fn good(&self) -> &'static str {
        self.said(|it| it.good, |it| it.good)
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        match &self.words {
            Words::OfRule => self.rule().map_or(Severity::Medium, |it| it.severity),
            Words::Own(own) => own.severity,
        }
    }

    /// What it is about.
    pub fn category(&self) -> Category {
        match &self.words {
            Words::OfRule => self.rule().map_or(Category::Admission, |it| it.category),
            Words::Own(own) => own.category,
        }
    }

    /// The level of the Pod Security Standards that forbids the flaw; none beyond the standards.
    pub fn level(&self) -> Option<Level> {
        self.rule().and_then(|it| it.level)
    }

    /// Where the field says the same.
    pub fn references(&self) -> &'static [Reference<&'static str>] {
        match &self.words {
            Words::OfRule => self.rule().map_or(&[], |it| it.references),
            Words::Own(own) => own.references,
        }
    }

    fn said(
        &self,
        of_rule: fn(&'static Rule) -> &'static str,
        own: fn(&Own) -> &'static str,
    ) -> &'static str {
        match &self.words {
            Words::OfRule => self.rule().map_or("", of_rule),
            Words::Own(words) => own(words),
        }
    }
}
