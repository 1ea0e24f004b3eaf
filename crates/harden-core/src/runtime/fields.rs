//! The fields that conditions and outputs name: those of libsinsp, and of the plugins container, k8smeta,
//! k8saudit and json.
//!
//! See `sinsp_filtercheck_*.cpp` in falcosecurity/libs and the tables in the READMEs of falcosecurity/plugins.

/// One line for each field, by name: where it is, its type, and letters for its flags.
const TABLE: &str = include_str!("fields/table.txt");

/// Sources of events whose fields are known here.
pub const SOURCES: [&str; 2] = ["syscall", "k8s_audit"];

/// Sources that plugins have which are registered with Falco, beside [`SOURCES`].
pub const ELSEWHERE: &[&str] = &[
    "aws_cloudtrail",
    "awselb",
    "box",
    "coding_agent",
    "collector",
    "dnscollector",
    "docker",
    "edera_zone",
    "gcp_auditlog",
    "github",
    "gitlab",
    "journal",
    "kafka",
    "keycloak",
    "nginx",
    "nomad",
    "okta",
    "salesforce",
    "seccompagent",
    "syslogsrv",
];

/// Fields that Falco warns of: events that enter a call are no longer made.
pub const OUTDATED: [&str; 6] = [
    "evt.dir",
    "evt.latency",
    "evt.latency.s",
    "evt.latency.ns",
    "evt.latency.human",
    "evt.wait_latency",
];

/// A field of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// Where it is: `s` for calls of the kernel, `k` for audit events, `*` for both.
    source: &'static str,
    /// What its values are.
    pub values: Values,
    flags: &'static str,
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Texts, or what is compared as one.
    Text,
    /// Numbers, ports and times.
    Number,
    /// `true` and `false`.
    Boolean,
    /// Addresses of hosts.
    Address,
    /// Addresses of networks.
    Network,
}

/// Whether something stands in brackets after a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// Nothing may.
    None,
    /// Something may.
    Allowed,
    /// Something has to.
    Required,
}

impl Known {
    /// Whether events of this source have it.
    pub fn is_of(&self, source: &str) -> bool {
        match self.source {
            "s" => source == "syscall",
            "k" => source == "k8s_audit",
            _ => true,
        }
    }

    /// What may stand in brackets after it.
    pub fn argument(&self) -> Argument {
        if self.flags.contains('r') {
            Argument::Required
        } else if self.flags.contains('a') {
            Argument::Allowed
        } else {
            Argument::None
        }
    }

    /// Whether its documentation says that it is deprecated.
    pub fn is_deprecated(&self) -> bool {
        self.flags.contains('d')
    }

    /// Whether it has several values at once.
    pub fn is_list(&self) -> bool {
        self.flags.contains('l')
    }
}

/// Every field, by name.
pub fn all() -> impl Iterator<Item = Known> {
    TABLE.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let (name, source) = (words.next()?, words.next()?);
        let values = match words.next()? {
            "number" | "port" | "time" => Values::Number,
            "bool" => Values::Boolean,
            "address" => Values::Address,
            "network" => Values::Network,
            _ => Values::Text,
        };
        Some(Known { name, source, values, flags: words.next().unwrap_or_default() })
    })
}

/// The field that this name means. `evt.arg.flags` is `evt.arg` with an argument, as Falco has it.
pub fn find(name: &str) -> Option<Known> {
    let takes_rest = |it: &Known| {
        let rest = name.strip_prefix(it.name).and_then(|it| it.strip_prefix('.'));
        it.argument() != Argument::None && rest.is_some_and(|it| !it.is_empty())
    };
    all().filter(|it| it.name == name || takes_rest(it)).max_by_key(|it| it.name.len())
}

/// The field with the longest name that a text begins with, as an output names it.
pub fn at_start(text: &str) -> Option<Known> {
    all().filter(|it| text.starts_with(it.name)).max_by_key(|it| it.name.len())
}

/// Why a field cannot be in a condition of a source, in words; nothing where it can, or nobody knows.
pub fn fault(name: &str, argument: Option<&str>, source: &str) -> Option<String> {
    if !SOURCES.contains(&source) {
        return None;
    }
    let Some(known) = find(name) else {
        return Some(format!("filter_check called with nonexistent field {name}"));
    };
    if !known.is_of(source) {
        return Some(format!("events of source {source} have no field {name}"));
    }
    let has_argument = argument.is_some() || known.name != name;
    match known.argument() {
        Argument::Required if !has_argument => Some(format!("the field {name} needs an argument")),
        Argument::None if argument.is_some() => Some(format!("the field {name} takes no argument")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_once() {
        let names: Vec<_> = all().map(|it| it.name).collect();
        assert!(names.len() > 380, "{}", names.len());
        assert!(names.is_sorted_by(|a, b| a < b));
        assert_eq!(names.len(), TABLE.lines().count());
    }

    #[test]
    fn arguments_are_asked_for_where_a_field_takes_them() {
        assert_eq!(fault("proc.aname", Some("2"), "syscall"), None);
        assert_eq!(fault("evt.arg.flags", None, "syscall"), None);
        assert!(fault("evt.arg", None, "syscall").unwrap().contains("needs an argument"));
        assert!(fault("proc.name", Some("1"), "syscall").unwrap().contains("takes no argument"));
        assert!(fault("proc.nam", None, "syscall").unwrap().contains("nonexistent"));
        assert!(fault("ka.verb", None, "syscall").unwrap().contains("have no field"));
        assert_eq!(fault("ka.verb", None, "k8s_audit"), None);
        assert_eq!(fault("anything.else", None, "okta"), None);
        assert_eq!(at_start("proc.name, and").map(|it| it.name), Some("proc.name"));
    }
}
