"""What `ask.py` cannot guess: values that make an object sound, and enums that the server lists nowhere."""

LABELS = {"app": "a"}
POD = {"metadata": {"labels": LABELS}, "spec": {"containers": [{"name": "a", "image": "b"}]}}
JOB_POD = {"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "b"}]}}
WORKLOAD = {"selector": {"matchLabels": LABELS}, "template": POD}
MATCH = {
    "resourceRules": [
        {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"]}
    ]
}
GATEWAY = {"basic": {}}
VICTIM = {"pod": {"name": "a", "uid": "6a4b5c1e-0000-4000-8000-000000000000"}}

# What a type holds beside what its schema requires.
FILL = {
    "ClusterTrustBundleProjection": {"name": "a", "path": "a"},
    "CompositePodGroupTemplate": {"name": "a", "schedulingPolicy": GATEWAY},
    "Container": {"name": "a", "image": "b"},
    "ContainerResizePolicy": {"resourceName": "cpu", "restartPolicy": "NotRequired"},
    "ContainerRestartRule": {"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}},
    "CronJobSpec.schedule": "* * * * *",
    "CrossVersionObjectReference": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"},
    "CustomResourceColumnDefinition": {"name": "a", "type": "string", "jsonPath": ".a"},
    "DeploymentSpec": WORKLOAD,
    "DeviceTaint": {"key": "a.b/c", "effect": "NoSchedule"},
    "EphemeralContainer": {"name": "e", "image": "b"},
    "IngressBackend": {"service": {"name": "a", "port": {"number": 80}}},
    "IPBlock": {"cidr": "10.0.0.0/8"},
    "JSONSchemaProps": {"type": "object"},
    "LabelSelectorRequirement": {"key": "a", "operator": "In", "values": ["b"]},
    "LimitRangeItem": {"type": "Container"},
    "MetricSpec": {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 1}}},
    "MetricTarget": {"type": "Value", "value": "1"},
    "NodeSelectorRequirement": {"key": "a", "operator": "In", "values": ["b"]},
    "PersistentVolumeClaimSpec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    "PodGroupTemplate": {"name": "a", "schedulingPolicy": GATEWAY},
    "PodSpec": {"containers": [{"name": "a", "image": "b"}]},
    "PolicyRule": {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
    "RoleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "a"},
    "ScopedResourceSelectorRequirement": {"scopeName": "PriorityClass", "operator": "In", "values": ["a"]},
    "Subject": {"kind": "User", "name": "a", "apiGroup": "rbac.authorization.k8s.io"},
    "Toleration": {"key": "a", "operator": "Exists"},
    "TopologySpreadConstraint": {"maxSkew": 1, "topologyKey": "a", "whenUnsatisfiable": "DoNotSchedule"},
    "VolumeMount": {"name": "a", "mountPath": "/a", "readOnly": True},
}

# What an object of a kind holds, for one version of it or for all.
BASES = {
    "APIService": {
        "metadata": {"name": "v1.a.b"},
        "spec": {
            "group": "a.b",
            "version": "v1",
            "groupPriorityMinimum": 1,
            "versionPriority": 1,
            "service": {"name": "a", "namespace": "b"},
            "insecureSkipTLSVerify": True,
        },
    },
    "IngressClass": {"spec": {"controller": "a.b/c"}},
    "PriorityLevelConfiguration": {
        "spec": {"type": "Limited", "limited": {"limitResponse": {"type": "Reject"}}}
    },
    "CSIDriver": {"spec": {}},
    "ClusterRole": {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
    "CronJob": {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": JOB_POD}}}},
    "CustomResourceDefinition": {
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"},
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
            ],
        },
    },
    "DaemonSet": {"spec": WORKLOAD},
    "Deployment": {"spec": WORKLOAD},
    "DeviceTaintRule": {"spec": {"taint": {"key": "a.b/c", "effect": "NoSchedule"}}},
    "EndpointSlice": {"addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}], "ports": []},
    "Eviction": {"spec": {"target": VICTIM}},
    "EvictionRequest": {"spec": {"target": VICTIM, "requester": "a.b/c", "intent": "Eviction"}},
    "HorizontalPodAutoscaler": {
        "spec": {"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"}}
    },
    "IPAddress": {
        "metadata": {"name": "10.9.8.7"},
        "spec": {"parentRef": {"resource": "services", "name": "a", "namespace": "default"}},
    },
    "Ingress": {"spec": {"defaultBackend": {"service": {"name": "a", "port": {"number": 80}}}}},
    "Job": {"spec": {"template": JOB_POD}},
    "LeaseCandidate": {
        "spec": {
            "leaseName": "a",
            "binaryVersion": "1.0.0",
            "emulationVersion": "1.0.0",
            "strategy": "OldestEmulationVersion",
        }
    },
    "MutatingAdmissionPolicy": {
        "spec": {
            "matchConstraints": MATCH,
            "reinvocationPolicy": "Never",
            "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": "[]"}}],
        }
    },
    "MutatingAdmissionPolicyBinding": {"spec": {"policyName": "a"}},
    "PersistentVolume": {
        "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]}
    },
    "PersistentVolumeClaim": {
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    },
    "Pod": {"spec": {"serviceAccountName": "a", "containers": [{"name": "a", "image": "b"}]}},
    "PodCertificateRequest": {"spec": {"signerName": "a.b/c"}},
    "PodGroup": {"spec": {"schedulingPolicy": GATEWAY}},
    "CompositePodGroup": {"spec": {"schedulingPolicy": GATEWAY, "workloadRef": {"workloadName": "a", "templateName": "a"}}},
    "PodTemplate": {"template": POD},
    "ReplicaSet": {"spec": WORKLOAD},
    "ReplicationController": {"spec": {"selector": LABELS, "template": POD}},
    "ResourceSlice": {
        "spec": {
            "driver": "a.b",
            "nodeName": "n",
            "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1},
        }
    },
    "RoleBinding": {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "a"}},
    "Service": {"spec": {"type": "LoadBalancer", "ports": [{"name": "a", "port": 80}]}},
    "ServiceCIDR": {"spec": {"cidrs": ["10.0.0.0/24"]}},
    "StatefulSet": {"spec": WORKLOAD},
    "StorageVersion": {"metadata": {"name": "a.b"}},
    "StorageVersionMigration": {"spec": {"resource": {"group": "", "resource": "secrets"}}},
    "ValidatingAdmissionPolicy": {
        "spec": {"matchConstraints": MATCH, "validations": [{"expression": "true"}]}
    },
    "ValidatingAdmissionPolicyBinding": {"spec": {"policyName": "a", "validationActions": ["Deny"]}},
    "VolumeAttachment": {
        "spec": {"attacher": "a", "nodeName": "n", "source": {"persistentVolumeName": "pv"}}
    },
    "VolumeAttributesClass": {"driverName": "a", "parameters": {"a": "b"}},
    "Workload": {"spec": {"podGroupTemplates": [{"name": "a", "schedulingPolicy": GATEWAY}]}},
    "events.k8s.io/v1/Event": {
        "reportingController": "a.b/c",
        "reportingInstance": "i",
        "action": "a",
        "reason": "r",
        "type": "Normal",
        "eventTime": "2024-01-01T00:00:00.000000Z",
        "regarding": {"namespace": "default"},
    },
    "v1/Binding": {"target": {"kind": "Node", "name": "a"}},
}

# Values that the server accepts, where its answer does not list them.
EXTRA_ENUMS = {
    "CSIDriverSpec.volumeLifecycleModes": ["Persistent", "Ephemeral"],
    "CustomResourceColumnDefinition.format": [
        "int32", "int64", "float", "double", "byte", "date", "date-time", "password",
    ],
    "CustomResourceColumnDefinition.type": ["integer", "number", "string", "boolean", "date"],
    "DaemonSetUpdateStrategy.type": ["RollingUpdate", "OnDelete"],
    "DeploymentStrategy.type": ["Recreate", "RollingUpdate"],
    "LabelSelectorRequirement.operator": ["In", "NotIn", "Exists", "DoesNotExist"],
    "MetricTarget.type": ["AverageValue", "Utilization", "Value"],
    "NetworkPolicySpec.policyTypes": ["Ingress", "Egress"],
    "NodeSelectorRequirement.operator": ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"],
    "ResourceQuotaSpec.scopes": [
        "Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass",
        "CrossNamespacePodAffinity", "VolumeAttributesClass",
    ],
    "ScopedResourceSelectorRequirement.operator": ["In", "NotIn", "Exists", "DoesNotExist"],
    "ScopedResourceSelectorRequirement.scopeName": [
        "PriorityClass", "Terminating", "NotTerminating", "BestEffort", "NotBestEffort",
        "CrossNamespacePodAffinity", "VolumeAttributesClass",
    ],
    "ServiceSpec.externalTrafficPolicy": ["Cluster", "Local"],
    "StatefulSetSpec.podManagementPolicy": ["OrderedReady", "Parallel"],
    "StatefulSetUpdateStrategy.type": ["RollingUpdate", "OnDelete", "Recreate"],
}

# Fields that other fields decide of, and kinds with places of which the server looks at nothing.
NOT_ALONE = {
    ("EphemeralContainer", "lifecycle"),
    ("EphemeralContainer", "livenessProbe"),
    ("EphemeralContainer", "ports"),
    ("EphemeralContainer", "readinessProbe"),
    ("EphemeralContainer", "restartPolicyRules"),
    ("EphemeralContainer", "startupProbe"),
    ("StatefulSet", "volumes"),
    ("VolumeAttachment", "inlineVolumeSpec"),
    "DeviceClaimConfiguration.opaque",
    "DeviceClassConfiguration.opaque",
    "DeviceSelector.cel",
    "EndpointPort.port",
    "LimitResponse.queuing",
    "ParamRef.name",
    "ParamRef.selector",
    "PersistentVolumeClaimSpec.resources",
    "PriorityLevelConfigurationSpec.limited",
    "ResourceFieldSelector.resource",
    "ScaleIOPersistentVolumeSource.volumeName",
    "ScaleIOVolumeSource.volumeName",
    "ServicePort.name",
    "ServiceSpec.healthCheckNodePort",
    "ServiceSpec.ports",
    "StorageOSPersistentVolumeSource.volumeName",
    "StorageOSVolumeSource.volumeName",
    "VolumeResourceRequirements.requests",
}

# Required fields of places that are never sound here, and that the server does not ask for.
ZERO_WILL_DO = {
    "CustomResourceDefinitionVersion.served",
    "CustomResourceDefinitionVersion.storage",
    "ForZone.name",
    "HTTPHeader.value",
    "ISCSIPersistentVolumeSource.lun",
    "ISCSIVolumeSource.lun",
    # A StatefulSet puts its own volumes in place of those of the same name.
    "PersistentVolumeClaimVolumeSource.claimName",
    "ScaleIOPersistentVolumeSource.secretRef",
    "ScaleIOVolumeSource.secretRef",
    "SleepAction.seconds",
}
