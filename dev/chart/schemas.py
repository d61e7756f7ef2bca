#!/usr/bin/env python3
"""Makes a JSON schema of each kind, strict about unknown fields, as kubeconform reads it.

    schemas.py OUT SOURCE...

A SOURCE is a folder of OpenAPI v3 documents as an API server publishes them at /openapi/v3 (*.json), or a custom resource
definition (*.yaml). The schemas are OUT/GROUP_VERSION_kind.json, where the group of the core kinds is their version, as kubeconform has it.
"""
import json
import pathlib
import sys

import yaml


def definitions_of(document):
    return document.get("components", {}).get("schemas", {})


def converted(node):
    """An OpenAPI v3 schema as JSON schema draft 4 and later, without Kubernetes' extensions."""
    if isinstance(node, list):
        return [converted(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": "#/definitions/" + node["$ref"].rsplit("/", 1)[1]}
    if node.get("x-kubernetes-int-or-string") or node.get("format") == "int-or-string":
        return {"type": ["integer", "string"]}
    # a reference with a description or a default beside it is wrapped in an allOf
    if len(node.get("allOf", [])) == 1 and "properties" not in node:
        return converted(node["allOf"][0])
    result = {}
    for key, value in node.items():
        if key == "properties":
            result[key] = {name: converted(property) for name, property in value.items()}
        elif key in ("type", "enum", "required", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems",
                     "minProperties", "maxProperties", "multipleOf", "uniqueItems"):
            result[key] = value
        elif key in ("items", "additionalProperties", "allOf", "anyOf", "oneOf", "not"):
            result[key] = converted(value)
    if "properties" in result and "additionalProperties" not in result and not node.get("x-kubernetes-preserve-unknown-fields"):
        result["additionalProperties"] = False
    return result


def references(node):
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rsplit("/", 1)[1]
        for value in node.values():
            yield from references(value)


def closure(schema, definitions):
    """The definitions that a schema needs, and those that they need."""
    needed, todo = {}, list(references(schema))
    while todo:
        name = todo.pop()
        if name not in needed:
            needed[name] = converted(definitions[name])
            todo += references(needed[name])
    return needed


def write(out, group, version, kind, schema):
    path = out / f"{group or version}_{version}_{kind.lower()}.json"
    schema["$schema"] = "http://json-schema.org/draft-07/schema#"
    path.write_text(json.dumps(schema))


def from_openapi(out, folder):
    for file in sorted(folder.glob("*.json")):
        document = json.loads(file.read_text())
        definitions = definitions_of(document)
        for schema in definitions.values():
            kinds = schema.get("x-kubernetes-group-version-kind", [])
            if len(kinds) != 1 or "properties" not in schema or "apiVersion" not in schema["properties"]:
                continue  # options, and what belongs to all groups, are no objects
            kind = kinds[0]
            whole = converted(schema)
            whole["definitions"] = closure(whole, definitions)
            write(out, kind["group"], kind["version"], kind["kind"], whole)


def from_crd(out, file, metadata):
    for document in yaml.safe_load_all(file.read_text()):
        spec = document["spec"]
        for version in spec["versions"]:
            schema = converted(version["schema"]["openAPIV3Schema"])
            properties = schema.setdefault("properties", {})
            properties |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"$ref": f"#/definitions/{metadata[0]}"}}
            schema["definitions"] = closure(schema, metadata[1])
            write(out, spec["group"], version["name"], spec["names"]["kind"], schema)


def main():
    out, sources = pathlib.Path(sys.argv[1]), [pathlib.Path(argument) for argument in sys.argv[2:]]
    out.mkdir(parents=True, exist_ok=True)
    metadata = None
    for source in sources:
        if source.is_dir():
            from_openapi(out, source)
            for file in source.glob("*api__v1_openapi.json"):
                name = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
                metadata = (name, definitions_of(json.loads(file.read_text())))
        else:
            from_crd(out, source, metadata)


if __name__ == "__main__":
    main()
