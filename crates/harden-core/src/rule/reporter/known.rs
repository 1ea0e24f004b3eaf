//! Flaws that are mended by edits elsewhere, and what is known of what these change.

use harden_yaml::Place;

use super::{Edits, Reporter};
use crate::finding::Evidence;

/// A place, its label, what would mend it, and what is known of that.
type KnownSpot<'d, L> = (Place<'d>, L, Edits<'d>, Option<Evidence>);

impl<'d> Reporter<'_, 'd> {
    /// Reports several places of the object at hand as one flaw, each mended by edits here or elsewhere in it;
    /// nothing when there are none.
    pub fn flag_all_with(
        &mut self,
        message: impl AsRef<str>,
        places: impl IntoIterator<Item = (Place<'d>, impl AsRef<str>, Edits<'d>)>,
    ) {
        let unknown = places.into_iter().map(|(place, label, edits)| (place, label, edits, None));
        self.flag_all_known(message, unknown);
    }

    /// The same with what is known of what the edits of each place change.
    pub(crate) fn flag_all_known(
        &mut self,
        message: impl AsRef<str>,
        places: impl IntoIterator<Item = KnownSpot<'d, impl AsRef<str>>>,
    ) {
        for (place, label, mut edits, evidence) in places {
            if edits.iter().any(|it| self.is_blank(it.0)) {
                edits.clear();
            }
            let is_here = edits.first().is_some_and(|it| it.0.is_at(&place));
            let here = is_here.then(|| edits.remove(0).1);
            if self.add(place, label.as_ref(), here) {
                let base = self.subject.base(place);
                if is_here {
                    self.collector.add_along(base, &edits);
                } else {
                    self.collector.add_elsewhere(base, &edits);
                }
                evidence.into_iter().for_each(|it| self.collector.add_evidence(it));
            }
        }
        self.push(message.as_ref());
    }
}
