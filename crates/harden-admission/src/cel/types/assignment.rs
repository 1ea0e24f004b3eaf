//! Which type fits which, and what the open types are bound to meanwhile.

use super::Type;

/// What type variables stand for.
#[derive(Debug, Default)]
pub(in super::super) struct Bindings {
    bound: Vec<Option<Type>>,
    /// What was bound before, in the order of changes: to take them back.
    changes: Vec<(usize, Option<Type>)>,
}

impl Bindings {
    /// A new variable.
    pub(in super::super) fn open(&mut self) -> Type {
        self.bound.push(None);
        Type::Variable(u32::try_from(self.bound.len() - 1).unwrap_or(u32::MAX))
    }

    fn find(&self, number: u32) -> Option<&Type> {
        self.bound.get(usize::try_from(number).ok()?)?.as_ref()
    }

    fn bind(&mut self, number: u32, to: Type) {
        let Ok(index) = usize::try_from(number) else { return };
        if let Some(slot) = self.bound.get_mut(index) {
            self.changes.push((index, slot.replace(to)));
        }
    }

    /// Whether each of the first fits its counterpart; what does not fit leaves no trace.
    pub(in super::super) fn fit(&mut self, first: &[Type], second: &[Type]) -> bool {
        let start = self.changes.len();
        let fits = first.len() == second.len()
            && first.iter().zip(second).all(|(first, second)| self.fits(first, second));
        if !fits {
            for (index, before) in self.changes.drain(start..).rev() {
                if let Some(slot) = self.bound.get_mut(index) {
                    *slot = before;
                }
            }
        }
        fits
    }

    fn fits(&mut self, first: &Type, second: &Type) -> bool {
        if let Type::Variable(number) = second {
            match self.substitutes(first, *number) {
                Substitution::Valid => return true,
                Substitution::Taken => return false,
                Substitution::Cyclic => {}
            }
        }
        if let Type::Variable(number) = first {
            return matches!(self.substitutes(second, *number), Substitution::Valid);
        }
        if first.is_open() || second.is_open() {
            return true;
        }
        match (first, second) {
            (Type::Null, other) | (other, Type::Null) => is_nullable(other),
            (Type::Plain(first), Type::Plain(second)) => first == second,
            (Type::Message(first), Type::Message(second)) => first == second,
            (Type::Type(_), Type::Type(_)) => true,
            (Type::List(first), Type::List(second))
            | (Type::Optional(first), Type::Optional(second)) => self.fits(first, second),
            (Type::Map(keys, values), Type::Map(other_keys, other_values)) => {
                self.fits(keys, other_keys) && self.fits(values, other_values)
            }
            _ => false,
        }
    }

    fn substitutes(&mut self, with: &Type, number: u32) -> Substitution {
        if *with == Type::Variable(number) {
            return Substitution::Valid;
        }
        if let Some(bound) = self.find(number).cloned() {
            if bound == *with {
                return Substitution::Valid;
            }
            if !self.fits(with, &bound) {
                return Substitution::Taken;
            }
            let general = most_general(with, &bound).clone();
            if !self.refers(&general, number) {
                self.bind(number, general);
            }
            return Substitution::Valid;
        }
        if self.refers(with, number) {
            return Substitution::Cyclic;
        }
        self.bind(number, with.clone());
        Substitution::Valid
    }

    /// Whether a type has the variable in it.
    fn refers(&self, within: &Type, number: u32) -> bool {
        match within {
            Type::Variable(other) if *other == number => true,
            Type::Variable(other) => self.find(*other).is_some_and(|it| self.refers(it, number)),
            Type::List(of) | Type::Optional(of) | Type::Type(of) => self.refers(of, number),
            Type::Map(keys, values) => self.refers(keys, number) || self.refers(values, number),
            _ => false,
        }
    }

    /// The type with what is known of its variables; those that are open become dyn where asked.
    pub(in super::super) fn resolved(&self, it: &Type, open_is_dyn: bool) -> Type {
        let inner = |it: &Type| self.resolved(it, open_is_dyn);
        match it {
            Type::Variable(number) => match self.find(*number) {
                Some(bound) => inner(bound),
                None if open_is_dyn => Type::Dyn,
                None => it.clone(),
            },
            Type::List(of) => Type::list(inner(of)),
            Type::Optional(of) => Type::optional(inner(of)),
            Type::Type(of) => Type::Type(Box::new(inner(of))),
            Type::Map(keys, values) => Type::map(inner(keys), inner(values)),
            other => other.clone(),
        }
    }
}

enum Substitution {
    Valid,
    /// The variable stands for another type.
    Taken,
    /// The type has the variable in it.
    Cyclic,
}

fn is_nullable(it: &Type) -> bool {
    match it {
        Type::Null | Type::Optional(_) | Type::Message(_) => true,
        Type::Plain(name) => {
            !matches!(*name, "bool" | "int" | "uint" | "double" | "string" | "bytes")
        }
        _ => false,
    }
}

/// The one that says less.
pub(in super::super) fn most_general<'a>(first: &'a Type, second: &'a Type) -> &'a Type {
    if is_less_specific(first, second) { first } else { second }
}

fn is_less_specific(first: &Type, second: &Type) -> bool {
    match (first, second) {
        (Type::Dyn | Type::Variable(_), _) | (Type::Type(_), Type::Type(_)) => true,
        (_, Type::Dyn | Type::Variable(_)) => false,
        (Type::List(first), Type::List(second))
        | (Type::Optional(first), Type::Optional(second)) => is_less_specific(first, second),
        (Type::Map(keys, values), Type::Map(other_keys, other_values)) => {
            is_less_specific(keys, other_keys) && is_less_specific(values, other_values)
        }
        _ => first == second,
    }
}
