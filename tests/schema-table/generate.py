#!/usr/bin/env python3
"""Makes the table of all built-in types of Kubernetes 1.25 to 1.37.

Usage: generate.py [WHEEL]

Without the wheel of kubernetes-validate it is downloaded with pip. The schemas in it are those that
Kubernetes publishes (Apache-2.0). README.md beside this file explains the table.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path

PACKAGE = "kubernetes-validate==1.37.0"
VERSIONS = range(25, 38)
DEFINITIONS = "kubernetes_validate/kubernetes-json-schema/v1.{}.0-local/_definitions.json"
TABLE = Path(__file__).resolve().parents[2] / "crates/harden-core/src/schema/table.txt"

# Types whose JSON is read by code of their own.
SCALARS = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "any",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "any",
}

# Fields that the table leaves out, since every kind has them.
EVERY_KIND_HAS = {"apiVersion", "kind", "metadata"}

# What the schemas call required and the API server does not ask for, because Go's zero value will do.
# `tests/schema_server.rs` of harden-core finds them.
NOT_ASKED_FOR = {
    "CSIDriver.spec",
    "CustomResourceDefinitionVersion.served",
    "ForZone.name",
    "IPBlock.cidr",
    "LimitRangeSpec.limits",
    "PersistentVolumeClaimVolumeSource.claimName",
    "PodFailurePolicy.rules",
    "TokenRequest.audience",
}


class Union:
    """One type over all versions."""

    def __init__(self):
        self.is_kind = False
        self.versions = []
        self.fields = defaultdict(dict)  # name -> version -> (shape, required)


def main():
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(sys.argv[1]) if len(sys.argv) > 1 else download(folder)
        with zipfile.ZipFile(wheel) as archive:
            types, kinds = read(archive)
    keep = reachable(types, kinds)
    names = named(types, keep)
    text = render(types, keep, names, kinds)
    TABLE.write_text(text, encoding="utf-8", newline="\n")
    print(f"{TABLE.name}: {len(text)} bytes, {len(set(names.values()))} types, {len(kinds)} kinds")


def download(folder):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
    subprocess.run([*command, PACKAGE], check=True)
    return next(Path(folder).glob("*.whl"))


def read(archive):
    types, kinds = defaultdict(Union), {}
    for version in VERSIONS:
        definitions = json.loads(archive.read(DEFINITIONS.format(version)))["$defs"]
        for name, schema in definitions.items():
            if name in SCALARS:
                continue
            union = types[name]
            union.versions.append(version)
            required = schema.get("required", [])
            properties = schema.get("properties", {})
            for it in schema.get("x-kubernetes-group-version-kind", []):
                # Only what has metadata of its own is an object that somebody writes.
                if properties.get("metadata", {}).get("$ref", "").endswith(".ObjectMeta"):
                    key = (it["group"], it["version"], it["kind"])
                    kinds.setdefault(key, (name, []))[1].append(version)
                    union.is_kind = True
            for field, value in properties.items():
                if union.is_kind and field in EVERY_KIND_HAS:
                    continue
                # The server's own words: it does not read them in what somebody writes.
                is_status = union.is_kind and field == "status"
                value = "any" if is_status else shape(value)
                union.fields[field][version] = (value, field in required and not is_status)
    return types, kinds


def shape(schema):
    """How a value is written, as nested tuples: ("list", …), ("map", …), ("ref", type), a word."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return SCALARS[name] if name in SCALARS else ("ref", name)
    kind = schema.get("type")
    if isinstance(kind, list):
        (kind,) = (it for it in kind if it != "null")
    match kind, schema.get("format"):
        case "array", _:
            return ("list", shape(schema["items"]))
        case "object", _:
            return ("map", shape(schema["additionalProperties"]))
        case "string", "byte":
            return "bytes"
        case "string", _:
            return ""
        case "boolean", _:
            return "bool"
        case "integer", "int32":
            return "i32"
        case "integer", _:
            return "i64"
        case "number", _:
            return "f64"
    raise ValueError(f"unknown schema: {schema}")


def references(it):
    if isinstance(it, tuple):
        yield from [it[1]] if it[0] == "ref" else references(it[1])


def reachable(types, kinds):
    keep, todo = set(), [name for name, _ in kinds.values()]
    while todo:
        name = todo.pop()
        if name not in keep:
            keep.add(name)
            for values in types[name].fields.values():
                for value, _ in values.values():
                    todo.extend(references(value))
    return keep


def rows(union, naming):
    """The fields of a type: (name, shape, required, since, until), the last two where they differ
    from those of the type."""
    first, last = union.versions[0], union.versions[-1]
    for field, values in sorted(union.fields.items()):
        since, until = min(values), max(values)
        expected = [it for it in union.versions if since <= it <= until]
        if sorted(values) != expected:
            raise ValueError(f"{field} comes and goes: {sorted(values)}")
        newest = values[until][0]
        required = all(required for _, required in values.values())
        yield (
            field,
            written(newest, naming),
            required,
            since if since > first else 0,
            until if until < last else 0,
        )


def written(it, naming):
    if not isinstance(it, tuple):
        return it
    match it:
        case ("ref", name):
            return naming[name]
        case ("list", item):
            return f"[{written(item, naming)}]"
        case ("map", item):
            return f"{{{written(item, naming)}}}"


def short(name):
    return name.rsplit(".", 1)[1]


def named(types, keep):
    """A name for each type, the same for types of several API versions that are alike."""
    classes = {name: short(name) for name in keep}
    while True:
        groups = defaultdict(list)
        for name in sorted(keep):
            groups[(classes[name], *rows(types[name], classes))].append(name)
        refined = {name: f"{short(name)}#{i}" for i, it in enumerate(groups.values()) for name in it}
        if len(set(refined.values())) == len(set(classes.values())):
            break
        classes = refined
    by_short = defaultdict(list)
    for members in groups.values():
        by_short[short(members[0])].append(members)
    names = {}
    for bare, alternatives in by_short.items():
        # The plain name goes to v1, of the core group first.
        alternatives.sort(key=lambda it: min(precedence(name) for name in it))
        for i, members in enumerate(alternatives):
            names |= {name: f"{bare}{i + 1 if i else ''}" for name in members}
    return names


def precedence(name):
    version = name.split(".")[-2]
    return ("alpha" in version, "beta" in version, ".core." not in name, name)


def render(types, keep, names, kinds):
    lines, done = [], set()
    for name in sorted(keep, key=lambda it: (names[it], it)):
        if names[name] in done:
            continue
        done.add(names[name])
        lines.append(names[name])
        for field, value, required, since, until in rows(types[name], names):
            required = required and f"{short(name)}.{field}" not in NOT_ASKED_FOR
            line = f" {field}{'!' if required else ''}"
            if value:
                line += f" {value}"
            lines.append(line + span(since, until))
    lines.append("")
    for (group, version, kind), (name, versions) in sorted(kinds.items()):
        since = versions[0] if versions[0] > VERSIONS[0] else 0
        until = versions[-1] if versions[-1] < VERSIONS[-1] else 0
        of = "" if names[name] == kind else f" {names[name]}"
        api = f"{group}/{version}" if group else version
        lines.append(f"{api} {kind}{of}{span(since, until)}")
    return "\n".join(lines) + "\n"


def span(since, until):
    return f" {since or ''}-{until or ''}" if since or until else ""


if __name__ == "__main__":
    main()
