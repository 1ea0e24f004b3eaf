//! The engines, in the order in which an API server asks them.

use crate::kyverno::{expressions, policy, suite};
use crate::{Answer, Cluster, Mutated, Object, Request, gatekeeper, kubernetes};

/// The policies of one engine.
pub(super) trait Engine: Send + Sync {
    /// Whether there is no policy.
    fn is_empty(&self) -> bool;
    /// The policies that are not in force.
    fn refused(&self) -> &[Answer];
    /// What its mutations make of a request.
    fn mutate(&self, request: &Request<'_>) -> Mutated;
    /// What its validations say of a request.
    fn validate(&self, request: &Request<'_>) -> Vec<Answer>;
}

/// An engine, before it has policies.
pub(super) struct Kind {
    pub(super) takes: fn(&Object) -> bool,
    pub(super) read: fn(&[Object], &Cluster) -> Box<dyn Engine>,
}

/// An API server asks its own policies first, and then webhooks by the names of their configurations.
pub(super) static ENGINES: [Kind; 4] = [KUBERNETES, GATEKEEPER, KYVERNO, EXPRESSIONS];

/// Those that Kyverno's command runs.
pub(super) static OF_KYVERNO: [suite::Engine; 3] =
    [KUBERNETES_OF_KYVERNO, KYVERNO_OF_KYVERNO, EXPRESSIONS_OF_KYVERNO];

/// What has policies as this crate reads them is an engine.
macro_rules! engine {
    ($policies:ty, $kind:ident) => {
        const $kind: Kind = Kind {
            takes: <$policies>::takes,
            read: |objects, cluster| Box::new(<$policies>::read(objects, cluster)),
        };

        impl Engine for $policies {
            fn is_empty(&self) -> bool {
                <$policies>::is_empty(self)
            }

            fn refused(&self) -> &[Answer] {
                <$policies>::refused(self)
            }

            fn mutate(&self, request: &Request<'_>) -> Mutated {
                <$policies>::mutate(self, request)
            }

            fn validate(&self, request: &Request<'_>) -> Vec<Answer> {
                <$policies>::validate(self, request)
            }
        }
    };
    ($policies:ty, $kind:ident, $of_kyverno:ident) => {
        engine!($policies, $kind);

        const $of_kyverno: suite::Engine = suite::Engine {
            takes: <$policies>::takes,
            read: |objects, cluster| Box::new(<$policies>::read(objects, cluster)),
        };
    };
}

engine!(kubernetes::Policies, KUBERNETES, KUBERNETES_OF_KYVERNO);
engine!(gatekeeper::Policies, GATEKEEPER);
engine!(policy::Policies, KYVERNO, KYVERNO_OF_KYVERNO);
engine!(expressions::Policies, EXPRESSIONS, EXPRESSIONS_OF_KYVERNO);

impl suite::Policies for kubernetes::Policies {
    fn refused(&self) -> &[Answer] {
        self.refused()
    }

    fn mutate(&self, request: &Request<'_>) -> Mutated {
        self.mutate(request)
    }

    fn validate(&self, request: &Request<'_>) -> Vec<Answer> {
        self.validate(request)
    }
}
