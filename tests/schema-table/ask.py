#!/usr/bin/env python3
"""Asks a real API server what it accepts in each field of each kind, and writes limits.txt.

Usage: ask.py WHEEL ADDRESS

WHEEL is that of kubernetes-validate, as for generate.py. ADDRESS is where `kubectl proxy` listens, in front
of an API server of the newest version with all APIs and feature gates, so that nothing is refused only
because it is not turned on. README.md beside this file says how to start it.
"""

import copy
import http.client
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

import generate
from samples import BASES, EXTRA_ENUMS, FILL, NOT_ALONE, ZERO_WILL_DO

LIMITS = Path(__file__).resolve().parent / "limits.txt"

# What is written into a field whose value does not matter.
ANYTHING = {
    "any": {},
    "bool": True,
    "bytes": "YQ==",
    "f64": 1.0,
    "i32": 1,
    "i64": 1,
    "int-or-string": 1,
    "micro-time": "2024-01-01T00:00:00.000000Z",
    "quantity": "1",
    "time": "2024-01-01T00:00:00Z",
    "": "a",
}
RANGES = {"i32": (-(2**31), 2**31 - 1), "i64": (-(2**63), 2**63 - 1)}
GOOD_NUMBERS = [1, 2, 0, 10, 100, 1000, 3600, 65535]
NONSENSE = "zz Not_valid!"
# What stands for a value that is not refused.
SOUND = object()

# Complaints that are about other fields, too.
OF_OTHERS = re.compile(
    r"requires|may not be (specified|used|set)|must not be set|cannot be (set|0)|only the schema|reserved|Not Support"
    r"|completions|Duplicate|must be 1$|minReadySeconds|minReplicas|should not be greater"
)


class Server:
    def __init__(self, address):
        self.address = address
        self.connection = http.client.HTTPConnection(address)
        self.resources = {}
        groups = self.ask("GET", "/apis")["groups"]
        versions = [it["groupVersion"] for group in groups for it in group["versions"]]
        for path, version in [("/api/v1", "v1"), *((f"/apis/{it}", it) for it in versions)]:
            for it in self.ask("GET", path)["resources"]:
                if "/" not in it["name"] and "create" in it["verbs"]:
                    namespace = "/namespaces/default" if it["namespaced"] else ""
                    self.resources[version, it["kind"]] = f"{path}{namespace}/{it['name']}"

    def ask(self, method, path, body=None):
        body = None if body is None else json.dumps(body)
        for _ in range(9):
            try:
                self.connection.request(method, path, body, {"Content-Type": "application/json"})
                return json.loads(self.connection.getresponse().read())
            except json.JSONDecodeError:
                return {"code": 500}
            except (http.client.HTTPException, OSError):
                self.connection = http.client.HTTPConnection(self.address)
        raise ConnectionError(path)

    def complaints(self, made):
        """What it says of an object: (field, reason, message) of each cause, or one for all."""
        path = self.resources[made["apiVersion"], made["kind"]]
        answer = self.ask("POST", f"{path}?dryRun=All&fieldValidation=Strict", made)
        if answer.get("kind") != "Status":
            return set() if "code" not in answer else {("", "", "")}
        causes = (answer.get("details") or {}).get("causes") or []
        said = {(it.get("field", ""), it.get("reason", ""), it.get("message", "")) for it in causes}
        return said or {("", answer.get("reason", ""), "")}


class Maker:
    """Makes objects of a kind with a value at a path."""

    def __init__(self, definitions):
        self.definitions = definitions

    def any(self, schema, of=""):
        shape, inner = self.shape(schema)
        if of in FILL:
            return copy.deepcopy(FILL[of])
        match shape:
            case "struct":
                return self.struct(inner)
            case "list":
                return [self.any(inner)]
            case "map":
                return {"cpu": self.any(inner)}
        return copy.deepcopy(ANYTHING[shape])

    def struct(self, name):
        definition, of = self.definitions[name], generate.short(name)
        required = [it for it in definition.get("required", []) if it in definition["properties"]]
        made = {it: self.any(definition["properties"][it], f"{of}.{it}") for it in required}
        return made | copy.deepcopy(FILL.get(of, {}))

    def base(self, kind, name):
        made = {"apiVersion": kind[0], "kind": kind[1], "metadata": {"name": "a"}}
        rest = self.struct(name)
        rest.pop("metadata", None)
        return made | rest | copy.deepcopy(BASES.get("/".join(kind), BASES.get(kind[1], {})))

    def shape(self, schema):
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            scalar = generate.SCALARS.get(name)
            return (scalar, None) if scalar is not None else ("struct", name)
        written = generate.shape(schema)
        if isinstance(written, tuple):
            return written[0], schema["items" if written[0] == "list" else "additionalProperties"]
        return written, None

    def place(self, kind, name, path, value):
        """The object, and the field as the server writes it; without a value the field is removed."""
        made = self.base(kind, name)
        at, schema, field = made, {"$ref": f"/{name}"}, ""
        for i, step in enumerate(path):
            shape, inner = self.shape(schema)
            last = i == len(path) - 1
            if step == "[]":
                schema = inner
                at.append(value if last else self.any(schema))
                field += f"[{len(at) - 1}]"
                at = at[-1]
            elif step == "{}":
                schema = inner
                at["cpu"] = value if last else self.any(schema)
                field += "[cpu]"
                at = at["cpu"]
            else:
                schema = self.definitions[inner]["properties"][step]
                field += f".{step}" if field else step
                if last and value is None:
                    at.pop(step, None)
                elif last and value is SOUND:
                    at.setdefault(step, self.any(schema, f"{generate.short(inner)}.{step}"))
                elif last:
                    at[step] = value
                else:
                    empty = {"list": [], "map": {}}.get(self.shape(schema)[0])
                    if at.get(step) is None:
                        at[step] = self.any(schema) if empty is None else empty
                    at = at[step]
        return made, field


def ways(maker, kinds):
    """Some ways to each field: (kind, name of its type, type, field, path, path to its innermost value)."""
    seen = Counter()
    # Those that are nearest to what people write come first.
    order = sorted(kinds, key=lambda it: (it[1] != "Pod", "alpha" in it[0], "beta" in it[0], it))
    for kind in order:
        of_kind = Counter()

        def walk(name, path, above):
            for field, schema in maker.definitions[name].get("properties", {}).items():
                skipped = not path and field in generate.EVERY_KIND_HAS
                places = {(kind[1], field), (generate.short(name), field)}
                if skipped or field in ("status", "managedFields") or places & NOT_ALONE:
                    continue
                way, shape, inner = [*path, field], *maker.shape(schema)
                outer = way
                while shape in ("list", "map"):
                    way = [*way, "[]" if shape == "list" else "{}"]
                    shape, inner = maker.shape(inner)
                of_kind[name, field] += 1
                if of_kind[name, field] <= 3 and seen[name, field] < 8:
                    seen[name, field] += 1
                    yield kind, name, field, outer, way, shape
                if shape == "struct" and inner not in above and of_kind[inner] < 4:
                    of_kind[inner] += 1
                    yield from walk(inner, way, [*above, inner])

        yield from walk(kinds[kind], [], [kinds[kind]])


def of(said):
    """What it is about: messages repeat values."""
    return {(field, reason) for field, reason, _ in said}


class Asker:
    def __init__(self, server, maker, kind, root, way):
        self.server, self.maker, self.kind, self.root, self.way = server, maker, kind, root, way

    def complaints(self, value, way=None):
        made, self.field = self.maker.place(self.kind, self.root, way or self.way, value)
        return self.server.complaints(made)

    def is_refused(self, value):
        """Whether the value is refused whatever the other fields are; `None` where others are in the way."""
        said = self.complaints(value)
        here = [message for field, _, message in said if field == self.field]
        if any(not OF_OTHERS.search(it) for it in here):
            return True
        return None if said and not here else False

    def enum(self, key):
        """The values that are accepted; an empty set where all are, `None` where that cannot be told."""
        values = EXTRA_ENUMS.get(key)
        nonsense = self.complaints(NONSENSE)
        if values is None:
            lists = [
                message.split("supported values:")[1]
                for _, reason, message in nonsense
                if reason == "FieldValueNotSupported" and NONSENSE in message
            ]
            values = re.findall(r'"([^"]*)"', lists[0]) if lists else []
            if not values:
                return None if nonsense else frozenset()
            if any(set("<{'") & set(it) for it in values):
                return frozenset()
        sound = of(self.complaints(values[0]))
        if of(nonsense) <= sound:
            return None if nonsense else frozenset()
        empty = of(self.complaints("")) <= sound
        return frozenset([*values, *([""] if empty else [])])

    def bounds(self, shape):
        low, high = RANGES[shape]
        good = next((it for it in GOOD_NUMBERS if not self.is_refused(it)), None)
        if good is None:
            return (low, high)
        if self.is_refused(low) is None and self.is_refused(high) is None:
            return None
        return self.edge(good, low), self.edge(good, high)

    def edge(self, good, end):
        """The last number on the way to the end that is not refused."""
        if not self.is_refused(end):
            return end
        bad = end
        while abs(good - bad) > 1:
            middle = (good + bad) // 2
            good, bad = (good, middle) if self.is_refused(middle) else (middle, bad)
        return good

    def int_or_string(self):
        if not self.is_refused("abc!"):
            return "int-or-string" if self.is_refused("abc!") is False else None
        if self.is_refused(65536):
            return "port" if self.is_refused(0) else "port0"
        return "percent100" if self.is_refused("101%") else "percent"

    def quantity(self):
        if not self.is_refused("-1"):
            return "" if self.is_refused("-1") is False else None
        return "+" if self.is_refused("0") else "0.."

    def insists(self, outer, shape):
        """`!` where a value is asked for, `*` where an empty one will do, `-` where none is, `None` where
        that cannot be told; and what is said when there is none."""
        sound = of(self.complaints(SOUND, outer))
        missing = self.complaints(None, outer)
        if of(missing) <= sound:
            return None if missing else "-", set()
        empty = {"list": [], "map": {}, "": "", "struct": {}, "bytes": ""}.get(shape)
        if empty is None:
            return "*", missing
        return ("*" if of(self.complaints(empty, outer)) <= sound else "!"), missing


def main():
    with zipfile.ZipFile(sys.argv[1]) as archive:
        newest = generate.DEFINITIONS.format(generate.VERSIONS[-1])
        definitions = json.loads(archive.read(newest))["$defs"]
    server, maker = Server(sys.argv[2]), Maker(definitions)
    kinds = {}
    for name, schema in definitions.items():
        for it in schema.get("x-kubernetes-group-version-kind", []):
            version = f"{it['group']}/{it['version']}" if it["group"] else it["version"]
            has_metadata = "metadata" in schema.get("properties", {})
            if has_metadata and (version, it["kind"]) in server.resources:
                kinds[version, it["kind"]] = name
    if "--bases" in sys.argv:
        for kind, name in sorted(kinds.items()):
            said = server.complaints(maker.base(kind, name))
            if said:
                print("/".join(kind), sorted(said))
        return
    limits, insisted, asked = defaultdict(list), defaultdict(list), {}
    for kind, name, field, outer, way, shape in ways(maker, kinds):
        asker = Asker(server, maker, kind, kinds[kind], way)
        key = f"{generate.short(name)}.{field}"
        limit = None
        match shape:
            case _ if key in NOT_ALONE:
                pass
            case "":
                limit = asker.enum(key)
            case "i32" | "i64":
                limit = asker.bounds(shape)
            case "int-or-string":
                limit = asker.int_or_string()
            case "quantity":
                limit = asker.quantity()
        limits[name, field].append(limit)
        schema = definitions[name]["properties"][field]
        insists, missing = asker.insists(outer, maker.shape(schema)[0])
        is_required = field in definitions[name].get("required", [])
        plain = any(it[1] == "FieldValueRequired" and it[2] == "Required value" for it in missing)
        if not is_required and not (plain and key not in NOT_ALONE):
            insists = "-" if insists else None
        insisted[name, field].append(insists)
        asked[name, field] = (shape, is_required)
    since = first_seen()
    lines = []
    for (name, field), (shape, is_required) in sorted(asked.items()):
        key = f"{generate.short(name)}.{field}"
        known = [it for it in insisted[name, field] if it]
        insists = min(known, key="-*!".index, default="*" if is_required else "-")
        if key in ZERO_WILL_DO:
            insists = "-"
        limit = loosest([it for it in limits[name, field] if it is not None], shape, since)
        if limit or insists != "-" or is_required:
            package = ".".join(name.split(".")[-3:])
            lines.append(f"{package}.{field} {insists}{' ' + limit if limit else ''}\n")
    LIMITS.write_text("".join(lines), encoding="utf-8", newline="\n")
    print(f"{LIMITS.name}: {len(lines)} fields")


def loosest(limits, shape, since):
    if not limits:
        return ""
    match shape:
        case "" if all(limits):
            values = sorted(frozenset.union(*limits))
            first = generate.VERSIONS[0]
            known = min((since.get(it, first) for it in values if it), default=first)
            return "=" + "|".join(
                f"{it}@{since[it]}" if it and since.get(it, first) > known else it for it in values
            )
        case "i32" | "i64":
            low, high = min(it[0] for it in limits), max(it[1] for it in limits)
            ends = RANGES[shape]
            if (low, high) == ends:
                return ""
            return f"{low if low > ends[0] else ''}..{high if high < ends[1] else ''}"
        case "int-or-string":
            order = ["int-or-string", "percent", "percent100", "port0", "port"]
            return min(limits, key=order.index).removeprefix("int-or-string")
        case "quantity":
            return min(limits, key=["", "0..", "+"].index)
    return ""


def first_seen():
    """The first minor version in which Go's types name a value."""
    seen = {}
    for minor in reversed(generate.VERSIONS):
        command = ["go", "mod", "download", "-json", f"k8s.io/api@v0.{minor}"]
        answer = subprocess.run(command, capture_output=True, cwd="/", text=True, check=False).stdout
        folder = json.loads(answer).get("Dir")
        if folder is None:
            raise ValueError(f"no k8s.io/api of v1.{minor}: {answer}")
        for file in Path(folder).glob("*/*/types.go"):
            for value in re.findall(r'"([^"`\n]*)"', file.read_text(encoding="utf-8")):
                seen[value] = minor
    return seen


if __name__ == "__main__":
    main()
