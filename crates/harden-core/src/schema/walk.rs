//! Holds what is written against a type.

use std::borrow::Cow;

use harden_yaml::{Action, Place, is_one_word};

use super::built_in::built_in;
use super::limit::Limit;
use super::patch::is_directive;
use super::similar::{only_similar, similar};
use super::table::{Field, LimitedId, Presence, Shape, Table, Type};
use super::{Flaw, FlawKind, scalar, words};

/// Deeper values are not looked at; only schemas in schemas nest at will.
const DEEPEST: u8 = 100;

/// What a whole object is held to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Root<'t> {
    /// Where its types are.
    pub(super) table: &'t Table,
    /// Its type.
    pub(super) shape: Shape,
    /// The minor version of the API server.
    pub(super) target: u16,
    /// Whether its values must not be repeated.
    pub(super) is_secret: bool,
}

/// Holds an object against its type.
pub(super) fn check<'d>(place: Place<'d>, root: &Root<'_>, flaws: &mut Vec<Flaw<'d>>) {
    let at = At { table: root.table, shape: root.shape, of: None, depth: 0, above: None };
    let mut walker = Walker { target: root.target, is_secret: root.is_secret, flaws };
    walker.visit(place, &at);
}

struct Walker<'f, 'd> {
    target: u16,
    is_secret: bool,
    flaws: &'f mut Vec<Flaw<'d>>,
}

/// Where the walk is: a shape, and the ways that led to it.
#[derive(Clone, Copy)]
struct At<'w> {
    table: &'w Table,
    shape: Shape,
    /// The key of the list or the map whose value this is.
    of: Option<&'w str>,
    depth: u8,
    above: Option<&'w Level<'w>>,
}

/// A map of known fields on the way to a place.
struct Level<'w> {
    table: &'w Table,
    of: &'w Type,
    /// The key that led to it.
    key: Option<&'w str>,
    above: Option<&'w Level<'w>>,
}

impl<'d> Walker<'_, 'd> {
    fn visit(&mut self, place: Place<'d>, at: &At<'_>) {
        // To Go null is nothing, and what is never looked at cannot be wrong.
        if !place.exists() || at.depth > DEEPEST {
            return;
        }
        match at.shape {
            Shape::Any => {}
            Shape::Limited(id) => self.limited(place, at, id),
            Shape::Metadata => {
                let built_in = built_in();
                let at = At { table: &built_in.table, shape: built_in.metadata, ..*at };
                self.visit(place, &at);
            }
            Shape::Struct(id) => match at.table.type_at(id) {
                Some(of) if place.is_map() => self.fields(place, at, of),
                _ => self.wrong_type(place, at),
            },
            Shape::List(item) if place.is_list() => {
                let shape = at.table.shape_at(item);
                let at = At { shape, of: place.key(), depth: at.depth + 1, ..*at };
                for item in place.items() {
                    self.visit(item, &at);
                }
            }
            Shape::Map(value) if place.is_map() => {
                let shape = at.table.shape_at(value);
                let at = At { shape, of: place.key(), depth: at.depth + 1, ..*at };
                for (_, value) in place.entries() {
                    self.visit(value, &at);
                }
            }
            Shape::Object if place.is_map() => {}
            Shape::List(_) | Shape::Map(_) | Shape::Object => self.wrong_type(place, at),
            _ => {
                if !scalar::fits(at.shape, place) {
                    self.wrong_type(place, at);
                } else if at.shape == Shape::Quantity && scalar::is_without_number(place) {
                    let message = format!(
                        "{} has no number, and the API server takes it as 0",
                        subject(place, at)
                    );
                    self.push(FlawKind::QuantityWithoutNumber, place, message, None);
                }
            }
        }
    }

    fn limited(&mut self, place: Place<'d>, at: &At<'_>, id: LimitedId) {
        let Some(limited) = at.table.limited_at(id) else { return };
        let seen = self.flaws.len();
        self.visit(place, &At { shape: limited.shape, ..*at });
        if self.flaws.len() == seen {
            self.limit(place, at, &limited.limit);
        }
    }

    fn limit(&mut self, place: Place<'d>, at: &At<'_>, limit: &Limit) {
        if let Limit::Schema(validation) = limit {
            for refused in validation.refuse(place) {
                let of = match refused.place.key() {
                    _ if refused.place.path() == place.path() => at.of,
                    Some(_) => None,
                    None => place.key().or(at.of),
                };
                let what = subject(refused.place, &At { of, ..*at });
                let message = format!("{what} {}", refused.words);
                self.push(FlawKind::InvalidValue, refused.place, message, refused.change);
            }
        } else if let Some(refusal) = limit.refuses(place, self.target) {
            let message = format!("{} {}", subject(place, at), refusal.words);
            let change = if self.is_secret { None } else { refusal.change };
            self.push(FlawKind::InvalidValue, place, message, change);
        }
    }

    fn fields(&mut self, place: Place<'d>, at: &At<'_>, of: &Type) {
        let level = Level { table: at.table, of, key: place.key().or(at.of), above: at.above };
        let mut required = 0;
        for (key, value) in place.entries() {
            let Some(field) = at.table.field(of, key) else {
                if !of.is_open && !is_directive(key) {
                    let change = self.renamed(key, value, place, at, &level);
                    self.unknown_field(key, value, &level, change);
                }
                continue;
            };
            if !field.versions.contains(self.target) {
                self.not_in_version(field, value);
                continue;
            }
            required += u32::from(
                field.presence != Presence::Optional && !is_missing(field, value, at.table),
            );
            self.visit(
                value,
                &At {
                    table: at.table,
                    shape: field.shape,
                    of: None,
                    depth: at.depth + 1,
                    above: Some(&level),
                },
            );
        }
        if required < of.required() {
            self.missing_fields(place, at, of);
        }
    }

    fn missing_fields(&mut self, place: Place<'d>, at: &At<'_>, of: &Type) {
        for field in at.table.fields(of) {
            if field.presence == Presence::Optional || !field.versions.contains(self.target) {
                continue;
            }
            let written = place.get(&field.name);
            if written.is_some_and(|it| !is_missing(field, it, at.table)) {
                continue;
            }
            let spot = match (written, &field.name) {
                (Some(written), _) => written,
                (None, Cow::Borrowed(name)) => place.at(name),
                (None, Cow::Owned(_)) => place,
            };
            let mut message = match place.key().or(at.of) {
                Some(key) => format!("`{}` is required in `{key}`", field.name),
                None => format!("`{}` is required", field.name),
            };
            if written.is_some_and(|it| it.exists()) {
                message.push_str(" and must not be empty");
            }
            self.push(FlawKind::MissingField, spot, message, None);
        }
    }

    /// The change of an unknown key into the only one that can be meant, where its value is right for that.
    fn renamed(
        &self,
        key: &str,
        value: Place<'d>,
        place: Place<'d>,
        at: &At<'_>,
        level: &Level<'_>,
    ) -> Option<Action> {
        if place.len() > MOST_ENTRIES || level.table.fields(level.of).len() > MOST_FIELDS {
            return None;
        }
        let meant = |key: &str| {
            let fields = level.table.fields(level.of).iter();
            let names = fields.filter(|it| it.versions.contains(self.target));
            only_similar(key, names.map(|it| it.name.as_ref()))
        };
        let name = meant(key).filter(|it| place.get(it).is_none() && is_one_word(key))?;
        let field = level.table.field(level.of, name)?;
        let is_unknown = |key: &str| level.table.field(level.of, key).is_none();
        let mut others = place.entries().map(|(it, _)| it).filter(|it| *it != key);
        if others.any(|it| is_unknown(it) && meant(it) == Some(name)) {
            return None;
        }
        let mut flaws = Vec::new();
        let mut walker =
            Walker { target: self.target, is_secret: self.is_secret, flaws: &mut flaws };
        let (shape, depth) = (field.shape, at.depth + 1);
        walker.visit(value, &At { table: at.table, shape, of: None, depth, above: Some(level) });
        flaws.is_empty().then(|| Action::Rename(name.to_owned()))
    }

    fn unknown_field(
        &mut self,
        key: &str,
        value: Place<'d>,
        level: &Level<'_>,
        change: Option<Action>,
    ) {
        let hint =
            suggest(key, level, self.target).map_or_else(String::new, |it| format!("; {it}"));
        let owner = words::type_name(level.of.name);
        // Bad indentation can make a key of more than a name, which may be a secret.
        let key = if is_one_word(key) { key } else { "…" };
        let message = if owner.is_empty() {
            format!("there is no field `{key}` here{hint}")
        } else {
            format!("{owner} has no field `{key}`{hint}")
        };
        self.push(FlawKind::UnknownField, value, message, change);
    }

    fn not_in_version(&mut self, field: &Field, value: Place<'d>) {
        let words = field.versions.words();
        let message = format!(
            "v1.{} has no field `{}` here and drops it; it is there {words}",
            self.target, field.name
        );
        self.push(FlawKind::FieldNotInVersion, value, message, None);
    }

    fn wrong_type(&mut self, place: Place<'d>, at: &At<'_>) {
        // A blank in a Secret is said: what stands there is missed by nobody until something reads it.
        let is_filled_in = if self.is_secret || at.shape == Shape::Bytes {
            scalar::is_template(place)
        } else {
            scalar::is_placeholder(place)
        };
        if is_filled_in {
            return;
        }
        let what = subject(place, at);
        if at.shape == Shape::Bytes && scalar::is_blank(place) {
            let message =
                format!("{what} is a blank to fill in: write the base64 of the value here");
            return self.push(FlawKind::WrongType, place, message, None);
        }
        let mut message = format!(
            "{what} is {} and must be {}",
            words::found(at.shape, place),
            words::expected(at.shape)
        );
        let change = scalar::meant(at.shape, place);
        match (at.shape, &change) {
            (Shape::String | Shape::Formatted, Some(_)) => message.push_str(": quote it"),
            (_, Some(_)) => message.push_str(": remove the quotes"),
            (Shape::Bytes, _) if self.is_secret => {
                message.push_str(": move it to `stringData`, or encode it");
            }
            _ => {}
        }
        let change = if self.is_secret { None } else { change };
        self.push(FlawKind::WrongType, place, message, change);
    }

    fn push(&mut self, kind: FlawKind, place: Place<'d>, message: String, change: Option<Action>) {
        self.flaws.push(Flaw { kind, place, message, change });
    }
}

/// What messages call a value.
fn subject(place: Place<'_>, at: &At<'_>) -> String {
    match (place.key(), at.of) {
        (Some(key), Some(of)) => format!("`{key}` in `{of}`"),
        (Some(key), None) => format!("`{key}`"),
        (None, Some(of)) => format!("an item of `{of}`"),
        (None, None) => "the object".to_owned(),
    }
}

/// Whether the API server takes a field as not there.
fn is_missing(field: &Field, value: Place<'_>, table: &Table) -> bool {
    if !value.exists() {
        return field.presence != Presence::Nullable || !value.is_null();
    }
    if field.presence != Presence::Filled {
        return false;
    }
    match table.bare(field.shape) {
        // What is missing in it says more.
        Shape::Struct(id) => {
            value.is_map()
                && value.is_empty()
                && table.type_at(id).is_none_or(|it| it.required() == 0)
        }
        Shape::List(_) | Shape::Map(_) => (value.is_map() || value.is_list()) && value.is_empty(),
        Shape::String => value.as_str() == Some(""),
        _ => false,
    }
}

/// Types of more fields than this are not searched for what was meant; real ones have a tenth of it.
const MOST_FIELDS: usize = 1_000;

/// Maps of more entries than this are not looked through for keys that mean the same.
const MOST_ENTRIES: usize = 100;

/// What was meant by a key that no field has.
fn suggest(key: &str, level: &Level<'_>, target: u16) -> Option<String> {
    let fields = level.table.fields(level.of).iter();
    if fields.len() > MOST_FIELDS {
        return None;
    }
    let names = fields.filter(|it| it.versions.contains(target)).map(|it| it.name.as_ref());
    if let Some(name) = similar(key, names) {
        return Some(format!("did you mean `{name}`"));
    }
    for field in level.table.fields(level.of) {
        if let Shape::Struct(id) = level.table.bare(field.shape)
            && let Some(inner) = level.table.type_at(id)
            && level.table.field(inner, key).is_some()
        {
            return Some(format!("it belongs into `{}`", field.name));
        }
    }
    if level.of.name == "PodSecurityContext" && is_of_containers(key, level.table) {
        return Some("only the securityContext of a container has it".to_owned());
    }
    let mut above = level.above;
    while let Some(level) = above {
        if level.table.field(level.of, key).is_some() {
            let place = level
                .key
                .map_or_else(|| "to the top level".to_owned(), |key| format!("into `{key}` above"));
            return Some(format!("it belongs {place}"));
        }
        above = level.above;
    }
    None
}

fn is_of_containers(key: &str, table: &Table) -> bool {
    let of = table.type_named("SecurityContext");
    of.is_some_and(|of| table.field(of, key).is_some())
}
