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
from collections import Counter, defaultdict
from pathlib import Path

PACKAGE = "kubernetes-validate==1.37.0"
VERSIONS = range(25, 38)
DEFINITIONS = "kubernetes_validate/kubernetes-json-schema/v1.{}.0-local/_definitions.json"
LIMITS = Path(__file__).resolve().parent / "limits.txt"
TABLE = Path(__file__).resolve().parents[2] / "crates/harden-core/src/schema/table.txt"

# Types whose JSON is read by code of their own.
SCALARS = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "micro-time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "any",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "any",
}

# Fields that the table leaves out, since every kind has them.
EVERY_KIND_HAS = {"apiVersion", "kind", "metadata"}


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
    limit(types)
    keep = reachable(types, kinds)
    names = named(types, keep)
    enums = enum_names(types, keep)
    names |= enums
    text = render(types, keep, names, kinds, enums)
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
                # The server's own words: it decodes them, and drops what somebody writes there.
                is_status = union.is_kind and field == "status"
                value = "object" if is_status else shape(value)
                union.fields[field][version] = (value, field in required and not is_status)
    return types, kinds


def limit(types):
    """Adds what the API server said that it accepts (see `ask.py`)."""
    of_field, of_name = {}, {}
    for line in LIMITS.read_text(encoding="utf-8").splitlines():
        field, insists, *values = line.split(" ", 2)
        of_field[field] = (insists, *values)
        of_name[field.split(".", 2)[2]] = insists
    for name, union in types.items():
        package = ".".join(name.split(".")[-3:])
        for field, values in union.fields.items():
            known = of_field.get(f"{package}.{field}")
            for version, (value, required) in values.items():
                if known:
                    insists, *limits = known
                    value = limited(value, *limits)
                else:
                    # A version that is gone insisted on what its successors insist on.
                    insists = of_name.get(f"{short(name)}.{field}", "!" if required else "-")
                    insists = insists if required else "-"
                values[version] = (value, insists.replace("-", ""))


def limited(value, limit=""):
    match value:
        case (outer, inner) if outer in ("list", "map"):
            return (outer, limited(inner, limit))
        case _ if limit.startswith("="):
            return ("enum", limit[1:])
        case "int-or-string" if limit:
            return limit
        case _ if limit:
            return f"{value}:{limit}"
    return value


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
        if it[0] == "ref":
            yield it[1]
        elif it[0] != "enum":
            yield from references(it[1])


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
        insists = {insists for _, insists in values.values()}
        required = next((it for it in ("", "*", "!") if it in insists), "")
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
        case ("enum", values):
            return f"={naming.get(values, values)}"
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


def enum_names(types, keep):
    """A name for each list of values: that of the first field that takes them."""
    names, taken = {}, Counter()
    for name in sorted(keep, key=lambda it: (short(it), precedence(it))):
        for field, values in sorted(types[name].fields.items()):
            value = values[max(values)][0]
            while isinstance(value, tuple) and value[0] in ("list", "map"):
                value = value[1]
            if isinstance(value, tuple) and value[0] == "enum" and value[1] not in names:
                taken[field] += 1
                names[value[1]] = field if taken[field] == 1 else f"{field}{taken[field]}"
    return names


def render(types, keep, names, kinds, enums):
    lines, done = [], set()
    for name in sorted(keep, key=lambda it: (names[it], it)):
        if names[name] in done:
            continue
        done.add(names[name])
        lines.append(names[name])
        for field, value, required, since, until in rows(types[name], names):
            line = f" {field}{required}"
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
    lines.append("")
    lines += sorted(f"{name} {values}" for values, name in enums.items())
    return "\n".join(lines) + "\n"


def span(since, until):
    return f" {since or ''}-{until or ''}" if since or until else ""


if __name__ == "__main__":
    main()
