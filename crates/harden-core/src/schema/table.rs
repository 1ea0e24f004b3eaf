//! Types and their fields, as the checker looks them up.

use std::borrow::Cow;
use std::ops::Range;

use super::limit::Limit;

/// Types, their fields and the shapes of what these hold; indices lead from one to the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    types: Vec<Type>,
    fields: Vec<Field>,
    /// How the name of each field begins: compared in one step, it settles nearly every search.
    beginnings: Vec<u64>,
    shapes: Vec<Shape>,
    limited: Vec<Limited>,
}

/// A shape of which not every value will do.
#[derive(Debug, Clone)]
pub(super) struct Limited {
    /// What the value must look like.
    pub(super) shape: Shape,
    /// What else is asked of it.
    pub(super) limit: Limit,
}

/// What a value must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// Anything.
    Any,
    /// A map of which nothing else is known.
    Object,
    String,
    Bool,
    Int32,
    Int64,
    Number,
    /// A string that is base64.
    Bytes,
    Quantity,
    IntOrString,
    /// The same of a custom kind, where integers are longer.
    LongOrString,
    /// A string of a format; upstream takes a list for one, too.
    Formatted,
    /// A map of the fields of this type.
    Struct(TypeId),
    /// A list of items of this shape.
    List(ShapeId),
    /// A map of any keys to values of this shape.
    Map(ShapeId),
    /// The ObjectMeta of the built-in table.
    Metadata,
    /// A time as RFC 3339 writes it.
    Time,
    /// A time with exactly six digits of fractions.
    MicroTime,
    /// A shape of which not every value will do.
    Limited(LimitedId),
}

/// Where a type is in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TypeId(u32);

/// Where the shape of an item is in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ShapeId(u32);

/// Where a limited shape is in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LimitedId(u32);

/// What the API server asks of a field that is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Presence {
    /// Nothing.
    Optional,
    /// That it is there, if only as null.
    Nullable,
    /// That it is there, if only empty.
    Required,
    /// That it is there and not empty.
    Filled,
}

/// A map of known fields.
#[derive(Debug, Clone)]
pub(super) struct Type {
    /// Its name in Go; empty where there is none.
    pub(super) name: &'static str,
    fields: Range<usize>,
    required: u32,
    /// Whether other fields are welcome, too.
    pub(super) is_open: bool,
}

/// A field of a type.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Its key.
    pub(super) name: Cow<'static, str>,
    /// What its value must look like.
    pub(super) shape: Shape,
    /// Whether the API server insists on it.
    pub(super) presence: Presence,
    /// The minor versions that have it, as far as the type has been there.
    pub(super) versions: Versions,
}

/// Minor versions, first and last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Versions {
    pub(super) since: u16,
    pub(super) until: u16,
}

impl Versions {
    /// All that there are.
    pub(super) const ALL: Self = Self { since: 0, until: u16::MAX };

    pub(super) fn contains(self, version: u16) -> bool {
        (self.since..=self.until).contains(&version)
    }
}

impl Table {
    /// The type at an index of this table.
    pub(super) fn type_at(&self, id: TypeId) -> Option<&Type> {
        self.types.get(id.0 as usize)
    }

    /// The type of this name.
    pub(super) fn type_named(&self, name: &str) -> Option<&Type> {
        self.types.iter().find(|it| it.name == name)
    }

    /// The shape at an index of this table.
    pub(super) fn shape_at(&self, id: ShapeId) -> Shape {
        self.shapes.get(id.0 as usize).copied().unwrap_or(Shape::Any)
    }

    /// The fields of a type, sorted by name.
    pub(super) fn fields(&self, of: &Type) -> &[Field] {
        self.fields.get(of.fields.clone()).unwrap_or_default()
    }

    /// The field of this name.
    pub(super) fn field(&self, of: &Type, name: &str) -> Option<&Field> {
        let beginnings = self.beginnings.get(of.fields.clone())?;
        let wanted = beginning(name);
        let first = beginnings.partition_point(|it| *it < wanted);
        let alike = self.fields(of).get(first..)?;
        let field = alike.first().filter(|_| beginnings.get(first) == Some(&wanted))?;
        if field.name == name {
            return Some(field);
        }
        let at = alike.partition_point(|it| *it.name < *name);
        alike.get(at).filter(|it| it.name == name)
    }

    /// Makes room for a type that is described later, so that others can refer to it.
    pub(super) fn reserve_type(&mut self, name: &'static str) -> TypeId {
        let id = TypeId(index(self.types.len()));
        self.types.push(Type { name, fields: 0..0, required: 0, is_open: false });
        id
    }

    /// Describes a type.
    pub(super) fn describe(&mut self, id: TypeId, mut fields: Vec<Field>, is_open: bool) {
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        let start = self.fields.len();
        let required = fields.iter().filter(|it| it.presence != Presence::Optional).count();
        self.beginnings.extend(fields.iter().map(|it| beginning(&it.name)));
        self.fields.append(&mut fields);
        if let Some(of) = self.types.get_mut(id.0 as usize) {
            of.fields = start..self.fields.len();
            of.required = index(required);
            of.is_open = is_open;
        }
    }

    /// Adds the shape of an item.
    pub(super) fn add_shape(&mut self, shape: Shape) -> ShapeId {
        self.shapes.push(shape);
        ShapeId(index(self.shapes.len() - 1))
    }

    /// Adds a shape with a limit.
    pub(super) fn add_limited(&mut self, shape: Shape, limit: Limit) -> Shape {
        self.limited.push(Limited { shape, limit });
        Shape::Limited(LimitedId(index(self.limited.len() - 1)))
    }

    /// The shape with a limit at an index of this table.
    pub(super) fn limited_at(&self, id: LimitedId) -> Option<&Limited> {
        self.limited.get(id.0 as usize)
    }

    /// A shape without its limit.
    pub(super) fn bare(&self, shape: Shape) -> Shape {
        match shape {
            Shape::Limited(id) => self.limited_at(id).map_or(Shape::Any, |it| it.shape),
            _ => shape,
        }
    }

    #[cfg(test)]
    pub(super) fn types(&self) -> &[Type] {
        &self.types
    }
}

impl Type {
    /// How many fields the API server insists on.
    pub(super) fn required(&self) -> u32 {
        self.required
    }
}

/// The first bytes of a name as a number, in the order of names.
fn beginning(name: &str) -> u64 {
    let name = name.as_bytes();
    let bytes = name.first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; 8];
        for (byte, of_name) in bytes.iter_mut().zip(name) {
            *byte = *of_name;
        }
        bytes
    });
    u64::from_be_bytes(bytes)
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
