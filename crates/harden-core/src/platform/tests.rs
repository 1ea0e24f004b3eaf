use super::*;

fn cells(it: &Platform) -> [(&'static str, &'static [&'static str], &'static str); 6] {
    [
        (it.dns.says, it.dns.sources, it.dns.unverified),
        (it.api_server.says, it.api_server.sources, it.api_server.unverified),
        (it.webhooks.says, it.webhooks.sources, it.webhooks.unverified),
        (it.encryption.says, it.encryption.sources, it.encryption.unverified),
        (it.audit.says, it.audit.sources, it.audit.unverified),
        (it.pod_security.says, it.pod_security.sources, it.pod_security.unverified),
    ]
}

#[test]
fn every_cell_has_a_page_that_says_so_or_says_that_none_does() {
    for platform in all() {
        for (says, sources, unverified) in cells(platform) {
            let at = format!("{}: {says}", platform.name);
            assert!(!says.is_empty() && !says.ends_with('.') && !says.contains('|'), "{at}");
            assert!(!sources.is_empty() || !unverified.is_empty(), "{at}");
            for source in sources {
                let is_address =
                    source.starts_with("https://") && !source.contains([' ', '|', ')']);
                assert!(is_address, "{at}: {source}");
            }
        }
    }
}

#[test]
fn every_platform_is_told_by_signs_of_its_own() {
    let signs: Vec<_> =
        all().flat_map(|it| it.signs.iter().map(move |sign| (it.name, sign))).collect();
    for (name, sign) in &signs {
        let owners = signs.iter().filter(|(_, it)| it == sign).count();
        assert_eq!(owners, 1, "{name}: {sign:?}");
    }
    assert!(all().all(|it| !it.signs.is_empty()));
}

#[test]
fn addresses_are_ranges_that_policies_take() {
    for platform in all() {
        for resolver in platform.dns.value {
            if let Resolver::Addresses(range) = resolver {
                assert!(range.parse::<crate::kubernetes::Cidr>().is_ok(), "{range}");
            }
        }
        assert!(platform.api_server.value.port().is_some());
    }
}

#[test]
fn paths_are_such_as_the_server_can_be_told_of() {
    for platform in all() {
        for setting in
            [platform.encryption.value, platform.audit.value, platform.pod_security.value]
        {
            if let Setting::File { path, .. } = setting {
                assert!(path.starts_with('/') && !path.contains("//"), "{path}");
            }
        }
    }
}

#[test]
fn the_table_has_a_row_for_each() {
    let table = table();
    assert_eq!(table.lines().count(), 2 + PlatformName::ALL.len());
    let width = |line: &str| line.matches(" | ").count();
    let mut widths: Vec<_> =
        table.lines().filter(|it| !it.starts_with("|---")).map(width).collect();
    widths.dedup();
    assert_eq!(widths.len(), 1, "{table}");
}
