//! What was gathered of one namespace.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::Today;
use super::ladder::Held;
use super::sighting::Sighting;

/// What was gathered of one namespace.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    /// What its Namespace says; none where it was not seen.
    pub(super) today: Option<Today>,
    /// Kinds and names of what makes pods.
    pub(super) makers: FxHashSet<(String, String)>,
    /// Those of which something is to be said.
    pub(super) sightings: Vec<Sighting>,
    /// What those hold of which nothing is to be said; none where there are none.
    pub(super) held: Option<Held>,
    /// How many pod templates were seen that nobody made, and how many Pods there are.
    pub(super) templates: usize,
    pub(super) pods: usize,
    /// Those that are let off, by their runtime classes.
    pub(super) let_off: BTreeMap<String, usize>,
}

impl Gathering {
    pub(super) fn learn(&mut self, today: Today) {
        match &mut self.today {
            Some(known) => known.join(today),
            None => self.today = Some(today),
        }
    }

    /// Whether nothing of it was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.today.is_none() && self.makers.is_empty() && self.pods == 0
    }

    pub(super) fn take(&mut self, sighting: Sighting) {
        let is_pod = sighting.is_pod();
        self.pods += usize::from(is_pod);
        self.templates += usize::from(!is_pod && sighting.owners.is_empty());
        if !is_pod {
            self.makers.insert((sighting.kind.clone(), sighting.name.clone()));
        }
        if let Some(class) = sighting.runtime_class {
            *self.let_off.entry(class).or_default() += 1;
        } else if !sighting.is_sound() || !sighting.undecodable.is_empty() {
            self.sightings.push(sighting);
        } else if !sighting.state.is_aside() {
            let [one, other] = sighting.held;
            let held = self.held.get_or_insert(sighting.held);
            *held = [held[0] & one, held[1] & other];
        }
    }
}
