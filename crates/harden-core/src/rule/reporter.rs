//! Collects what one rule finds.

mod known;

use std::borrow::Cow;
use std::sync::Arc;

use harden_yaml::{Action, Place, Span};
use rustc_hash::FxHashSet;

use super::{Collector, ServerFiles, Subject, Target};
use crate::finding::{About, Finding};
use crate::inventory::Surroundings;
use crate::kubernetes::{Date, Level, MinorVersion};
use crate::lock::Lock;
use crate::object::Object;
use crate::pod_security::Container;
use crate::schema::Flaw;
use crate::source::Positions;
use crate::validation::Problem;

/// What nobody judges, although an object that is judged is about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unjudged {
    /// A file that it has the API server read.
    File(String),
    /// A part of the object itself, in words.
    Part(String),
}

impl Unjudged {
    /// So many objects that do not say what they are, if there are any.
    pub(crate) fn nameless(count: usize) -> Option<Self> {
        let more = format!("more objects without a kind, {count} of them");
        (count > 0).then_some(Self::Part(more))
    }
}

/// A container that is flawed, where, what would mend it there, and what must be done with that elsewhere in the
/// object.
pub type FlawedContainer<'c, 'd> = (&'c Container<'d>, Place<'d>, Option<Action>, Edits<'d>);

/// What is to be done at places of one object, all of it together; nothing where that takes a decision.
pub type Edits<'d> = Vec<(Place<'d>, Action)>;

/// Collects what one rule finds.
pub struct Reporter<'r, 'd> {
    about: &'r Arc<About>,
    target: Target<'r>,
    subject: Subject<'r, 'd>,
    /// All texts, where the rule sees all objects.
    texts: &'r [&'r dyn Positions],
    collector: &'r mut Collector,
    unjudged: Vec<Unjudged>,
}

impl<'r, 'd> Reporter<'r, 'd> {
    pub(crate) fn new(
        about: &'r Arc<About>,
        target: Target<'r>,
        subject: Subject<'r, 'd>,
        collector: &'r mut Collector,
    ) -> Self {
        Self { about, target, subject, texts: &[], collector, unjudged: Vec::new() }
    }

    /// For a rule that sees all objects; `None` when there is no text at all.
    pub(crate) fn over_all(
        about: &'r Arc<About>,
        target: Target<'r>,
        texts: &'r [&'r dyn Positions],
        collector: &'r mut Collector,
    ) -> Option<Self> {
        let subject = Subject::document(*texts.first()?, 0);
        Some(Self { texts, ..Self::new(about, target, subject, collector) })
    }

    /// The Pod Security level that pods are held to where no Namespace says otherwise.
    pub fn level(&self) -> Level {
        self.target.level
    }

    /// The date, as far as it is known.
    pub fn today(&self) -> Date {
        self.target.today
    }

    /// The Kubernetes version that the objects are meant for.
    pub fn version(&self) -> MinorVersion {
        self.target.version
    }

    /// What was seen of images, where somebody looked.
    pub fn lock(&self) -> Option<&'r Lock> {
        self.target.lock
    }

    /// Whether the text is in a Helm chart, of which the coverage speaks as a whole.
    pub fn is_in_chart(&self) -> bool {
        self.target.is_in_chart
    }

    /// What objects of the input say for the one at hand.
    pub fn context(&self) -> Surroundings<'r> {
        self.target.context.around(self.subject.text.name())
    }

    /// What objects of the input say for one of all objects.
    pub fn context_of(&self, object: &Object<'d>) -> Surroundings<'r> {
        self.target.context.around(self.text_of(object).name())
    }

    /// The text of one of all objects.
    pub fn text_of(&self, object: &Object<'d>) -> &'r dyn Positions {
        *self.texts.get(object.source).unwrap_or(&self.subject.text)
    }

    /// What the API server would reject or drop of the object at hand. One walk over the object serves all
    /// rules.
    pub fn flaws(&self) -> &'r [Flaw<'d>] {
        self.subject.flaws(&self.target)
    }

    /// What the API server would refuse of the object at hand although its fields are right. One walk over
    /// the object serves all rules.
    pub fn problems(&self) -> &'r [Problem<'d>] {
        self.subject.problems(&self.target)
    }

    /// The files of the API server that the object at hand may be, each read once for all rules; `None` for a
    /// rule that sees all objects.
    pub fn files(&self) -> Option<&'r ServerFiles<'d>> {
        self.subject.files()
    }

    /// Says that the object at hand has the API server read a file, without which something of it cannot be
    /// judged.
    pub fn name_file(&mut self, path: &str) {
        self.unjudged.push(Unjudged::File(path.to_owned()));
    }

    /// Says that no rule judges a part of the object at hand, such as `the configuration of …`.
    pub fn leave(&mut self, part: String) {
        self.unjudged.push(Unjudged::Part(part));
    }

    pub(crate) fn into_unjudged(self) -> Vec<Unjudged> {
        self.unjudged
    }

    /// Reports a place of the object at hand, and what would mend it.
    pub fn flag(&mut self, place: Place<'d>, message: impl AsRef<str>, action: Option<Action>) {
        self.add(place, "", action);
        self.push(message.as_ref());
    }

    /// Reports several places of the object at hand as one flaw; nothing when there are none.
    pub fn flag_all(
        &mut self,
        message: impl AsRef<str>,
        places: impl IntoIterator<Item = (Place<'d>, impl AsRef<str>, Option<Action>)>,
    ) {
        for (place, label, action) in places {
            self.add(place, label.as_ref(), action);
        }
        self.push(message.as_ref());
    }

    /// Reports a place of the object at hand that is mended elsewhere in it.
    pub fn flag_with(&mut self, place: Place<'d>, message: impl AsRef<str>, edits: Edits<'d>) {
        self.flag_all_with(message, [(place, "", edits)]);
    }

    /// Reports a place of a document, whatever it holds, and what mends it there or elsewhere in the document.
    pub fn flag_document(
        &mut self,
        place: Place<'_>,
        message: impl AsRef<str>,
        edits: &[(Place<'_>, Action)],
    ) {
        let root = place.document().root();
        self.collector.add(self.subject.text, root, place, "", None);
        self.collector.add_elsewhere(root, edits);
        self.push(message.as_ref());
    }

    /// Reports keys of the object at hand as one flaw, where they rather than their values are wrong;
    /// nothing when there are none.
    pub fn flag_keys(
        &mut self,
        message: impl AsRef<str>,
        places: impl IntoIterator<Item = (Place<'d>, Option<Action>)>,
    ) {
        for (place, action) in places {
            let span = place.key_span().unwrap_or_else(|| place.grip());
            let way = place.way_from(&self.subject.base(place));
            let text = self.subject.text;
            self.collector.add_span(text, span, way.as_ref(), "", action);
        }
        self.push(message.as_ref());
    }

    /// Reports a place of the object at hand that is not there, and points at another place for it.
    pub fn flag_from(
        &mut self,
        other: Place<'d>,
        place: Place<'d>,
        message: impl AsRef<str>,
        edits: &[(Place<'d>, Action)],
    ) {
        if self.is_told(place) {
            let base = self.subject.base(place);
            let (text, way) = (self.subject.text, place.way_from(&base));
            self.collector.add_span(text, other.grip(), way.as_ref(), "", None);
            self.collector.add_elsewhere(base, edits);
        }
        self.push(message.as_ref());
    }

    /// Reports parts of values of the object at hand as one flaw, such as lines of a literal; nothing when
    /// there are none.
    pub fn flag_parts(
        &mut self,
        message: impl AsRef<str>,
        parts: impl IntoIterator<Item = (Place<'d>, Span)>,
    ) {
        for (place, span) in parts {
            let way = place.way_from(&self.subject.base(place));
            let text = self.subject.text;
            self.collector.add_span(text, span, way.as_ref(), "", None);
        }
        self.push(message.as_ref());
    }

    /// Reports containers of the object at hand as one flaw; nothing when there are none. The
    /// message begins with their names.
    pub fn flag_containers<'c>(
        &mut self,
        flaw: &str,
        containers: impl IntoIterator<Item = (&'c Container<'d>, Place<'d>, Option<Action>)>,
    ) where
        'd: 'c,
    {
        let alone = |(it, place, action)| (it, place, action, Vec::new());
        self.flag_containers_along(flaw, containers.into_iter().map(alone));
    }

    /// The same with what must be done elsewhere in the object when a container is mended.
    pub fn flag_containers_along<'c>(
        &mut self,
        flaw: &str,
        containers: impl IntoIterator<Item = FlawedContainer<'c, 'd>>,
    ) where
        'd: 'c,
    {
        let mut known: FxHashSet<Cow<'d, str>> = FxHashSet::default();
        let mut names = String::new();
        for (container, place, action, along) in containers {
            let name = container.label();
            let is_told = self.add(place, &name, action);
            if is_told {
                self.collector.add_along(self.subject.base(place), &along);
            }
            if is_told && !known.contains(&name) {
                let comma = if known.is_empty() { "" } else { ", " };
                names.extend([comma, "`", &name, "`"]);
                known.insert(name);
            }
        }
        let containers = if known.len() == 1 { "container " } else { "containers " };
        self.push(&[containers, &names, ": ", flaw].concat());
    }

    /// Adds a spot to a flaw, if it is to be told.
    fn add(&mut self, place: Place<'d>, label: &str, action: Option<Action>) -> bool {
        let is_told = self.is_told(place);
        if is_told {
            let (text, base) = (self.subject.text, self.subject.base(place));
            self.collector.add(text, base, place, label, action);
        }
        is_told
    }

    /// Whether something is put in there later, which an edit would take for what is meant.
    fn is_blank(&self, place: Place<'d>) -> bool {
        self.subject.object.is_some_and(|it| it.is_parameter(place))
    }

    /// Whether a spot is to be told: not where what is missing may be in the manifest that this one changes, or
    /// a kustomization changes what is there.
    fn is_told(&self, place: Place<'d>) -> bool {
        let object = self.subject.object;
        let is_parameter = object.is_some_and(|it| it.is_parameter(place));
        // What points at the name of a patch is about what is not in it.
        let is_name = object.is_some_and(|it| {
            it.is_patch() && it.place.at("metadata").at("name").span() == place.span()
        });
        let says_it = place.exists() && !is_name;
        let is_changed = object.is_some_and(|it| self.context().change(it, place));
        !is_parameter && !is_changed && (!self.subject.is_patch || says_it)
    }

    /// Reports bytes of the text that belong to no object.
    pub fn flag_text(&mut self, span: Span, message: impl AsRef<str>) {
        let text = self.subject.text;
        self.collector.add_span(text, span, None, "", None);
        self.push(message.as_ref());
    }

    /// Reports a place of one of all objects.
    pub fn flag_in(
        &mut self,
        object: &Object<'d>,
        place: Place<'d>,
        message: impl AsRef<str>,
        action: Option<Action>,
    ) {
        self.flag_all_in(object, message, [(place, action)]);
    }

    /// Reports several places of one of all objects as one flaw; nothing when there are none.
    pub fn flag_all_in(
        &mut self,
        object: &Object<'d>,
        message: impl AsRef<str>,
        places: impl IntoIterator<Item = (Place<'d>, Option<Action>)>,
    ) {
        let here = |(place, action): (Place<'d>, Option<Action>)| {
            (place, action.into_iter().map(|it| (place, it)).collect())
        };
        self.flag_all_in_with(object, message, places.into_iter().map(here));
    }

    /// Reports several places of one of all objects as one flaw, each mended by edits here or elsewhere in it;
    /// nothing when there are none.
    pub fn flag_all_in_with(
        &mut self,
        object: &Object<'d>,
        message: impl AsRef<str>,
        places: impl IntoIterator<Item = (Place<'d>, Edits<'d>)>,
    ) {
        let text = self.text_of(object);
        let around = self.target.context.around(text.name());
        let is_told = |place| !object.is_parameter(place) && !around.change(object, place);
        for (place, edits) in places.into_iter().filter(|it| is_told(it.0)) {
            self.collector.add(text, object.place, place, "", None);
            if !edits.iter().any(|it| object.is_parameter(it.0)) {
                self.collector.add_elsewhere(object.place, &edits);
            }
        }
        let at = (object.source, object.document);
        self.push_about(at, Some(object), message.as_ref());
    }

    fn push(&mut self, message: &str) {
        let Subject { text, document, object, .. } = self.subject;
        self.push_about((text.index(), document), object, message);
    }

    /// Puts together a finding of the spots that were added; none when there are none.
    fn push_about(
        &mut self,
        (source, document): (usize, u32),
        object: Option<&Object<'d>>,
        message: &str,
    ) {
        let spots = self.collector.take_spots();
        if spots.is_empty() {
            return;
        }
        let (about, message) = (Arc::clone(self.about), self.collector.message(message));
        let object = object.filter(|it| !it.kind.is_empty()).map(Object::reference);
        let finding = Finding {
            about,
            message,
            source,
            document,
            object,
            spots,
            ignored: None,
            status: None,
        };
        self.collector.push(finding);
    }
}
