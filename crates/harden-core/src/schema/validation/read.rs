//! Reads from a schema what it asks of values.

use harden_yaml::{Kind, Place};

use super::{
    Bound, Counts, Format, Literal, Pattern, Property, Required, TypeName, Unique, Validation,
};

/// Alternatives nested deeper than this are not judged.
const DEEPEST: u8 = 20;

/// The end of the integers that floats hold exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Validation {
    /// What the schema of a whole object asks for; `None` where types say it all.
    pub(in crate::schema) fn of_root(schema: Place<'_>) -> Option<Self> {
        let mut validation = Self::read(schema, schema, false, DEEPEST);
        // Of the metadata only names can be limited.
        let metadata = schema.at("properties").at("metadata");
        let names = Self::read(metadata, metadata, true, DEEPEST);
        if names.asks() {
            let name = "metadata".to_owned();
            validation.fields.push(Property { name, validation: names, has_default: false });
        }
        validation.asks().then_some(validation)
    }

    /// What the schema of a field or an item asks for; `None` where its type says it all.
    pub(in crate::schema) fn of_field(schema: Place<'_>) -> Option<Self> {
        let validation = Self::read(schema, schema, false, DEEPEST);
        validation.asks().then_some(validation)
    }

    /// Reads a schema, or an alternative to a part of one: types, required fields and what is in them are
    /// then asked for here, since nobody else looks at them.
    fn read(schema: Place<'_>, of: Place<'_>, is_alternative: bool, left: u8) -> Self {
        let Some(left) = left.checked_sub(1) else {
            return Self { is_partial: true, ..Self::default() };
        };
        let alternatives = |key| {
            let all = schema.at(key).items();
            all.map(|it| Self::read(it, of, true, left)).collect::<Vec<_>>()
        };
        let text = |key| schema.at(key).as_str();
        let is_integer = of.at("type").as_str() == Some("integer");
        let [minimum, maximum] = [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")]
            .map(|(key, exclusive)| {
                let value = schema.at(key).as_f64().filter(|it| it.abs() < EXACT)?;
                // Upstream cuts such bounds, in ways of its own.
                let is_exact = !is_integer || value.fract() == 0.0;
                let is_exclusive = schema.at(exclusive).as_bool() == Some(true);
                is_exact.then_some(Bound { value, is_exclusive })
            });
        let has_defaults = of.at("properties").entries().any(|(_, it)| it.at("default").exists());
        let entries = Counts::read(schema, "minProperties", "maxProperties");
        let mut validation = Self {
            choices: literals(schema.at("enum")),
            minimum,
            maximum,
            multiple_of: schema.at("multipleOf").as_i64().filter(|it| *it > 0),
            length: Counts::read(schema, "minLength", "maxLength"),
            pattern: text("pattern").filter(|it| !it.is_empty()).map(Pattern::new),
            format: text("format").and_then(Format::named),
            items: Counts::read(schema, "minItems", "maxItems"),
            entries: if has_defaults { Counts::default() } else { entries },
            unique: Unique::read(schema, of),
            all_of: alternatives("allOf"),
            any_of: alternatives("anyOf"),
            one_of: alternatives("oneOf"),
            ..Self::default()
        };
        let not = schema.at("not");
        validation.not = not.is_map().then(|| Box::new(Self::read(not, of, true, left)));
        validation.is_partial = schema.at("multipleOf").exists()
            && validation.multiple_of.is_none()
            || has_defaults && (entries.least.is_some() || entries.most.is_some())
            || schema.at("minimum").exists() && minimum.is_none()
            || schema.at("maximum").exists() && maximum.is_none()
            || schema.at("uniqueItems").as_bool() == Some(true);
        if is_alternative {
            validation.read_alternative(schema, of, left);
        } else {
            validation.has_no_null = forbids_null(schema.at("items"));
        }
        validation
    }

    fn read_alternative(&mut self, schema: Place<'_>, of: Place<'_>, left: u8) {
        self.kind = schema.at("type").as_str().and_then(TypeName::named);
        let property_of = |name: &str| of.at("properties").get(name);
        let required = schema.at("required").items().filter_map(|it| it.as_str());
        // Defaults are there before anything is asked for.
        self.required = required
            .filter(|name| !property_of(name).is_some_and(|it| it.at("default").exists()))
            .map(|name| Required {
                name: name.to_owned(),
                keeps_null: property_of(name)
                    .is_none_or(|it| it.at("nullable").as_bool() == Some(true)),
            })
            .collect();
        for (name, property) in schema.at("properties").entries() {
            let of = property_of(name).unwrap_or_else(|| of.at("additionalProperties"));
            let validation = Self::read(property, of, true, left);
            if validation.asks() {
                let has_default = of.at("default").exists();
                self.fields.push(Property { name: name.to_owned(), validation, has_default });
            }
        }
        let items = schema.at("items");
        if items.is_map() {
            let each = Self::read(items, of.at("items"), true, left);
            self.each = each.asks().then(|| Box::new(each));
        }
        self.is_partial |= schema.at("additionalProperties").is_map();
    }

    /// Whether anything is asked.
    fn asks(&self) -> bool {
        self.kind.is_some()
            || self.choices.is_some()
            || self.minimum.is_some()
            || self.maximum.is_some()
            || self.multiple_of.is_some()
            || self.pattern.is_some()
            || self.format.is_some()
            || self.unique.is_some()
            || self.has_no_null
            || self.not.is_some()
            || self.each.is_some()
            || self.is_partial
            || [self.length, self.items, self.entries]
                .iter()
                .any(|it| it.least.or(it.most).is_some())
            || !(self.required.is_empty() && self.fields.is_empty())
            || !(self.all_of.is_empty() && self.any_of.is_empty() && self.one_of.is_empty())
    }
}

/// Whether an item of this schema must not be null: in lists, unlike in maps, the server leaves it.
fn forbids_null(items: Place<'_>) -> bool {
    items.at("type").exists()
        && items.at("nullable").as_bool() != Some(true)
        && !items.at("default").exists()
}

fn literals(list: Place<'_>) -> Option<Vec<Literal>> {
    let literal = |it: Place<'_>| match it.kind() {
        Kind::String => it.as_str().map(|it| Literal::Text(it.to_owned())),
        Kind::Int => it.as_i64().map(Literal::Integer),
        Kind::Bool => it.as_bool().map(Literal::Bool),
        _ => None,
    };
    let literals: Vec<_> = list.items().map(|it| literal(it).unwrap_or(Literal::Other)).collect();
    (!literals.is_empty()).then_some(literals)
}

impl Counts {
    fn read(schema: Place<'_>, least: &'static str, most: &'static str) -> Self {
        let [least, most] = [least, most].map(|it| u64::try_from(schema.at(it).as_i64()?).ok());
        Self { least: least.filter(|it| *it > 0), most }
    }
}

impl Unique {
    /// Keys with defaults are filled in before they are compared, so such lists are not judged.
    fn read(schema: Place<'_>, of: Place<'_>) -> Option<Self> {
        match schema.at("x-kubernetes-list-type").as_str()? {
            "set" => Some(Self::Items),
            "map" => {
                let keys = schema.at("x-kubernetes-list-map-keys").items();
                let keys: Vec<_> = keys.filter_map(|it| it.as_str()).collect();
                let properties = of.at("items").at("properties");
                let has_default =
                    |key: &&str| properties.get(key).is_some_and(|it| it.at("default").exists());
                let is_known = !keys.is_empty() && !keys.iter().any(has_default);
                is_known.then(|| Self::Keys(keys.into_iter().map(str::to_owned).collect()))
            }
            _ => None,
        }
    }
}

impl TypeName {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::String,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => return None,
        })
    }
}
