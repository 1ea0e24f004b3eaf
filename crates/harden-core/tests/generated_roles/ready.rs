//! Ready-made roles.

use harden_core::cluster::Facts;
use harden_core::finding::Severity;
use harden_core::generators::Generate as _;
use harden_core::generators::role::{Options, Ready};
use harden_core::platform::PlatformName;

use super::{findings, text};

#[test]
fn ready_made_roles_satisfy_every_rule() {
    let namespaces = || vec!["a".parse().unwrap(), "b".parse().unwrap()];
    for (ready, count) in
        [(Ready::ReadOnly, 4), (Ready::Deployer, 4), (Ready::Auditor, 2), (Ready::Ci, 4)]
    {
        for platform in [None, Some(PlatformName::Openshift)] {
            let options = Options {
                ready: Some(ready),
                platform,
                user: Some("ann".to_owned()),
                namespace: if ready == Ready::Auditor { Vec::new() } else { namespaces() },
                ..Options::default()
            };
            let generated = options.generate(&Facts::default()).unwrap();
            assert_eq!(generated.manifests.len(), count, "{ready:?}");
            assert!(!text(&generated).contains("secrets"), "{ready:?}");
            assert_eq!(findings(&generated, Severity::High), Vec::<String>::new(), "{ready:?}");
            eprintln!("{ready:?}: {:?}", findings(&generated, Severity::Low));
        }
    }
}
