//! What mutation makes of an object.

use crate::{Answer, Object, PolicyName};

/// An object after the policies of an engine, and what they said.
#[derive(Debug, Clone, Default)]
pub struct Mutated {
    /// What the object becomes; none where it stays as it is.
    pub object: Option<Object>,
    /// What each rule said.
    pub answers: Vec<Answer>,
    /// Objects other than that of the request, which rules change or make because of it.
    pub others: Vec<Changed>,
}

/// An object of the cluster that a rule changes because of a request for another.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The policy.
    pub policy: PolicyName,
    /// The rule of the policy; empty where it has no rules with names.
    pub rule: String,
    /// What the object becomes.
    pub object: Object,
}
