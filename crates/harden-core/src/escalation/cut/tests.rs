use proptest::prelude::*;

use super::super::graph::tests::graph;
use super::*;

fn question<'q>(
    graph: &'q Graph<()>,
    starts: &'q [Node],
    items: &'q [Option<Item>],
) -> Question<'q, ()> {
    Question { graph, starts, target: 9, leads: |_| true, items }
}

const EACH: &[Option<Item>] = &[Some(0), Some(1), Some(2), Some(3), Some(4), Some(5)];

#[test]
fn one_binding_that_all_paths_need_is_the_cut() {
    let it = graph(&[(0, 2, &[&[0]]), (1, 2, &[&[1]]), (2, 9, &[&[2]])]);
    let cut = question(&it, &[0, 1], EACH).cut();
    assert_eq!((cut.items.as_slice(), cut.is_least()), ([2].as_slice(), true));
}

#[test]
fn of_rights_that_are_needed_together_one_is_enough() {
    let it = graph(&[(0, 9, &[&[0], &[1]]), (1, 9, &[&[1], &[2]])]);
    assert_eq!(question(&it, &[0, 1], EACH).cut().items, [1]);
}

#[test]
fn of_ways_that_come_to_the_same_all_are_cut() {
    let it = graph(&[(0, 9, &[&[0, 1]])]);
    let cut = question(&it, &[0], EACH).cut();
    assert_eq!((cut.items.as_slice(), cut.is_least()), ([0, 1].as_slice(), true));
}

#[test]
fn what_has_to_stay_is_never_in_a_cut() {
    let it = graph(&[(0, 1, &[&[0]]), (1, 9, &[&[1]]), (2, 9, &[&[1]])]);
    let items = [Some(0), None];
    let cut = question(&it, &[0, 2], &items).cut();
    assert_eq!((cut.items.as_slice(), cut.remaining.as_slice()), ([0].as_slice(), [2].as_slice()));
    let none = question(&it, &[2], &items).cut();
    assert!(none.items.is_empty() && none.is_least());
}

#[test]
fn several_ways_can_go_with_one_item() {
    let it = graph(&[(0, 9, &[&[0, 1]]), (0, 9, &[&[2]])]);
    let items = [Some(7), Some(7), Some(7)];
    assert_eq!(question(&it, &[0], &items).cut().items, [7]);
}

#[test]
fn a_search_that_is_not_brought_to_an_end_says_so_and_cuts() {
    // Vertex cover of a graph in which greedy is not the least.
    let mut sets: Vec<Vec<u32>> = Vec::new();
    for a in 0..12_u32 {
        for b in (a + 1)..12 {
            if (a * 7 + b * 5) % 3 != 0 {
                sets.push(vec![a, b]);
            }
        }
    }
    let mut it = Graph::default();
    let items: Vec<_> = (0..12).map(Some).collect();
    for (number, set) in (10..).zip(&sets) {
        let needs: Vec<Vec<u32>> = set.iter().map(|it| vec![*it]).collect();
        let needs: Vec<&[u32]> = needs.iter().map(Vec::as_slice).collect();
        it.add(super::super::graph::tests::edge(number, 9, &needs));
    }
    let starts: Vec<_> = (10..).take(sets.len()).collect();
    let asked = question(&it, &starts, &items);
    let (hasty, whole) = (asked.cut_within(3), asked.cut());
    assert!(!hasty.is_least() && whole.is_least());
    assert!(asked.is_cut(&starts, &hasty.items) && asked.is_cut(&starts, &whole.items));
    assert!(hasty.at_least <= whole.items.len() && whole.items.len() <= hasty.items.len());
}

/// A graph of up to ten nodes: edges with up to two needs of up to two ways, of which two have to stay.
fn any_edges() -> impl Strategy<Value = Vec<(u32, u32, Vec<Vec<u32>>)>> {
    let ways = prop::collection::vec(0..11_u32, 1..3);
    let needs = prop::collection::vec(ways, 0..3);
    prop::collection::vec((0..10_u32, 0..10_u32, needs), 1..18)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_a_cut_no_path_is_left_and_no_smaller_one_does(edges in any_edges(), starts in prop::collection::vec(0..9_u32, 1..4)) {
        let mut it = Graph::default();
        for (from, to, needs) in &edges {
            let needs: Vec<&[u32]> = needs.iter().map(Vec::as_slice).collect();
            it.add(super::super::graph::tests::edge(*from, *to, &needs));
        }
        // Two ways for one item, and two that have to stay.
        let items: Vec<_> = (0..11).map(|way| match way { 8 => Some(0), 9 | 10 => None, _ => Some(way) }).collect();
        let asked = question(&it, &starts, &items);
        let cut = asked.cut();
        let open: Vec<_> = starts.iter().copied().filter(|it| !cut.remaining.contains(it)).collect();
        prop_assert!(cut.is_least());
        prop_assert!(asked.is_cut(&open, &cut.items));
        let all: Vec<_> = (0..8).collect();
        for node in &cut.remaining {
            prop_assert!(!asked.is_cut(&[*node], &all), "{node} could be cut off");
        }
        for subset in 0..256_u32 {
            if (subset.count_ones() as usize) < cut.items.len() {
                let some: Vec<_> = (0..8).filter(|it| subset & (1 << it) != 0).collect();
                prop_assert!(!asked.is_cut(&open, &some), "{some:?} is smaller than {:?}", cut.items);
            }
        }
    }
}
