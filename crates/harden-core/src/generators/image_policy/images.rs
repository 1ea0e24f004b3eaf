//! The images of manifests, by the registry that they come from.

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::{Lines, Position};

use super::Options;
use crate::generators::OptionError;
use crate::intents::ImagePrefix;
use crate::object::{Object, objects};

const OPTION: &str = "--filename";

/// What manifests say of images.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Images {
    /// The images of containers.
    pub containers: BTreeSet<String>,
    /// Images that are mounted as volumes.
    pub volumes: BTreeSet<String>,
    /// Texts that name no image, such as blanks of templates.
    pub unread: BTreeSet<String>,
}

/// The registries whose images are verified, and how many images the manifests have of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registries {
    /// Which are verified, in alphabetical order.
    pub(super) listed: Vec<ImagePrefix>,
    /// The images of each of these.
    pub(super) counts: BTreeMap<ImagePrefix, usize>,
    /// Images of other registries.
    pub(super) others: Vec<String>,
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Whether there are pods in it, or things that make them.
    pub has_pods: bool,
    /// Where the first document begins to be none that the API server would take; none where all of them are some.
    pub broken: Option<Position>,
}

impl Images {
    /// Takes in the images of the pods that a file has or makes.
    pub(super) fn read(&mut self, file: &str, text: &str) -> Result<(), OptionError> {
        let taken = self.take(text);
        if let Some(at) = taken.broken {
            let rule = format!(
                "line {}, column {}: it is no YAML or JSON that the API server would take",
                at.line, at.column
            );
            return Err(OptionError::new(OPTION, file, rule));
        }
        if !taken.has_pods {
            let rule = "it holds no pods and nothing that makes them";
            return Err(OptionError::new(OPTION, file, rule));
        }
        Ok(())
    }

    /// Takes in the images of a text, as far as it can be read.
    pub fn take(&mut self, text: &str) -> Taken {
        let mut taken = Taken { has_pods: false, broken: None };
        for document in harden_yaml::documents(text) {
            let problems = document.problems();
            if let Some(problem) =
                problems.iter().find(|it| it.rejected() != harden_yaml::Rejected::Never)
            {
                let at = problem.span.start;
                taken.broken = taken.broken.or_else(|| Some(Lines::new(text).position(at)));
                continue;
            }
            for object in objects(document.root()) {
                taken.has_pods |= self.take_object(&object);
            }
        }
        taken
    }

    /// Takes in the images of an object; false where it is no pod and makes none.
    pub fn take_object(&mut self, object: &Object<'_>) -> bool {
        let (pods, fragments) = (object.pods(), object.fragments());
        for pod in pods.iter().chain(fragments.iter().map(|it| &it.template)) {
            for list in ["initContainers", "containers", "ephemeralContainers"] {
                for container in pod.spec.at(list).items() {
                    self.add(container.at("image").as_str(), false);
                }
            }
            for volume in pod.spec.at("volumes").items() {
                self.add(volume.at("image").at("reference").as_str(), true);
            }
        }
        for container in fragments.iter().flat_map(|it| &it.containers) {
            self.add(container.at("image").as_str(), false);
        }
        !pods.is_empty() || !fragments.is_empty()
    }

    /// Takes in what something else says of images, too.
    pub fn extend(&mut self, other: Self) {
        self.containers.extend(other.containers);
        self.volumes.extend(other.volumes);
        self.unread.extend(other.unread);
    }

    /// Whether there is no image of a container that has a registry.
    pub fn is_empty(&self) -> bool {
        self.containers.is_empty()
    }

    fn add(&mut self, image: Option<&str>, is_volume: bool) {
        let Some(image) = image else { return };
        let set = match (ImagePrefix::registry(image), is_volume) {
            (None, _) => &mut self.unread,
            (Some(_), true) => &mut self.volumes,
            (Some(_), false) => &mut self.containers,
        };
        set.insert(image.to_owned());
    }
}

/// The registries that the options name, or those of the manifests.
pub(super) fn registries(options: &Options) -> Result<Registries, OptionError> {
    let mut listed = Vec::new();
    for text in &options.registry {
        let prefix = text.parse::<ImagePrefix>();
        listed.push(prefix.map_err(|it| OptionError::new("--registry", text, it.to_string()))?);
    }
    let images = &options.images.containers;
    if listed.is_empty() {
        listed.extend(images.iter().filter_map(|it| ImagePrefix::registry(it)));
    }
    listed.sort();
    listed.dedup();
    if listed.is_empty() {
        if options.is_read {
            let rule = "nothing that was read names an image: name the registries";
            return Err(OptionError::new("--registry", "", rule));
        }
        let rule = if options.filename.is_empty() {
            "name manifests whose images are verified, or registries with --registry"
        } else {
            "nothing there names an image: name registries with --registry"
        };
        return Err(OptionError::new(OPTION, "", rule));
    }
    let mut counts: BTreeMap<_, _> = listed.iter().map(|it| (it.clone(), 0)).collect();
    let mut others = Vec::new();
    for image in images {
        let full = ImagePrefix::repository(image);
        let of = listed.iter().find(|it| full.as_ref().is_some_and(|full| full.is_within(it)));
        match of.and_then(|it| counts.get_mut(it)) {
            Some(count) => *count += 1,
            None => others.push(image.clone()),
        }
    }
    Ok(Registries { listed, counts, others })
}

impl Registries {
    /// What is verified, for the comment above the policy.
    pub(super) fn title(&self) -> String {
        let each = self.counts.iter().map(|(registry, count)| match count {
            0 => registry.to_string(),
            1 => format!("{registry} (1 image)"),
            _ => format!("{registry} ({count} images)"),
        });
        each.collect::<Vec<_>>().join(", ")
    }
}
