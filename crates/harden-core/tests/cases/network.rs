//! Who may connect to load balancers and pods.

use super::{of, verdicts};

#[test]
fn a_load_balancer_is_open_however_everybody_is_spelt() {
    let Some(verdicts) = verdicts(&["load-balancer-open.yaml"]) else { return };
    let open = of(&verdicts, "open-load-balancer");
    assert_eq!(open.len(), 6, "{verdicts:?}");
    assert!(open.iter().all(|it| it.message.as_str() == "port 22 is open to every address"));
}

#[test]
fn load_balancers_that_are_private_by_class_or_controller_are_not_open() {
    let Some(verdicts) = verdicts(&["pods-in-other-kinds.yaml"]) else { return };
    let open: Vec<_> =
        of(&verdicts, "open-load-balancer").iter().map(|it| it.object.clone()).collect();
    let expected = ["lb-split", "lb-zero", "lb-annotopen", "lb-internal-false"];
    assert_eq!(open, expected.map(|it| format!("Service/{it}")), "{verdicts:?}");
}

#[test]
fn both_halves_of_the_address_space_are_all_of_it() {
    let Some(verdicts) = verdicts(&["pods-in-other-kinds.yaml"]) else { return };
    for rule in ["allow-all-ingress", "allow-all-egress", "metadata-service-egress"] {
        let found = of(&verdicts, rule);
        assert_eq!(found.len(), 1, "{rule}: {verdicts:?}");
        assert!(found.iter().all(|it| it.object == "NetworkPolicy/halves"));
    }
}

#[test]
fn each_host_of_an_ingress_needs_a_certificate() {
    let Some(verdicts) = verdicts(&["ingress-partial-tls.yaml"]) else { return };
    let plain: Vec<_> = of(&verdicts, "ingress-without-tls");
    assert_eq!(plain.len(), 1, "{verdicts:?}");
    assert!(plain.iter().all(|it| it.message == "b.example.com is reached without TLS"));
    assert!(plain.iter().all(|it| it.paths == ["spec.rules[1].host"]));
}
