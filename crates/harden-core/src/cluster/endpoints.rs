//! Where a Service leads, as its EndpointSlices say it.

/// What one EndpointSlice says, as far as it is read here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// The ports of what is behind the Service.
    pub ports: Vec<EndpointPort>,
    /// The addresses of what is behind the Service.
    pub addresses: Vec<String>,
}

/// A port of what is behind a Service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointPort {
    /// Its name; empty when there is none.
    pub name: String,
    /// Its number; where there is none, every port is meant.
    pub number: Option<u16>,
    /// Its protocol; empty for TCP.
    pub protocol: String,
}

impl Endpoints {
    /// The addresses of all API servers with their ports, from the slices of the Service `kubernetes`.
    pub fn servers(slices: &[Self]) -> Vec<String> {
        let mut servers = Vec::new();
        for Self { ports, addresses } in slices {
            let port = ports.iter().find(|it| it.name == "https").or_else(|| ports.first());
            let port = port.and_then(|it| it.number).unwrap_or(443);
            servers.extend(addresses.iter().map(|host| {
                if host.contains(':') {
                    format!("[{host}]:{port}")
                } else {
                    format!("{host}:{port}")
                }
            }));
        }
        servers.sort();
        servers.dedup();
        servers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_api_server_is_named_once() {
        let slice = |addresses: &[&str]| Endpoints {
            ports: vec![EndpointPort {
                name: "https".to_owned(),
                number: Some(6443),
                ..EndpointPort::default()
            }],
            addresses: addresses.iter().map(|it| (*it).to_owned()).collect(),
        };
        let bare = Endpoints { ports: Vec::new(), ..slice(&["10.0.0.3"]) };
        let slices = [slice(&["10.0.0.2", "10.0.0.1"]), slice(&["fd00::1", "10.0.0.1"]), bare];
        assert_eq!(
            Endpoints::servers(&slices),
            ["10.0.0.1:6443", "10.0.0.2:6443", "10.0.0.3:443", "[fd00::1]:6443"]
        );
    }
}
