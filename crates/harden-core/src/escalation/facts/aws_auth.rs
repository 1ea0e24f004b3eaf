//! The ConfigMap aws-auth, by which EKS makes users and groups of the roles of AWS.

use harden_yaml::{Document, Place};

/// A role or user of AWS, and what it is in the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Its name in AWS.
    pub arn: String,
    /// The groups that it is in.
    pub groups: Vec<String>,
}

/// Reads the `data` of the ConfigMap: lists in YAML below `mapRoles` and `mapUsers`.
pub(super) fn read(data: Place<'_>) -> Vec<Mapping> {
    let mut mappings = Vec::new();
    for (list, key) in [("mapRoles", "rolearn"), ("mapUsers", "userarn")] {
        let Some(text) = data.at(list).as_str() else { continue };
        let document = Document::parse_yaml(text);
        for entry in document.root().items() {
            let Some(arn) = entry.at(key).as_str() else { continue };
            let groups = entry.at("groups").items().filter_map(|it| it.as_str());
            let groups = groups.map(ToOwned::to_owned).collect();
            mappings.push(Mapping { arn: arn.to_owned(), groups });
        }
    }
    mappings
}

#[cfg(test)]
mod tests {
    use super::{Document, Mapping, read as read_data};

    #[test]
    fn what_is_no_list_maps_nothing() {
        let read = |text: &str| {
            let document = Document::parse_yaml(text);
            read_data(document.root())
        };
        let sound =
            "mapRoles: |\n  - rolearn: arn:aws:iam::1:role/a\n    groups: [system:masters]\n";
        assert_eq!(
            read(sound),
            [Mapping {
                arn: "arn:aws:iam::1:role/a".into(),
                groups: vec!["system:masters".into()]
            }]
        );
        for text in ["{}", "mapRoles: 1", "mapRoles: '{'", "mapRoles: 'a: b'", "mapRoles: '- 1'"] {
            assert!(read(text).is_empty(), "{text}");
        }
    }
}
