//! Kyverno's patterns as expressions.
//!
//! A pattern passes, fails, or says nothing of a value. What it says nothing of is not refused, but where it
//! is within something else, it matters which of both it was.

use super::logic::Term;
use super::scalar::admits;
use super::text::{is_name, quoted};
use crate::kyverno::Pattern;
use crate::kyverno::pattern::Anchor;
use crate::kyverno::pattern::scalar::Scalar;
use crate::kyverno::pattern::tree::{Entry, Map, Node};

/// How much an expression may come to: nobody reads more, and the API server counts what it may cost.
const LENGTH: usize = 10_000;

/// What a pattern says of a value.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// It is as the pattern asks.
    pub(super) passes: Term,
    /// It is not refused: it is as the pattern asks, or the pattern says nothing of it.
    pub(super) holds: Term,
    /// The pattern says nothing of it, as conditions further in say.
    weak: Term,
    /// The pattern says nothing of it, as a condition here says.
    strong: Term,
}

/// Where a value is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    chain: String,
    is_there: bool,
}

impl Place {
    /// A value that an identifier stands for.
    pub(super) fn of(name: &str) -> Self {
        Self { chain: name.to_owned(), is_there: true }
    }

    /// What is at a key; nothing is null.
    pub(super) fn at(&self, key: &str) -> Self {
        let chain = &self.chain;
        let chain = if is_name(key) {
            format!("{chain}.?{key}")
        } else {
            format!("{chain}[?{}]", quoted(key))
        };
        Self { chain, is_there: false }
    }

    pub(super) fn value(&self) -> String {
        let chain = &self.chain;
        if self.is_there {
            chain.clone()
        } else if chain.ends_with(']') {
            // Of what an index makes, the API server would take the type of null.
            format!("{chain}.orValue(dyn(null))")
        } else {
            format!("{chain}.orValue(null)")
        }
    }

    fn is_present(&self) -> Term {
        if self.is_there {
            return Term::TRUE;
        }
        Term::atom(format!("{}.hasValue()", self.chain))
    }

    pub(super) fn is_a(&self, name: &str) -> Term {
        if self.is_there && self.chain == "object" && name == "map" {
            return Term::TRUE;
        }
        Term::atom(format!("type({}) == {name}", self.value()))
    }
}

impl Said {
    fn plain(passes: Term) -> Self {
        Self { holds: passes.clone(), passes, weak: Term::FALSE, strong: Term::FALSE }
    }

    pub(super) fn skips(&self) -> Term {
        Term::any([self.weak.clone(), self.strong.clone()])
    }

    fn is_plain(&self) -> bool {
        self.weak.is(false) && self.strong.is(false)
    }

    /// That nothing is there, or what is there is so.
    fn or_absent(self, place: &Place) -> Self {
        let absent = place.is_present().not();
        let within = |it| Term::all([place.is_present(), it]);
        Self {
            passes: Term::any([absent.clone(), self.passes]),
            holds: Term::any([absent, self.holds]),
            weak: within(self.weak),
            strong: within(self.strong),
        }
    }
}

/// What a pattern says of the value at a place.
///
/// # Errors
///
/// Why it cannot be said by an expression.
pub(super) fn express(pattern: &Pattern, place: &Place) -> Result<Said, String> {
    if pattern.root.is_fluid() {
        let why = "wildcards in keys of labels or annotations take the first key that matches";
        return Err(why.to_owned());
    }
    let said = Writer { names: 0 }.node(&pattern.root, place)?;
    if said.holds.to_string().len() > LENGTH {
        return Err(format!("as an expression the pattern takes more than {LENGTH} characters"));
    }
    Ok(said)
}

/// Whether Kyverno may have an error in place of a failure: it has one where something fails and the key of a
/// condition or of `^()` is nowhere in the object. What fails is the key's own value where there is nothing beside it.
pub(super) fn may_fail(pattern: &Pattern) -> bool {
    errs(&pattern.root)
}

fn errs(node: &Node) -> bool {
    let Node::Map(map) = node else { return has_existence(node) };
    let mut entries = map.entries();
    match (entries.next(), entries.next()) {
        (Some(only), None) => match only.anchor {
            Some(Anchor::Existence) => has_noted(&only.value),
            None => errs(&only.value),
            Some(_) => has_existence(node),
        },
        _ => has_existence(node),
    }
}

fn has_existence(node: &Node) -> bool {
    has(node, |it| it == Anchor::Existence)
}

/// Whether a pattern has keys that Kyverno looks for in the whole object.
fn has_noted(node: &Node) -> bool {
    has(node, |it| matches!(it, Anchor::Condition | Anchor::Existence))
}

fn has(node: &Node, is_one: fn(Anchor) -> bool) -> bool {
    match node {
        Node::Map(map) => {
            map.entries().any(|it| it.anchor.is_some_and(is_one) || has(&it.value, is_one))
        }
        Node::List(items) => items.iter().any(|it| has(it, is_one)),
        Node::Scalar(_) => false,
    }
}

struct Writer {
    names: usize,
}

type Written = Result<Said, String>;

impl Writer {
    fn name(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    fn node(&mut self, pattern: &Node, place: &Place) -> Written {
        match pattern {
            Node::Map(map) => self.map(map, place),
            Node::List(items) => self.list(items, place),
            Node::Scalar(scalar) => Ok(Said::plain(self.scalar(scalar, place))),
        }
    }

    fn scalar(&mut self, scalar: &Scalar, place: &Place) -> Term {
        let name = self.name();
        let value = place.value();
        let list = format!("(type({value}) == list ? {value} : [{value}])");
        each(&list, &name, &admits(&name, scalar))
    }

    fn list(&mut self, pattern: &[Node], place: &Place) -> Written {
        let is_list = place.is_a("list");
        let value = place.value();
        match pattern.first() {
            None => Ok(Said::plain(Term::FALSE)),
            Some(Node::Scalar(scalar)) => {
                let name = self.name();
                let all = each(&value, &name, &admits(&name, scalar));
                Ok(Said::plain(Term::all([is_list, all])))
            }
            Some(first @ Node::Map(_)) => {
                let name = self.name();
                let said = self.node(first, &Place::of(&name))?;
                let all = |it: &Term| each(&value, &name, it);
                if said.is_plain() {
                    return Ok(Said::plain(Term::all([is_list, all(&said.passes)])));
                }
                let holds = all(&said.holds);
                let is_empty = Term::atom(format!("{value} == []"));
                let one = some(&value, &name, &said.passes);
                let passes =
                    Term::all([is_list.clone(), holds.clone(), Term::any([is_empty.clone(), one])]);
                let weak = Term::all([is_list.clone(), is_empty.not(), all(&said.skips())]);
                let holds = Term::all([is_list, holds]);
                Ok(Said { passes, holds, weak, strong: Term::FALSE })
            }
            Some(Node::List(_)) => {
                let length = Term::atom(format!("size({value}) >= {}", pattern.len()));
                let guard = Term::all([is_list, length]);
                let mut all = Vec::new();
                for (index, it) in pattern.iter().enumerate() {
                    all.push(self.node(it, &Place::of(&format!("{value}[{index}]")))?);
                }
                let of = |part: fn(&Said) -> &Term| all.iter().map(part).cloned();
                let holds = Term::all([guard.clone(), Term::all(of(|it| &it.holds))]);
                let passes = Term::all([holds.clone(), Term::any(of(|it| &it.passes))]);
                let weak = Term::all([guard, Term::all(all.iter().map(Said::skips))]);
                Ok(Said { passes, holds, weak, strong: Term::FALSE })
            }
        }
    }

    fn map(&mut self, map: &Map, place: &Place) -> Written {
        let guard = place.is_a("map");
        let anchors = map.anchors.iter().map(|it| self.entry(it, place));
        let anchors = anchors.collect::<Result<Vec<_>, _>>()?;
        let fields = map.fields.iter().map(|it| self.entry(it, place));
        let fields = in_turn(&fields.collect::<Result<Vec<_>, _>>()?);
        let anchors = together(&anchors);
        let goes_on = |it: Term| Term::all([anchors.passes.clone(), it]);
        let holds = anchors.holds_before(fields.holds);
        let skips = anchors.skips.clone();
        Ok(Said {
            holds: Term::all([guard.clone(), holds]),
            weak: Term::all([guard.clone(), Term::any([skips, goes_on(fields.weak)])]),
            strong: Term::all([guard.clone(), goes_on(fields.strong)]),
            passes: Term::all([guard, goes_on(fields.passes)]),
        })
    }

    fn entry(&mut self, entry: &Entry, place: &Place) -> Written {
        let pattern = &entry.value;
        let place = place.at(&entry.name);
        let is_present = place.is_present();
        Ok(match entry.anchor {
            None if pattern.is_star() => {
                Said::plain(Term::atom(format!("{} != null", place.value())))
            }
            None => self.node(pattern, &place)?,
            Some(Anchor::Condition) => {
                let passes = Term::all([is_present, self.node(pattern, &place)?.passes]);
                let strong = passes.clone().not();
                Said { passes, holds: Term::TRUE, weak: Term::FALSE, strong }
            }
            Some(Anchor::Global) => {
                let passes = self.node(pattern, &place)?.passes;
                let passes = Term::any([is_present.not(), passes]);
                let strong = passes.clone().not();
                Said { passes, holds: Term::TRUE, weak: Term::FALSE, strong }
            }
            Some(Anchor::Negation) => Said::plain(is_present.not()),
            Some(Anchor::Existence) => {
                Said::plain(self.existence(pattern, &place)?).or_absent(&place)
            }
            Some(Anchor::Equality | Anchor::Addition) => {
                self.node(pattern, &place)?.or_absent(&place)
            }
        })
    }

    fn existence(&mut self, pattern: &Node, place: &Place) -> Result<Term, String> {
        let Node::List(wanted) = pattern else { return Ok(Term::FALSE) };
        let mut all = vec![place.is_a("list")];
        for it in wanted.iter() {
            if !matches!(it, Node::Map(_)) {
                return Ok(Term::FALSE);
            }
            let name = self.name();
            let said = self.node(it, &Place::of(&name))?;
            all.push(some(&place.value(), &name, &said.passes));
        }
        Ok(Term::all(all))
    }
}

/// What anchors that are looked at one after the other come to.
struct Together {
    passes: Term,
    skips: Term,
    fails: Term,
    /// Conditions, and what must hold where these do, if nothing else decides.
    parts: Option<[Term; 2]>,
}

impl Together {
    /// That they refuse nothing, and neither does what is looked at behind them.
    fn holds_before(&self, rest: Term) -> Term {
        if let Some([conditions, others]) = &self.parts {
            return Term::any([conditions.clone().not(), Term::all([others.clone(), rest])]);
        }
        let goes_on = Term::any([self.skips.clone(), rest]);
        Term::all([self.fails.clone().not(), goes_on])
    }
}

fn together(anchors: &[Said]) -> Together {
    let passes = |it: &[Said]| Term::all(it.iter().map(|it| it.passes.clone()));
    let count = anchors.iter().take_while(|it| it.holds.is(true) && it.weak.is(false)).count();
    let (conditions, others) = anchors.split_at_checked(count).unwrap_or((anchors, &[]));
    if others.iter().all(Said::is_plain) {
        let [conditions, others] = [passes(conditions), passes(others)];
        return Together {
            passes: passes(anchors),
            skips: conditions.clone().not(),
            fails: Term::all([conditions.clone(), others.clone().not()]),
            parts: Some([conditions, others]),
        };
    }
    let mut no_strong = Term::TRUE;
    let mut fails = Vec::new();
    for it in anchors {
        let fail = Term::any([it.passes.clone(), it.skips()]).not();
        let fail = if it.holds.is(true) { Term::FALSE } else { fail };
        fails.push(Term::all([no_strong.clone(), fail]));
        no_strong = Term::all([no_strong, it.strong.clone().not()]);
    }
    let fails = Term::any(fails);
    let one_passes = Term::any(anchors.iter().map(|it| it.passes.clone()));
    let weak = Term::any(anchors.iter().map(|it| it.weak.clone()));
    let strong = Term::any(anchors.iter().map(|it| it.strong.clone()));
    let skips = Term::any([strong, Term::all([weak, one_passes.not()])]);
    let skips = Term::all([fails.clone().not(), skips]);
    let passes = Term::all([fails.clone().not(), skips.clone().not()]);
    Together { passes, skips, fails, parts: None }
}

/// What fields come to, of which the first that does not pass decides.
fn in_turn(fields: &[Said]) -> Said {
    let mut whole = Said::plain(Term::TRUE);
    for it in fields.iter().rev() {
        let then = |rest: Term| Term::all([it.passes.clone(), rest]);
        whole = Said {
            holds: if whole.holds.is(true) {
                it.holds.clone()
            } else {
                Term::any([it.skips(), then(whole.holds)])
            },
            weak: Term::any([it.weak.clone(), then(whole.weak)]),
            strong: Term::any([it.strong.clone(), then(whole.strong)]),
            passes: then(whole.passes),
        };
    }
    whole
}

/// That all elements of a list are so.
fn each(list: &str, name: &str, term: &Term) -> Term {
    match term {
        Term::Constant(true) => Term::TRUE,
        term => Term::atom(format!("{list}.all({name}, {term})")),
    }
}

/// That an element of a list is so.
fn some(list: &str, name: &str, term: &Term) -> Term {
    match term {
        Term::Constant(false) => Term::FALSE,
        term => Term::atom(format!("{list}.exists({name}, {term})")),
    }
}
