//! How lists of objects are merged, and how two of them go together.

use serde_json::Value;

use super::Changed;

/// How the API server merges a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merge {
    /// As a whole.
    Whole,
    /// Item by item, which these keys tell apart; the first is that of strategic merge patches.
    Keyed(&'static [&'static str]),
    /// The same, which the schema that kustomize carries does not know.
    New(&'static [&'static str]),
    /// As a set of texts.
    Set,
}

type Row = (&'static str, Merge);

const NAME: Merge = Merge::Keyed(&["name"]);

/// The lists of pods, by their ways from the spec of the pod.
const OF_PODS: &[Row] = &[
    ("containers", NAME),
    ("containers[].env", NAME),
    ("containers[].ports", Merge::Keyed(&["containerPort", "protocol"])),
    ("containers[].volumeDevices", Merge::Keyed(&["devicePath"])),
    ("containers[].volumeMounts", Merge::Keyed(&["mountPath"])),
    ("hostAliases", Merge::Keyed(&["ip"])),
    ("imagePullSecrets", NAME),
    ("resourceClaims", Merge::New(&["name"])),
    ("schedulingGates", Merge::New(&["name"])),
    ("topologySpreadConstraints", Merge::Keyed(&["topologyKey", "whenUnsatisfiable"])),
    ("volumes", NAME),
];

/// The lists of objects, by their kinds and the ways from the object.
const OF_OBJECTS: &[(&str, &[Row])] = &[
    ("Service", &[("spec.ports", Merge::Keyed(&["port", "protocol"]))]),
    ("ServiceAccount", &[("secrets", NAME), ("imagePullSecrets", NAME)]),
    ("MutatingWebhookConfiguration", WEBHOOKS),
    ("ValidatingWebhookConfiguration", WEBHOOKS),
    ("ValidatingAdmissionPolicy", POLICY),
    ("MutatingAdmissionPolicy", POLICY),
];

const WEBHOOKS: &[Row] =
    &[("webhooks", NAME), ("webhooks[].matchConditions", Merge::New(&["name"]))];

const POLICY: &[Row] =
    &[("spec.matchConditions", Merge::New(&["name"])), ("spec.variables", Merge::New(&["name"]))];

/// The lists of every object.
const OF_METADATA: &[Row] =
    &[("metadata.finalizers", Merge::Set), ("metadata.ownerReferences", Merge::Keyed(&["uid"]))];

impl Changed {
    /// How the list at a way from the object is merged: keys between dots, `[]` for the items of a list.
    pub(super) fn merge(&self, path: &str) -> Merge {
        let find = |rows: &[Row], path: &str| {
            rows.iter().find(|(it, _)| *it == path).map(|(_, merge)| *merge)
        };
        let of_pod = self.pods.into_iter().flat_map(|it| it.pods).find_map(|holder| {
            let rest = path.strip_prefix(holder)?;
            let rest = rest.strip_prefix('.').unwrap_or(rest).strip_prefix("spec.")?;
            let others = ["initContainers", "ephemeralContainers"];
            let of_other = others.iter().find_map(|it| rest.strip_prefix(it));
            let as_container = of_other.map(|it| format!("containers{it}"));
            find(OF_PODS, as_container.as_deref().unwrap_or(rest))
        });
        let of_object = || {
            let (_, rows) = OF_OBJECTS.iter().find(|(kind, _)| *kind == self.object.kind)?;
            find(rows, path)
        };
        let found = find(OF_METADATA, path).or(of_pod).or_else(of_object);
        found.filter(|_| self.is_built_in || path.starts_with("metadata.")).unwrap_or(Merge::Whole)
    }
}

/// The keys that tell items of lists apart, the telling ones first.
const TELLING: [&str; 9] =
    ["mountPath", "devicePath", "name", "containerPort", "port", "ip", "topologyKey", "uid", "key"];

/// The key that tells an item from others, and its value.
pub(super) fn telling(item: &Value) -> Option<(&'static str, &Value)> {
    let is_simple = |it: &Value| it.is_string() || it.is_number();
    TELLING.iter().find_map(|key| Some((*key, item.get(key).filter(|it| is_simple(it))?)))
}

/// One step on the way from one list to another, with the places of items in the one and in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The same item, which may have been changed.
    Keep(usize, usize),
    /// An item that is no more there.
    Remove(usize),
    /// An item of the other list.
    Add(usize),
}

/// So many pairs of items are compared; longer lists go together by their places.
const MOST_PAIRS: usize = 1 << 18;

/// The steps from one list to another, in their order.
pub(super) fn align(before: &[Value], after: &[Value]) -> Vec<Step> {
    let is_same = |(one, other): (&Value, &Value)| match (telling(one), telling(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    };
    let start = before.iter().zip(after).take_while(|it| is_same(*it)).count();
    let (rest, other) = (tail(before, start), tail(after, start));
    let end = rest.iter().rev().zip(other.iter().rev()).take_while(|it| is_same(*it)).count();
    let (rest, other) = (head(rest, end), head(other, end));
    let mut steps: Vec<_> = (0..start).map(|it| Step::Keep(it, it)).collect();
    middle(rest, other, start, is_same, &mut steps);
    let tails = (before.len() - end..before.len()).zip(after.len() - end..after.len());
    steps.extend(tails.map(|(one, other)| Step::Keep(one, other)));
    steps
}

fn tail(list: &[Value], from: usize) -> &[Value] {
    list.get(from..).unwrap_or_default()
}

fn head(list: &[Value], without: usize) -> &[Value] {
    list.get(..list.len().saturating_sub(without)).unwrap_or_default()
}

/// The steps between the items that both lists begin with and those that they end with.
fn middle(
    before: &[Value],
    after: &[Value],
    start: usize,
    is_same: impl Fn((&Value, &Value)) -> bool,
    steps: &mut Vec<Step>,
) {
    let mut kept = Vec::new();
    if before.len().saturating_mul(after.len()) <= MOST_PAIRS {
        kept = common(before, after, is_same);
    }
    kept.push((before.len(), after.len()));
    let (mut one, mut other) = (0, 0);
    for (next, next_other) in kept {
        // What has no name of its own and stands where another stood is that one, changed.
        while one < next && other < next_other && pairs(before.get(one), after.get(other)) {
            steps.push(Step::Keep(start + one, start + other));
            (one, other) = (one + 1, other + 1);
        }
        steps.extend((one..next).map(|it| Step::Remove(start + it)));
        steps.extend((other..next_other).map(|it| Step::Add(start + it)));
        if next < before.len() {
            steps.push(Step::Keep(start + next, start + next_other));
        }
        (one, other) = (next + 1, next_other + 1);
    }
}

fn pairs(one: Option<&Value>, other: Option<&Value>) -> bool {
    one.zip(other).is_some_and(|(one, other)| telling(one).is_none() && telling(other).is_none())
}

/// The longest list of pairs of same items in the order of both lists.
fn common(
    before: &[Value],
    after: &[Value],
    is_same: impl Fn((&Value, &Value)) -> bool,
) -> Vec<(usize, usize)> {
    // How many pairs there are from each pair of places on, a row for each item of the one list.
    let width = after.len() + 1;
    let mut counts = vec![0_u32; (before.len() + 1) * width];
    let count = |counts: &[u32], row: usize, column: usize| {
        counts.get(row * width + column).copied().unwrap_or(0)
    };
    let mut same = vec![false; counts.len()];
    for (row, one) in before.iter().enumerate().rev() {
        for (column, other) in after.iter().enumerate().rev() {
            let is_pair = is_same((one, other));
            let best = if is_pair {
                count(&counts, row + 1, column + 1) + 1
            } else {
                count(&counts, row + 1, column).max(count(&counts, row, column + 1))
            };
            let at = row * width + column;
            counts.get_mut(at).into_iter().for_each(|it| *it = best);
            same.get_mut(at).into_iter().for_each(|it| *it = is_pair);
        }
    }
    let (mut row, mut column, mut pairs) = (0, 0, Vec::new());
    while row < before.len() && column < after.len() {
        if same.get(row * width + column) == Some(&true) {
            pairs.push((row, column));
            (row, column) = (row + 1, column + 1);
        } else if count(&counts, row + 1, column) >= count(&counts, row, column + 1) {
            row += 1;
        } else {
            column += 1;
        }
    }
    pairs
}
