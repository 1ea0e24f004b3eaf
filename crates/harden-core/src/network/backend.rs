//! Services that something leads to from outside: an Ingress, or a route of a Gateway.

use harden_yaml::Place;

use crate::kubernetes::GroupKind;
use crate::object::Object;

/// A Service that an Ingress or a route of a Gateway names.
#[derive(Debug, Clone, Copy)]
pub struct Backend<'d> {
    /// The namespace of the Service; none where it is that of what names it.
    pub namespace: Option<&'d str>,
    /// The name of the Service.
    pub service: &'d str,
    /// Its port; none for every port.
    pub port: Option<NamedPort<'d>>,
    /// Where that is written.
    pub place: Place<'d>,
}

/// A port by its number or its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedPort<'d> {
    /// By its number.
    Number(u16),
    /// By its name.
    Name(&'d str),
}

impl<'d> NamedPort<'d> {
    /// The port at a place; none where there is none. Zero stands for none, too.
    pub fn read(place: Place<'d>) -> Option<Self> {
        let name = || place.as_str().filter(|it| !it.is_empty()).map(Self::Name);
        number(place).map(Self::Number).or_else(name)
    }
}

/// A port that may be there.
pub(super) fn number(place: Place<'_>) -> Option<u16> {
    place.as_i64().and_then(|it| u16::try_from(it).ok()).filter(|it| *it > 0)
}

/// The kinds that lead to Services from outside.
pub(super) const ENTRIES: [GroupKind; 7] = [
    GroupKind::new("networking.k8s.io", "Ingress"),
    GroupKind::new("extensions", "Ingress"),
    GroupKind::new("gateway.networking.k8s.io", "GRPCRoute"),
    GroupKind::new("gateway.networking.k8s.io", "HTTPRoute"),
    GroupKind::new("gateway.networking.k8s.io", "TCPRoute"),
    GroupKind::new("gateway.networking.k8s.io", "TLSRoute"),
    GroupKind::new("gateway.networking.k8s.io", "UDPRoute"),
];

impl<'d> Backend<'d> {
    /// Whether an object leads to Services from outside.
    pub fn is_led_to_by(object: &Object<'_>) -> bool {
        ENTRIES.iter().any(|it| object.is_of(*it))
    }

    /// The Services that an Ingress or a route names, in its order.
    pub fn all(object: &Object<'d>) -> Vec<Self> {
        let spec = object.place.at("spec");
        let rules = spec.at("rules").items();
        if object.kind == "Ingress" {
            let default = ["defaultBackend", "backend"].map(|it| spec.at(it));
            let paths = rules.flat_map(|it| it.follow("http.paths").items());
            let all = default.into_iter().chain(paths.map(|it| it.at("backend")));
            all.filter_map(Self::of_ingress).collect()
        } else {
            rules.flat_map(|it| it.at("backendRefs").items()).filter_map(Self::of_route).collect()
        }
    }

    fn of_ingress(place: Place<'d>) -> Option<Self> {
        // The fields of `extensions/v1beta1` are those before `service` was there.
        let (service, port) = match place.follow("service.name").as_str() {
            Some(name) => {
                let port = place.follow("service.port");
                let number = number(port.at("number")).map(NamedPort::Number);
                (name, number.or_else(|| NamedPort::read(port.at("name"))))
            }
            None => (place.at("serviceName").as_str()?, NamedPort::read(place.at("servicePort"))),
        };
        Some(Self { namespace: None, service, port, place })
    }

    fn of_route(place: Place<'d>) -> Option<Self> {
        let is_service = matches!(place.at("kind").as_str(), None | Some("Service"))
            && matches!(place.at("group").as_str(), None | Some(""));
        let service = place.at("name").as_str().filter(|_| is_service)?;
        let namespace = place.at("namespace").as_str().filter(|it| !it.is_empty());
        Some(Self { namespace, service, port: NamedPort::read(place.at("port")), place })
    }
}
