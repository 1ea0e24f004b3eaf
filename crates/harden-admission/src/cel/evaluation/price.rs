//! What the server counts for operations that are no calls.

use super::super::syntax::{Fold, Kind};

/// What the server counts for an operation beside what it is made of, the least and the most.
pub(super) fn price(kind: &Kind) -> (u64, u64) {
    match kind {
        Kind::Ident(name) => {
            // A dotted name is a path.
            let parts = name.matches('.').count() + 1;
            (0, u64::try_from(parts).unwrap_or(u64::MAX))
        }
        Kind::Presence { .. } => (0, 1),
        Kind::List(_) => (0, 10),
        Kind::Map(_) => (0, 30),
        Kind::Struct { .. } => (0, 40),
        Kind::Fold(fold) => match &**fold {
            Fold::All { .. } | Fold::Exists { .. } => (0, 6),
            Fold::ExistsOne { .. } => (0, 2),
            Fold::List { .. } | Fold::Let { .. } => (0, 11),
            Fold::Map { .. } => (0, 31),
        },
        // What is absent has no fields, and those cost nothing.
        Kind::Select { .. }
        | Kind::OptionalSelect { .. }
        | Kind::Call { .. }
        | Kind::Conditional(_) => (0, 2),
        Kind::Literal(_) | Kind::Logic { .. } => (0, 0),
    }
}
