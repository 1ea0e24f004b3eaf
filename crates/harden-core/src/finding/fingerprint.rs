//! What stays of a finding when lines move: hashes that tell it, and each of its places, from others.

use std::hash::Hasher as _;

use fnv::FnvHasher;

use super::{Finding, Spot};

/// A finding as far as hashes go: it may come from a check, or from a report of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity<'a> {
    /// The id of its rule.
    pub(crate) rule: &'a str,
    /// `apiVersion`, kind, namespace and name of its object.
    pub(crate) object: Option<[&'a str; 4]>,
}

impl<'a> Identity<'a> {
    /// That of a finding of a check.
    pub(crate) fn of(finding: &'a Finding) -> Self {
        let object = finding.object.as_deref();
        let object = object.map(|it| [&*it.api_version, &*it.kind, &*it.namespace, &*it.name]);
        Self { rule: &finding.about.id, object }
    }

    /// The hash of the finding with these places: their paths and labels.
    pub(crate) fn whole(self, spots: impl IntoIterator<Item = (&'a str, &'a str)>) -> u64 {
        let mut hash = self.begin();
        spots.into_iter().for_each(|(path, label)| write_spot(&mut hash, path, label));
        hash.finish()
    }

    /// The hash of each of its places, in no order that says anything.
    pub(crate) fn places(self, spots: impl IntoIterator<Item = (&'a str, &'a str)>) -> Box<[u64]> {
        let one = |spot| self.whole([spot]);
        let mut places: Vec<_> = spots.into_iter().map(one).collect();
        places.sort_unstable();
        places.into()
    }

    fn begin(self) -> FnvHasher {
        let mut hash = FnvHasher::default();
        write(&mut hash, self.rule);
        if let Some([api_version, kind, namespace, name]) = self.object {
            let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
            [group, kind, namespace, name].into_iter().for_each(|it| write(&mut hash, it));
        }
        hash
    }
}

/// The paths and labels of places.
pub(crate) fn spots(spots: &[Spot]) -> impl Iterator<Item = (&str, &str)> {
    spots.iter().map(|it| (&*it.path, &*it.label))
}

fn write_spot(hash: &mut FnvHasher, path: &str, label: &str) {
    // List positions change when items are added before them.
    let parts = path.split(['[', ']']);
    let is_position = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    parts.filter(|it| !is_position(it)).for_each(|it| write(hash, it));
    // A container without a name is called by its place in the list.
    write(hash, if label.ends_with(']') { "" } else { label });
}

fn write(hash: &mut FnvHasher, text: &str) {
    hash.write(text.as_bytes());
    hash.write_u8(0);
}
