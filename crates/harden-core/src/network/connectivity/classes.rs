//! Which classes of pods are which peers.

use super::Network;
use super::records::{At, ClassRecord, Pods, Within};

/// The classes that each entry of the table of pods selects.
#[derive(Debug, Default)]
pub(super) struct Members {
    by_pods: Vec<Bits>,
    by_nodes: Vec<Bits>,
}

/// A set of small numbers.
#[derive(Debug, Default, Clone)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn of(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    pub(super) fn insert(&mut self, number: u32) {
        if let Some(word) = self.0.get_mut(number as usize / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// Adds what another one has.
    pub(super) fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|it| it & (1 << (number % 64)) != 0)
    }

    /// All numbers, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + use<'_> {
        self.0.iter().zip(0_u32..).filter(|(word, _)| **word != 0).flat_map(|(word, at)| {
            (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| at * 64 + bit)
        })
    }
}

impl Members {
    pub(super) fn new(network: &Network) -> Self {
        let mut by_namespace = vec![Vec::new(); network.namespaces.len()];
        for (id, class) in (0..).zip(&network.classes) {
            if let (At::Pod { .. }, Some(all)) =
                (&class.at, by_namespace.get_mut(class.namespace as usize))
            {
                all.push(id);
            }
        }
        let by_pods =
            network.tables.pods.iter().map(|it| select(it, network, &by_namespace)).collect();
        let by_nodes = network.tables.nodes.iter().map(|test| {
            let mut bits = Bits::of(network.classes.len());
            for (id, class) in (0..).zip(&network.classes) {
                let At::Node { node: Some(node), .. } = class.at else { continue };
                if network.nodes.get(node as usize).is_some_and(|it| test.holds(&it.labels)) {
                    bits.insert(id);
                }
            }
            bits
        });
        Self { by_pods, by_nodes: by_nodes.collect() }
    }

    /// The classes that an entry of the table of pods selects.
    pub(super) fn of_pods(&self, pods: u32) -> Option<&Bits> {
        self.by_pods.get(pods as usize)
    }

    pub(super) fn is_on_node(&self, nodes: u32, class: u32) -> bool {
        self.by_nodes.get(nodes as usize).is_some_and(|it| it.contains(class))
    }

    pub(super) fn is_of(&self, pods: u32, class: u32) -> bool {
        self.of_pods(pods).is_some_and(|it| it.contains(class))
    }
}

fn select(pods: &Pods, network: &Network, by_namespace: &[Vec<u32>]) -> Bits {
    let mut bits = Bits::of(network.classes.len());
    let holds = |class: &ClassRecord| pods.pods.holds(&class.labels);
    let mut take = |namespace: usize| {
        for id in by_namespace.get(namespace).into_iter().flatten() {
            if network.classes.get(*id as usize).is_some_and(holds) {
                bits.insert(*id);
            }
        }
    };
    match &pods.within {
        Within::One(namespace) => take(*namespace as usize),
        Within::Labelled(test) => {
            for (id, namespace) in network.namespaces.iter().enumerate() {
                if test.holds(&namespace.labels) {
                    take(id);
                }
            }
        }
    }
    bits
}
