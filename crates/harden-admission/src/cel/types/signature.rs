//! Signatures of functions, written as text: `.add(Quantity, int) -> Quantity`.

use super::{Bindings, Type};

/// One way to call a function.
#[derive(Debug, Clone)]
pub(in super::super) struct Overload {
    /// Whether the first argument stands before a dot.
    pub(in super::super) member: bool,
    args: Vec<Type>,
    result: Type,
    /// How many type variables it has.
    variables: u32,
}

impl Overload {
    /// Arguments and result with variables of its own.
    pub(in super::super) fn instance(&self, bindings: &mut Bindings) -> (Vec<Type>, Type) {
        let fresh: Vec<Type> = (0..self.variables).map(|_| bindings.open()).collect();
        let args = self.args.iter().map(|it| renamed(it, &fresh)).collect();
        (args, renamed(&self.result, &fresh))
    }

    /// How many arguments it takes, with the one before the dot.
    pub(in super::super) fn arity(&self) -> usize {
        self.args.len()
    }
}

fn renamed(it: &Type, fresh: &[Type]) -> Type {
    let inner = |it: &Type| Box::new(renamed(it, fresh));
    match it {
        Type::Variable(number) => {
            let found = usize::try_from(*number).ok().and_then(|it| fresh.get(it));
            found.cloned().unwrap_or(Type::Dyn)
        }
        Type::List(of) => Type::List(inner(of)),
        Type::Optional(of) => Type::Optional(inner(of)),
        Type::Type(of) => Type::Type(inner(of)),
        Type::Map(keys, values) => Type::Map(inner(keys), inner(values)),
        other => other.clone(),
    }
}

/// Names of types within signatures, and the server's.
const NAMES: [(&str, &str); 31] = [
    ("bool", "bool"),
    ("int", "int"),
    ("uint", "uint"),
    ("double", "double"),
    ("string", "string"),
    ("bytes", "bytes"),
    ("duration", "duration"),
    ("timestamp", "timestamp"),
    ("Quantity", "kubernetes.Quantity"),
    ("IP", "net.IP"),
    ("CIDR", "net.CIDR"),
    ("URL", "kubernetes.URL"),
    ("Semver", "kubernetes.Semver"),
    ("Format", "kubernetes.NamedFormat"),
    ("Authorizer", "kubernetes.authorization.Authorizer"),
    ("PathCheck", "kubernetes.authorization.PathCheck"),
    ("GroupCheck", "kubernetes.authorization.GroupCheck"),
    ("ResourceCheck", "kubernetes.authorization.ResourceCheck"),
    ("Decision", "kubernetes.authorization.Decision"),
    ("Image", "kyverno.image"),
    ("ServiceAccount", "user.ServiceAccount"),
    ("Resources", "resource.Context"),
    ("ResourceName", "schema.GroupVersionResource"),
    ("GlobalContext", "globalcontext.Context"),
    ("ImageData", "imagedata.Context"),
    ("Http", "http.Context"),
    ("Json", "json.Json"),
    ("Yaml", "yaml.Yaml"),
    ("Generator", "generator.Context"),
    ("JsonPatch", "JSONPatch"),
    ("Applied", "Object"),
];

/// The name and the overload of a line; `None` for what is no signature.
pub(in super::super) fn overload(line: &str) -> Option<(&str, Overload)> {
    let (head, result) = line.split_once(" -> ")?;
    let (name, args) = head.strip_suffix(')')?.split_once('(')?;
    let mut reader = Reader { rest: args, variables: Vec::new() };
    let args = reader.types()?;
    reader.rest = result.trim();
    let result = reader.one()?;
    if !reader.rest.is_empty() {
        return None;
    }
    let variables = u32::try_from(reader.variables.len()).ok()?;
    let member = name.starts_with('.');
    Some((name.trim_start_matches('.'), Overload { member, args, result, variables }))
}

struct Reader<'a> {
    rest: &'a str,
    variables: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn types(&mut self) -> Option<Vec<Type>> {
        let mut types = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with(')') {
            types.push(self.one()?);
            self.rest = self.rest.trim_start_matches(", ");
        }
        Some(types)
    }

    fn one(&mut self) -> Option<Type> {
        let end = self.rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(self.rest.len());
        let name: &'a str = self.rest.get(..end)?;
        self.rest = self.rest.get(end..)?;
        let mut within = Vec::new();
        if let Some(rest) = self.rest.strip_prefix('(') {
            self.rest = rest;
            within = self.types()?;
            self.rest = self.rest.strip_prefix(')')?;
        }
        let mut within = within.into_iter();
        Some(match name {
            "dyn" => Type::Dyn,
            "null" => Type::Null,
            "list" => Type::list(within.next()?),
            "optional" => Type::optional(within.next()?),
            "type" => Type::Type(Box::new(within.next()?)),
            "map" => Type::map(within.next()?, within.next()?),
            _ if name.len() == 1 => {
                let known = self.variables.iter().position(|it| *it == name);
                let index = known.unwrap_or_else(|| {
                    self.variables.push(name);
                    self.variables.len() - 1
                });
                Type::Variable(u32::try_from(index).ok()?)
            }
            _ => Type::Plain(NAMES.iter().find(|(short, _)| *short == name)?.1),
        })
    }
}
